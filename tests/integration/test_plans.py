"""AG and DA over HTTP: planning before class, the lobby, the board live and later."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import AsyncIterator
from pathlib import Path

import msgspec
import pytest

from server.domain import agenda_commands as ac
from server.domain import commands as c
from server.domain.dashboard import DashboardWalk
from server.services.dashboards import show
from tests.house import House, open_house

AGENDA = [
    {"title": "Why print?", "kind": "talk", "minutes": 10},
    {"title": "Who was first?", "kind": "poll", "minutes": 5, "note": "Open books"},
]
GOALS = [{"text": "Date the press"}]


@pytest.fixture
async def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[House]:
    """Nobody here has a socket, and nobody is away for the lack of one."""
    async with open_house(tmp_path) as house:
        monkeypatch.setattr(house.composition.hub.socket, "gone", lambda _: [])
        yield house


async def test_AG1_a_facilitator_plans_before_class_and_the_lobby_sees_it(house: House) -> None:
    teacher = await house.person("teacher", "facilitator")
    session_id = await house.session(teacher, lobby_is_on=True)
    one = f"/sessions/{session_id}"
    saved = await teacher.json("PUT", f"{one}/agenda", {"activities": AGENDA, "revision": 0})
    assert [a["title"] for a in saved["agenda"]["activities"]] == ["Why print?", "Who was first?"]
    await teacher.json("PUT", f"{one}/objectives", {"objectives": GOALS, "revision": 0})
    guest = await house.guest(teacher, session_id)
    seen = await guest.json("GET", f"{one}/plan")
    assert seen["agenda"] == saved["agenda"]
    assert [o["text"] for o in seen["objectives"]["items"]] == ["Date the press"]
    reordered = [
        {k: v for k, v in a.items() if k != "extra_min"}
        for a in reversed(saved["agenda"]["activities"])
    ]
    body = {"activities": reordered, "revision": 1}
    assert (await teacher.json("PUT", f"{one}/agenda", body))["agenda"]["revision"] == 2
    assert await teacher.refused("PUT", f"{one}/agenda", body) == (409, "plan_changed")
    wrong = {"activities": [{**AGENDA[0], "title": " "}], "revision": 2}
    assert await teacher.refused("PUT", f"{one}/agenda", wrong) == (400, "empty_text")
    stray = {"activities": [{**AGENDA[0], "colour": "red"}], "revision": 2}
    assert (await teacher.refused("PUT", f"{one}/agenda", stray))[0] == 400
    assert await guest.refused("PUT", f"{one}/agenda", body) == (401, "not_signed_in")


async def test_AG8_after_class_the_plan_is_read_and_not_changed(house: House) -> None:
    teacher = await house.person("teacher", "facilitator")
    session_id = await house.session(teacher)
    one = f"/sessions/{session_id}"
    saved = await teacher.json("PUT", f"{one}/agenda", {"activities": AGENDA, "revision": 0})
    await teacher.json("PUT", f"{one}/objectives", {"objectives": GOALS, "revision": 0})
    goal = (await teacher.json("GET", f"{one}/plan"))["objectives"]["items"][0]["objective_id"]
    await house.do(
        teacher, session_id, c.Join(), c.StartSession(), ac.NextActivity(None),
        ac.CoverObjective(goal, True), c.EndSession(),
    )  # fmt: skip
    plan = await teacher.json("GET", f"{one}/plan")
    assert plan["agenda"]["runs"][0]["to_ms"] is not None
    assert plan["objectives"]["items"][0]["covered_at_ms"] is not None
    body = {"activities": [], "revision": 1}
    assert await teacher.refused("PUT", f"{one}/agenda", body) == (409, "session_ended")
    assert saved["agenda"]["runs"] == []


async def test_DA1_facilitators_alone_see_the_board_live_and_later(house: House) -> None:
    teacher = await house.person("teacher", "facilitator")
    admin = await house.person("admin", "admin")
    learner = await house.person("learner")
    session_id = await house.session(teacher)
    one = f"/sessions/{session_id}"
    await teacher.json("POST", f"{one}/members", {"email": "learner@example.org"}, 201)
    await house.do(teacher, session_id, c.Join(), c.StartSession())
    await house.do(learner, session_id, c.Join(), c.SendChat("hello"), c.RaiseHand())
    live = await teacher.json("GET", f"{one}/dashboard")
    assert live["state"] == "live"
    assert [(p["name"], p["chat_count"], p["hand_count"]) for p in live["people"]] == [
        ("Teacher", 0, 0),
        ("Learner", 1, 1),
    ]
    await house.do(learner, session_id, c.SendChat("more"))
    assert (await teacher.json("GET", f"{one}/dashboard"))["people"][1]["chat_count"] == 2
    await house.do(teacher, session_id, c.EndSession())
    later = await teacher.json("GET", f"{one}/dashboard")
    assert later["people"][1]["stays"][0]["end"] == "ended"
    assert await admin.json("GET", f"{one}/dashboard") == later
    assert await learner.refused("GET", f"{one}/dashboard") == (403, "needs_facilitator")
    anew, hub = DashboardWalk(session_id), house.composition.hub
    for event in await hub.log_after(session_id, 0):
        anew.step(event)
    shown = show(anew.board(hub.now_ms(session_id)), "Printing")
    assert json.loads(msgspec.json.encode(shown)) == later, "folded anew it is the same"
    await teacher.json("DELETE", one, status=204)
    kept = await teacher.json("GET", f"{one}/dashboard")
    assert {**kept, "title": "Printing"} == later, "kept when the session is deleted"
    assert await admin.refused("GET", "/sessions/never/dashboard") == (404, "not_found")


@pytest.mark.parametrize("name", ["attendance", "participation"])
async def test_DA7_the_board_is_exported(house: House, name: str) -> None:
    teacher = await house.person("teacher", "facilitator")
    session_id = await house.session(teacher)
    guest = await house.guest(teacher, session_id, "=1+1")
    await house.do(teacher, session_id, c.Join(), c.StartSession())
    await house.do(guest, session_id, c.Join())
    answer = await teacher.ask("GET", f"/sessions/{session_id}/{name}.csv")
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert f'filename="{name}.csv"' in answer.headers["Content-Disposition"]
    rows = list(csv.DictReader(io.StringIO((await answer.read()).decode("utf-8-sig"))))
    assert [row["participant"] for row in rows] == ["Teacher", "'=1+1"]
