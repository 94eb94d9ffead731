"""What a bad link does to somebody who watches a class in real Chromium.

``make bench-links`` (as root). A real server with the native media plane; publishers in real
Chromium beside it; a viewer in another real Chromium at the end of a wire of its own
(links_wire.py). The parts (``--only`` names some):

``loss``    5 % of the packets down are lost for ``--seconds``. ``lost`` are packets of the stage
            that left and never came, each known by its number (links_wire.py). ``recovered`` is the
            share of them whose picture was whole before play-out: the decoder was offered all of
            it (an encoded transform sees that), and it was shown, or was there before a later one
            was shown. The rest is in ``frames_never_whole`` and ``frames_late``, of the
            ``frames_hit``. ``asked`` and ``repeated`` are the plane's counts; on a lossy link it
            repeats more than was asked for (native/repeat.c), which ``repeats_sent`` tells the
            cost of. ``--each`` says what became of every packet.
``speech``  15 % are lost while a lecture is read: word error rate of what the page played, with and
            without, by the default engine; and what became of the picture.
``cut``     three publish, then the wire carries 500 kbit/s: the longest time without a new picture
            on the stage in the first 3 s and after them.
``switch``  the stage goes up and down between layers, as the page's window grows and shrinks:
            freezes, frames dropped, and in as long a time before without a switch
            (``without``), which are the machine's. ``longest_step`` and ``longest_gap_sent`` are
            the plane's: between two pictures sent, by their time stamps and by the clock.

Prints ``links.<part>.<figure> <value> <unit>`` lines.
"""

from __future__ import annotations

import transcripts.one_thread  # noqa: F401 - must come before numpy is imported

# isort: split
import argparse
import asyncio
import base64
import itertools
import json
import re
import sys
import tempfile
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import aiohttp
from playwright.async_api import Browser, Page

from benchmarks.bench_speech import ASSETS, opened_brackets, wer_percent
from benchmarks.links_wire import Sent, Wire
from server.demo.browser import chromium, chromium_program, person, speak
from server.demo.classroom_page import ClassroomPage, sign_in_as
from server.demo.http_account import Account
from server.demo.lecture import Lecture, read_rows, read_samples
from server.demo.school import School
from server.demo.server_process import ServerProcess, free_port
from tests.e2e.blocked_network import HERE, what_is_missing
from transcripts.ports import SpeechTrack, TranscribeJob
from transcripts.transcribe import transcribe

PARTS: Final = ("loss", "speech", "cut", "switch")
WATCH: Final = Path(__file__).with_name("links_page.js")
PATIENCE_S: Final = 60.0
SETTLED_S: Final = 2.0
COUNTED_S: Final = 1.2
"""the plane tells once a second"""
METRICS_TOKEN: Final = "of-the-bad-link-alone"
DECODED_MS: Final = 50.0
"""from when a frame is taken for decoding until it is shown, at most"""
CUT_KBIT: Final = 500
PLAYS_AFTER_S: Final = 3.0
WIDE: Final = {"width": 1440, "height": 900}
NARROW: Final = {"width": 480, "height": 420}
COLOURS: Final = {"Helen Marsh": "#c03030", "Mina Okafor": "#30a040", "Tomás Rivera": "#3040c0"}


def show(part: str, figure: str, value: float, unit: str) -> None:
    print(f"links.{part}.{figure} {value:.2f} {unit}", flush=True)


async def until(condition: Callable[[], Any], what: str, limit_s: float = PATIENCE_S) -> None:
    try:
        async with asyncio.timeout(limit_s):
            while not await condition():
                await asyncio.sleep(0.2)
    except TimeoutError:
        raise TimeoutError(f"{what} did not come about in {limit_s} s") from None


@dataclass
class Counted:
    """Of the stage, at one moment."""

    packets: int
    frames: int
    """sent"""
    stats: dict[str, Any]

    def since(self, before: Counted, name: str) -> float:
        return (self.stats.get(name) or 0) - (before.stats.get(name) or 0)


