"""The class itself: who comes, what is said, shown, asked and voted, and when.

Learners speak before and after the lecture, never into it, and are muted meanwhile, so every word
in the lecture's span is the facilitator's. Everything that happens during the lecture is placed by
its share of the lecture, so a shortened demo still has all of it.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from playwright.async_api import Browser

from server.demo import lip_sync
from server.demo.attendee import Attendee, PlannedPictures
from server.demo.http_account import Account
from server.demo.learners import Learner, PageLearner, PythonLearner
from server.demo.lecture import Lecture, Samples
from server.demo.school import School
from server.demo.slides import Picture, draw_flash, draw_person, draw_slide, schedule
from server.demo.voices import beep, speak

Tell = Callable[[str], None]

FACILITATOR = "Helen Marsh"
GUEST = "Mina Okafor"
LEARNER = "Tomás Rivera"
TITLE = "Printing, from wood blocks to Roman type"
DESCRIPTION = (
    "The woodcutters of the Netherlands and their block books, the Gutenberg Bible in missal type, "
    "Peter Schoeffer at Maintz, the ne-plus-ultra of Gothic type, the printers of Strasburg, "
    "Basle, Paris and Lubeck, Sweynheim and Pannartz at Subiaco."
)
QUESTION = "Who took impressions from wood blocks first?"
OPTIONS = ["The Chinese", "The Venetians", "The Germans"]
FLASHES = 8
PAGE_FLASHES = 6
GREETING = "Good morning, everybody. I can hear you well."
LEARNER_GREETING = "Good morning. I am ready."
GUEST_THANKS = "Thank you. Was that beautiful type used for a long time?"
LEARNER_THANKS = "I liked the story of the first dated Bible."


@dataclass(frozen=True, slots=True)
class Held:
    """What happened, on the session's clock."""

    session_id: str
    recording_id: str
    facilitator_id: str
    record_began_ms: float
    lecture_began_ms: float
    ended_ms: float
    flashes_ms: tuple[float, float]
    page_flashes_ms: tuple[float, float] | None
    """None without a browser"""

    def on_record(self, session_ms: float) -> float:
        """Recording time; the demo never pauses its recording."""
        return session_ms - self.record_began_ms


