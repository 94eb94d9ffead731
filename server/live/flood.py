"""Limits on how fast one seat may ask: a token bucket a kind of command."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from server.domain.confusion import WINDOW_MS
from server.domain.errors import Conflict


class TooFast(Conflict):
    """Asked too often; ``retry_after_s`` says when to try again."""

    def __init__(self, retry_after_s: float) -> None:
        super().__init__(
            "too_fast",
            "That was too fast; try again in a moment.",
            retry_after_s=round(retry_after_s, 3),
        )


@dataclass(frozen=True, slots=True)
class Limit:
    burst: int
    per_s: float


DEFAULT = Limit(30, 10.0)
_HOST = Limit(20, 4.0)
"""What a facilitator clicks."""
_CHAIR = Limit(20, 4.0)
"""What holds a debate."""
_TURN = Limit(12, 2.0)
"""What asks for a turn to speak."""
LIMITS: Mapping[str, Limit] = {
    "join": Limit(20, 1.0),
    "leave": Limit(6, 0.5),
    "start_session": Limit(6, 0.5),
    "end_session": Limit(6, 0.5),
    "admit": Limit(200, 20.0),
    "deny": Limit(60, 10.0),
    "remove": Limit(20, 2.0),
    "set_track": Limit(20, 4.0),
    "mute_participant": Limit(60, 10.0),
    "mute_all": Limit(6, 0.5),
    "spotlight": _HOST,
    "share_web_page": _HOST,
    "stop_web_page": _HOST,
    "edit_poll": _HOST,
    "delete_poll": _HOST,
    "open_poll": _HOST,
    "close_poll": _HOST,
    "reveal_poll": _HOST,
    "start_recording": Limit(6, 0.5),
    "pause_recording": Limit(6, 0.5),
    "resume_recording": Limit(6, 0.5),
    "stop_recording": Limit(6, 0.5),
    "set_hand_order": Limit(6, 0.5),
    "call_next": _HOST,
    "invite_to_speak": Limit(40, 4.0),
    "decline_to_speak": Limit(6, 0.5),
    "set_lock": Limit(30, 4.0),
    # A seat counts once within what facilitators look back on (CF2).
    "tap_confusion": Limit(1, 1000 / WINDOW_MS),
    "reaction": Limit(8, 2.0),
    "edit_chat": Limit(8, 1.0),
    "react_to_chat": Limit(15, 3.0),
    "delete_chat": Limit(30, 4.0),
    "hide_poll_text": _HOST,
    "plan_debate": _HOST,
    "edit_debate": _HOST,
    "delete_debate": _HOST,
    "draw_seats": _HOST,
    "set_chair": _HOST,
    "set_adjudicators": _HOST,
    "open_notes": _HOST,
    "begin_debate": _HOST,
    "open_ballot": _HOST,
    "close_ballot": _HOST,
    "reveal_debate": _HOST,
    "draft_breakouts": _HOST,
    "edit_breakout_room": _HOST,
    "save_breakout_set": _HOST,
    "delete_breakout_set": _HOST,
    "open_breakouts": _HOST,
    "extend_breakouts": _HOST,
    "close_breakouts": _HOST,
    "visit_room": _HOST,
    "broadcast_voice": _HOST,
    "edit_agenda": _HOST,
    "edit_objectives": _HOST,
    "start_activity": _HOST,
    "next_activity": _HOST,
    "previous_activity": _HOST,
    "extend_activity": _HOST,
    "undo_agenda": _HOST,
    "cover_objective": _HOST,
    "dismiss_hint": Limit(6, 0.5),
    "take_chair": _CHAIR,
    "end_debate": _CHAIR,
    "set_advance": _CHAIR,
    "start_clock": _CHAIR,
    "pause_clock": _CHAIR,
    "extend_clock": _CHAIR,
    "next_speech": _CHAIR,
    "previous_speech": _CHAIR,
    "name_speaker": _CHAIR,
    "wait_for_speaker": _CHAIR,
    "use_prep": _CHAIR,
    "end_prep": _CHAIR,
    "give_turn": _CHAIR,
    "answer_point": _CHAIR,
    "end_point": _CHAIR,
    "ask_turn": _TURN,
    "yield_turn": _TURN,
    "offer_point": _TURN,
    "withdraw_point": _TURN,
    "assign_seat": Limit(60, 10.0),
    "assign_breakouts": Limit(40, 4.0),
    "move_participant": Limit(100, 20.0),
    "write_note": Limit(20, 4.0),
    "cast_ballot": Limit(6, 0.5),
    "hand_in_scores": Limit(20, 2.0),
    "send_chat": Limit(8, 1.0),
    "raise_hand": Limit(6, 0.5),
    "lower_hand": Limit(30, 10.0),
    "vote": Limit(10, 2.0),
    "create_poll": Limit(20, 1.0),
    "mark_moment": Limit(10, 1.0),
    "open_whiteboard": _HOST,
    "close_whiteboard": _HOST,
    "pad_open": Limit(20, 2.0),
    "pad_update": Limit(60, 20.0),
    "pad_cursor": Limit(15, 12.0),
    "call_for_help": Limit(4, 0.2),
    "answer_help": Limit(20, 2.0),
    "write_room_notes": Limit(15, 2.0),
    "broadcast_text": Limit(6, 0.5),
    "choose_room": Limit(10, 1.0),
    "return_to_main": Limit(10, 1.0),
    "delete_deck": _HOST,
    "restore_deck": _HOST,
    "rename_deck": _HOST,
    "order_decks": _HOST,
    "present_deck": _HOST,
    "turn_page": Limit(30, 8.0),
    "let_browse": _HOST,
    "stop_presenting": _HOST,
    "pointer": Limit(30, 15.0),
    "pointer_off": Limit(10, 5.0),
    "give_consent": Limit(6, 0.5),
    "media_offer": Limit(6, 0.2),
    "media_servers": Limit(6, 0.2),
    "media_view": Limit(10, 5.0),
    "chat_earlier": Limit(12, 3.0),
    "snapshot": Limit(6, 0.5),
    "caption_wish": Limit(8, 0.5),
    "connect": Limit(20, 1.0),
}


class Buckets:
    """Of one seat. Time is the monotonic clock, passed in."""

    def __init__(self, limits: Mapping[str, Limit] = LIMITS) -> None:
        self._limits = limits
        self._levels: dict[str, tuple[float, int]] = {}

    def wait_s(self, kind: str, now_ns: int) -> float:
        """Take a token and return 0, or return how long until there is one."""
        limit = self._limits.get(kind, DEFAULT)
        level, then_ns = self._levels.get(kind, (float(limit.burst), now_ns))
        level = min(limit.burst, level + (now_ns - then_ns) / 1e9 * limit.per_s)
        if level >= 1:
            self._levels[kind] = (level - 1, now_ns)
            return 0.0
        self._levels[kind] = (level, now_ns)
        return (1 - level) / limit.per_s

    def take(self, kind: str, now_ns: int) -> None:
        """Raise TooFast when there is no token."""
        if wait_s := self.wait_s(kind, now_ns):
            raise TooFast(wait_s)
