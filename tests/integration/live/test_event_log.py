"""The event log on disk: what is committed together, what can be read, what cannot be known."""

from __future__ import annotations

import asyncio
import re
import sqlite3
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy.exc import IntegrityError, OperationalError

from server.domain import commands as c
from server.domain.channels import SESSION
from server.domain.chat_events import ChatSent
from server.domain.events import Event
from server.domain.session import fold
from server.live.ports import AnonymousVote, Answer, Append
from server.storage.engines import sync_engine
from server.storage.event_log import EventLog
from server.storage.event_reading import read_events
from server.storage.migrate import upgrade
from tests.live_world import ADA, BOB, FAY, OPEN, World, live_class


@pytest.fixture
async def event_log(tmp_path: Path) -> AsyncIterator[EventLog]:
    engine = sync_engine(tmp_path / "live.db")
    upgrade(engine, "live")
    engine.dispose()
    live = sync_engine(tmp_path / "live.db", "FULL")
    log = EventLog(live)
    await log.start()
    yield log
    await log.close()
    live.dispose()


def class_with_everything() -> World:
    world = live_class(OPEN, ADA, BOB)
    world.do(FAY, c.StartRecording())
    world.do(ADA, c.GiveConsent(True))
    world.do(ADA, c.SendChat("hello “world” ✓"))
    world.do(FAY, c.MarkMoment("the label"))
    world.do(FAY, c.CreatePoll("?", ("a", "b"), key=1))
    poll_id = world.last("poll_created")["poll_id"]
    world.do(FAY, c.OpenPoll(poll_id))
    world.do(ADA, c.Vote(poll_id, 1))
    return world


async def test_EV5_what_is_written_is_read_and_folds_to_the_same_state(
    event_log: EventLog, tmp_path: Path
) -> None:
    world = class_with_everything()
    await event_log.append(Append("s1", events=world.log))
    assert await event_log.read_events("s1") == world.log
    assert await event_log.read_events("s1", after=3, limit=2) == world.log[3:5]
    assert await event_log.read_events("s2") == []
    assert (await event_log.load("s1")).state == world.state
    # Another process reads while this one writes.
    reader = sync_engine(tmp_path / "live.db")
    assert read_events(reader, "s1") == world.log
    reader.dispose()


async def test_EV5_a_cached_state_is_only_a_cache(event_log: EventLog, tmp_path: Path) -> None:
    world = class_with_everything()
    await event_log.append(Append("s1", events=world.log[:8], snapshot=fold("s1", world.log[:8])))
    await event_log.append(Append("s1", events=world.log[8:]))
    assert (await event_log.load("s1")).state == world.state
    with sqlite3.connect(tmp_path / "live.db") as raw:
        raw.execute("UPDATE session_snapshots SET state = '{broken'")
    raw.close()
    assert (await event_log.load("s1")).state == world.state
    with sqlite3.connect(tmp_path / "live.db") as raw:
        raw.execute("UPDATE session_snapshots SET version = 99")
    raw.close()
    assert (await event_log.load("s1")).state == world.state


async def test_EV9_appends_that_wait_together_share_a_transaction(event_log: EventLog) -> None:
    logs = []
    for n in range(40):
        world = live_class(OPEN, ADA)
        logs.append([_in_session(event, f"s{n}") for event in world.log])
    await asyncio.gather(
        *(event_log.append(Append(f"s{n}", events=log)) for n, log in enumerate(logs))
    )
    assert event_log.commits < 10
    for n, log in enumerate(logs):
        assert await event_log.read_events(f"s{n}") == log


async def test_EV1_a_bad_append_fails_alone_and_leaves_nothing(event_log: EventLog) -> None:
    good, bad = live_class(OPEN, ADA).log, live_class().log
    await event_log.append(Append("s2", events=[_in_session(event, "s2") for event in bad]))
    answer = Answer("ada", "command-1", "{}")
    results = await asyncio.gather(
        event_log.append(Append("s1", events=good)),
        event_log.append(
            Append("s2", events=[_in_session(event, "s2") for event in bad], answers=[answer])
        ),
        return_exceptions=True,
    )
    assert results[0] is None
    assert isinstance(results[1], IntegrityError)
    assert (await event_log.load("s2")).answers == {}
    assert len(await event_log.read_events("s2")) == len(bad)