@dataclass
class Class:
    wire: Wire
    school: School
    teacher: Account
    session_id: str
    https: str
    beside: Browser
    away: Browser
    stack: AsyncExitStack
    publishers: dict[str, ClassroomPage] = field(default_factory=dict[str, ClassroomPage])
    viewer: Page | None = None

    async def publish(self, name: str, tone: int, width: int = 640, rate: int = 15) -> None:
        """Comes in beside the server; the first one starts the class, and is on its stage. A
        microphone without a tone is silent."""
        is_first = not self.publishers
        account = self.teacher if is_first else await self._guest(name)
        devices = {
            "toneHz": tone, "colour": COLOURS[name], "label": name, "width": width,
            "height": width * 9 // 16, "rate": rate,
        }  # fmt: skip
        context = await person(self.beside, devices)
        self.stack.push_async_callback(context.close)
        page = await context.new_page()
        await sign_in_as(page, account)
        room = ClassroomPage(page, self.school.server.url, self.session_id)
        self.publishers[name] = room
        await room.enter()
        await room.is_in_class()
        await room.switch_on("camera")
        if is_first:
            await room.switch_on("microphone")

    async def _guest(self, name: str) -> Account:
        return await self.school.guest(self.teacher, self.session_id, name)

    async def watch(self, *, looks: bool = False) -> None:
        """The viewer comes in, over the wire; ``looks``: at every frame that is whole."""
        guest = await self._guest("Ines Falk")
        context = await person(self.away, {"denied": ["audio", "video"]}, viewport=WIDE)
        self.stack.push_async_callback(context.close)
        await context.add_init_script(f"window.linksLook = {json.dumps(looks)};")
        await context.add_init_script(WATCH.read_text(encoding="utf-8"))
        await context.add_cookies(
            [{"name": key, "value": value, "url": self.https}
             for key, value in guest.cookies().items()]
        )  # fmt: skip
        self.viewer = await context.new_page()
        room = ClassroomPage(self.viewer, self.https, self.session_id)
        await room.enter()
        await room.is_in_class()
        await self.plays()

    @property
    def page(self) -> Page:
        assert self.viewer is not None
        return self.viewer

    async def inbound(self, slot: str = "stage") -> dict[str, Any]:
        return await self.page.evaluate("slot => links.inbound(slot)", slot) or {}

    async def plays(self) -> None:
        before = (await self.inbound()).get("framesDecoded", 0)

        async def has_more() -> bool:
            return (await self.inbound()).get("framesDecoded", 0) > before + 20

        await until(has_more, "a picture on the stage")

    async def width_is(self, is_right: Callable[[int], bool], what: str) -> None:
        async def looks() -> bool:
            return is_right((await self.inbound()).get("frameWidth", 0))

        await until(looks, what)

    async def counted(self) -> Counted:
        stats = await self.inbound()
        sent = self.sent(stats)
        return Counted(sent.packets, len(sent.frames), stats)

    async def plane_counts(self) -> dict[str, float]:
        """Totals of the plane, as Prometheus is told."""
        await asyncio.sleep(COUNTED_S)
        url = f"{self.school.server.url}/metrics"
        headers = {"Authorization": f"Bearer {METRICS_TOKEN}"}
        async with aiohttp.ClientSession() as http, http.get(url, headers=headers) as answer:
            answer.raise_for_status()
            text = await answer.text()
        found = re.findall(r"^reprise_media_(\w+)_total (\S+)$", text, re.MULTILINE)
        return {name: float(value) for name, value in found}

    def sent(self, stats: dict[str, Any]) -> Sent:
        return self.wire.sent[stats["ssrc"]]

    async def rested(self) -> Counted:
        """Once nothing is sent any more, and what was sent has been decoded or given up."""
        await self.publishers["Helen Marsh"].button("Switch camera off").click()
        last = await self.counted()
        for _ in range(int(PATIENCE_S / SETTLED_S)):
            await asyncio.sleep(SETTLED_S)
            now = await self.counted()
            if (now.packets, now.since(last, "framesDecoded")) == (last.packets, 0):
                break
            last = now
        return last

    async def goes_on(self) -> None:
        await self.publishers["Helen Marsh"].switch_on("camera")
        await self.plays()


