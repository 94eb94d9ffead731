"""Write the SDP answer: fixed slots towards the viewer, simulcast and TWCC from the publisher.

What must stand where was learnt from browsers: the fingerprint at session level and in every
section (only in the first: Firefox's content process crashes); ``a=ssrc`` for every slot (or the
viewer cannot tell the slots of a bundle apart); ``x-google-start-bitrate`` for the ramp to 720p
in a second; one msid and one CNAME for the two slots of a pair (or their lips part).
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final

from server.media.plane import Layer, OfferRefused, TrackKind
from server.media.sdp_offer import (
    FORMATS_KEPT,
    URI_AUDIO_LEVEL,
    URI_MID,
    URI_REPAIRED_RID,
    URI_RID,
    URI_SEND_TIME,
    URI_TRANSPORT_CC,
    Codec,
    Formats,
    Offer,
    Section,
)
from server.media.slot import SlotNumbers

START_BITRATE_KBPS: Final = 2000
LAYERS: Final[tuple[Layer, ...]] = ("q", "h", "f")
PICTURE_CODECS: Final = ("VP8", "H264", "VP9", "AV1")
"""as they are chosen: what most viewers decode comes first (docs/decisions/015)"""
_PAIRS: Final = {"stage_audio": "stage", "screen_audio": "screen"}


@dataclass(frozen=True, slots=True)
class PublicationNumbers:
    """What the offer says about one m-line that sends to us."""

    mid: str
    track: TrackKind
    codecs: Mapping[int, str]
    """payload type → ``opus``, ``VP8``, ``H264``, ``VP9``, ``AV1``"""
    rtx: Mapping[int, int]
    """RTX payload type → media payload type"""
    layers: Mapping[str, Layer]
    """rid → layer; empty without simulcast"""
    ssrcs: Sequence[int]
    rtx_of: Mapping[int, int]
    rate: int


@dataclass(frozen=True, slots=True)
class ExtensionIds:
    """Header extension numbers of the peer; they hold for the whole bundle."""

    mid: int | None = None
    rid: int | None = None
    repaired_rid: int | None = None
    audio_level: int | None = None
    transport_cc: int | None = None


@dataclass(slots=True)
class Answer:
    sdp: str
    publications: list[PublicationNumbers] = field(default_factory=list)
    slots: list[SlotNumbers] = field(default_factory=list)
    extensions: ExtensionIds = field(default_factory=ExtensionIds)


def write_answer(
    offer: Offer,
    tracks: Mapping[str, TrackKind],
    slots: Mapping[str, str],
    *,
    ufrag: str,
    pwd: str,
    fingerprint: str,
    candidates: Sequence[tuple[str, int]],
    session_number: int,
    estimates_down: bool = False,
) -> Answer:
    """``estimates_down``: the plane reads what a viewer tells of the packets that arrived; else
    viewers estimate by themselves (REMB). Raises OfferRefused with code ``no_codec``."""
    answer = Answer(sdp="")
    accepted = [s.mid for s in offer.sections if s.mid in tracks or s.mid in slots]
    identity = [f"a=fingerprint:sha-256 {fingerprint}", "a=setup:passive"]
    lines = [
        "v=0",
        f"o=- {session_number} 1 IN IP4 127.0.0.1",
        "s=-",
        "t=0 0",
        "a=ice-lite",
        f"a=group:BUNDLE {' '.join(accepted)}",
        "a=msid-semantic: WMS *",
        *identity,
    ]
    if offer.allows_mixed_extensions:
        lines.append("a=extmap-allow-mixed")
    # What a reader takes that knows no candidates; such a one may know no IPv6 either.
    where = min(candidates, key=lambda one: ":" in one[0], default=("127.0.0.1", 9))
    connection = f"c=IN {'IP6' if ':' in where[0] else 'IP4'} {where[0]}"
    credentials = [f"a=ice-ufrag:{ufrag}", f"a=ice-pwd:{pwd}", *identity, "a=rtcp-mux"]
    is_first = True
    for section in offer.sections:
        if section.mid not in accepted:
            formats = " ".join(str(c.payload_type) for c in section.formats.codecs) or "0"
            if section.kind == "application":
                formats = "webrtc-datachannel"
            lines += [f"m={section.kind} 0 {section.protocol} {formats}", "c=IN IP4 0.0.0.0"]
            lines += [f"a=mid:{section.mid}"] if section.mid else []
            lines.append("a=inactive")
            continue
        if section.mid in tracks:
            numbers, body = _receiving(section, tracks[section.mid])
            answer.publications.append(numbers)
            codecs = [*numbers.codecs, *numbers.rtx]
        else:
            slot, body = _sending(section, slots[section.mid], estimates_down=estimates_down)
            answer.slots.append(slot)
            codecs = [*slot.payload_types.values(), *slot.rtx_payload_types.values()]
        lines += [
            f"m={section.kind} {where[1]} {section.protocol} {' '.join(map(str, codecs))}",
            connection,
            f"a=mid:{section.mid}",
            *credentials,
        ]
        if section.has_rtcp_rsize:
            lines.append("a=rtcp-rsize")
        lines += body
        if is_first:
            for index, (host, port) in enumerate(candidates):
                priority = (126 << 24) | ((65535 - index) << 8) | 255
                lines.append(f"a=candidate:{index + 1} 1 udp {priority} {host} {port} typ host")
            lines.append("a=end-of-candidates")
            is_first = False
    answer.sdp = "\r\n".join(lines) + "\r\n"
    answer.extensions = _extension_ids(offer, tracks)
    return answer


def _extension_ids(offer: Offer, tracks: Mapping[str, TrackKind]) -> ExtensionIds:
    known: dict[str, int] = {}
    for section in offer.sections:
        if section.mid in tracks:
            known.update(section.formats.extensions)
    return ExtensionIds(
        mid=known.get(URI_MID),
        rid=known.get(URI_RID),
        repaired_rid=known.get(URI_REPAIRED_RID),
        audio_level=known.get(URI_AUDIO_LEVEL),
        transport_cc=known.get(URI_TRANSPORT_CC),
    )


def _receiving(section: Section, track: TrackKind) -> tuple[PublicationNumbers, list[str]]:
    """The publisher's m-line: one codec, simulcast as offered."""
    formats = section.formats
    if section.kind == "audio":
        codec = formats.codec("opus")
        wanted = (URI_MID, URI_AUDIO_LEVEL, URI_TRANSPORT_CC)
        feedback = ("transport-cc", "nack")
    else:
        found = (formats.codec(name) for name in PICTURE_CODECS)
        codec = next((one for one in found if one is not None), None)
        wanted = (URI_MID, URI_RID, URI_REPAIRED_RID, URI_TRANSPORT_CC)
        feedback = ("transport-cc", "nack", "nack pli", "ccm fir")
        if codec is not None and "transport-cc" not in codec.feedback:
            feedback = ("goog-remb", *feedback)
    if codec is None:
        raise _no_codec(section)
    lines = ["a=recvonly", *_extmaps(formats, wanted)]
    lines += _codec_lines(codec, feedback)
    rtx: dict[int, int] = {}
    number = formats.rtx_for(codec.payload_type) if section.kind == "video" else None
    if number is not None:
        rtx[number] = codec.payload_type
        lines += [f"a=rtpmap:{number} rtx/90000", f"a=fmtp:{number} apt={codec.payload_type}"]
    layers: dict[str, Layer] = {}
    if section.kind == "video" and len(section.rids) > 1 and URI_RID in formats.extensions:
        rids = section.rids[-3:]
        # Rids named q, h, f mean what they say; other names count by position, highest last.
        if set(rids) <= set(LAYERS):
            layers = {rid: rid for rid in LAYERS if rid in rids}
        else:
            layers = dict(zip(rids, LAYERS[-len(rids) :], strict=True))
        lines += [f"a=rid:{rid} recv" for rid in rids]
        lines.append(f"a=simulcast:recv {';'.join(rids)}")
    numbers = PublicationNumbers(
        mid=section.mid,
        track=track,
        codecs={codec.payload_type: codec.name},
        rtx=rtx,
        layers=layers,
        ssrcs=[s for s in section.ssrcs if s not in section.rtx_of],
        rtx_of=section.rtx_of,
        rate=codec.rate,
    )
    return numbers, lines


