"""A server that dies in mid-session: the next one goes on, and nothing said is lost or doubled."""

from __future__ import annotations

import asyncio
import sqlite3
from collections import Counter
from random import Random
from typing import Any

import pytest

from server.domain import commands as c
from server.domain.poll_result import result_of
from server.domain.record import record_of
from tests.live_server import Client, LiveServer, until


async def recorded_class(server: LiveServer) -> list[Client]:
    (fay,) = await server.join("fay")
    await fay.do("start_session")
    ada, bob = await server.join("ada", "bob")
    await fay.do("start_recording")
    for client in (fay, ada):
        await client.do("give_consent", is_given=True)
    return [fay, ada, bob]


async def test_SE6_the_class_goes_on_after_a_crash_with_a_declared_gap(
    server: LiveServer,
) -> None:
    fay, ada, bob = await recorded_class(server)
    host = server.media.host
    assert host is not None
    await host.report("s1", c.ReportCaptureStarted("cap", "ada", "camera", "captures/s1/c.rtp"))
    await ada.do("send_chat", text="before")
    await ada.do("raise_hand")
    recording_id = server.state().recording.recording_id
    server.clock.pass_ms(7000)
    await server.hub.tick()
    alive_ms = server.hub.now_ms("s1")
    await server.crash()
    await server.restart(down_ms=3000)
    assert server.hub.state("s1") is not None, "taken over without anybody asking"
    assert {p.presence for p in server.state().participants.values()} == {"away"}
    server.clock.pass_ms(500)
    for client in (fay, ada, bob):
        await client.reconnect()
    state = server.state()
    assert (state.epoch, state.captures) == (2, {})
    assert (state.recording.stage, state.recording.recording_id) == ("on", recording_id)
    assert state.is_on_record("ada")
    assert not state.is_on_record("bob")
    assert [hand.participant_id for hand in state.hands] == ["ada"]
    await ada.do("send_chat", text="after")
    server.clock.pass_ms(2000)
    await fay.do("end_session")
    await until(lambda: server.ended == [("s1", recording_id)], "the end was passed on")
    record = record_of("s1", await server.log.read_events("s1"))
    assert [line.text for line in record.chat] == ["before", "after"]
    (gap,) = record.gaps
    assert (gap.reason, gap.from_ms, gap.to_ms) == ("server_restart", alive_ms, alive_ms + 3500)
    assert record.time.duration_ms == 7000 + 2000
    assert record.epochs[1] == (2, alive_ms + 3000)


async def test_TL1_a_wall_clock_set_back_does_not_turn_the_session_back(
    server: LiveServer,
) -> None:
    fay, *_ = await recorded_class(server)
    server.clock.pass_ms(5000)
    await fay.do("send_chat", text="late")
    before_ms = server.state().at_ms
    await server.crash()
    server.clock.wall_ms -= 3_600_000
    await server.restart()
    assert server.hub.now_ms("s1") >= before_ms


async def test_EV3_a_repeat_after_a_restart_gets_the_first_answer(server: LiveServer) -> None:
    fay, ada, _ = await recorded_class(server)
    first = await ada.send("send_chat", "the-same-id", text="once")
    poll_id = (await fay.do("create_poll", question="?", options=["a", "b"], is_anonymous=True))[
        "poll_id"
    ]
    await fay.do("open_poll", poll_id=poll_id)
    vote = await ada.send("vote", "the-vote-id", poll_id=poll_id, option=1)
    assert vote["ok"]
    await server.crash()
    await server.restart()
    await ada.reconnect()
    assert await ada.send("send_chat", "the-same-id", text="once") == first
    assert await ada.send("vote", "the-vote-id", poll_id=poll_id, option=1) == vote
    assert await ada.code("vote", poll_id=poll_id, option=0) == "already_voted"
    await fay.reconnect()
    await fay.do("close_poll", poll_id=poll_id)
    await until(lambda: fay.view["polls"][0]["tally"] == [0, 1], "the tally is shown")
    assert fay.view["polls"][0]["voted_count"] == 1
    assert [line.text for line in server.state().chat] == ["once"]


async def test_a_second_crash_declares_a_second_gap(server: LiveServer) -> None:
    fay, *_ = await recorded_class(server)
    for _ in range(2):
        server.clock.pass_ms(2000)
        await server.hub.tick()
        await server.crash()
        await server.restart(down_ms=1000)
        await fay.reconnect()
    server.clock.pass_ms(2000)
    await fay.do("end_session")
    record = record_of("s1", await server.log.read_events("s1"))
    assert [gap.reason for gap in record.gaps] == ["server_restart"] * 2
    assert record.time.duration_ms == 6000


async def test_a_closed_server_is_a_restart_to_the_class(server: LiveServer) -> None:
    """Nobody is sent away: the next process declares the gap and people come back."""
    fay, ada, _ = await recorded_class(server)
    server.clock.pass_ms(4000)
    await server.hub.close()
    await server.hub.close()
    assert fay.closed is ada.closed is None
    await server.close_server()
    await server.restart(down_ms=1000)
    await fay.reconnect()
    assert server.state().epoch == 2
    server.clock.pass_ms(1)
    await fay.do("end_session")
    record = record_of("s1", await server.log.read_events("s1"))
    assert [(gap.reason, gap.to_ms - gap.from_ms) for gap in record.gaps] == [
        ("server_restart", 1000)
    ]


