"""The C files of the native plane, called function by function."""

from __future__ import annotations

import ctypes
from functools import cache
from typing import Any, Final

from server.media import native_build

MAX_DATAGRAM: Final = 2048


@cache
def library() -> ctypes.CDLL:
    made = ctypes.CDLL(str(native_build.build("library")))
    pointer, size = ctypes.c_void_p, ctypes.c_size_t
    for name in ("srtp_new", "srtp_new_session"):
        getattr(made, name).restype = pointer
    made.srtp_free.argtypes = [pointer]
    made.srtp_protect.restype = size
    made.srtp_protect.argtypes = [
        pointer, pointer, ctypes.c_bool, pointer, size, size, ctypes.c_char_p, size,
        ctypes.c_char_p, size,
    ]  # fmt: skip
    made.srtp_protect_rtcp.restype = size
    made.srtp_protect_rtcp.argtypes = [pointer, pointer, size, size]
    for name in ("srtp_unprotect", "srtp_unprotect_rtcp"):
        function = getattr(made, name)
        function.restype = size
        function.argtypes = [pointer, pointer, size]
    made.srtp_derive.restype = ctypes.c_bool
    made.srtp_derive.argtypes = [ctypes.c_char_p, size, ctypes.c_char_p, ctypes.c_uint8, pointer,
                                 size]  # fmt: skip
    made.rtp_find_bounds.restype = ctypes.c_bool
    made.rtp_find_bounds.argtypes = [ctypes.c_char_p, size, pointer]
    made.rtp_extension.restype = pointer
    made.rtp_extension.argtypes = [pointer, pointer, ctypes.c_uint, pointer]
    made.rtp_read_vp8.restype = ctypes.c_bool
    made.rtp_read_vp9.restype = ctypes.c_bool
    for name in ("rtp_h264_starts_keyframe", "rtp_av1_starts_keyframe"):
        getattr(made, name).restype = ctypes.c_bool
        getattr(made, name).argtypes = [ctypes.c_char_p, size]
    made.stun_target.restype = pointer
    made.stun_target.argtypes = [pointer, size, pointer]
    made.sequence_map_find.restype = ctypes.c_int32
    made.sequence_map_find.argtypes = [pointer, ctypes.c_int64]
    made.sequence_map_restart.argtypes = [pointer, ctypes.c_int64, ctypes.c_uint16]
    made.sequence_map_swallow.restype = ctypes.c_bool
    made.sequence_map_swallow.argtypes = [pointer, ctypes.c_int64]
    made.twcc_record.argtypes = [pointer, ctypes.c_uint16, ctypes.c_int64]
    made.twcc_write.restype = size
    made.twcc_write.argtypes = [pointer, ctypes.c_uint32, ctypes.c_uint32, pointer]
    made.estimator_init.argtypes = [pointer]
    number = ctypes.c_uint32
    made.estimator_resume.argtypes = [pointer, ctypes.c_uint16, number, ctypes.c_int64]
    made.estimator_sent.argtypes = [pointer, ctypes.c_uint16, size, ctypes.c_int64]
    made.estimator_probe.argtypes = [pointer, ctypes.c_uint32, ctypes.c_int64, ctypes.c_int64]
    made.estimator_content.argtypes = [pointer, ctypes.c_int64]
    made.estimator_feedback.restype = ctypes.c_bool
    made.estimator_feedback.argtypes = [pointer, ctypes.c_char_p, size, ctypes.c_int64]
    made.rtcp_write_nack.restype = size
    made.rtcp_read_nack.restype = size
    made.rtcp_read_nack.argtypes = [ctypes.c_char_p, size, pointer, size]
    made.rtcp_write_nack.argtypes = [pointer, ctypes.c_uint32, pointer, size]
    made.rtcp_read_remb.restype = ctypes.c_int64
    made.rtcp_read_remb.argtypes = [ctypes.c_char_p, size]
    made.rtcp_write_sender.restype = size
    made.rtcp_write_sender.argtypes = [
        pointer, number, ctypes.c_double, number, number, number, ctypes.c_char_p
    ]  # fmt: skip
    made.capture_crc.restype = ctypes.c_uint32
    made.capture_crc.argtypes = [ctypes.c_uint32, ctypes.c_char_p, size]
    return made


class Direction:
    """SRTP of one direction. ``master``: key with its salt behind it."""

    def __init__(self, profile: int, master: bytes = b"", *, handle: int = 0) -> None:
        self._library: Any = library()
        split = 32 if profile == 8 else 16
        self._handle = handle or self._library.srtp_new(profile, master[:split], master[split:])
        self._window = ctypes.create_string_buffer(256)
        assert self._handle

    @classmethod
    def of_session(cls, profile: int, key: bytes, salt: bytes, mac: bytes) -> Direction:
        return cls(profile, handle=library().srtp_new_session(profile, key, salt, mac))

    def protect(self, packet: bytes, header: int = 12, *, is_repeat: bool = False) -> bytes:
        """b"" when refused."""
        out = ctypes.create_string_buffer(packet[:header], MAX_DATAGRAM)
        body = packet[header:]
        length = self._library.srtp_protect(
            self._handle, self._window, is_repeat, out, header, MAX_DATAGRAM, body[:5],
            len(body[:5]), body[5:], len(body[5:]),
        )  # fmt: skip
        return out.raw[:length]

    def unprotect(self, packet: bytes) -> bytes:
        return self._in_place(self._library.srtp_unprotect, packet)

    def protect_rtcp(self, packet: bytes) -> bytes:
        out = ctypes.create_string_buffer(packet, MAX_DATAGRAM)
        length = self._library.srtp_protect_rtcp(self._handle, out, len(packet), MAX_DATAGRAM)
        return out.raw[:length]

    def unprotect_rtcp(self, packet: bytes) -> bytes:
        return self._in_place(self._library.srtp_unprotect_rtcp, packet)

    def _in_place(self, function: Any, packet: bytes) -> bytes:
        out = ctypes.create_string_buffer(packet, MAX_DATAGRAM)
        length = function(self._handle, out, len(packet))
        return out.raw[:length]

    def close(self) -> None:
        self._library.srtp_free(self._handle)
        self._handle = 0
