"""Every route asked by every role: one table says who gets in."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
import pytest

from server.api.table import ROUTES
from server.domain import commands as c
from server.domain import slides_commands as sc
from server.domain.debate_format import to_data
from server.schemas.items import Item, Option
from server.schemas.slides import Deck, SlidePage
from server.services.records import DeckRecord
from server.storage import tables as t
from server.storage.shipped_formats import shipped_formats
from tests.house import PASSWORD, House, Person, open_house

ROLES = (
    "stranger", "other_guest", "outsider", "other_facilitator", "guest", "learner",
    "facilitator", "admin",
)  # fmt: skip
"""``other_…`` and ``outsider`` have nothing to do with the session; the rest belong to it."""
ANYONE = frozenset(ROLES)
USERS = ANYONE - {"stranger", "guest", "other_guest"}
STAFF = frozenset({"other_facilitator", "facilitator", "admin"})
INSIDE = frozenset({"guest", "learner", "facilitator", "admin"})
LEADERS = frozenset({"facilitator", "admin"})
ADMIN = frozenset({"admin"})
SIGNED_OUT = frozenset({"stranger", "guest", "other_guest"})


FORMAT = to_data(shipped_formats()[0])
XML = (
    '<debate-format schema-version="2.2"><name>X</name><speech-types>'
    '<speech-type ref="a" length="60"/></speech-types><speeches>'
    '<speech type="a"><name>Pro 1</name></speech></speeches></debate-format>'
)


@dataclass(frozen=True, slots=True)
class Case:
    name: str
    method: str
    path: str
    allowed: frozenset[str]
    body: Any = None
    statuses: frozenset[int] = frozenset({200, 201, 204})
    """of those who get in; more than success where a second time conflicts"""


def once(*more: int) -> frozenset[int]:
    """Success for the first who asks; the thing is gone, or done, for the next."""
    return frozenset({200, 201, 204, *more})


CASES = (
    Case("me", "GET", "/me", ANYONE),
    Case(
        "set_up", "POST", "/setup", ANYONE,
        {"token": "x" * 20, "name": "E", "email": "e@x.org", "password": PASSWORD},
        frozenset({409}),
    ),
    Case(
        "sign_in", "POST", "/sign-in", ANYONE,
        {"email": "admin@example.org", "password": PASSWORD},
    ),
    Case("sign_out", "POST", "/sign-out", USERS),
    Case("sign_out_everywhere", "POST", "/sign-out-everywhere", USERS),
    Case("list_users", "GET", "/users", ADMIN),
    Case("edit_user", "PATCH", "/users/{outsider}", ADMIN, {"name": "New"}),
    Case("reset_user", "POST", "/users/{outsider}/reset", ADMIN),
    Case("set_password", "POST", "/resets/{reset}", ANYONE, {"password": PASSWORD}, once(404)),
    Case("list_invitations", "GET", "/invitations", ADMIN),
    Case(
        "invite", "POST", "/invitations", ADMIN,
        {"email": "n@x.org", "name": "N", "role": "learner"},
    ),
    Case("revoke_invitation", "DELETE", "/invitations/{invitation_id}", ADMIN),
    Case("read_invitation", "GET", "/invitations/by-token/{invitation}", ANYONE),
    Case(
        "accept_invitation", "POST", "/invitations/by-token/{invitation}", ANYONE,
        {"name": "N", "password": PASSWORD}, once(404),
    ),
    Case("list_courses", "GET", "/courses", USERS),
    Case("create_course", "POST", "/courses", STAFF, {"title": "C"}),
    Case("list_sessions", "GET", "/sessions", USERS),
    Case("create_session", "POST", "/sessions", STAFF, {"title": "S"}),
    Case("read_session", "GET", "/sessions/{session}", INSIDE),
    Case("edit_session", "PATCH", "/sessions/{session}", LEADERS, {"title": "T"}),
    Case("delete_session", "DELETE", "/sessions/{session}", LEADERS, None, once(404)),
    Case("session_calendar", "GET", "/sessions/{session}/calendar.ics", INSIDE),
    Case("list_members", "GET", "/sessions/{session}/members", LEADERS),
    Case(
        "add_member", "POST", "/sessions/{session}/members", LEADERS,
        {"email": "outsider@example.org"},
    ),
    Case(
        "remove_member", "DELETE", "/sessions/{session}/members/{learner}", LEADERS, None,
        once(404),
    ),
    Case(
        "set_role", "PUT", "/sessions/{session}/participants/nobody/role", LEADERS,
        {"role": "learner"}, frozenset({404}),
    ),
    Case("earlier_breakout_sets", "GET", "/sessions/{session}/breakout-sets", LEADERS),
    Case("earlier_polls", "GET", "/sessions/{session}/polls/earlier", LEADERS),
    Case("export_polls", "GET", "/sessions/{session}/polls.csv", LEADERS),
    Case("list_debates_over", "GET", "/sessions/{session}/debates", INSIDE),
    Case(
        "reveal_debate", "POST", "/sessions/{session}/debates/nobody/reveal", LEADERS, None,
        frozenset({404}),
    ),
    Case(
        "open_debate_notes", "POST", "/sessions/{session}/debates/nobody/open-notes", LEADERS,
        None, frozenset({404}),
    ),
    Case("read_plan", "GET", "/sessions/{session}/plan", INSIDE),
    Case(
        "save_agenda", "PUT", "/sessions/{session}/agenda", LEADERS,
        {"activities": [{"title": "Talk", "kind": "talk", "minutes": 5}], "revision": 0}, once(409),
    ),
    Case(
        "save_objectives", "PUT", "/sessions/{session}/objectives", LEADERS,
        {"objectives": [{"text": "Know"}], "revision": 0}, once(409),
    ),
    Case("recording_plan", "GET", "/recordings/{recording}/plan", INSIDE),
    Case("read_dashboard", "GET", "/sessions/{session}/dashboard", LEADERS),
    Case("export_attendance", "GET", "/sessions/{session}/attendance.csv", LEADERS),
    Case("export_participation", "GET", "/sessions/{session}/participation.csv", LEADERS),
    # Before the class begins, those in the lobby are told to wait.
    Case(
        "upload_chat_file", "POST", "/sessions/{session}/files?name=a.txt", INSIDE - {"admin"},
        "words", frozenset({201, 403}),
    ),
    Case(
        "withdraw_chat_file", "DELETE", "/sessions/{session}/files/nothing", INSIDE - {"admin"},
        None, frozenset({404}),
    ),
    Case(
        "read_chat_file", "GET", "/sessions/{session}/files/nothing", INSIDE,
        None, frozenset({404}),
    ),
    Case("read_media_reach", "GET", "/media/reach", ANYONE),
    Case("read_server_status", "GET", "/server", ADMIN),
    Case("list_web_origins", "GET", "/web-origins", STAFF),
    Case(
        "add_web_origin", "POST", "/web-origins", ADMIN, {"address": "https://x.example/a"},
    ),
    Case("remove_web_origin", "DELETE", "/web-origins/www.desmos.com", ADMIN, None, once(404)),
    Case("list_links", "GET", "/sessions/{session}/links", LEADERS),
    Case("create_link", "POST", "/sessions/{session}/links", LEADERS, {"name": "G"}),
    Case("revoke_link", "DELETE", "/sessions/{session}/links/{link_id}", LEADERS),
    Case("list_stream_tokens", "GET", "/sessions/{session}/stream-tokens", LEADERS),
    Case(
        "create_stream_token", "POST", "/sessions/{session}/stream-tokens", LEADERS,
        {"name": "OBS", "use": "camera"},
    ),
    Case(
        "revoke_stream_token", "DELETE", "/sessions/{session}/stream-tokens/{token_id}", LEADERS
    ),
    Case("read_join_link", "GET", "/join/{link}", ANYONE),
    Case("take_seat", "POST", "/join/{link}", ANYONE, {"name": "G"}),
    Case("session_notes", "GET", "/sessions/{session}/notes", INSIDE - {"admin"}),
    Case("session_snapshot", "GET", "/sessions/{session}/snapshot", INSIDE - {"admin"}),
    Case("session_events", "GET", "/sessions/{session}/events?after=0", INSIDE - {"admin"}),
    Case("list_recordings", "GET", "/recordings", USERS),
    Case("read_recording", "GET", "/recordings/{recording}", INSIDE),
    Case("edit_recording", "PATCH", "/recordings/{recording}", LEADERS, {"title": "T"}),
    Case("delete_recording", "DELETE", "/recordings/{recording}", LEADERS),
    Case("restore_recording", "POST", "/recordings/{recording}/restore", LEADERS),
    Case("recording_job", "GET", "/recordings/{recording}/job", INSIDE),
    Case(
        "retry_recording", "POST", "/recordings/{recording}/retry", LEADERS, None,
        frozenset({409}),
    ),
    Case("list_debates_recorded", "GET", "/recordings/{recording}/debates", INSIDE),
    Case("recording_transcript", "GET", "/recordings/{recording}/transcript", INSIDE),
    Case(
        "room_transcript", "GET", "/recordings/{recording}/rooms/0/transcript", INSIDE, None,
        frozenset({404}),
    ),
    Case("search_rooms", "GET", "/recordings/{recording}/rooms/search?q=ink", INSIDE),
    Case("recording_items", "GET", "/recordings/{recording}/items", INSIDE),
    Case("edit_item", "PATCH", "/recordings/{recording}/items/i1", LEADERS, {"stem": "Who?"}),
    Case(
        "respond", "POST", "/recordings/{recording}/items/i1/responses", INSIDE,
        {"option_id": "a"},
    ),
    Case("read_progress", "GET", "/recordings/{recording}/progress", INSIDE),
    Case("write_progress", "PUT", "/recordings/{recording}/progress", INSIDE, {"position_ms": 5}),
    Case("list_bookmarks", "GET", "/recordings/{recording}/bookmarks", INSIDE),
    Case("add_bookmark", "POST", "/recordings/{recording}/bookmarks", INSIDE, {"at_ms": 5}),
    Case(
        "edit_bookmark", "PATCH", "/recordings/{recording}/bookmarks/b1", frozenset({"learner"}),
        {"note": "N"},
    ),
    Case(
        "delete_bookmark", "DELETE", "/recordings/{recording}/bookmarks/b1",
        frozenset({"learner"}),
    ),
    Case("recording_media", "GET", "/recordings/{recording}/media/1/captions.vtt", INSIDE),
    Case("download_recording", "GET", "/recordings/{recording}/download", INSIDE),
    Case("list_debate_formats", "GET", "/debate-formats", USERS),
    Case("read_debate_format", "GET", "/debate-formats/{format}", USERS),
    Case("create_debate_format", "POST", "/debate-formats", STAFF, {"format": FORMAT}),
    Case("edit_debate_format", "PUT", "/debate-formats/{format}", LEADERS, {"format": FORMAT}),
    Case("delete_debate_format", "DELETE", "/debate-formats/{format}", LEADERS),
    Case("restore_debate_format", "POST", "/debate-formats/{format}/restore", LEADERS),
    Case("check_debate_format", "POST", "/debate-formats/check", STAFF, {"format": FORMAT}),
    Case("import_debate_format", "POST", "/debate-formats/import", STAFF, {"text": XML}),
    Case(
        "upload_slides", "POST", "/sessions/{session}/slides?name=a.pdf", LEADERS, None,
        frozenset({400}),
    ),
    Case("list_slide_uploads", "GET", "/sessions/{session}/slides/uploads", LEADERS),
    Case(
        "read_slide_upload", "GET", "/sessions/{session}/slides/uploads/none", LEADERS, None,
        frozenset({404}),
    ),
    Case(
        "cancel_slide_upload", "DELETE", "/sessions/{session}/slides/uploads/none", LEADERS, None,
        frozenset({404}),
    ),
    Case("read_deck", "GET", "/sessions/{session}/slides/deck1", INSIDE),
    Case("list_decks", "GET", "/sessions/{session}/slides", LEADERS),
    Case("order_decks", "PUT", "/sessions/{session}/slides/order", LEADERS, {"deck_ids": []}),
    Case("rename_deck", "PATCH", "/sessions/{session}/slides/deck2", LEADERS, {"name": "Ink"}),
    Case("delete_deck", "DELETE", "/sessions/{session}/slides/deck2", LEADERS),
    Case("restore_deck", "POST", "/sessions/{session}/slides/deck2/restore", LEADERS),
    Case("slide_picture", "GET", "/sessions/{session}/slides/deck1/1/page", INSIDE),
    Case("list_materials", "GET", "/sessions/{session}/materials", INSIDE),
    Case(
        "add_material_link", "POST", "/sessions/{session}/materials/links", LEADERS,
        {"title": "T", "url": "https://example.org/"},
    ),
    Case(
        "upload_material", "POST", "/sessions/{session}/materials/files?name=a.txt", LEADERS, None,
        frozenset({400}),
    ),
    Case(
        "order_materials", "PUT", "/sessions/{session}/materials/order", LEADERS,
        {"material_ids": ["{material}"]}, frozenset({409}),
    ),
    Case("material_progress", "GET", "/sessions/{session}/materials/progress", LEADERS),
    Case(
        "edit_material", "PATCH", "/sessions/{session}/materials/{material}", LEADERS,
        {"title": "New"},
    ),
    Case(
        "delete_material", "DELETE", "/sessions/{session}/materials/{material}", LEADERS, None,
        once(404),
    ),
    Case(
        "mark_material", "PUT", "/sessions/{session}/materials/{material}/mark", INSIDE,
        {"mark": "done"},
    ),
    Case("read_material", "GET", "/sessions/{session}/materials/{material}/file", INSIDE),
    Case("list_notifications", "GET", "/notifications", USERS),
    Case("read_notification", "POST", "/notifications/n1/read", frozenset({"learner"})),
)  # fmt: skip


@dataclass(slots=True)
class School:
    people: dict[str, Person]
    names: dict[str, str]


async def school(house: House, *, is_live: bool = False) -> School:
    """A session with everyone who belongs to it, its recording, and people of another."""
    people = {
        "stranger": await house.stranger(),
        "outsider": await house.person("outsider"),
        "other_facilitator": await house.person("other_facilitator", "facilitator"),
        "learner": await house.person("learner"),
        "facilitator": await house.person("facilitator", "facilitator"),
        "admin": await house.person("admin", "admin"),
    }
    admin, facilitator = people["admin"], people["facilitator"]
    other = await house.session(people["other_facilitator"])
    people["other_guest"] = await house.guest(people["other_facilitator"], other)
    session = await house.session(facilitator, starts_at="2026-04-01T09:00:00Z")
    await facilitator.json(
        "POST", f"/sessions/{session}/members", {"email": "learner@example.org"}, 201
    )
    people["guest"] = await house.guest(facilitator, session)
    # The hub's own thread of the story: people came in, and one recording was made.
    for role in ("facilitator", "learner", "guest"):
        await house.do(people[role], session, c.Join())
        if is_live and role == "facilitator":
            await house.do(facilitator, session, c.StartSession())
    await present(house, facilitator, session)
    link = await facilitator.json("POST", f"/sessions/{session}/links", {"name": "Spare"}, 201)
    token = await facilitator.json(
        "POST", f"/sessions/{session}/stream-tokens", {"name": "OBS", "use": "camera"}, 201
    )
    invitation = await admin.json(
        "POST", "/invitations", {"email": "i@x.org", "name": "I", "role": "learner"}, 201
    )
    uploaded = await facilitator.client.post(
        f"/api/v1/sessions/{session}/materials/files?name=read.txt", data=b"Read this first."
    )
    material = await uploaded.json()
    made = await facilitator.json("POST", "/debate-formats", {"format": FORMAT}, 201)
    outsider = people["outsider"].user
    learner = people["learner"].user
    assert outsider is not None
    assert learner is not None
    reset = await admin.json("POST", f"/users/{outsider.user_id}/reset")
    await record(house, people, session, learner.user_id)
    return School(
        people,
        {
            "session": session,
            "recording": "r1",
            "outsider": outsider.user_id,
            "learner": learner.user_id,
            "link": link["link"].removeprefix("/join/"),
            "link_id": link["link_id"],
            "token_id": token["token_id"],
            "invitation": invitation["link"].removeprefix("/invite/"),
            "invitation_id": invitation["invitation_id"],
            "reset": reset["link"].removeprefix("/reset/"),
            "format": made["summary"]["format_id"],
            "material": material["material_id"],
        },
    )


async def present(house: House, facilitator: Person, session: str) -> None:
    """One page of slides, seen by all who are inside."""
    row = DeckRecord("deck1", session, "Printing", 1, 12, None, house.clock())
    async with house.library.write() as unit:
        await unit.decks.add(row)
    folder = house.data / "slides" / session / "deck1"
    folder.mkdir(parents=True)
    (folder / "page-1.webp").write_bytes(b"RIFF    WEBP")
    page = SlidePage(1, "Paper", "Paper", "mine", 16, 9)
    (folder / "deck.json").write_bytes(msgspec.json.encode(Deck("deck1", "Printing", [page])))
    await house.composition.hub.add_deck(session, "deck1", "Printing", ["Paper"], None)
    await house.composition.hub.add_deck(session, "deck2", "Ink", ["Soot"], None)
    await house.lead(facilitator, session, sc.PresentDeck("deck1"))


async def record(house: House, people: dict[str, Person], session: str, learner_id: str) -> None:
    seats = [
        (await house.seat(people[role], session)) for role in ("facilitator", "learner", "guest")
    ]
    now = house.clock()
    async with house.library.write() as unit:
        await unit.recordings.add_recording(
            {
                "recording_id": "r1",
                "session_id": session,
                "title": "Printing",
                "stage": "published",
                "version": 1,
                "recorded_at": now,
                "created_at": now,
            }
        )
        await unit.recordings.put_people(
            "r1", [(seat.participant_id, seat.name, seat.role) for seat in seats]
        )
        connection = unit.recordings._c
        item = Item(
            "i1", "accepted", "Who printed?",
            [Option("a", "Gutenberg", True, None), Option("b", "Caxton", False, None)],
            "Gutenberg printed.", 0, 900, None, "fact",
        )  # fmt: skip
        await connection.execute(
            t.items.insert().values(recording_id="r1", position=0, **msgspec.to_builtins(item))
        )
        await connection.execute(
            t.bookmarks.insert().values(
                bookmark_id="b1",
                recording_id="r1",
                viewer=f"user:{learner_id}",
                at_ms=1000,
                note="Mine",
                created_at=now,
            )
        )
        await connection.execute(
            t.notifications.insert().values(
                notification_id="n1",
                user_id=learner_id,
                kind="recording_ready",
                recording_id="r1",
                title="Ready",
                path="/recordings/r1",
                created_at=now,
            )
        )
    version = house.data / "recordings" / "r1" / "v1"
    version.mkdir(parents=True)
    (version / "captions.vtt").write_text("WEBVTT\n")
    (version / "download.mp4").write_bytes(b"0" * 4000)
    (version / "recording.json").write_text(json.dumps({"language": "en"}))


def test_the_table_names_every_route() -> None:
    assert sorted(case.name for case in CASES) == sorted(route.name for route in ROUTES)


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    async with open_house(tmp_path) as house:
        yield house


async def refusals(told: School, case: Case) -> list[str]:
    """What went otherwise than the table says."""
    path = case.path.format(**told.names)
    wrong: list[str] = []
    # Those who must not get in ask first, while everything is still there.
    for role in sorted(ROLES, key=lambda role: role in case.allowed):
        answer = await told.people[role].ask(case.method, path, case.body)
        text = await answer.text()
        expected = case.statuses
        if role not in case.allowed:
            expected = {401} if role == "stranger" else {401, 403, 404}
        if answer.status not in expected or (answer.status >= 400 and '"error"' not in text):
            wrong.append(f"{role}: {case.method} {path} → {answer.status} {text[:200]}")
    return wrong


async def test_reading_routes_let_in_whom_they_should(house: House) -> None:
    told = await school(house, is_live=True)
    wrong = [line for case in CASES if case.method == "GET" for line in await refusals(told, case)]
    assert wrong == []


@pytest.mark.parametrize(
    "case", [case for case in CASES if case.method != "GET"], ids=lambda case: case.name
)
async def test_writing_routes_let_in_whom_they_should(house: House, case: Case) -> None:
    assert await refusals(await school(house), case) == []
