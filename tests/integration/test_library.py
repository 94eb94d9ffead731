"""Recordings over HTTP: search, rename, delete, watch, review, answer, retry."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
import pytest
from sqlalchemy import insert, text

from recordings.ports import Person as RecordedPerson
from recordings.ports import Published
from server.schemas.items import Item, Option
from server.schemas.recordings import Chapter
from server.schemas.transcripts import Segment, Word
from server.storage import tables as t
from server.storage.engines import sync_engine
from server.storage.recordings_store import RecordingsStore
from tests.house import House, Person, open_house

ITEM = Item(
    "i1", "draft", "Who printed with movable type?",
    [Option("a", "Gutenberg", True, "Yes: 1450."), Option("b", "Caxton", False, "Later.")],
    "Gutenberg printed with movable type.", 1000, 3000, None, "fact",
)  # fmt: skip


@dataclass(slots=True)
class World:
    house: House
    fay: Person
    bo: Person
    cy: Person
    session_id: str
    store: RecordingsStore


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    """Fay's published recording ``r1``, which Bo took part in and Cy did not."""
    async with open_house(tmp_path) as house:
        fay = await house.person("fay", "facilitator")
        bo, cy = await house.person("bo"), await house.person("cy")
        session_id = await house.session(fay, title="The press")
        await fay.json("POST", f"/sessions/{session_id}/members", {"email": "bo@example.org"}, 201)
        seat = await house.seat(bo, session_id)
        async with house.library.write() as unit:
            await unit.recordings.add_recording(
                {
                    "recording_id": "r1",
                    "session_id": session_id,
                    "title": "The press",
                    "stage": "processing",
                    "recorded_at": house.clock(),
                    "created_at": house.clock(),
                }
            )
        engine = sync_engine(house.data / "library.db")
        store = RecordingsStore(engine, house.clock)
        store.publish(
            "r1",
            Published(
                1, "published", 60_000, "thumbs/0.webp",
                (RecordedPerson(seat.participant_id, "Bo", "learner", seat.user_id),), 1,
            ),
        )  # fmt: skip
        store.replace_items("r1", [ITEM])
        words = [Word(1000 + n, 1001 + n, w, 0.9) for n, w in enumerate(SPOKEN.split())]
        store.index(
            "r1",
            [Segment("g1", "p", "Fay", 1000, 3000, words)],
            [Chapter("c1", 0, 60_000, "From scroll to book", None, ["Fay"])],
        )
        _write_version(house.data / "recordings" / "r1" / "v1")
        yield World(house, fay, bo, cy, session_id, store)
        engine.dispose()


SPOKEN = "Gutenberg printed with movable <b>types</b> & ink."


def _write_version(folder: Path) -> None:
    (folder / "hls").mkdir(parents=True)
    (folder / "hls" / "master.m3u8").write_text("#EXTM3U\n")
    (folder / "download.mp4").write_bytes(bytes(range(256)) * 16)
    (folder / "items.json").write_text("[]")
    (folder / "captions.vtt").write_text("WEBVTT\n")
    (folder / "transcript.json").write_text(
        json.dumps({"segments": [], "language": "en", "engine": "e", "model": "m"})
    )
    (folder / "recording.json").write_text(
        json.dumps(
            {
                "hls_url": "hls/master.m3u8",
                "download_url": "download.mp4",
                "captions_url": "/api/v1/recordings/r1/media/1/captions.vtt",
                "tracks": [],
                "chapters": [
                    {
                        "chapter_id": "c1", "start_ms": 0, "end_ms": 60_000, "title": "Press",
                        "thumbnail": "thumbs/1.webp", "speaker_names": ["Fay"],
                    }
                ],
                "language": "en",
            }
        )
    )  # fmt: skip


async def found(person: Person, words: str) -> list[Any]:
    answer = await person.ask("GET", "/recordings", params={"q": words})
    assert answer.status == 200, await answer.text()
    return (await answer.json())["recordings"]


