"""Capture files: decrypted RTP appended to disk (docs/formats.md, "Capture file").

The event loop only puts tuples into a bounded queue; one thread computes checksums, writes,
flushes every file at least once a second, watches the free space, and on seal writes the end
record and syncs. When the disk cannot follow, the capture ends with ``overflow`` rather than
hold up the class; below the watermark all captures end with ``disk_full``.
"""

from __future__ import annotations

import json
import logging
import os
import shutil
import threading
import time
import zlib
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from struct import Struct
from typing import BinaryIO, Final, Literal

log = logging.getLogger(__name__)

MAGIC: Final = b"RPRC\x01\x00"
KIND_RTP: Final = 1
KIND_SENDER_REPORT: Final = 2
KIND_LAYER: Final = 3
KIND_GAP: Final = 4
KIND_END: Final = 5

_RECORD: Final = Struct("<BIQ")
_CHECKSUM: Final = Struct("<I")
_QUEUE_OCTETS: Final = 32 * 1024 * 1024
"""about a minute of one 720p camera and three voices waiting for a stalled disk"""
_FLUSH_S: Final = 1.0
_WAKE_S: Final = 0.2

StopReason = Literal["disk_full", "io_error", "overflow"]


def header_text(header: Mapping[str, str | int]) -> bytes:
    """The header's JSON."""
    return json.dumps(dict(header), ensure_ascii=False, separators=(",", ":")).encode()


def header_octets(header: Mapping[str, str | int]) -> bytes:
    """Magic and header as they stand at the start of the file."""
    text = header_text(header)
    return MAGIC + _CHECKSUM.pack(len(text)) + text + _CHECKSUM.pack(zlib.crc32(text))


def record_octets(kind: int, arrival_ns: int, body: bytes) -> bytes:
    """One record; ``arrival_ns`` counts from the file's clock 0."""
    head = _RECORD.pack(kind, len(body), max(0, arrival_ns))
    return head + body + _CHECKSUM.pack(zlib.crc32(body, zlib.crc32(head)))


@dataclass(frozen=True, slots=True)
class Sealed:
    path: Path
    packets: int
    octets: int


@dataclass(frozen=True, slots=True)
class Stopped:
    path: Path
    reason: StopReason


class CaptureFile:
    """One file. ``add`` is for the event loop, everything with a leading underscore for the
    writer's thread."""

    def __init__(
        self,
        path: Path,
        header: Mapping[str, str | int],
        origin_ns: int,
        writer: CaptureWriter,
        on_end: Callable[[Sealed | Stopped], None],
    ) -> None:
        self.path = path
        self.origin_ns = origin_ns
        self.is_ended = False
        """no more records are taken; set by either thread"""
        self._header = header
        self._writer = writer
        self._on_end = on_end
        self._file: BinaryIO | None = None
        self._packets = 0
        self._octets = 0
        self._is_reported = False

    def add(self, kind: int, arrival_ns: int, body: bytes) -> None:
        """Queue a record; ``arrival_ns`` on the monotonic clock."""
        if not self.is_ended:
            self._writer.put(self, kind, arrival_ns - self.origin_ns, body)

    def add_json(self, kind: int, arrival_ns: int, value: Mapping[str, str | int]) -> None:
        self.add(kind, arrival_ns, json.dumps(value, separators=(",", ":")).encode())

    def seal(self, reason: str) -> None:
        """End the file; ``on_end(Sealed)`` follows from the writer's thread."""
        if not self.is_ended:
            self._writer.put(self, KIND_END, time.monotonic_ns() - self.origin_ns,
                             reason.encode())  # fmt: skip
            self.is_ended = True

    def abort(self, reason: StopReason) -> None:
        """End at once, without an end record; what was written stays readable."""
        if not self.is_ended:
            self.is_ended = True
            self._writer.put(self, -1, 0, reason.encode())

    def _write(self, kind: int, arrival_ns: int, body: bytes) -> None:
        if self._is_reported:
            return
        if self._file is None:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            # "x": a capture id is used once; writing over an older file would lose a class.
            self._file = self.path.open("xb", buffering=256 * 1024)
            self._file.write(header_octets(self._header))
        if kind == KIND_RTP:
            self._packets += 1
            self._octets += len(body)
        elif kind == KIND_END:
            end = {"packets": self._packets, "octets": self._octets, "reason": body.decode()}
            body = json.dumps(end, separators=(",", ":")).encode()
        self._file.write(record_octets(kind, arrival_ns, body))
        if kind == KIND_END:
            self._file.flush()
            os.fsync(self._file.fileno())
            self._file.close()
            self._report(Sealed(self.path, self._packets, self._octets))

    def _flush(self) -> None:
        if self._file is not None and not self._file.closed:
            self._file.flush()

    def _fail(self, reason: StopReason) -> None:
        self.is_ended = True
        if self._file is not None:
            try:
                self._file.close()
            except OSError:
                log.warning("%s could not be closed", self.path)
        self._report(Stopped(self.path, reason))

    def _report(self, end: Sealed | Stopped) -> None:
        if not self._is_reported:
            self._is_reported = True
            self._on_end(end)


