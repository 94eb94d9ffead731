"""SRTP of one connection, through libsrtp.

The keys come from the DTLS handshake (``dtls.py``) and are handed to whoever en- and decrypts: the
native plane, or libsrtp here. Calling the library behind pylibsrtp without its wrapper halves the
cost of a packet (1.6 µs against 2.7 for 1.1 kB under AES-128-GCM), and lifts its limit of 1,356
bytes.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final

from pylibsrtp import Policy, Session, _binding

_MAX_DATAGRAM: Final = 2048
_MAX_TRAILER: Final = 148

_ffi: Any = _binding.ffi
_lib: Any = _binding.lib
# One buffer for all: the plane runs on one thread and copies out before the next call.
_cdata: Any = _ffi.new("char[]", _MAX_DATAGRAM + _MAX_TRAILER)
_buffer: Any = _ffi.buffer(_cdata)
_view = memoryview(_buffer)
_length: Any = _ffi.new("int *")


@dataclass(frozen=True, slots=True)
class SrtpKeys:
    """``profile`` by IANA's numbers (libsrtp counts alike); each key with its salt behind it."""

    profile: int
    sending: bytearray = field(repr=False)
    receiving: bytearray = field(repr=False)

    def wipe(self) -> None:
        for secret in (self.sending, self.receiving):
            secret[:] = bytes(len(secret))


class SrtpSession:
    """Both directions of one connection. Not for use from two threads."""

    def __init__(self, keys: SrtpKeys) -> None:
        self._sending = _session(keys.profile, keys.sending, Policy.SSRC_ANY_OUTBOUND)
        self._receiving = _session(keys.profile, keys.receiving, Policy.SSRC_ANY_INBOUND)
        self._send: Any = self._sending._srtp[0]
        self._receive: Any = self._receiving._srtp[0]
        self._protect = _lib.srtp_protect
        self._unprotect = _lib.srtp_unprotect

    def protect(self, packet: bytes) -> memoryview:
        """The encrypted packet, valid until the next call. Raises ValueError."""
        size = len(packet)
        if size > _MAX_DATAGRAM:
            raise ValueError("the packet is too long")
        _buffer[0:size] = packet
        _length[0] = size
        code = self._protect(self._send, _cdata, _length)
        if code:
            raise ValueError(f"srtp_protect: {code}")
        return _view[: _length[0]]

    def unprotect(self, packet: bytes) -> bytes | None:
        """The decrypted packet, None when it is not authentic or a replay."""
        size = len(packet)
        if size > _MAX_DATAGRAM or size < 12:
            return None
        _buffer[0:size] = packet
        _length[0] = size
        if self._unprotect(self._receive, _cdata, _length):
            return None
        return _buffer[0 : _length[0]]

    def protect_rtcp(self, packet: bytes) -> bytes:
        size = len(packet)
        if size > _MAX_DATAGRAM:
            raise ValueError("the packet is too long")
        _buffer[0:size] = packet
        _length[0] = size
        code = _lib.srtp_protect_rtcp(self._send, _cdata, _length)
        if code:
            raise ValueError(f"srtp_protect_rtcp: {code}")
        return _buffer[0 : _length[0]]

    def unprotect_rtcp(self, packet: bytes) -> bytes | None:
        size = len(packet)
        if size > _MAX_DATAGRAM or size < 8:
            return None
        _buffer[0:size] = packet
        _length[0] = size
        if _lib.srtp_unprotect_rtcp(self._receive, _cdata, _length):
            return None
        return _buffer[0 : _length[0]]


def _session(profile: int, key: bytearray, direction: int) -> Any:
    policy = Policy(key=bytes(key), ssrc_type=direction, srtp_profile=profile)
    policy.allow_repeat_tx = True  # a NACK without RTX is answered with the same packet
    policy.window_size = 1024
    return Session(policy)
