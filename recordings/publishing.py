"""Version folders (docs/formats.md): built aside, renamed, and then pointed at.

A version's ``report.json`` holds the digest it was made from. A publication that runs again
finds the folder by it and only points at it once more, so a recording is published once.
"""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct

from recordings import boards
from recordings.assemble import Assembled
from recordings.edit_list import Epoch
from recordings.facts import Facts
from recordings.ports import (
    Folders,
    Job,
    Person,
    Published,
    PublishedStage,
    RecordingRow,
    RecordingsStore,
    StepFailed,
)
from recordings.renditions import Renditions
from recordings.slides import put_slides
from recordings.tracks import VideoTrack
from recordings.workshop import link_or_copy, place
from server.schemas.items import Item
from server.schemas.recordings import Chapter, Cut, RecordedRoom, Recording, RecordingSummary, Track
from server.schemas.transcripts import Transcript

_KEPT_VERSIONS = 2
"""the newest and the one before it, which open players may still read"""


class Report(Struct):
    digest: str
    stage: PublishedStage
    attempt: int
    steps: dict[str, Any]


class Publisher:
    def __init__(self, store: RecordingsStore, folders: Folders) -> None:
        self._store = store
        self._folders = folders

    def publish_provisional(
        self, job: Job, facts: Facts, assembled_folder: Path, drawn: Path, digest: str,
        report: dict[str, Any],
    ) -> int | None:  # fmt: skip
        """The tracks as they are with one mix, for a player that switches by the edit list;
        ``drawn`` has the pictures of the whiteboard.
        None when a finished version is there: it stays."""
        row = self._row(job)
        if row.version is not None:
            current = self._report(self._folders.version(job.recording_id, row.version))
            if current is not None and current.stage == "published":
                return None
        assembled = msgspec.json.decode(
            (assembled_folder / "assembled.json").read_bytes(), type=Assembled
        )
        epochs = msgspec.json.decode(
            (assembled_folder / "epochs.json").read_bytes(), type=list[Epoch]
        )

        def build(out: Path, version: int) -> None:
            for video in assembled.videos:
                link_or_copy(assembled_folder / video.path, out / "tracks" / video.path)
            link_or_copy(assembled_folder / assembled.mix_webm, out / "audio_mix.webm")
            _put_rooms(assembled, assembled_folder, out)
            base = _media(job, version)
            recording = self._recording(job, row, facts, version, [], None)
            recording.summary.stage = "provisional"
            recording.rooms = _rooms(assembled, base, {}, {}, drawn, out)
            self._put_stage(recording, job, facts, drawn, out)
            recording.audio_url = f"{base}/audio_mix.webm"
            recording.tracks = [
                _track(video, f"{base}/tracks/{video.path}") for video in assembled.videos
            ]
            recording.cuts = _cuts(epochs, facts.duration_ms)
            _write(out / "recording.json", recording)

        version = self._place(job, digest, "provisional", report, build)
        self._store.publish(
            job.recording_id,
            Published(version, "provisional", facts.duration_ms, None, _people(facts), 0),
        )
        self._store.notify(job.recording_id, job.attempt, "recording_provisional")
        return version

    def publish(
        self,
        job: Job,
        facts: Facts,
        assembled_folder: Path,
        drawn: Path,
        rendered: Path,
        renditions: Renditions,
        transcript: Transcript,
        chapters: Sequence[Chapter],
        items: Sequence[Item],
        texts: Mapping[str, str],
        said: Mapping[int, Transcript],
        in_rooms: Mapping[int, Sequence[Chapter]],
        digest: str,
        report: dict[str, Any],
    ) -> int:
        """``said`` and its chapters ``in_rooms``: by the number of the room, in the room's own
        time."""
        row = self._row(job)
        assembled = msgspec.json.decode(
            (assembled_folder / "assembled.json").read_bytes(), type=Assembled
        )

        def build(out: Path, version: int) -> None:
            _put_rooms(assembled, assembled_folder, out)
            for path in rendered.rglob("*"):
                if path.is_file() and path.name not in ("job.json", "renditions.json"):
                    link_or_copy(path, out / path.relative_to(rendered))
            for name, text in texts.items():
                (out / name).parent.mkdir(parents=True, exist_ok=True)
                (out / name).write_text(text, encoding="utf-8")
            base = _media(job, version)
            shown = [
                msgspec.structs.replace(chapter, thumbnail=f"{base}/{thumbnail}")
                for chapter, thumbnail in zip(chapters, renditions.thumbnails, strict=True)
            ]
            recording = self._recording(
                job, row, facts, version, shown, f"{base}/{renditions.thumbnail}"
            )
            recording.summary.stage = "published"
            recording.rooms = _rooms(assembled, base, said, in_rooms, drawn, out)
            for number, spoken in said.items():
                _write(out / "rooms" / str(number) / "transcript.json", spoken)
            self._put_stage(recording, job, facts, drawn, out)
            recording.hls_url = f"{base}/{renditions.master}"
            recording.download_url = f"/api/v1/recordings/{job.recording_id}/download"
            recording.captions_url = f"{base}/captions.vtt"
            recording.storyboard_url = f"{base}/{renditions.storyboard}"
            recording.language = transcript.language
            _write(out / "recording.json", recording)
            _write(out / "transcript.json", transcript)
            _write(out / "items.json", list(items))

        version = self._place(job, digest, "published", report, build)
        # The pointer last: it alone makes the version visible, the rest may be repeated.
        self._store.replace_items(job.recording_id, items)
        self._store.publish(
            job.recording_id,
            Published(
                version, "published", facts.duration_ms, renditions.thumbnail, _people(facts),
                len(chapters),
            ),
        )  # fmt: skip
        self._store.notify(job.recording_id, job.attempt, "recording_ready")
        self._prune(job, version)
        return version

    def _put_stage(
        self, recording: Recording, job: Job, facts: Facts, drawn: Path, out: Path
    ) -> None:
        """What stood on the stage: pages of slides, the whiteboard."""
        base = _media(job, recording.version)
        slides = self._folders.slides(job.session_id)
        recording.slides = put_slides(slides, facts.slides, out, base)
        recording.boards = boards.put_boards(drawn, facts.boards, out, base)
        recording.marks = sorted(
            [*recording.marks, *boards.marks_of(drawn, facts.boards)], key=lambda mark: mark.at_ms
        )

    def _row(self, job: Job) -> RecordingRow:
        row = self._store.load(job.recording_id)
        if row is None:
            raise StepFailed("The recording is not in the library any more.")
        return row

    def _recording(
        self, job: Job, row: RecordingRow, facts: Facts, version: int,
        chapters: list[Chapter], thumbnail: str | None,
    ) -> Recording:  # fmt: skip
        names = facts.names()
        summary = RecordingSummary(
            recording_id=job.recording_id,
            session_id=job.session_id,
            title=row.title,
            course_title=row.course_title,
            stage="provisional",
            recorded_at=row.recorded_at,
            duration_ms=facts.duration_ms,
            facilitator_names=list(row.facilitator_names),
            participant_count=len(facts.people),
            chapter_count=len(chapters),
            thumbnail=thumbnail,
            is_deleted=False,
            can_edit=False,
        )
        return Recording(
            summary=summary, version=version, hls_url=None, download_url=None,
            captions_url=None, audio_url=None, tracks=[], cuts=[], chapters=chapters,
            gaps=facts.gaps, marks=facts.marks, participant_names=names, language=None,
            storyboard_url=None,
        )  # fmt: skip

    def _report(self, folder: Path) -> Report | None:
        try:
            return msgspec.json.decode((folder / "report.json").read_bytes(), type=Report)
        except (OSError, msgspec.DecodeError, msgspec.ValidationError):
            return None

    def _versions(self, job: Job) -> dict[int, Path]:
        root = self._folders.recording(job.recording_id)
        return {
            int(path.name[1:]): path
            for path in root.glob("v*")
            if path.name[1:].isdecimal() and path.is_dir()
        }

    def _place(
        self, job: Job, digest: str, stage: PublishedStage, report: dict[str, Any], build: Any
    ) -> int:
        versions = self._versions(job)
        for version, path in versions.items():
            found = self._report(path)
            if found is not None and found.digest == digest:
                return version
        version = max(versions, default=0) + 1

        def whole(out: Path) -> None:
            build(out, version)
            _write(out / "report.json", Report(digest, stage, job.attempt, report))

        place(whole, self._folders.version(job.recording_id, version))
        return version

    def _prune(self, job: Job, newest: int) -> None:
        kept = sorted(self._versions(job))[-_KEPT_VERSIONS:]
        for version, path in self._versions(job).items():
            if version not in kept and version != newest:
                shutil.rmtree(path, ignore_errors=True)


