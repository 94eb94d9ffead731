"""Connectivity checks in C say what aioice says."""

from __future__ import annotations

import ctypes
from collections.abc import Mapping

import pytest
from aioice import stun

from server.media.native_protocol import address_octets
from tests.native.library import library

PASSWORD = "0123456789abcdef01234567"


class Request(ctypes.Structure):
    _fields_ = (
        ("transaction", ctypes.c_uint8 * 12), ("username", ctypes.c_void_p),
        ("username_length", ctypes.c_size_t), ("integrity_at", ctypes.c_size_t),
        ("is_nominating", ctypes.c_bool), ("is_controlled", ctypes.c_bool),
    )  # fmt: skip


def check(attributes: Mapping[str, object] | None = None, password: str = PASSWORD) -> bytes:
    message = stun.Message(
        message_method=stun.Method.BINDING,
        message_class=stun.Class.REQUEST,
        transaction_id=b"transaction!",
    )
    message.attributes["USERNAME"] = "ours:theirs"
    message.attributes["PRIORITY"] = 1853824767
    message.attributes.update(attributes or {"ICE-CONTROLLING": 1})
    message.add_message_integrity(password.encode())
    message.add_fingerprint()
    return bytes(message)


def read(data: bytes) -> tuple[ctypes.Array[ctypes.c_char], Request] | None:
    buffer, request = ctypes.create_string_buffer(data, len(data)), Request()
    made = library()
    made.stun_read_request.restype = ctypes.c_bool
    made.stun_read_request.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_void_p]
    is_read = made.stun_read_request(buffer, len(data), ctypes.byref(request))
    return (buffer, request) if is_read else None


def is_authentic(data: bytes) -> bool:
    found = read(data)
    made = library()
    made.stun_is_authentic.restype = ctypes.c_bool
    return found is not None and made.stun_is_authentic(
        found[0], ctypes.byref(found[1]), PASSWORD.encode()
    )


def answer(data: bytes, address: tuple[str, int]) -> stun.Message:
    found = read(data)
    assert found is not None
    out = ctypes.create_string_buffer(96)
    octets = address_octets(address)
    made = library()
    made.stun_write_answer.restype = ctypes.c_size_t
    length = made.stun_write_answer(
        out, ctypes.byref(found[1]), ctypes.create_string_buffer(octets, 18), PASSWORD.encode()
    )
    message = stun.parse_message(out.raw[:length])
    assert message.check_message_integrity(PASSWORD.encode())
    assert "FINGERPRINT" in message.attributes  # and it is right, or it would not be parsed
    return message


def test_only_the_password_makes_a_check_authentic() -> None:
    data = check()
    assert is_authentic(data)
    assert not is_authentic(check(password="another"))
    for position in range(len(data) - 8):  # the fingerprint stands behind what is signed
        changed = bytearray(data)
        changed[position] ^= 1
        assert not is_authentic(bytes(changed)), position


def test_what_is_cut_is_not_read() -> None:
    data = check()
    for length in range(len(data)):
        assert read(data[:length]) is None


def test_who_nominates_is_known() -> None:
    for nominates in (False, True):
        extra = {"USE-CANDIDATE": None} if nominates else {}
        found = read(check({"ICE-CONTROLLING": 1, **extra}))
        assert found is not None
        assert found[1].is_nominating == nominates
        assert ctypes.string_at(found[1].username, found[1].username_length) == b"ours:theirs"


@pytest.mark.parametrize("address", [("192.0.2.7", 61234), ("2001:db8::7", 443)])
def test_the_answer_names_the_address(address: tuple[str, int]) -> None:
    message = answer(check(), address)
    assert message.message_class == stun.Class.RESPONSE
    assert message.transaction_id == b"transaction!"
    assert message.attributes["XOR-MAPPED-ADDRESS"] == address


def test_a_check_that_wants_our_role_is_refused() -> None:
    message = answer(check({"ICE-CONTROLLED": 1}), ("192.0.2.7", 61234))
    assert message.message_class == stun.Class.ERROR
    assert message.attributes["ERROR-CODE"][0] == 487