@asynccontextmanager
async def opened(folder: Path) -> AsyncIterator[Class]:
    wire = Wire()
    https = free_port()
    environment = {
        "REPRISE_MEDIA_PLANE": "native",
        # One packet, one chance: the kernel would lose a whole batch at once.
        "REPRISE_MEDIA_GSO": "off",
        "REPRISE_HTTPS_PORT": str(https),
        "REPRISE_ANNOUNCE_IP": HERE,
        "REPRISE_WORKER": "off",
        "REPRISE_CAPTIONS": "off",
        "REPRISE_METRICS_TOKEN": METRICS_TOKEN,
    }
    server = ServerProcess(folder / "data", free_port(), folder / "log", environment)
    async with AsyncExitStack() as stack:
        await wire.start()
        stack.push_async_callback(wire.stop)
        stack.push_async_callback(server.stop)
        await server.start()
        school = School(server)
        stack.push_async_callback(school.close)
        await school.open()
        teacher = await school.invite("Helen Marsh", "facilitator")
        session_id = await school.session(
            teacher, "A bad link", lobby_is_on=False, record_automatically=False
        )
        beside = await stack.enter_async_context(chromium())
        away = await stack.enter_async_context(
            chromium(program=wire.program(str(chromium_program()), folder))
        )
        try:
            yield Class(
                wire, school, teacher, session_id, f"https://{HERE}:{https}", beside, away, stack
            )
        except Exception:
            print(server.tail(60), file=sys.stderr)
            raise


# ---- the parts ---------------------------------------------------------------------------------


async def loss(room: Class, options: argparse.Namespace) -> None:
    await room.page.evaluate("links.watch('stage')")
    await asyncio.sleep(SETTLED_S)
    begun = await room.counted()
    await asyncio.sleep(options.seconds)
    calm, counts = await room.counted(), await room.plane_counts()
    await room.wire.lose(options.loss)
    await asyncio.sleep(options.seconds)
    await room.wire.lose(0)
    during = await room.counted()
    await asyncio.sleep(SETTLED_S)
    after, counts_after = await room.counted(), await room.plane_counts()
    whole = dict(await room.page.evaluate("links.whole('stage')"))
    shown = await room.page.evaluate("links.shown('stage')")
    stage, repeats = room.sent(calm.stats), room.wire.sent[calm.stats["rtxSsrc"]]
    lost = stage.lost()
    late = {timestamp for timestamp in whole if is_late(timestamp, whole, shown)}
    in_time = [ts for ts in lost.values() if ts in whole and ts not in late]
    hit = set(lost.values())
    part = "loss"
    show(part, "packets", after.packets - calm.packets, "packets")
    show(part, "lost", len(lost), "packets")
    show(part, "lost_as_told", after.since(calm, "packetsLost"), "packets")
    show(part, "asked", counts_after["nacks_received"] - counts["nacks_received"], "packets")
    show(part, "repeated", counts_after["resent"] - counts["resent"], "packets")
    show(part, "repeats_sent", repeats.packets - repeats.padding, "packets")
    show(part, "repeats_lost", len(repeats.lost()), "packets")
    show(part, "probes_sent", repeats.padding, "packets")
    show(part, "frames", after.frames - calm.frames, "frames")
    show(part, "frames_hit", len(hit), "frames")
    show(part, "frames_never_whole", len(hit - whole.keys()), "frames")
    show(part, "frames_late", len(hit & late), "frames")
    show(part, "recovered", 100 * len(in_time) / len(lost) if lost else 100.0, "%")
    show(part, "frames_dropped_without_loss", calm.since(begun, "framesDropped"), "frames")
    show(part, "frames_dropped", after.since(calm, "framesDropped"), "frames")
    show(part, "freezes_without_loss", calm.since(begun, "freezeCount"), "freezes")
    show(part, "freezes", during.since(calm, "freezeCount"), "freezes")
    show(part, "frozen", during.since(calm, "totalFreezesDuration"), "s")
    show(part, "picture_losses", during.since(calm, "pliCount"), "requests")
    show(part, "width", during.stats["frameWidth"], "px")
    if options.each:
        tell_each(lost, stage, repeats, whole, late)


def is_late(timestamp: int, whole: dict[int, float], shown: list[list[float]]) -> bool:
    """Whether play-out had gone on when the frame was whole: it was not shown, and a later one was
    shown before, or so soon after that it may have been decoded first."""
    if any(rtp == timestamp for _, _, rtp, _ in shown):
        return False
    later = (at for _, _, rtp, at in shown if 0 < int(rtp - timestamp) & 0xFFFFFFFF < 0x80000000)
    return whole[timestamp] > min(later, default=float("inf")) - DECODED_MS


