"""PA11: a facilitator made from inside the class, and unmade; the database has the word."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from server.domain import commands as c
from tests.house import House, Person, open_house


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    async with open_house(tmp_path) as opened:
        yield opened


async def seated(house: House, person: Person, session_id: str) -> str:
    await house.do(person, session_id, c.Join())
    return (await house.seat(person, session_id)).participant_id


def role_in_class(house: House, session_id: str, who: str) -> str:
    state = house.composition.hub.state(session_id)
    assert state is not None
    return state.participants[who].role


async def test_PA11_a_member_is_promoted_and_demoted_from_the_class(house: House) -> None:
    fay = await house.person("fay", "facilitator")
    gus = await house.person("gus", "facilitator")
    session_id = await house.session(fay)
    await fay.json("POST", f"/sessions/{session_id}/members", {"email": "gus@example.org"}, 201)
    await house.do(fay, session_id, c.Join(), c.StartSession())
    who = await seated(house, gus, session_id)
    assert role_in_class(house, session_id, who) == "learner"
    path = f"/sessions/{session_id}/participants/{who}/role"
    assert (await gus.refused("PUT", path, {"role": "facilitator"}))[1] == "needs_facilitator"
    await fay.json("PUT", path, {"role": "facilitator"}, 204)
    # Everyone in class hears of it before Gus has done anything; then it holds for what he does.
    assert role_in_class(house, session_id, who) == "facilitator"
    await house.do(gus, session_id, c.Join(), c.MuteAll())
    await fay.json("PUT", path, {"role": "learner"}, 204)
    assert role_in_class(house, session_id, who) == "learner"


async def test_PA11_guests_learners_and_the_last_facilitator(house: House) -> None:
    fay = await house.person("fay", "facilitator")
    ada = await house.person("ada")
    session_id = await house.session(fay)
    await fay.json("POST", f"/sessions/{session_id}/members", {"email": "ada@example.org"}, 201)
    gil = await house.guest(fay, session_id)
    await house.do(fay, session_id, c.Join(), c.StartSession())

    async def code(person: Person, role: str) -> str:
        who = await seated(house, person, session_id)
        path = f"/sessions/{session_id}/participants/{who}/role"
        return (await fay.refused("PUT", path, {"role": role}))[1]

    assert await code(gil, "facilitator") == "needs_account"
    assert await code(ada, "facilitator") == "needs_facilitator_account"
    assert await code(fay, "learner") == "last_facilitator"
    nobody = f"/sessions/{session_id}/participants/nobody/role"
    assert (await fay.refused("PUT", nobody, {"role": "learner"}))[0] == 404
