"""The steps of the pipeline, without their durability: inputs → digest → result on disk.

Each takes what the steps before it gave (``Done`` by name) and returns its own. ``pipeline.py``
makes them durable and reports them; here is what they do.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct

from recordings import boards
from recordings.capture import scan_all
from recordings.child import AssembleJob, ComposeJob, RenderJob
from recordings.edit_list import board_id, slide_id
from recordings.facts import Facts, facts_of
from recordings.followers import Followers
from recordings.index_again import IndexAgain
from recordings.ports import IndexedRoom, Job, StepFailed
from recordings.pruning import prune
from recordings.publishing import Publisher
from recordings.renditions import Renditions
from recordings.room_index import INDEX_FORMAT, indexed_rooms
from recordings.slides import lines_of as slide_lines
from recordings.slides import picture_of
from recordings.speech_stages import SpeechStages
from recordings.stage_base import FORMAT, Done, Progress, report_of, write
from recordings.undrawn import with_undrawn
from recordings.workshop import digest_of
from server.domain.events import Event
from server.domain.recording_events import CaptureStarted, CaptureStopped
from server.domain.session import fold
from server.domain.session_events import SessionEnded
from server.schemas.jobs import StepName

_SEAL_PATIENCE_S = 15.0
_WRITER_IS_GONE_S = 4.0
"""the writer flushes every second; a file older than this has nobody who writes it"""
_POLL_S = 0.2
_PUBLISHED_FROM: tuple[StepName, ...] = ("seal", "merge", "chapters", "items", "renditions")


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


class Stages(SpeechStages):
    """All steps, by name."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.publisher = Publisher(self._store, self._folders)
        self.followers = Followers(self._store, self._log, self._folders, self.boards)
        self.index_again = IndexAgain(self._store, self._log, self._folders)

    def run(self, name: StepName, job: Job, done: Mapping[str, Done], progress: Progress) -> Done:
        step = getattr(self, f"_{name}")
        started, cpu_before = time.monotonic(), time.thread_time()
        result: Done = step(job, done, progress)
        return msgspec.structs.replace(
            result,
            cpu_s=round(result.cpu_s + time.thread_time() - cpu_before, 3),
            seconds=round(time.monotonic() - started, 3),
        )

    def prune(self, job: Job, done: Mapping[str, Done]) -> None:
        """After everything: what a later attempt makes again by itself."""
        prune(self._store, self._folders, job, done)

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
            write(out / "facts.json", facts)
            write(out / "captures.json", states)
            write(out / "unreadable.json", [str(error) for error in bad])

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
            "verify", digest, lambda out: write(out / "verified.json", result)
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
            version = self.publisher.publish_provisional(
                job, facts, folder, self._drawn(job, facts), digest, report_of(done)
            )
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
        facts = self._facts(job, done)
        version = self.publisher.publish_provisional(
            job, facts, self._folder(job, done, "assemble"), self._drawn(job, facts), digest,
            report_of(done),
        )  # fmt: skip
        if version is None:
            return Done(digest, detail="a finished version stays visible", was_kept=True)
        return Done(digest, detail=f"version {version}", counts={"version": version})

    # ---- pictures ----

    def _compose(self, job: Job, done: Mapping[str, Done], progress: Progress) -> Done:
        digest = digest_of("compose", FORMAT, done["assemble"].digest)
        folder = self._folder(job, done, "assemble")
        workshop = self._workshop(job)
        pieces = f"pieces-{digest}"
        if workshop.folder("compose", digest).exists():
            return Done(digest, was_kept=True)
        facts = self._facts(job, done)
        work = ComposeJob(
            str(folder), str(workshop.scratch(pieces)), facts.names(), self._stills(job, facts)
        )
        result = self._child_step(job, "compose", digest, work, progress)
        workshop.drop(pieces)
        return result

    def _stills(self, job: Job, facts: Facts) -> dict[str, str]:
        """Files by the name that the edit list has for them."""
        slides, drawn = self._folders.slides(job.session_id), self._drawn(job, facts)
        found = {
            slide_id(one.deck_id, one.page): picture_of(slides, one.deck_id, one.page)
            for one in facts.slides
        }
        for picture_id, shown in boards.standing(drawn, facts.boards).items():
            found[board_id(picture_id)] = boards.picture_of(drawn, shown)
        return {key: str(path) for key, path in found.items()}

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
        facts = self._facts(job, done)
        shown = [
            *slide_lines(self._folders.slides(job.session_id), facts.slides),
            *boards.lines_of(self._drawn(job, facts), facts.boards),
        ]
        rooms = self._indexed_rooms(job, done, facts)
        self._store.index(
            job.recording_id, transcript.segments, chapters, shown, rooms, INDEX_FORMAT
        )
        digest = digest_of("index", FORMAT, done["merge"].digest, done["chapters"].digest, shown)
        lines = len(transcript.segments) + len(chapters) + sum(len(room.lines) for room in rooms)
        return Done(digest, detail=f"{lines} lines")

    def _indexed_rooms(self, job: Job, done: Mapping[str, Done], facts: Facts) -> list[IndexedRoom]:
        """With those of sides whose notes have been opened so far; later, opening says so."""
        state = fold(job.session_id, self._log.events(job.session_id))
        opened = {key for key, one in state.debates.items() if one.are_notes_open}
        return indexed_rooms(
            self._assembled(job, done).rooms,
            self._said_in_rooms(job, done),
            self._chapters_in_rooms(job, done),
            self._drawn(job, facts),
            opened,
        )

    def _publish(self, job: Job, done: Mapping[str, Done], progress: Progress) -> Done:
        row = self._store.load(job.recording_id)
        digest = digest_of(
            "publish", FORMAT, {name: done[name].digest for name in _PUBLISHED_FROM},
            row.title if row is not None else "",
        )  # fmt: skip
        transcript = self._transcript(job, done)
        said = self._said_in_rooms(job, done)
        chapters = self._chapter_list(job, done)
        rendered = self._folder(job, done, "renditions")
        facts = self._facts(job, done)
        version = self.publisher.publish(
            job,
            with_undrawn(facts, self._folder(job, done, "compose")),
            self._folder(job, done, "assemble"),
            self._drawn(job, facts),
            rendered,
            msgspec.json.decode((rendered / "renditions.json").read_bytes(), type=Renditions),
            transcript,
            chapters,
            self._item_list(job, done),
            {
                "captions.vtt": self._texts.captions(transcript),
                "chapters.vtt": self._texts.chapter_cues(chapters),
                **{
                    f"rooms/{number}/captions.vtt": self._texts.captions(spoken)
                    for number, spoken in said.items()
                },
            },
            said,
            self._chapters_in_rooms(job, done),
            digest,
            report_of(done),
        )
        return Done(digest, detail=f"version {version}", counts={"version": version})
