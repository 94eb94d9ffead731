"""A participant in Python: a seat on the live socket and a real WebRTC connection.

What it sends is planned on its *own clock*: seconds since it began to send. Sound is planned by
the sample and pictures by the same clock, so a flash and a beep planned for one instant leave with
timestamps of that instant, whatever the machine is doing.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from server.demo.http_account import Account
from server.demo.lecture import SAMPLE_RATE, Samples
from server.demo.seat import Seat
from server.demo.slides import Picture
from server.media.client.client import MediaClient
from server.media.client.sources import PACKET, RATE
from server.media.plane import TrackKind

HALF_A_SAMPLE_S = 0.5 / RATE
"""what two ways of computing one instant may differ by"""

Draw = Callable[[float], Picture]
"""own clock in seconds → picture"""


@dataclass(slots=True)
class PlannedSound:
    """Silence, and on it whatever was planned; overlapping sounds add up. A ``SoundSource``."""

    _planned: list[tuple[int, Samples]] = field(default_factory=list)

    def plan(self, at_s: float, samples: Samples) -> float:
        """Say it from ``at_s`` on; returns when it ends."""
        start = round(at_s * SAMPLE_RATE)
        self._planned.append((start, samples))
        return (start + len(samples)) / SAMPLE_RATE

    def read(self, start: int) -> Samples:
        end = start + PACKET
        mixed = np.zeros(PACKET, dtype=np.int32)
        for begin, samples in self._planned:
            first, last = max(start, begin), min(end, begin + len(samples))
            if first < last:
                mixed[first - start : last - start] += samples[first - begin : last - begin]
        self._planned = [
            (begin, samples) for begin, samples in self._planned if begin + len(samples) > start
        ]
        return np.clip(mixed, -32768, 32767).astype(np.int16)


@dataclass(slots=True)
class PlannedPictures:
    """A usual picture, and stretches that show something else. A ``PictureSource``."""

    usual: Draw
    width: int
    height: int
    fps: int
    begins_s: float = 0.0
    """own clock at frame 0"""
    _stretches: list[tuple[float, float, Draw]] = field(default_factory=list)

    def plan(self, from_s: float, to_s: float, draw: Draw) -> None:
        self._stretches.append((from_s, to_s, draw))

    def nearest_frame_s(self, at_s: float) -> float:
        return self.begins_s + round((at_s - self.begins_s) * self.fps) / self.fps

    def picture(self, index: int) -> Picture:
        at_s = self.begins_s + index / self.fps
        for from_s, to_s, draw in reversed(self._stretches):
            if from_s - HALF_A_SAMPLE_S <= at_s < to_s:
                return draw(at_s)
        return self.usual(at_s)


class Attendee:
    """``layers`` of the camera: rids, the lowest first; none: one stream."""

    def __init__(
        self, account: Account, session_id: str, camera: PlannedPictures,
        layers: tuple[str, ...] = (),
    ) -> None:  # fmt: skip
        self.seat = Seat(account, session_id)
        self.sound = PlannedSound()
        self.camera = camera
        self._layers = layers
        self._media = self._new_media()
        self._origin_s = 0.0
        """media time of the own clock's 0"""

    def _new_media(self) -> MediaClient:
        layers = {"camera": self._layers} if self._layers else None
        return MediaClient(("microphone", "camera", "screen"), ("stage_audio", "stage"), layers)

    def lose_layer(self, layer: str, *, is_lost: bool = True) -> None:
        """As a browser that has no more strength for it: none of its packets leave."""
        self._media.senders["camera", layer].drop = (lambda _: True) if is_lost else None

    async def reconnect_media(self) -> None:
        """Another connection in the place of this one, with the same sound and camera, whose own
        clock begins again."""
        old, self._media = self._media, self._new_media()
        await self.connect_media()
        await old.close()

    async def connect_media(self) -> None:
        offer = self._media.offer()
        answer = await self.seat.ask(
            "media_offer", {"sdp": offer.sdp, "tracks": offer.tracks, "slots": offer.slots}
        )
        if "sdp" not in answer:
            raise ConnectionError(f"the media offer was refused: {answer}")
        await self._media.connect(answer["sdp"])
        await self.seat.command("set_track", track="microphone", is_on=True)
        await self.seat.command("set_track", track="camera", is_on=True)
        self._origin_s = self._media.next_packet()
        self._media.play_sound("microphone", self.sound, self._origin_s)
        self._media.play_pictures("camera", self.camera, begins=self._origin_s)

    def now_s(self) -> float:
        """The own clock."""
        return self._media.media_time() - self._origin_s

    def session_ms(self, own_s: float) -> float:
        """When a moment of the own clock is, on the session's clock."""
        return self.seat.session_now_ms() + (own_s - self.now_s()) * 1000

    async def wait_until(self, own_s: float) -> None:
        while (left := own_s - self.now_s()) > 0:
            await asyncio.sleep(left)

    async def say(self, samples: Samples, pause_s: float = 0.2) -> None:
        """Say it soon; returns when it has been said."""
        await self.wait_until(self.sound.plan(self.now_s() + pause_s, samples))

    async def set_microphone(self, is_on: bool) -> None:
        await self.seat.command("set_track", track="microphone", is_on=is_on)

    async def share_screen(self, usual: Draw, width: int, height: int, fps: int) -> None:
        await self.seat.command("set_track", track="screen", is_on=True)
        begins = self._media.next_packet()
        source = PlannedPictures(usual, width, height, fps, begins - self._origin_s)
        self._media.play_pictures("screen", source, bitrate=1_200_000, begins=begins)

    async def stop_screen(self) -> None:
        track: TrackKind = "screen"
        self._media.stop(track)
        await self.seat.command("set_track", track=track, is_on=False)

    async def close(self) -> None:
        await self._media.close()
        await self.seat.close()
