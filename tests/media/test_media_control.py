"""From committed states to commands: mute, places, slots, captures, rejoin."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

import pytest

from server.domain.commands import DeclareGap, ReportCaptureStarted, ReportCaptureStopped
from server.domain.errors import Conflict, Invalid, NotAllowed
from server.domain.events import Event
from server.domain.participant_events import ParticipantReturned
from server.domain.state import Participant, Recording, SessionState
from server.live.captions import Captions
from server.live.media_control import PlaneMediaControl
from server.live.media_control_choice import StageByVoice
from server.live.media_control_session import Link, SessionMedia
from server.live.ports import CaptureReport
from server.media.plane import (
    ActiveSpeakers,
    AssignSlot,
    AudioSlotsChanged,
    CaptureSealed,
    CaptureStopped,
    CloseTransport,
    OfferRefused,
    OpenTransport,
    PlaceTransport,
    PlaneCommand,
    PlaneLoad,
    PlaneNotification,
    PublicationStarted,
    SetPublicationEnabled,
    SlotPaused,
    SlotSwitched,
    StartCapture,
    StopCapture,
    TransportClosed,
    TransportConnected,
    TransportStats,
)
from server.media.statistics import PlaneStatistics, PlaneTotals
from server.schemas.live_media import MediaOffer, MediaView

C = TypeVar("C")
TRACKS = {"0": "microphone", "1": "camera"}
SLOTS = {"2": "stage_audio", "3": "stage", "4": "audio0", "5": "gallery0"}


class RecordingPlane:
    """A plane that only remembers what it was told, and says what a test lets it say."""

    def __init__(self) -> None:
        self.commands: list[PlaneCommand] = []
        self.opened: list[OpenTransport] = []
        self.notify: Callable[[PlaneNotification], None] = lambda _: None

    async def start(self, notify: Callable[[PlaneNotification], None]) -> None:
        self.notify = notify

    async def open(self, command: OpenTransport) -> str:
        if command.offer_sdp == "bad":
            raise OfferRefused("no_codec", "No common codec.")
        self.opened.append(command)
        return "answer"

    def apply(self, commands: Sequence[PlaneCommand]) -> None:
        self.commands += commands

    def statistics(self) -> PlaneStatistics:
        return PlaneStatistics("python", (), PlaneTotals(), 0, 0.0, 0.0)

    async def close(self) -> None:
        pass

    def take(self, kind: type[C]) -> list[C]:
        """Commands of a kind since the last look."""
        found = [c for c in self.commands if isinstance(c, kind)]
        self.commands = [c for c in self.commands if not isinstance(c, kind)]
        return found


class RecordingHost:
    def __init__(self) -> None:
        self.current = SessionState("s1", stage="live", epoch=3)
        self.others: dict[str, SessionState] = {}
        self.sent: list[tuple[str, str, Any]] = []
        self.reports: list[CaptureReport] = []
        self.gone: list[tuple[str, str]] = []
        self.now = 1000
        self.connected: dict[str, str] = {}

    def state(self, session_id: str) -> SessionState | None:
        return self.current if session_id == "s1" else self.others.get(session_id)

    def now_ms(self, session_id: str) -> int:
        return self.now

    def epoch(self, session_id: str) -> int:
        return self.current.epoch

    def connection_id(self, session_id: str, participant_id: str) -> str | None:
        return self.connected.get(participant_id)

    async def send(self, session_id: str, participant_id: str, event: str, payload: Any) -> None:
        self.sent.append((participant_id, event, payload))

    def media_gone(self, session_id: str, participant_id: str, connection_id: str) -> None:
        self.gone.append((participant_id, connection_id))

    async def report(self, session_id: str, report: CaptureReport) -> None:
        self.reports.append(report)


class Class:
    """A session with its control: reads as sentences."""

    def __init__(self, data: Path) -> None:
        self.plane = RecordingPlane()
        self.host = RecordingHost()
        self.control = PlaneMediaControl(self.plane, data)
        self.transports: dict[str, str] = {}

    async def present(self, name: str, *on: str, **changes: Any) -> str:
        """In the session with these tracks on, connected; returns the transport."""
        await self.change(
            Participant(
                name, name, changes.pop("role", "learner"), False, "present",
                tracks=dict.fromkeys(on, True), **changes,  # type: ignore[arg-type]
            )
        )  # fmt: skip
        return await self.connects(name)

    async def connects(self, name: str) -> str:
        await self.control.offer("s1", name, f"socket-{name}", MediaOffer("sdp", TRACKS, SLOTS))  # type: ignore[arg-type]
        transport = self.plane.opened[-1].transport_id
        self.transports[name] = transport
        self.plane.notify(TransportConnected(transport))
        return transport

    def starts(self, name: str) -> None:
        """Packets of both tracks have come."""
        transport = self.transports[name]
        for mid, kind in TRACKS.items():
            self.plane.notify(
                PublicationStarted(f"{transport}:{mid}", transport, name, kind, "VP8")  # type: ignore[arg-type]
            )

    async def change(self, *people: Participant, **fields: Any) -> None:
        before = self.host.current
        everyone = {**before.participants, **{p.participant_id: p for p in people}}
        self.host.current = replace(before, participants=everyone, **fields)
        self.control.session_changed("s1", before, [], self.host.current)

    async def turn(self, name: str, **tracks: bool) -> None:
        who = self.host.current.participants[name]
        await self.change(replace(who, tracks={**who.tracks, **tracks}))  # type: ignore[arg-type]

    async def until(self, condition: Callable[[], object]) -> None:
        async with asyncio.timeout(5):
            while not condition():
                await asyncio.sleep(0)

    def told(self, name: str) -> list[Any]:
        return [
            (a.slot, a.participant_id, a.track, a.rtp)
            for who, event, payload in self.host.sent
            if who == name and event == "slots"
            for a in payload
        ]


@pytest.fixture
async def room(tmp_path: Path) -> AsyncIterator[Class]:
    made = Class(tmp_path)
    await made.control.start(made.host)
    yield made
    await made.control.close()


async def test_who_is_not_in_the_session_gets_no_media(room: Class) -> None:
    await room.change(Participant("ann", "Ann", "learner", False, "waiting"))
    with pytest.raises(Conflict) as refused:
        await room.control.offer("s1", "ann", "c", MediaOffer("sdp", TRACKS, SLOTS))  # type: ignore[arg-type]
    assert refused.value.code == "not_present"


async def test_an_offer_that_cannot_be_served_says_why(room: Class) -> None:
    await room.change(Participant("ann", "Ann", "learner", False, "present"))
    with pytest.raises(Invalid) as refused:
        await room.control.offer("s1", "ann", "c", MediaOffer("bad", TRACKS, SLOTS))  # type: ignore[arg-type]
    assert refused.value.code == "no_codec"


async def test_OB9_an_observer_offers_nothing_to_be_heard_or_seen(room: Class) -> None:
    await room.change(Participant("ola", "Ola", "observer", False, "present"))
    with pytest.raises(NotAllowed) as refused:
        await room.control.offer("s1", "ola", "c", MediaOffer("sdp", TRACKS, SLOTS))  # type: ignore[arg-type]
    assert (refused.value.code, refused.value.field) == ("observer_watches", "tracks")
    assert room.plane.opened == []
    await room.control.offer("s1", "ola", "c", MediaOffer("sdp", {}, SLOTS))
    assert room.plane.opened[0].tracks == {}
    # She sees and hears the room, and is on nobody's stage.
    ola = room.plane.opened[0].transport_id
    assert PlaceTransport(ola, "s1/main") in room.plane.commands
    ann = await room.present("ann")
    shown = [one for one in room.plane.take(AssignSlot) if one.transport_id == ann]
    assert all(one.publication_id is None for one in shown)
    assert ("stage", "ola", None, None) not in room.told("ann")


@pytest.mark.parametrize("seed", range(5))
async def test_what_need_not_be_chosen_anew_is_what_would_be(
    room: Class, tmp_path: Path, seed: int
) -> None:
    """What was left as it is after a change is what a session that knows nothing of before would
    say of tracks and choose for slots."""
    dice = random.Random(seed)
    names = ["ann", "bob", "cy", "dan", "eve"]
    for name in names:
        await room.present(name, role="facilitator" if name == "ann" else "learner")
    session = room.control._sessions["s1"]
    for _ in range(120):
        name = dice.choice(names)
        who = room.host.current.participants[name]
        match dice.randrange(8):
            case 0:
                await room.change(replace(who, presence=dice.choice(["present", "away"])))
            case 1:
                await room.change(replace(who, role=dice.choice(["learner", "facilitator"])))
            case 2:
                await room.change(spotlight=dice.choice([None, *names]))
            case 3:
                session.voices.setdefault("main", StageByVoice())._recent = dice.sample(names, 2)
                await room.change()
            case 4:
                view = MediaView([dice.choice([None, *names])], pinned=dice.choice([None, *names]))
                session.links[name].view = view
                await room.change()
            case 5:
                await room.turn(name, camera=dice.random() < 0.5)
            case _:
                await room.turn(name, microphone=dice.random() < 0.5)
        fresh = SessionMedia(
            "s1", RecordingPlane(), tmp_path, room.host, lambda *_: None, lambda _: None,
            Captions(None, "en"),
        )  # fmt: skip
        fresh.voices = session.voices
        fresh.links = {
            key: Link(link.transport_id, key, link.tracks, link.slots, view=link.view)
            for key, link in session.links.items()
        }
        fresh.refresh(room.host.current)
        for key, link in fresh.links.items():
            known = session.links[key]
            assert (known.enabled, known.source) == (link.enabled, link.source)
            if link.room_id is not None:
                assert known.choices == link.choices


async def test_OB9_what_an_observer_still_sends_is_dropped(room: Class) -> None:
    ann = await room.present("ann", "microphone", "camera")
    assert SetPublicationEnabled(f"{ann}:1", True) in room.plane.commands
    room.plane.commands.clear()
    # Even if the state said that her tracks are on.
    await room.change(replace(room.host.current.participants["ann"], role="observer"))
    assert room.plane.take(SetPublicationEnabled) == [
        SetPublicationEnabled(f"{ann}:0", False),
        SetPublicationEnabled(f"{ann}:1", False),
    ]


async def test_the_state_wins_over_what_a_client_sends(room: Class) -> None:
    ann = await room.present("ann", "camera")
    commands = room.plane.commands
    muted = commands.index(SetPublicationEnabled(f"{ann}:0", False))
    assert muted < commands.index(PlaceTransport(ann, "s1/main"))
    assert SetPublicationEnabled(f"{ann}:1", True) in commands
    room.plane.commands.clear()
    await room.turn("ann", microphone=True)
    assert room.plane.take(SetPublicationEnabled) == [SetPublicationEnabled(f"{ann}:0", True)]
    await room.turn("ann", microphone=False)
    assert room.plane.take(SetPublicationEnabled) == [SetPublicationEnabled(f"{ann}:0", False)]


async def test_nothing_is_said_twice(room: Class) -> None:
    await room.present("ann", "camera")
    room.plane.commands.clear()
    await room.change()
    assert room.plane.commands == []


async def test_away_is_muted_and_back_stays_muted(room: Class) -> None:
    ann = await room.present("ann", "microphone")
    room.plane.commands.clear()
    who = replace(room.host.current.participants["ann"], presence="away", tracks={})
    await room.change(who)
    assert room.plane.take(SetPublicationEnabled) == [SetPublicationEnabled(f"{ann}:0", False)]
    await room.change(replace(who, presence="present"))
    assert room.plane.take(SetPublicationEnabled) == []


async def test_slots_follow_who_speaks(room: Class) -> None:
    ann = await room.present("ann", "microphone", "camera")
    bob = await room.present("bob", "microphone", "camera")
    carl = await room.present("carl", "microphone", "camera")
    room.plane.commands.clear()
    room.plane.notify(ActiveSpeakers("s1/main", ("carl",), (20,)))
    assert AssignSlot(ann, "stage", f"{carl}:1") in room.plane.commands
    assert not [c for c in room.plane.take(AssignSlot) if c.transport_id == carl]
    levels = [p for who, event, p in room.host.sent if event == "levels"]
    await room.until(lambda: [e for _, e, _ in room.host.sent if e == "levels"])
    levels = [p for who, event, p in room.host.sent if event == "levels" and who == "ann"]
    assert levels == [{"speakers": ["carl"], "levels": [20]}]
    assert bob


async def test_a_person_is_named_with_the_first_frame(room: Class) -> None:
    ann = await room.present("ann", "microphone", "camera")
    bob = await room.present("bob", "microphone", "camera")
    room.plane.notify(SlotSwitched(bob, "stage", f"{ann}:1", 4711, "f"))
    await room.until(lambda: room.told("bob"))
    assert room.told("bob") == [("stage", "ann", "camera", 4711)]
    room.host.sent.clear()
    room.plane.notify(AudioSlotsChanged(bob, {"stage_audio": f"{ann}:0", "audio0": None}))
    await room.until(lambda: room.told("bob"))
    assert room.told("bob") == [("stage_audio", "ann", "microphone", None)]


async def test_without_a_camera_the_person_is_named_at_once(room: Class) -> None:
    await room.present("bob")
    ann = await room.present("ann", "microphone", role="facilitator")
    await room.until(lambda: ("stage", "ann", None, None) in room.told("bob"))
    assert room.plane.take(AssignSlot)[-1].publication_id != f"{ann}:1"


async def test_the_page_says_what_it_shows(room: Class) -> None:
    ann = await room.present("ann", "camera")
    bob = await room.present("bob", "camera")
    room.plane.commands.clear()
    await room.control.view("s1", "bob", "socket-bob", MediaView(["ann"], 720, 120))
    assert room.plane.take(AssignSlot) == [AssignSlot(bob, "gallery0", f"{ann}:1", "q")]
    await room.control.view("s1", "bob", "socket-bob", MediaView([None], 720, 120))
    assert room.plane.take(AssignSlot) == [AssignSlot(bob, "gallery0", None)]


# ---- captures ----------------------------------------------------------------------------------

ON = Recording("on", "r1", since_ms=0)


async def on_record(room: Class, name: str = "ann", *on: str) -> str:
    transport = await room.present(name, *(on or ("microphone",)), consent="given")
    room.starts(name)
    await room.change(recording=ON)
    return transport


async def test_only_who_consented_touches_the_disk(room: Class) -> None:
    ann = await on_record(room, "ann", "microphone", "camera")
    await room.present("bob", "microphone", consent="declined")
    room.starts("bob")
    await room.present("carl", "microphone")
    room.starts("carl")
    assert {c.publication_id for c in room.plane.take(StartCapture)} == {f"{ann}:0", f"{ann}:1"}


async def test_sessions_are_recorded_beside_each_other(room: Class, tmp_path: Path) -> None:
    """No recorder is taken by one class: every track of every session has a file of its own."""
    ann = await on_record(room)
    gil = Participant(
        "gil", "Gil", "learner", False, "present", tracks={"microphone": True}, consent="given"
    )
    before = SessionState("s2", stage="live", epoch=1)
    other = replace(before, participants={"gil": gil}, recording=ON)
    room.host.others["s2"] = other
    room.control.session_changed("s2", before, [], other)
    await room.control.offer("s2", "gil", "socket-gil", MediaOffer("sdp", TRACKS, SLOTS))  # type: ignore[arg-type]
    room.transports["gil"] = room.plane.opened[-1].transport_id
    room.plane.notify(TransportConnected(room.transports["gil"]))
    room.starts("gil")
    started = {c.publication_id: c.path.parent for c in room.plane.take(StartCapture)}
    assert started == {
        f"{ann}:0": tmp_path / "captures" / "s1",
        f"{room.transports['gil']}:0": tmp_path / "captures" / "s2",
    }
    assert room.plane.take(StopCapture) == []


async def test_a_capture_says_what_the_plane_cannot_know(room: Class, tmp_path: Path) -> None:
    room.host.now = 61_000
    ann = await on_record(room)
    started = room.plane.take(StartCapture)[0]
    capture_id = started.path.stem
    assert started.path == tmp_path / "captures" / "s1" / f"{capture_id}.rtp"
    assert started.header["origin_ms"] == 61_000
    assert started.header["epoch"] == 3
    assert started.header["connection_id"] == ann
    assert started.origin_monotonic_ns > 0
    await room.until(lambda: room.host.reports)
    assert room.host.reports == [
        ReportCaptureStarted(capture_id, "ann", "microphone", f"captures/s1/{capture_id}.rtp")
    ]


@pytest.mark.parametrize(
    "change",
    [
        {"recording": replace(ON, stage="paused")},
        {"recording": replace(ON, stage="stopped")},
        {"consent": "declined"},
        {"tracks": {"microphone": False}},
        {"presence": "away"},
    ],
    ids=["pause", "stop", "consent withdrawn", "track off", "away"],
)
async def test_a_capture_ends_with_its_reason(room: Class, change: dict[str, Any]) -> None:
    ann = await on_record(room)
    started = room.plane.take(StartCapture)[0]
    if "recording" in change:
        await room.change(**change)
    else:
        await room.change(replace(room.host.current.participants["ann"], **change))
    assert room.plane.take(StopCapture) == [StopCapture(f"{ann}:0")]
    # The log hears of it when the file is whole.
    assert not [r for r in room.host.reports if isinstance(r, ReportCaptureStopped)]
    room.plane.notify(CaptureSealed(f"{ann}:0", started.path, 5, 500))
    await room.until(lambda: ReportCaptureStopped(started.path.stem) in room.host.reports)


async def test_the_last_captures_are_reported_after_their_connection_went(room: Class) -> None:
    ann = await on_record(room)
    started = room.plane.take(StartCapture)[0]
    room.plane.notify(TransportClosed(ann, "consent_expired"))
    room.plane.notify(CaptureSealed(f"{ann}:0", started.path, 5, 500))
    await room.until(lambda: ReportCaptureStopped(started.path.stem) in room.host.reports)
    await room.until(lambda: [e for _, e, _ in room.host.sent if e == "quality"])


async def test_an_overflow_begins_a_new_file_and_declares_the_gap(room: Class) -> None:
    ann = await on_record(room)
    first = room.plane.take(StartCapture)[0]
    room.host.now = 5000
    room.plane.notify(CaptureStopped(f"{ann}:0", first.path, "overflow"))
    second = room.plane.take(StartCapture)[0]
    assert second.path != first.path
    gap = DeclareGap(5000, 5000, "capture_lost", "ann", "microphone")
    await room.until(lambda: gap in room.host.reports)


async def test_a_full_disk_is_a_gap_until_the_recording_ends(room: Class) -> None:
    ann = await on_record(room)
    first = room.plane.take(StartCapture)[0]
    room.host.now = 5000
    room.plane.notify(CaptureStopped(f"{ann}:0", first.path, "disk_full"))
    await room.change()
    assert room.plane.take(StartCapture) == []
    room.host.now = 9000
    await room.change(recording=replace(ON, stage="stopped"))
    gap = DeclareGap(5000, 9000, "disk_full", "ann", "microphone")
    await room.until(lambda: gap in room.host.reports)


# ---- coming and going --------------------------------------------------------------------------


async def test_a_rejoin_takes_over_when_it_is_up(room: Class) -> None:
    old = await room.present("ann", "camera")
    bob = await room.present("bob", "camera")
    room.plane.commands.clear()
    await room.control.offer("s1", "ann", "socket-2", MediaOffer("sdp", TRACKS, SLOTS))  # type: ignore[arg-type]
    new = room.plane.opened[-1].transport_id
    assert room.plane.commands == []
    room.plane.notify(TransportConnected(new))
    commands = room.plane.commands
    assert CloseTransport(old) in commands
    assert PlaceTransport(new, "s1/main") in commands
    assert AssignSlot(bob, "stage", f"{new}:1") in commands
    await room.until(lambda: ("gallery0", None, None, None) in room.told("ann"))


async def test_a_rejoin_while_the_old_one_dies_takes_over_then(room: Class) -> None:
    old = await room.present("ann", "camera")
    await room.control.offer("s1", "ann", "socket-2", MediaOffer("sdp", TRACKS, SLOTS))  # type: ignore[arg-type]
    new = room.plane.opened[-1].transport_id
    room.plane.commands.clear()
    room.plane.notify(TransportClosed(old, "consent_expired"))
    assert PlaceTransport(new, "s1/main") in room.plane.commands
    assert [who for who, _ in room.host.gone] == ["ann"]


async def test_a_page_whose_socket_came_back_is_told_everything(room: Class) -> None:
    await room.present("ann", "camera")
    bob = await room.present("bob", "camera")
    room.plane.notify(SlotSwitched(bob, "stage", f"{room.transports['ann']}:1", 4711, "f"))
    await room.until(lambda: room.told("bob"))
    room.host.sent.clear()
    returned = Event("s1", 9, "session", 9, 0, "bob", None, ParticipantReturned("bob"))
    state = room.host.current
    room.control.session_changed("s1", state, [returned], state)
    await room.until(lambda: room.told("bob"))
    assert ("stage", "ann", "camera", None) in room.told("bob")


@pytest.mark.parametrize("presence", ["left", "removed"])
async def test_who_goes_loses_the_connection_at_once(room: Class, presence: Any) -> None:
    ann = await room.present("ann", "camera")
    await room.change(replace(room.host.current.participants["ann"], presence=presence, tracks={}))
    assert CloseTransport(ann) in room.plane.commands


async def test_the_end_of_the_session_closes_everything(room: Class) -> None:
    ann, bob = await on_record(room), await room.present("bob")
    await room.change(stage="ended", recording=replace(ON, stage="stopped"))
    assert StopCapture(f"{ann}:0") in room.plane.commands
    closed = {c.transport_id for c in room.plane.take(CloseTransport)}
    assert closed == {ann, bob}


async def test_quality_reaches_its_own_page_only(room: Class) -> None:
    ann = await room.present("ann")
    await room.present("bob")
    room.plane.notify(TransportStats(ann, 0.0, 0.2, 30.0, 1000, 2000))
    await room.until(lambda: [e for _, e, _ in room.host.sent if e == "quality"])
    [(who, quality)] = [(w, p) for w, event, p in room.host.sent if event == "quality"]
    assert who == "ann"
    assert (quality.loss_down, quality.level) == (0.2, "poor")


async def test_a_picture_without_room_leaves_the_person_and_the_page_knows(room: Class) -> None:
    ann = await room.present("ann", "camera", "microphone")
    bob = await room.present("bob")
    room.starts("ann")
    room.plane.notify(SlotSwitched(bob, "stage", f"{ann}:1", 900, "f"))
    room.plane.notify(SlotPaused(bob, "stage", f"{ann}:1"))
    room.plane.notify(SlotSwitched(bob, "stage", None, None, None))
    await room.until(lambda: ("stage", "ann", None, None) in room.told("bob"))
    room.plane.notify(TransportStats(bob, 0.0, 0.0, 30.0, 1000, 2000))
    await room.until(lambda: [e for _, e, _ in room.host.sent if e == "quality"])
    [quality] = [payload for _, event, payload in room.host.sent if event == "quality"]
    assert quality.paused == ["stage"]
    assert room.told("bob")[-1] == ("stage", "ann", None, None), "and not nobody"
    room.plane.notify(SlotPaused(bob, "stage", None))
    room.plane.notify(SlotSwitched(bob, "stage", f"{ann}:1", 1800, "q"))
    await room.until(lambda: room.told("bob")[-1] == ("stage", "ann", "camera", 1800))


def heard_of(room: Class, who: str) -> dict[str, tuple[str | None, str | None]]:
    """What a facilitator has been told of everybody's connection, all in all."""
    return {
        one.participant_id: (one.level, one.cause)
        for told, event, news in room.host.sent
        if event == "people_quality" and told == who
        for one in news
    }


