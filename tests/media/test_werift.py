"""An independent WebRTC implementation (werift) joins and receives."""

from __future__ import annotations

import asyncio
import json
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from server.media.client.client import MediaClient
from server.media.client.sources import MovingBars, Tone
from server.media.plane import AssignSlot, OpenTransport, PlaceTransport, TransportConnected
from tests.media.stand import Stand

WEB = Path(__file__).resolve().parents[2] / "web"
NODE = shutil.which("node")
pytestmark = [
    pytest.mark.skipif(
        NODE is None or not (WEB / "node_modules" / "werift").exists(),
        reason="needs node and the web packages",
    ),
    pytest.mark.slow,
]


@pytest.fixture
async def stand() -> AsyncIterator[Stand]:
    made = Stand()
    await made.start()
    yield made
    await made.close()


async def test_werift_receives_the_stage_pair(stand: Stand) -> None:
    ann = MediaClient(("microphone", "camera"), ("stage",))
    offer = ann.offer()
    answer = await stand.plane.open(
        OpenTransport("ann", "ann", offer.sdp, offer.tracks, offer.slots)
    )
    stand.apply(PlaceTransport("ann", "main"))
    await ann.connect(answer)
    ann.play_sound("microphone", Tone(440))
    ann.play_pictures("camera", MovingBars((160, 0, 0), 160, 90))
    assert NODE is not None
    client = await asyncio.create_subprocess_exec(
        NODE, str(Path(__file__).with_name("werift_client.mjs")), stand.url, "werift", "60",
        cwd=WEB, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    try:
        async with asyncio.timeout(60):
            while TransportConnected("werift") not in stand.seen:
                await asyncio.sleep(0.05)
            stand.apply(AssignSlot("werift", "stage", "ann:1"))
            out, errors = await client.communicate()
    finally:
        if client.returncode is None:
            client.kill()
            await client.wait()
        await ann.close()
    assert client.returncode == 0, errors.decode()
    found = json.loads(out.decode().splitlines()[-1])
    assert found["state"] == "connected"
    stage, sound = found["seen"]["stage"], found["seen"]["stage_audio"]
    assert stage["keyframes"] >= 1
    assert stage["gaps"] == sound["gaps"] == 0
    assert len(stage["ssrcs"]) == len(sound["ssrcs"]) == 1
    assert found["seen"]["gallery0"]["packets"] == 0
