"""PO13, PO14 and asking again: polls over HTTP and the clock."""

from __future__ import annotations

import asyncio
import csv
import io
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from server.domain import commands as c
from server.services.poll_export import harmless
from tests.house import House, Person, open_house
from tests.poll_samples import ANSWERS, POLLS


@pytest.fixture
async def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[House]:
    """Nobody here has a socket, and nobody is away for the lack of one."""
    async with open_house(tmp_path) as house:
        monkeypatch.setattr(house.composition.hub.socket, "gone", lambda _: [])
        yield house


async def a_class(house: House, **more: str) -> tuple[Person, list[Person], str]:
    teacher = house.people.get("teacher") or await house.person("teacher", "facilitator")
    session_id = await house.session(teacher, **more)
    await house.do(teacher, session_id, c.Join(), c.StartSession())
    learners = [await house.guest(teacher, session_id, name) for name in ("=1+1", "Bo")]
    for learner in learners:
        await house.do(learner, session_id, c.Join())
    return teacher, learners, session_id


async def rows(person: Person, session_id: str, query: str = "") -> list[dict[str, str]]:
    answer = await person.ask("GET", f"/sessions/{session_id}/polls.csv{query}")
    assert answer.status == 200
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert "attachment" in answer.headers["Content-Disposition"]
    text = (await answer.read()).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text)))


async def polled(
    house: House, teacher: Person, learners: list[Person], session_id: str, plan: c.CreatePoll,
    answers: list[object],
) -> str:  # fmt: skip
    await house.do(teacher, session_id, replace(plan, opens=True))
    poll_id = list((await house.composition.hub.session_state(session_id)).polls)[-1]
    votes = [c.Vote(poll_id, answer=answer) for answer in answers]  # type: ignore[arg-type]
    # Together, as anonymous votes wait for each other.
    await asyncio.gather(
        *(
            house.do(learner, session_id, vote)
            for learner, vote in zip(learners, votes, strict=True)
        )
    )
    return poll_id


async def test_PO14_the_export_names_people_and_never_in_an_anonymous_poll(house: House) -> None:
    teacher, learners, session_id = await a_class(house)
    named = await polled(
        house, teacher, learners, session_id, POLLS["short_text"], ["=HYPERLINK(1)", "Because"]
    )
    secret = await polled(
        house, teacher, learners, session_id,
        replace(POLLS["short_text"], is_anonymous=True), ["+cmd", "Hush"],
    )  # fmt: skip
    unseen = await polled(
        house, teacher, learners, session_id, replace(POLLS["single"], audience="none"), [2, 0]
    )
    assert await rows(teacher, session_id) == [], "open polls are nobody's business"
    for poll_id in (named, secret, unseen):
        await house.do(teacher, session_id, c.ClosePoll(poll_id))
    found = await rows(teacher, session_id)
    assert {row["poll"] for row in found} == {"1", "2"}, "nobody may see the third before reveal"
    first = [row for row in found if row["poll"] == "1"]
    named_rows = [(row["participant"], row["answer"]) for row in first if row["row"] == "answer"]
    assert sorted(named_rows) == [("'=1+1", "'=HYPERLINK(1)"), ("Bo", "Because")]
    second = [row for row in found if row["poll"] == "2"]
    assert {row["row"] for row in second} == {"result"}
    assert {row["participant"] for row in second} == {""}
    assert sorted(row["answer"] for row in second) == ["'+cmd", "Hush"]
    await house.do(teacher, session_id, c.HidePollText(named, "because"))
    only = await rows(teacher, session_id, f"?poll_id={named}")
    assert {row["poll"] for row in only} == {"1"}
    assert "Because" not in str(only)
    path = f"/sessions/{session_id}/polls.csv?poll_id={unseen}"
    assert await teacher.refused("GET", path) == (404, "not_found")
    await house.do(teacher, session_id, c.RevealPoll(unseen))
    third = await rows(teacher, session_id, f"?poll_id={unseen}")
    graded = [(row["answer"], row["right"]) for row in third if row["row"] == "answer"]
    assert sorted(graded) == [("Ghent", "no"), ("Paris", "yes")]


async def test_PO14_every_kind_is_exported(house: House) -> None:
    teacher, learners, session_id = await a_class(house)
    for kind, plan in POLLS.items():
        answers: list[object] = [*ANSWERS[kind][:2]]
        poll_id = await polled(house, teacher, learners, session_id, plan, answers)
        await house.do(teacher, session_id, c.ClosePoll(poll_id), c.RevealPoll(poll_id))
    found = await rows(teacher, session_id)
    assert len({row["poll"] for row in found}) == len(POLLS)
    answers_of = {
        row["kind"]: row["answer"]
        for row in found
        if row["row"] == "answer" and row["participant"] == "Bo"
    }
    assert answers_of == {
        "single": "Oslo", "multiple": "Oslo", "true_false": "False", "rating": "5",
        "ranking": "Ghent > Oslo > Paris > Turin", "matching": "Ghent → Norway; Oslo → Belgium",
        "word_cloud": "paper", "short_text": "It is faster", "numeric": "1450",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("cell", "safe"),
    [
        ("=1+1", "'=1+1"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\tx", "'\tx"),
        ("-x", "'-x"),
        ("-3.5", "-3.5"),
        ("+2", "+2"),
        ("a=b", "a=b"),
        ("", ""),
    ],
)
def test_PO14_no_cell_is_a_formula(cell: str, safe: str) -> None:
    assert harmless(cell) == safe


async def test_polls_of_earlier_sessions_of_the_course_can_be_asked_again(house: House) -> None:
    teacher = await house.person("teacher", "facilitator")
    course = await teacher.json("POST", "/courses", {"title": "History"}, 201)
    _, _, first = await a_class(house, course_id=course["course_id"], title="One")
    await house.do(teacher, first, POLLS["numeric"], replace(POLLS["matching"], opens=True))
    _, _, elsewhere = await a_class(house, title="Elsewhere")
    await house.do(teacher, elsewhere, POLLS["single"])
    now = await house.session(teacher, course_id=course["course_id"], title="Two")
    (found,) = await teacher.json("GET", f"/sessions/{now}/polls/earlier")
    assert (found["session_id"], found["session_title"]) == (first, "One")
    assert [poll["kind"] for poll in found["polls"]] == ["numeric", "matching"]
    assert found["polls"][0]["right"] == 1455
    assert await teacher.json("GET", f"/sessions/{elsewhere}/polls/earlier") == []
    other = await house.person("other", "facilitator")
    await teacher.json(
        "POST", f"/sessions/{now}/members",
        {"email": "other@example.org", "role": "facilitator"}, 201,
    )  # fmt: skip
    assert await other.json("GET", f"/sessions/{now}/polls/earlier") == [], "not theirs"


async def test_PO13_the_server_closes_a_poll_when_its_time_is_up(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    teacher, _, session_id = await a_class(house)
    await house.do(teacher, session_id, replace(POLLS["single"], opens=True, limit_s=30))
    hub = house.composition.hub
    room = await hub.room(session_id)
    (poll,) = room.state.polls.values()
    await hub.tick()
    assert room.state.polls[poll.poll_id].stage == "open"
    later = (poll.opened_at_ms or 0) + 30_000
    monkeypatch.setattr(room.mailbox, "now_ms", lambda: later)
    await hub.tick()
    assert room.state.polls[poll.poll_id].stage == "closed"
