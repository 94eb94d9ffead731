"""Breakout rooms over real sockets: who is told what, and the server's own clock."""

from __future__ import annotations

import pytest

from tests.live_server import Client, LiveServer, until


async def planned(server: LiveServer, **options: object) -> tuple[Client, Client, Client]:
    fay, ada, bob = await server.join("fay", "ada", "bob")
    await fay.do("start_session")
    await fay.do(
        "draft_breakouts", names=["Red", "Blue"], assignment={"ada": 0, "bob": 1}, **options
    )
    return fay, ada, bob


def rooms_of(client: Client) -> list[str]:
    return [room["room_id"] for room in client.view["breakouts"]["rooms"]]


async def agree(server: LiveServer, *clients: Client) -> None:
    """Every page shows what a fresh snapshot would."""
    for client in clients:
        await client.is_level()


async def test_BR4_opening_tells_everybody_what_is_in_their_room(server: LiveServer) -> None:
    fay, ada, bob = await planned(server)
    assert ada.view["breakouts"] is None, "a plan is the facilitators' business"
    await fay.do("open_breakouts")
    await until(lambda: "following" in ada.order and "following" in bob.order, "both moved")
    red, blue = rooms_of(fay)
    assert ada.view["room_id"] == red
    assert f"room:{red}" in ada.view["channels"]
    assert f"room:{blue}" not in ada.view["channels"]
    await ada.do("send_chat", text="only here")
    await ada.do("write_room_notes", text="ours")
    await bob.do("call_for_help")
    await agree(server, fay, ada, bob)
    assert "only here" not in str(bob.events)
    assert "only here" in str(fay.events)
    assert len(ada.snapshots) == 2, "joining and the start; moving takes no snapshot"
    await fay.do("close_breakouts", countdown_ms=0)
    await until(lambda: ada.view["room_id"] == "main", "ada is back")
    await agree(server, fay, ada, bob)
    assert "only here" not in str(ada.view["chat"])
    assert bob.view["returned_notes"][0]["text"] == "ours"


async def test_BR5_the_server_warns_counts_down_and_closes(server: LiveServer) -> None:
    fay, ada, _ = await planned(server)
    await fay.do("open_breakouts", duration_ms=120_000)
    server.clock.pass_ms(61_000)
    await server.hub.tick()
    await until(lambda: "breakouts_warned" in str(ada.events), "the warning")
    server.clock.pass_ms(60_000)
    await server.hub.tick()
    await until(lambda: ada.view["breakouts"]["state"] == "closing", "the countdown")
    assert ada.view["room_id"] != "main"
    server.clock.pass_ms(31_000)
    await server.hub.tick()
    await until(lambda: ada.view["room_id"] == "main", "everybody is back")
    await agree(server, fay, ada)


async def test_BR5_what_came_due_while_the_server_was_away_is_made_up(server: LiveServer) -> None:
    fay, ada, _ = await planned(server)
    await fay.do("open_breakouts", duration_ms=120_000)
    await server.crash()
    await server.restart(down_ms=600_000)
    await ada.reconnect()
    await until(lambda: ada.view["breakouts"]["state"] == "closing", "the countdown, in full")
    assert ada.view["room_id"] != "main", "a reconnect keeps the room"


async def test_BR12_a_gap_is_filled_with_what_one_may_see(server: LiveServer) -> None:
    fay, ada, bob = await planned(server)
    await fay.do("open_breakouts")
    await until(lambda: "following" in bob.order, "bob moved")
    await ada.do("send_chat", text="secret of Red")
    events = await server.hub.events_after("s1", "bob", 0)
    assert "secret of Red" not in str(events)
    assert "secret of Red" in str(await server.hub.events_after("s1", "fay", 0))


@pytest.mark.parametrize("who", ["ada", "fay"])
async def test_BR7_a_page_that_comes_back_is_where_it_was(server: LiveServer, who: str) -> None:
    fay, ada, _ = await planned(server)
    await fay.do("open_breakouts")
    await fay.do("visit_room", room_id=rooms_of(fay)[0])
    client = ada if who == "ada" else fay
    await client.cut()
    await until(lambda: server.presence(who) == "away", "away")
    await client.reconnect()
    assert client.view["room_id"] == rooms_of(fay)[0]
    await agree(server, client)
