"""Real Chromium and real Firefox publish, and watch each other. `make firefox` runs it."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from server.demo.classroom_page import ClassroomPage, sign_in_as
from server.demo.lecture import SAMPLE_RATE, read_samples
from server.demo.school import School
from tests.e2e.conftest import PageOf
from tests.e2e.firefox import TONE_HZ, Firefox, firefox_program
from tests.e2e.instruments import (
    COLOUR_DISTANCE,
    MOVING,
    PROBE,
    add_probe,
    colour_distance,
    hears,
)

pytestmark = [
    pytest.mark.firefox,
    pytest.mark.timeout(400),
    pytest.mark.skipif(firefox_program() is None, reason="Firefox is not installed"),
]

COLOUR, TONE = "#c03030", 440
RECORD = """
const audio = document.querySelector('audio[data-slot="stage_audio"]');
const recorder = new MediaRecorder(audio.srcObject);
const parts = [];
recorder.ondataavailable = ({ data }) => parts.push(data);
const done = new Promise((resolve) => { recorder.onstop = resolve; });
recorder.start();
setTimeout(() => recorder.stop(), 2000);
return done.then(() => new Promise((resolve) => {
  const reader = new FileReader();
  reader.onload = () => resolve(reader.result.split(',')[1]);
  reader.readAsDataURL(new Blob(parts));
}));
"""


@pytest.fixture
async def firefox(tmp_path: Path) -> AsyncIterator[Firefox]:
    made = Firefox(tmp_path)
    try:
        await made.start()
        yield made
    finally:
        await made.stop()


@pytest.mark.parametrize("school", [{"REPRISE_MEDIA_PLANE": "native"}], indirect=True)
async def test_chromium_and_firefox_see_and_hear_each_other(
    school: School, page_of: PageOf, firefox: Firefox, tmp_path: Path
) -> None:
    teacher = await school.invite("Helen Marsh", "facilitator")
    session_id = await school.session(
        teacher, "Two browsers", lobby_is_on=False, record_automatically=False
    )
    guest = await school.guest(teacher, session_id, "Mina Okafor")
    devices = {"toneHz": TONE, "colour": COLOUR, "label": "Helen", "width": 640, "height": 360}
    page = await page_of(devices, viewport={"width": 1280, "height": 800})
    await sign_in_as(page, teacher)
    helen = ClassroomPage(page, school.server.url, session_id)
    await helen.enter()
    await helen.is_in_class()
    await helen.switch_on("camera")
    await helen.switch_on("microphone")
    await add_probe(page)

    await firefox.sign_in_as(guest)
    await firefox.go_to(helen.url)
    await firefox.press("Join")
    await firefox.has_button("Leave")
    await firefox.switch_on("Switch camera on", "Switch camera off")
    await firefox.switch_on("Unmute microphone", "Mute microphone")
    await firefox.run(PROBE.read_text(encoding="utf-8"))

    # What Chromium shows and plays is Firefox's: nobody sees a remote picture of himself.
    assert await hears(page, TONE_HZ)
    async with asyncio.timeout(60):
        while not any(is_of_another(video) for video in await page.evaluate("probe.videos()")):
            await asyncio.sleep(0.1)
    # And the other way round.
    async with asyncio.timeout(60):
        while not any(is_helen(video) for video in await firefox.run("return probe.videos();")):
            await asyncio.sleep(0.1)
        while abs(await heard_hz(firefox, tmp_path) - TONE) > 25:
            await asyncio.sleep(0.1)


async def heard_hz(firefox: Firefox, folder: Path) -> float:
    """The loudest frequency of what is played of the stage. Recorded rather than analysed there:
    without a sound card Firefox's audio graph stands still, its recorder does not."""
    file = folder / "heard"
    file.write_bytes(base64.b64decode(await firefox.run(RECORD)))
    samples = read_samples(file).astype(np.float64)
    if len(samples) < SAMPLE_RATE // 2 or np.abs(samples).max() < 300:
        return 0.0
    heard = np.abs(np.fft.rfft(samples * np.hanning(len(samples))))
    return float(np.argmax(heard)) * SAMPLE_RATE / len(samples)


def is_helen(video: dict[str, Any]) -> bool:
    return video["change"] > MOVING and colour_distance(COLOUR, video["corner"]) < COLOUR_DISTANCE


def is_of_another(video: dict[str, Any]) -> bool:
    return video["change"] > MOVING and colour_distance(COLOUR, video["corner"]) >= COLOUR_DISTANCE
