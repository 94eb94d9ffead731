"""The native plane reads packets as the plane in Python does, whatever is in them."""

from __future__ import annotations

import ctypes
import random
import zlib
from struct import pack, unpack_from

import pytest
from aioice import stun
from hypothesis import example, given, settings
from hypothesis import strategies as st

from server.media import rtcp
from server.media.ice import parse_check
from server.media.rtp import (
    Malformed,
    Packet,
    av1_starts_keyframe,
    h264_starts_keyframe,
    header_extensions,
    parse_vp8,
    parse_vp9,
    payload_bounds,
    rewrite_head,
)
from server.media.sequence_map import SequenceMap
from server.media.twcc import ArrivalRecorder
from tests.native.library import library

MS = 1_000_000


class Bounds(ctypes.Structure):
    _fields_ = (
        ("profile", ctypes.c_uint16), ("extension", ctypes.c_size_t),
        ("extension_end", ctypes.c_size_t), ("payload", ctypes.c_size_t),
        ("end", ctypes.c_size_t),
    )  # fmt: skip


class NativePacket(ctypes.Structure):
    _fields_ = (
        ("sequence", ctypes.c_int64), ("arrival_ns", ctypes.c_int64),
        ("timestamp", ctypes.c_uint32), ("level", ctypes.c_int16), ("tl0", ctypes.c_int16),
        ("picture", ctypes.c_int32), ("head_length", ctypes.c_uint16),
        ("rest_length", ctypes.c_uint16), ("marker", ctypes.c_uint8),
        ("tl0_offset", ctypes.c_uint8), ("is_long_picture", ctypes.c_bool),
        ("is_key_start", ctypes.c_bool), ("picture_offset", ctypes.c_uint8),
        ("padding", ctypes.c_uint8), ("body", ctypes.c_uint8 * 2048),
    )  # fmt: skip


