"""Routes of private bookmarks."""

from __future__ import annotations

from server.api.route import Ask, Route
from server.schemas import bookmarks as wire


async def list_bookmarks(ask: Ask) -> list[wire.Bookmark]:
    return await ask.services.bookmarks.mine(ask.caller, ask.path("recording_id"))


async def add_bookmark(ask: Ask) -> wire.Bookmark:
    return await ask.services.bookmarks.keep(ask.caller, ask.path("recording_id"), ask.body)


async def edit_bookmark(ask: Ask) -> wire.Bookmark:
    return await ask.services.bookmarks.edit(
        ask.caller, ask.path("recording_id"), ask.path("bookmark_id"), ask.body
    )


async def delete_bookmark(ask: Ask) -> None:
    await ask.services.bookmarks.delete(
        ask.caller, ask.path("recording_id"), ask.path("bookmark_id")
    )


ALL = "/recordings/{recording_id}/bookmarks"
ONE = ALL + "/{bookmark_id}"
ROUTES = (
    Route("GET", ALL, list_bookmarks, "watcher", answer=list[wire.Bookmark]),
    Route(
        "POST", ALL, add_bookmark, "watcher",
        body=wire.NewBookmark, answer=wire.Bookmark, status=201, conflicts=True,
    ),
    Route(
        "PATCH", ONE, edit_bookmark, "watcher", body=wire.EditBookmark, answer=wire.Bookmark
    ),
    Route("DELETE", ONE, delete_bookmark, "watcher"),
)  # fmt: skip
