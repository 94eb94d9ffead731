"""Connections a killed server left behind: how long they may stay, and what of them is shut."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from server.domain.commands import DeclareGap
from server.domain.events import Event
from server.domain.participant_events import ParticipantReturned
from server.domain.state import Participant, SessionState
from server.live import media_control_held
from server.media.plane import (
    CaptureStopped,
    CloseTransport,
    SetPublicationEnabled,
    StartCapture,
    TransportClosed,
    TransportConnected,
    TransportHeld,
)
from server.schemas.live_media import MediaOffer
from tests.media.test_media_control import SLOTS, TRACKS, Class, on_record


def away(name: str, **changes: Any) -> Participant:
    return Participant(name, name, "learner", False, "away", **changes)


@pytest.fixture
async def room(tmp_path: Path) -> AsyncIterator[Class]:
    """Ann and Bob were in class when the server was killed."""
    made = Class(tmp_path)
    await made.control.start(made.host)
    await made.change(away("ann"), away("bob"))
    for name in ("ann", "bob"):
        held = TransportHeld(f"old-{name}", name, "s1", (f"old-{name}:0", f"old-{name}:1"))
        made.plane.notify(held)
    yield made
    await made.control.close()


def closed(room: Class) -> set[str]:
    return {command.transport_id for command in room.plane.take(CloseTransport)}


async def test_nothing_of_them_is_touched_as_long_as_nothing_changes(room: Class) -> None:
    assert room.plane.commands == []


async def test_who_is_back_is_muted_at_once_and_seen_as_before_until_connected(
    room: Class,
) -> None:
    before = room.host.current
    here = replace(before.participants["ann"], presence="present")
    room.host.current = replace(before, participants={**before.participants, "ann": here})
    returned = Event("s1", 9, "session", 9, 0, "ann", None, ParticipantReturned("ann"))
    room.control.session_changed("s1", before, [returned], room.host.current)
    assert room.plane.take(SetPublicationEnabled) == [
        SetPublicationEnabled("old-ann:0", False), SetPublicationEnabled("old-ann:1", False)
    ]  # fmt: skip
    await room.control.offer("s1", "ann", "socket", MediaOffer("sdp", TRACKS, SLOTS))  # type: ignore[arg-type]
    assert room.plane.opened[-1].tag == "s1"
    assert closed(room) == set()
    room.plane.notify(TransportConnected(room.plane.opened[-1].transport_id))
    assert closed(room) == {"old-ann"}


async def test_who_may_not_be_here_any_more_is_cut_off(room: Class) -> None:
    await room.change(replace(room.host.current.participants["bob"], presence="removed"))
    assert closed(room) == {"old-bob"}


async def test_the_end_closes_all(room: Class) -> None:
    await room.change(stage="ended")
    assert closed(room) == {"old-ann", "old-bob"}


async def test_nobody_is_heard_where_they_are_not_any_more(room: Class) -> None:
    await room.change(replace(room.host.current.participants["bob"], room_id="breakout-1"))
    assert closed(room) == {"old-ann", "old-bob"}


async def test_a_floor_that_narrows_closes_them_and_one_that_widens_does_not(
    room: Class, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = room.host.current
    later = replace(now, at_ms=now.at_ms + 1)
    floors = {now.at_ms: frozenset({"ann"}), later.at_ms: frozenset({"ann", "bob"})}

    def may_speak(state: SessionState, _room_id: str) -> frozenset[str]:
        return floors[state.at_ms]

    monkeypatch.setattr(media_control_held, "may_speak", may_speak)
    room.control.session_changed("s1", now, [], later)
    assert closed(room) == set()
    room.control.session_changed("s1", later, [], now)
    assert closed(room) == {"old-ann", "old-bob"}


async def test_whom_nobody_claims_goes_after_a_while(room: Class) -> None:
    held = room.control._held
    held.keep_house(time.monotonic())
    assert closed(room) == set()
    held.keep_house(time.monotonic() + 21)
    assert closed(room) == {"old-ann", "old-bob"}


async def test_one_that_has_closed_is_forgotten(room: Class) -> None:
    room.plane.notify(TransportClosed("old-ann", "error"))
    await room.change(stage="ended")
    assert closed(room) == {"old-bob"}


async def test_a_capture_whose_process_was_lost_begins_anew_at_once(room: Class) -> None:
    carl = await on_record(room, "carl")
    first = room.plane.take(StartCapture)[0]
    room.host.now = 5000
    room.plane.notify(CaptureStopped(f"{carl}:0", first.path, "process_lost"))
    assert room.plane.take(StartCapture)[0].path != first.path
    gap = DeclareGap(4000, 5000, "capture_lost", "carl", "microphone")
    await room.until(lambda: gap in room.host.reports)
