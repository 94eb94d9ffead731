"""Channels: who an event is told (docs/protocol.md)."""

from __future__ import annotations

SESSION = "session"
FACILITATORS = "role:facilitator"
SERVER = "server"
"""Never sent to browsers."""


def person(participant_id: str) -> str:
    """The channel only this participant sees."""
    return f"person:{participant_id}"


def room(room_id: str) -> str:
    """The channel of a breakout room: who is in it, and facilitators."""
    return f"room:{room_id}"


def room_of(channel: str) -> str | None:
    return channel.removeprefix("room:") if channel.startswith("room:") else None


def side_channel(debate_id: str, side: str) -> str:
    """Only those seated on this side of the debate see it."""
    return f"side:{debate_id}:{side}"
