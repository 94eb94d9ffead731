"""What the server and the process that reads speech for live captions say to each other.

Over its standard input and output: frames of four octets of length (big endian) and MessagePack.
Times are the machine's monotonic clock in ns, which both share.
"""

from __future__ import annotations

import struct
from typing import Final

import msgspec
from msgspec import Struct

HEAD: Final = struct.Struct("!I")
LONGEST_FRAME: Final = 1 << 20


class _Message(Struct, tag=True, array_like=True):
    pass


# ---- down: from the server ---------------------------------------------------------------------


class SoundCame(_Message, tag="sound"):
    """Packets of one voice. A ``key`` is one voice heard by the same rooms: a change of either
    takes a new one."""

    key: int
    packets: tuple[tuple[int, int, int, bytes], ...]
    """(sequence, RTP timestamp, arrival in ns, Opus)"""


class VoiceOver(_Message, tag="over"):
    """No more will come under this key: what is open is read once more, and then ``VoiceDone``."""

    key: int


class Pace(_Message, tag="pace"):
    reads_open: bool
    """whether speech that still goes on is read as well, provisionally"""


# ---- up: from the child ------------------------------------------------------------------------


class Ready(_Message, tag="ready"):
    model: str
    language: str


class Reading(_Message, tag="reading"):
    """What a segment says; a later reading of the same segment takes its place. An empty text:
    nothing that can be shown."""

    key: int
    segment: int
    text: str
    is_final: bool
    start_ns: int
    new_from_ns: int
    """from here on the sound had not been read before"""
    end_ns: int


class VoiceDone(_Message, tag="done"):
    key: int


class Load(_Message, tag="load"):
    """After every reading, and at least every second."""

    behind_ms: int
    """how long the oldest sound that ought to be read has waited"""
    dropped: int
    """segments that were given up since the last word"""
    cpu_s: float
    """processor time of the child so far"""


class Failed(_Message, tag="failed"):
    """The child cannot work and ends."""

    code: str
    message: str


Down = SoundCame | VoiceOver | Pace
Up = Ready | Reading | VoiceDone | Load | Failed

_encoder = msgspec.msgpack.Encoder()
down_decoder: Final = msgspec.msgpack.Decoder(Down)
up_decoder: Final = msgspec.msgpack.Decoder(Up)


def framed(message: Down | Up) -> bytes:
    body = _encoder.encode(message)
    return HEAD.pack(len(body)) + body
