"""DB14: ballots are paired by person, and nobody can find out whose is whose.

What somebody with database, log and write-ahead log has, but not the key: names that fit nobody.
After the second round even the key would be of no use: only the count is left.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import sqlite3
import uuid
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from server.domain import commands as c
from server.domain import debate_commands as dc
from server.domain.debate_format import to_data
from server.domain.state import Actor
from server.live.clock import SystemClock
from server.live.mailbox import RoomMailbox
from server.storage.ballot_keys import BallotKeyFiles
from server.storage.engines import sync_engine
from server.storage.event_log import EventLog
from server.storage.migrate import upgrade
from tests.debate_world import shipped
from tests.live_world import FAY

CROWD = [Actor(f"voter{n:02}", "learner", f"Voter {n}") for n in range(12)]
CHOICES = ("for", "against", "undecided")
BEFORE = [CHOICES[n % 3] for n in range(12)]
AFTER = [CHOICES[0] if n % 2 else CHOICES[n % 3] for n in range(12)]


class Class:
    def __init__(self, folder: Path, log: EventLog) -> None:
        self.folder = folder
        self.log = log
        self.keys = folder / "keys"
        self.debate_id = ""
        self.mailbox = self._mailbox()

    def _mailbox(self) -> RoomMailbox:
        return RoomMailbox(
            "s1", self.log, SystemClock(), lambda: uuid.uuid4().hex, lambda *_: None,
            hold_votes_s=0.02, ballot_keys=BallotKeyFiles(self.keys),
        )  # fmt: skip

    async def restart(self) -> None:
        await self.mailbox.close()
        self.mailbox = self._mailbox()
        await self.mailbox.open()
        for who in (FAY, *CROWD):
            await self.do(who, c.Join())

    async def do(self, actor: Actor, command: Any, command_id: str | None = None) -> Any:
        answer = await self.mailbox.submit(actor, command, command_id)
        assert answer.ok, answer
        return answer

    async def vote(self, round_: Any, choices: list[Any], voters: int = 12) -> None:
        await self.do(FAY, dc.OpenBallot(self.debate_id, round_))
        for start in range(0, voters, 4):
            await asyncio.gather(
                *(
                    self.do(
                        CROWD[n],
                        dc.CastBallot(self.debate_id, round_, choices[n]),
                        f"command-{round_}-{n:02}",
                    )
                    for n in range(start, start + 4)
                )
            )
        await self.do(FAY, dc.CloseBallot(self.debate_id))

    def rows(self) -> dict[str, list[tuple[Any, ...]]]:
        with sqlite3.connect(self.folder / "live.db") as raw:
            tables = [
                name
                for (name,) in raw.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
            ]
            rows = {name: raw.execute(f"SELECT * FROM {name}").fetchall() for name in tables}
        raw.close()
        return rows

    def disk(self) -> bytes:
        return b"".join(one.read_bytes() for one in self.folder.iterdir() if one.is_file())


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
    planned = await made.do(FAY, dc.PlanDebate("Motion", format=to_data(shipped("quick"))))
    made.debate_id = planned.result["debate_id"]
    yield made
    await made.mailbox.close()
    await log.close()
    live.dispose()


def matrix() -> list[list[int]]:
    counts = [[0] * 3 for _ in CHOICES]
    for before, after in zip(BEFORE, AFTER, strict=True):
        counts[CHOICES.index(before)][CHOICES.index(after)] += 1
    return counts


async def test_DB14_pairs_survive_a_restart_between_the_rounds(room: Class) -> None:
    await room.vote("before", BEFORE)
    await room.restart()
    refused = await room.mailbox.submit(CROWD[0], dc.OpenBallot(room.debate_id, "after"))
    assert refused.error is not None
    await room.vote("after", AFTER)
    await room.restart()
    await room.do(FAY, dc.DrawSeats(room.debate_id, "random"))
    await room.do(FAY, dc.BeginDebate(room.debate_id))
    await room.do(FAY, dc.EndDebate(room.debate_id))
    await room.do(FAY, dc.RevealDebate(room.debate_id))
    result = room.mailbox.state.debates[room.debate_id].result
    assert result is not None
    assert result["ballot"]["matrix"] == matrix()
    assert result["ballot"]["turnout"] == {"before": 12, "after": 12, "both": 12}


async def test_DB14_between_the_rounds_nothing_in_the_database_names_a_voter(room: Class) -> None:
    await room.vote("before", BEFORE)
    rows = room.rows()
    ballots = [json.loads(row[3]) for row in rows["anonymous_votes"]]
    assert sorted(one["choice"] for one in ballots) == sorted(BEFORE)
    people = [who.participant_id or "" for who in CROWD]
    guesses = {
        digest(text.encode()).hexdigest()
        for who in people
        for text in (who, f"{room.debate_id}{who}", f"{room.debate_id}:{who}", f"s1{who}")
        for digest in (hashlib.sha256, hashlib.sha1, hashlib.md5)
    }
    for one in ballots:
        assert one["name"] not in guesses
        assert not any(who in str(one) for who in people)
    for table, content in rows.items():
        if table != "anonymous_votes":
            assert not any(one["name"] in str(content) for one in ballots), table
    (key,) = room.keys.iterdir()
    assert key.stat().st_mode & 0o077 == 0
    assert key.read_bytes() not in room.disk()
    assert key.read_bytes().hex().encode() not in room.disk()
    for event in rows["events"]:
        if event[7] == "debate_ballot_cast":
            assert set(json.loads(event[9])) == {"debate_id", "round"}
            assert event[10] is None, "no command leads to a ballot"
    assert [row[2] for row in rows["has_voted"]] == sorted(people)
    written = (room.folder / "live.db-wal").read_bytes()
    assert not any(one["name"].encode() in written for one in ballots)


async def test_DB14_after_the_second_round_only_the_count_is_left(room: Class) -> None:
    await room.vote("before", BEFORE)
    names = [json.loads(row[3])["name"] for row in room.rows()["anonymous_votes"]]
    assert names[0].encode() in room.disk()
    await room.vote("after", AFTER, voters=8)
    rows = room.rows()["anonymous_votes"]
    pairs = sorted(tuple(json.loads(row[3])) for row in rows)
    assert pairs == sorted(zip(BEFORE[:8], AFTER[:8], strict=True))
    assert {row[1] for row in rows} == {f"{room.debate_id}:both"}
    assert not any(name.encode() in room.disk() for name in names)
    assert list(room.keys.iterdir()) == []


async def test_DB14_the_sessions_end_erases_ballots_of_one_round(room: Class) -> None:
    await room.vote("before", BEFORE)
    await room.do(FAY, c.EndSession())
    assert room.rows()["anonymous_votes"] == []
    assert list(room.keys.iterdir()) == []


async def test_DB14_so_does_deleting_the_debate(room: Class) -> None:
    await room.vote("before", BEFORE)
    await room.do(FAY, dc.DeleteDebate(room.debate_id))
    assert room.rows()["anonymous_votes"] == []
    assert list(room.keys.iterdir()) == []


async def test_DB14_a_repeat_and_a_second_ballot_count_once(room: Class) -> None:
    await room.do(FAY, dc.OpenBallot(room.debate_id, "before"))
    ballot = dc.CastBallot(room.debate_id, "before", "for")
    first = await room.do(CROWD[0], ballot, "the-same-command")
    assert await room.do(CROWD[0], ballot, "the-same-command") == first
    again = await room.mailbox.submit(CROWD[0], dc.CastBallot(room.debate_id, "before", "against"))
    assert again.error is not None
    assert again.error.code == "already_voted"
    assert first.seq is None
    await room.do(FAY, dc.CloseBallot(room.debate_id))
    assert room.mailbox.state.debates[room.debate_id].voted == {"before": 1}
