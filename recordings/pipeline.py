"""The pipeline as durable DBOS workflows.

    seal → verify (→ early) → assemble → provisional ─┬→ transcribe → merge → chapters → items ─┐
                                                      └→ compose ─────────────────────┴→
    renditions → index → publish → (prune)

Theory of operation. A workflow is ``recording:<id>:<attempt>``; its two branches are workflows of
their own, for steps of one workflow must run in one order to be replayed. What a step returned is
in the durable log, what it made is on disk under the digest of its inputs: after a crash finished
steps are not run again, and a new attempt finds what did not change.

What DBOS does by itself and what it does not (all seen): the application version is a constant,
else each deploy strands what is under way; the executor id is new for every process, and a reaper
resumes what dead executors left (``leases.py``), as well as our own workflows that lost their
thread when the disk was full; resuming sets the count of recoveries back to zero, so a step that
kills its worker is found by a count of our own; JSON instead of pickle.

Beside it ``rooms:<id>:<attempt>:<format>`` makes the index of rooms for a recording that an older
version published (``index_again.py``).

Lanes: speech and pictures may each run for one recording at a time, beside each other; assembling
two at a time; the rest takes no slot, so nobody's provisional recording waits behind another's
transcript.
"""

from __future__ import annotations

import logging
import os
import threading
import time
import traceback
import uuid
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from typing import Any

import msgspec
from dbos import DBOS, DBOSConfig, DBOSPortableJSONSerializer, SetWorkflowID

from recordings.leases import Leases
from recordings.ports import STEPS, Job, RecordingsStore, StepChange, StepFailed
from recordings.room_index import INDEX_FORMAT
from recordings.stage_base import Done
from recordings.stages import Stages
from server.schemas.jobs import StepName

log = logging.getLogger(__name__)

APPLICATION_VERSION = "1"
MAX_STARTS = 8
"""A step that was begun so often and never ended is taken to kill its worker. More than a handful,
for a step that runs beside it is counted each time as well."""
_REPORT_EVERY_S = 1.0
_REAP_EVERY_S = 4.0
_OWN_STALE_S = 30.0
_SPEECH: tuple[StepName, ...] = ("transcribe", "merge", "chapters", "items")
_PICTURES: tuple[StepName, ...] = ("compose",)
_SEALING: tuple[StepName, ...] = ("seal", "verify")
_FIRST: tuple[StepName, ...] = ("assemble", "provisional")
_LAST: tuple[StepName, ...] = ("renditions", "index", "publish")
DoneJson = dict[str, Any]


def new_executor_id() -> str:
    return f"worker-{os.getpid()}-{uuid.uuid4().hex[:8]}"