async def test_EV1_after_a_full_disk_the_log_goes_on(event_log: EventLog) -> None:
    def pages(setting: str = "") -> int:
        assert event_log._connection is not None
        cursor = event_log._connection.connection.cursor()
        return cursor.execute(f"PRAGMA max_page_count {setting}").fetchone()[0]

    world = live_class(OPEN, ADA)
    most = pages()
    assert pages("= 1") < most  # SQLite takes as many as there are
    for _ in range(80):
        world.do(ADA, c.SendChat("a word" * 100))
    with pytest.raises(OperationalError, match="full"):
        await event_log.append(Append("s1", events=world.log))
    pages(f"= {most}")
    await event_log.append(Append("s1", events=world.log))
    assert await event_log.read_events("s1") == world.log


def _in_session(event: Event, session_id: str) -> Event:
    from dataclasses import replace

    return replace(event, session_id=session_id)


async def test_EV7_personal_text_lies_apart_and_can_be_erased(
    event_log: EventLog, tmp_path: Path
) -> None:
    world = class_with_everything()
    await event_log.append(Append("s1", events=world.log))
    with sqlite3.connect(tmp_path / "live.db") as raw:
        stored = " ".join(data for (data,) in raw.execute("SELECT data FROM events"))
        for text in ("Ada", "Fay", "hello", "the label"):
            assert text not in stored
        raw.execute("DELETE FROM personal_text")
    raw.close()
    state = (await event_log.load("s1")).state
    assert state.participants["ada"].name == ""
    assert state.chat[0].text == ""
    assert state.chat[0].participant_id == "ada"


async def test_EV7_a_deleted_message_is_gone_from_the_disk(
    event_log: EventLog, tmp_path: Path
) -> None:
    world = live_class(OPEN, ADA)
    world.do(ADA, c.SendChat("UNFORTUNATE WORDS"))
    world.do(ADA, c.SendChat("kept words"))
    await event_log.append(Append("s1", events=world.log, snapshot=world.state))
    told = len(world.log)
    world.do(FAY, c.DeleteChat(world.state.chat[0].message_id))
    await event_log.append(Append("s1", events=world.log[told:]))
    state = (await event_log.load("s1")).state
    assert [message.text for message in state.chat] == ["", "kept words"]
    bodies = [event.body for event in await event_log.read_events("s1")]
    assert [body.text for body in bodies if isinstance(body, ChatSent)] == ["", "kept words"]
    await event_log.close()
    with sqlite3.connect(tmp_path / "live.db") as raw:
        raw.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    raw.close()
    on_disk = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert b"UNFORTUNATE" not in on_disk
    assert b"kept words" in on_disk


async def test_SE6_live_sessions_and_heartbeats_are_found(event_log: EventLog) -> None:
    world = live_class()
    await event_log.append(Append("s1", events=world.log, alive_at_ms=1234))
    await event_log.append(Append("s1", alive_at_ms=2345))
    assert await event_log.live_session_ids() == ["s1"]
    assert (await event_log.load("s1")).alive_until_ms == 2345
    assert await event_log.untold_ends() == []
    told = len(world.log)
    world.do(FAY, c.StartRecording())
    recording_id = world.state.recording.recording_id
    world.do(FAY, c.EndSession())
    await event_log.append(Append("s1", events=world.log[told:]))
    assert await event_log.live_session_ids() == []
    assert await event_log.untold_ends() == [("s1", recording_id)]
    await event_log.append(Append("s1", is_end_told=True))
    assert await event_log.untold_ends() == []


async def test_closing_writes_what_waits_and_refuses_more(tmp_path: Path) -> None:
    engine = sync_engine(tmp_path / "live.db")
    upgrade(engine, "live")
    engine.dispose()
    live = sync_engine(tmp_path / "live.db", "FULL")
    log = EventLog(live)
    await log.start()
    waiting = asyncio.create_task(log.append(Append("s1", events=live_class().log)))
    await asyncio.sleep(0)
    await log.close()
    await waiting
    await log.close()
    with pytest.raises(RuntimeError):
        await log.append(Append("s1", alive_at_ms=1))
    assert await log.live_session_ids() == ["s1"]
    live.dispose()


# ---- PO7: anonymity --------------------------------------------------------------------------

VOTERS = [f"voter{n:02}" for n in range(24)]


