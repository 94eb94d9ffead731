"""Live captions for whoever wants them (docs/rules.md, CA).

Theory of operation. Somebody's wish makes the media control listen to the microphones of their
room; sound comes here, is given to the engine under a key that stands for one voice heard by one
set of rooms, and what the engine reads goes to those of the room who want it, and nowhere else.
Nothing is stored. Once a second the load is looked at: provisional reading ends first, captions
second, and both come back by themselves. Without anybody's wish there is no engine.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import secrets
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from server.live.caption_audience import Audience
from server.live.caption_load import CaptionLoad, Level, LoadLimits
from server.live.caption_process import CaptionEngine
from server.live.caption_voices import Voice, Voices
from server.live.machine import MachineLoad
from server.media.plane import HeardPacket
from server.schemas.caption_pipe import (
    Failed,
    Load,
    Pace,
    Reading,
    Ready,
    SoundCame,
    Up,
    VoiceDone,
    VoiceOver,
)
from server.schemas.live_captions import CaptionLine, CaptionState, CaptionStatus

log = logging.getLogger(__name__)

TICK_S: Final = 1.0
IDLE_S: Final = 60.0
"""without anybody's wish before the engine is let go"""
UNHEARD_S: Final = 6.0
"""the engine speaks every second; silence for so long is a delay like any other"""
FIRST_PAUSE_S: Final = 2.0
LONGEST_PAUSE_S: Final = 120.0
STEADY_S: Final = 60.0

Send = Callable[[str, str, str, Any], None]
"""``(session, participant, event, payload)``"""


@dataclass(slots=True)
class _Engine:
    """What is known of the engine."""

    is_ready: bool = False
    started_s: float = 0.0
    heard_s: float = 0.0
    behind_ms: int = 0
    pause_s: float = 0.0
    retry_s: float = 0.0
    idle_since_s: float | None = None


