"""What reads speech, for tests: it says what it is told to."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from server.schemas.caption_pipe import Down, SoundCame, Up


@dataclass
class ScriptedEngine:
    """``CaptionEngine`` whose readings a test says."""

    sent: list[Down] = field(default_factory=list[Down])
    starts: int = 0
    stops: int = 0
    is_running: bool = False

    async def start(self, on_message: Callable[[Up], None], on_end: Callable[[], None]) -> None:
        self.starts += 1
        self.is_running = True
        self.say, self._end = on_message, on_end

    def send(self, message: Down) -> bool:
        self.sent.append(message)
        return True

    async def stop(self) -> None:
        self.stops += 1
        self.is_running = False

    def die(self) -> None:
        self.is_running = False
        self._end()

    def sound(self) -> list[int]:
        return [message.key for message in self.sent if isinstance(message, SoundCame)]