async def test_search_finds_what_was_said_and_marks_it(world: World) -> None:
    [hit] = await found(world.bo, "movable type")
    assert hit["snippet_at_ms"] == 1000
    assert hit["snippet"] == (
        "Gutenberg printed with <mark>movable</mark> &lt;b&gt;<mark>types</mark>"
        "&lt;/b&gt; &amp; ink."
    )
    assert [r["recording_id"] for r in await found(world.bo, "scroll")] == ["r1"]
    assert [r["snippet"] for r in await found(world.bo, "pres")] == [None]
    assert await found(world.bo, "zebra") == []
    assert await found(world.cy, "movable") == []


@pytest.mark.parametrize("words", ['"', "NEAR(", "a OR b*", "-x:y", "col:movable", "100%_", "!!"])
async def test_search_takes_any_text(world: World, words: str) -> None:
    await found(world.bo, words)


async def test_addresses_in_the_recording_are_absolute(world: World) -> None:
    recording = await world.bo.json("GET", "/recordings/r1")
    media = "/api/v1/recordings/r1/media/1/"
    assert recording["hls_url"] == media + "hls/master.m3u8"
    assert recording["captions_url"] == media + "captions.vtt"
    assert recording["download_url"] == "/api/v1/recordings/r1/download"
    assert recording["chapters"][0]["thumbnail"] == media + "thumbs/1.webp"
    assert recording["summary"]["thumbnail"] == media + "thumbs/0.webp"
    assert recording["summary"]["can_edit"] is False
    assert (recording["version"], recording["language"]) == (1, "en")


async def test_media_answers_byte_ranges(world: World) -> None:
    answer = await world.bo.ask("GET", "/recordings/r1/download", headers={"Range": "bytes=10-19"})
    assert answer.status == 206
    assert answer.headers["Content-Range"] == "bytes 10-19/4096"
    assert await answer.read() == bytes(range(10, 20))
    assert 'filename="The press.mp4"' in answer.headers["Content-Disposition"]
    beyond = await world.bo.ask("GET", "/recordings/r1/download", headers={"Range": "bytes=9999-"})
    assert beyond.status == 416
    playlist = await world.bo.ask("GET", "/recordings/r1/media/1/hls/master.m3u8")
    assert playlist.content_type == "application/vnd.apple.mpegurl"
    assert playlist.headers["Cache-Control"] == "private, no-cache"
    tag = {"If-None-Match": playlist.headers["ETag"]}
    again = await world.bo.ask("GET", "/recordings/r1/media/1/hls/master.m3u8", headers=tag)
    assert again.status == 304


@pytest.mark.parametrize(
    "path",
    [
        "1/items.json", "1/report.json", "1/recording.json", "1/hls/../items.json",
        "1/hls/%2e%2e/items.json", "1/hls/..%2f..%2f..%2fsecrets/cookie.key", "2/captions.vtt",
        "0/captions.vtt", "x/captions.vtt", "1/hls/%00", "1//etc/passwd", "1/hls/.hidden",
    ],
)  # fmt: skip
async def test_nothing_but_media_is_served(world: World, path: str) -> None:
    from yarl import URL

    address = world.house.server.make_url("/api/v1/recordings/r1/media/")
    answer = await world.bo.client.session.get(URL(f"{address}{path}", encoded=True))
    assert answer.status in (400, 404)
    assert "error" in await answer.json()


async def test_a_deleted_recording_is_out_of_reach_until_restored(world: World) -> None:
    await world.fay.json("PATCH", "/recordings/r1", {"title": "Movable type"})
    await world.fay.json("DELETE", "/recordings/r1", status=204)
    for path in ("", "/transcript", "/items", "/download", "/media/1/captions.vtt"):
        assert await world.bo.refused("GET", f"/recordings/r1{path}") == (404, "not_found")
    assert (await world.bo.json("GET", "/recordings"))["total"] == 0
    assert (await world.bo.json("GET", "/recordings?deleted=true"))["total"] == 0
    [gone] = (await world.fay.json("GET", "/recordings?deleted=true"))["recordings"]
    assert (gone["title"], gone["is_deleted"], gone["can_edit"]) == ("Movable type", True, True)
    await world.fay.json("POST", "/recordings/r1/restore")
    assert (await world.bo.json("GET", "/recordings/r1"))["summary"]["title"] == "Movable type"