def option_of(n: int) -> int:
    """Not a pattern that a sorted or reversed table would show."""
    return (n * 7 + n // 3) % 4


async def cast(event_log: EventLog, batches: list[list[int]]) -> None:
    for batch in batches:
        await event_log.append(
            Append(
                "s1",
                votes=[AnonymousVote("poll", VOTERS[n], str(option_of(n))) for n in batch],
                answers=[Answer(VOTERS[n], f"command-{n}", '{"ok":true}') for n in batch],
            )
        )


async def test_PO7_no_table_joins_a_vote_to_its_voter(event_log: EventLog, tmp_path: Path) -> None:
    await cast(event_log, [list(range(n, n + 4)) for n in range(0, 24, 4)])
    with sqlite3.connect(tmp_path / "live.db") as raw:
        columns = [row[1] for row in raw.execute("PRAGMA table_info(anonymous_votes)")]
        assert columns == ["session_id", "poll_id", "vote_key", "answer"]
        with pytest.raises(sqlite3.OperationalError):
            raw.execute("SELECT rowid FROM anonymous_votes")
        with pytest.raises(sqlite3.OperationalError):
            raw.execute("SELECT rowid FROM has_voted")
        votes = raw.execute("SELECT vote_key, answer FROM anonymous_votes").fetchall()
        assert sorted(int(answer) for _, answer in votes) == sorted(option_of(n) for n in range(24))
        # No value of a vote's row is anywhere else in the database.
        for (table,) in raw.execute("SELECT name FROM sqlite_master WHERE type = 'table'"):
            if table == "anonymous_votes":
                continue
            everything = str(raw.execute(f"SELECT * FROM {table}").fetchall())
            assert not any(key in everything for key, _ in votes), table
    raw.close()


@pytest.mark.parametrize("size", [3, 24])
async def test_PO7_the_order_of_rows_and_bytes_says_nothing(
    event_log: EventLog, tmp_path: Path, size: int
) -> None:
    """Neither the table's order nor the bytes of database and log follow the order of voting."""
    await cast(event_log, [list(range(n, n + size)) for n in range(0, 24, size)])
    with sqlite3.connect(tmp_path / "live.db") as raw:
        rows = raw.execute("SELECT vote_key, answer FROM anonymous_votes").fetchall()
        keys = {key for key, _ in rows}
    raw.close()
    cast_order = [option_of(n) for n in range(24)]
    assert [int(answer) for _, answer in rows] != cast_order
    found: dict[str, int] = {}
    for path in sorted(tmp_path.iterdir()):
        blob = path.read_bytes()
        text = re.findall(rb"(?<=poll)[0-9a-f]{32}", blob)
        for key in text:
            found[key.decode()] = found.get(key.decode(), 0) + 1
    # Earlier keys are overwritten everywhere: what is left is the last shuffle, once.
    assert {key for key in found if key in keys} == keys
    by_place = sorted(rows, key=lambda row: _place(tmp_path, row[0]))
    options = [int(answer) for _, answer in by_place]
    assert options not in (cast_order, cast_order[::-1])
    assert set(found) == keys, "keys of earlier batches are still on the disk"


def _place(folder: Path, key: str) -> int:
    return (folder / "live.db").read_bytes().find(key.encode())


async def test_PO7_the_write_ahead_log_keeps_no_vote(event_log: EventLog, tmp_path: Path) -> None:
    await cast(event_log, [[0], [1], [2], [3, 4, 5]])
    assert (tmp_path / "live.db-wal").stat().st_size == 0


async def test_PO4_nobody_votes_twice_whatever_happens_above(event_log: EventLog) -> None:
    await cast(event_log, [[0, 1]])
    with pytest.raises(IntegrityError):
        await cast(event_log, [[1]])


async def test_unknown_channels_and_types_are_kept(event_log: EventLog, tmp_path: Path) -> None:
    """A log written by a newer program is read as far as it is understood."""
    await event_log.append(Append("s1", events=live_class().log))
    with sqlite3.connect(tmp_path / "live.db") as raw:
        seq = raw.execute("SELECT max(seq) FROM events").fetchone()[0]
        raw.execute(
            "INSERT INTO events VALUES ('s1', ?, 'side:blue', 1, 999, NULL, NULL, "
            "'hologram_shown', 3, '{\"x\": 1}', NULL)",
            (seq + 1,),
        )
    raw.close()
    loaded = await event_log.load("s1")
    assert loaded.state.seq == seq + 1
    assert loaded.state.channels["side:blue"] == 1
    assert loaded.state.channels[SESSION] == seq
