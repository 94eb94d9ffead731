"""RTP packets, VP8 descriptors, header extensions; whole ones and broken ones."""

from __future__ import annotations

from struct import pack

import pytest
from aiortc.codecs.vpx import VpxPayloadDescriptor
from aiortc.rtp import HeaderExtensionsMap, RtpPacket
from hypothesis import given
from hypothesis import strategies as st

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


def vp8(payload: bytes) -> Packet:
    packet = Packet(1, 0, 0, payload, 0)
    parse_vp8(packet, payload)
    return packet


def test_bounds_of_a_plain_packet() -> None:
    data = pack("!BBHII", 0x80, 96, 1, 2, 3) + b"abc"
    _, _, start, end = payload_bounds(data)
    assert data[start:end] == b"abc"


def test_extensions_csrc_and_padding_are_left_out_of_the_payload() -> None:
    block = b"\x12\x01\x02\x03" + b"\x00\x00\x00\x00"
    data = (
        pack("!BBHII", 0xB1, 96, 1, 2, 3) + b"csrc" + b"\xbe\xde\x00\x02" + block + b"abc\x00\x02"
    )
    extension, extension_end, start, end = payload_bounds(data)
    assert data[start:end] == b"abc"
    assert header_extensions(data, extension, extension_end) == {1: b"\x01\x02\x03"}


def test_two_byte_extensions_are_read() -> None:
    data = pack("!BBHII", 0x90, 96, 1, 2, 3) + b"\x10\x00\x00\x02" + b"\x04\x03abc\x05\x00\x00"
    start, end, _, _ = payload_bounds(data)
    assert header_extensions(data, start, end) == {4: b"abc", 5: b""}


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\x80",
        pack("!BBHII", 0x8F, 96, 1, 2, 3),
        pack("!BBHII", 0x90, 96, 1, 2, 3),
        pack("!BBHII", 0x90, 96, 1, 2, 3) + b"\xbe\xde\xff\xff",
        pack("!BBHII", 0xA0, 96, 1, 2, 3) + b"\x00",
        pack("!BBHII", 0xA0, 96, 1, 2, 3) + b"\xff",
    ],
    ids=["empty", "short", "csrc", "extension", "length", "padding 0", "padding 255"],
)
def test_broken_lengths_are_malformed(data: bytes) -> None:
    with pytest.raises(Malformed):
        payload_bounds(data)


@given(st.binary(max_size=80))
def test_no_datagram_breaks_the_parser(data: bytes) -> None:
    try:
        start, end, payload, payload_end = payload_bounds(data)
        header_extensions(data, start, end)
        vp8(data[payload:payload_end])
    except Malformed:
        pass


def test_bounds_agree_with_aiortc() -> None:
    extensions = HeaderExtensionsMap()
    packet = RtpPacket(96, 1, 77, 1234, 99, b"payload")
    packet.padding_size = 5
    data = packet.serialize(extensions)
    _, _, start, end = payload_bounds(data)
    assert data[start:end] == b"payload"


@pytest.mark.parametrize("picture_id", [5, 127, 128, 0x7FFF])
def test_the_descriptor_is_read_as_aiortc_wrote_it(picture_id: int) -> None:
    descriptor = VpxPayloadDescriptor(
        partition_start=1, partition_id=0, picture_id=picture_id, tl0picidx=9, tid=(1, 1), keyidx=3
    )
    packet = vp8(bytes(descriptor) + b"\x00rest")
    assert packet.has_picture_id
    assert packet.picture_id == picture_id
    assert packet.tl0 == 9
    assert packet.rest == b"\x00rest"
    assert packet.is_key_start


def test_rewriting_moves_picture_id_and_tl0_and_nothing_else() -> None:
    descriptor = VpxPayloadDescriptor(
        partition_start=1, partition_id=0, picture_id=0x7FFF, tl0picidx=255, tid=(2, 0), keyidx=3
    )
    packet = vp8(bytes(descriptor) + b"\x01rest")
    head = rewrite_head(packet, 2, 3)
    read, rest = VpxPayloadDescriptor.parse(head + b"\x01rest")
    assert (read.picture_id, read.tl0picidx, read.tid, read.keyidx) == (1, 2, (2, 0), 3)
    assert rest == b"\x01rest"
    assert len(head) == len(packet.head)