class CaptureWriter:
    """The queue and its thread. ``watermark`` is the free space below which captures end."""

    def __init__(self, watermark: int, queue_octets: int = _QUEUE_OCTETS) -> None:
        self._watermark = watermark
        self._queue_octets = queue_octets
        self._queue: deque[tuple[CaptureFile, int, int, bytes]] = deque()
        self._waiting = 0
        self._written = 0
        self._wake = threading.Event()
        self._is_closing = False
        self._thread: threading.Thread | None = None
        self._open: set[CaptureFile] = set()

    def start(
        self,
        path: Path,
        header: Mapping[str, str | int],
        origin_ns: int,
        on_end: Callable[[Sealed | Stopped], None],
    ) -> CaptureFile:
        """Open a file. Never blocks: errors come through ``on_end``, on the writer's thread."""
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="capture-writer", daemon=True)
            self._thread.start()
        opened = CaptureFile(path, header, origin_ns, self, on_end)
        self.put(opened, 0, 0, b"")
        return opened

    def put(self, file: CaptureFile, kind: int, arrival_ns: int, body: bytes) -> None:
        if kind == KIND_RTP and self._waiting - self._written > self._queue_octets:
            file.abort("overflow")
            return
        self._waiting += len(body) + 64
        self._queue.append((file, kind, arrival_ns, body))
        if kind == KIND_END:
            self._wake.set()  # others may wait for the whole file

    def close(self, timeout_s: float = 10.0) -> None:
        """Write what is queued and end the thread. Files should be sealed before."""
        self._is_closing = True
        self._wake.set()
        if self._thread is not None:
            self._thread.join(timeout_s)
            self._thread = None

    # ---- the writer's thread -----------------------------------------------------------------

    def _run(self) -> None:
        flushed_at = checked_at = time.monotonic()
        while True:
            is_last = self._is_closing
            self._drain()
            now = time.monotonic()
            if now - flushed_at >= _FLUSH_S or is_last:
                flushed_at = now
                for file in tuple(self._open):
                    self._guard(file, file._flush)
            if now - checked_at >= 1.0:
                checked_at = now
                self._check_space()
            if is_last and not self._queue:
                return
            self._wake.wait(_WAKE_S)
            if not self._is_closing:
                self._wake.clear()

    def _drain(self) -> None:
        while self._queue:
            file, kind, arrival_ns, body = self._queue.popleft()
            self._written += len(body) + 64
            if kind == 0:
                self._open.add(file)
                if self._is_full(file.path):
                    self._end(file, "disk_full")
                continue
            if kind < 0:
                self._end(file, "overflow")
                continue
            self._guard(file, lambda f=file, k=kind, a=arrival_ns, b=body: f._write(k, a, b))
            if kind == KIND_END:
                self._open.discard(file)

    def _guard(self, file: CaptureFile, action: Callable[[], None]) -> None:
        try:
            action()
        except OSError as error:
            log.error("capture %s: %s", file.path, error)
            self._end(file, "disk_full" if error.errno == 28 else "io_error")
        except Exception:
            log.exception("capture %s", file.path)
            self._end(file, "io_error")

    def _end(self, file: CaptureFile, reason: StopReason) -> None:
        self._open.discard(file)
        file._fail(reason)

    def _check_space(self) -> None:
        for file in tuple(self._open):
            if self._is_full(file.path):
                log.error("capture %s: the disk is nearly full", file.path)
                self._end(file, "disk_full")

    def _is_full(self, path: Path) -> bool:
        folder = path.parent
        while not folder.exists() and folder != folder.parent:
            folder = folder.parent
        try:
            return shutil.disk_usage(folder).free < self._watermark
        except OSError:
            return False
