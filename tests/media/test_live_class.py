"""The whole live side with real media: socket, mailbox, policy, plane, capture files."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from server.live.media_control import PlaneMediaControl
from server.media.client.client import MediaClient
from server.media.client.sources import MovingBars, Tone
from server.media.plane_settings import PlaneSettings
from server.media.python_plane import PythonPlane
from tests.contract.media_plane import read_capture, tone_of
from tests.live_server import Client, LiveServer, until

SLOTS = ("stage_audio", "stage", "audio0", "audio1", "gallery0")


@pytest.fixture
async def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[LiveServer]:
    def control() -> PlaneMediaControl:
        plane = PythonPlane(PlaneSettings(host="127.0.0.1", disk_watermark=0))
        return PlaneMediaControl(plane, tmp_path)

    monkeypatch.setattr("tests.live_server.MemoryMedia", control)
    made = LiveServer(tmp_path)
    await made.start()
    yield made
    await made.stop()


class Attendee:
    """A seat on the socket and a WebRTC connection."""

    def __init__(self, seat: Client) -> None:
        self.seat = seat
        self.media = MediaClient(("microphone", "camera"), SLOTS)

    async def open_media(self) -> None:
        offer = self.media.offer()
        answer = await self.seat.call(
            "media_offer", {"sdp": offer.sdp, "tracks": offer.tracks, "slots": offer.slots}
        )
        await self.media.connect(answer["sdp"])

    async def turn_on(self, hertz: float) -> None:
        self.media.play_sound("microphone", Tone(hertz))
        self.media.play_pictures("camera", MovingBars((90, 0, 0), 160, 90, fps=10))
        for track in ("microphone", "camera"):
            await self.seat.do("set_track", track=track, is_on=True)

    def slot(self, name: str) -> dict[str, Any] | None:
        told = [one for event, payload in self.seat.pushed if event == "slots" for one in payload]
        return next((one for one in reversed(told) if one["slot"] == name), None)

    async def shows(self, slot: str, who: str | None, track: str | None) -> dict[str, Any]:
        """Until the server says so."""
        await until(
            lambda: (
                (found := self.slot(slot)) is not None
                and (found["participant_id"], found["track"]) == (who, track)
            ),
            f"{self.seat.who}'s {slot} shows {who}",
        )
        found = self.slot(slot)
        assert found is not None
        return found

    async def hears(self, slot: str, hertz: float) -> None:
        def is_heard() -> bool:
            recent = list(self.media.slots[slot].packets)[-25:]
            if len(recent) < 25:
                return False
            return tone_of(self.media.slots[slot].sound(recent[0].arrival)) == hertz

        await self.media.wait_for(is_heard)


@pytest.mark.slow
async def test_a_class_is_held_and_captured(server: LiveServer, tmp_path: Path) -> None:
    seats = await server.join("fay", "ada")
    await seats[0].do("start_session")
    fay, ada = (Attendee(seat) for seat in seats)
    for attendee, hertz in ((fay, 440), (ada, 880)):
        await attendee.open_media()
        await attendee.turn_on(hertz)

    shown = await ada.shows("stage", "fay", "camera")
    await ada.shows("stage_audio", "fay", "microphone")
    await fay.shows("stage", "ada", "camera")
    await ada.hears("stage_audio", 440)
    await fay.hears("stage_audio", 880)
    await ada.media.wait_for(lambda: ada.media.slots["stage"].frames)
    assert ada.media.slots["stage"].frames[0].timestamp == shown["rtp"]
    await until(lambda: [e for e, _ in ada.seat.pushed if e == "levels"], "levels")
    await until(lambda: [e for e, _ in ada.seat.pushed if e == "quality"], "quality")

    # On record: only who consented, and only while the track is on.
    await seats[0].do("start_recording")
    await seats[0].do("give_consent", is_given=True)
    await seats[1].do("give_consent", is_given=False)
    await until(lambda: len(server.state().captures) == 2, "two captures")
    assert {c.participant_id for c in server.state().captures.values()} == {"fay"}
    paths = {c.track: tmp_path / c.path for c in server.state().captures.values()}
    await until(lambda: all(p.exists() for p in paths.values()), "the files")
    sender = fay.media.senders["microphone", "f"]
    sent = sender.packets
    await fay.media.wait_for(lambda: sender.packets > sent + 40)

    # A mute holds against a client that goes on sending, and ends the file.
    await seats[0].do("set_track", track="microphone", is_on=False)
    await until(lambda: len(server.state().captures) == 1, "the microphone's capture is sealed")
    assert read_capture(paths["microphone"])[1][-1][0] == 5
    await ada.shows("stage_audio", None, None)

    # The socket is cut: away and unheard; back: still muted, and the page is told who is where.
    await seats[1].cut()
    await until(lambda: server.state().participants["ada"].presence == "away", "ada is away")
    await fay.shows("stage", None, None)
    await seats[1].reconnect()
    ada.seat.pushed.clear()
    old = ada.media
    ada.media = MediaClient(("microphone", "camera"), SLOTS)
    await ada.open_media()
    async with asyncio.timeout(20):
        await old.connection.closed.wait()
    await ada.shows("stage", "fay", "camera")
    await ada.turn_on(660)
    await fay.hears("stage_audio", 660)

    await seats[0].do("end_session")
    await until(lambda: server.ended, "the pipeline is told")
    assert not server.state().captures
    header, records = read_capture(paths["camera"])
    assert header["participant_id"] == "fay"
    assert records[-1][0] == 5
    assert len(list((tmp_path / "captures" / "s1").iterdir())) == 2
    for client in (old, ada.media, fay.media):
        await client.close()
