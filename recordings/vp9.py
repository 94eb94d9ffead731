"""VP9 payloads (RFC 9628) to pictures, without decoding.

A picture is one frame, or one frame for each spatial layer; these go into one superframe, of which
a player shows the last. Where layers were lost, those below them go on as a smaller picture until
the publisher mends the upper ones; where the lowest is lost, everything waits for a keyframe.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from recordings.depacketize import Frame, FrameCounts, groups
from recordings.packet_order import Packet

_MOST_IN_SUPERFRAME = 8
_NO_LEVEL = 8
"""above every temporal layer: nothing is broken"""
_SYNC_CODE = 0x498342
_SRGB = 7


@dataclass(frozen=True, slots=True)
class Descriptor:
    """RFC 9628 §4.2."""

    picture_id: int | None
    picture_id_bits: int
    refers_back: bool
    """to an earlier picture (P)"""
    begins: bool
    ends: bool
    temporal_id: int
    is_switching_point: bool
    """higher temporal layers refer to nothing before it but what is at or below its own (U)"""
    spatial_id: int
    refers_down: bool
    """to the layer below in the same picture (D)"""
    tl0: int | None
    size: tuple[int, int] | None
    """of the highest layer, where the scalability structure says it"""
    start: int


def descriptor_of(payload: bytes) -> Descriptor | None:
    """None when it is cut short, or nothing follows it."""
    try:
        first, at = payload[0], 1
        picture_id, bits = None, 7
        if first & 0x80:
            picture_id = payload[at]
            at += 1
            if picture_id & 0x80:
                picture_id, bits = (picture_id & 0x7F) << 8 | payload[at], 15
                at += 1
        layers, tl0 = 0, None
        if first & 0x20:
            layers = payload[at]
            at += 1
            if not first & 0x10:
                tl0 = payload[at]
                at += 1
        if first & 0x50 == 0x50:
            for _ in range(3):
                at += 1
                if not payload[at - 1] & 1:
                    break
            else:
                return None  # a fourth reference there cannot be
        size = None
        if first & 0x02:
            size, at = _structure(payload, at)
    except IndexError:
        return None
    if at >= len(payload):
        return None
    return Descriptor(
        picture_id, bits, bool(first & 0x40), bool(first & 0x08), bool(first & 0x04), layers >> 5,
        bool(layers & 0x10), layers >> 1 & 7, bool(layers & 1), tl0, size, at,
    )  # fmt: skip


def _structure(payload: bytes, at: int) -> tuple[tuple[int, int] | None, int]:
    """The scalability structure: size of the highest layer, and where it ends."""
    head = payload[at]
    at += 1
    size = None
    if head & 0x10:
        at += 4 * (head >> 5)
        width, height = payload[at] << 8 | payload[at + 1], payload[at + 2] << 8 | payload[at + 3]
        size = (width, height)
        at += 4
    if head & 0x08:
        pictures = payload[at]
        at += 1
        for _ in range(pictures):
            at += 1 + (payload[at] >> 2 & 3)
    return size, at


def key_size(data: bytes | bytearray) -> tuple[int, int] | None:
    """Width and height of a keyframe, from its uncompressed header (VP9 bitstream §6.2); None for
    every other frame."""
    if len(data) < 10:
        return None
    head = int.from_bytes(bytes(data[:16]).ljust(16, b"\0"), "big")
    at = 0

    def take(count: int) -> int:
        nonlocal at
        at += count
        return head >> (128 - at) & ((1 << count) - 1)

    if take(2) != 2:
        return None
    profile = take(1) | take(1) << 1
    if profile == 3:
        take(1)
    shows_existing, is_inter, _is_shown, _is_resilient = (take(1) for _ in range(4))
    if shows_existing or is_inter or take(24) != _SYNC_CODE:
        return None
    if profile >= 2:
        take(1)  # depth
    if take(3) != _SRGB:
        take(4 if profile & 1 else 1)  # range, subsampling
    elif profile & 1:
        take(1)
    return take(16) + 1, take(16) + 1


@dataclass(slots=True)
class _LayerFrame:
    descriptor: Descriptor
    data: bytearray = field(default_factory=bytearray)
    is_whole: bool = False


def _layer_frames(parts: Sequence[Packet]) -> tuple[list[_LayerFrame], bool]:
    """By rising spatial layer, and whether nothing between the first and the last is missing."""
    found: dict[int, _LayerFrame] = {}
    current: _LayerFrame | None = None
    is_intact = True
    for index, part in enumerate(parts):
        if index and part.lost_before:
            current, is_intact = None, False
        if not part.payload:
            continue
        descriptor = descriptor_of(part.payload)
        if descriptor is None:
            current, is_intact = None, False
            continue
        spatial_id = descriptor.spatial_id
        if descriptor.begins and spatial_id not in found:
            is_intact = is_intact and current is None
            current = found[spatial_id] = _LayerFrame(descriptor)
        elif descriptor.begins or current is None or current.descriptor.spatial_id != spatial_id:
            current, is_intact = None, False
            continue
        current.data += part.payload[descriptor.start :]
        if descriptor.ends or part.is_marked:
            current.is_whole = True
            current = None
    return [found[layer] for layer in sorted(found)], is_intact and current is None


def _frames_of(data: bytes) -> list[bytes]:
    """A superframe taken apart (VP9 bitstream, annex B); anything else is one frame."""
    mark = data[-1]
    count, width = (mark & 7) + 1, (mark >> 3 & 3) + 1
    index = 2 + count * width
    if mark & 0xE0 != 0xC0 or len(data) < index or data[-index] != mark:
        return [data]
    frames: list[bytes] = []
    at, sizes = 0, data[-index + 1 : -1]
    for each in range(count):
        size = int.from_bytes(sizes[each * width : (each + 1) * width], "little")
        frames.append(data[at : at + size])
        at += size
    return [frame for frame in frames if frame] if at <= len(data) - index else [data]


def superframe(layers: Sequence[bytes]) -> bytes | None:
    """Frames of one picture as a player takes them: a browser shows the last, ffmpeg gives out each
    at the same time, of which the composition keeps the last. None where they are too many."""
    if len(layers) == 1:
        return layers[0]
    frames = [frame for layer in layers for frame in _frames_of(layer)]
    if len(frames) > _MOST_IN_SUPERFRAME:
        return None
    width = (max(map(len, frames)).bit_length() + 7) // 8
    mark = bytes([0xC0 | (width - 1) << 3 | (len(frames) - 1)])
    sizes = b"".join(len(frame).to_bytes(width, "little") for frame in frames)
    return b"".join(frames) + mark + sizes + mark


class _Health:
    """What refers to something that is lost: for each spatial layer, the lowest temporal layer that
    may not be shown."""

    def __init__(self) -> None:
        self._waits_for_key = True
        self._broken: dict[int, int] = {}
        self._known: set[int] = set()
        """layers seen since the last keyframe"""
        self._last: set[int] = set()
        """layers of the last picture"""
        self._picture_id: int | None = None
        self._tl0: int | None = None

    def lose_all(self) -> None:
        self._waits_for_key = True

    def lose(self, layer: int, temporal_id: int) -> None:
        self._broken[layer] = min(temporal_id, self._broken.get(layer, _NO_LEVEL))
        if self._broken.get(0) == 0:
            self._waits_for_key = True

    def lose_picture(self, temporal_id: int) -> None:
        for layer in self._known:
            self.lose(layer, temporal_id)

    def lost_before(self, first: Descriptor) -> None:
        """Packets just before this picture are missing: whole pictures, or layers of the last?"""
        are_pictures_lost = True
        if self._picture_id is not None and first.picture_id is not None:
            step = first.picture_id - self._picture_id & (1 << first.picture_id_bits) - 1
            are_pictures_lost = step != 1
        if are_pictures_lost:
            if first.tl0 is None or self._tl0 is None:
                return self.lose_all()
            if first.tl0 != (self._tl0 + (first.temporal_id == 0)) & 0xFF:
                return self.lose_all()
            self.lose_picture(1)
        for layer in self._known - self._last:
            self.lose(layer, 0)
        return None

    def usable(self, found: Sequence[_LayerFrame], *, is_intact: bool) -> list[_LayerFrame]:
        """The layers of one picture that may be shown."""
        usable: dict[int, _LayerFrame] = {}
        first = found[0].descriptor
        for one in found:
            layer = one.descriptor.spatial_id
            if layer == 0 and one.is_whole and key_size(one.data) is not None:
                self._waits_for_key = False
                self._broken, self._known = {}, set()
            self._known.add(layer)
            if self._stands(one, usable.keys()):
                usable[layer] = one
                self._mend(one.descriptor)
            else:
                self.lose(layer, first.temporal_id)
        present = {one.descriptor.spatial_id for one in found}
        if not is_intact:
            for layer in self._known - present:
                self.lose(layer, first.temporal_id)
        self._last = present
        self._picture_id = first.picture_id
        if first.temporal_id == 0 and first.tl0 is not None:
            self._tl0 = first.tl0
        return list(usable.values())

    def _stands(self, one: _LayerFrame, usable: Collection[int]) -> bool:
        head = one.descriptor
        if not one.is_whole or self._waits_for_key:
            return False
        if head.refers_down and head.spatial_id - 1 not in usable:
            return False
        return not head.refers_back or head.temporal_id < self._broken.get(
            head.spatial_id, _NO_LEVEL
        )

    def _mend(self, head: Descriptor) -> None:
        layer = head.spatial_id
        starts_anew = layer > 0 and not head.refers_back and head.temporal_id == 0
        if starts_anew or (
            head.is_switching_point and self._broken.get(layer, _NO_LEVEL) > head.temporal_id
        ):
            self._broken.pop(layer, None)


def vp9_frames(packets: Iterable[Packet | None], counts: FrameCounts) -> Iterator[Frame | None]:
    """None among the packets (a file that is still growing) comes out as None."""
    health = _Health()
    run: int | None = None
    size = (0, 0)
    for parts, _ in groups(packets):
        if not parts:
            yield None
            continue
        first = parts[0]
        if first.run != run:
            # Another layer of simulcast or a gap: only a keyframe can follow.
            run, health = first.run, _Health()
        head = descriptor_of(first.payload)
        if first.lost_before:
            if head is None:
                health.lose_all()
            else:
                health.lost_before(head)
        found, is_intact = _layer_frames(parts)
        if not found:
            health.lose_picture(head.temporal_id if head is not None else 0)
            counts.broken += 1
            continue
        usable = health.usable(found, is_intact=is_intact and not first.lost_before)
        data = superframe([bytes(one.data) for one in usable]) if usable else None
        if data is None:
            if usable:
                health.lose_all()
            if usable or not is_intact or not all(one.is_whole for one in found):
                counts.broken += 1
            else:
                counts.unusable += 1
            continue
        key = key_size(data)
        if key is not None:
            size = max([key, *(one.descriptor.size or (0, 0) for one in usable)])
        counts.whole += 1
        yield Frame(first, data, key is not None, *size)
