"""Routes of the library: recordings, their media, jobs, items; notices."""

from __future__ import annotations

from typing import Annotated

from aiohttp import web
from msgspec import Meta, Struct

from server.api.given_file import disposition
from server.api.route import Ask, Route
from server.schemas.items import EditItem, Item, Respond, ResponseResult
from server.schemas.jobs import Job
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
from server.services.errors import not_found

MEDIA_TYPES = {
    ".m3u8": "application/vnd.apple.mpegurl",
    ".m4s": "video/iso.segment",
    ".mp4": "video/mp4",
    ".ts": "video/mp2t",
    ".vtt": "text/vtt; charset=utf-8",
    ".webm": "video/webm",
    ".webp": "image/webp",
}


class RoomsQuery(Struct, forbid_unknown_fields=True):
    q: Annotated[str, Meta(max_length=200)]


class RecordingFilter(Struct, forbid_unknown_fields=True):
    q: Annotated[str, Meta(max_length=200)] = ""
    offset: Annotated[int, Meta(ge=0, le=1_000_000)] = 0
    limit: Annotated[int, Meta(ge=1, le=100)] = 50
    deleted: bool = False


async def list_recordings(ask: Ask) -> RecordingPage:
    query: RecordingFilter = ask.query
    return await ask.services.recordings.page(
        ask.caller, query.q, query.offset, query.limit, query.deleted
    )


async def read_recording(ask: Ask) -> Recording:
    return await ask.services.recordings.recording(ask.caller, ask.path("recording_id"))


async def edit_recording(ask: Ask) -> RecordingSummary:
    return await ask.services.recordings.edit(ask.caller, ask.path("recording_id"), ask.body)


async def delete_recording(ask: Ask) -> None:
    await ask.services.recordings.delete(ask.caller, ask.path("recording_id"))


async def restore_recording(ask: Ask) -> RecordingSummary:
    return await ask.services.recordings.restore(ask.caller, ask.path("recording_id"))


async def recording_job(ask: Ask) -> Job:
    return await ask.services.recordings.job(ask.caller, ask.path("recording_id"))


async def retry_recording(ask: Ask) -> Job:
    return await ask.services.recordings.retry(ask.caller, ask.path("recording_id"))


async def recording_transcript(ask: Ask) -> Transcript:
    return await ask.services.recordings.transcript(ask.caller, ask.path("recording_id"))


async def room_transcript(ask: Ask) -> Transcript:
    number = ask.path("number")
    if not number.isascii() or not number.isdigit() or len(number) > 4:
        raise not_found("room")
    return await ask.services.recordings.room_transcript(
        ask.caller, ask.path("recording_id"), int(number)
    )


async def search_rooms(ask: Ask) -> list[RoomHit]:
    query: RoomsQuery = ask.query
    return await ask.services.recordings.said_in_rooms(
        ask.caller, ask.path("recording_id"), query.q
    )


async def recording_items(ask: Ask) -> list[Item]:
    return await ask.services.items.items(ask.caller, ask.path("recording_id"))


async def edit_item(ask: Ask) -> Item:
    return await ask.services.items.edit(
        ask.caller, ask.path("recording_id"), ask.path("item_id"), ask.body
    )


async def respond(ask: Ask) -> ResponseResult:
    return await ask.services.items.respond(
        ask.caller, ask.path("recording_id"), ask.path("item_id"), ask.body
    )


async def read_progress(ask: Ask) -> WatchProgress:
    return await ask.services.recordings.watch_position(ask.caller, ask.path("recording_id"))


async def write_progress(ask: Ask) -> None:
    await ask.services.recordings.set_watch_position(ask.caller, ask.path("recording_id"), ask.body)


async def recording_media(ask: Ask) -> web.StreamResponse:
    """Byte ranges, ETag and If-Range are the file response's own. Never cached without asking
    again: access may have been taken away."""
    version = ask.path("version")
    if not version.isascii() or not version.isdigit() or len(version) > 9:
        raise not_found("file")
    path = await ask.services.recordings.media(
        ask.caller, ask.path("recording_id"), int(version), ask.path("path")
    )
    headers = {"Cache-Control": "private, no-cache"}
    if media_type := MEDIA_TYPES.get(path.suffix):
        headers["Content-Type"] = media_type
    return web.FileResponse(path, headers=headers)


async def download_recording(ask: Ask) -> web.StreamResponse:
    path, name = await ask.services.recordings.download(ask.caller, ask.path("recording_id"))
    return web.FileResponse(
        path,
        headers={
            "Cache-Control": "private, no-cache",
            "Content-Type": "video/mp4",
            "Content-Disposition": disposition(name, is_shown=False, otherwise="recording.mp4"),
        },
    )


async def list_notifications(ask: Ask) -> list[Notification]:
    return await ask.services.recordings.notifications(ask.caller)


async def read_notification(ask: Ask) -> None:
    await ask.services.recordings.read_notification(ask.caller, ask.path("notification_id"))


ONE = "/recordings/{recording_id}"
ROUTES = (
    Route(
        "GET", "/recordings", list_recordings, "user",
        query=RecordingFilter, answer=RecordingPage,
    ),
    Route("GET", ONE, read_recording, "watcher", answer=Recording),
    Route(
        "PATCH", ONE, edit_recording, "editor",
        body=EditRecording, answer=RecordingSummary,
    ),
    Route("DELETE", ONE, delete_recording, "editor"),
    Route("POST", f"{ONE}/restore", restore_recording, "editor", answer=RecordingSummary),
    Route("GET", f"{ONE}/job", recording_job, "watcher", answer=Job),
    Route("POST", f"{ONE}/retry", retry_recording, "editor", answer=Job, conflicts=True),
    Route("GET", f"{ONE}/transcript", recording_transcript, "watcher", answer=Transcript),
    Route(
        "GET", ONE + "/rooms/{number}/transcript", room_transcript, "watcher",
        answer=Transcript,
    ),
    Route(
        "GET", f"{ONE}/rooms/search", search_rooms, "watcher",
        query=RoomsQuery, answer=list[RoomHit],
    ),
    Route("GET", f"{ONE}/items", recording_items, "watcher", answer=list[Item]),
    Route(
        "PATCH", ONE + "/items/{item_id}", edit_item, "editor",
        body=EditItem, answer=Item, conflicts=True,
    ),
    Route(
        "POST", ONE + "/items/{item_id}/responses", respond, "watcher",
        body=Respond, answer=ResponseResult, conflicts=True,
    ),
    Route("GET", f"{ONE}/progress", read_progress, "watcher", answer=WatchProgress),
    Route("PUT", f"{ONE}/progress", write_progress, "watcher", body=WatchProgress),
    Route(
        "GET", ONE + "/media/{version}/{path:.+}", recording_media, "watcher",
        media="application/octet-stream",
    ),
    Route("GET", f"{ONE}/download", download_recording, "watcher", media="video/mp4"),
    Route("GET", "/notifications", list_notifications, "user", answer=list[Notification]),
    Route("POST", "/notifications/{notification_id}/read", read_notification, "user"),
)  # fmt: skip
