"""How late, how right and how dear live captions are, for one and for two who speak at once.

``make bench-captions ARGS="--seconds 60 --model whisper-tiny.en"``. The demo's lecture goes in as
a browser's microphone sends it, in real time, through the same code as in class; the second
speaker reads the same lecture from its middle. Prints ``captions.<figure> value unit`` lines.

``delay`` is from when the oldest new sound of a reading came in until its words went out: no word
was later than that.
"""

from __future__ import annotations

import transcripts.one_thread  # noqa: F401 - must come before numpy is imported

# isort: split
import argparse
import asyncio
import os
import statistics
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchmarks.bench_speech import ASSETS, opened_brackets, read_rows, wer_percent
from server.live.caption_load import LoadLimits
from server.live.caption_process import CaptionProcess
from server.live.captions import Captions
from server.media.client.sources import PACKET, RATE, OpusEncoder, Recording
from server.media.plane import HeardPacket
from server.schemas.live_captions import CaptionLine

NEVER_LESS = LoadLimits(behind_ms=10**9, far_behind_ms=10**9, busy=2.0, full=2.0)
"""a benchmark measures the whole of it"""
SESSION = "s"


@dataclass
class Page:
    """What somebody who wants captions is sent."""

    session_start: float = 0.0
    delays: list[int] = field(default_factory=list[int])
    texts: dict[str, dict[str, str]] = field(default_factory=dict[str, dict[str, str]])
    """speaker → line → words"""
    is_ready: bool = False

    def take(self, _session: str, _who: str, event: str, payload: Any) -> None:
        if event == "caption_status":
            self.is_ready = payload.state in ("on", "fewer")
        if not isinstance(payload, CaptionLine):
            return
        self.delays.append(payload.delay_ms)
        self.texts.setdefault(payload.participant_id, {})[payload.line_id] = (
            payload.text if payload.is_final else ""
        )

    def now_ms(self, _session: str) -> int:
        return int((time.monotonic() - self.session_start) * 1000)


async def speak(captions: Captions, who: str, sound: Recording, start_s: float, for_s: float):
    encoder = OpusEncoder()
    began = time.monotonic()
    first = int(start_s * RATE) // PACKET
    batch: list[HeardPacket] = []
    for number in range(int((for_s + 2) * RATE) // PACKET):
        is_over = number * PACKET >= for_s * RATE
        samples = sound.read((first + number) * PACKET)
        for packet, level in encoder.encode(samples * 0 if is_over else samples):
            batch.append(HeardPacket(number, number * PACKET, time.monotonic_ns(), level, packet))
        if number % 5 == 4:
            captions.heard(f"{who}:0", SESSION, who, frozenset({"main"}), tuple(batch))
            batch = []
            due = began + (number + 1) * PACKET / RATE
            await asyncio.sleep(max(0.0, due - time.monotonic()))
    captions.unheard(f"{who}:0")


def processor_s(pid: int) -> float:
    words = Path(f"/proc/{pid}/stat").read_text().rsplit(") ", 1)[1].split()
    return (int(words[11]) + int(words[12])) / os.sysconf("SC_CLK_TCK")


def percentile(values: list[int], share: float) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else float("nan")


async def measure(speakers: int, model: str, seconds: float) -> None:
    rows = read_rows(ASSETS / "lecture.tsv")
    sound = Recording(ASSETS / "lecture.opus")
    engine = CaptionProcess(model, "en")
    captions = Captions(engine, "en", limits=NEVER_LESS, busy=lambda: None)
    page = Page(time.monotonic())
    captions.start(page.take, page.now_ms, lambda _session: None)
    try:
        captions.want(SESSION, "reader", wants=True)
        while not page.is_ready:
            await asyncio.sleep(0.05)
        captions.placed(SESSION, {"reader": "main"})
        assert engine.pid is not None
        before, began = processor_s(engine.pid), time.monotonic()
        starts = next(row[0] for row in rows if row[0] >= rows[-1][1] / 2)
        plans = [("first", 0.0), ("second", starts)][:speakers]
        # Whole rows only, or the reference would say more than was spoken.
        truths: dict[str, str] = {}
        jobs = []
        for who, start_s in plans:
            mine = [r for r in rows if r[0] >= start_s and r[1] <= start_s + seconds]
            truths[who] = opened_brackets(" ".join(text for _start, _end, text in mine))
            jobs.append(speak(captions, who, sound, start_s, mine[-1][1] + 0.2 - start_s))
        await asyncio.gather(*jobs)
        async with asyncio.timeout(120):
            while captions.is_reading:
                await asyncio.sleep(0.05)
        spent = processor_s(engine.pid) - before
        wall = time.monotonic() - began
    finally:
        await captions.close()
    errors = [
        wer_percent(truth, " ".join(page.texts.get(who, {}).values()))
        for who, truth in truths.items()
    ]
    label = f"captions.{model}.{speakers}"
    print(f"{label}.delay_p50 {percentile(page.delays, 0.5):.0f} ms")
    print(f"{label}.delay_p95 {percentile(page.delays, 0.95):.0f} ms")
    print(f"{label}.wer {statistics.mean(errors):.1f} %")
    print(f"{label}.cpu {100 * spent / wall:.0f} %_of_a_core", flush=True)


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--model", action="append", default=[])
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--speakers", type=int, action="append", default=[])
    options = parser.parse_args()
    for model in options.model or ["whisper-base", "whisper-tiny.en"]:
        for speakers in options.speakers or [1, 2]:
            asyncio.run(measure(speakers, model, options.seconds))
    return 0


if __name__ == "__main__":
    sys.exit(main())