async def test_facilitators_see_how_everybodys_connection_does(room: Class) -> None:
    await room.present("ann", role="facilitator")
    bob, cem = await room.present("bob"), await room.present("cem")
    room.plane.notify(TransportStats(bob, 0.2, 0.0, 30.0, 1000, 2000))
    room.plane.notify(TransportStats(cem, 0.0, 0.0, 30.0, 1000, 2000))
    await room.until(lambda: len(heard_of(room, "ann")) == 2)
    assert heard_of(room, "ann") == {"bob": ("poor", "loss_up"), "cem": ("good", None)}
    room.plane.notify(TransportClosed(bob, "consent_expired"))
    await room.until(lambda: heard_of(room, "ann")["bob"] == ("lost", None))
    room.plane.notify(TransportClosed(cem, "closed"))
    await room.until(lambda: heard_of(room, "ann")["cem"] == (None, None))
    assert heard_of(room, "cem") == {}, "learners are told of themselves only"


async def test_a_plane_at_its_limit_offers_newcomers_sound(
    room: Class, monkeypatch: pytest.MonkeyPatch
) -> None:
    await room.present("ann", "camera")
    await room.change(Participant("bob", "Bob", "learner", False, "present"))
    await room.change(Participant("tea", "Tea", "facilitator", False, "present"))
    now = 100.0
    monkeypatch.setattr("server.live.media_control.time.monotonic", lambda: now)
    for _ in range(6):
        now += 1
        room.plane.notify(PlaneLoad(0.97, 0))
    with pytest.raises(Conflict) as refused:
        await room.connects("bob")
    assert refused.value.code == "sound_only"
    voice = MediaOffer("sdp", {"0": "microphone"}, {"1": "audio0", "2": "audio1"})
    await room.control.offer("s1", "bob", "socket-bob", voice)
    with pytest.raises(Conflict):
        await room.connects("bob")  # the way round
    await room.connects("ann")  # a rejoin
    await room.connects("tea")
    for _ in range(12):
        now += 1
        room.plane.notify(PlaneLoad(0.3, 0))
    await room.change(Participant("carl", "Carl", "learner", False, "present"))
    await room.connects("carl")


async def test_who_joins_and_shows_nothing_is_put_before_the_others_a_moment_later(
    room: Class, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One look at everybody for all who join together."""
    monkeypatch.setattr("server.live.media_control._GATHER_S", 0.0)
    looked: list[str] = []
    for name in ("admit", "refresh"):
        look = getattr(SessionMedia, name)

        def looks(*values: object, name: str = name, look: Callable[..., None] = look) -> None:
            looked.append(name)
            look(*values)

        monkeypatch.setattr(SessionMedia, name, looks)
    await room.present("ann")
    await room.present("bob")
    assert room.control._due == {"s1"}
    while room.control._due:
        await asyncio.sleep(0)
    assert looked[-1] == "refresh"
    assert looked.count("admit") == 2
