"""Keeps a follower (``follow.py``) beside each class that is being recorded.

The worker knows the log, the follower the captures; a small file between them says how far the
log is known. A follower that fails is not started again before the next worker: the provisional
recording then comes from the assemble step, a little later.
"""

from __future__ import annotations

import logging
import shutil
import sys
import threading
import time
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import msgspec

from recordings.boards import Boards
from recordings.child import FollowJob
from recordings.facts import Facts, facts_of
from recordings.follow import Horizon
from recordings.ports import EventSource, Folders, Job, RecordingsStore
from recordings.process import run
from server.domain import events as e
from server.domain.channels import SERVER
from server.domain.session_events import EpochStarted

log = logging.getLogger(__name__)

REFRESH_S = 5.0
_MARGIN_MS = 2000
"""an event that happened this long ago is in the log, and a packet on disk"""
_FINISH_S = 8.0
_PREFIX = "follow-"


@dataclass(slots=True)
class _Following:
    job: Job
    folder: Path
    told_at: float = 0.0
    cpu_s: float = 0.0
    is_good: bool = False
    is_finishing: bool = False
    ended: threading.Event = field(default_factory=threading.Event)
    painting: threading.Thread | None = None

    @property
    def horizon_path(self) -> Path:
        return self.folder / "horizon.json"


class Followers:
    def __init__(
        self, store: RecordingsStore, source: EventSource, folders: Folders, boards: Boards
    ) -> None:
        self._store = store
        self._source = source
        self._folders = folders
        self._boards = boards
        self._following: dict[str, _Following] = {}
        self._lock = threading.Lock()

    def beat(self) -> None:
        """Start followers of new classes, tell the others how far the log is known."""
        live = {job.recording_id: job for job in self._store.live_sessions()}
        with self._lock:
            known = dict(self._following)
        for recording_id, job in live.items():
            now = time.monotonic()
            following = known.get(recording_id)
            if following is not None and (
                following.ended.is_set() or now - following.told_at < REFRESH_S
            ):
                continue
            horizon = self._horizon(job)
            if horizon is None:
                continue
            if following is None:
                self._start(job, horizon)
                continue
            # A long log takes its time to fold: never more than a hundredth of ours.
            following.told_at = time.monotonic() + 100 * (time.monotonic() - now)
            with self._lock:
                if not following.is_finishing:
                    _tell(following, horizon)
            self._paint(following, horizon.facts)

    def finish(self, job: Job, facts: Facts) -> tuple[Path, float] | None:
        """What was made while the class was live and its processor time; None when there is
        nothing. ``discard`` removes it."""
        with self._lock:
            following = self._following.get(job.recording_id)
        if following is None or following.ended.is_set():
            return None
        end = max((span.end_ms for span in facts.stretches), default=0.0)
        with self._lock:
            following.is_finishing = True
            _tell(following, Horizon(facts, end, is_final=True))
        if not following.ended.wait(_FINISH_S) or not following.is_good:
            log.warning("nothing came of following %s", job.recording_id)
            return None
        return following.folder, following.cpu_s

    def discard(self, job: Job) -> None:
        with self._lock:
            following = self._following.pop(job.recording_id, None)
        if following is None or following.ended.is_set():
            # Also what a killed worker's followers left.
            for folder in self._folders.work(job.recording_id).glob(f"{_PREFIX}*"):
                shutil.rmtree(folder, ignore_errors=True)

    def _paint(self, following: _Following, facts: Facts) -> None:
        """The whiteboard's pictures so far, so that few are left to draw when the class ends."""
        if facts.all_boards and (following.painting is None or not following.painting.is_alive()):
            following.painting = threading.Thread(
                target=self._boards.drawn, args=(following.job, facts.all_boards),
                name=f"paint {following.job.recording_id}", daemon=True,
            )  # fmt: skip
            following.painting.start()

    def _horizon(self, job: Job) -> Horizon | None:
        now_utc_ms = time.time_ns() // 1_000_000
        events = self._source.events(job.session_id)
        if not events:
            return None
        first = next(
            (ev.body.utc_ms - ev.at_ms for ev in events if isinstance(ev.body, EpochStarted)),
            now_utc_ms,
        )
        now_ms = max(events[-1].at_ms, now_utc_ms - first)
        facts = facts_of(job.session_id, job.recording_id, [*events, _moment(events, now_ms)])
        return Horizon(facts, now_ms - _MARGIN_MS, is_final=False)

    def _start(self, job: Job, horizon: Horizon) -> None:
        folder = self._folders.work(job.recording_id) / f"{_PREFIX}{uuid.uuid4().hex[:12]}"
        folder.mkdir(parents=True)
        following = _Following(job, folder, told_at=time.monotonic())
        _tell(following, horizon)
        with self._lock:
            self._following[job.recording_id] = following
        # The thread waits for the child: PR_SET_PDEATHSIG belongs to threads.
        threading.Thread(
            target=self._run, args=(following,), name=f"follow {job.recording_id}", daemon=True
        ).start()

    def _run(self, following: _Following) -> None:
        folder = following.folder
        work = FollowJob(
            str(self._folders.captures(following.job.session_id)), str(following.horizon_path)
        )
        job_path = folder / "job.json"
        job_path.write_bytes(msgspec.json.encode(work))
        command = [sys.executable, "-m", "recordings.child", "follow", str(job_path), str(folder)]
        try:
            root = Path(__file__).resolve().parent.parent
            finished = run(command, leads_group=True, cwd=root)
            following.cpu_s = finished.cpu_s
            following.is_good = finished.status == 0
            if finished.status != 0:
                log.warning("follower: %s", finished.error_tail[-500:])
        except Exception:
            log.exception("follower of %s", following.job.recording_id)
        finally:
            following.ended.set()


def _moment(events: Sequence[e.Event], at_ms: int) -> e.Event:
    """An entry that changes nothing but how far the log reaches."""
    last = events[-1]
    return e.Event(
        last.session_id, last.seq + 1, SERVER, 0, at_ms, None, None, e.Unknown("now", 1, {})
    )  # fmt: skip


def _tell(following: _Following, horizon: Horizon) -> None:
    aside = following.folder / f".horizon-{threading.get_ident()}"
    aside.write_bytes(msgspec.json.encode(horizon))
    aside.replace(following.horizon_path)
