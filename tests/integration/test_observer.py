"""OB: who is an observer says the database; membership, join links and the class change it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from server.domain import commands as c
from server.domain.state import Participant
from tests.house import House, Person, open_house


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    async with open_house(tmp_path) as opened:
        yield opened


async def seated(house: House, person: Person, session_id: str) -> str:
    await house.do(person, session_id, c.Join())
    return (await house.seat(person, session_id)).participant_id


def in_class(house: House, session_id: str, who: str) -> Participant:
    state = house.composition.hub.state(session_id)
    assert state is not None
    return state.participants[who]


async def test_OB8_a_member_is_enrolled_as_observer_and_changed_from_outside(house: House) -> None:
    fay = await house.person("fay", "facilitator")
    ada = await house.person("ada")
    session_id = await house.session(fay)
    members = f"/sessions/{session_id}/members"
    made = await fay.json("POST", members, {"email": "ada@example.org", "role": "observer"}, 201)
    assert made["role"] == "observer"
    await house.do(fay, session_id, c.Join(), c.StartSession())
    who = await seated(house, ada, session_id)
    assert in_class(house, session_id, who).role == "observer"
    with pytest.raises(AssertionError, match="not_allowed"):
        await house.do(ada, session_id, c.RaiseHand())
    # The class hears of a change of membership at once, without a word of hers.
    await fay.json("POST", members, {"email": "ada@example.org"}, 201)
    assert in_class(house, session_id, who).role == "learner"
    await house.do(ada, session_id, c.RaiseHand())
    await fay.json("POST", members, {"email": "ada@example.org", "role": "observer"}, 201)
    state = house.composition.hub.state(session_id)
    assert state is not None
    assert (state.participants[who].role, state.hands) == ("observer", ())


async def test_OB8_a_guest_watches_by_a_link_and_may_be_made_a_learner(house: House) -> None:
    fay = await house.person("fay", "facilitator")
    session_id = await house.session(fay)
    links = f"/sessions/{session_id}/links"
    made = await fay.json("POST", links, {"name": "Gil", "role": "observer"}, 201)
    assert made["role"] == "observer"
    gil = await house.stranger()
    assert (await gil.json("GET", made["link"]))["role"] == "observer"
    assert (await gil.json("POST", made["link"], {"name": "Gil"}))["role"] == "observer"
    assert (await gil.json("GET", f"/sessions/{session_id}"))["is_observer"] is True
    assert (await fay.json("GET", f"/sessions/{session_id}"))["is_observer"] is False
    await house.do(fay, session_id, c.Join(), c.StartSession())
    who = await seated(house, gil, session_id)
    assert in_class(house, session_id, who).role == "observer"
    path = f"/sessions/{session_id}/participants/{who}/role"
    assert (await fay.refused("PUT", path, {"role": "facilitator"}))[1] == "needs_account"
    await fay.json("PUT", path, {"role": "learner"}, 204)
    assert in_class(house, session_id, who).role == "learner"
    await house.do(gil, session_id, c.RaiseHand())
    await fay.json("PUT", path, {"role": "observer"}, 204)
    with pytest.raises(AssertionError, match="not_allowed"):
        await house.do(gil, session_id, c.RaiseHand())
    shown: list[Any] = await fay.json("GET", links)
    assert [one["role"] for one in shown] == ["observer"]


async def test_OB8_roles_that_nobody_can_have(house: House) -> None:
    fay = await house.person("fay", "facilitator")
    root = await house.person("root", "admin")
    session_id = await house.session(fay)
    members, links = (f"/sessions/{session_id}/{what}" for what in ("members", "links"))
    body = {"email": "root@example.org", "role": "observer"}
    assert (await fay.refused("POST", members, body))[1] == "admin_facilitates"
    assert (await fay.refused("POST", links, {"name": "x", "role": "facilitator"}))[0] == 400
    await house.do(fay, session_id, c.Join())
    who = await seated(house, root, session_id)
    path = f"/sessions/{session_id}/participants/{who}/role"
    assert (await fay.refused("PUT", path, {"role": "observer"}))[1] == "admin_facilitates"
    me = await seated(house, fay, session_id)
    own = f"/sessions/{session_id}/participants/{me}/role"
    assert (await fay.refused("PUT", own, {"role": "observer"}))[1] == "last_facilitator"