class Captions:
    def __init__(
        self,
        engine: CaptionEngine | None,
        language: str,
        *,
        limits: LoadLimits | None = None,
        busy: Callable[[], float | None] | None = None,
        monotonic_ns: Callable[[], int] = time.monotonic_ns,
    ) -> None:
        """``engine`` None: this server makes no captions."""
        self._engine = engine
        self._language = language
        self._load = CaptionLoad(limits or LoadLimits())
        self._busy = busy or MachineLoad()
        self._now_ns = monotonic_ns
        self._about = _Engine()
        self._audiences: dict[str, Audience] = {}
        self._voices = Voices()
        self._token = secrets.token_hex(4)
        """line ids of two server processes must not meet on one page"""
        self._send: Send = lambda *_: None
        self._session_now: Callable[[str], int] = lambda _: 0
        self._changed: Callable[[str], None] = lambda _: None
        self._told: CaptionState = "off"
        self._task: asyncio.Task[None] | None = None
        self._wake = asyncio.Event()
        self._is_closed = False

    def start(
        self, send: Send, session_now: Callable[[str], int], changed: Callable[[str], None]
    ) -> None:
        """``changed``: the microphones of this session to listen to may be others now."""
        self._send, self._session_now, self._changed = send, session_now, changed
        if self._engine is not None and self._task is None:
            self._task = asyncio.create_task(self._run(), name="captions")

    async def close(self) -> None:
        if self._is_closed:
            return
        self._is_closed = True
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        if self._engine is not None:
            await self._engine.stop()

    # ---- who wants them ----------------------------------------------------------------------

    def want(self, session_id: str, participant_id: str, *, wants: bool) -> CaptionStatus:
        if self._engine is None:
            return self._status("unavailable")
        audience = self._audiences.setdefault(session_id, Audience())
        audience.want(participant_id, wants=wants)
        if not audience:
            del self._audiences[session_id]
        self._changed(session_id)
        self._wake.set()
        return self._status(self.state if wants else "off")

    def gone(self, session_id: str, participant_id: str) -> None:
        """The page is closed; another one says again what it wants."""
        if participant_id in self._audiences.get(session_id, ()):
            self.want(session_id, participant_id, wants=False)

    def placed(self, session_id: str, where: Mapping[str, str]) -> frozenset[str]:
        """Where everybody is from now on; the rooms whose microphones are to be listened to."""
        audience = self._audiences.get(session_id)
        if audience is None:
            return frozenset()
        audience.place(where, self._now_ns())
        if self._load.level == "off" or not self._about.is_ready:
            return frozenset()
        return audience.rooms

    # ---- sound -------------------------------------------------------------------------------

    def heard(
        self,
        publication_id: str,
        session_id: str,
        participant_id: str,
        rooms: frozenset[str],
        packets: tuple[HeardPacket, ...],
    ) -> None:
        """``rooms``: where these packets were heard."""
        engine, audience = self._engine, self._audiences.get(session_id)
        if engine is None or audience is None or not self._about.is_ready:
            return
        if self._load.level == "off" or not audience.rooms & rooms:
            return
        voice, ended = self._voices.heard(publication_id, session_id, participant_id, rooms)
        if ended is not None:
            engine.send(VoiceOver(ended))
        passed = voice.gate.let_through(packets)
        if passed and self._voices.speaks(voice, self._now_ns()):
            engine.send(
                SoundCame(
                    voice.key,
                    tuple((p.sequence, p.timestamp, p.arrival_ns, p.payload) for p in passed),
                )
            )

    def unheard(self, publication_id: str) -> None:
        """This microphone is listened to no more."""
        ended = self._voices.ended(publication_id)
        if ended is not None and self._engine is not None:
            self._engine.send(VoiceOver(ended))

    @property
    def is_reading(self) -> bool:
        """Whether words may still come of what was heard."""
        return bool(self._voices)

    # ---- from the engine ---------------------------------------------------------------------

    def _take(self, message: Up) -> None:
        about = self._about
        about.heard_s = self._now_s()
        match message:
            case Ready(_, language):
                self._language = language
                about.is_ready = True
                self._pace(self._load.level)
                self._everything_changed()
                self._tell()
            case Reading():
                voice = self._voices.get(message.key)
                if voice is not None:
                    self._show(voice, message)
            case VoiceDone(key):
                self._voices.done(key)
            case Load(behind_ms=behind_ms):
                about.behind_ms = behind_ms
            case Failed(code, text):
                log.error("live captions cannot be made: %s: %s", code, text)
                about.pause_s = LONGEST_PAUSE_S

    def _show(self, voice: Voice, reading: Reading) -> None:
        if not reading.text and reading.segment not in voice.shown:
            return
        if reading.is_final:
            voice.shown.discard(reading.segment)
        else:
            voice.shown.add(reading.segment)
        audience = self._audiences.get(voice.session_id)
        if audience is None:
            return
        now_ns = self._now_ns()
        since_start_ms = (now_ns - reading.start_ns) // 1_000_000
        line = CaptionLine(
            f"{self._token}-{voice.key}-{reading.segment}",
            voice.participant_id,
            reading.text,
            reading.is_final,
            max(0, self._session_now(voice.session_id) - since_start_ms),
            max(0, now_ns - reading.new_from_ns) // 1_000_000,
        )
        for participant_id in audience.readers_of(voice.rooms, reading.start_ns):
            self._send(voice.session_id, participant_id, "captions", line)

    def _ended(self) -> None:
        """The engine is gone without having been asked to."""
        about = self._about
        lived_s = self._now_s() - about.started_s
        steady = lived_s >= STEADY_S or about.pause_s == 0
        about.pause_s = FIRST_PAUSE_S if steady else min(2 * about.pause_s, LONGEST_PAUSE_S)
        about.retry_s = self._now_s() + about.pause_s
        about.is_ready = False
        about.behind_ms = 0
        self._voices.clear()
        self._everything_changed()
        self._tell()
        self._wake.set()

    # ---- state -------------------------------------------------------------------------------

    @property
    def state(self) -> CaptionState:
        if self._engine is None:
            return "unavailable"
        if self._load.level == "off":
            return "busy"
        if not self._about.is_ready:
            return "failed" if self._about.retry_s > self._now_s() else "starting"
        return "on" if self._load.level == "full" else "fewer"

    def _status(self, state: CaptionState) -> CaptionStatus:
        until_s = {"busy": self._load.rest_until_s, "failed": self._about.retry_s}.get(state)
        retry_s = None if until_s is None else max(1, round(until_s - self._now_s()))
        return CaptionStatus(state, self._language, retry_s)

    def _tell(self) -> None:
        """Whoever wants captions hears how they stand, when that has changed."""
        state = self.state
        if state == self._told:
            return
        self._told = state
        status = self._status(state)
        for session_id, audience in self._audiences.items():
            for participant_id in audience.participants:
                self._send(session_id, participant_id, "caption_status", status)

    def _everything_changed(self) -> None:
        for session_id in list(self._audiences):
            self._changed(session_id)

    def _pace(self, level: Level) -> None:
        if self._engine is not None:
            self._engine.send(Pace(level == "full"))

    # ---- time --------------------------------------------------------------------------------

    def _now_s(self) -> float:
        return self._now_ns() / 1e9

    async def _run(self) -> None:
        while not self._is_closed:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(TICK_S):
                    await self._wake.wait()
            self._wake.clear()
            try:
                await self.tick()
            except Exception:
                log.exception("the captions' ticker failed")

    async def tick(self) -> None:
        engine, about = self._engine, self._about
        if engine is None:
            return
        now_s = self._now_s()
        if self._audiences:
            about.idle_since_s = None
            if not engine.is_running and now_s >= about.retry_s:
                await self._begin(engine)
        elif about.idle_since_s is None:
            about.idle_since_s = now_s
        elif engine.is_running and now_s - about.idle_since_s >= IDLE_S:
            about.is_ready = False
            self._voices.clear()
            await engine.stop()
        if self._audiences:
            self._look_at_load(now_s)
        for key in self._voices.silent(self._now_ns()):
            engine.send(VoiceOver(key))
        self._tell()

    def _look_at_load(self, now_s: float) -> None:
        about, before = self._about, self._load.level
        behind_ms = about.behind_ms
        if about.is_ready and now_s - about.heard_s > UNHEARD_S:
            behind_ms = max(behind_ms, int((now_s - about.heard_s) * 1000))
        level = self._load.note(now_s, behind_ms, self._busy())
        if level == before:
            return
        log.info("live captions: %s (%d ms behind)", level, behind_ms)
        self._pace(level)
        if level == "off":
            about.behind_ms = 0
        self._everything_changed()

    async def _begin(self, engine: CaptionEngine) -> None:
        about = self._about
        about.started_s = about.heard_s = self._now_s()
        about.is_ready = False
        try:
            await engine.start(self._take, self._ended)
        except OSError:
            log.exception("live captions: the process that reads speech could not be started")
            self._ended()
