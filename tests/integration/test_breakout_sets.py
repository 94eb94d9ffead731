"""BR3: rooms that were kept in one session are there in the next."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from server.domain import breakout_commands as bc
from server.domain import commands as c
from tests.house import House, Person, open_house


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    async with open_house(tmp_path) as house:
        yield house


async def begun(house: House, teacher: Person, *learners: Person, **more: str) -> str:
    session_id = await house.session(teacher, **more)
    await house.do(teacher, session_id, c.Join(), c.StartSession())
    for learner in learners:
        assert learner.user is not None
        member = {"email": learner.user.email, "role": "learner"}
        await teacher.json("POST", f"/sessions/{session_id}/members", member, 201)
        await house.do(learner, session_id, c.Join())
    return session_id


async def seats(house: House, session_id: str) -> dict[str, str]:
    state = await house.composition.hub.session_state(session_id)
    return {who.name: who.participant_id for who in state.participants.values()}


async def test_BR3_a_set_kept_in_one_session_is_there_in_the_next(house: House) -> None:
    teacher = await house.person("teacher", "facilitator")
    ada = await house.person("ada", "learner")
    bo = await house.person("bo", "learner")
    first = await begun(house, teacher, ada, bo)
    here = await seats(house, first)
    await house.do(
        teacher,
        first,
        c.Join(),
        bc.DraftBreakouts(("Red", "Blue"), ("Read", ""), {here["Ada"]: 0, here["Bo"]: 1}),
        bc.SaveBreakoutSet("By colour"),
    )
    second = await begun(house, teacher, ada)
    (found,) = await teacher.json("GET", f"/sessions/{second}/breakout-sets")
    there = await seats(house, second)
    assert there["Ada"] != here["Ada"], "another seat of the same account"
    assert (found["name"], found["session_id"]) == ("By colour", first)
    assert found["rooms"] == [
        {"name": "Red", "task": "Read", "participant_ids": [there["Ada"]], "missing": 0},
        {"name": "Blue", "task": "", "participant_ids": [], "missing": 1},
    ]
    assert await teacher.json("GET", f"/sessions/{first}/breakout-sets") == []
    other = await house.person("other", "facilitator")
    elsewhere = await begun(house, other)
    assert await other.json("GET", f"/sessions/{elsewhere}/breakout-sets") == [], "not theirs"