async def test_learners_see_accepted_items_and_the_key_after_answering(world: World) -> None:
    items, item = "/recordings/r1/items", "/recordings/r1/items/i1"
    assert await world.bo.json("GET", items) == []
    assert await world.bo.refused("POST", f"{item}/responses", {"option_id": "a"}) == (
        404,
        "not_found",
    )
    await world.fay.json("PATCH", item, {"state": "accepted"})
    [shown] = await world.bo.json("GET", items)
    assert shown["evidence"] == ""
    assert [(o["is_key"], o["feedback"]) for o in shown["options"]] == [(None, None)] * 2
    assert await world.bo.refused("POST", f"{item}/responses", {"option_id": "z"}) == (
        400,
        "unknown_option",
    )
    result = await world.bo.json("POST", f"{item}/responses", {"option_id": "b"})
    assert (result["is_right"], result["key_option_id"], result["feedback"]) == (
        False,
        "a",
        "Later.",
    )
    assert result["evidence_start_ms"] == 1000
    result = await world.bo.json("POST", f"{item}/responses", {"option_id": "a"})
    assert result["is_right"] is True
    [shown] = await world.bo.json("GET", items)
    assert [o["is_key"] for o in shown["options"]] == [True, False]
    with world.store._engine.connect() as connection:
        rows = connection.execute(text("SELECT attempt, is_right FROM responses ORDER BY attempt"))
        assert [tuple(row) for row in rows] == [(1, 0), (2, 1)]


async def test_reviewers_edit_items_within_the_rules(world: World) -> None:
    item = "/recordings/r1/items/i1"
    edited = await world.fay.json(
        "PATCH", item, {"stem": "Who was first?", "options": ["Caxton", "Gutenberg"], "key": 1}
    )
    assert edited["stem"] == "Who was first?"
    assert [(o["option_id"], o["is_key"]) for o in edited["options"]] == [
        ("b", False),
        ("a", True),
    ]
    for body, code in (
        ({"options": ["One"]}, "option_count"),
        ({"options": ["One", "one"]}, "options_alike"),
        ({"key": 5}, "key_missing"),
        ({"stem": "   "}, "empty_stem"),
    ):
        assert await world.fay.refused("PATCH", item, body) == (400, code)
    world.store.replace_items("r1", [ITEM])
    [kept] = await world.fay.json("GET", "/recordings/r1/items")
    assert kept["stem"] == "Who was first?"


async def test_a_failed_job_shows_its_cause_and_can_be_retried(world: World) -> None:
    job = "/recordings/r1/job"
    assert await world.fay.refused("POST", "/recordings/r1/retry") == (409, "not_failed")
    assert not world.store.fail("r1", 1, "Too late: it is published.")
    engine = sync_engine(world.house.data / "library.db")
    with engine.begin() as connection:
        connection.execute(text("UPDATE recordings SET stage = 'provisional'"))
    engine.dispose()
    assert world.store.fail("r1", 1, "The disk is full.")
    told = await world.fay.json("GET", job)
    assert (told["stage"], told["can_retry"]) == ("failed", True)
    assert [s["error"] for s in told["steps"] if s["state"] == "failed"] == ["The disk is full."]
    assert (await world.bo.json("GET", job))["can_retry"] is False
    again = await world.fay.json("POST", "/recordings/r1/retry")
    assert (again["stage"], again["attempt"], again["can_retry"]) == ("processing", 2, False)
    assert [j.attempt for j in world.store.pending_jobs()] == [2]
    # The last good version stays watchable meanwhile.
    assert (await world.bo.json("GET", "/recordings/r1"))["version"] == 1


async def test_a_notice_waits_until_it_is_read(world: World) -> None:
    world.store.notify("r1", 1, "recording_ready")
    [notice] = await world.bo.json("GET", "/notifications")
    assert (notice["kind"], notice["path"], notice["is_read"]) == (
        "recording_ready",
        "/recordings/r1",
        False,
    )
    path = f"/notifications/{notice['notification_id']}/read"
    assert await world.fay.refused("POST", path) == (404, "not_found")
    await world.bo.json("POST", path, status=204)
    await world.bo.json("POST", path, status=204)
    assert [n["is_read"] for n in await world.bo.json("GET", "/notifications")] == [True]