def _no_codec(section: Section) -> OfferRefused:
    wanted = "Opus" if section.kind == "audio" else "VP8, H.264 (baseline), VP9 or AV1 (profile 0)"
    return OfferRefused(
        "no_codec", f"No common codec for media section {section.mid!r}: offer {wanted}."
    )


@dataclass(frozen=True, slots=True)
class _Sent:
    """What is the same for every slot with the same formats."""

    payload_types: Mapping[str, int]
    rtx: Mapping[str, int]
    transport_cc: int | None
    send_time: int | None
    lines: Sequence[str]


@lru_cache(maxsize=FORMATS_KEPT)
def _sent(formats: Formats, *, is_video: bool, estimates_down: bool) -> _Sent:
    """Every codec of ours that was offered, VP8 first."""
    found = [formats.codec(codec) for codec in (PICTURE_CODECS if is_video else ("opus",))]
    codecs = [codec for codec in found if codec is not None]
    rtx: dict[str, int] = {}
    transport_cc = formats.extensions.get(URI_TRANSPORT_CC)
    if not (estimates_down and any("transport-cc" in codec.feedback for codec in codecs)):
        transport_cc = None
    # Without transport-cc the viewer estimates by itself and says so in REMB messages.
    measure, extension = (
        ("goog-remb", URI_SEND_TIME) if transport_cc is None else ("transport-cc", URI_TRANSPORT_CC)
    )
    lines = ["a=sendonly", *_extmaps(formats, (URI_MID, extension))]
    feedback = (measure, "nack", "nack pli", "ccm fir") if is_video else (measure, "nack")
    for codec in codecs:
        lines += _codec_lines(codec, feedback)
        number = formats.rtx_for(codec.payload_type) if is_video else None
        if number is not None:
            rtx[codec.name] = number
            lines += [f"a=rtpmap:{number} rtx/90000", f"a=fmtp:{number} apt={codec.payload_type}"]
    return _Sent(
        {codec.name: codec.payload_type for codec in codecs},
        rtx,
        transport_cc,
        formats.extensions.get(URI_SEND_TIME) if transport_cc is None else None,
        lines,
    )


