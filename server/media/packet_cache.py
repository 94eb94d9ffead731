"""The last packets of one stream, found by sequence number.

A ring indexed by the low bits of the number: storing overwrites what stood there, looking up
checks the whole number. Sized for 2 s of video or 1 s of audio; what is older is refused by age.
"""

from __future__ import annotations

from typing import Generic, Protocol, TypeVar


class Numbered(Protocol):
    sequence: int
    arrival_ns: int


T = TypeVar("T", bound=Numbered)


class PacketCache(Generic[T]):
    __slots__ = ("_mask", "_max_age_ns", "_ring")

    def __init__(self, size: int, max_age_ns: int) -> None:
        if size & (size - 1):
            raise ValueError("the size must be a power of two")
        self._mask = size - 1
        self._max_age_ns = max_age_ns
        self._ring: list[T | None] = [None] * size

    def put(self, packet: T) -> None:
        self._ring[packet.sequence & self._mask] = packet

    def get(self, sequence: int, now_ns: int) -> T | None:
        found = self._ring[sequence & self._mask]
        if found is None or found.sequence != sequence:
            return None
        return found if now_ns - found.arrival_ns <= self._max_age_ns else None