class Pipeline:
    """One a process. ``start`` registers the workflows and launches DBOS."""

    def __init__(
        self, stages: Stages, store: RecordingsStore, leases: Leases, jobs_url: str
    ) -> None:
        self._stages = stages
        self._store = store
        self._leases = leases
        self._jobs_url = jobs_url
        cores = os.cpu_count() or 1
        heavy = max(1, cores // 4)
        speech, pictures = threading.Semaphore(heavy), threading.Semaphore(heavy)
        assembling = threading.Semaphore(2)
        self._lanes: dict[str, threading.Semaphore] = {
            "assemble": assembling, "transcribe": speech, "chapters": speech, "items": speech,
            "compose": pictures, "renditions": pictures,
        }  # fmt: skip
        self._active: dict[str, int] = {}
        self._active_lock = threading.Lock()
        self._stale_since: dict[str, float] = {}
        self._started: set[str] = set()
        self._reaped_at = float("-inf")
        self._recording: Callable[[DoneJson], DoneJson] | None = None
        self._room_index: Callable[[DoneJson], int] | None = None
        self._to_index: list[Job] | None = None

    # ---- life ----

    def start(self) -> None:
        config: DBOSConfig = {
            "name": "reprise",
            "system_database_url": self._jobs_url,
            "application_version": APPLICATION_VERSION,
            "executor_id": self._leases.executor_id,
            "serializer": DBOSPortableJSONSerializer(),
            "run_admin_server": False,  # type: ignore[typeddict-unknown-key]
            "enable_otlp": False,
            "log_level": "WARNING",
        }
        # First of all: SQLite can only turn to write-ahead logging while nobody else is at it.
        self._leases.create()
        self._leases.renew()
        DBOS(config=config)
        self._register()
        DBOS.launch()

    def release(self) -> None:
        """Let another worker take up our work at once; for a process that ends now."""
        self._leases.release()

    def close(self) -> None:
        self._leases.release()
        DBOS.destroy(destroy_registry=True, workflow_completion_timeout_sec=0)

    def beat(self) -> None:
        """Renew the lease, take up what nobody does, start what is due. Every second."""
        now = time.monotonic()
        if now - self._reaped_at >= _REAP_EVERY_S:
            self._reaped_at = now
            self._leases.renew()
            self._reap()
        self._start_due()
        self._index_next()
        self._stages.followers.beat()

    # ---- what is due ----

    def _start_due(self) -> None:
        for job in self._store.pending_jobs():
            if job.workflow_id in self._started:
                continue
            status = DBOS.get_workflow_status(job.workflow_id)
            if status is None:
                log.info("starting %s", job.workflow_id)
                self._start(job)
            elif status.status in ("ERROR", "CANCELLED", "MAX_RECOVERY_ATTEMPTS_EXCEEDED"):
                # The workflow ended without getting to say so itself.
                self._fail(job, str(status.error or status.status))
            self._started.add(job.workflow_id)

    def _index_next(self) -> None:
        """Recordings an older version published are looked for once a process, and begun one a
        beat: nobody waits behind them."""
        if self._to_index is None:
            self._to_index = self._stages.index_again.due()[::-1]
            if self._to_index:
                log.info("rooms of %s older recordings are indexed", len(self._to_index))
        if not self._to_index:
            return
        job = self._to_index.pop()
        assert self._room_index is not None
        name = f"rooms:{job.recording_id}:{job.attempt}:{INDEX_FORMAT}"
        status = DBOS.get_workflow_status(name)
        if status is not None and status.status != "PENDING":
            log.warning("%s was tried before: %s", name, status.error or status.status)
            return
        with SetWorkflowID(name):
            DBOS.start_workflow(self._room_index, msgspec.to_builtins(job))

    def _start(self, job: Job) -> None:
        assert self._recording is not None
        with SetWorkflowID(job.workflow_id):
            DBOS.start_workflow(self._recording, msgspec.to_builtins(job))

    def _fail(self, job: Job, reason: str) -> None:
        if self._store.fail(job.recording_id, job.attempt, reason):
            self._store.notify(job.recording_id, job.attempt, "recording_failed")

    # ---- what is left over ----

    def _reap(self) -> None:
        mine = self._leases.executor_id
        pending = DBOS.list_workflows(status="PENDING", load_input=False, load_output=False)
        owners: dict[str, list[str]] = {}
        for workflow in pending:
            owners.setdefault(workflow.executor_id or "", []).append(workflow.workflow_id)
        for stranger in owners.keys() - self._leases.known() - {mine}:
            self._leases.adopt(stranger)
        for executor_id in self._leases.lapsed():
            if self._leases.inherit(executor_id):
                left = owners.get(executor_id, [])
                if left:
                    log.warning("taking up %s of %s", ", ".join(left), executor_id)
                    DBOS.resume_workflows(left)
        self._resume_own(owners.get(mine, []))

    def _resume_own(self, pending: list[str]) -> None:
        """Ours by the durable log, but no thread of ours runs it: its thread died of an error
        that could not be written down, such as a full disk."""
        now = time.monotonic()
        with self._active_lock:
            lost = [one for one in pending if one not in self._active]
        self._stale_since = {one: self._stale_since.get(one, now) for one in lost}
        due = [one for one, since in self._stale_since.items() if now - since > _OWN_STALE_S]
        if due:
            log.warning("resuming our own stale %s", ", ".join(due))
            DBOS.resume_workflows(due)
            self._stale_since = {}

    # ---- workflows ----

    def _register(self) -> None:
        steps = {name: self._durable(name) for name in STEPS}

        @DBOS.step(name="early")
        def early(job: DoneJson, done: DoneJson) -> DoneJson:
            found = self._early(msgspec.convert(job, Job), msgspec.convert(done, dict[str, Done]))
            return {"early": msgspec.to_builtins(found)} if found is not None else {}

        def chain(names: tuple[StepName, ...], job: DoneJson, done: DoneJson) -> DoneJson:
            known = dict(done)
            for name in names:
                known[name] = steps[name](job, known)
            return known

        @DBOS.workflow(name="recording_speech", max_recovery_attempts=5)
        def speech(job: DoneJson, done: DoneJson) -> DoneJson:
            with self._running():
                return chain(_SPEECH, job, done)

        @DBOS.workflow(name="recording_pictures", max_recovery_attempts=5)
        def pictures(job: DoneJson, done: DoneJson) -> DoneJson:
            with self._running():
                return chain(_PICTURES, job, done)

        @DBOS.step(name="fail")
        def fail(job: DoneJson, reason: str) -> None:
            self._fail(msgspec.convert(job, Job), reason)

        @DBOS.step(name="prune")
        def prune(job: DoneJson, done: DoneJson) -> None:
            self._stages.prune(msgspec.convert(job, Job), msgspec.convert(done, dict[str, Done]))

        @DBOS.workflow(name="recording", max_recovery_attempts=5)
        def recording(job: DoneJson) -> DoneJson:
            with self._running():
                try:
                    done = chain(_SEALING, job, {})
                    made_early = early(job, done)
                    done = chain(_FIRST, job, {**done, **made_early})
                    branches = []
                    for name, branch in (("speech", speech), ("pictures", pictures)):
                        with SetWorkflowID(f"{DBOS.workflow_id}:{name}"):
                            branches.append(DBOS.start_workflow(branch, job, done))
                    done = _joined(branches, done)
                    done = chain(_LAST, job, done)
                    prune(job, done)
                    return done
                except Exception as error:
                    fail(job, str(error))
                    raise

        @DBOS.step(name="index_rooms", retries_allowed=True, max_attempts=4)
        def index_rooms(job: DoneJson) -> int:
            return self._stages.index_again.make(msgspec.convert(job, Job))

        @DBOS.workflow(name="room_index", max_recovery_attempts=5)
        def room_index(job: DoneJson) -> int:
            with self._running():
                count = index_rooms(job)
                log.info("%s: %s rooms are indexed", DBOS.workflow_id, count)
                return count

        self._recording = recording
        self._room_index = room_index

    def _running(self) -> AbstractContextManager[None]:
        return _Running(self._active, self._active_lock, DBOS.workflow_id or "")

    def _durable(self, name: StepName) -> Callable[[DoneJson, DoneJson], DoneJson]:
        @DBOS.step(name=name)
        def step(job: DoneJson, done: DoneJson) -> DoneJson:
            known = msgspec.convert(job, Job)
            finished = self._run(name, known, msgspec.convert(done, dict[str, Done]))
            return msgspec.to_builtins(finished)

        return step

    def _early(self, job: Job, done: Mapping[str, Done]) -> Done | None:
        """A provisional version need not wait for the assembling. Whatever goes wrong here, the
        step in its place makes it anew."""
        try:
            found = self._stages.early(job, done)
        except Exception:
            log.exception("early publication of %s", job.workflow_id)
            return None
        if found is not None:
            _Reporter(self._store, job, "provisional").done(found)
        return found

    def _run(self, name: StepName, job: Job, done: Mapping[str, Done]) -> Done:
        lane = self._lanes.get(name)
        with lane if lane is not None else nullcontext():
            starts = self._leases.begin_step(job.workflow_id, name)
            report = _Reporter(self._store, job, name)
            try:
                if starts > MAX_STARTS:
                    raise StepFailed(f"The worker died {starts - 1} times in this step.")
                report.running(0.0)
                result = self._stages.run(name, job, done, report.running)
            except StepFailed as error:
                report.failed(str(error))
                raise
            except Exception as error:
                log.exception("%s of %s", name, job.workflow_id)
                where = traceback.extract_tb(error.__traceback__)[-1]
                reason = f"{type(error).__name__}: {error} ({where.name}, line {where.lineno})"
                report.failed(reason)
                raise StepFailed(reason) from error
            report.done(result)
            return result


def _joined(branches: list[Any], done: DoneJson) -> DoneJson:
    """Wait for all, so that a failure of one does not waste the other's work."""
    failures: list[Exception] = []
    for branch in branches:
        try:
            done = {**done, **branch.get_result(polling_interval_sec=0.2)}
        except Exception as error:
            failures.append(error)
    if failures:
        raise failures[0]
    return done


class _Running:
    """Marks a workflow as having a thread in this process."""

    def __init__(self, active: dict[str, int], lock: threading.Lock, workflow_id: str) -> None:
        self._active, self._lock, self._id = active, lock, workflow_id

    def __enter__(self) -> None:
        with self._lock:
            self._active[self._id] = self._active.get(self._id, 0) + 1

    def __exit__(self, *_: object) -> None:
        with self._lock:
            self._active[self._id] -= 1
            if not self._active[self._id]:
                del self._active[self._id]


class _Reporter:
    """Writes a step's state to the library, progress at most once a second."""

    def __init__(self, store: RecordingsStore, job: Job, name: StepName) -> None:
        self._store, self._job = store, job
        self._name: StepName = name
        self._told_at = float("-inf")

    def running(self, progress: float) -> None:
        now = time.monotonic()
        if now - self._told_at >= _REPORT_EVERY_S:
            self._told_at = now
            self._set(StepChange(self._name, "running", progress))

    def failed(self, reason: str) -> None:
        self._set(StepChange(self._name, "failed", 0.0, error=reason))

    def done(self, result: Done) -> None:
        detail = result.detail
        if result.was_kept:
            detail = f"{detail} (unchanged)" if detail else "unchanged"
        self._set(StepChange(self._name, "done", 1.0, cpu_s=result.cpu_s, detail=detail or None))

    def _set(self, change: StepChange) -> None:
        self._store.set_step(self._job.recording_id, self._job.attempt, change)
