"""Routes of debates that are over: what they came to, and revealing it, also after the class."""

from __future__ import annotations

from server.api.route import Ask, Route
from server.schemas.debates_afterwards import DebateOver


async def list_debates_over(ask: Ask) -> list[DebateOver]:
    return await ask.services.debates_afterwards.debates(ask.caller, ask.path("session_id"))


async def list_debates_recorded(ask: Ask) -> list[DebateOver]:
    return await ask.services.debates_afterwards.of_recording(ask.caller, ask.path("recording_id"))


async def reveal_debate(ask: Ask) -> DebateOver:
    return await ask.services.debates_afterwards.reveal(
        ask.caller, ask.path("session_id"), ask.path("debate_id")
    )


async def open_debate_notes(ask: Ask) -> DebateOver:
    return await ask.services.debates_afterwards.open_notes(
        ask.caller, ask.path("session_id"), ask.path("debate_id")
    )


ALL = "/sessions/{session_id}/debates"
ONE = ALL + "/{debate_id}"
ROUTES = (
    Route("GET", ALL, list_debates_over, "member", answer=list[DebateOver]),
    Route(
        "GET", "/recordings/{recording_id}/debates", list_debates_recorded, "watcher",
        answer=list[DebateOver],
    ),
    Route(
        "POST", ONE + "/reveal", reveal_debate, "session_facilitator",
        answer=DebateOver, conflicts=True,
    ),
    Route(
        "POST", ONE + "/open-notes", open_debate_notes, "session_facilitator",
        answer=DebateOver, conflicts=True,
    ),
)  # fmt: skip
