"""SRTP of the native plane: the vectors of the RFCs, and libsrtp on the other side."""

from __future__ import annotations

import ctypes
import random
from collections.abc import Callable, Iterator
from struct import pack

import pytest

from server.media.srtp import SrtpKeys, SrtpSession
from tests.native.library import Direction, library

CM, GCM_128, GCM_256 = 1, 7, 8
PROFILES = (CM, GCM_128, GCM_256)
LENGTHS = {CM: 30, GCM_128: 28, GCM_256: 44}

Make = Callable[..., Direction]


@pytest.fixture
def direction() -> Iterator[Make]:
    made: list[Direction] = []

    def make(*arguments: object) -> Direction:
        made.append(
            Direction.of_session(*arguments) if len(arguments) == 4 else Direction(*arguments)  # type: ignore[arg-type]
        )
        return made[-1]

    yield make
    for one in made:
        one.close()


def rtp(sequence: int, ssrc: int = 0xDECAFBAD, payload: bytes = b"some encoded sound") -> bytes:
    return pack("!BBHII", 0x80, 111, sequence & 0xFFFF, 960 * sequence & 0xFFFFFFFF, ssrc) + payload


def master(profile: int, seed: int = 1) -> bytes:
    return random.Random(seed).randbytes(LENGTHS[profile])