def _sending(section: Section, name: str, *, estimates_down: bool) -> tuple[SlotNumbers, list[str]]:
    """A viewer's slot."""
    is_video = section.kind == "video"
    sent = _sent(section.formats, is_video=is_video, estimates_down=estimates_down)
    if not sent.payload_types:
        raise _no_codec(section)
    stream_id = _PAIRS.get(name, name)
    cname = f"reprise-{stream_id}"
    ssrc = random_ssrc()
    rtx_ssrc = random_ssrc() if sent.rtx else None
    lines = [*sent.lines, f"a=msid:{stream_id} {name}"]
    ssrcs = [ssrc]
    if rtx_ssrc is not None:
        lines.append(f"a=ssrc-group:FID {ssrc} {rtx_ssrc}")
        ssrcs.append(rtx_ssrc)
    for number in ssrcs:
        lines += [f"a=ssrc:{number} cname:{cname}", f"a=ssrc:{number} msid:{stream_id} {name}"]
    return (
        SlotNumbers(
            name=name,
            mid=section.mid,
            is_video=is_video,
            ssrc=ssrc,
            rtx_ssrc=rtx_ssrc,
            payload_types=sent.payload_types,
            rtx_payload_types=sent.rtx,
            mid_extension=section.formats.extensions.get(URI_MID),
            send_time_extension=sent.send_time,
            cname=cname,
            stream_id=stream_id,
            transport_cc_extension=sent.transport_cc,
        ),
        lines,
    )


def _extmaps(formats: Formats, wanted: Sequence[str]) -> list[str]:
    return [f"a=extmap:{formats.extensions[uri]} {uri}" for uri in wanted
            if uri in formats.extensions]  # fmt: skip


def _codec_lines(codec: Codec, feedback: Sequence[str]) -> list[str]:
    number = codec.payload_type
    channels = f"/{codec.channels}" if codec.channels > 1 else ""
    lines = [f"a=rtpmap:{number} {codec.name}/{codec.rate}{channels}"]
    if codec.name == "opus":
        lines.append(f"a=fmtp:{number} minptime=10;useinbandfec=1;usedtx=1")
    elif codec.name == "H264":
        profile = codec.parameters.get("profile-level-id", "42e01f")
        lines.append(
            f"a=fmtp:{number} level-asymmetry-allowed=1;packetization-mode=1;"
            f"profile-level-id={profile};x-google-start-bitrate={START_BITRATE_KBPS}"
        )
    else:
        profile = {"VP9": "profile-id=0;", "AV1": "profile=0;"}.get(codec.name, "")
        lines.append(f"a=fmtp:{number} {profile}x-google-start-bitrate={START_BITRATE_KBPS}")
    # Only what was offered may be answered (RFC 4585 section 4.2).
    lines += [f"a=rtcp-fb:{number} {f}" for f in feedback if f in codec.feedback]
    return lines


def random_ssrc() -> int:
    return int.from_bytes(os.urandom(4), "big") | 0x10000
