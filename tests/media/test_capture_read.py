"""What the plane writes is what the recordings' reader reads: same packets, same clock."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path

import pytest

from recordings.capture import scan
from recordings.packet_order import Counts, packets
from server.media.client.client import MediaClient
from server.media.client.sources import FlashBeep
from server.media.plane import (
    CaptureSealed,
    OpenTransport,
    PlaceTransport,
    PlaneNotification,
    StartCapture,
    StopCapture,
)
from server.media.plane_settings import PlaneSettings
from server.media.python_plane import PythonPlane


@pytest.mark.slow
async def test_both_tracks_of_a_person_are_read_back_on_one_clock(tmp_path: Path) -> None:
    plane = PythonPlane(PlaneSettings(host="127.0.0.1", disk_watermark=0))
    seen: list[PlaneNotification] = []
    await plane.start(seen.append)
    client = MediaClient(("microphone", "camera"), ("stage",))
    offer = client.offer()
    answer = await plane.open(OpenTransport("ann", "ann", offer.sdp, offer.tracks, offer.slots))
    plane.apply([PlaceTransport("ann", "main")])
    await client.connect(answer)
    origin = time.monotonic_ns()
    for mid, track in (("0", "microphone"), ("1", "camera")):
        header = {
            "session_id": "s", "capture_id": track, "participant_id": "ann",
            "connection_id": "ann", "epoch": 1, "origin_ms": 0, "origin_utc_ms": 0,
        }  # fmt: skip
        plane.apply([
            StartCapture(f"ann:{mid}", tmp_path / f"{track}.rtp", header, origin)
        ])  # fmt: skip
    source = FlashBeep(160, 90, fps=10)
    client.play_sound("microphone", source)
    client.play_pictures("camera", source)
    voice = client.senders["microphone", "f"]
    voice.drop = lambda number: number % 25 == 7  # what is lost is asked for again
    await client.wait_for(lambda: voice.packets >= 150)
    await client.wait_for(lambda: not plane._find("ann:0").streams["f"]._missing)  # type: ignore[union-attr]
    plane.apply([StopCapture("ann:0"), StopCapture("ann:1")])
    async with asyncio.timeout(10):
        while sum(isinstance(n, CaptureSealed) for n in seen) < 2:
            await asyncio.sleep(0.01)
    await client.close()
    await plane.close()

    for track, codec in (("microphone", "opus"), ("camera", "VP8")):
        found = scan(tmp_path / f"{track}.rtp")
        assert (found.header.track, found.header.codec) == (track, codec)
        assert found.header.connection_id == "ann"
        assert found.torn_bytes == 0
        assert found.end is not None
        assert found.end["packets"] == found.packets
        assert len(found.reports) >= 2
        counts = Counts()
        read = list(packets(found, counts))
        assert counts.lost == counts.malformed == 0
        assert counts.delivered == len(read) == found.packets
        numbers = [p.sequence for p in read]
        assert numbers == list(range(numbers[0], numbers[0] + len(numbers)))
    assert voice.nacks >= 4
