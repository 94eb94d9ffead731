"""BR16 and DB22: who enters which room of a recording, asked anew at every request."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from recordings.ports import IndexedRoom, Published
from recordings.ports import Person as RecordedPerson
from server.domain import commands as c
from server.domain import debate_commands as dc
from server.domain.debate_format import to_data
from server.storage.engines import sync_engine
from server.storage.recordings_store import RecordingsStore
from tests.debate_world import shipped
from tests.house import House, Person, open_house


@dataclass(slots=True)
class World:
    fay: Person
    admin: Person
    ada: Person
    bo: Person
    session_id: str
    debate_id: str

    async def rooms(self, person: Person) -> list[str]:
        recording = await person.json("GET", "/recordings/r1")
        return [room["name"] for room in recording["rooms"]]


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    async with open_house(tmp_path) as house:
        yield house


@pytest.fixture
async def world(house: House, monkeypatch: pytest.MonkeyPatch) -> World:
    """A class that is over: Ada was in Red and prepared For, Bo (a guest) in Blue and Against."""
    monkeypatch.setattr(house.composition.hub.socket, "gone", lambda _: [])
    fay, admin = await house.person("fay", "facilitator"), await house.person("admin", "admin")
    session_id = await house.session(fay)
    ada = await house.person("ada")
    await fay.json("POST", f"/sessions/{session_id}/members", {"email": "ada@example.org"}, 201)
    bo = await house.guest(fay, session_id, "Bo")
    seats = {
        name: await house.seat(person, session_id)
        for name, person in (("ada", ada), ("bo", bo), ("fay", fay))
    }
    await house.do(
        fay, session_id, c.Join(), c.StartSession(),
        dc.PlanDebate("Print", format=to_data(shipped("oxford"))),
    )  # fmt: skip
    for person in (ada, bo):
        await house.do(person, session_id, c.Join())
    state = await house.composition.hub.session_state(session_id)
    key = next(iter(state.debates))
    ids = {name: seat.participant_id for name, seat in seats.items()}
    await house.do(
        fay, session_id, dc.AssignSeat(key, "for:1", ids["ada"]),
        dc.AssignSeat(key, "against:1", ids["bo"]), dc.BeginDebate(key),
    )  # fmt: skip
    await house.do(ada, session_id, dc.WriteNote(key, "Numbers"))
    await house.do(fay, session_id, dc.EndDebate(key))
    # Before the end, whose followers write the same database.
    await _recorded(house, session_id, seats)
    await house.do(fay, session_id, c.EndSession())
    _write(house.data / "recordings" / "r1" / "v1", key, ids)
    _index(house, key, ids)
    return World(fay, admin, ada, bo, session_id, key)


async def _recorded(house: House, session_id: str, seats: dict[str, Any]) -> None:
    now = house.clock()
    async with house.library.write() as unit:
        await unit.recordings.add_recording(
            {
                "recording_id": "r1", "session_id": session_id, "title": "T",
                "stage": "processing", "recorded_at": now, "created_at": now,
            }
        )  # fmt: skip
        people = [(seat.participant_id, seat.name, seat.role) for seat in seats.values()]
        await unit.recordings.put_people("r1", people)
    engine = sync_engine(house.data / "library.db")
    told = [RecordedPerson(s.participant_id, s.name, s.role, s.user_id) for s in seats.values()]
    RecordingsStore(engine, house.clock).publish(
        "r1", Published(1, "published", 60_000, None, tuple(told), 0)
    )
    engine.dispose()


ROOMS = (("Red", "ada"), ("Blue", "bo"), ("For", "ada"), ("Against", "bo"))
"""in the order of their numbers; the last two are sides by themselves"""


def _index(house: House, debate_id: str, ids: dict[str, str]) -> None:
    """In each room somebody says where they are, and that it is a secret."""
    engine = sync_engine(house.data / "library.db")
    RecordingsStore(engine, house.clock).index(
        "r1", [], [], [(1000, "the slide of everybody")],
        [
            IndexedRoom(
                number, name, "", debate_id if number > 1 else None, False, frozenset({ids[who]}),
                (("segment", 4000 + number, who.title(), f"a <secret> of {name}"),),
            )
            for number, (name, who) in enumerate(ROOMS)
        ],
    )  # fmt: skip
    engine.dispose()


def _said(text: str, **where: str) -> dict[str, Any]:
    return {"at_ms": 5, "kind": "chat", "label": text, "data": where}


def _write(folder: Path, debate_id: str, ids: dict[str, str]) -> None:
    rooms = [
        ("Red", "b.0", "ada", None),
        ("Blue", "b.1", "bo", None),
        ("For", f"side:{debate_id}:for", "ada", debate_id),
        ("Against", f"side:{debate_id}:against", "bo", debate_id),
    ]
    media = "/api/v1/recordings/r1/media/1"
    for number, (name, *_) in enumerate(rooms):
        place = folder / "rooms" / str(number)
        place.mkdir(parents=True)
        (place / "audio_mix.webm").write_bytes(b"sound")
        said = {"segments": [], "language": name, "engine": "e", "model": "m"}
        (place / "transcript.json").write_text(json.dumps(said))
    (folder / "recording.json").write_text(
        json.dumps(
            {
                "marks": [
                    _said("hush", room="Red", room_id="b.0"),
                    _said("psst", room="Blue"),
                    _said("to all"),
                ],
                "rooms": [
                    {
                        "room_id": room_id, "name": name, "task": "", "start_ms": 0,
                        "end_ms": 9000, "audio_url": f"{media}/rooms/{number}/audio_mix.webm",
                        "participant_ids": [], "number": number, "members": [ids[who]],
                        "debate_id": debate,
                    }
                    for number, (name, room_id, who, debate) in enumerate(rooms)
                ],
            }
        )
    )  # fmt: skip


async def test_BR16_learners_enter_their_own_rooms_and_facilitators_all(world: World) -> None:
    assert await world.rooms(world.ada) == ["Red", "For"]
    assert await world.rooms(world.bo) == ["Blue", "Against"]
    assert await world.rooms(world.fay) == ["Red", "Blue"]
    assert await world.rooms(world.admin) == ["Red", "Blue"]
    for person, allowed in ((world.ada, {0, 2}), (world.bo, {1, 3}), (world.fay, {0, 1})):
        for number in range(5):
            media = await person.ask("GET", f"/recordings/r1/media/1/rooms/{number}/audio_mix.webm")
            assert (media.status == 200) == (number in allowed), number
            words = await person.ask("GET", f"/recordings/r1/rooms/{number}/transcript")
            assert (words.status == 200) == (number in allowed), number
    sly = await world.bo.ask("GET", "/recordings/r1/media/1/rooms/1/../0/audio_mix.webm")
    assert sly.status == 404
    whole = await world.ada.ask("GET", "/recordings/r1/media/1/rooms/0/transcript.json")
    assert whole.status == 200, "what one may enter is the same by either address"


async def test_BR16_what_was_written_in_a_room_is_a_mark_for_who_may_enter_it(world: World) -> None:
    async def chat(person: Person) -> list[str]:
        recording = await person.json("GET", "/recordings/r1")
        return [mark["label"] for mark in recording["marks"]]

    assert await chat(world.ada) == ["hush", "to all"]
    assert await chat(world.bo) == ["psst", "to all"]
    assert await chat(world.fay) == ["hush", "psst", "to all"]


async def test_DB22_sides_are_opened_to_all_with_their_notes(world: World) -> None:
    one = f"/sessions/{world.session_id}/debates/{world.debate_id}/open-notes"
    assert await world.ada.refused("POST", one) == (403, "needs_facilitator")
    await world.fay.json("POST", one)
    assert await world.rooms(world.ada) == ["Red", "For", "Against"]
    assert await world.rooms(world.bo) == ["Blue", "For", "Against"]
    assert await world.rooms(world.fay) == ["Red", "Blue", "For", "Against"]
    media = await world.bo.ask("GET", "/recordings/r1/media/1/rooms/2/audio_mix.webm")
    assert media.status == 200


async def _found(person: Person, words: str) -> list[tuple[str, int]]:
    hits = await person.json("GET", f"/recordings/r1/rooms/search?q={words}")
    return [(hit["room"]["name"], hit["start_ms"]) for hit in hits]


async def _in_library(person: Person, words: str) -> list[str | None]:
    """The room of each recording that is found; None: in the recording itself."""
    page = await person.json("GET", f"/recordings?q={words}")
    assert page["total"] == len(page["recordings"])
    return [one["snippet_room"] and one["snippet_room"]["name"] for one in page["recordings"]]


async def test_BR19_what_was_said_in_a_room_is_found_by_who_may_enter_it(world: World) -> None:
    assert await _found(world.ada, "secret") == [("Red", 4000), ("For", 4002)]
    assert await _found(world.bo, "secret") == [("Blue", 4001), ("Against", 4003)]
    for person in (world.fay, world.admin):
        assert await _found(person, "secret") == [("Red", 4000), ("Blue", 4001)]
    assert await _found(world.ada, "secret+blue") == []
    assert await _found(world.ada, "%22%20OR%20blue") == [], "no operators"
    assert await _found(world.ada, "...") == []
    (hit,) = await world.bo.json("GET", "/recordings/r1/rooms/search?q=secret+agai")
    assert hit["snippet"] == "a &lt;<mark>secret</mark>&gt; of <mark>Against</mark>"
    assert hit["speaker_name"] == "Bo"
    assert hit["room"] == {"number": 3, "name": "Against", "name_de": "", "is_side": True}


async def test_BR19_the_library_finds_no_more_than_the_rooms_one_may_enter(world: World) -> None:
    assert await _in_library(world.ada, "red") == ["Red"]
    assert await _in_library(world.ada, "blue") == []
    assert await _in_library(world.fay, "blue") == ["Blue"]
    assert await _in_library(world.fay, "against") == [], "a side's preparation is the side's"
    assert await _in_library(world.admin, "against") == []
    assert await _in_library(world.fay, "slide") == [None]
    (one,) = (await world.ada.json("GET", "/recordings?q=red"))["recordings"]
    assert (one["snippet_at_ms"], one["snippet"]) == (4000, "a &lt;secret&gt; of <mark>Red</mark>")


async def test_BR19_DB22_a_sides_words_are_found_by_all_once_its_notes_are_open(
    world: World,
) -> None:
    one = f"/sessions/{world.session_id}/debates/{world.debate_id}/open-notes"
    await world.fay.json("POST", one)
    assert await _found(world.ada, "secret+against") == [("Against", 4003)]
    assert await _in_library(world.fay, "against") == ["Against"]
    assert await _in_library(world.ada, "blue") == [], "a room stays what it was"


async def test_BR19_a_stranger_finds_nothing(world: World, house: House) -> None:
    stranger = await house.person("stranger", "facilitator")
    assert await _in_library(stranger, "secret") == []
    refused = await stranger.refused("GET", "/recordings/r1/rooms/search?q=secret")
    assert refused == (404, "not_found")


async def test_DB19_debates_stay_with_a_recording_that_outlives_its_session(
    world: World, house: House
) -> None:
    of_session, of_recording = f"/sessions/{world.session_id}/debates", "/recordings/r1/debates"
    for person in (world.fay, world.ada, world.bo):
        assert await person.json("GET", of_recording) == await person.json("GET", of_session)
    stranger = await house.person("stranger")
    assert await stranger.refused("GET", of_recording) == (404, "not_found")

    (before,) = await world.ada.json("GET", of_recording)
    (led,) = await world.fay.json("GET", of_recording)
    assert led["unrevealed"] is not None
    await world.fay.json("DELETE", f"/sessions/{world.session_id}", status=204)
    assert await world.ada.refused("GET", of_session) == (404, "not_found")
    assert await world.ada.json("GET", of_recording) == [before]
    # With the session went the right to reveal: nothing is offered that would be refused.
    assert await world.fay.json("GET", of_recording) == [{**led, "unrevealed": None}]
