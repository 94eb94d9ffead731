"""Read a browser's SDP offer (RFC 8866, 8829) into the few things the plane needs.

Only what is used is kept; unknown lines are ignored. Accepts what Chromium, Firefox, werift and
the project's own client write.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Final

from server.media.plane import OfferRefused

_MAX_SECTIONS: Final = 64
_MAX_LINE: Final = 4000
FORMATS_KEPT: Final = 32
_MID: Final = re.compile(r"^a=mid:(\S{1,256})[ \t\r]*$", re.MULTILINE)
"""a token (RFC 5888 section 4)"""
_OF_FORMATS: Final = ("a=rtpmap:", "a=fmtp:", "a=rtcp-fb:", "a=extmap:")
"""what says which codecs and extensions there are"""

URI_MID: Final = "urn:ietf:params:rtp-hdrext:sdes:mid"
URI_RID: Final = "urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id"
URI_REPAIRED_RID: Final = "urn:ietf:params:rtp-hdrext:sdes:repaired-rtp-stream-id"
URI_AUDIO_LEVEL: Final = "urn:ietf:params:rtp-hdrext:ssrc-audio-level"
URI_SEND_TIME: Final = "http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time"
URI_TRANSPORT_CC: Final = (
    "http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01"
)


@dataclass(slots=True)
class Codec:
    payload_type: int
    name: str
    """``opus``, ``VP8``, ``H264``, ``VP9``, ``AV1``, ``rtx`` … in the spelling below"""
    rate: int
    channels: int = 1
    parameters: dict[str, str] = field(default_factory=dict)
    feedback: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True, eq=False)
class Formats:
    """Codecs, in the order of the m-line, and extensions (URI → id). One object for all sections
    of all offers in which they are the same: not to be changed."""

    codecs: Sequence[Codec]
    extensions: Mapping[str, int]

    def codec(self, name: str) -> Codec | None:
        """The first codec of that name that the plane can carry."""
        for codec in self.codecs:
            if codec.name == name and _is_plain(codec):
                return codec
        return None

    def rtx_for(self, payload_type: int) -> int | None:
        for codec in self.codecs:
            if codec.name == "rtx" and codec.parameters.get("apt") == str(payload_type):
                return codec.payload_type
        return None


@dataclass(slots=True)
class Section:
    """One m-line."""

    kind: str
    protocol: str
    formats: Formats
    mid: str = ""
    direction: str = "sendrecv"
    rids: list[str] = field(default_factory=list)
    """what the other side sends, in the order of a=simulcast, lowest layer first"""
    ssrcs: list[int] = field(default_factory=list)
    rtx_of: dict[int, int] = field(default_factory=dict)
    """RTX ssrc → media ssrc, from FID groups"""
    has_rtcp_mux: bool = False
    has_rtcp_rsize: bool = False


@dataclass(slots=True)
class Offer:
    ufrag: str
    pwd: str
    fingerprints: list[tuple[str, str]]
    setup: str
    sections: list[Section]
    bundle: list[str]
    allows_mixed_extensions: bool

    def section(self, mid: str) -> Section | None:
        return next((s for s in self.sections if s.mid == mid), None)


_NAMES: Final = {
    "opus": "opus", "vp8": "VP8", "h264": "H264", "vp9": "VP9", "av1": "AV1", "rtx": "rtx",
}  # fmt: skip


def _is_plain(codec: Codec) -> bool:
    """What every receiver of that codec decodes: H.264 as constrained baseline, non-interleaved;
    profile 0 of VP9 and AV1 (8 bits, 4:2:0), which they are when they do not say."""
    if codec.name == "H264":
        profile = codec.parameters.get("profile-level-id", "42e01f")
        return codec.parameters.get("packetization-mode") == "1" and profile.lower().startswith(
            "42"
        )
    if codec.name == "VP9":
        return codec.parameters.get("profile-id", "0") == "0"
    return codec.name != "AV1" or codec.parameters.get("profile", "0") == "0"


def parse_offer(text: str, tracks: Mapping[str, str], slots: Mapping[str, str]) -> Offer:
    """Parse and check an offer.

    Raises OfferRefused with code ``bad_sdp``, ``no_ice``, ``no_fingerprint``, ``no_bundle``,
    ``no_rtcp_mux``, ``unknown_mid``, ``wrong_direction``.
    """
    head, *blocks = f"\n{text}".split("\nm=")
    session = _lines(head)
    if not session or not session[0].startswith("v=0") or not blocks:
        raise OfferRefused("bad_sdp", "The offer is not an SDP description with media in it.")
    if len(blocks) > _MAX_SECTIONS:
        raise OfferRefused("bad_sdp", "The offer has too many media sections.")
    try:
        sections = _parse_sections(blocks)
    except (ValueError, IndexError) as error:
        raise OfferRefused("bad_sdp", "A line of the offer cannot be read.") from error

    first = _lines(f"m={blocks[0]}")
    ufrag = _value(first, "ice-ufrag") or _value(session, "ice-ufrag")
    pwd = _value(first, "ice-pwd") or _value(session, "ice-pwd")
    if not ufrag or not pwd or len(ufrag) > 256 or len(pwd) > 256:
        raise OfferRefused("no_ice", "The offer has no ICE credentials.")
    fingerprints: list[tuple[str, str]] = []
    for lines in (session, first):
        for value in _values(lines, "fingerprint"):
            parts = value.split()
            if len(parts) == 2 and (parts[0].lower(), parts[1]) not in fingerprints:
                fingerprints.append((parts[0].lower(), parts[1]))
    if not fingerprints:
        raise OfferRefused("no_fingerprint", "The offer has no DTLS fingerprint.")
    bundle: list[str] = []
    for value in _values(session, "group"):
        parts = value.split()
        if parts and parts[0] == "BUNDLE":
            bundle = parts[1:]
    offer = Offer(
        ufrag=ufrag,
        pwd=pwd,
        fingerprints=fingerprints,
        setup=_value(first, "setup") or _value(session, "setup") or "actpass",
        sections=sections,
        bundle=bundle,
        allows_mixed_extensions="a=extmap-allow-mixed" in session,
    )
    _check(offer, tracks, slots)
    return offer


def _check(offer: Offer, tracks: Mapping[str, str], slots: Mapping[str, str]) -> None:
    if offer.setup == "passive":
        raise OfferRefused("bad_sdp", "The offer must let the client open DTLS.")
    mids = [section.mid for section in offer.sections]
    if len(set(mids)) != len(mids):
        raise OfferRefused("bad_sdp", "Two media sections have the same mid.")
    if set(tracks) & set(slots):
        raise OfferRefused("unknown_mid", "A media section is both a track and a slot.")
    if len(set(slots.values())) != len(slots):
        raise OfferRefused("unknown_mid", "Two media sections are the same slot.")
    for mid in (*tracks, *slots):
        section = offer.section(mid)
        if section is None:
            raise OfferRefused("unknown_mid", f"The offer has no media section {mid!r}.")
        if mid not in offer.bundle:
            raise OfferRefused("no_bundle", "All media must be bundled on one transport.")
        if not section.has_rtcp_mux:
            raise OfferRefused("no_rtcp_mux", "RTCP must share the transport of RTP.")
        wanted = ("sendonly", "sendrecv") if mid in tracks else ("recvonly", "sendrecv")
        if section.direction not in wanted:
            raise OfferRefused("wrong_direction", f"Media section {mid!r} runs the other way.")
        name = tracks.get(mid) or slots[mid]
        is_audio = name in ("microphone", "screen_audio") or "audio" in name
        if section.kind != ("audio" if is_audio else "video"):
            raise OfferRefused("unknown_mid", f"Media section {mid!r} is not fit for {name}.")


@lru_cache(maxsize=FORMATS_KEPT)
def _formats(lines: tuple[str, ...], listed: tuple[str, ...]) -> Formats:
    """A browser writes the same for all its sections, and so does the next browser: most of an
    offer is read once."""
    codecs: dict[str, Codec] = {}
    extensions: dict[str, int] = {}
    # Firefox writes fmtp and rtcp-fb before the rtpmap they speak of.
    for line in sorted(lines, key=lambda line: not line.startswith("a=rtpmap:")):
        name, _, value = line[2:].partition(":")
        if name == "rtpmap":
            number, encoding = value.split(maxsplit=1)
            parts = encoding.split("/")
            codecs[number] = Codec(
                payload_type=int(number),
                name=_NAMES.get(parts[0].lower(), parts[0]),
                rate=int(parts[1]),
                channels=int(parts[2]) if len(parts) > 2 else 1,
            )
        elif name == "fmtp":
            number, _, parameters = value.partition(" ")
            if number in codecs:
                for parameter in parameters.split(";"):
                    key, _, setting = parameter.strip().partition("=")
                    codecs[number].parameters[key] = setting
        elif name == "rtcp-fb":
            number, _, feedback = value.partition(" ")
            for codec in codecs.values() if number == "*" else filter(None, [codecs.get(number)]):
                codec.feedback.append(feedback)
        else:
            number, uri = value.split()[:2]
            extensions[uri] = int(number.split("/")[0])
    return Formats([codecs[number] for number in listed if number in codecs], extensions)


def _lines(text: str) -> list[str]:
    lines = [line for raw in text.splitlines() if (line := raw.strip())]
    if max(map(len, lines), default=0) > _MAX_LINE:
        raise OfferRefused("bad_sdp", "A line of the offer is too long.")
    if any(line[1:2] != "=" for line in lines):
        raise OfferRefused("bad_sdp", "A line of the offer is not of the form x=…")
    return lines


def _parse_sections(blocks: list[str]) -> list[Section]:
    """Most sections of an offer differ in nothing but their mid, and are read once."""
    read: dict[str, Section] = {}
    sections: list[Section] = []
    for block in blocks:
        mid = _MID.search(block)
        rest = block if mid is None else block[: mid.start()] + block[mid.end() :]
        section = read.get(rest)
        if section is None:
            section = read[rest] = _parse_section(_lines(f"m={rest}"))
        sections.append(section if mid is None else replace(section, mid=mid[1]))
    return sections


def _parse_section(lines: list[str]) -> Section:
    kind, _port, protocol, *listed = lines[0][2:].split()
    formats = tuple(line for line in lines if line.startswith(_OF_FORMATS))
    section = Section(kind, protocol, _formats(formats, tuple(listed)))
    send_rids: list[str] = []
    simulcast: list[str] = []
    for line in lines[1:]:
        if not line.startswith("a=") or line.startswith(_OF_FORMATS):
            continue
        name, _, value = line[2:].partition(":")
        if name in ("sendrecv", "sendonly", "recvonly", "inactive"):
            section.direction = name
        elif name == "rtcp-mux":
            section.has_rtcp_mux = True
        elif name == "rtcp-rsize":
            section.has_rtcp_rsize = True
        elif name == "rid":
            rid, direction = value.split()[:2]
            if direction == "send":
                send_rids.append(rid)
        elif name == "simulcast":
            parts = value.split()
            if "send" in parts:
                layers = parts[parts.index("send") + 1]
                simulcast = [alt.split(",")[0].lstrip("~") for alt in layers.split(";")]
        elif name == "ssrc":
            ssrc = int(value.split()[0])
            if ssrc not in section.ssrcs:
                section.ssrcs.append(ssrc)
        elif name == "ssrc-group":
            parts = value.split()
            if parts[0] == "FID" and len(parts) == 3:
                section.rtx_of[int(parts[2])] = int(parts[1])
    if section.direction in ("recvonly", "inactive"):
        # Firefox names SSRCs on receive-only lines (for its reports); nobody publishes on them.
        section.ssrcs = []
        section.rtx_of = {}
    section.rids = simulcast or send_rids
    return section


def _values(lines: list[str], name: str) -> list[str]:
    prefix = f"a={name}:"
    return [line[len(prefix) :].strip() for line in lines if line.startswith(prefix)]


def _value(lines: list[str], name: str) -> str | None:
    found = _values(lines, name)
    return found[0] if found else None