def tell_each(
    lost: dict[int, int], stage: Sent, repeats: Sent, whole: dict[int, float], late: set[int]
) -> None:
    """For whoever looks for the reason: what became of each packet, and how long it took against
    the frames that lost none."""
    usual = sorted(
        whole[ts] - sent * 1000 for ts, sent in stage.frames.items()
        if ts in whole and ts not in lost.values()
    )  # fmt: skip
    middle = usual[len(usual) // 2]
    for number, ts in sorted(lost.items()):
        place = "last of its frame" if stage.numbers.get(number + 1) != ts else "within"
        fate = "late" if ts in late else "in time" if ts in whole else "never"
        took = whole[ts] - stage.frames[ts] * 1000 - middle if ts in whole else float("nan")
        again = [place for place, timestamp in repeats.numbers.items() if timestamp == ts]
        come = sum(place in repeats.arrived for place in again)
        print(
            f"# {number}, {place}, of {sum(at == ts for at in stage.numbers.values())}: {fate}, "
            f"{took:.0f} ms; {come} of {len(again)} repeats of its frame came"
        )


async def speech(room: Class, options: argparse.Namespace) -> None:
    lecture = Lecture(
        read_samples(ASSETS / "lecture.opus"), tuple(read_rows(ASSETS / "lecture.tsv"))
    ).first(options.speech_seconds)
    errors: dict[int, float] = {}
    for percent in (0, options.much_loss):
        await room.wire.lose(percent)
        await asyncio.sleep(SETTLED_S)
        before, heard_before = await room.inbound(), await room.inbound("stage_audio")
        await room.page.evaluate("links.record()")
        speaking = asyncio.create_task(speak(room.publishers["Helen Marsh"].page, lecture.samples))
        # Its page draws nothing while it takes in what it has to say.
        await asyncio.sleep(2 * SETTLED_S)
        await room.page.evaluate("links.watch('stage')")
        await speaking
        await asyncio.sleep(SETTLED_S)
        sound = base64.b64decode(await room.page.evaluate("links.recorded()"))
        after, heard = await room.inbound(), await room.inbound("stage_audio")
        # Now: recognition takes every core, and the pictures' time with it.
        shown = await room.page.evaluate("links.shown('stage')")
        await room.wire.lose(0)
        with tempfile.NamedTemporaryFile(suffix=".webm") as file:
            file.write(sound)
            file.flush()
            errors[percent] = await asyncio.to_thread(word_errors, lecture, file.name)
        part = f"speech.p{percent}"
        show(part, "wer", errors[percent], "%")
        concealed, samples = (
            heard[name] - heard_before[name]
            for name in ("concealedSamples", "totalSamplesReceived")
        )
        show(part, "concealed", 100 * concealed / samples, "%")
        seconds = (after["timestamp"] - before["timestamp"]) / 1000
        show(part, "pictures", (after["framesDecoded"] - before["framesDecoded"]) / seconds, "1/s")
        show(part, "width", after["frameWidth"], "px")
        show(part, "longest_gap", longest_gap(shown), "s")
    show("speech", "wer_change", errors[options.much_loss] - errors[0], "points")


def word_errors(lecture: Lecture, sound: str) -> float:
    job = TranscribeJob((SpeechTrack("p", "Lecturer", sound),))
    said = " ".join(
        word.text for track in transcribe(job, lambda _: None).tracks for word in track.words
    )
    return wer_percent(opened_brackets(lecture.text), said)


def longest_gap(
    shown: list[list[float]], from_ms: float | None = None, to_ms: float | None = None
) -> float:
    """Seconds without a new picture; the edges of the time looked at count as pictures."""
    times = [at for at, *_ in shown]
    first = from_ms if from_ms is not None else times[0]
    last = to_ms if to_ms is not None else times[-1]
    inside = [first, *(at for at in times if first < at < last), last]
    return max(after - before for before, after in itertools.pairwise(inside)) / 1000


async def cut(room: Class, options: argparse.Namespace) -> None:
    for name in ("Mina Okafor", "Tomás Rivera"):
        if name not in room.publishers:
            await room.publish(name, 0)
    await room.plays()
    await room.page.evaluate("links.watch('stage')")
    await asyncio.sleep(5)
    at = await room.page.evaluate("links.now()")
    before = await room.inbound()
    await room.wire.narrow(CUT_KBIT)
    await asyncio.sleep(options.cut_seconds)
    shown = await room.page.evaluate("links.shown('stage')")
    end = await room.page.evaluate("links.now()")
    after = await room.inbound()
    sound = await room.inbound("stage_audio")
    await room.wire.narrow(None)
    alive = at + PLAYS_AFTER_S * 1000
    show("cut", "width_before", before["frameWidth"], "px")
    show("cut", "longest_gap_at_first", longest_gap(shown, at, alive), "s")
    show("cut", "longest_gap", longest_gap(shown, alive, end), "s")
    show("cut", "pictures", sum(when > alive for when, *_ in shown) / (end - alive) * 1000, "1/s")
    show("cut", "width", after["frameWidth"], "px")
    show("cut", "sound_lost", sound.get("packetsLost", 0), "packets")
    back = await room.page.evaluate("links.now()")
    await room.width_is(lambda width: width >= before["frameWidth"], "the picture of before")
    show("cut", "back_after", (await room.page.evaluate("links.now()") - back) / 1000, "s")


async def switch(room: Class, options: argparse.Namespace) -> None:
    await room.rested()
    before = await room.counted()
    await room.goes_on()
    await room.plays()
    begun = await room.counted()
    await asyncio.sleep(2 * options.switches)
    calm = await room.counted()
    widths: list[int] = []
    for _ in range(options.switches):
        for size in (NARROW, WIDE):
            was = (await room.inbound())["frameWidth"]
            await room.page.set_viewport_size(size)  # type: ignore[arg-type]
            await room.width_is(lambda width, was=was: width != was, "another layer")
            widths.append((await room.inbound())["frameWidth"])
            await asyncio.sleep(1)
    during = await room.counted()
    after = await room.rested()
    await room.goes_on()
    frames = after.frames - before.frames
    show("switch", "switches", len(widths), "switches")
    show("switch", "narrowest", min(widths), "px")
    show("switch", "widest", max(widths), "px")
    sent = list(room.sent(during.stats).frames.items())[calm.frames : during.frames]
    steps = [((ts - ts0) & 0xFFFFFFFF) / 90_000 for (ts0, _), (ts, _) in itertools.pairwise(sent)]
    gaps = [at - at0 for (_, at0), (_, at) in itertools.pairwise(sent)]
    show("switch", "longest_step", max(steps), "s")
    show("switch", "longest_gap_sent", max(gaps), "s")
    show("switch", "freezes_without", calm.since(begun, "freezeCount"), "freezes")
    show("switch", "dropped_without", calm.since(begun, "framesDropped"), "frames")
    show("switch", "freezes", during.since(calm, "freezeCount"), "freezes")
    show("switch", "frames", frames, "frames")
    show("switch", "dropped", during.since(calm, "framesDropped"), "frames")
    show("switch", "frames_never_whole", frames - after.since(before, "framesReceived"), "frames")
    show("switch", "picture_losses", during.since(calm, "pliCount"), "requests")


async def measure(options: argparse.Namespace) -> None:
    parts = {"loss": loss, "speech": speech, "cut": cut, "switch": switch}
    with tempfile.TemporaryDirectory() as folder:
        for part in options.only:
            place = Path(folder) / part
            place.mkdir()
            async with opened(place) as room:
                await room.publish("Helen Marsh", 0 if part == "speech" else 440, 960)
                await room.watch(looks=part == "loss")
                await parts[part](room, options)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", nargs="+", choices=PARTS, default=PARTS)
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--speech-seconds", type=float, default=240.0)
    parser.add_argument("--cut-seconds", type=float, default=30.0)
    parser.add_argument("--switches", type=int, default=10)
    parser.add_argument("--loss", type=int, default=5, help="per cent")
    parser.add_argument("--each", action="store_true", help="what became of each lost packet")
    parser.add_argument("--much-loss", type=int, default=15, help="per cent")
    options = parser.parse_args()
    missing = what_is_missing("tc")
    if missing:
        print(missing, file=sys.stderr)
        return 1
    asyncio.run(measure(options))
    return 0


if __name__ == "__main__":
    sys.exit(main())
