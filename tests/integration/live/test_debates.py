"""Debates over sockets: the clock rings by itself, and a restart loses no second of it."""

from __future__ import annotations

from typing import Any

from server.domain.debate_format import to_data
from server.domain.floor import may_speak
from tests.debate_world import shipped
from tests.live_server import Client, LiveServer, until


def short() -> dict[str, Any]:
    """One speech of two seconds a side, without grace."""
    data = to_data(shipped("lincoln-douglas"))
    speech = {
        "kind": "constructive", "length_s": 2, "seat": data["sides"][0]["seats"][0]["id"],
        "bells": [{"at_s": 1, "strokes": 1}, {"at_s": 2, "strokes": 2}], "periods": [],
    }  # fmt: skip
    one, two = (side["id"] for side in data["sides"])
    seat = {side["id"]: side["seats"][0]["id"] for side in data["sides"]}
    return {
        **data,
        "format_id": "short",
        "prep_s": 0,
        "grace_s": 0,
        "scoring": {"teams": "none"},
        "variants": [],
        "phases": [
            {
                "id": "all",
                "name": {"en": "All"},
                "speeches": [
                    {**speech, "id": f"s{n}", "name": {"en": f"S{n}"}, "side": side,
                     "seat": seat[side]}
                    for n, side in enumerate((one, two))
                ],
            }
        ],
    }  # fmt: skip


async def begun(server: LiveServer) -> tuple[Client, Client, Client, str]:
    fay, ada, bob = await server.join("fay", "ada", "bob")
    await fay.do("start_session")
    form = short()
    made = await fay.do("plan_debate", motion="Is it so?", format=form)
    debate_id: str = made["debate_id"]
    for side, who in zip(form["sides"], ("ada", "bob"), strict=True):
        seat = f"{side['id']}:{side['seats'][0]['id']}"
        await fay.do("assign_seat", debate_id=debate_id, seat=seat, participant_id=who)
    await fay.do("begin_debate", debate_id=debate_id)
    return fay, ada, bob, debate_id


async def test_DB5_the_server_rings_ends_and_closes_the_floor_by_itself(
    server: LiveServer,
) -> None:
    fay, ada, _, debate_id = await begun(server)
    assert await ada.code("start_clock", debate_id=debate_id) == "not_the_chair"
    await fay.do("start_clock", debate_id=debate_id)
    assert may_speak(server.state(), "main") == {"fay", "ada"}
    server.clock.pass_ms(2100)
    debate = server.state().debates[debate_id]
    await until(lambda: server.state().debates[debate_id].is_over, "the part is over")
    debate = server.state().debates[debate_id]
    assert (debate.used_ms, debate.bells) == (2000, 2)
    assert may_speak(server.state(), "main") == {"fay"}
    await until(lambda: ada.view["debates"][0]["is_over"], "everybody hears of it")
    assert ada.view["debates"][0]["used_ms"] == 2000


async def test_DB13_a_crash_loses_no_second_of_a_speech(server: LiveServer) -> None:
    fay, ada, bob, debate_id = await begun(server)
    await fay.do("extend_clock", debate_id=debate_id, seconds=600)
    await fay.do("start_clock", debate_id=debate_id)
    server.clock.pass_ms(41_000)
    await server.hub.tick()
    server.clock.pass_ms(400)
    await server.crash()
    await server.restart(down_ms=30_000)
    debate = server.state().debates[debate_id]
    assert (debate.since_ms, debate.halt) == (None, "restart")
    assert 41_000 <= debate.used_ms <= 41_400
    for one in (fay, ada, bob):
        await one.reconnect()
    await fay.do("start_clock", debate_id=debate_id)
    assert server.state().debates[debate_id].since_ms is not None


async def test_DB11_a_socket_that_goes_stops_the_clock_of_its_speaker(server: LiveServer) -> None:
    fay, ada, _, debate_id = await begun(server)
    await fay.do("extend_clock", debate_id=debate_id, seconds=600)
    await fay.do("start_clock", debate_id=debate_id)
    server.clock.pass_ms(10_000)
    await ada.cut()
    await server.hub.tick()
    await until(
        lambda: server.state().debates[debate_id].halt == "speaker_lost", "the clock stands"
    )
    await ada.reconnect()
    await ada.do("start_clock", debate_id=debate_id)
    assert server.state().debates[debate_id].since_ms is not None
