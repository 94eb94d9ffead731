"""PO7: who answered what in an anonymous poll of any kind cannot be found out afterwards.

What somebody with the whole disk has: the tables of ``live.db``, the events in them, the answers
to commands, and the bytes of the database and its write-ahead log. The tests try to join them.
"""

from __future__ import annotations

import asyncio
import json
import sqlite3
import uuid
from collections.abc import AsyncIterator
from dataclasses import replace
from itertools import permutations
from pathlib import Path
from typing import Any

import pytest

from server.domain import commands as c
from server.domain.poll_events import PollAnswer, PollKind
from server.domain.state import Actor
from server.live.clock import SystemClock
from server.live.mailbox import RoomMailbox
from server.storage.engines import sync_engine
from server.storage.event_log import EventLog
from server.storage.migrate import upgrade
from tests.live_world import FAY
from tests.poll_samples import POLLS

CROWD = [Actor(f"voter{n:02}", "learner", f"Voter {n}") for n in range(12)]
ORDERS = list(permutations(range(4)))

SECRETS: dict[PollKind, list[PollAnswer]] = {
    "multiple": [(n % 4, 3) if n % 4 != 3 else (3,) for n in range(12)],
    "rating": [1 + (n * 3) % 5 for n in range(12)],
    "ranking": [ORDERS[(n * 7) % 24] for n in range(12)],
    "matching": [((n * 2) % 3, n % 3) for n in range(12)],
    "word_cloud": [(f"CONFIDED{n:02}", f"WHISPERED{n:02}") for n in range(12)],
    "short_text": [f"ENTRUSTED{n:02} to nobody" for n in range(12)],
    "numeric": [1400.5 + (n * 5) % 12 for n in range(12)],
}


class Class:
    def __init__(self, folder: Path, log: EventLog) -> None:
        self.folder = folder
        self.mailbox = RoomMailbox(
            "s1", log, SystemClock(), lambda: uuid.uuid4().hex, lambda *_: None, hold_votes_s=0.02
        )

    async def do(self, actor: Actor, command: Any, command_id: str | None = None) -> Any:
        answer = await self.mailbox.submit(actor, command, command_id)
        assert answer.ok, answer
        return answer

    async def ask(self, kind: PollKind) -> str:
        plan = replace(POLLS[kind], is_anonymous=True, audience="host", opens=True)
        return (await self.do(FAY, plan)).result["poll_id"]

    def rows(self) -> dict[str, list[tuple[Any, ...]]]:
        with sqlite3.connect(self.folder / "live.db") as raw:
            tables = [
                name
                for (name,) in raw.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
            ]
            rows = {name: raw.execute(f"SELECT * FROM {name}").fetchall() for name in tables}
        raw.close()
        return rows


@pytest.fixture
async def room(tmp_path: Path) -> AsyncIterator[Class]:
    engine = sync_engine(tmp_path / "live.db")
    upgrade(engine, "live")
    engine.dispose()
    live = sync_engine(tmp_path / "live.db", "FULL")
    log = EventLog(live)
    await log.start()
    made = Class(tmp_path, log)
    await made.mailbox.open()
    await made.do(FAY, c.Join())
    await made.do(FAY, c.StartSession())
    for who in CROWD:
        await made.do(who, c.Join())
    yield made
    await made.mailbox.close()
    await log.close()
    live.dispose()


@pytest.mark.parametrize("kind", SECRETS)
async def test_PO7_nothing_joins_an_answer_to_its_author(room: Class, kind: PollKind) -> None:
    poll_id = await room.ask(kind)
    answers = SECRETS[kind]
    for start in range(0, 12, 4):
        await asyncio.gather(
            *(
                room.do(CROWD[n], c.Vote(poll_id, answer=answers[n]), f"command-{n:02}")
                for n in range(start, start + 4)
            )
        )
    rows = room.rows()
    votes = [row for row in rows["anonymous_votes"] if row[1] == poll_id]
    assert sorted(json.dumps(json.loads(row[3])) for row in votes) == sorted(
        json.dumps(list(answer) if isinstance(answer, tuple) else answer) for answer in answers
    )
    people = [who.participant_id or "" for who in CROWD]
    # Rows of votes know no person, command or time; rows that know one know no vote.
    for row in votes:
        assert not any(person in str(row) for person in people)
        assert "command" not in str(row)
    keys = [row[2] for row in votes]
    stored = {row[3] for row in votes}
    for table, content in rows.items():
        if table == "anonymous_votes":
            continue
        assert not any(key in str(content) for key in keys), table
    for event in rows["events"]:
        if event[7] in ("vote_cast", "poll_counted"):
            assert set(json.loads(event[9])) <= {"poll_id", "voted_count"}
            assert event[10] is None, "no command leads to a vote"
    for name in ("personal_text", "command_answers", "has_voted"):
        for row in rows[name]:
            assert not stored & {value for value in row if isinstance(value, str)}, name
    in_rows = [json.loads(row[3]) for row in votes]
    in_turn = [list(answer) if isinstance(answer, tuple) else answer for answer in answers]
    assert in_rows not in (in_turn, in_turn[::-1])
    assert [row[2] for row in rows["has_voted"]] == sorted(people)


@pytest.mark.parametrize("kind", ["word_cloud", "short_text"])
async def test_PO7_texts_are_on_the_disk_once_until_the_poll_closes(
    room: Class, kind: PollKind
) -> None:
    """Neither an older order of the rows nor the write-ahead log keeps a text."""
    poll_id = await room.ask(kind)
    for start in range(0, 12, 3):
        await asyncio.gather(
            *(
                room.do(CROWD[n], c.Vote(poll_id, answer=SECRETS[kind][n]))
                for n in range(start, start + 3)
            )
        )
    assert (room.folder / "live.db-wal").stat().st_size == 0
    blob = b"".join(path.read_bytes() for path in room.folder.iterdir())
    word = b"CONFIDED" if kind == "word_cloud" else b"ENTRUSTED"
    places = [blob.find(word + f"{n:02}".encode()) for n in range(12)]
    assert all(blob.count(word + f"{n:02}".encode()) == 1 for n in range(12))
    assert places != sorted(places)
    assert places != sorted(places, reverse=True)


async def test_PO7_answers_survive_a_restart_and_count_once(room: Class) -> None:
    poll_id = await room.ask("short_text")
    for n in range(6):
        await room.do(CROWD[n], c.Vote(poll_id, answer=f"Text {n}"))
    shown = room.mailbox.shown_tallies[poll_id]
    assert shown.count >= 5
    await room.mailbox.close()
    log = room.mailbox._log  # pyright: ignore[reportPrivateUsage]
    again = RoomMailbox(
        "s1", log, SystemClock(), lambda: uuid.uuid4().hex, lambda *_: None, hold_votes_s=0.02
    )
    await again.open()
    room.mailbox = again
    assert again.shown_tallies[poll_id].entries == tuple(f"Text {n}" for n in range(6))
    await room.do(FAY, c.Join())
    await room.do(CROWD[0], c.Join())
    refused = await again.submit(CROWD[0], c.Vote(poll_id, answer="Once more"))
    assert refused.error is not None
    assert refused.error.code == "already_voted"
    await room.do(FAY, c.ClosePoll(poll_id))
    final = again.state.polls[poll_id].final
    assert final is not None
    assert final.entries == tuple(f"Text {n}" for n in range(6))
    loaded = await log.load("s1")
    assert loaded.state == again.state
