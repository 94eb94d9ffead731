"""MA over HTTP: links and files to look at before class, and who has."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from server.domain import commands as c
from server.services.materials import MOST
from tests.house import API, House, Person, open_house

PDF = b"%PDF-1.7\n" + b"x" * 100


@pytest.fixture
async def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[House]:
    """Nobody here has a socket, and nobody is away for the lack of one."""
    async with open_house(tmp_path) as house:
        monkeypatch.setattr(house.composition.hub.socket, "gone", lambda _: [])
        yield house


async def upload(who: Person, one: str, name: str, data: bytes) -> tuple[int, dict[str, object]]:
    answer = await who.client.post(f"{API}{one}/materials/files", params={"name": name}, data=data)
    return answer.status, await answer.json()


async def test_MA1_links_and_files_are_given_ordered_renamed_and_taken_away(house: House) -> None:
    teacher = await house.person("teacher", "facilitator")
    session_id = await house.session(teacher)
    one = f"/sessions/{session_id}"
    link = await teacher.json(
        "POST", f"{one}/materials/links", {"title": "Source", "url": "https://example.org/a"}, 201
    )
    status, file = await upload(teacher, one, "Chapter 3.pdf", PDF)
    assert (status, file["title"], file["media_type"]) == (201, "Chapter 3", "application/pdf")
    ids = [file["material_id"], link["material_id"]]
    await teacher.json("PUT", f"{one}/materials/order", {"material_ids": ids}, 204)
    stale = {"material_ids": ids[:1]}
    assert await teacher.refused("PUT", f"{one}/materials/order", stale) == (409, "plan_changed")
    await teacher.json("PATCH", f"{one}/materials/{ids[1]}", {"title": "The source"}, 204)
    listed = await teacher.json("GET", f"{one}/materials")
    assert [m["title"] for m in listed] == ["Chapter 3", "The source"]
    assert listed[1]["url"] == "https://example.org/a"
    blob = house.data / "materials" / session_id / str(ids[0])
    assert blob.read_bytes() == PDF
    await teacher.json("DELETE", f"{one}/materials/{ids[0]}", status=204)
    assert not blob.exists()
    bad = {"title": "No", "url": "http://example.org/"}
    assert await teacher.refused("POST", f"{one}/materials/links", bad) == (400, "bad_link")
    for _ in range(MOST - 1):
        again = {"title": "x", "url": "https://example.org/"}
        await teacher.json("POST", f"{one}/materials/links", again, 201)
    assert (await upload(teacher, one, "a.txt", b"text"))[0] == 409


async def test_MA3_what_is_no_material_leaves_nothing(house: House) -> None:
    teacher = await house.person("teacher", "facilitator")
    session_id = await house.session(teacher)
    one = f"/sessions/{session_id}"
    for name, data, code in (
        ("a.pdf", b"MZ\x90\0" + b"\0" * 40, "material_type_refused"),
        ("empty.txt", b"", "material_empty"),
    ):
        status, body = await upload(teacher, one, name, data)
        assert (status, body["error"]["code"]) == (400, code)  # type: ignore[index]
    assert await teacher.json("GET", f"{one}/materials") == []
    folder = house.data / "materials" / session_id
    assert not folder.exists() or list(folder.iterdir()) == []


async def test_MA4_files_are_served_so_that_nothing_in_them_runs(house: House) -> None:
    teacher = await house.person("teacher", "facilitator")
    session_id = await house.session(teacher)
    guest = await house.guest(teacher, session_id)
    one = f"/sessions/{session_id}"
    _, pdf = await upload(teacher, one, "Übung.pdf", PDF)
    _, text = await upload(teacher, one, "evil.html", b"<script>alert(1)</script>")
    for file, disposition, media_type in (
        (pdf, "attachment", "application/pdf"),
        (text, "inline", "text/plain; charset=utf-8"),
    ):
        answer = await guest.client.get(str(file["url"]))
        assert answer.status == 200
        assert answer.headers["Content-Type"] == media_type
        assert answer.headers["Content-Disposition"].startswith(disposition)
        assert "sandbox" in answer.headers["Content-Security-Policy"]
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert "no-cache" in answer.headers["Cache-Control"]
    stranger, outsider = await house.stranger(), await house.person("outsider")
    assert (await stranger.client.get(str(pdf["url"]))).status == 401
    assert (await outsider.client.get(str(pdf["url"]))).status == 404
    await house.do(teacher, session_id, c.Join(), c.StartSession())
    await house.do(guest, session_id, c.Join())
    seat = await house.seat(guest, session_id)
    await house.do(teacher, session_id, c.Remove(seat.participant_id))
    assert (await guest.client.get(str(pdf["url"]))).status == 403, "shut out"


async def test_MA5_each_ticks_for_themselves_and_the_facilitator_sees_it(house: House) -> None:
    teacher = await house.person("teacher", "facilitator")
    learner = await house.person("learner")
    session_id = await house.session(teacher)
    one = f"/sessions/{session_id}"
    await teacher.json("POST", f"{one}/members", {"email": "learner@example.org"}, 201)
    guest = await house.guest(teacher, session_id, "Gil")
    body = {"title": "Source", "url": "https://example.org/"}
    made = await teacher.json("POST", f"{one}/materials/links", body, 201)
    mark = f"{one}/materials/{made['material_id']}/mark"

    async def marks(who: Person) -> tuple[bool, bool]:
        (seen,) = await who.json("GET", f"{one}/materials")
        return seen["seen_at"] is not None, seen["done_at"] is not None

    assert await marks(learner) == (False, False)
    await learner.json("PUT", mark, {"mark": "seen"}, 204)
    assert await marks(learner) == (True, False)
    await learner.json("PUT", mark, {"mark": "done"}, 204)
    await learner.json("PUT", mark, {"mark": "seen"}, 204)
    assert await marks(learner) == (True, True), "opening again takes no tick back"
    await guest.json("PUT", mark, {"mark": "done"}, 204)
    await guest.json("PUT", mark, {"mark": "not_done"}, 204)
    assert await marks(guest) == (True, False)
    (listed,) = await learner.json("GET", "/sessions")
    assert (listed["material_count"], listed["material_done_count"]) == (1, 1)
    progress = await teacher.json("GET", f"{one}/materials/progress")
    assert [
        (p["name"], p["is_guest"], [m["done_at"] is not None for m in p["marks"]]) for p in progress
    ] == [("Learner", False, [True]), ("Gil", True, [False])]
    assert (await learner.refused("GET", f"{one}/materials/progress"))[0] == 403