def _put_rooms(assembled: Assembled, folder: Path, out: Path) -> None:
    for room in assembled.rooms:
        for path in (room.path, *(video.path for video in room.videos)):
            if path is not None:
                link_or_copy(folder / path, out / path)


def _rooms(
    assembled: Assembled, base: str, said: Mapping[int, Transcript],
    chapters: Mapping[int, Sequence[Chapter]], drawn: Path, out: Path,
) -> list[RecordedRoom]:  # fmt: skip
    """With pictures of their whiteboards, which lie with the room: not everybody may enter."""
    return [
        RecordedRoom(
            room.room_id, room.name, room.task, room.start_ms, room.end_ms,
            None if room.path is None else f"{base}/{room.path}", room.participant_ids,
            number=room.number,
            captions_url=f"{base}/rooms/{room.number}/captions.vtt"
            if room.number in said
            else None,
            tracks=[_track(video, f"{base}/{video.path}") for video in room.videos],
            cuts=_cuts(room.epochs, room.end_ms - room.start_ms),
            debate_id=room.debate_id, side=room.side, name_de=room.name_de, members=room.members,
            boards=boards.put_boards(
                drawn, room.boards, out / f"rooms/{room.number}", f"{base}/rooms/{room.number}"
            ),
            marks=boards.marks_of(drawn, room.boards),
            chapters=list(chapters.get(room.number, ())),
        )
        for room in assembled.rooms
    ]  # fmt: skip


def _track(video: VideoTrack, url: str) -> Track:
    return Track(
        video.track_id, video.participant_id, _kind(video.kind), url, video.start_ms, video.end_ms
    )


def _cuts(epochs: Sequence[Epoch], duration_ms: int) -> list[Cut]:
    return [
        Cut(epoch.start_ms, min(epoch.end_ms, duration_ms), epoch.main, epoch.inset)
        for epoch in epochs
        if epoch.start_ms < duration_ms
    ]


def _people(facts: Facts) -> tuple[Person, ...]:
    return tuple(Person(p.participant_id, p.name, p.role, None) for p in facts.people)


def _kind(kind: str) -> Any:
    return "screen" if kind == "screen" else "camera"


def _media(job: Job, version: int) -> str:
    return f"/api/v1/recordings/{job.recording_id}/media/{version}"


def _write(path: Path, value: Any) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(msgspec.json.encode(value, order="deterministic"))
