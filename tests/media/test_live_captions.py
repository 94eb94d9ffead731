"""Live captions with real speech: socket, plane, child process and Whisper."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from server.live.caption_load import LoadLimits
from server.live.caption_process import CaptionProcess
from server.live.captions import Captions
from server.live.media_control import PlaneMediaControl
from server.media.client.client import MediaClient
from server.media.client.sources import Recording
from server.media.plane_settings import PlaneSettings
from server.media.python_plane import PythonPlane
from tests.live_server import Client, LiveServer

SPEECH = Path(__file__).resolve().parent.parent / "fixtures" / "speech" / "printing.opus"
SPOKEN = {"printing", "present", "concerned", "differs", "arts", "crafts", "exhibition"}
SLOTS = ("stage_audio", "stage", "audio0")
PATIENCE_S = 120
"""a slow machine may take ten times as long to read as to hear"""
NEVER_LESS = LoadLimits(behind_ms=10**9, far_behind_ms=10**9, busy=2.0, full=2.0)


class CaptionedServer(LiveServer):
    """With captions as in the real thing, on a machine that is never too busy for them."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        super().__init__(folder)
        self.reader = CaptionProcess("whisper-base", "en")
        self.captions = Captions(self.reader, "en", limits=NEVER_LESS, busy=lambda: None)
        self.options["captions"] = self.captions
        plane = PythonPlane(PlaneSettings(host="127.0.0.1", disk_watermark=0))
        monkeypatch.setattr(
            "tests.live_server.MemoryMedia",
            lambda: PlaneMediaControl(plane, folder, self.captions),
        )


@pytest.fixture
async def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[CaptionedServer]:
    made = CaptionedServer(tmp_path, monkeypatch)
    await made.start()
    yield made
    await made.stop()


async def patiently(condition: Callable[[], object]) -> None:
    async with asyncio.timeout(PATIENCE_S):
        while not condition():
            await asyncio.sleep(0.02)


def words(seat: Client) -> set[str]:
    """What is on this page at last."""
    lines = {one["line_id"]: one["text"] for event, one in seat.pushed if event == "captions"}
    return {
        "".join(c for c in word.lower() if c.isalpha())
        for text in lines.values()
        for word in text.split()
    }


def state(seat: Client) -> str | None:
    states = [one["state"] for event, one in seat.pushed if event == "caption_status"]
    return states[-1] if states else None


@pytest.mark.slow
async def test_CA3_speech_becomes_words_for_who_wants_them_and_in_its_room_alone(
    server: CaptionedServer,
) -> None:
    fay, ada, bob, eve = await server.join("fay", "ada", "bob", "eve")
    await fay.do("start_session")
    await fay.do("draft_breakouts", names=["Red"], assignment={"eve": 0})
    await fay.do("open_breakouts")
    media = MediaClient(("microphone",), SLOTS)
    try:
        offer = media.offer()
        answer = await fay.call(
            "media_offer", {"sdp": offer.sdp, "tracks": offer.tracks, "slots": offer.slots}
        )
        await media.connect(answer["sdp"])
        await fay.do("set_track", track="microphone", is_on=True)
        for seat in (ada, eve):
            await seat.call("caption_wish", {"wants": True})
        await patiently(lambda: state(ada) == "on")
        media.play_sound("microphone", Recording(SPEECH, is_looped=True))
        await patiently(lambda: len(words(ada) & SPOKEN) >= 4)
        line = next(one for event, one in ada.pushed if event == "captions")
        assert line["participant_id"] == "fay"
        assert line["delay_ms"] > 0
        assert not words(bob), "who does not want any gets none"
        assert not words(eve), "another room reads nothing"

        # A crash of the reader is told, survived and leaves the class alone.
        assert server.reader.pid is not None
        pid = server.reader.pid
        os.kill(pid, signal.SIGKILL)
        await patiently(lambda: state(ada) == "failed")
        await patiently(lambda: state(ada) == "on" and server.reader.pid not in (None, pid))
        after = len(ada.pushed)
        await patiently(lambda: any(event == "captions" for event, _ in ada.pushed[after:]))

        # Muted is muted: nothing of what is still being sent is heard.
        await fay.do("set_track", track="microphone", is_on=False)
        await patiently(lambda: not server.captions.is_reading)
        # The last words may still be on their way; they come before an answer.
        await ada.call("caption_wish", {"wants": True})
        quiet = len(ada.pushed)
        sent = media.senders["microphone", "f"].packets
        await media.wait_for(lambda: media.senders["microphone", "f"].packets > sent + 100)
        assert not any(event == "captions" for event, _ in ada.pushed[quiet:])
        assert not words(eve)
    finally:
        await media.close()
