"""The SDP offer of the project's own client, and what it must read of the answer."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from server.media.plane import TrackKind
from server.media.sdp_answer import random_ssrc
from server.media.sdp_offer import (
    URI_AUDIO_LEVEL,
    URI_MID,
    URI_REPAIRED_RID,
    URI_RID,
    URI_SEND_TIME,
    URI_TRANSPORT_CC,
)

OPUS: Final = 111
VP8: Final = 96
RTX: Final = 97
AUDIO_LEVEL_ID: Final = 1
SEND_TIME_ID: Final = 2
TRANSPORT_CC_ID: Final = 3
MID_ID: Final = 4
RID_ID: Final = 10
REPAIRED_RID_ID: Final = 11

STANDARD_SLOTS: Final = (
    "stage_audio", "stage", "screen_audio", "screen", "audio0", "audio1", "audio2", "audio3",
    "audio4",
)  # fmt: skip


def standard_slots(gallery: int = 4) -> list[str]:
    """The slots a page of the classroom asks for."""
    return [*STANDARD_SLOTS, *(f"gallery{i}" for i in range(gallery))]


@dataclass(slots=True)
class SendLine:
    """One sending m-line; ``ssrcs`` maps layer (or "f") to (media, RTX)."""

    mid: str
    track: TrackKind
    ssrcs: dict[str, tuple[int, int]]
    has_layers: bool

    @property
    def is_video(self) -> bool:
        return self.track in ("camera", "screen")


@dataclass(slots=True)
class LocalOffer:
    sdp: str
    tracks: dict[str, TrackKind]
    slots: dict[str, str]
    lines: list[SendLine]
    ufrag: str
    pwd: str


@dataclass(slots=True)
class ReadAnswer:
    ufrag: str
    pwd: str
    fingerprints: list[tuple[str, str]]
    candidates: list[tuple[str, int]]
    slots: dict[int, str] = field(default_factory=dict)
    """media ssrc → slot"""
    rtx: dict[int, int] = field(default_factory=dict)
    """RTX ssrc → media ssrc"""


def write_offer(
    tracks: Sequence[TrackKind],
    slots: Sequence[str],
    fingerprint: str,
    layers: Mapping[str, Sequence[str]] | None = None,
) -> LocalOffer:
    """``layers`` names the rids a video track sends, lowest first."""
    ufrag, pwd = secrets.token_hex(4), secrets.token_hex(12)
    mids = [str(i) for i in range(len(tracks) + len(slots))]
    lines = [
        "v=0", f"o=- {secrets.randbits(53)} 2 IN IP4 127.0.0.1", "s=-", "t=0 0",
        f"a=group:BUNDLE {' '.join(mids)}", "a=extmap-allow-mixed", "a=msid-semantic: WMS *",
    ]  # fmt: skip
    sending: list[SendLine] = []
    for mid, track in zip(mids, tracks, strict=False):
        rids = list((layers or {}).get(track, ()))
        line = SendLine(
            mid, track, {rid: (random_ssrc(), random_ssrc()) for rid in rids or ["f"]},
            len(rids) > 1,
        )  # fmt: skip
        sending.append(line)
        lines += _section(mid, line.is_video, ufrag, pwd, fingerprint)
        lines += ["a=sendonly", f"a=msid:{track} {track}"]
        if line.has_layers:
            lines += [f"a=rid:{rid} send" for rid in rids]
            lines.append(f"a=simulcast:send {';'.join(rids)}")
        else:
            media, rtx = line.ssrcs[next(iter(line.ssrcs))]
            if line.is_video:
                lines.append(f"a=ssrc-group:FID {media} {rtx}")
                lines.append(f"a=ssrc:{rtx} cname:sender")
            lines.append(f"a=ssrc:{media} cname:sender")
    named: dict[str, str] = {}
    for mid, slot in zip(mids[len(tracks) :], slots, strict=True):
        named[mid] = slot
        lines += _section(mid, "audio" not in slot, ufrag, pwd, fingerprint)
        lines.append("a=recvonly")
    return LocalOffer(
        sdp="\r\n".join(lines) + "\r\n",
        tracks=dict(zip(mids, tracks, strict=False)),
        slots=named,
        lines=sending,
        ufrag=ufrag,
        pwd=pwd,
    )


def _section(mid: str, is_video: bool, ufrag: str, pwd: str, fingerprint: str) -> list[str]:
    common = [
        "c=IN IP4 0.0.0.0", f"a=mid:{mid}", f"a=ice-ufrag:{ufrag}", f"a=ice-pwd:{pwd}",
        f"a=fingerprint:sha-256 {fingerprint}", "a=setup:actpass", "a=rtcp-mux", "a=rtcp-rsize",
        f"a=extmap:{SEND_TIME_ID} {URI_SEND_TIME}",
        f"a=extmap:{TRANSPORT_CC_ID} {URI_TRANSPORT_CC}",
        f"a=extmap:{MID_ID} {URI_MID}",
    ]  # fmt: skip
    if not is_video:
        return [
            f"m=audio 9 UDP/TLS/RTP/SAVPF {OPUS}", *common,
            f"a=extmap:{AUDIO_LEVEL_ID} {URI_AUDIO_LEVEL}",
            f"a=rtpmap:{OPUS} opus/48000/2", f"a=fmtp:{OPUS} minptime=10;useinbandfec=1",
            f"a=rtcp-fb:{OPUS} transport-cc",
        ]  # fmt: skip
    feedback = ("transport-cc", "goog-remb", "nack", "nack pli", "ccm fir")
    return [
        f"m=video 9 UDP/TLS/RTP/SAVPF {VP8} {RTX}", *common,
        f"a=extmap:{RID_ID} {URI_RID}", f"a=extmap:{REPAIRED_RID_ID} {URI_REPAIRED_RID}",
        f"a=rtpmap:{VP8} VP8/90000", *(f"a=rtcp-fb:{VP8} {f}" for f in feedback),
        f"a=rtpmap:{RTX} rtx/90000", f"a=fmtp:{RTX} apt={VP8}",
    ]  # fmt: skip


def read_answer(sdp: str, slots: Mapping[str, str]) -> ReadAnswer:
    """``slots``: mid → slot name, as offered."""
    answer = ReadAnswer("", "", [], [])
    mid = ""
    for line in sdp.splitlines():
        name, _, value = line.removeprefix("a=").partition(":")
        if line.startswith("m="):
            mid = ""
        elif name == "mid":
            mid = value
        elif name == "ice-ufrag":
            answer.ufrag = value
        elif name == "ice-pwd":
            answer.pwd = value
        elif name == "fingerprint":
            algorithm, digest = value.split()
            if (algorithm, digest) not in answer.fingerprints:
                answer.fingerprints.append((algorithm, digest))
        elif name == "candidate":
            parts = value.split()
            answer.candidates.append((parts[4], int(parts[5])))
        elif name == "ssrc-group" and mid in slots:
            media, rtx = value.split()[1:3]
            answer.rtx[int(rtx)] = int(media)
        elif name == "ssrc" and mid in slots:
            ssrc = int(value.split()[0])
            if ssrc not in answer.rtx:
                answer.slots[ssrc] = slots[mid]
    return answer
