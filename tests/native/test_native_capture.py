"""The writer of captures in C: what waits for the disk is bounded, and no clock stops it."""

from __future__ import annotations

import ctypes
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from server.media import native_build
from tests.native.library import library

SENDER_REPORT: Final = 2
OVERFLOW: Final = 3


class End(ctypes.Structure):
    _fields_ = (
        ("publication", ctypes.c_uint32), ("capture", ctypes.c_uint32), ("how", ctypes.c_int),
        ("packets", ctypes.c_uint64), ("octets", ctypes.c_uint64),
    )  # fmt: skip


@contextmanager
def writer(path: Path, queue_octets: int) -> Iterator[tuple[Any, int, int]]:
    """(library, the writer, its one file); with a context manager of the end."""
    made: Any = library()
    pointer, size = ctypes.c_void_p, ctypes.c_size_t
    made.capture_writer_new.restype = made.capture_open.restype = pointer
    made.capture_writer_new.argtypes = [ctypes.c_uint64, size, ctypes.c_int]
    made.capture_open.argtypes = [
        pointer, ctypes.c_uint32, ctypes.c_uint32, ctypes.c_int64, ctypes.c_char_p,
        ctypes.c_char_p, size,
    ]  # fmt: skip
    made.capture_add.argtypes = [
        pointer, ctypes.c_int, ctypes.c_int64, ctypes.c_char_p, size, ctypes.c_char_p, size,
    ]  # fmt: skip
    made.capture_add.restype = made.capture_seal.restype = None
    made.capture_seal.argtypes = [pointer, ctypes.c_char_p]
    made.capture_next_end.argtypes = [pointer, pointer]
    made.capture_next_end.restype = ctypes.c_bool
    made.capture_writer_stop.argtypes = made.capture_writer_free.argtypes = [pointer]
    made.capture_writer_stop.restype = made.capture_writer_free.restype = None
    event = os.eventfd(0, os.EFD_NONBLOCK)
    handle = made.capture_writer_new(0, queue_octets, event)
    yield made, handle, made.capture_open(handle, 1, 1, 0, str(path).encode(), b"{}", 2)
    made.capture_writer_free(handle)
    os.close(event)


def test_reports_count_as_waiting_as_packets_do(tmp_path: Path) -> None:
    """A peer may send as many as it likes, while the disk stands still."""
    with writer(tmp_path / "c.rtp", queue_octets=20_000) as (made, handle, file):
        report = bytes(1000)
        for _ in range(20_000):
            made.capture_add(file, SENDER_REPORT, 1, report, len(report), None, 0)
        made.capture_seal(file, b"stopped")
        made.capture_writer_stop(handle)
        end = End()
        assert made.capture_next_end(handle, ctypes.byref(end))
        assert end.how == OVERFLOW


def test_a_wall_clock_that_is_set_back_does_not_stop_it(tmp_path: Path) -> None:
    compiler = native_build.compiler()
    assert compiler is not None
    clock = tmp_path / "clock.so"
    native_build.compile_to(
        compiler, clock, [Path(__file__).parent / "forward_clock.c"], "-O0", "-fPIC", "-shared"
    )
    program = (
        "from tests.native.test_native_capture import until_written\n"
        f"until_written({str(tmp_path / 'c.rtp')!r})"
    )
    environment = {**os.environ, "LD_PRELOAD": str(clock)}
    subprocess.run([sys.executable, "-c", program], env=environment, check=True, timeout=60)


def until_written(name: str) -> None:
    """A packet that comes while the writer waits is on disk some time later, unasked."""
    path = Path(name)
    with writer(path, queue_octets=1 << 20) as (made, _, file):
        while not path.exists() or not path.stat().st_size:
            time.sleep(0.05)
        before = path.stat().st_size
        made.capture_add(file, SENDER_REPORT, 1, b"x" * 28, 28, None, 0)
        while path.stat().st_size == before:
            time.sleep(0.05)
        made.capture_seal(file, b"stopped")
