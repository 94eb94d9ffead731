"""SL: from an upload to the pages that people see, over HTTP and the socket."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from server.domain import commands as c
from server.domain import slides_commands as sc
from server.services.slides import LARGEST_UPLOAD
from server.slides.convert import ConvertedPage, Converter, workshop
from server.storage import tables as t
from tests.house import House, Person, open_house
from tests.slides_files import LECTURE


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    async with open_house(tmp_path) as house:
        yield house


async def begun(house: House) -> tuple[Person, Person, str]:
    teacher = await house.person("teacher", "facilitator")
    session_id = await house.session(teacher)
    await house.lead(teacher, session_id, c.StartSession())
    learner = await house.guest(teacher, session_id)
    await house.do(learner, session_id, c.Join())
    return teacher, learner, session_id


async def send(person: Person, session_id: str, content: Any, name: str = "My slides.pdf") -> Any:
    path = f"/api/v1/sessions/{session_id}/slides"
    return await person.client.post(path, params={"name": name}, data=content)


async def ended(person: Person, session_id: str, upload_id: str) -> dict[str, Any]:
    path = f"/sessions/{session_id}/slides/uploads/{upload_id}"
    while (said := await person.json("GET", path))["state"] in ("waiting", "converting"):
        await asyncio.sleep(0.02)
    return said


async def uploaded(person: Person, session_id: str, content: bytes = LECTURE) -> dict[str, Any]:
    answer = await send(person, session_id, content)
    assert answer.status == 201, await answer.text()
    return await ended(person, session_id, (await answer.json())["upload_id"])


async def deck_of(house: House, session_id: str) -> Any:
    state = await house.composition.hub.session_state(session_id)
    (deck,) = state.decks.values()
    return deck


async def test_SL1_an_upload_becomes_a_deck_of_its_facilitators(house: House) -> None:
    teacher, learner, session_id = await begun(house)
    done = await uploaded(teacher, session_id)
    assert (done["state"], done["page_count"], done["pages_done"]) == ("done", 3, 3)
    deck = await deck_of(house, session_id)
    assert (deck.deck_id, deck.name) == (done["deck_id"], "My slides")
    assert deck.titles == ("Printing", "Movable type", "Paper")
    path = f"/sessions/{session_id}/slides/{deck.deck_id}"
    told = await teacher.json("GET", path)
    assert told["pages"][0]["notes"] == "Ask who has seen a press"
    assert "B) the type" in told["pages"][0]["text"]
    assert await learner.refused("GET", path) == (404, "not_found")
    assert await learner.refused("GET", f"{path}/1/page") == (404, "not_found")
    picture = await teacher.ask("GET", f"{path}/2/thumb")
    assert picture.headers["Content-Type"] == "image/webp"
    assert picture.headers["X-Content-Type-Options"] == "nosniff"
    assert (await picture.read())[8:12] == b"WEBP"


async def test_SL3_learners_see_what_was_shown_and_no_notes(house: House) -> None:
    teacher, learner, session_id = await begun(house)
    done = await uploaded(teacher, session_id)
    path = f"/sessions/{session_id}/slides/{done['deck_id']}"
    await house.lead(teacher, session_id, sc.PresentDeck(done["deck_id"], 2))
    told = await learner.json("GET", path)
    assert [(page["number"], page["notes"]) for page in told["pages"]] == [(2, "")]
    assert (await learner.ask("GET", f"{path}/2/page")).status == 200
    assert await learner.refused("GET", f"{path}/1/page") == (404, "not_found")
    await house.lead(teacher, session_id, sc.LetBrowse(True))
    assert (await learner.ask("GET", f"{path}/1/page")).status == 200
    assert len((await learner.json("GET", path))["pages"]) == 3
    for wrong in ("0/page", "4/page", "x/page", "1/source", "99999/page"):
        assert await learner.refused("GET", f"{path}/{wrong}") == (404, "not_found")
    await house.lead(teacher, session_id, c.EndSession())
    assert (await learner.ask("GET", f"{path}/1/page")).status == 200, "access goes on"


async def test_SL12_decks_are_ready_before_anybody_has_entered(house: House) -> None:
    teacher = await house.person("teacher", "facilitator")
    session_id = await house.session(teacher)
    learner = await house.guest(teacher, session_id)
    path = f"/sessions/{session_id}/slides"
    first = (await uploaded(teacher, session_id))["deck_id"]
    second = (await uploaded(teacher, session_id))["deck_id"]

    async def names() -> list[tuple[str, bool]]:
        decks = await teacher.json("GET", path)
        return [(deck["name"], deck["is_deleted"]) for deck in decks]

    await teacher.json("PATCH", f"{path}/{second}", {"name": " Ink and paper "}, 204)
    await teacher.json("PUT", f"{path}/order", {"deck_ids": [second, first]}, 204)
    assert await names() == [("Ink and paper", False), ("My slides", False)]
    await teacher.json("DELETE", f"{path}/{first}", status=204)
    assert (await names())[1] == ("My slides", True)
    await teacher.json("POST", f"{path}/{first}/restore", status=204)
    assert (await teacher.json("GET", f"{path}/{second}"))["name"] == "Ink and paper"
    assert (await teacher.ask("GET", f"{path}/{second}/3/thumb")).status == 200
    for method, tail, body, told in (
        ("PATCH", f"/{first}", {"name": ""}, 400),
        ("PATCH", "/none", {"name": "x"}, 404),
        ("PUT", "/order", {"deck_ids": ["none"]}, 400),
    ):
        assert (await teacher.refused(method, path + tail, body))[0] == told
    assert await learner.refused("GET", path) == (401, "not_signed_in")
    await house.lead(teacher, session_id, c.StartSession())
    await house.lead(teacher, session_id, sc.PresentDeck(second))
    await teacher.json("DELETE", f"{path}/{second}", status=204)
    state = await house.composition.hub.session_state(session_id)
    assert state.presentation is None, "what is deleted from outside is not presented any more"
    await house.lead(teacher, session_id, c.EndSession())
    assert await teacher.refused("DELETE", f"{path}/{first}") == (409, "session_ended")


async def test_SL2_bad_uploads_are_told_with_their_code(house: House) -> None:
    teacher, _, session_id = await begun(house)
    failed = await uploaded(teacher, session_id, b"GIF89a")
    assert (failed["state"], failed["error"]["code"]) == ("failed", "slides_wrong_type")
    empty = await send(teacher, session_id, b"")
    assert (await empty.json())["error"]["code"] == "slides_empty"
    nameless = await teacher.client.post(f"/api/v1/sessions/{session_id}/slides", data=b"x")
    assert nameless.status == 400
    assert not (house.data / "slides").exists()
    assert (await house.composition.hub.session_state(session_id)).decks == {}


async def test_SL2_too_large_is_refused_before_and_while_it_comes(house: House) -> None:
    teacher, _, session_id = await begun(house)
    slides = house.composition.services.slides
    caller = await house.composition.services.callers.identify(cookies(house, teacher))

    async def chunks(count: int) -> AsyncIterator[bytes]:
        for _ in range(count):
            yield b"\0" * (1 << 20)

    for size, count in ((LARGEST_UPLOAD + 1, 0), (None, (LARGEST_UPLOAD >> 20) + 1)):
        with pytest.raises(Exception, match="100 MB"):
            await slides.upload(caller, session_id, "x.pdf", chunks(count), size)


def cookies(house: House, person: Person) -> dict[str, str]:
    found = person.client.session.cookie_jar.filter_cookies(house.server.make_url("/"))
    return {name: morsel.value for name, morsel in found.items()}


async def test_SL8_a_deck_is_deleted_and_brought_back(house: House) -> None:
    teacher, learner, session_id = await begun(house)
    done = await uploaded(teacher, session_id)
    path = f"/sessions/{session_id}/slides/{done['deck_id']}"
    await house.lead(teacher, session_id, sc.PresentDeck(done["deck_id"]))
    await house.lead(teacher, session_id, sc.DeleteDeck(done["deck_id"]))
    assert await learner.refused("GET", f"{path}/1/page") == (404, "not_found")
    await house.lead(teacher, session_id, sc.RestoreDeck(done["deck_id"]))
    assert (await learner.ask("GET", f"{path}/1/page")).status == 200


async def test_SL1_slides_can_be_prepared_before_anybody_is_there(house: House) -> None:
    teacher = await house.person("teacher", "facilitator")
    session_id = await house.session(teacher)
    assert (await uploaded(teacher, session_id))["state"] == "done"
    deck = await deck_of(house, session_id)
    assert deck.page_count == 3
    await house.lead(teacher, session_id, c.StartSession(), c.EndSession())
    late = await send(teacher, session_id, LECTURE)
    assert (await late.json())["error"]["code"] == "session_ended"


class Slow:
    """A converter that waits until it is told, or cancelled."""

    def __init__(self) -> None:
        self.began = asyncio.Event()
        self.may_end = asyncio.Event()
        self.was_cancelled = False
        self.folders: list[Path] = []

    def workshop(self) -> AbstractAsyncContextManager[Path]:
        return workshop()

    async def convert(
        self, source: Path, told: Callable[[int, int], None]
    ) -> tuple[Path, list[ConvertedPage]]:
        self.folders.append(source.parent)
        told(1, 3)
        self.began.set()
        try:
            await self.may_end.wait()
        except asyncio.CancelledError:
            self.was_cancelled = True
            raise
        return await Converter().convert(source, told)


@pytest.fixture
async def slow(house: House) -> Slow:
    slow = Slow()
    house.composition.services.slides.converter = slow
    return slow


async def test_SL2_a_conversion_can_be_cancelled(house: House, slow: Slow) -> None:
    teacher, _, session_id = await begun(house)
    upload = await (await send(teacher, session_id, LECTURE)).json()
    await slow.began.wait()
    path = f"/sessions/{session_id}/slides/uploads/{upload['upload_id']}"
    said = await teacher.json("GET", path)
    assert (said["state"], said["pages_done"], said["page_count"]) == ("converting", 1, 3)
    await teacher.json("DELETE", path, status=204)
    assert slow.was_cancelled
    assert await teacher.refused("GET", path) == (404, "not_found")
    assert not slow.folders[0].exists()
    assert (await house.composition.hub.session_state(session_id)).decks == {}


async def test_SL2_what_is_on_its_way_is_told_by_the_server_alone(house: House, slow: Slow) -> None:
    teacher, _, session_id = await begun(house)
    uploads = f"/sessions/{session_id}/slides/uploads"
    first = await (await send(teacher, session_id, LECTURE)).json()
    await slow.began.wait()
    second = await (await send(teacher, session_id, b"no slides", "other.pdf")).json()
    told = await teacher.json("GET", uploads)
    assert [(one["name"], one["state"], one["pages_done"]) for one in told] == [
        ("My slides", "converting", 1), ("other", "waiting", 0),
    ]  # fmt: skip
    assert (
        await teacher.json("GET", f"/sessions/{await house.session(teacher)}/slides/uploads") == []
    )
    slow.may_end.set()
    assert (await ended(teacher, session_id, first["upload_id"]))["state"] == "done"
    assert (await ended(teacher, session_id, second["upload_id"]))["state"] == "failed"
    (failed,) = await teacher.json("GET", uploads)
    assert (failed["upload_id"], failed["error"]["code"]) == (
        second["upload_id"], "slides_wrong_type",
    )  # fmt: skip
    await teacher.json("DELETE", f"{uploads}/{second['upload_id']}", status=204)
    assert await teacher.json("GET", uploads) == []


async def test_SL2_so_many_at_once_and_the_server_can_close(house: House, slow: Slow) -> None:
    teacher, _, session_id = await begun(house)
    for _ in range(8):
        assert (await send(teacher, session_id, b"x")).status == 201
    refused = await send(teacher, session_id, b"x")
    assert (refused.status, (await refused.json())["error"]["code"]) == (409, "too_many_uploads")
    await slow.began.wait()
    await house.composition.services.slides.close()
    assert slow.was_cancelled
    assert not any(folder.exists() for folder in slow.folders)


async def test_SL11_what_is_not_needed_any_more_goes_after_its_time(house: House) -> None:
    teacher, _, session_id = await begun(house)
    kept = await uploaded(teacher, session_id)
    dropped = await uploaded(teacher, session_id)
    await house.lead(teacher, session_id, sc.DeleteDeck(dropped["deck_id"]), c.EndSession())
    slides, folder = house.composition.services.slides, house.data / "slides" / session_id
    stray = folder / "stray" / "page-1.webp"
    stray.parent.mkdir()
    stray.write_bytes(b"left by a crash")

    def files(deck: dict[str, Any]) -> int:
        return len(list((folder / deck["deck_id"]).iterdir()))

    async with house.library.write() as unit:
        await unit.sessions.change_session(session_id, ended_at=house.clock())
    await slides.tidy()
    assert not stray.exists()
    assert (files(kept), files(dropped)) == (7, 7), "it may still be brought back"
    house.clock.advance(days=31)
    await slides.tidy()
    assert (files(kept), files(dropped)) == (7, 0)
    async with house.library.write() as unit:
        await unit.sessions.change_session(
            session_id, deleted_at=house.clock() - timedelta(days=31)
        )
    await slides.tidy()
    assert files(kept) == 0
    async with house.library.read() as unit:
        assert await unit.decks.all() == []
        assert t.decks.name == "decks"


async def test_SL7_the_pointer_goes_to_whoever_is_there(house: House) -> None:
    teacher, learner, session_id = await begun(house)
    await house.composition.hub.add_deck(session_id, "d", "D", ["One"], None)
    await house.lead(teacher, session_id, sc.PresentDeck("d"))
    async with (
        house.socket(teacher, session_id) as leads,
        house.socket(learner, session_id) as watches,
    ):
        seen: asyncio.Queue[Any] = asyncio.Queue()
        watches.sio.on("pointer", seen.put_nowait, namespace="/live")
        point = {"deck_id": "d", "page": 1}
        # A learner's, and one that is none, are not shown: the first that comes is the teacher's.
        await watches.sio.emit("pointer", {**point, "x": 0.9, "y": 0.9}, namespace="/live")
        await leads.sio.emit("pointer", {**point, "x": 7, "y": 0}, namespace="/live")
        await leads.sio.emit("pointer", {**point, "x": 0.25, "y": 0.5}, namespace="/live")
        (shown,) = await asyncio.wait_for(seen.get(), 20)
        assert (shown["x"], shown["y"], shown["page"]) == (0.25, 0.5, 1)
        for _ in range(80):
            await leads.sio.emit("pointer", {**point, "x": 0.5, "y": 0.5}, namespace="/live")
        await leads.sio.emit("pointer", {**point, "x": None, "y": None}, namespace="/live")
        count = 0
        while (await asyncio.wait_for(seen.get(), 20))[0]["x"] is not None:
            count += 1
        assert 10 <= count < 80, "some are left out, and never the last word"
    log = await house.composition.hub._log.read_events(session_id)
    assert "pointer" not in str([event.type for event in log])