@pytest.mark.parametrize(
    ("first", "frame", "is_start"),
    [(0x10, 0x00, True), (0x10, 0x01, False), (0x00, 0x00, False), (0x11, 0x00, False)],
    ids=["key", "delta", "continuation", "second partition"],
)
def test_a_keyframe_begins_with_its_first_partition(first: int, frame: int, is_start: bool) -> None:
    assert vp8(bytes((first, frame)) + b"x").is_key_start is is_start


@pytest.mark.parametrize(
    ("payload", "is_start"),
    [
        (b"\x67\x42", True),
        (b"\x65\x88", True),
        (b"\x41\x9a", False),
        (b"\x78\x00\x02\x67\x42\x00\x02\x68\xce", True),
        (b"\x78\x00\x02\x41\x9a", False),
        (b"\x7c\x85\x88", True),
        (b"\x7c\x05\x88", False),
        (b"", False),
    ],
    ids=["sps", "idr", "delta", "stap sps", "stap delta", "fu start", "fu middle", "empty"],
)
def test_h264_keyframe_starts(payload: bytes, is_start: bool) -> None:
    assert h264_starts_keyframe(payload) is is_start


def vp9(payload: bytes) -> Packet:
    packet = Packet(0, 0, 0, payload, 0)
    parse_vp9(packet, payload)
    return packet


def test_vp9_numbers_are_read_and_moved_and_nothing_else() -> None:
    # I, L, B, V: 15-bit picture id, layers (T1 S0), TL0PICIDX, then the scalability structure.
    packet = vp9(b"\xaa\xff\xff\x20\xff\x18rest")
    assert (packet.picture_id, packet.tl0, packet.rest) == (0x7FFF, 255, b"\x18rest")
    assert packet.is_key_start
    assert rewrite_head(packet, 2, 3) == b"\xaa\x80\x01\x20\x02"
    short = vp9(b"\x88\x7frest")
    assert (short.picture_id, short.tl0, rewrite_head(short, 1, 0)) == (0x7F, -1, b"\x88\x00")


@pytest.mark.parametrize(
    ("payload", "is_start"),
    [
        (b"\x88\x01x", True),
        (b"\xc8\x01x", False),
        (b"\x80\x01x", False),
        (b"\xa8\x01\x02\x07x", False),
        (b"\xb8\x01\x00x", True),
        (b"\x08x", True),
        (b"\x08", False),
        (b"", False),
    ],
    ids=["key", "refers to another", "middle", "upper layer", "flexible", "no id", "cut", "empty"],
)
def test_a_vp9_keyframe_begins_with_its_lowest_layer(payload: bytes, is_start: bool) -> None:
    assert vp9(payload).is_key_start is is_start


@pytest.mark.parametrize("payload", [b"\x80", b"\x80\x80", b"\x20", b"\x20\x00"])
def test_a_cut_vp9_descriptor_is_refused(payload: bytes) -> None:
    with pytest.raises(Malformed):
        vp9(payload)


@pytest.mark.parametrize(
    ("payload", "is_start"),
    [
        (b"\x18\x0a", True),
        (b"\x10\x0a", True),
        (b"\x20\x02\x0a\x00\x32", True),
        (b"\x20\x81\x01\x0a", True),
        (b"\x10\x32", False),
        (b"\x98\x0a", False),
        (b"\x20\x81", False),
        (b"\x18", False),
    ],
    ids=[
        "says so", "sequence header", "with a length", "long length", "frame", "continued", "cut",
        "nothing",
    ],
)  # fmt: skip
def test_av1_sequence_starts(payload: bytes, is_start: bool) -> None:
    assert av1_starts_keyframe(payload) is is_start
