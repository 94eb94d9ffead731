"""DB19 and DB20 over HTTP: what a facilitator forgot to reveal, when everybody has gone."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from server.domain import commands as c
from server.domain import debate_commands as dc
from server.domain.debate_format import to_data
from tests.debate_world import shipped
from tests.house import House, Person, open_house


@pytest.fixture
async def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[House]:
    """Nobody here has a socket, and nobody is away for the lack of one."""
    async with open_house(tmp_path) as house:
        monkeypatch.setattr(house.composition.hub.socket, "gone", lambda _: [])
        yield house


async def debated(house: House, teacher: Person, session_id: str, people: list[Person]) -> str:
    """Two speak, all vote twice, a side has a note, and nobody reveals anything."""
    await house.do(
        teacher, session_id, c.Join(), c.StartSession(),
        dc.PlanDebate("Print freed Europe", format=to_data(shipped("oxford"))),
    )  # fmt: skip
    state = await house.composition.hub.session_state(session_id)
    key = next(iter(state.debates))
    for person in people:
        await house.do(person, session_id, c.Join())
    for person, seat in zip(people, ("for:1", "against:1"), strict=True):
        who = (await house.seat(person, session_id)).participant_id
        await house.do(teacher, session_id, dc.AssignSeat(key, seat, who))
    await house.do(teacher, session_id, dc.OpenBallot(key, "before"))
    await vote(house, people, session_id, key, "before", ["undecided", "against"])
    await house.do(teacher, session_id, dc.CloseBallot(key), dc.BeginDebate(key))
    await house.do(people[0], session_id, dc.WriteNote(key, "Ask for numbers"))
    await house.do(teacher, session_id, dc.EndDebate(key), dc.OpenBallot(key, "after"))
    await vote(house, people, session_id, key, "after", ["for", "against"])
    return key


async def vote(
    house: House, people: list[Person], session_id: str, key: str, round_: str, choices: list[str]
) -> None:
    """Together, as ballots wait for each other."""
    await asyncio.gather(
        *(
            house.do(person, session_id, dc.CastBallot(key, round_, choice))  # type: ignore[arg-type]
            for person, choice in zip(people, choices, strict=True)
        )
    )


async def test_DB19_a_forgotten_result_is_revealed_when_everybody_has_gone(house: House) -> None:
    teacher = await house.person("teacher", "facilitator")
    session_id = await house.session(teacher)
    ada, bo = [await house.guest(teacher, session_id, name) for name in ("Ada", "Bo")]
    key = await debated(house, teacher, session_id, [ada, bo])
    await house.do(teacher, session_id, c.EndSession())
    one = f"/sessions/{session_id}/debates"

    (seen,) = await bo.json("GET", one)
    assert (seen["result"], seen["unrevealed"], seen["notes"]) == (None, None, [])
    (own,) = await ada.json("GET", one)
    assert [note["text"] for note in own["notes"]] == ["Ask for numbers"]
    (hidden,) = await teacher.json("GET", one)
    assert hidden["result"] is None and hidden["notes"] == []
    assert hidden["unrevealed"] == {
        "can_reveal": True, "voted": {"before": 2, "after": 2}, "adjudicators": 0, "sheets": 0,
        "notes": 1, "can_open": True,
    }  # fmt: skip
    assert await bo.refused("POST", f"{one}/{key}/reveal") == (401, "not_signed_in")
    assert await teacher.refused("POST", f"{one}/none/reveal") == (404, "not_found")

    told = await teacher.json("POST", f"{one}/{key}/reveal")
    assert told["result"]["ballot"]["winner"] == "for"
    assert told["result"]["ballot"]["matrix"] == [[0, 0, 0], [0, 1, 0], [1, 0, 0]]
    assert not told["unrevealed"]["can_reveal"]
    (seen,) = await bo.json("GET", one)
    assert seen["result"] == told["result"]
    assert set(seen["names"].values()) == {"Ada", "Bo"}
    assert await teacher.refused("POST", f"{one}/{key}/reveal") == (409, "debate_revealed")

    await teacher.json("POST", f"{one}/{key}/open-notes")
    (seen,) = await bo.json("GET", one)
    assert [(note["side"], note["text"]) for note in seen["notes"]] == [("for", "Ask for numbers")]


async def test_DB19_the_role_comes_from_the_database_and_the_log_from_disk(house: House) -> None:
    teacher = await house.person("teacher", "facilitator")
    late = await house.person("late", "facilitator")
    session_id = await house.session(teacher)
    people = [await house.guest(teacher, session_id, name) for name in ("Ada", "Bo")]
    key = await debated(house, teacher, session_id, people)
    one = f"/sessions/{session_id}/debates/{key}/reveal"
    await house.do(teacher, session_id, c.EndSession())
    hub = house.composition.hub
    room = hub.loaded(session_id)
    assert room is not None
    await hub._unload(room)
    assert hub.loaded(session_id) is None
    assert await late.refused("POST", one) == (404, "not_found")
    body = {"email": "late@example.org", "role": "facilitator"}
    await teacher.json("POST", f"/sessions/{session_id}/members", body, 201)
    assert (await late.json("POST", one))["result"]["ballot"]["turnout"]["both"] == 2


async def test_DB16_a_debate_that_goes_on_is_not_revealed_from_outside(house: House) -> None:
    teacher = await house.person("teacher", "facilitator")
    session_id = await house.session(teacher)
    people = [await house.guest(teacher, session_id, name) for name in ("Ada", "Bo")]
    await debated(house, teacher, session_id, people)
    one = f"/sessions/{session_id}/debates"
    key = (await teacher.json("GET", one))[0]["debate_id"]
    refused = await teacher.refused("POST", f"{one}/{key}/reveal")
    assert refused == (409, "ballot_is_open"), "an open ballot is closed first"
    await house.do(teacher, session_id, dc.PlanDebate("Again", format=to_data(shipped("oxford"))))
    state = await house.composition.hub.session_state(session_id)
    planned = next(one.debate_id for one in state.debates.values() if one.stage == "planned")
    assert await teacher.refused("POST", f"{one}/{planned}/open-notes") == (409, "debate_goes_on")
