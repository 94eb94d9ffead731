"""GStreamer's webrtcbin as a program that publishes over WHIP or watches over WHEP.

Usage: ``python tests/media/gstreamer_program.py URL TOKEN PIPELINE`` until its standard input ends.
The pipeline names its webrtcbin ``way``. Called by ctypes, since what would write these few lines
in C or by introspection needs packages that are not on every machine; ``what_is_missing`` says what
this needs.
"""

from __future__ import annotations

import ctypes
import shutil
import subprocess
import sys
import threading
import time
import urllib.request
from ctypes.util import find_library
from typing import Any, Final
from urllib.parse import urljoin

ELEMENTS: Final = ("webrtcbin", "nicesink", "dtlssrtpenc", "vp8enc", "x264enc", "opusenc")
_PLAYING: Final = 4
_ANSWER: Final = 3
_SENDONLY: Final = 2
_GATHERED: Final = 2


def what_is_missing() -> str:
    """For a skip: what is not there, or nothing."""
    inspect = shutil.which("gst-inspect-1.0")
    if inspect is None:
        return "needs GStreamer (gst-inspect-1.0)"
    missing = [
        name for name in ELEMENTS
        if subprocess.run([inspect, name], capture_output=True, check=False).returncode
    ]  # fmt: skip
    return f"needs GStreamer's {', '.join(missing)}" if missing else ""


class _Description(ctypes.Structure):
    _fields_ = (("kind", ctypes.c_int), ("sdp", ctypes.c_void_p))


def _load(name: str) -> Any:
    return ctypes.CDLL(find_library(name) or f"lib{name}.so.0")


class Program:
    def __init__(self, pipeline: str) -> None:
        self._gst = _load("gstreamer-1.0")
        self._object = _load("gobject-2.0")
        self._sdp = _load("gstsdp-1.0")
        self._webrtc = _load("gstwebrtc-1.0")
        pointer = ctypes.c_void_p
        for made, names in (
            (self._gst, ("gst_parse_launch", "gst_bin_get_by_name", "gst_promise_new",
                         "gst_promise_get_reply", "gst_structure_get_value")),
            (self._object, ("g_value_get_boxed",)),
            (self._webrtc, ("gst_webrtc_session_description_new",)),
        ):  # fmt: skip
            for name in names:
                getattr(made, name).restype = pointer
        self._sdp.gst_sdp_message_as_text.restype = ctypes.c_char_p
        self._gst.gst_init(None, None)
        error = pointer()
        self._pipeline = pointer(self._gst.gst_parse_launch(pipeline.encode(), ctypes.byref(error)))
        if error or not self._pipeline:
            raise RuntimeError(f"the pipeline cannot be read: {pipeline}")
        self._way = pointer(self._gst.gst_bin_get_by_name(self._pipeline, b"way"))
        # libnice leaves the loopback address out unless it is named.
        agent, is_added = pointer(), ctypes.c_int()
        self._object.g_object_get(self._way, b"ice-agent", ctypes.byref(agent), None)
        self._object.g_signal_emit_by_name(
            agent, b"add-local-ip-address", b"127.0.0.1", ctypes.byref(is_added)
        )
        self._is_ready = threading.Event()
        self._callback = ctypes.CFUNCTYPE(None, pointer, pointer)(lambda *_: self._is_ready.set())

    def play(self) -> None:
        self._object.g_signal_connect_data(
            self._way, b"on-negotiation-needed", self._callback, None, None, 0
        )
        self._gst.gst_element_set_state(self._pipeline, _PLAYING)
        if not self._is_ready.wait(30):
            raise RuntimeError("webrtcbin has nothing to negotiate")

    def offer(self, *, is_publishing: bool) -> str:
        """With all candidates."""
        for index in range(2 if is_publishing else 0):
            line = ctypes.c_void_p()
            self._object.g_signal_emit_by_name(
                self._way, b"get-transceiver", index, ctypes.byref(line)
            )
            if line:
                self._object.g_object_set(line, b"direction", _SENDONLY, None)
        promise = ctypes.c_void_p(self._gst.gst_promise_new())
        self._object.g_signal_emit_by_name(self._way, b"create-offer", None, promise)
        self._gst.gst_promise_wait(promise)
        reply = ctypes.c_void_p(self._gst.gst_promise_get_reply(promise))
        value = ctypes.c_void_p(self._gst.gst_structure_get_value(reply, b"offer"))
        self._set(b"set-local-description", ctypes.c_void_p(self._object.g_value_get_boxed(value)))
        while self._number(b"ice-gathering-state") != _GATHERED:
            time.sleep(0.02)
        described = ctypes.POINTER(_Description)()
        self._object.g_object_get(self._way, b"local-description", ctypes.byref(described), None)
        text = self._sdp.gst_sdp_message_as_text(ctypes.c_void_p(described.contents.sdp))
        return text.decode()

    def answered(self, sdp: str) -> None:
        message = ctypes.c_void_p()
        self._sdp.gst_sdp_message_new_from_text(sdp.encode(), ctypes.byref(message))
        self._set(
            b"set-remote-description",
            ctypes.c_void_p(self._webrtc.gst_webrtc_session_description_new(_ANSWER, message)),
        )

    def _set(self, signal: bytes, description: ctypes.c_void_p) -> None:
        promise = ctypes.c_void_p(self._gst.gst_promise_new())
        self._object.g_signal_emit_by_name(self._way, signal, description, promise)
        self._gst.gst_promise_wait(promise)

    def _number(self, name: bytes) -> int:
        value = ctypes.c_int()
        self._object.g_object_get(self._way, name, ctypes.byref(value), None)
        return value.value


def ask(url: str, token: str, offer: str) -> tuple[str, str]:
    """The answer, and where the stream is."""
    request = urllib.request.Request(
        url, offer.encode(), {"Content-Type": "application/sdp", "Authorization": f"Bearer {token}"}
    )
    with urllib.request.urlopen(request, timeout=30) as answer:
        return answer.read().decode(), urljoin(url, answer.headers["Location"])


def leave(url: str, token: str) -> None:
    request = urllib.request.Request(
        url, headers={"Authorization": f"Bearer {token}"}, method="DELETE"
    )
    with urllib.request.urlopen(request, timeout=30):
        pass


def main() -> int:
    url, token, pipeline = sys.argv[1:]
    program = Program(pipeline)
    program.play()
    answer, stream = ask(url, token, program.offer(is_publishing="/whip/" in url))
    program.answered(answer)
    sys.stdin.read()
    leave(stream, token)
    return 0


if __name__ == "__main__":
    sys.exit(main())
