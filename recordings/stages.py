"""The steps of the pipeline, without their durability: inputs → digest → result on disk.

Each takes what the steps before it gave (``Done`` by name) and returns its own. ``pipeline.py``
makes them durable and reports them; here is what they do.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct, field

from recordings.assemble import Assembled
from recordings.capture import scan_all
from recordings.child import AssembleJob, ComposeJob, RenderJob
from recordings.facts import Facts, facts_of
from recordings.followers import Followers
from recordings.ports import (
    EventSource,
    Folders,
    Job,
    RecordingsStore,
    StepFailed,
    Texts,
)
from recordings.process import run
from recordings.publishing import Publisher
from recordings.renditions import Renditions
from recordings.workshop import Workshop, digest_of
from server.domain.events import CaptureStarted, CaptureStopped, Event, SessionEnded
from server.schemas.api import Chapter, Item, StepName, Transcript

FORMAT = 1
"""part of every digest: raise it when a step's code makes a different result of equal inputs"""
_SEAL_PATIENCE_S = 15.0
_WRITER_IS_GONE_S = 4.0
"""the writer flushes every second; a file older than this has nobody who writes it"""
_POLL_S = 0.2
_PUBLISHED_FROM: tuple[StepName, ...] = ("seal", "merge", "chapters", "items", "renditions")

Progress = Callable[[float], None]


class Done(Struct, frozen=True):
    """What a step leaves in the durable log."""

    digest: str
    cpu_s: float = 0.0
    seconds: float = 0.0
    detail: str = ""
    was_kept: bool = False
    """the result of equal inputs was there"""
    counts: dict[str, float] = field(default_factory=dict)


class CaptureState(Struct, frozen=True):
    capture_id: str
    path: str
    octets: int
    packets: int
    is_sealed: bool
    torn_bytes: int


class Verified(Struct, frozen=True):
    problems: list[str]
    packets: int
    captures: int


