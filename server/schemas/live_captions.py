"""Wire types of live captions: presence, never part of the log (docs/rules.md, CA)."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

CaptionState = Literal["off", "starting", "on", "fewer", "busy", "failed", "unavailable"]
"""off: not asked for; fewer: only sentences that are over; busy: switched off until the machine
has time again; failed: what reads speech broke and starts again; unavailable: this server makes no
captions"""


class CaptionWish(Struct, forbid_unknown_fields=True):
    """Whether this page wants captions from now on; said again after every connect."""

    wants: bool


class CaptionStatus(Struct):
    state: CaptionState
    language: str
    """of the captions, such as ``en``"""
    retry_s: int | None
    """busy and failed: when it is tried again, at the earliest"""


class CaptionLine(Struct):
    """What somebody says; a later line with the same id takes its place, and an empty one takes
    it away."""

    line_id: str
    participant_id: str
    text: str
    is_final: bool
    """the words stand; before that they may still change"""
    at_ms: int
    """on the session clock: when the first of them was said"""
    delay_ms: int
    """from when the oldest new sound came to the server until the words left it"""
