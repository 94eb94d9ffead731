"""Hold a class with real media on a real server, follow its recording, and say what it is worth.

``REPRISE_DATA`` names the data folder (default: a new one under the system's temporary folder),
``REPRISE_PORT`` the port (default: a free one). Ends with status 0 only when the recording is
published and plays.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
import tempfile
import time
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import av
from playwright.async_api import Browser

from server.demo import browser, lecture, lip_sync
from server.demo.evaluation import evaluate
from server.demo.figures import Figure, cpu_seconds, table
from server.demo.http_account import Account
from server.demo.lesson import Held, Lesson
from server.demo.playback import plays_in_browser, plays_in_ffmpeg
from server.demo.progress import ProgressBar
from server.demo.school import School
from server.demo.server_process import ServerFailed, ServerProcess, free_port

PROCESSING_LIMIT_S = 1800
FAST_SECONDS = 40
MODELS = Path(__file__).resolve().parent.parent.parent / "data" / "models"


def tell(line: str) -> None:
    print(f"demo   {line}", flush=True)


async def follow(account: Account, recording_id: str) -> tuple[dict[str, Any], float | None, float]:
    """The last job, and after how many seconds it was provisional (None: never) and at its end."""
    bar = ProgressBar()
    began = time.monotonic()
    provisional_s: float | None = None
    async with asyncio.timeout(PROCESSING_LIMIT_S):
        while True:
            job = await account.get(f"/recordings/{recording_id}/job")
            elapsed = time.monotonic() - began
            bar.show(job, elapsed)
            if job["stage"] in {"provisional", "published"} and provisional_s is None:
                provisional_s = elapsed
            if job["stage"] in {"published", "failed"}:
                bar.end()
                return job, provisional_s, elapsed
            await asyncio.sleep(0.5)


def length_s(film: Path) -> float:
    with av.open(str(film)) as container:
        return (container.duration or 0) / 1_000_000


async def weigh(
    school: School, held: Held, given: lecture.Lecture, account: Account, job: dict[str, Any]
) -> list[Figure]:
    recording = await account.get(f"/recordings/{held.recording_id}")
    transcript = await account.get(f"/recordings/{held.recording_id}/transcript")
    items = await account.get(f"/recordings/{held.recording_id}/items")
    folder = school.recording_folder(held.recording_id, recording["version"])
    film = folder / "download.mp4"
    captures = list((school.server.data / "captures" / held.session_id).glob("*.rtp"))
    words = evaluate(
        transcript, given.rows, held.facilitator_id, held.on_record(held.lecture_began_ms)
    )

    def skew(span: tuple[float, float] | None) -> float | None:
        if span is None:
            return None
        found = lip_sync.measure(film, held.on_record(span[0]), held.on_record(span[1]))
        return None if found is None else found.skew_ms

    length = length_s(film)
    return [
        Figure("length", length / 60, "min"),
        Figure("length_error_s", abs(length - held.on_record(held.ended_ms) / 1000), "s"),
        Figure("tracks", len(captures), "captures"),
        Figure("words", words.words, "words"),
        Figure("wer_percent", words.wer_percent, "%"),
        Figure("wrong_speaker_words", words.wrong_speaker_words, "words"),
        Figure("word_edges_within_300ms_percent", words.edges_percent, "%"),
        Figure("chapters", len(recording["chapters"]), "chapters"),
        Figure("items", len(items), "items"),
        Figure("av_skew_ms", skew(held.flashes_ms), "ms"),
        Figure("page_av_skew_ms", skew(held.page_flashes_ms), "ms"),
        Figure("cpu_s_per_minute", cpu_seconds(job) / max(length / 60, 0.01), "s/min"),
        Figure("speech_model", f"{transcript['engine']}/{transcript['model']}", ""),
        Figure("recording_dir", str(folder), ""),
    ]


async def demo(seconds: float | None, stays: bool) -> int:
    given = lecture.load()
    if seconds is not None:
        given = given.first(seconds)
    data = Path(os.environ.get("REPRISE_DATA") or tempfile.mkdtemp(prefix="reprise-demo-"))
    port = int(os.environ.get("REPRISE_PORT") or free_port())
    data.mkdir(parents=True, exist_ok=True)
    if MODELS.is_dir():  # what `make demo` fetched serves every data folder
        os.environ.setdefault("REPRISE_MODELS", str(MODELS))
    server = ServerProcess(data, port, data / "demo-server.log")
    async with AsyncExitStack() as stack:
        stack.push_async_callback(server.stop)
        tell(f"starting the server on {server.url}, data in {data}")
        await server.start()
        school = School(server)
        stack.push_async_callback(school.close)
        await school.open()
        chromium: Browser | None = None
        if await browser.has_chromium():
            chromium = await stack.enter_async_context(browser.chromium())
        else:
            tell("no Chromium is installed: every participant is a Python client")
        held = await Lesson(school, given, chromium, tell).hold()
        tell("the class has ended; its recording is being made")
        job, provisional_s, published_s = await follow(school.admin, held.recording_id)
        address = f"{server.url}/recordings/{held.recording_id}"
        if job["stage"] != "published":
            causes = [f"{step['name']}: {step['error']}" for step in job["steps"] if step["error"]]
            tell(f"the recording failed. {'; '.join(causes)}")
            return 1
        figures = [
            Figure("provisional_after_s", provisional_s, "s"),
            Figure("published_after_s", published_s, "s"),
            *await weigh(school, held, given, school.admin, job),
        ]
        if chromium is not None:
            plays = await plays_in_browser(chromium, school.admin, held.recording_id)
        else:
            plays = await plays_in_ffmpeg(Path(str(figures[-1].value)) / "hls" / "master.m3u8")
        print(f"\n{table(figures, job)}\n")
        for figure in figures:
            print(figure.line())
        print(f"demo.plays {'yes' if plays else 'no'}")
        print(f"\nThe recording: {address}")
        if stays:
            tell("the server stays until Ctrl-C")
            await asyncio.Event().wait()
        print(f"To watch it: REPRISE_DATA={data} REPRISE_PORT={port} make run")
        print("  and sign in as admin@example.org with 'correct horse battery'.", flush=True)
        return 0 if plays else 1


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m server.demo", description=__doc__)
    parser.add_argument("--seconds", type=float, help="hold only the first seconds of the lecture")
    parser.add_argument("--fast", action="store_true", help=f"the same as --seconds {FAST_SECONDS}")
    parser.add_argument("--stay", action="store_true", help="keep the server for watching")
    arguments = parser.parse_args()
    seconds = arguments.seconds or (FAST_SECONDS if arguments.fast else None)
    try:
        return asyncio.run(demo(seconds, arguments.stay))
    except (ServerFailed, TimeoutError, ConnectionError) as failure:
        print(f"demo failed: {failure or type(failure).__name__}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main())
