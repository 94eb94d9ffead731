"""Whether lips stay in step in a recording, whatever its class went through.

``make bench-lips``. A real server with the native media plane; two people send a camera of three
layers and a microphone over real WebRTC, both timed by one clock each. After every change a few
flashes and beeps leave at the same instants; the published film is measured around each:

``start``       as the first one on the stage
``speaker``     the stage has gone to somebody else
``back``        and back again
``layer_down``  the best layer of the camera has ended
``layer_up``    it has come back
``rejoin``      on a new connection, which took the place of the old one

Prints ``lips.<after>.skew <value> ms``: median of picture − sound, above 0 the picture is late;
``lips.worst`` is the largest of them without sign, ``lips.layer_changes`` how often the capture of
one camera went on with another layer. Ends with 1 when the worst is above 80 ms.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import tempfile
from contextlib import AsyncExitStack
from itertools import pairwise
from pathlib import Path
from typing import Final

from recordings.capture import scan
from recordings.packet_order import Counts, packets
from server.demo import lip_sync
from server.demo.attendee import Attendee, PlannedPictures
from server.demo.http_account import Account
from server.demo.school import School
from server.demo.server_process import ServerProcess, free_port
from server.demo.slides import draw_flash, draw_person
from server.demo.voices import beep

LAYERS: Final = ("q", "h", "f")
SETTLED_S: Final = 4.0
PUBLISHED_S: Final = 900.0
LIMIT_MS: Final = 80.0

Span = tuple[float, float]


def attendee(account: Account, session_id: str, colour: tuple[int, int, int]) -> Attendee:
    camera = PlannedPictures(lambda at_s: draw_person(colour, at_s), 320, 180, 15)
    return Attendee(account, session_id, camera, LAYERS)


async def flash(who: Attendee, count: int) -> Span:
    """Returns its span on the session's clock."""
    period_s, lit_s = lip_sync.FLASH_PERIOD_MS / 1000, lip_sync.FLASH_MS / 1000
    begin_s = who.now_s() + 1.0
    end_s = begin_s + (count + 1) * period_s
    who.camera.plan(begin_s, end_s, lambda _: draw_flash(is_lit=False))
    for number in range(1, count + 1):
        # On a frame of the camera, or its own grid would show every flash late.
        at_s = who.camera.nearest_frame_s(begin_s + number * period_s)
        who.sound.plan(at_s, beep())
        who.camera.plan(at_s, at_s + lit_s, lambda _: draw_flash(is_lit=True))
    await who.wait_until(end_s + 0.2)
    return who.session_ms(begin_s), who.session_ms(end_s)


async def hold(school: School, flashes: int) -> tuple[str, dict[str, Span]]:
    """The recording's id, and when who flashed, in recording time."""
    teacher = await school.invite("Helen Marsh", "facilitator")
    session_id = await school.session(teacher, "Lips", lobby_is_on=False)
    guest = await school.guest(teacher, session_id, "Mina Okafor")
    helen = attendee(teacher, session_id, (196, 138, 92))
    mina = attendee(guest, session_id, (98, 150, 120))
    spans: dict[str, Span] = {}

    async def on_stage(after: str, who: Attendee, other: Attendee) -> None:
        await other.set_microphone(is_on=False)
        await who.set_microphone(is_on=True)
        await helen.seat.command("spotlight", participant_id=who.seat.participant_id)
        await asyncio.sleep(SETTLED_S)
        spans[after] = await flash(who, flashes)

    try:
        await helen.seat.connect()
        await helen.seat.command("start_session")
        await helen.seat.wait_for_event("recording_started")
        for one in (helen, mina):
            if one is mina:
                await mina.seat.connect()
            await one.seat.command("give_consent", is_given=True)
            await one.connect_media()
        await on_stage("start", helen, mina)
        await on_stage("speaker", mina, helen)
        await on_stage("back", helen, mina)
        helen.lose_layer("f")
        await on_stage("layer_down", helen, mina)
        helen.lose_layer("f", is_lost=False)
        await on_stage("layer_up", helen, mina)
        await helen.reconnect_media()
        await on_stage("rejoin", helen, mina)
        recording = (await helen.seat.ask("snapshot", {}))["recording"]
        began_ms = recording["since_ms"]
        await helen.seat.command("end_session")
        await helen.seat.wait_for_event("session_ended")
    finally:
        for one in (mina, helen):
            await one.close()
    return recording["recording_id"], {
        after: (begin - began_ms, end - began_ms) for after, (begin, end) in spans.items()
    }


async def measure(options: argparse.Namespace, folder: Path) -> int:
    environment = {"REPRISE_MEDIA_PLANE": "native", "REPRISE_CAPTIONS": "off"}
    server = ServerProcess(folder / "data", free_port(), folder / "log", environment)
    async with AsyncExitStack() as stack:
        stack.push_async_callback(server.stop)
        await server.start()
        school = School(server)
        stack.push_async_callback(school.close)
        await school.open()
        try:
            recording_id, spans = await hold(school, options.flashes)
            stage = await school.admin.wait_for_stage(
                recording_id, {"published", "failed"}, PUBLISHED_S
            )
            if stage != "published":
                raise RuntimeError("the recording could not be made")
        except Exception:
            print(server.tail(60), file=sys.stderr)
            raise
        version = (await school.admin.get(f"/recordings/{recording_id}"))["version"]
        film = school.recording_folder(recording_id, version) / "download.mp4"
        show_layers(server.data / "captures")
        return tell(film, spans)


def show_layers(captures: Path) -> None:
    """Of the camera that changed most: what was recorded did come from several layers."""
    counts: list[int] = []
    for path in captures.rglob("*.rtp"):
        scanned = scan(path)
        if scanned.header.track == "camera":
            layers = [packet.ssrc for packet in packets(scanned, Counts())]
            counts.append(sum(after != before for before, after in pairwise(layers)))
    print(f"lips.layer_changes {max(counts)} changes", flush=True)


def tell(film: Path, spans: dict[str, Span]) -> int:
    worst = 0.0
    for after, (begin, end) in spans.items():
        found = lip_sync.measure(film, begin, end)
        if found is None:
            print(f"{after}: fewer than three flashes and beeps face each other", file=sys.stderr)
            return 1
        print(f"lips.{after}.skew {found.skew_ms:.1f} ms", flush=True)
        print(f"lips.{after}.pairs {found.pairs} flashes", flush=True)
        worst = max(worst, abs(found.skew_ms))
    print(f"lips.worst {worst:.1f} ms", flush=True)
    return 0 if worst <= LIMIT_MS else 1


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--flashes", type=int, default=6, help="after each change")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        return asyncio.run(measure(options, Path(folder)))


if __name__ == "__main__":
    sys.exit(main())
