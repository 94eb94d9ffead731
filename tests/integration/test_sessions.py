"""Planning sessions, links and what the library keeps of a session that was held."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from icalendar import Calendar

from server.domain import commands as c
from tests.house import House, Person, open_house


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    async with open_house(tmp_path) as house:
        yield house


@pytest.fixture
async def fay(house: House) -> Person:
    return await house.person("fay", "facilitator")


async def test_a_session_is_planned_changed_and_deleted(house: House, fay: Person) -> None:
    course = await fay.json("POST", "/courses", {"title": "History"}, 201)
    session_id = await house.session(
        fay, course_id=course["course_id"], starts_at="2026-04-01T10:00:00+02:00"
    )
    path = f"/sessions/{session_id}"
    session = await fay.json("GET", path)
    assert session["starts_at"] == "2026-04-01T08:00:00Z"
    assert session["course_title"] == "History"
    assert session["facilitator_names"] == ["Fay"]
    assert session["is_facilitator"] is True
    assert session["state"] == "scheduled"
    changed = await fay.json("PATCH", path, {"title": "Types", "course_id": None})
    assert (changed["title"], changed["course_id"]) == ("Types", None)
    assert [c["session_count"] for c in await fay.json("GET", "/courses")] == [0]
    await fay.json("DELETE", path, status=204)
    assert await fay.refused("GET", path) == (404, "not_found")
    assert await fay.json("GET", "/sessions") == []


@pytest.mark.parametrize(
    ("change", "code", "field"),
    [
        ({"starts_at": "2026-04-01T10:00:00"}, "needs_offset", "starts_at"),
        ({"starts_at": "0001-01-01T00:00:00Z"}, "out_of_range", "starts_at"),
        ({"time_zone": "Mars/Olympus"}, "unknown_time_zone", "time_zone"),
        ({"time_zone": "../../etc/passwd"}, "unknown_time_zone", "time_zone"),
        ({"time_zone": "Europe"}, "unknown_time_zone", "time_zone"),
        ({"course_id": "nowhere"}, "unknown_course", "course_id"),
        ({"duration_min": 2}, "invalid_field", "duration_min"),
        ({"colour": "red"}, "invalid_body", None),
    ],
)
async def test_bad_plans_say_what_is_wrong(
    house: House, fay: Person, change: dict[str, Any], code: str, field: str | None
) -> None:
    answer = await fay.ask("POST", "/sessions", {"title": "T", **change})
    error = (await answer.json())["error"]
    assert (answer.status, error["code"], error["field"]) == (400, code, field)


async def test_the_calendar_file_holds_the_zone(house: House, fay: Person) -> None:
    session_id = await house.session(
        fay, starts_at="2026-07-01T08:00:00Z", time_zone="Europe/Berlin", duration_min=90
    )
    answer = await fay.ask("GET", f"/sessions/{session_id}/calendar.ics")
    assert answer.content_type == "text/calendar"
    calendar: Any = Calendar.from_ical(await answer.read())
    [event] = calendar.walk("VEVENT")
    assert event["dtstart"].params["TZID"] == "Europe/Berlin"
    assert event["dtstart"].dt.isoformat() == "2026-07-01T10:00:00+02:00"
    assert (event["dtend"].dt - event["dtstart"].dt).total_seconds() == 90 * 60
    assert str(event["url"]).endswith(f"/sessions/{session_id}")
    [zone] = calendar.walk("VTIMEZONE")
    assert zone["tzid"] == "Europe/Berlin"
    unscheduled = await house.session(fay)
    assert await fay.refused("GET", f"/sessions/{unscheduled}/calendar.ics") == (
        409,
        "not_scheduled",
    )


async def test_members_keep_at_least_one_facilitator(house: House, fay: Person) -> None:
    bo = await house.person("bo")
    assert fay.user is not None
    assert bo.user is not None
    session_id = await house.session(fay)
    members = f"/sessions/{session_id}/members"
    assert await fay.refused(
        "POST", members, {"email": "bo@example.org", "role": "facilitator"}
    ) == (409, "needs_facilitator_account")
    assert await fay.refused("POST", members, {"email": "no@example.org"}) == (400, "unknown_user")
    await fay.json("POST", members, {"email": "bo@example.org"}, 201)
    assert [s["session_id"] for s in await bo.json("GET", "/sessions")] == [session_id]
    assert await fay.refused("DELETE", f"{members}/{fay.user.user_id}") == (
        409,
        "last_facilitator",
    )
    await fay.json("DELETE", f"{members}/{bo.user.user_id}", status=204)
    assert await bo.refused("GET", f"/sessions/{session_id}") == (404, "not_found")


async def test_a_demoted_facilitator_leads_no_class(house: House, fay: Person) -> None:
    admin = await house.person("ada", "admin")
    assert fay.user is not None
    session_id = await house.session(fay)
    await house.do(fay, session_id, c.Join())
    seat = await house.seat(fay, session_id)
    assert seat.role == "facilitator"
    await admin.json("PATCH", f"/users/{fay.user.user_id}", {"role": "learner"})
    assert (await house.composition.hub.seats.refresh(session_id, seat)).role == "learner"
    assert await fay.refused("PATCH", f"/sessions/{session_id}", {"title": "T"}) == (
        403,
        "needs_facilitator",
    )


async def test_a_link_is_one_seat_wherever_it_is_opened(house: House, fay: Person) -> None:
    session_id = await house.session(fay)
    links = f"/sessions/{session_id}/links"
    made = await fay.json("POST", links, {"name": "Gil"}, 201)
    first, second = await house.stranger(), await house.stranger()
    assert (await first.json("GET", made["link"]))["name"] == "Gil"
    await first.json("POST", made["link"], {"name": "Gil G."})
    await second.json("POST", made["link"], {"name": "Gil G."})
    assert (await first.json("GET", "/me"))["guest_session_ids"] == [session_id]
    seats = [await house.seat(person, session_id) for person in (first, second)]
    assert seats[0] == seats[1]
    assert (seats[0].name, seats[0].is_guest, seats[0].role) == ("Gil G.", True, "learner")
    [shown] = await fay.json("GET", links)
    assert (shown["is_used"], shown["is_revoked"], shown["link"]) == (True, False, None)


async def test_revoking_a_link_removes_the_seat_at_once(house: House, fay: Person) -> None:
    session_id = await house.session(fay)
    gil = await house.guest(fay, session_id)
    await house.do(fay, session_id, c.Join(), c.StartSession())
    await house.do(gil, session_id, c.Join())
    seat = await house.seat(gil, session_id)
    [link] = await fay.json("GET", f"/sessions/{session_id}/links")
    await fay.json("DELETE", f"/sessions/{session_id}/links/{link['link_id']}", status=204)
    state = house.composition.hub.state(session_id)
    assert state is not None
    assert state.participants[seat.participant_id].presence == "removed"
    assert await gil.refused("GET", f"/sessions/{session_id}/snapshot") == (
        401,
        "not_signed_in",
    )
    token = "/join/x" + "y" * 40
    assert await gil.refused("GET", token) == (404, "not_found")


async def test_a_held_session_leaves_a_recording_for_those_who_were_there(
    house: House, fay: Person
) -> None:
    bo, cy = await house.person("bo"), await house.person("cy")
    session_id = await house.session(fay)
    for name in ("bo", "cy"):
        await fay.json(
            "POST", f"/sessions/{session_id}/members", {"email": f"{name}@example.org"}, 201
        )
    await house.do(fay, session_id, c.Join(), c.StartSession())
    await house.do(bo, session_id, c.Join())
    await house.do(fay, session_id, c.StartRecording(), c.GiveConsent(True))
    await house.do(bo, session_id, c.GiveConsent(False))

    async def shown() -> dict[str, Any]:
        return await fay.json("GET", f"/sessions/{session_id}")

    session = await until(shown, lambda session: session["recording_id"] is not None)
    assert session["state"] == "live"
    assert session["present_count"] == 2
    recording = f"/recordings/{session['recording_id']}"
    assert (await fay.json("GET", f"{recording}/job"))["stage"] == "live"
    await house.do(fay, session_id, c.EndSession())
    session = await until(shown, lambda session: session["state"] == "ended")
    job = await until(
        lambda: fay.json("GET", f"{recording}/job"), lambda job: job["stage"] == "processing"
    )
    assert [step["state"] for step in job["steps"]] == ["waiting"] * 12
    # Bo declined to be recorded and was there all the same; Cy never came.
    assert (await bo.json("GET", recording))["summary"]["title"] == "Printing"
    assert await cy.refused("GET", recording) == (404, "not_found")


async def test_an_end_that_was_not_told_is_told_at_the_next_start(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        fay = await house.person("fay", "facilitator")
        session_id = await house.session(fay)
        await house.do(fay, session_id, c.Join(), c.StartSession(), c.StartRecording())
        lifecycle_died = RuntimeError("killed")

        async def die(*_: object) -> None:
            raise lifecycle_died

        house.composition.hub._on_session_ended = die
        await house.do(fay, session_id, c.EndSession())
    async with open_house(tmp_path) as house:
        fay = await house.stranger()
        await fay.json(
            "POST", "/sign-in", {"email": "fay@example.org", "password": "correct horse battery"}
        )
        page = await until(
            lambda: fay.json("GET", "/recordings"),
            lambda page: [r["stage"] for r in page["recordings"]] == ["processing"],
        )
        assert page["total"] == 1


async def until(ask: Any, holds: Any) -> Any:
    """The first answer that holds; asks again for as long as the test may run."""
    while not holds(answer := await ask()):
        pass
    return answer