@st.composite
def packets(draw: st.DrawFn) -> bytes:
    """Something like RTP, cut or padded anywhere."""
    sources = draw(st.integers(0, 2))
    has_extension, has_padding = draw(st.booleans()), draw(st.booleans())
    body = b""
    if has_extension:
        profile = draw(st.sampled_from((0xBEDE, 0x1000, 0x1003, 0x4242)))
        block = draw(st.binary(max_size=24))
        words = draw(st.integers(max(0, len(block) // 4 - 1), len(block) // 4 + 1))
        body = pack("!HH", profile, words) + block
    first = 0x80 | has_padding << 5 | has_extension << 4 | sources
    tail = draw(st.binary(max_size=12))
    return pack("!BBHII", first, 96, 1, 2, 3) + bytes(4 * sources) + body + tail


@settings(max_examples=300, deadline=None)
@given(data=st.one_of(packets(), st.binary(max_size=40)))
def test_bounds_and_extensions(data: bytes) -> None:
    bounds = Bounds()
    is_whole = library().rtp_find_bounds(data, len(data), ctypes.byref(bounds))
    try:
        start, end, payload, tail = payload_bounds(data)
    except Malformed:
        assert not is_whole
        return
    assert is_whole
    assert (bounds.payload, bounds.end) == (payload, tail)
    wanted = header_extensions(data, start, end)
    kept = ctypes.create_string_buffer(data, len(data))
    size = ctypes.c_size_t()
    for number in range(1, 256):
        value = library().rtp_extension(kept, ctypes.byref(bounds), number, ctypes.byref(size))
        found = ctypes.string_at(value, size.value) if value else None
        assert (found is None) == (number not in wanted)
        # Where one number stands twice the first counts here and the last there.
        assert found is None or found in data[start:end]


@settings(max_examples=300, deadline=None)
@given(payload=st.binary(max_size=12), picture=st.integers(0, 99999), tl0=st.integers(0, 999))
@pytest.mark.parametrize("codec", ["vp8", "vp9"])
def test_descriptors(codec: str, payload: bytes, picture: int, tl0: int) -> None:
    native = NativePacket(level=-1, tl0=-1, picture=-1, rest_length=len(payload))
    ctypes.memmove(native.body, payload, len(payload))
    is_whole = getattr(library(), f"rtp_read_{codec}")(ctypes.byref(native))
    packet = Packet(0, 0, 0, payload, 0)
    try:
        (parse_vp8 if codec == "vp8" else parse_vp9)(packet, payload)
    except Malformed:
        assert not is_whole
        return
    assert is_whole
    body = bytes(native.body)
    split = native.head_length
    assert body[:split] == packet.head
    assert body[split : split + native.rest_length] == packet.rest
    assert native.picture == (packet.picture_id if packet.has_picture_id else -1)
    assert (native.tl0, native.is_key_start) == (packet.tl0, packet.is_key_start)
    out = ctypes.create_string_buffer(6)
    library().rtp_write_head(ctypes.byref(native), picture, tl0, out)
    steps = (picture - max(native.picture, 0), tl0 - max(native.tl0, 0))
    assert out.raw[:split] == (rewrite_head(packet, *steps) if split else b"")


@settings(max_examples=300, deadline=None)
@given(payload=st.one_of(st.binary(max_size=20), st.binary(max_size=20).map(lambda b: b"\x18" + b)))
def test_h264_keyframes(payload: bytes) -> None:
    assert library().rtp_h264_starts_keyframe(payload, len(payload)) == h264_starts_keyframe(
        payload
    )


@settings(max_examples=300, deadline=None)
@given(payload=st.binary(max_size=12))
def test_av1_keyframes(payload: bytes) -> None:
    assert library().rtp_av1_starts_keyframe(payload, len(payload)) == av1_starts_keyframe(payload)


@settings(max_examples=200, deadline=None)
@given(
    name=st.text(max_size=20), length=st.integers(0, 120), flip=st.integers(-1, 100),
    cut=st.integers(0, 8),
)  # fmt: skip
@example(name="abcd:efgh", length=120, flip=-1, cut=0)
@example(name=":", length=120, flip=-1, cut=0)
def test_what_is_a_check_for_the_server_is_one_for_the_plane(
    name: str, length: int, flip: int, cut: int
) -> None:
    request = stun.Message(message_method=stun.Method.BINDING, message_class=stun.Class.REQUEST)
    request.attributes["PRIORITY"] = 1
    request.attributes["USERNAME"] = name
    data = bytearray(bytes(request)[: max(0, len(bytes(request)) - cut)][:length])
    if 0 <= flip < len(data):
        data[flip] ^= 1
    size = ctypes.c_size_t()
    datagram = bytes(data)
    kept = ctypes.create_string_buffer(datagram, len(datagram))
    found = library().stun_target(kept, len(datagram), ctypes.byref(size))
    parsed = parse_check(datagram)
    # The plane may hand up what the server then refuses, never the other way round.
    if parsed is not None:
        assert found
        assert ctypes.string_at(found, size.value).decode() == parsed[0]


@pytest.mark.parametrize("seed", range(8))
def test_sequence_maps_agree(seed: int) -> None:
    chance = random.Random(seed)
    ours, theirs = ctypes.create_string_buffer(2048), SequenceMap()
    sequence = 70_000
    library().sequence_map_restart(ours, sequence, 65_500)
    theirs.restart(sequence, 65_500)
    for _ in range(3000):
        sequence += chance.choice((1, 1, 1, 1, 2, -3, -40))
        if chance.random() < 0.1:
            assert library().sequence_map_swallow(ours, sequence) == theirs.swallow(sequence)
        else:
            assert library().sequence_map_find(ours, sequence) == theirs.map(sequence)


@pytest.mark.parametrize("seed", range(8))
def test_feedback_agrees(seed: int) -> None:
    chance = random.Random(seed)
    ours, theirs = ctypes.create_string_buffer(8 * 4096 + 64), ArrivalRecorder()
    library().twcc_init(ours)
    out = ctypes.create_string_buffer(4096)
    number, now = 65_000, 5_000 * MS
    for _ in range(3000):
        number += chance.choice((1, 1, 1, 1, 2, 5, -2, 200 if chance.random() < 0.02 else 1))
        now += chance.choice((0, 1, 3, 40)) * MS // 4 + (
            9000 * MS if chance.random() < 0.002 else 0
        )
        arrival = now - chance.choice((0, 0, 0, 2)) * MS
        library().twcc_record(ours, number & 0xFFFF, arrival)
        theirs.record(number & 0xFFFF, arrival)
        if chance.random() < 0.05:
            length = library().twcc_write(ours, 1, 77, out)
            assert out.raw[:length] == (theirs.write(77) or b"")


@settings(max_examples=200, deadline=None)
@given(
    start=st.integers(0, 0xFFFF),
    steps=st.lists(st.sampled_from((1, 1, 2, 16, 17, 40)), max_size=60),
)
def test_nacks_agree(start: int, steps: list[int]) -> None:
    numbers = [start]
    for step in steps:
        numbers.append((numbers[-1] + step) & 0xFFFF)
    out = ctypes.create_string_buffer(1024)
    array = (ctypes.c_uint16 * len(numbers))(*numbers)
    length = library().rtcp_write_nack(out, 9, array, len(numbers))
    packet = out.raw[:length]
    assert packet == rtcp.write_nack(9, numbers)
    back = (ctypes.c_uint16 * 512)()
    count = library().rtcp_read_nack(packet, length, back, 512)
    assert list(back)[:count] == rtcp.nacked(packet)[1] == numbers


def test_sender_reports_agree() -> None:
    out = ctypes.create_string_buffer(256)
    for name in ("a", "ab", "reprise-stage", "reprise-gallery11"):
        length = library().rtcp_write_sender(out, 5, 3.9e9 + 0.25, 6, 7, 8, name.encode())
        assert out.raw[:length] == rtcp.write_sender_report(5, 3.9e9 + 0.25, 6, 7, 8, name)


@settings(max_examples=100, deadline=None)
@given(data=st.binary(max_size=24))
@example(data=b"\x00\xb4\x00\x00")
@example(data=b"\x00\xb7\xff\xff")
@example(data=b"\x00\xb8\x00\x01")
def test_estimates_agree(data: bytes) -> None:
    packet = b"\x8f\xce\0\5" + bytes(8) + b"REMB" + data
    wanted = rtcp.remb(packet)
    assert library().rtcp_read_remb(packet, len(packet)) == (-1 if wanted is None else wanted)


def test_the_checksum_is_that_of_zlib() -> None:
    data = random.Random(1).randbytes(1000)
    assert library().capture_crc(0, data, 1000) == zlib.crc32(data)
    before = library().capture_crc(0, data[:300], 300)
    assert library().capture_crc(before, data[300:], 700) == zlib.crc32(data)
    assert unpack_from("<I", pack("<I", before))[0] == zlib.crc32(data[:300])
