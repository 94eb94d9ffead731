"""A class that holds debates: seven people with a tone each. Three sit at real pages, where a
debate is led, spoken in and asked into; the others have a seat on the socket and real media.

``Hall.hears_only`` is the measure: from 150 ms after a change of the floor no receiver holds more
than −60 dB of anybody's tone who may not be heard there, and everybody hears who may. What a page
or a seat had been sent by then is told from what came later by its number or timestamp, not by its
arrival: on a busy machine packets wait in the listener's socket.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from playwright.async_api import Browser, Page, expect

from server.demo.browser import person
from server.demo.classroom_page import PATIENT_MS, ClassroomPage, sign_in_as
from server.demo.http_account import Account
from server.demo.school import School
from server.demo.seat import Seat
from server.domain import breakout_commands as bc
from server.domain.commands import Command
from server.domain.debate_state import END_STROKES, Debate
from server.domain.place import floors, places
from server.domain.state import Actor, SessionState
from server.media.client.client import MediaClient
from server.media.client.sources import PACKET as SAMPLES
from server.media.client.sources import RATE, OpusEncoder, SoundSource, Tone
from server.media.peer import Peer
from server.media.plane import TrackKind
from tests.contract.media_plane import read_capture
from tests.e2e.debate_page import DebatePage
from tests.e2e.wound_server import WoundServer

EARS = Path(__file__).with_name("ears.js")
TONES = {
    "Helen Marsh": 430, "Mina Okafor": 590, "Tomás Rivera": 770, "Ada Lindqvist": 1010,
    "Jonas Weber": 1370, "Leila Haddad": 1730, "Piotr Nowak": 2110,
}  # fmt: skip
"""no tone is a multiple of another, and none is the bell's"""
CHAIR = "Helen Marsh"
AT_PAGES = (CHAIR, "Mina Okafor", "Tomás Rivera")
SETTLED_S = 0.15
QUIET_DB, HEARD_DB = -60.0, -30.0
BELL_DB = -40.0
WINDOW_S = 0.34
WAIT_MS = 450
"""the window of ears.js and what a page needs to play what has come"""
SLOTS = ("stage_audio", "stage", "audio0", "audio1", "audio2", "audio3")
AUDIO = tuple(slot for slot in SLOTS if "audio" in slot)
CLOCKS_NS = 20_000_000
"""what two readings of wall and monotonic clock may differ by"""
PACKET = 1
"""kind of a record of a capture (docs/formats.md)"""


@dataclass
class Debater:
    """At a page."""

    name: str
    page: Page
    room: ClassroomPage
    debate: DebatePage
    strokes: int = 0
    """of bells that have sounded"""


class Singer(MediaClient):
    """Sends one second of a tone over and over: encoding it anew for everybody costs too much."""

    async def _send_sound(
        self, track: TrackKind, source: SoundSource, begins: float | None
    ) -> None:
        encoder, length = OpusEncoder(), SAMPLES / RATE
        encoded = [encoder.encode(source.read(n * SAMPLES)) for n in range(100)]
        packets = [one for some in encoded for one in some][-50:]
        sender = self.senders[track, "f"]
        begins = self.next_packet() if begins is None else begins
        first = index = round(begins / length)
        while True:
            await self._until((index + 1) * length)
            packet, level = packets[index % len(packets)]
            sender.send_payload(packet, sender.timestamp(index * length), index == first, level)
            index += 1


class Listener:
    """A seat on the socket with real media and no page: hears by the packet."""

    def __init__(self, seat: Seat) -> None:
        self.seat = seat
        self.media = Singer(("microphone", "camera"), SLOTS)

    async def begin(self, tone: int) -> None:
        await self.seat.connect()
        offer = self.media.offer()
        answer = await self.seat.ask(
            "media_offer", {"sdp": offer.sdp, "tracks": offer.tracks, "slots": offer.slots}
        )
        await self.media.connect(answer["sdp"])
        await self.seat.command("give_consent", is_given=True)
        self.media.play_sound("microphone", Tone(tone))
        await self.seat.command("set_track", track="microphone", is_on=True)

    async def close(self) -> None:
        await self.media.close()
        await self.seat.close()

    async def after(self, fences: dict[str, int], tones: Sequence[int]) -> list[float]:
        """The loudest each tone is in what was sent after these numbers, by slot."""
        await asyncio.sleep(WINDOW_S)
        loudest = [-200.0] * len(tones)
        for slot in AUDIO:
            receiver = self.media.slots[slot]
            fence = fences.get(slot)
            late = [
                one
                for one in receiver.packets
                if fence is None or 0 < ((one.sequence - fence) & 0xFFFF) < 0x8000
            ]
            if not late:
                continue
            samples = np.concatenate(receiver.decoded(late))
            loudest = [
                max(known, level_db(samples, tone))
                for known, tone in zip(loudest, tones, strict=True)
            ]
        return loudest


