"""Which tracks are being written to disk, and what the log is told of it.

A capture runs while recording is on, its person has consented and is present, the track is on,
and packets have come. Reports to the log go through one queue, in order; a capture that ends
unasked is declared as a gap as soon as it is clear how far it reaches.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from server.domain.commands import DeclareGap, ReportCaptureStarted, ReportCaptureStopped
from server.domain.recording_events import GapReason
from server.domain.track_events import TrackKind
from server.live.ports import CaptureReport
from server.media.plane import CaptureStopped, PlaneCommand, StartCapture, StopCapture

_RETRY_S: Final = 10.0
"""how long a full disk is left alone"""
_UNFLUSHED_MS: Final = 1000
"""what a process that was killed may not have written yet"""


@dataclass(frozen=True, slots=True)
class Wanted:
    """A publication that belongs on disk now."""

    publication_id: str
    participant_id: str
    track: TrackKind
    room_id: str
    connection_id: str


@dataclass(frozen=True, slots=True)
class _Running:
    capture_id: str
    path: Path
    what: Wanted


@dataclass(slots=True)
class _Lost:
    from_ms: int
    reason: GapReason
    retry_at: float
    what: Wanted


class SessionCaptures:
    """Captures of one session. ``report`` queues for the log, ``apply`` commands the plane."""

    def __init__(
        self,
        session_id: str,
        data: Path,
        apply: Callable[[list[PlaneCommand]], None],
        report: Callable[[CaptureReport], None],
    ) -> None:
        self._session_id = session_id
        self._data = data
        self._apply = apply
        self._report = report
        self._running: dict[str, _Running] = {}
        self._lost: dict[str, _Lost] = {}
        self._sealing: dict[Path, str] = {}
        """path → capture; the log hears of the end once the file is whole on disk"""

    @property
    def is_idle(self) -> bool:
        return not (self._running or self._lost or self._sealing)

    def want(self, wanted: dict[str, Wanted], now_ms: int, epoch: int) -> None:
        """Start and stop captures so that exactly ``wanted`` (by publication) are running."""
        for publication_id in [p for p in self._running if p not in wanted]:
            self.stop(publication_id)
        for publication_id in [p for p in self._lost if p not in wanted]:
            self._declare(publication_id, now_ms)
        for publication_id, what in wanted.items():
            running = self._running.get(publication_id)
            if running is not None and running.what.room_id != what.room_id:
                self.stop(publication_id)
                running = None
            lost = self._lost.get(publication_id)
            if running is not None or (lost is not None and lost.retry_at > time.monotonic()):
                continue
            self._start(what, now_ms, epoch)
            if lost is not None:
                self._declare(publication_id, now_ms)

    def _start(self, what: Wanted, now_ms: int, epoch: int) -> None:
        capture_id = uuid.uuid4().hex
        relative = Path("captures", self._session_id, f"{capture_id}.rtp")
        path = self._data / relative
        self._running[what.publication_id] = _Running(capture_id, path, what)
        self._apply([
            StartCapture(
                what.publication_id,
                path,
                {
                    "session_id": self._session_id,
                    "capture_id": capture_id,
                    "participant_id": what.participant_id,
                    "connection_id": what.connection_id,
                    "epoch": epoch,
                    "origin_ms": now_ms,
                    "origin_utc_ms": time.time_ns() // 1_000_000,
                },
                origin_monotonic_ns=time.monotonic_ns(),
            )
        ])  # fmt: skip
        self._report(
            ReportCaptureStarted(
                capture_id, what.participant_id, what.track, relative.as_posix(), what.room_id
            )
        )

    def stop(self, publication_id: str) -> None:
        running = self._running.pop(publication_id, None)
        if running is not None:
            self._sealing[running.path] = running.capture_id
            self._apply([StopCapture(publication_id)])

    def sealed(self, path: Path) -> bool:
        """The file is whole; False when it is none of this session's."""
        capture_id = self._sealing.pop(path, None)
        if capture_id is not None:
            self._report(ReportCaptureStopped(capture_id))
        return capture_id is not None

    def ended(self, notice: CaptureStopped, now_ms: int) -> None:
        """The plane gave up on a file."""
        if self.sealed(notice.path):
            return  # it was about to end anyway
        running = self._running.get(notice.publication_id)
        if running is None or running.path != notice.path:
            return
        del self._running[notice.publication_id]
        self._report(ReportCaptureStopped(running.capture_id))
        is_full = notice.reason == "disk_full"
        is_killed = notice.reason == "process_lost"
        self._lost[notice.publication_id] = _Lost(
            from_ms=max(0, now_ms - _UNFLUSHED_MS) if is_killed else now_ms,
            reason="disk_full" if is_full else "capture_lost",
            retry_at=time.monotonic()
            + (0.0 if is_killed or notice.reason == "overflow" else _RETRY_S),
            what=running.what,
        )

    def gone(self, publication_ids: set[str], now_ms: int) -> None:
        """The connection closed; the plane has sealed its files itself."""
        for publication_id in publication_ids:
            running = self._running.pop(publication_id, None)
            if running is not None:
                self._sealing[running.path] = running.capture_id
            if publication_id in self._lost:
                self._declare(publication_id, now_ms)

    def _declare(self, publication_id: str, now_ms: int) -> None:
        lost = self._lost.pop(publication_id)
        self._report(
            DeclareGap(
                lost.from_ms, max(lost.from_ms, now_ms), lost.reason, lost.what.participant_id,
                lost.what.track,
            )
        )  # fmt: skip