# ---- vectors -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("label", "wanted"),
    [
        (0, "C61E7A93744F39EE10734AFE3FF7A087"),
        (2, "30CBBC08863D8C85D49DB34A9AE1"),
        (1, "CEBE321F6FF7716B6FD4AB49AF256A156D38BAA4"),
    ],
)
def test_keys_are_derived_as_rfc_3711_b3_says(label: int, wanted: str) -> None:
    key = bytes.fromhex("E1F97A0D3E018BE0D64FA32C06DE4139")
    salt = bytes.fromhex("0EC675AD498AFEEBB6960B3AABE6")
    out = ctypes.create_string_buffer(len(wanted) // 2)
    assert library().srtp_derive(key, 16, salt, label, out, len(wanted) // 2)
    assert out.raw == bytes.fromhex(wanted)


def test_the_key_stream_is_that_of_rfc_3711_b2(direction: Make) -> None:
    key = bytes.fromhex("2B7E151628AED2A6ABF7158809CF4F3C")
    salt = bytes.fromhex("F0F1F2F3F4F5F6F7F8F9FAFBFCFD")
    packet = pack("!BBHII", 0x80, 0, 0, 0, 0) + bytes(48)
    out = direction(CM, key, salt, bytes(20)).protect(packet)
    assert out[12:60] == bytes.fromhex(
        "E03EAD0935C95E80E166B16DD92B4EB4D23513162B02D0F72A43A2FE4A5F97AB"
        "41E95B3BB0A2E8DD477901E4FCA894C0"
    )


CLEAR = bytes.fromhex(
    "8040f17b8041f8d35501a0b247616c6c696120657374206f6d6e69732064697669736120696e207061727465732074"
    "726573"
)
SALT = bytes.fromhex("517569642070726f2071756f")
SEALED_128 = bytes.fromhex(
    "8040f17b8041f8d35501a0b2f24de3a3fb34de6cacba861c9d7e4bcabe633bd50d294e6f42a5f47a51c7d19b"
    "36de3adf8833899d7f27beb16a9152cf765ee4390cce"
)
SEALED_256 = bytes.fromhex(
    "8040f17b8041f8d35501a0b232b1de78a822fe12ef9f78fa332e33aab18012389a58e2f3b50b2a0276ffae0f"
    "1ba63799b87b7aa3db36dfffd6b0f9bb7878d7a76c13"
)


@pytest.mark.parametrize(("profile", "sealed"), [(GCM_128, SEALED_128), (GCM_256, SEALED_256)])
def test_packets_are_sealed_as_rfc_7714_16_1_says(
    direction: Make, profile: int, sealed: bytes
) -> None:
    key = bytes(range(32 if profile == GCM_256 else 16))
    ours = direction(profile, key, SALT, b"")
    assert ours.protect(CLEAR) == sealed
    theirs = direction(profile, key, SALT, b"")
    assert theirs.unprotect(sealed) == CLEAR


# ---- against libsrtp ---------------------------------------------------------------------------


@pytest.mark.parametrize("profile", PROFILES)
def test_libsrtp_reads_what_we_write(direction: Make, profile: int) -> None:
    key = master(profile)
    ours, theirs = (
        direction(profile, key),
        SrtpSession(SrtpKeys(profile, bytearray(key), bytearray(key))),
    )
    for sequence in (*range(65530, 65570), 65530 + 20000, 65530 + 40000, 65530 + 70000):
        packet = rtp(sequence, payload=random.Random(sequence).randbytes(900))
        assert theirs.unprotect(ours.protect(packet)) == packet
    report = pack("!BBHIII", 0x81, 201, 7, 1, 2, 3) + bytes(16)
    for _ in range(5):
        assert theirs.unprotect_rtcp(ours.protect_rtcp(report)) == report


@pytest.mark.parametrize("profile", PROFILES)
def test_we_read_what_libsrtp_writes(direction: Make, profile: int) -> None:
    key = master(profile, 2)
    ours, theirs = (
        direction(profile, key),
        SrtpSession(SrtpKeys(profile, bytearray(key), bytearray(key))),
    )
    extended = pack("!BBHII", 0x91, 96, 65535, 1, 2) + bytes(4) + b"\xbe\xde\0\1\x10\x20\0\0" + b"x"
    for packet in (*map(rtp, range(65000, 67000)), extended):
        assert ours.unprotect(bytes(theirs.protect(packet))) == packet
    report = pack("!BBHIII", 0x81, 201, 7, 1, 2, 3) + bytes(16)
    for _ in range(5):
        assert ours.unprotect_rtcp(theirs.protect_rtcp(report)) == report


# ---- what must be refused ----------------------------------------------------------------------


@pytest.mark.parametrize("profile", PROFILES)
def test_repeats_and_forgeries_are_refused(direction: Make, profile: int) -> None:
    key = master(profile, 3)
    sender, receiver = direction(profile, key), direction(profile, key)
    sealed = {sequence: sender.protect(rtp(sequence)) for sequence in range(65000, 65000 + 2100)}
    assert receiver.unprotect(sealed[66100]) == b"", "a first packet has no roll-over behind it"
    order = list(range(65000, 65000 + 2000))
    random.Random(4).shuffle(order[1500:1600])
    for sequence in order:
        assert receiver.unprotect(sealed[sequence]) == rtp(sequence)
    for sequence in order[-1100:]:
        assert receiver.unprotect(sealed[sequence]) == b"", "a repeat, or too old to know"
    whole = sealed[65000 + 2050]
    for position in range(len(whole)):
        broken = bytearray(whole)
        broken[position] ^= 0x40
        assert receiver.unprotect(bytes(broken)) == b""
    for length in range(len(whole)):
        assert receiver.unprotect(whole[:length]) == b""
    assert receiver.unprotect(whole) == rtp(65000 + 2050), "no forgery took its place"


@pytest.mark.parametrize("profile", PROFILES)
def test_broken_reports_are_refused(direction: Make, profile: int) -> None:
    key = master(profile, 5)
    sender, receiver = direction(profile, key), direction(profile, key)
    whole = sender.protect_rtcp(pack("!BBHII", 0x81, 206, 2, 1, 2))
    for position in range(len(whole)):
        broken = bytearray(whole)
        broken[position] ^= 0x40
        assert receiver.unprotect_rtcp(bytes(broken)) == b""
    for length in range(len(whole)):
        assert receiver.unprotect_rtcp(whole[:length]) == b""
    assert receiver.unprotect_rtcp(whole)
    assert receiver.unprotect_rtcp(whole) == b""


@pytest.mark.parametrize("profile", PROFILES)
def test_an_index_is_sealed_once_but_for_a_repeat(direction: Make, profile: int) -> None:
    sender = direction(profile, master(profile, 6))
    first = sender.protect(rtp(10))
    assert sender.protect(rtp(10, payload=b"something else")) == b""
    assert sender.protect(rtp(10), is_repeat=True) == first
    assert sender.protect(rtp(11), is_repeat=True) == b"", "nothing to repeat"
    assert sender.protect(rtp(2000))
    assert sender.protect(rtp(9)) == b"", "too old to know"


def test_a_peer_cannot_bring_any_number_of_sources(direction: Make) -> None:
    key = master(GCM_128, 7)
    receiver = direction(GCM_128, key)
    taken = 0
    for ssrc in range(1, 100):
        sender = direction(GCM_128, key)
        taken += bool(receiver.unprotect(sender.protect(rtp(1, ssrc))))
    assert taken == 64