def level_db(samples: np.ndarray, hertz: float) -> float:
    """Of a tone against full scale, by a window around its frequency."""
    if len(samples) < 4800:
        return -200.0
    window = np.hanning(len(samples))
    spectrum = np.abs(np.fft.rfft(samples * window)) / window.sum() * 2
    at = round(hertz * len(samples) / 48000)
    return float(20 * np.log10(max(spectrum[max(0, at - 3) : at + 4].max(), 1e-10)))


class Hall:
    def __init__(self, server: WoundServer, school: School, browser: Browser) -> None:
        self.server = server
        self.school = school
        self.browser = browser
        self.pages: dict[str, Debater] = {}
        """participant → who sits at a page"""
        self.seats: dict[str, Listener] = {}
        """participant → who does not"""
        self.silent: list[Seat] = []
        """of people who neither hear nor are heard"""
        self.session_id = ""
        self.since_ns = 0
        """of captures: what is older has been looked at"""

    # ---- gathering ---------------------------------------------------------------------------

    async def gather(self) -> None:
        self.owner = await self.school.invite(CHAIR, "facilitator")
        accounts = {CHAIR: self.owner}
        self.session_id = await self.school.session(
            accounts[CHAIR], "Debate 101", record_automatically=True, lobby_is_on=False
        )
        for name in [one for one in TONES if one != CHAIR]:
            accounts[name] = await self.school.invite(name, "learner")
            await self.school.enrol(accounts[CHAIR], self.session_id, accounts[name])
        for name in AT_PAGES:
            await self._enter(name, accounts[name])
        for name in [one for one in TONES if one not in AT_PAGES]:
            listener = Listener(Seat(accounts[name], self.session_id))
            await listener.begin(TONES[name])
            self.seats[listener.seat.participant_id] = listener
        await self.server.until(
            lambda state: len(state.captures) == len(TONES), "a capture of everybody"
        )

    async def _enter(self, name: str, account: Account) -> None:
        devices = {"toneHz": TONES[name], "label": name, "denied": ["video"]}
        context = await person(
            self.browser, devices, viewport={"width": 1300, "height": 900}, reduced_motion="reduce"
        )
        await context.add_init_script(EARS.read_text(encoding="utf-8"))
        page = await context.new_page()
        await sign_in_as(page, account)
        room = ClassroomPage(page, self.server.url, self.session_id)
        await room.enter(True)
        await room.is_in_class()
        await room.button("Mute microphone").first.wait_for(timeout=PATIENT_MS)
        await page.evaluate("ears.listen()")
        self.pages[self.id_of(name)] = Debater(name, page, room, DebatePage(room))

    async def close(self) -> None:
        for seat in self.seats.values():
            await seat.close()
        for other in self.silent:
            await other.close()
        for one in self.pages.values():
            await one.page.context.close()

    @property
    def chair(self) -> DebatePage:
        return self.at_page(CHAIR).debate

    @property
    def state(self) -> SessionState:
        return self.server.state

    def id_of(self, name: str) -> str:
        (found,) = (one for one in self.state.participants.values() if one.name == name)
        return found.participant_id

    def at_page(self, name: str) -> Debater:
        return self.pages[self.id_of(name)]

    def tone_of(self, who: str) -> int:
        return TONES[self.state.participants[who].name]

    @property
    def debate(self) -> Debate:
        """The newest."""
        return list(self.state.debates.values())[-1]

    # ---- who is heard ------------------------------------------------------------------------

    def audible(self, state: SessionState) -> dict[str, frozenset[str]]:
        """Participant → those they may hear, by the rules."""
        where = {who: room for who, room in places(state).items() if self.name(who) in TONES}
        allowed = floors(state, set(where.values()))
        return {
            who: frozenset(
                other
                for other, there in where.items()
                if other != who
                and there == room
                and ((floor := allowed[room]) is None or other in floor)
            )
            for who, room in where.items()
        }

    async def hears_only(self, *names_or_ids: str) -> None:
        """These and the chair are heard in the main room, and nobody else."""
        expected = frozenset({self.id_of(CHAIR), *names_or_ids})
        state = self.state
        floor = floors(state, {"main"})["main"]
        assert floor == expected, (floor, expected)
        await self.measure()

    async def measure(self) -> None:
        """What everybody hears from 150 ms after the last change on, against the rules."""
        state = self.state
        rules = self.audible(state)
        changed_ns = self._changed_ns(rules)
        await asyncio.sleep(max(0.0, changed_ns / 1e9 + SETTLED_S - time.monotonic()))
        everybody = list(rules)
        tones = [self.tone_of(who) for who in everybody]
        measured = await asyncio.gather(*(self._levels(who, tones) for who in everybody))
        assert self.audible(self.state) == rules, "the floor changed while it was measured"
        for listener, levels in zip(everybody, measured, strict=True):
            for other, level in zip(everybody, levels, strict=True):
                if other != listener and other not in rules[listener]:
                    assert level < QUIET_DB, (self.name(listener), self.name(other), level)
        await asyncio.gather(
            *(
                self._hears(one, [self.tone_of(other) for other in rules[who]])
                for who, one in self.pages.items()
                if who in rules
            )
        )

    def name(self, who: str) -> str:
        return self.state.participants[who].name

    def _changed_ns(self, rules: dict[str, frozenset[str]]) -> int:
        """Since when these rules hold."""
        changed_ns = 0
        for at_ns, state in reversed(self.server.media.states):
            if self.audible(state) != rules:
                break
            changed_ns = at_ns
        return changed_ns

    def _peer(self, who: str) -> Peer:
        (found,) = (
            one
            for one in self.server.media.sound_plane._peers.values()
            if one.participant_id == who
        )
        return found

    async def _levels(self, who: str, tones: Sequence[int]) -> list[float]:
        slots = self._peer(who).slots
        if who in self.seats:
            ends = {name: slots[name]._last_sequence for name in AUDIO if slots[name]._last}
            return await self.seats[who].after(ends, tones)
        fences = [
            [slot.numbers.ssrc, (last.timestamp + slot._last_timestamp_step) & 0xFFFFFFFF]
            for name, slot in slots.items()
            if "audio" in name and (last := slot._last) is not None
        ]
        return await self.pages[who].page.evaluate(
            "([fences, tones, wait]) => ears.after(fences, tones, wait)", [fences, tones, WAIT_MS]
        )

    async def _hears(self, one: Debater, tones: Iterable[int]) -> None:
        wanted = list(tones)
        if not wanted or len(wanted) > 5:
            return  # everybody may be heard: of so many the loudest three are
        assert await one.page.evaluate(
            "([tones, db]) => ears.heard(tones, db)", [wanted, HEARD_DB]
        ), (one.name, wanted)

    # ---- bells -------------------------------------------------------------------------------

    async def rings(self, room: str = "main") -> None:
        """To the next bell: it sounds on every page of the room, with all its strokes."""
        before = self.debate_in(room)
        _, strokes = before.bell_times[before.bells]
        await self.server.skip_until(
            lambda _: self.debate_in(room).bells == before.bells + 1, "the next bell"
        )
        for who, one in self.pages.items():
            if self.state.participants[who].room_id != room:
                continue
            one.strokes += strokes
            await self._sounded(one)

    async def _sounded(self, one: Debater) -> None:
        """As many strokes as have rung, and they were sound."""
        await one.page.wait_for_function(
            "([strokes, db]) => ears.rung.strokes === strokes && ears.rung.peak > db",
            arg=[one.strokes, BELL_DB],
            timeout=PATIENT_MS,
        )

    def debate_in(self, room: str) -> Debate:
        return [one for one in self.state.debates.values() if one.room_id == room][-1]

    # ---- captures ----------------------------------------------------------------------------

    async def check_captures(self) -> None:
        """No packet in any capture is later than 150 ms after its speaker could be heard by
        anybody; and everybody whom the format lets speak is in one."""
        spans = self._spans()
        late: list[tuple[str, float]] = []
        heard: set[str] = set()
        folder = self.server.data / "captures" / self.session_id
        for path in folder.glob("*.rtp"):
            header, records = read_capture(path, is_open=True)
            if header["track"] != "microphone":
                continue
            who = str(header["participant_id"])
            origin_ns = (int(header["origin_utc_ms"]) * 1_000_000) - self._utc_offset_ns
            for kind, arrival, _ in records:
                at_ns = origin_ns + arrival
                if kind != PACKET or at_ns < self.since_ns:
                    continue
                heard.add(who)
                if not any(
                    begin - CLOCKS_NS <= at_ns <= end + SETTLED_S * 1e9 for begin, end in spans[who]
                ):
                    late.append((self.name(who), (at_ns - self.since_ns) / 1e9))
        assert not late, late[:10]
        spoke = {who for who, found in spans.items() if found}
        assert heard == spoke, (heard, spoke)

    _utc_offset_ns = time.time_ns() - time.monotonic_ns()

    def _spans(self) -> dict[str, list[tuple[int, int]]]:
        """Participant → when somebody could hear them, from ``since_ns`` on."""
        spans: dict[str, list[tuple[int, int]]] = {who: [] for who in places(self.state)}
        ends = [at for at, _ in self.server.media.states[1:]] + [time.monotonic_ns() + 10**12]
        for (begin, state), end in zip(self.server.media.states, ends, strict=True):
            if end < self.since_ns:
                continue
            where = places(state)
            allowed = floors(state, set(where.values()))
            for who, room in where.items():
                floor = allowed[room]
                if floor is None or who in floor:
                    spans.setdefault(who, []).append((begin, end))
        return spans

    # ---- breakout rooms ----------------------------------------------------------------------

    async def ask_for(self, command: Command) -> None:
        who = self.id_of(CHAIR)
        await self.server.ask_for(Actor(who, "facilitator", CHAIR), command)

    def in_room(self, room: str) -> list[str]:
        return [one.participant_id for one in self.state.present if one.room_id == room]

    async def open_rooms(self, count: int) -> list[str]:
        """Two in each; the last ones come on a socket alone, without media."""
        for name in [f"Guest {n}" for n in range(2 * count - len(TONES) + 1)]:
            account = await self.school.invite(name, "learner")
            await self.school.enrol(self.owner, self.session_id, account)
            seat = Seat(account, self.session_id)
            await seat.connect()
            self.silent.append(seat)
        learners = [one.participant_id for one in self.state.present if one.role == "learner"]
        names = tuple(f"Room {n + 1}" for n in range(count))
        assignment = {who: n // 2 for n, who in enumerate(learners)}
        await self.ask_for(bc.DraftBreakouts(names, assignment=assignment))
        await self.ask_for(bc.OpenBreakouts())
        breakouts = self.state.breakouts
        assert breakouts is not None
        return [room.room_id for room in breakouts.rooms]

    # ---- running a debate --------------------------------------------------------------------

    async def plan(self, motion: str, format_name: str, *, judge: bool = True) -> None:
        await self.chair.plan(motion, format_name)
        if judge:
            await self.chair.judge(CHAIR)

    async def press(self, name: str) -> None:
        await self.chair.button(name).click()

    async def end(self) -> None:
        """So that the next one can begin."""
        await self.press("End debate")
        dialog = self.at_page(CHAIR).page.get_by_role("dialog")
        await dialog.get_by_role("button", name="End debate").click()
        await self.server.until(lambda _: self.debate.stage == "ended", "the debate is over")

    async def to_the_end_of_preparation(self) -> None:
        await self.server.skip()
        await self.server.until(lambda _: self.debate.stage == "running", "preparation is over")
        for one in self.pages.values():
            one.strokes += END_STROKES
            await self._sounded(one)

    async def gives_floor(self, who: str) -> None:
        await self.press("Give the floor")
        page = self.at_page(CHAIR).page
        await page.get_by_role("menuitem", name=self.name(who), exact=True).click()
        await self.server.until(lambda _: self.debate.turn == who, "the turn is given")

    async def hands_in_sheet(self) -> None:
        sheet = self.chair.page.get_by_test_id("score-sheet")
        for field in await sheet.get_by_role("textbox").all():
            await field.fill("7")
        for place, field in enumerate(await sheet.get_by_role("combobox").all()):
            await field.select_option(str(place + 1))
        await sheet.get_by_role("button", name="Hand in").click()
        await sheet.get_by_role("button", name="Hand in again").wait_for()

    async def sees_result(self, *texts: str) -> None:
        for one in self.pages.values():
            result = one.page.get_by_test_id("debate-result")
            for text in texts:
                await expect(result).to_contain_text(text, timeout=PATIENT_MS)
