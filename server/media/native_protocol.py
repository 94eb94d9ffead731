"""Messages between the server and ``reprise-plane``; native/control.h says what each means.

Numbers are little-endian and without padding; a text is its length in one octet and UTF-8; an
address 16 octets (IPv4 mapped into IPv6) and a port.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from socket import AF_INET, AF_INET6, inet_ntop, inet_pton
from struct import Struct, pack, unpack_from
from typing import Final, NamedTuple

from server.media.ice import Address
from server.media.plane import Layer, TrackKind
from server.media.sdp_answer import LAYERS, ExtensionIds, PublicationNumbers
from server.media.slot import SlotNumbers
from server.media.srtp import SrtpKeys

VERSION: Final = 1
MAX_MESSAGE: Final = 65000
CODECS: Final = ("opus", "VP8", "H264", "VP9", "AV1")

HELLO: Final = 1
TRANSPORT: Final = 2
KEYS: Final = 3
ADDRESS: Final = 4
CLOSE: Final = 5
PUBLICATION: Final = 6
GATE: Final = 7
SLOT: Final = 8
SHOW: Final = 9
CLEAR: Final = 10
GIVE_UP_OLD: Final = 11
KEYFRAME: Final = 12
CAPTURE: Final = 13
SEAL: Final = 14
LISTEN: Final = 15
DATAGRAM: Final = 16
END: Final = 17
PLACE: Final = 24
FAVOUR: Final = 25
STAGE: Final = 26
KEEP: Final = 18
WANT: Final = 32
CHECKS: Final = 27
HOLD: Final = 19
BUNDLE: Final = 20

READY: Final = 65
DATAGRAM_UP: Final = 66
STREAM: Final = 67
STREAM_GONE: Final = 68
STARTED: Final = 69
LAYERS_LIVE: Final = 70
SWITCHED: Final = 71
STATISTICS: Final = 73
CAPTURE_ENDED: Final = 74
HEARD: Final = 75
LENT: Final = 76
HELD: Final = 77
STREAM_COUNTERS: Final = 104
SLOT_COUNTERS: Final = 106
LOAD: Final = 105
SOUND: Final = 88
SPEAKERS: Final = 89
ESTIMATE: Final = 96

FORGET: Final = 0
RECEIVE: Final = 1
SEND: Final = 2

KEPT_CELLS: Final = 4096
KEPT_OCTETS: Final = 4096 + KEPT_CELLS * 8192
"""the shared memory: native/kept.h"""

_ONE: Final = Struct("<BI")
_TWO: Final = Struct("<BII")
ADDRESS_OCTETS: Final = 18

ready_fields: Final = Struct("<HHB")
stream_fields: Final = Struct("<IIBIB")
number_field: Final = Struct("<I")
layers_fields: Final = Struct("<IB")
switched_fields: Final = Struct("<III")
speaker_fields: Final = Struct("<IB")
_statistics_fields: Final = Struct("<IBQQfffIQB")
_bitrate_fields: Final = Struct("<II")
ended_fields: Final = Struct("<IIBQQ")
estimate_fields: Final = Struct("<IIIfQQI")
heard_fields: Final = Struct("<IIqIQB")
stream_counters: Final = Struct("<IQQIIIff")
slot_counters: Final = Struct("<IIIIIff")
load_fields: Final = Struct("<QQQQQQ")


class Moved(NamedTuple):
    """What one transport did since the process told of it last."""

    number: int
    is_checked: bool
    octets_up: int
    octets_down: int
    loss_up: float
    loss_down: float
    trip: float
    estimate: int
    estimate_at_ns: int
    streams: int


def read_statistics(message: bytes) -> Iterator[tuple[Moved, Sequence[tuple[int, int]]]]:
    """Transports, each with its streams' numbers and bit/s."""
    at, end = 1, len(message)
    while at < end:
        moved = Moved._make(_statistics_fields.unpack_from(message, at))
        at += _statistics_fields.size
        rates: list[tuple[int, int]] = []
        for _ in range(moved.streams):
            rates.append(_bitrate_fields.unpack_from(message, at))
            at += _bitrate_fields.size
        yield moved, rates


_MAPPED: Final = b"\0" * 10 + b"\xff\xff"
"""an IPv4 address in the place of an IPv6 one (RFC 4291, section 2.5.5.2)"""


class BadMessage(Exception):
    """What came up cannot be read: the plane is of another version, or broken."""


def address_octets(address: Address) -> bytes:
    host, port = address
    if ":" in host:
        packed = inet_pton(AF_INET6, host)
    else:
        packed = _MAPPED + inet_pton(AF_INET, host)
    return packed + pack("<H", port)


def read_address(message: bytes, position: int) -> Address:
    host = message[position : position + 16]
    port = int.from_bytes(message[position + 16 : position + 18], "little")
    if host.startswith(_MAPPED):
        return inet_ntop(AF_INET, host[12:]), port
    return inet_ntop(AF_INET6, host), port


def _text(value: str) -> bytes:
    octets = value.encode()
    if len(octets) > 255:
        raise ValueError("the text is too long")
    return bytes((len(octets),)) + octets


def hello() -> bytes:
    return pack("<BH", HELLO, VERSION)


def transport(number: int, extensions: ExtensionIds) -> bytes:
    return _ONE.pack(TRANSPORT, number) + bytes(
        (
            extensions.mid or 0, extensions.rid or 0, extensions.repaired_rid or 0,
            extensions.audio_level or 0, extensions.transport_cc or 0,
        )
    )  # fmt: skip


def keep(number: int, cell: int) -> bytes:
    return _TWO.pack(KEEP, number, cell)


def hold(number: int, password: str, memo: bytes) -> bytes:
    return _ONE.pack(HOLD, number) + _text(password) + memo