async def test_SE7_an_end_that_was_not_passed_on_is_passed_on_by_the_next_process(
    server: LiveServer,
) -> None:
    fay, *_ = await recorded_class(server)
    host = server.media.host
    assert host is not None
    await host.report("s1", c.ReportCaptureStarted("cap", "ada", "camera", "captures/s1/c.rtp"))
    recording_id = server.state().recording.recording_id
    await fay.do("end_session")  # now it waits for the capture to be sealed
    for task in asyncio.all_tasks():
        if task.get_name() == "end-s1":
            task.cancel()
    await server.crash()
    assert server.ended == []
    await server.restart()
    await until(lambda: server.ended == [("s1", recording_id)], "the end was passed on")
    await until(lambda: _count(server, "session_ends") == 0, "and noted")


def _count(server: LiveServer, table: str) -> int:
    raw = sqlite3.connect(server.path)
    try:
        return raw.execute(f"SELECT count(*) FROM {table}").fetchone()[0]
    finally:
        raw.close()


async def test_EV1_when_the_commit_fails_nothing_has_happened(server: LiveServer) -> None:
    fay, ada, _ = await recorded_class(server)
    lock = sqlite3.connect(server.path, isolation_level=None)
    lock.execute(
        "CREATE TRIGGER full BEFORE INSERT ON events BEGIN SELECT raise(abort, 'full'); END"
    )
    before = server.state()
    assert await ada.code("send_chat", text="lost") == "not_saved"
    assert server.state() is before
    lock.execute("DROP TRIGGER full")
    lock.close()
    await ada.do("send_chat", text="kept")
    await fay.sees("chat_sent")
    await fay.is_level()
    assert [line["text"] for line in fay.view["chat"]] == ["kept"]


async def test_PO7_votes_are_committed_in_batches_and_acknowledged_after(
    server: LiveServer,
) -> None:
    fay, *voters = await server.join("fay", "ada", "bob", "cyd", "dan", "eve")
    await fay.do("start_session")
    poll_id = (await fay.do("create_poll", question="?", options=["a", "b"], is_anonymous=True))[
        "poll_id"
    ]
    await fay.do("open_poll", poll_id=poll_id)
    before = server.log.commits
    votes = [voter.do("vote", poll_id=poll_id, option=n % 2) for n, voter in enumerate(voters)]
    await asyncio.gather(*votes)
    assert server.log.commits - before < len(voters)
    assert _count(server, "anonymous_votes") == _count(server, "has_voted") == 5
    # From five votes on the open poll shows its tally, which the log does not hold.
    await until(lambda: fay.view["polls"][0]["tally"] == [3, 2], "the tally is shown")
    logged = [e for e in await server.log.read_events("s1") if e.type == "poll_counted"]
    assert all("tally" not in event.data for event in logged)
    for client in (fay, *voters):
        await client.is_level()
    await server.crash()
    await server.restart()
    await fay.reconnect()
    assert fay.view["polls"][0]["tally"] == [3, 2]


async def test_PO7_one_vote_is_not_held_for_ever(server: LiveServer) -> None:
    fay, ada, bob = await recorded_class(server)
    poll_id = (await fay.do("create_poll", question="?", options=["a", "b"], is_anonymous=True))[
        "poll_id"
    ]
    await fay.do("open_poll", poll_id=poll_id)
    await ada.do("vote", poll_id=poll_id, option=0)
    vote = asyncio.create_task(bob.send("vote", poll_id=poll_id, option=0))
    await fay.do("close_poll", poll_id=poll_id)
    answer = await vote
    counted = 2 if answer["ok"] else 1
    assert fay.view["polls"][0]["voted_count"] == counted


@pytest.mark.parametrize("seed", range(3))
async def test_nothing_acknowledged_is_lost_or_doubled(server: LiveServer, seed: int) -> None:
    """People talk, vote, drop and come back while the server dies several times."""
    random = Random(seed)
    server.options["limits"] = {}
    await server.hub.close()
    await server.close_server()
    await server.start()
    clients = await server.join("fay", "ada", "bob", "cyd")
    fay = clients[0]
    await fay.do("start_session")
    poll_id = (await fay.do("create_poll", question="?", options=["a", "b", "c"]))["poll_id"]
    await fay.do("open_poll", poll_id=poll_id)
    said: list[str] = []
    votes: dict[str, int] = {}
    for n in range(60):
        client = random.choice(clients)
        kind = random.random()
        fields: dict[str, Any] = {"text": f"line {n}"}
        if kind < 0.3:
            fields = {"poll_id": poll_id, "option": random.randrange(3)}
        name = "vote" if "option" in fields else "send_chat"
        if 0.9 < kind < 0.95:
            await client.cut()
            await client.reconnect()
        command_id = f"seed{seed}-{n:04}"
        sending = asyncio.create_task(client.send(name, command_id, **fields))
        if kind > 0.95:
            # Dies with the command on its way; the browser sends it again, as it must.
            for _ in range(random.randrange(6)):
                await asyncio.sleep(0)
            await server.crash()
            sending.cancel()
            await asyncio.gather(sending, return_exceptions=True)
            await server.restart(down_ms=random.randrange(2000))
            for one in clients:
                await one.reconnect()
            answer = await client.send(name, command_id, **fields)
        else:
            answer = await sending
        assert answer["ok"], answer
        if name == "vote":
            votes[client.who] = fields["option"]
        else:
            said.append(fields["text"])
    state = server.state()
    assert [line.text for line in state.chat] == said
    tally = Counter(votes.values())
    assert result_of(state.polls[poll_id]).tally == tuple(tally[option] for option in range(3))
    for client in clients:
        await client.is_level()
    assert (await server.log.load("s1")).state == state
