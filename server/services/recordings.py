"""Recordings as people see them. Access is asked at every request, never frozen into files."""

from __future__ import annotations

import re
from pathlib import Path, PurePosixPath
from typing import Any, TypeVar

import msgspec

from server.domain.errors import Conflict, NotAllowed
from server.schemas.jobs import Job, Step, StepName
from server.schemas.recordings import (
    EditRecording,
    Notification,
    Recording,
    RecordingPage,
    RecordingSummary,
    WatchProgress,
)
from server.schemas.room_search import RoomHit
from server.schemas.transcripts import Transcript
from server.services.caller import Caller
from server.services.errors import not_found
from server.services.ports import Blobs, Clock, Library, Unit
from server.services.recording_rooms import Room, RoomAccess, marks_for, numbered
from server.services.records import RecordingQuery, RecordingRecord, Viewer

STEP_SHARES: dict[StepName, float] = {
    "seal": 0.01, "verify": 0.01, "assemble": 0.04, "provisional": 0.02, "transcribe": 0.40,
    "merge": 0.01, "chapters": 0.05, "items": 0.08, "compose": 0.26, "renditions": 0.10,
    "index": 0.01, "publish": 0.01,
}  # fmt: skip
"""The pipeline's order, and each step's usual part of the whole, for the estimate of the rest."""
MEDIA = re.compile(
    r"(hls|tracks|thumbs|rooms|slides|boards)/[\w./-]+|captions\.vtt|chapters\.vtt|audio_mix\.webm|storyboard\.\w+"
)
"""What players may fetch of a version folder; the rest holds keys and reports."""
MAX_WORDS = 8
MOST_ROOM_HITS = 50

Shape = TypeVar("Shape")


def viewer_of(caller: Caller) -> Viewer:
    """Raises NotSignedIn for a stranger without account and seat."""
    if caller.user is None and not caller.seats:
        caller.account()
    return caller.viewer


async def watchable(unit: Unit, caller: Caller, recording_id: str) -> RecordingRecord:
    """The one check of access to a recording, its media, captions, items and thumbnails."""
    viewer = viewer_of(caller)
    record = await unit.recordings.recording(recording_id)
    if record is None or not await unit.recordings.may_watch(recording_id, viewer):
        raise not_found("recording")
    summary = record.summary
    summary.can_edit = await unit.recordings.may_edit(recording_id, viewer)
    summary.thumbnail = media_url(recording_id, record.version, summary.thumbnail)
    return record


async def editable(unit: Unit, caller: Caller, recording_id: str) -> RecordingRecord:
    record = await watchable(unit, caller, recording_id)
    if not record.summary.can_edit:
        caller.account()
        raise NotAllowed("needs_facilitator", "Only the recording's facilitators may do this.")
    return record


def media_url(recording_id: str, version: int | None, path: str | None) -> str | None:
    if path is None or version is None:
        return None
    if path.startswith("/"):
        return path
    return f"/api/v1/recordings/{recording_id}/media/{version}/{path}"