class Lesson:
    def __init__(
        self, school: School, lecture: Lecture, chromium: Browser | None, tell: Tell
    ) -> None:
        self._school = school
        self._lecture = lecture
        self._chromium = chromium
        self._tell = tell
        self._voices = {
            GUEST: [speak(GREETING, "en-gb+f3"), speak(GUEST_THANKS, "en-gb+f3")],
            LEARNER: [speak(LEARNER_GREETING, "en-us+m3"), speak(LEARNER_THANKS, "en-us+m3")],
        }

    async def hold(self) -> Held:
        school = self._school
        teacher = await school.invite(FACILITATOR, "facilitator")
        learner = await school.invite(LEARNER, "learner")
        session_id = await school.session(teacher, TITLE, description=DESCRIPTION, lobby_is_on=True)
        await school.enrol(teacher, session_id, learner)
        guest = await school.guest(teacher, session_id, GUEST)

        facilitator = self._attendee(teacher, session_id, (196, 138, 92))
        mina = self._attendee(guest, session_id, (98, 150, 120))
        tomas: Learner
        if self._chromium is not None:
            tomas = PageLearner(self._chromium, learner, session_id, LEARNER)
        else:
            tomas = PythonLearner(self._attendee(learner, session_id, (110, 120, 180)))
        try:
            return await self._run(session_id, facilitator, mina, tomas)
        finally:
            for person in (tomas, mina, facilitator):
                await person.close()

    def _attendee(
        self, account: Account, session_id: str, colour: tuple[int, int, int]
    ) -> Attendee:
        camera = PlannedPictures(lambda at_s: draw_person(colour, at_s), 320, 180, 12)
        return Attendee(account, session_id, camera)

    async def _run(
        self,
        session_id: str,
        facilitator: Attendee,
        mina: Attendee,
        tomas: Learner,
    ) -> Held:
        teacher = facilitator.seat
        await teacher.connect()
        await teacher.command("start_session")
        await teacher.wait_for_event("recording_started")
        await teacher.command("give_consent", is_given=True)
        await facilitator.connect_media()
        self._tell(f"{FACILITATOR} has opened the class; the recording is on")

        await self._let_in(facilitator, mina)
        await tomas.enter(facilitator)
        self._tell(f"{GUEST} (guest) and {LEARNER} are in{tomas.manner}")
        await facilitator.set_microphone(is_on=False)
        await self._speak(mina.say, GUEST, 0)
        await self._speak(tomas.say, LEARNER, 0)
        await mina.set_microphone(is_on=False)
        await tomas.set_microphone(is_on=False)
        await facilitator.set_microphone(is_on=True)

        lecture_at_s = await self._lecture_with_slides(facilitator, mina, tomas)
        await facilitator.stop_screen()
        await facilitator.set_microphone(is_on=False)

        await mina.set_microphone(is_on=True)
        await self._speak(mina.say, GUEST, 1)
        await mina.set_microphone(is_on=False)
        await tomas.set_microphone(is_on=True)
        await self._speak(tomas.say, LEARNER, 1)

        page_flashes = None
        if isinstance(tomas, PageLearner):
            self._tell("the browser's page flashes and beeps")
            page_flashes = await self._flash_page(facilitator, tomas)
        await tomas.set_microphone(is_on=False)
        self._tell(f"{GUEST} flashes and beeps, exactly timed")
        flashes = await self._flash(facilitator, mina)

        snapshot = await teacher.ask("snapshot", {})
        recording = snapshot["recording"]
        began_ms = recording["since_ms"]
        await teacher.command("end_session")
        ended = await teacher.wait_for_event("session_ended")
        return Held(
            session_id=session_id,
            recording_id=recording["recording_id"],
            facilitator_id=teacher.participant_id,
            record_began_ms=began_ms,
            lecture_began_ms=facilitator.session_ms(lecture_at_s),
            ended_ms=ended["at_ms"],
            flashes_ms=flashes,
            page_flashes_ms=page_flashes,
        )

    async def _let_in(self, facilitator: Attendee, guest: Attendee) -> None:
        """Through the lobby: the guest waits until the facilitator admits."""
        await guest.seat.connect()
        waiting = guest.seat.participant_id
        await facilitator.seat.command("admit", participant_id=waiting)
        await guest.seat.wait_for(lambda: len(guest.seat.snapshot["participants"]) > 1)
        await guest.seat.command("give_consent", is_given=True)
        await guest.connect_media()

    async def _speak(
        self, say: Callable[[Samples], Awaitable[None]], name: str, number: int
    ) -> None:
        line = self._voices[name][number]
        if line is not None:
            await say(line)

    async def _lecture_with_slides(
        self, facilitator: Attendee, mina: Attendee, tomas: Learner
    ) -> float:
        """Returns when the lecture began, on the facilitator's own clock."""
        shown = schedule(self._lecture.rows)
        drawn = [draw_slide(entry.slide, number + 1) for number, entry in enumerate(shown)]
        start_s = facilitator.now_s() + 1.5

        def current(at_s: float) -> Picture:
            past = [number for number, entry in enumerate(shown) if entry.at_s <= at_s - start_s]
            return drawn[past[-1] if past else 0]

        height, width = drawn[0].shape[:2]
        end_s = facilitator.sound.plan(start_s, self._lecture.samples)
        await facilitator.share_screen(current, width, height, fps=5)
        length_s = end_s - start_s
        self._tell(f"the lecture is on: {length_s:.0f} s, {len(shown)} slides")

        async def at(share: float) -> None:
            await facilitator.wait_until(start_s + share * length_s)

        teacher = facilitator.seat
        await at(0.1)
        await mina.seat.command("raise_hand")
        await teacher.wait_for_event("hand_raised", participant_id=mina.seat.participant_id)
        await at(0.18)
        await teacher.command("lower_hand", participant_id=mina.seat.participant_id)
        await mina.seat.command("send_chat", text="Are any of those block books left?")
        await at(0.25)
        await tomas.chat("The Bible of 42 lines is in our library!")
        await at(0.35)
        poll = await teacher.command(
            "create_poll", question=QUESTION, options=OPTIONS, audience="all", key=0
        )
        poll_id = poll.get("poll_id") or teacher.events[-1]["data"]["poll_id"]
        await teacher.command("open_poll", poll_id=poll_id)
        self._tell(f"poll: {QUESTION}")
        await at(0.42)
        await mina.seat.command("vote", poll_id=poll_id, option=1)
        await tomas.vote(poll_id, 0, OPTIONS[0])
        await at(0.55)
        await teacher.command("close_poll", poll_id=poll_id)
        await teacher.command("reveal_poll", poll_id=poll_id)
        await at(0.65)
        await teacher.command("mark_moment", label="Gothic and Roman")
        await at(0.75)
        await tomas.raise_hand()
        await at(0.85)
        await teacher.command("lower_hand", participant_id=tomas.participant_id)
        await facilitator.wait_until(end_s + 0.4)
        return start_s

    async def _flash(self, facilitator: Attendee, guest: Attendee) -> tuple[float, float]:
        """Exactly timed flashes and beeps; returns their span on the session's clock."""
        await facilitator.seat.command("spotlight", participant_id=guest.seat.participant_id)
        await guest.set_microphone(is_on=True)
        period_s, lit_s = lip_sync.FLASH_PERIOD_MS / 1000, lip_sync.FLASH_MS / 1000
        begin_s = guest.now_s() + 1.5
        end_s = begin_s + (FLASHES + 1) * period_s
        guest.camera.plan(begin_s, end_s, lambda _: draw_flash(is_lit=False))
        for number in range(1, FLASHES + 1):
            # On a frame of the camera, or its own grid would show every flash late.
            at_s = guest.camera.nearest_frame_s(begin_s + number * period_s)
            guest.sound.plan(at_s, beep())
            guest.camera.plan(at_s, at_s + lit_s, lambda _: draw_flash(is_lit=True))
        await guest.wait_until(end_s + 0.2)
        return guest.session_ms(begin_s), guest.session_ms(end_s)

    async def _flash_page(self, facilitator: Attendee, learner: PageLearner) -> tuple[float, float]:
        await facilitator.seat.command("spotlight", participant_id=learner.participant_id)
        begin_ms = facilitator.seat.session_now_ms()
        await learner.flash(PAGE_FLASHES, lip_sync.FLASH_PERIOD_MS)
        return begin_ms, facilitator.seat.session_now_ms()
