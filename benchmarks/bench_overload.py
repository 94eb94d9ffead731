"""How long packets wait in a plane that is so and so busy: why `live/overload.py` draws the line
where it does.

A computation, not a measurement, so that no other process is in it. Packets come as cameras send
them: a frame at a time with phases of their own, packets of a frame one after the other, a
keyframe now and then that is several times as large. They are served one after the other, and
serving one takes as long as fits the share of the processor that is looked at.

    bench_overload [--cameras 20] [--rounds 40]
"""

from __future__ import annotations

import argparse
from typing import Final

import numpy as np

SHARES: Final = (0.3, 0.5, 0.6, 0.65, 0.7, 0.75, 0.8, 0.85, 0.9, 0.95, 0.98)
SECONDS: Final = 30.0
FPS: Final = 25
PACKETS: Final = 5
KEY_EVERY_S: Final = 10.0
KEY_SIZE: Final = 6
APART_S: Final = 100e-6
"""between packets of a frame: what an uplink of 100 Mbit/s makes of them"""
UNEVEN_S: Final = 0.002


def arrivals(cameras: int, chance: np.random.Generator) -> np.ndarray:
    """When packets come, in order."""
    moments: list[np.ndarray] = []
    for _ in range(cameras):
        frames = np.arange(chance.random() / FPS, SECONDS, 1 / FPS)
        is_key = (frames + chance.random() * KEY_EVERY_S) % KEY_EVERY_S < 1 / FPS
        frames = frames + chance.normal(0, UNEVEN_S, frames.size)
        for size, chosen in ((PACKETS, ~is_key), (PACKETS * KEY_SIZE, is_key)):
            moments.append((frames[chosen, None] + np.arange(size) * APART_S).ravel())
    return np.sort(np.concatenate(moments))


def waits(moments: np.ndarray, share: float) -> np.ndarray:
    """How long each packet waits for those before it, in s."""
    service = share * SECONDS / moments.size
    begun = np.arange(moments.size) * service
    return begun + np.maximum.accumulate(moments - begun) - moments


def main() -> None:
    parser = argparse.ArgumentParser(description="how long packets wait in a busy plane")
    parser.add_argument("--cameras", type=int, default=20)
    parser.add_argument("--rounds", type=int, default=40)
    options = parser.parse_args()
    chance = np.random.default_rng(1)
    rounds = [arrivals(options.cameras, chance) for _ in range(options.rounds)]
    for share in SHARES:
        found = np.concatenate([waits(moments, share) for moments in rounds]) * 1000
        for name, value in (
            ("wait_p50", np.percentile(found, 50)), ("wait_p99", np.percentile(found, 99)),
        ):  # fmt: skip
            print(f"overload.busy{share * 100:.0f}.{name} {value:.2f} ms")


if __name__ == "__main__":
    main()
