"""Pictures that a browser can decode, for the swarm to send: frames of VP8 in a file."""

from __future__ import annotations

import struct
from pathlib import Path
from typing import Final

import numpy as np

from server.demo.slides import draw_person
from server.media.client.sources import Vp8Encoder

WIDTH: Final = 1280
HEIGHT: Final = 720
SECONDS: Final = 5
BITRATE: Final = 2_000_000
GRAIN: Final = 6
"""of a camera's sensor, which is what a camera's octets are mostly spent on"""


def write_film(path: Path, fps: int) -> None:
    """As ``native/swarm.h`` says: each frame behind its length, only the first one a keyframe."""
    encoder = Vp8Encoder(WIDTH, HEIGHT, fps, BITRATE, key_every=SECONDS * fps + 1)
    chance = np.random.default_rng(1)
    with path.open("wb") as file:
        for index in range(SECONDS * fps):
            picture = draw_person((196, 138, 92), index / fps, WIDTH // 2, HEIGHT // 2)
            grain = chance.integers(-GRAIN, GRAIN + 1, picture.shape[:2], dtype=np.int16)
            seen = np.clip(picture.astype(np.int16) + grain[..., None], 0, 255).astype(np.uint8)
            frame = encoder.encode(seen, is_key=index == 0)
            # None where the encoder left one out, to keep to its rate.
            if frame:
                file.write(struct.pack("=I", len(frame)) + frame)