async def test_watching_goes_on_where_it_stopped(world: World) -> None:
    path = "/recordings/r1/progress"
    assert await world.bo.json("GET", path) == {"position_ms": 0}
    for position_ms in (100, 4200):
        await world.bo.json("PUT", path, {"position_ms": position_ms}, 204)
    assert await world.bo.json("GET", path) == {"position_ms": 4200}
    assert await world.fay.json("GET", path) == {"position_ms": 0}


async def test_BM1_everybody_keeps_bookmarks_of_their_own(world: World) -> None:
    path = "/recordings/r1/bookmarks"
    late = await world.bo.json("POST", path, {"at_ms": 4000, "note": " Why linen? "}, 201)
    early = await world.bo.json("POST", path, {"at_ms": 1000}, 201)
    assert (late["note"], early["note"]) == ("Why linen?", "")
    assert await world.bo.json("GET", path) == [early, late]
    # Not the facilitator's business, and nobody finds them by their id.
    assert await world.fay.json("GET", path) == []
    one = f"{path}/{late['bookmark_id']}"
    assert await world.fay.refused("PATCH", one, {"note": "x"}) == (404, "not_found")
    assert await world.fay.refused("DELETE", one) == (404, "not_found")
    changed = await world.bo.json("PATCH", one, {"note": "Linen and rags"})
    assert changed == {**late, "note": "Linen and rags"}
    await world.bo.json("DELETE", one, status=204)
    assert await world.bo.refused("DELETE", one) == (404, "not_found")
    assert await world.bo.json("GET", path) == [early]


async def test_BM2_bookmarks_are_out_of_reach_with_their_recording(world: World) -> None:
    path = "/recordings/r1/bookmarks"
    await world.bo.json("POST", path, {"at_ms": 1000}, 201)
    assert await world.cy.refused("GET", path) == (404, "not_found")
    assert await world.cy.refused("POST", path, {"at_ms": 1}) == (404, "not_found")
    await world.fay.json("DELETE", "/recordings/r1", status=204)
    assert await world.bo.refused("GET", path) == (404, "not_found")
    await world.fay.json("POST", "/recordings/r1/restore")
    assert len(await world.bo.json("GET", path)) == 1


@pytest.mark.parametrize(
    "body",
    [{}, {"at_ms": -1}, {"at_ms": "1"}, {"at_ms": 1, "note": "x" * 501}, {"at_ms": 1, "who": "x"}],
)
async def test_BM3_a_bookmark_must_make_sense(world: World, body: dict[str, Any]) -> None:
    assert (await world.bo.refused("POST", "/recordings/r1/bookmarks", body))[0] == 400


async def test_BM3_there_are_at_most_two_hundred_of_one(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("server.services.bookmarks.MOST_OF_ONE", 2)
    path = "/recordings/r1/bookmarks"
    for _ in range(2):
        await world.bo.json("POST", path, {"at_ms": 1}, 201)
    assert await world.bo.refused("POST", path, {"at_ms": 1}) == (409, "too_many_bookmarks")


async def test_pages_of_the_list(world: World) -> None:
    with world.store._engine.begin() as connection:
        for number in range(2, 6):
            connection.execute(
                insert(t.sessions).values(
                    session_id=f"s{number}", title="T", created_by=_id(world.fay),
                    created_at=world.house.clock(),
                )
            )  # fmt: skip
            connection.execute(
                insert(t.session_members).values(
                    session_id=f"s{number}", user_id=_id(world.fay), role="facilitator",
                    added_at=world.house.clock(),
                )
            )  # fmt: skip
            connection.execute(
                insert(t.recordings).values(
                    recording_id=f"r{number}", session_id=f"s{number}", title="T",
                    stage="published", recorded_at=world.house.clock(),
                    created_at=world.house.clock(),
                )
            )  # fmt: skip
    page = await world.fay.json("GET", "/recordings?limit=2&offset=4")
    assert page["total"] == 5
    assert len(page["recordings"]) == 1
    for bad in ("limit=0", "limit=101", "offset=-1", "deleted=perhaps", "colour=red"):
        assert (await world.fay.refused("GET", f"/recordings?{bad}"))[0] == 400


def _id(person: Person) -> str:
    assert person.user is not None
    return msgspec.to_builtins(person.user)["user_id"]