class RecordingLibrary:
    def __init__(self, library: Library, blobs: Blobs, now: Clock, rooms: RoomAccess) -> None:
        self._library = library
        self._blobs = blobs
        self._now = now
        self._rooms = rooms

    # ---- lists ----

    async def page(
        self, caller: Caller, text: str, offset: int, limit: int, is_deleted: bool
    ) -> RecordingPage:
        viewer = viewer_of(caller)
        words = tuple(re.findall(r"\w+", text))[:MAX_WORDS]
        if text.strip() and not words:
            return RecordingPage([], 0)
        async with self._library.read() as unit:
            records, total = await unit.recordings.page(
                RecordingQuery(viewer, words, is_deleted, offset, limit)
            )
            for record in records:
                summary = record.summary
                summary.can_edit = await unit.recordings.may_edit(summary.recording_id, viewer)
                summary.thumbnail = media_url(
                    summary.recording_id, record.version, summary.thumbnail
                )
        return RecordingPage([record.summary for record in records], total)

    async def edit(
        self, caller: Caller, recording_id: str, body: EditRecording
    ) -> RecordingSummary:
        return await self._change(caller, recording_id, title=body.title)

    async def delete(self, caller: Caller, recording_id: str) -> None:
        """Out of every list and out of reach; the files stay, so that it can be undone."""
        await self._change(caller, recording_id, deleted_at=self._now())

    async def restore(self, caller: Caller, recording_id: str) -> RecordingSummary:
        return await self._change(caller, recording_id, deleted_at=None)

    async def _change(self, caller: Caller, recording_id: str, **values: Any) -> RecordingSummary:
        async with self._library.write() as unit:
            await editable(unit, caller, recording_id)
            await unit.recordings.change_recording(recording_id, **values)
            return (await watchable(unit, caller, recording_id)).summary

    # ---- one recording ----

    async def recording(self, caller: Caller, recording_id: str) -> Recording:
        record, raw, entered = await self._with_rooms(caller, recording_id)
        summary, version = record.summary, record.version

        def url(path: str | None) -> str | None:
            return media_url(recording_id, version, path)

        fields: dict[str, Any] = {
            "hls_url": None, "download_url": None, "captions_url": None, "audio_url": None,
            "storyboard_url": None, "language": None, "participant_names": {},
            "tracks": [], "cuts": [], "chapters": [], "gaps": [],
            **raw,
            "rooms": [
                {
                    **room,
                    "audio_url": url(room["audio_url"]),
                    "captions_url": url(room.get("captions_url")),
                    "tracks": [{**t, "url": url(t["url"])} for t in room.get("tracks", ())],
                }
                for room in entered
            ],
            "marks": marks_for(raw, entered),
            "summary": msgspec.to_builtins(summary),
            "version": version or 0,
        }  # fmt: skip
        for name in ("hls_url", "captions_url", "audio_url", "storyboard_url"):
            fields[name] = url(fields[name])
        if fields["download_url"] is not None:
            fields["download_url"] = f"/api/v1/recordings/{recording_id}/download"
        fields["tracks"] = [{**t, "url": url(t["url"])} for t in fields["tracks"]]
        fields["chapters"] = [
            {**c, "thumbnail": url(c.get("thumbnail"))} for c in fields["chapters"]
        ]
        return msgspec.convert(fields, Recording)

    async def _with_rooms(
        self, caller: Caller, recording_id: str
    ) -> tuple[RecordingRecord, dict[str, Any], list[Room]]:
        """With ``recording.json`` as it is, and the rooms of it the caller may enter."""
        viewer = viewer_of(caller)
        async with self._library.read() as unit:
            record = await watchable(unit, caller, recording_id)
            raw = self._json(record, "recording.json") or {}
            return record, raw, await self._rooms.entered(unit, record, viewer, numbered(raw))

    async def room_transcript(self, caller: Caller, recording_id: str, number: int) -> Transcript:
        """Empty where nothing was written down. Times are the room's own."""
        record, _, entered = await self._with_rooms(caller, recording_id)
        if all(room["number"] != number for room in entered):
            raise not_found("room")
        raw = self._json(record, f"rooms/{number}/transcript.json")
        if raw is None:
            return Transcript(segments=[], language=None, engine="", model="")
        return msgspec.convert(raw, Transcript)

    async def said_in_rooms(self, caller: Caller, recording_id: str, text: str) -> list[RoomHit]:
        """Where it was said in the rooms the caller may enter, the best first."""
        words = tuple(re.findall(r"\w+", text))[:MAX_WORDS]
        record, _, entered = await self._with_rooms(caller, recording_id)
        numbers = [room["number"] for room in entered]
        if not words or not numbers:
            return []
        async with self._library.read() as unit:
            return await unit.recordings.room_hits(
                record.summary.recording_id, viewer_of(caller), words, numbers, MOST_ROOM_HITS
            )

    async def transcript(self, caller: Caller, recording_id: str) -> Transcript:
        """Empty until there is one."""
        record = await self._watchable(caller, recording_id)
        raw = self._json(record, "transcript.json")
        if raw is None:
            return Transcript(segments=[], language=None, engine="", model="")
        return msgspec.convert(raw, Transcript)

    async def media(self, caller: Caller, recording_id: str, version: int, path: str) -> Path:
        record = await self._watchable(caller, recording_id)
        if record.version is None or not 0 < version <= record.version:
            raise not_found("file")
        if not MEDIA.fullmatch(path):
            raise not_found("file")
        if path.startswith("rooms/"):
            await self._check_room(caller, record, version, path.split("/")[1])
        return self._file(recording_id, version, path)

    async def _check_room(
        self, caller: Caller, record: RecordingRecord, version: int, number: str
    ) -> None:
        """By the version the file is of: rooms may be numbered otherwise in another one."""
        raw = self._read(record.summary.recording_id, version, "recording.json") or {}
        async with self._library.read() as unit:
            entered = await self._rooms.entered(unit, record, viewer_of(caller), numbered(raw))
        if all(str(room["number"]) != number for room in entered):
            raise not_found("file")

    async def download(self, caller: Caller, recording_id: str) -> tuple[Path, str]:
        """The file and the name to save it under."""
        record = await self._watchable(caller, recording_id)
        if record.version is None:
            raise not_found("file")
        path = self._file(recording_id, record.version, "download.mp4")
        title = re.sub(r"[^\w .,-]+", " ", record.summary.title).strip() or "recording"
        return path, f"{title}.mp4"

    async def _watchable(self, caller: Caller, recording_id: str) -> RecordingRecord:
        async with self._library.read() as unit:
            return await watchable(unit, caller, recording_id)

    def _file(self, recording_id: str, version: int, path: str) -> Path:
        if ".." in PurePosixPath(path).parts:
            raise not_found("file")
        found = self._blobs.local_path(f"recordings/{recording_id}/v{version}/{path}")
        if found is None:
            raise not_found("file")
        return found

    def _json(self, record: RecordingRecord, name: str) -> Any | None:
        if record.version is None:
            return None
        return self._read(record.summary.recording_id, record.version, name)

    def _read(self, recording_id: str, version: int, name: str) -> Any | None:
        path = self._blobs.local_path(f"recordings/{recording_id}/v{version}/{name}")
        return None if path is None else msgspec.json.decode(path.read_bytes())

    # ---- processing ----

    async def job(self, caller: Caller, recording_id: str) -> Job:
        async with self._library.read() as unit:
            return await self._job(unit, await watchable(unit, caller, recording_id))

    async def retry(self, caller: Caller, recording_id: str) -> Job:
        async with self._library.write() as unit:
            record = await editable(unit, caller, recording_id)
            if record.summary.stage != "failed":
                raise Conflict("not_failed", "Only what has failed can be tried again.")
            await unit.recordings.change_recording(
                recording_id,
                stage="processing",
                attempt=record.attempt + 1,
                failure=None,
                lease_owner=None,
                lease_until=None,
            )
            return await self._job(unit, await watchable(unit, caller, recording_id))

    async def _job(self, unit: Unit, record: RecordingRecord) -> Job:
        summary = record.summary
        known = {
            step.name: step
            for step in await unit.recordings.steps(summary.recording_id, record.attempt)
        }
        steps = [
            known.get(name) or Step(name, "waiting", 0.0, None, None, None, None, None)
            for name in STEP_SHARES
        ]
        if record.failure and all(step.state != "failed" for step in steps):
            # The attempt broke outside of any step: the cause still has to be seen.
            current = next((s for s in steps if s.state not in ("done", "skipped")), steps[-1])
            current.state, current.error = "failed", record.failure
        return Job(
            recording_id=summary.recording_id,
            stage=summary.stage,
            attempt=record.attempt,
            steps=steps,
            can_retry=summary.stage == "failed" and summary.can_edit,
            eta_s=self._eta_s(steps) if summary.stage in ("processing", "provisional") else None,
        )

    def _eta_s(self, steps: list[Step]) -> float | None:
        """From the pace so far; None while there is too little to go by."""
        starts = [step.started_at for step in steps if step.started_at is not None]
        part = sum(STEP_SHARES[step.name] * step.progress for step in steps)
        if not starts or part < 0.05:
            return None
        elapsed_s = (self._now() - min(starts)).total_seconds()
        return round(max(0.0, elapsed_s * (1 - part) / part), 1)

    # ---- watching ----

    async def watch_position(self, caller: Caller, recording_id: str) -> WatchProgress:
        async with self._library.read() as unit:
            await watchable(unit, caller, recording_id)
            position_ms = await unit.recordings.watch_position(recording_id, caller.viewer)
        return WatchProgress(position_ms or 0)

    async def set_watch_position(
        self, caller: Caller, recording_id: str, body: WatchProgress
    ) -> None:
        async with self._library.write() as unit:
            await watchable(unit, caller, recording_id)
            await unit.recordings.set_watch_position(
                recording_id, caller.viewer, body.position_ms, self._now()
            )

    async def notifications(self, caller: Caller) -> list[Notification]:
        user = caller.account()
        async with self._library.read() as unit:
            return [
                Notification(n.notification_id, n.kind, n.title, n.path, n.created_at, n.is_read)
                for n in await unit.recordings.notifications(user.user_id, 50)
            ]

    async def read_notification(self, caller: Caller, notification_id: str) -> None:
        user = caller.account()
        async with self._library.write() as unit:
            if not await unit.recordings.read_notification(
                notification_id, user.user_id, self._now()
            ):
                raise not_found("notification")