def keys(number: int, secret: SrtpKeys) -> bytearray:
    """To be wiped by who sends it."""
    message = bytearray(pack("<BIB", KEYS, number, secret.profile))
    message += secret.receiving
    message += secret.sending
    return message


def address(number: int, where: Address, what: int) -> bytes:
    return _ONE.pack(ADDRESS, number) + address_octets(where) + bytes((what,))


def _kind_of_track(track: TrackKind) -> int:
    return 2 if track == "microphone" else int(track in ("camera", "screen"))


def publication(peer: int, number: int, numbers: PublicationNumbers) -> bytes:
    codecs = [bytes((n, CODECS.index(name))) for n, name in numbers.codecs.items()]
    rids = [_text(rid) + bytes((LAYERS.index(layer),)) for rid, layer in numbers.layers.items()]
    repairs = [pack("<II", rtx, media) for rtx, media in numbers.rtx_of.items()][:255]
    ssrcs = [pack("<I", ssrc) for ssrc in numbers.ssrcs][:255]
    return b"".join((
        pack("<BIIB", PUBLICATION, peer, number, _kind_of_track(numbers.track)),
        _text(numbers.mid),
        *_counted(codecs), *_counted([bytes((n,)) for n in numbers.rtx]), *_counted(rids),
        *_counted(ssrcs), *_counted(repairs),
    ))  # fmt: skip


def _counted(items: Sequence[bytes]) -> Iterator[bytes]:
    yield bytes((len(items),))
    yield from items


def gate(number: int, turn: int, reason: str, *, is_open: bool) -> bytes:
    return pack("<BIBI", GATE, number, is_open, turn) + _text(reason)


def _kind_of_slot(numbers: SlotNumbers) -> int:
    if numbers.is_video:
        return 1
    if numbers.name == "stage_audio":
        return 2
    return 3 if numbers.name.startswith("audio") else 0


def is_placed(numbers: SlotNumbers) -> bool:
    """Whether the plane itself fills the slot."""
    return _kind_of_slot(numbers) >= 2


def slot(peer: int, number: int, numbers: SlotNumbers) -> bytes:
    codecs = [
        bytes((CODECS.index(name), own, numbers.rtx_payload_types.get(name, 0)))
        for name, own in numbers.payload_types.items()
    ]
    return b"".join((
        pack(
            "<BIIBIIBBB", SLOT, peer, number, _kind_of_slot(numbers), numbers.ssrc,
            numbers.rtx_ssrc or 0, numbers.mid_extension or 0, numbers.send_time_extension or 0,
            numbers.transport_cc_extension or 0,
        ),
        _text(numbers.mid), _text(numbers.cname), *_counted(codecs),
    ))  # fmt: skip


def about(kind: int, number: int) -> bytes:
    """CLOSE, CLEAR, GIVE_UP_OLD, KEYFRAME: a type and one number."""
    return _ONE.pack(kind, number)


def show(slot_number: int, stream: int) -> bytes:
    return _TWO.pack(SHOW, slot_number, stream)


def capture(
    number: int, capture_number: int, origin_ns: int, ssrc: int, path: Path, header: bytes
) -> bytes:
    where = str(path).encode()
    return b"".join((
        pack("<BIIqI", CAPTURE, number, capture_number, origin_ns, ssrc),
        pack("<H", len(where)), where, pack("<H", len(header)), header,
    ))  # fmt: skip


def seal(number: int, reason: str) -> bytes:
    return _ONE.pack(SEAL, number) + _text(reason)


def checks(peer: int, name: str) -> bytes:
    return _ONE.pack(CHECKS, peer) + _text(name)


def place(peer: int, room: int, participant: int) -> bytes:
    return _TWO.pack(PLACE, peer, room) + pack("<I", participant)


def favour(room: int, participants: Sequence[int], guests: Sequence[int]) -> bytes:
    return b"".join((
        _ONE.pack(FAVOUR, room),
        pack(f"<H{len(participants)}I", len(participants), *participants),
        pack(f"<H{len(guests)}I", len(guests), *guests),
    ))  # fmt: skip


def stage(peer: int, participant: int) -> bytes:
    return _TWO.pack(STAGE, peer, participant)


def numbers_in(message: bytes, position: int) -> tuple[int, ...]:
    """The 32-bit numbers a message ends with."""
    count = (len(message) - position) // 4
    return unpack_from(f"<{count}I", message, position)


def listen(number: int, *, is_heard: bool) -> bytes:
    return pack("<BIB", LISTEN, number, is_heard)


def datagram(where: Address, data: bytes | memoryview) -> bytes:
    return b"".join((bytes((DATAGRAM,)), address_octets(where), data))


def want(number: int, bitrate: int) -> bytes:
    return _TWO.pack(WANT, number, min(bitrate, 0xFFFFFFFF))


def end() -> bytes:
    return bytes((END,))


def bundles(messages: Sequence[bytes]) -> Iterator[bytes]:
    """The same in as few messages as hold them, in order."""
    gathered: list[bytes] = []
    octets = 1
    for message in messages:
        if gathered and octets + 2 + len(message) > MAX_MESSAGE:
            yield _bundle(gathered)
            gathered, octets = [], 1
        gathered.append(message)
        octets += 2 + len(message)
    if gathered:
        yield _bundle(gathered)


def _bundle(messages: Sequence[bytes]) -> bytes:
    if len(messages) == 1:
        return messages[0]
    parts = [bytes((BUNDLE,))]
    for message in messages:
        parts += (len(message).to_bytes(2, "little"), message)
    return b"".join(parts)


def live_layers(bits: int) -> Mapping[Layer, bool]:
    return {layer: bool(bits >> index & 1) for index, layer in enumerate(LAYERS)}
