"""Reads speech while it is spoken: ``python -m transcripts.live_child MODEL LANGUAGE``.

A child of the live server (``server.schemas.caption_pipe`` on standard input and output). One
thread takes in what comes, bounded; the other decodes, cuts and reads, on one core and at low
priority. It ends with its parent and when its input ends, and keeps nothing.
"""

from __future__ import annotations

import argparse
import ctypes
import os
import signal
import sys
import threading
import time
from collections import deque
from collections.abc import Sequence
from pathlib import Path
from typing import IO, Final

import msgspec

import transcripts.one_thread  # noqa: F401 - must come before numpy is imported
from server.schemas.caption_pipe import (
    HEAD,
    LONGEST_FRAME,
    Down,
    Failed,
    Load,
    Pace,
    Reading,
    Ready,
    SoundCame,
    Up,
    VoiceDone,
    VoiceOver,
    down_decoder,
    framed,
)
from transcripts.live_readings import OPEN_STEP_NS, Readings, Turn
from transcripts.live_segments import Pcm
from transcripts.models import fetch, folder, known
from transcripts.ports import TranscriptError

_PR_SET_PDEATHSIG = 1
NICE: Final = 10
MOST_INBOX: Final = 600
"""messages that wait while something is read; sound beyond that is dropped, oldest first"""
IDLE_S: Final = 0.1
TELL_EVERY_NS: Final = 1_000_000_000


class Inbox:
    """Filled by the thread that reads standard input."""

    def __init__(self, source: IO[bytes]) -> None:
        self._source = source
        self._messages: deque[tuple[int, Down]] = deque()
        self._news = threading.Condition()
        self.dropped = 0
        self.is_over = False

    def run(self) -> None:
        try:
            while head := self._source.read(HEAD.size):
                (size,) = HEAD.unpack(head)
                if size > LONGEST_FRAME:
                    break
                self._put(down_decoder.decode(self._source.read(size)))
        except (OSError, ValueError, msgspec.DecodeError):
            pass  # torn off in the middle: the server is gone
        with self._news:
            self.is_over = True
            self._news.notify()

    def _put(self, message: Down) -> None:
        with self._news:
            if len(self._messages) >= MOST_INBOX:
                for index, (_, old) in enumerate(self._messages):
                    if isinstance(old, SoundCame):
                        del self._messages[index]
                        self.dropped += 1
                        break
            self._messages.append((time.monotonic_ns(), message))
            self._news.notify()

    def take(self, wait_s: float) -> list[Down]:
        with self._news:
            if not self._messages and not self.is_over and wait_s:
                self._news.wait(wait_s)
            taken = [message for _, message in self._messages]
            self._messages.clear()
            return taken

    def waited_ns(self, now_ns: int) -> int:
        with self._news:
            return now_ns - self._messages[0][0] if self._messages else 0


def detect(pcm: Pcm) -> list[tuple[int, int]]:
    """Speech by loudness and then by Silero, as in recordings."""
    from transcripts import speech_spans

    return speech_spans.spoken(pcm, speech_spans.audible(pcm))


class LiveChild:
    def __init__(self, inbox: Inbox, out: IO[bytes], model: str, language: str) -> None:
        from transcripts.live_reader import LiveReader

        self._inbox = inbox
        self._out = out
        self._reader = LiveReader(_model_folder(model), language)
        self._readings = Readings(detect)
        self._dropped = 0
        self._told_ns = 0
        self.say(Ready(model, self._reader.language))

    def say(self, message: Up) -> None:
        self._out.write(framed(message))
        self._out.flush()

    def run(self) -> None:
        is_idle = True
        while not self._inbox.is_over:
            for message in self._inbox.take(IDLE_S if is_idle else 0):
                self._obey(message)
            now_ns = time.monotonic_ns()
            given_up, done = self._readings.settle(now_ns)
            self._give_up(given_up)
            turn = self._readings.next(now_ns)
            is_idle = turn is None
            if turn is not None:
                self._read(turn)
            for key in done:
                self.say(VoiceDone(key))
            self._tell(is_due=turn is not None)

    def _obey(self, message: Down) -> None:
        match message:
            case SoundCame(key, packets):
                self._give_up(self._readings.hear(key, packets))
            case VoiceOver(key):
                if not self._readings.over(key):
                    self.say(VoiceDone(key))
            case Pace(reads_open):
                self._readings.reads_open = reads_open

    def _read(self, turn: Turn) -> None:
        began_ns = time.monotonic_ns()
        text = self._reader.read(turn.piece.samples, is_final=turn.piece.is_final)
        took_ns = time.monotonic_ns() - began_ns
        # At most half of the time goes into what will be read again.
        self._readings.open_step_ns = max(OPEN_STEP_NS, 2 * took_ns)
        if text or turn.piece.is_final:
            self._say_reading(turn, text)

    def _give_up(self, turns: Sequence[Turn]) -> None:
        self._dropped += len(turns)
        for turn in turns:
            # Its provisional words, if any were shown, must not stand there for ever.
            self._say_reading(turn, "")

    def _say_reading(self, turn: Turn, text: str) -> None:
        piece = turn.piece
        self.say(
            Reading(
                turn.key, piece.segment, text, piece.is_final, piece.start_ns, piece.new_from_ns,
                piece.end_ns,
            )
        )  # fmt: skip

    def _tell(self, *, is_due: bool) -> None:
        now_ns = time.monotonic_ns()
        if not is_due and now_ns - self._told_ns < TELL_EVERY_NS:
            return
        self._told_ns = now_ns
        behind = max(self._readings.behind_ns(now_ns), self._inbox.waited_ns(now_ns))
        dropped, self._dropped = self._dropped + self._inbox.dropped, 0
        self._inbox.dropped = 0
        self.say(Load(behind // 1_000_000, dropped, round(time.process_time(), 3)))


def _model_folder(name: str) -> Path:
    """A class may be the first to need the model: then it is fetched. Raises TranscriptError."""
    try:
        return folder(name)
    except TranscriptError as error:
        if error.code != "model_missing":
            raise
        fetch(known(name), say=lambda line: print(line, file=sys.stderr))
        return folder(name)


def _yield_to_live_sessions() -> None:
    os.nice(NICE)
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m transcripts.live_child")
    parser.add_argument("model")
    parser.add_argument("language")
    options = parser.parse_args(arguments)
    # What libraries print must not get between the frames.
    out = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    inbox = Inbox(sys.stdin.buffer)
    threading.Thread(target=inbox.run, name="inbox", daemon=True).start()
    try:
        LiveChild(inbox, out, options.model, options.language).run()
    except TranscriptError as error:
        out.write(framed(Failed(error.code, str(error))))
        out.flush()
        return 1
    except BrokenPipeError:
        return 0  # the server is gone
    return 0


if __name__ == "__main__":
    _yield_to_live_sessions()
    # Not the usual end: a thread that still reads standard input would hold it up.
    os._exit(main())
