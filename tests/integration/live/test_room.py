"""The room around people over real sockets and a real log: what reaches whom, and the disk."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path
from typing import Any, get_args

from server.domain import commands as c
from server.domain.commands import COMMANDS
from server.domain.confusion import WINDOW_MS
from server.domain.permissions import PERMISSIONS
from server.live.airtime import Airtime
from server.live.flood import LIMITS, Buckets
from server.live.ports import Append
from server.live.reactions import MOST_SHOWN, Reactions
from server.schemas import live as wire
from server.storage.engines import sync_engine
from server.storage.event_log import EventLog
from server.storage.migrate import upgrade
from tests.live_server import Client, LiveServer, until
from tests.live_world import ADA, BOB, OPEN, live_class


async def class_of(server: LiveServer, *people: str) -> list[Client]:
    (fay,) = await server.join("fay")
    await fay.do("start_session")
    return [fay, *await server.join(*people)]


def heard(client: Client) -> list[list[dict[str, Any]]]:
    """Collect what floats over this browser."""
    found: list[list[dict[str, Any]]] = []
    client.sio.on("reactions", found.append, namespace="/live")
    return found


async def test_CH3_private_words_reach_the_two_and_nobody_else(server: LiveServer) -> None:
    fay, ada, bob, cyd = await class_of(server, "ada", "bob", "cyd")
    await ada.do("send_chat", text="psst", to="bob")
    await bob.sees("chat_sent")
    await ada.do("send_chat", text="to all")
    for client in (fay, cyd):
        await client.sees("chat_sent")
        assert "psst" not in json.dumps(client.view)
    for client in (fay, ada, bob, cyd):
        await client.is_level()


async def test_CF1_no_answer_and_no_event_leads_to_who_is_lost(server: LiveServer) -> None:
    fay, ada = await class_of(server, "ada")
    answer = await ada.send("tap_confusion")
    assert (answer["ok"], answer["seq"], answer["result"]) == (True, None, None)
    await fay.sees("confusion_tapped")
    await fay.is_level()
    assert await ada.code("tap_confusion") == "too_fast"
    assert "confusion_tapped" not in ada.types()


async def test_RC1_reactions_float_over_everyone_and_are_counted_without_names(
    server: LiveServer,
) -> None:
    fay, ada = await class_of(server, "ada")
    seen = heard(fay)
    for _ in range(2):
        await ada.sio.call("reaction", {"kind": "clap"}, namespace="/live")
    await until(lambda: sum(map(len, seen)) == 2, "both are shown")
    assert seen[0][0] == {"participant_id": "ada", "kind": "clap"}
    await server.hub.tick()
    server.clock.pass_ms(11_000)
    await server.hub.tick()
    assert await fay.sees("reactions_counted") == {"kinds": ["clap"], "counts": [2]}


async def test_RC1_reactions_are_refused_like_commands(server: LiveServer) -> None:
    fay, ada = await class_of(server, "ada")

    async def code(client: Client, message: object) -> str | None:
        answer: dict[str, Any] = await client.sio.call("reaction", message, namespace="/live") or {}
        return answer.get("error", {}).get("code")

    assert await code(ada, {"kind": "boo"}) == "bad_message"
    await fay.do("set_lock", lock="reactions", is_on=True)
    assert await code(ada, {"kind": "clap"}) == "locked"
    assert await code(fay, {"kind": "clap"}) is None
    codes = [await code(fay, {"kind": "yes"}) for _ in range(LIMITS["reaction"].burst)]
    assert codes[-1] == "too_fast"


async def test_PA10_sent_out_is_told_and_may_knock_again(server: LiveServer) -> None:
    fay, ada = await class_of(server, "ada")
    await fay.do("remove", participant_id="ada", may_return=True)
    await until(lambda: ada.closed == "sent_out", "ada is told")
    (again,) = await server.join("ada")
    assert again.presence("ada") == "waiting"
    await fay.do("admit", participant_id="ada")
    await until(lambda: again.presence("ada") == "present", "ada is in")
    await fay.is_level()


async def test_LK5_a_locked_room_refuses_at_the_door(server: LiveServer) -> None:
    fay, _ = await class_of(server, "ada")
    await fay.do("set_lock", lock="room", is_on=True)
    assert await server.client("bob").refusal() == "room_locked"


async def test_PA11_a_promotion_is_heard_at_once(server: LiveServer) -> None:
    fay, ada = await class_of(server, "ada")
    server.seats.promote("ada", "facilitator")
    await server.hub.seat_changed("s1", "ada", "Ada", "facilitator")
    await fay.sees("participant_changed")
    await until(lambda: "role:facilitator" in ada.view["channels"], "ada follows facilitators")
    await ada.do("mute_all")
    await ada.is_level()


async def test_CH4_what_an_edited_message_said_before_is_gone_from_the_disk(
    tmp_path: Path,
) -> None:
    engine = sync_engine(tmp_path / "live.db")
    upgrade(engine, "live")
    engine.dispose()
    live = sync_engine(tmp_path / "live.db", "FULL")
    event_log = EventLog(live)
    await event_log.start()
    world = live_class(OPEN, ADA, BOB)
    for to in (None, "bob"):
        world.do(ADA, c.SendChat("HASTY WORDS", to=to))
        key = world.last("chat_sent")["message_id"]
        world.do(ADA, c.EditChat(key, "SECOND THOUGHTS"))
        world.do(ADA, c.EditChat(key, "kept words"))
    await event_log.append(Append("s1", events=world.log, snapshot=world.state))
    state = (await event_log.load("s1")).state
    assert [message.text for message in state.chat] == ["kept words"] * 2
    await event_log.close()
    live.dispose()
    with sqlite3.connect(tmp_path / "live.db") as raw:
        raw.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    raw.close()
    on_disk = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert b"HASTY" not in on_disk
    assert b"SECOND THOUGHTS" not in on_disk


def test_PE5_every_command_has_a_limit_of_its_own() -> None:
    on_the_wire = {str(one.__struct_config__.tag) for one in get_args(wire.AnyCommand)}
    assert sorted(on_the_wire - set(LIMITS)) == [], "name them in server/live/flood.py"
    by_people = {name for name, cls in COMMANDS.items() if PERMISSIONS[cls].roles - {"server"}}
    assert by_people <= set(LIMITS)


def test_CF2_a_seat_counts_once_in_what_facilitators_look_back_on() -> None:
    buckets = Buckets()
    assert buckets.wait_s("tap_confusion", 0) == 0
    assert round(buckets.wait_s("tap_confusion", 1_000_000_000)) == WINDOW_MS // 1000 - 1
    assert buckets.wait_s("tap_confusion", WINDOW_MS * 1_000_000) == 0


def test_HA6_levels_add_up_to_airtime() -> None:
    world = live_class(OPEN, ADA, BOB)
    world.do(ADA, c.SetTrack("microphone", True))
    airtime = Airtime()
    assert airtime.due(0.0) is None
    for step in range(11):
        airtime.heard(world.state, "main", ["ada", "bob"], step * 0.2)
    airtime.heard(world.state, "main", ["ada"], 9.0)  # a pause before: a word, not seven seconds
    assert airtime.due(9.5) is None
    count = airtime.due(10.0)
    assert count is not None
    assert count.participant_ids == ("ada",)
    assert 2600 <= count.talked_ms[0] <= 2800
    assert airtime.due(30.0) is None


def test_RC1_a_clapping_class_is_one_message() -> None:
    reactions = Reactions()
    firsts = [reactions.add(f"p{n}", "clap") for n in range(MOST_SHOWN + 40)]
    assert firsts.count(True) == 1
    assert len(reactions.take()) == MOST_SHOWN
    assert reactions.due(0.0, at_once=True) == c.CountReactions(("clap",), (MOST_SHOWN + 40,))