class Stages:
    def __init__(
        self,
        store: RecordingsStore,
        log: EventSource,
        texts: Texts,
        folders: Folders,
        *,
        transcribe_options: Mapping[str, Any] | None = None,
        transcripts_command: Sequence[str] = (sys.executable, "-m", "transcripts.child"),
    ) -> None:
        self._store = store
        self._log = log
        self._texts = texts
        self._folders = folders
        self._transcribe_options = dict(transcribe_options or {})
        self._transcripts_command = tuple(transcripts_command)
        self.publisher = Publisher(store, folders)
        self.followers = Followers(store, log, folders)

    def run(self, name: StepName, job: Job, done: Mapping[str, Done], progress: Progress) -> Done:
        step = getattr(self, f"_{name}")
        started, cpu_before = time.monotonic(), time.thread_time()
        result: Done = step(job, done, progress)
        return msgspec.structs.replace(
            result,
            cpu_s=round(result.cpu_s + time.thread_time() - cpu_before, 3),
            seconds=round(time.monotonic() - started, 3),
        )

    # ---- the capture side ----

    def _seal(self, job: Job, done: Mapping[str, Done], progress: Progress) -> Done:
        """Wait until nobody writes the captures any more. Files stay as they are: the reader
        takes a torn tail, and a damaged original is still the only original."""
        deadline = time.monotonic() + _SEAL_PATIENCE_S
        while True:
            log = self._log.events(job.session_id)
            has_ended = any(isinstance(event.body, SessionEnded) for event in log)
            if has_ended and not self._being_written(job, log):
                break
            if time.monotonic() > deadline:
                break
            time.sleep(_POLL_S)
        known = {event.body.capture_id for event in log if isinstance(event.body, CaptureStarted)}
        scans, bad = scan_all([path for path in self._capture_paths(job) if path.stem in known])
        facts = facts_of(job.session_id, job.recording_id, log)
        states = [
            CaptureState(
                scanned.header.capture_id, str(scanned.path), scanned.good_bytes,
                scanned.packets, scanned.end is not None, scanned.torn_bytes,
            )
            for scanned in scans
        ]  # fmt: skip
        digest = digest_of("seal", FORMAT, facts, states, [str(error) for error in bad])

        def build(out: Path) -> None:
            _write(out / "facts.json", facts)
            _write(out / "captures.json", states)
            _write(out / "unreadable.json", [str(error) for error in bad])

        was_kept = not self._workshop(job).make("seal", digest, build)
        torn = sum(1 for state in states if not state.is_sealed)
        detail = f"{len(states)} captures" + (f", {torn} torn" if torn else "")
        return Done(digest, detail=detail, was_kept=was_kept, counts={
            "captures": len(states), "torn": torn, "unreadable": len(bad),
        })  # fmt: skip

    def _being_written(self, job: Job, log: Sequence[Event]) -> bool:
        """Whether a capture that the log never saw end still changes on disk."""
        open_ids: set[str] = set()
        for event in log:
            if isinstance(event.body, CaptureStarted):
                open_ids.add(event.body.capture_id)
            elif isinstance(event.body, CaptureStopped):
                open_ids.discard(event.body.capture_id)
        newest = time.time() - _WRITER_IS_GONE_S
        return any(
            path.stat().st_mtime > newest
            for path in self._capture_paths(job)
            if path.stem in open_ids
        )

    def _verify(self, job: Job, done: Mapping[str, Done], progress: Progress) -> Done:
        """Hold the files against the log: what is missing is said, not guessed."""
        seal = self._folder(job, done, "seal")
        facts = self._facts(job, done)
        states = msgspec.json.decode((seal / "captures.json").read_bytes(), type=list[CaptureState])
        unreadable = msgspec.json.decode((seal / "unreadable.json").read_bytes(), type=list[str])
        if facts.duration_ms <= 0:
            raise StepFailed("Nothing was recorded: the recording was never on.")
        present = {state.capture_id: state for state in states}
        problems = [f"unreadable: {reason}" for reason in unreadable]
        for capture in facts.captures:
            state = present.get(capture.capture_id)
            if state is None:
                problems.append(f"{capture.track} of {capture.participant_id}: the file is missing")
            elif state.torn_bytes:
                problems.append(f"{state.capture_id}: {state.torn_bytes} bytes torn off")
            elif not state.packets:
                problems.append(f"{state.capture_id}: no packets")
        strangers = sorted(present.keys() - {c.capture_id for c in facts.captures})
        problems += [f"{one}: belongs to nobody on record, left out" for one in strangers]
        result = Verified(problems, sum(s.packets for s in states), len(states))
        digest = digest_of("verify", FORMAT, done["seal"].digest)
        was_kept = not self._workshop(job).make(
            "verify", digest, lambda out: _write(out / "verified.json", result)
        )
        detail = "all there" if not problems else f"{len(problems)} remarks: {problems[0]}"
        return Done(digest, detail=detail, was_kept=was_kept, counts={
            "problems": len(problems), "packets": result.packets,
            "duration_ms": facts.duration_ms,
        })  # fmt: skip

    def _assemble(self, job: Job, done: Mapping[str, Done], progress: Progress) -> Done:
        digest = digest_of("assemble", FORMAT, done["seal"].digest)
        folder = str(self._folders.captures(job.session_id))
        work = AssembleJob(self._facts(job, done), folder)
        result = self._child_step(job, "assemble", digest, work, progress)
        assembled = self._assembled(job, {"assemble": result})
        return msgspec.structs.replace(
            result,
            detail=f"{len(assembled.videos)} pictures, {len(assembled.sounds)} sounds",
            counts={
                "tracks": len(assembled.videos) + len(assembled.sounds),
                "packets": sum(count.packets for count in assembled.counts),
                "lost": sum(count.lost for count in assembled.counts),
                "frames": sum(count.frames for count in assembled.counts),
                "frames_dropped": sum(
                    count.frames_broken + count.frames_unusable for count in assembled.counts
                ),
                "off_record": sum(count.off_record for count in assembled.counts),
            },
        )

    def early(self, job: Job, done: Mapping[str, Done]) -> Done | None:
        """Publish what was made while the class was live; None when there is nothing."""
        facts = self._facts(job, done)
        made = self.followers.finish(job, facts)
        try:
            if made is None:
                return None
            folder, cpu_s = made
            digest = digest_of("early", FORMAT, done["seal"].digest)
            version = self.publisher.publish_provisional(job, facts, folder, digest, _report(done))
            if version is None:
                return None
            detail = f"version {version}, made while the class was live"
            return Done(digest, cpu_s=cpu_s, detail=detail, counts={"version": version})
        finally:
            self.followers.discard(job)

    def _provisional(self, job: Job, done: Mapping[str, Done], progress: Progress) -> Done:
        if "early" in done:
            return done["early"]
        digest = digest_of("provisional", FORMAT, done["assemble"].digest)
        version = self.publisher.publish_provisional(
            job, self._facts(job, done), self._folder(job, done, "assemble"), digest,
            _report(done),
        )  # fmt: skip
        if version is None:
            return Done(digest, detail="a finished version stays visible", was_kept=True)
        return Done(digest, detail=f"version {version}", counts={"version": version})

    # ---- speech ----

    def _transcribe(self, job: Job, done: Mapping[str, Done], progress: Progress) -> Done:
        assembled = self._assembled(job, done)
        facts = self._facts(job, done)
        folder = self._folder(job, done, "assemble")
        names = facts.names()
        tracks = [
            {
                "participant_id": voice.sound.participant_id,
                "speaker_name": names.get(voice.sound.participant_id, ""),
                "wav_path": str(folder / voice.wav_path),
                "offset_ms": voice.sound.start_ms,
                "spoken": [
                    {"start_ms": int(span.start_ms), "end_ms": round(span.end_ms)}
                    for span in voice.sound.spans
                ],
            }
            for voice in assembled.voices
        ]
        work = {"tracks": tracks, **self._transcribe_options}
        digest = digest_of(
            "transcribe", FORMAT, done["assemble"].digest, names, self._transcribe_options
        )
        if not tracks:
            silent = {
                "tracks": [], "language": None, "engine": "none", "model": "none", "cpu_s": 0,
            }  # fmt: skip
            self._workshop(job).make(
                "transcribe", digest, lambda out: _write(out / "transcribe.json", silent)
            )
            return Done(digest, detail="nobody's microphone was on")
        return self._transcripts_step(job, "transcribe", digest, work, progress)

    def _merge(self, job: Job, done: Mapping[str, Done], progress: Progress) -> Done:
        source = self._folder(job, done, "transcribe") / "transcribe.json"
        digest = digest_of("merge", FORMAT, done["transcribe"].digest)
        transcript = self._texts.merge(source.read_bytes())
        was_kept = not self._workshop(job).make(
            "merge", digest, lambda out: _write(out / "transcript.json", transcript)
        )
        words = sum(len(segment.words) for segment in transcript.segments)
        return Done(digest, detail=f"{words} words", was_kept=was_kept, counts={
            "segments": len(transcript.segments), "words": words,
        })  # fmt: skip

    def _chapters(self, job: Job, done: Mapping[str, Done], progress: Progress) -> Done:
        facts = self._facts(job, done)
        kinds = {"screen": "screen", "moment": "moment", "poll": "poll"}
        work = {
            "transcript": self._transcript(job, done),
            "duration_ms": facts.duration_ms,
            "priors": [
                {
                    "at_ms": mark.at_ms,
                    "kind": kinds[mark.kind],
                    "label": mark.label if mark.kind == "moment" else "",
                }
                for mark in facts.marks
                if mark.kind in kinds
            ],
        }
        digest = digest_of("chapters", FORMAT, work)
        result = self._transcripts_step(job, "chapters", digest, work, progress)
        chapters = self._chapter_list(job, {"chapters": result})
        return msgspec.structs.replace(
            result, detail=f"{len(chapters)} chapters", counts={"chapters": len(chapters)}
        )

    def _items(self, job: Job, done: Mapping[str, Done], progress: Progress) -> Done:
        facts = self._facts(job, done)
        work = {
            "transcript": self._transcript(job, done),
            "chapters": self._chapter_list(job, done),
            "polls": [
                {
                    "poll_id": poll.poll_id, "at_ms": poll.at_ms, "question": poll.question,
                    "options": poll.options, "tally": poll.tally, "key": poll.key,
                }
                for poll in facts.polls
            ],
            "participant_names": [person.name for person in facts.people],
        }  # fmt: skip
        digest = digest_of("items", FORMAT, work)
        result = self._transcripts_step(job, "items", digest, work, progress)
        items = self._item_list(job, {"items": result})
        return msgspec.structs.replace(
            result, detail=f"{len(items)} drafts", counts={"items": len(items)}
        )

    # ---- pictures ----

    def _compose(self, job: Job, done: Mapping[str, Done], progress: Progress) -> Done:
        digest = digest_of("compose", FORMAT, done["assemble"].digest)
        folder = self._folder(job, done, "assemble")
        workshop = self._workshop(job)
        pieces = f"pieces-{digest}"
        if workshop.folder("compose", digest).exists():
            return Done(digest, was_kept=True)
        work = ComposeJob(
            str(folder), str(workshop.scratch(pieces)), self._facts(job, done).names()
        )
        result = self._child_step(job, "compose", digest, work, progress)
        workshop.drop(pieces)
        return result

    def _renditions(self, job: Job, done: Mapping[str, Done], progress: Progress) -> Done:
        facts = self._facts(job, done)
        row = self._store.load(job.recording_id)
        work = RenderJob(
            str(self._folder(job, done, "compose")),
            str(self._folder(job, done, "assemble") / "mix.flac"),
            self._chapter_list(job, done),
            row.title if row is not None else "",
            facts.duration_ms,
        )
        digest = digest_of("renditions", FORMAT, done["compose"].digest, work.chapters, work.title)
        return self._child_step(job, "renditions", digest, work, progress)

    # ---- publishing ----

    def _index(self, job: Job, done: Mapping[str, Done], progress: Progress) -> Done:
        """Whoever may watch may find it: search asks for the same rights."""
        transcript = self._transcript(job, done)
        chapters = self._chapter_list(job, done)
        self._store.index(job.recording_id, transcript.segments, chapters)
        digest = digest_of("index", FORMAT, done["merge"].digest, done["chapters"].digest)
        return Done(digest, detail=f"{len(transcript.segments) + len(chapters)} lines")

    def _publish(self, job: Job, done: Mapping[str, Done], progress: Progress) -> Done:
        row = self._store.load(job.recording_id)
        digest = digest_of(
            "publish", FORMAT, {name: done[name].digest for name in _PUBLISHED_FROM},
            row.title if row is not None else "",
        )  # fmt: skip
        transcript = self._transcript(job, done)
        chapters = self._chapter_list(job, done)
        rendered = self._folder(job, done, "renditions")
        version = self.publisher.publish(
            job,
            self._facts(job, done),
            rendered,
            msgspec.json.decode((rendered / "renditions.json").read_bytes(), type=Renditions),
            transcript,
            chapters,
            self._item_list(job, done),
            {
                "captions.vtt": self._texts.captions(transcript),
                "chapters.vtt": self._texts.chapter_cues(chapters),
            },
            digest,
            _report(done),
        )
        return Done(digest, detail=f"version {version}", counts={"version": version})

    # ---- shared ----

    def _workshop(self, job: Job) -> Workshop:
        return Workshop(self._folders.work(job.recording_id))

    def _folder(self, job: Job, done: Mapping[str, Done], step: StepName) -> Path:
        return self._workshop(job).folder(step, done[step].digest)

    def _capture_paths(self, job: Job) -> list[Path]:
        folder = self._folders.captures(job.session_id)
        return sorted(folder.glob("*.rtp")) if folder.is_dir() else []

    def _facts(self, job: Job, done: Mapping[str, Done]) -> Facts:
        raw = (self._folder(job, done, "seal") / "facts.json").read_bytes()
        return msgspec.json.decode(raw, type=Facts)

    def _assembled(self, job: Job, done: Mapping[str, Done]) -> Assembled:
        raw = (self._folder(job, done, "assemble") / "assembled.json").read_bytes()
        return msgspec.json.decode(raw, type=Assembled)

    def _transcript(self, job: Job, done: Mapping[str, Done]) -> Transcript:
        raw = (self._folder(job, done, "merge") / "transcript.json").read_bytes()
        return msgspec.json.decode(raw, type=Transcript)

    def _chapter_list(self, job: Job, done: Mapping[str, Done]) -> list[Chapter]:
        class Found(Struct):
            chapters: list[Chapter]

        raw = (self._folder(job, done, "chapters") / "chapters.json").read_bytes()
        return msgspec.json.decode(raw, type=Found).chapters

    def _item_list(self, job: Job, done: Mapping[str, Done]) -> list[Item]:
        class Found(Struct):
            items: list[Item]

        raw = (self._folder(job, done, "items") / "items.json").read_bytes()
        return msgspec.json.decode(raw, type=Found).items

    def _child_step(
        self, job: Job, verb: StepName, digest: str, work: Any, progress: Progress
    ) -> Done:
        command = (sys.executable, "-m", "recordings.child")

        def build(out: Path) -> None:
            nonlocal cpu_s
            _write(out / "job.json", work)
            cpu_s = self._child([*command, verb, str(out / "job.json"), str(out)], verb, progress)

        cpu_s = 0.0
        made = self._workshop(job).make(verb, digest, build)
        return Done(digest, cpu_s=cpu_s, was_kept=not made)

    def _transcripts_step(
        self, job: Job, verb: StepName, digest: str, work: Any, progress: Progress
    ) -> Done:
        def build(out: Path) -> None:
            nonlocal cpu_s
            _write(out / "job.json", work)
            result = out / f"{verb}.json"
            cpu_s = self._child(
                [*self._transcripts_command, verb, str(out / "job.json"), str(result)],
                verb, progress,
            )  # fmt: skip
            if not result.exists():
                raise StepFailed(f"{verb}: no result was written")

        cpu_s = 0.0
        made = self._workshop(job).make(verb, digest, build)
        return Done(digest, cpu_s=cpu_s, was_kept=not made)

    def _child(self, command: Sequence[str], verb: str, progress: Progress) -> float:
        error: list[str] = []

        def on_line(line: str) -> None:
            try:
                said = msgspec.json.decode(line)
            except msgspec.DecodeError:
                return
            if not isinstance(said, dict):
                return
            if "error" in said:
                cause = said["error"]
                error.append(str(cause.get("message") if isinstance(cause, dict) else cause))
            elif isinstance(said.get("progress"), int | float):
                progress(float(said["progress"]))

        root = Path(__file__).resolve().parent.parent
        finished = run(command, on_line=on_line, leads_group=True, cwd=root)
        if finished.status != 0:
            killed = f"stopped by signal {-finished.status}" if finished.status < 0 else ""
            raise StepFailed(
                error[-1] if error else killed or finished.error_tail[-600:] or f"{verb} failed"
            )
        return finished.cpu_s


def _write(path: Path, value: Any) -> None:
    path.write_bytes(msgspec.json.encode(value, order="deterministic"))


def _report(done: Mapping[str, Done]) -> dict[str, Any]:
    return {name: msgspec.to_builtins(one) for name, one in done.items()}
