"""What the sections of a program's offer are for: it knows nothing of our tracks and slots."""

from __future__ import annotations

from typing import Final

from server.domain.errors import Invalid
from server.media.plane import OfferRefused
from server.media.sdp_offer import Section, parse_offer
from server.schemas.live_base import StreamUse, TrackKind
from server.schemas.live_media import MediaOffer

LONGEST_SDP: Final = 200_000
_ONE_VOICE: Final = ("audio0",)
_VOICES: Final = ("stage_audio", "audio0", "screen_audio", "audio1", "audio2")
_PICTURES: Final = ("stage", "screen")


def plan_of(sdp: str, use: StreamUse) -> tuple[MediaOffer, str]:
    """What each section of a program's offer is for, and its ICE name. Raises Invalid."""
    if len(sdp) > LONGEST_SDP:
        raise Invalid("bad_sdp", "The offer is too long.", field="sdp")
    try:
        parsed = parse_offer(sdp, {}, {})
    except OfferRefused as refused:
        raise Invalid(refused.code, str(refused), field="sdp") from refused
    if use == "watch":
        return MediaOffer(sdp, {}, _slots(parsed.sections)), parsed.ufrag
    return MediaOffer(sdp, _tracks(parsed.sections, use), {}), parsed.ufrag


def _tracks(sections: list[Section], use: StreamUse) -> dict[str, TrackKind]:
    sending = [one for one in sections if one.direction in ("sendonly", "sendrecv")]
    sound = [one for one in sending if one.kind == "audio"]
    picture = [one for one in sending if one.kind == "video"]
    if len(sound) > 1 or len(picture) > 1:
        raise Invalid(
            "too_many_tracks", "A stream is one sound and one picture at most.", field="sdp"
        )
    if not sound and not picture:
        raise Invalid("no_tracks", "The offer sends nothing.", field="sdp")
    kinds: tuple[TrackKind, TrackKind] = (
        ("screen_audio", "screen") if use == "screen" else ("microphone", "camera")
    )
    found = zip((sound, picture), kinds, strict=True)
    return {sections[0].mid: kind for sections, kind in found if sections}


def _slots(sections: list[Section]) -> dict[str, str]:
    receiving = [one for one in sections if one.direction in ("recvonly", "sendrecv")]
    sound = [one.mid for one in receiving if one.kind == "audio"]
    picture = [one.mid for one in receiving if one.kind == "video"]
    if not sound and not picture:
        raise Invalid("no_tracks", "The offer receives nothing.", field="sdp")
    # Sound is forwarded and never mixed: one place is for whoever speaks, more are for more.
    voices = _ONE_VOICE if len(sound) == 1 else _VOICES
    return {
        **dict(zip(sound, voices, strict=False)),
        **dict(zip(picture, _PICTURES, strict=False)),
    }
