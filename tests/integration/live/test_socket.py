"""The live socket as a browser meets it: docs/protocol.md over a real connection."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import aiohttp
import pytest
from socketio.exceptions import ConnectionError as ConnectionFailed

from server.domain import commands as c
from server.domain.errors import Conflict, NotAllowed
from server.live.flood import Limit
from tests.live_server import Client, LiveServer, until


async def class_of(server: LiveServer, *people: str) -> list[Client]:
    """Fay has started it, the others are in."""
    fay, *rest = await server.join("fay")
    await fay.do("start_session")
    rest = await server.join(*people)
    return [fay, *rest]


# ---- connecting ------------------------------------------------------------------------------


async def test_the_first_message_is_the_snapshot(server: LiveServer) -> None:
    (fay,) = await server.join("fay")
    assert fay.order[0] == "snapshot"
    view = fay.snapshots[0]
    assert (view["title"], view["course_title"], view["me"]) == ("Printing", "Crafts", "fay")
    assert set(view["channels"]) == {"session", "role:facilitator", "person:fay"}


async def test_refusals_carry_the_error(server: LiveServer) -> None:
    assert await server.client("stranger").refusal() == "not_signed_in"
    assert await server.client("fay", "no-such").refusal() == "session_not_found"
    assert await server.client("fay", "").refusal() == "bad_auth"


async def test_a_refusal_without_a_body_is_for_now_only(server: LiveServer) -> None:
    server.options["limits"] = {"connect": Limit(1, 0.001)}
    await server.hub.close()
    await server.close_server()
    await server.start()
    await server.join("fay")
    second = server.client("fay")
    with pytest.raises(ConnectionFailed):
        await second.connect()
    assert "data" not in (second.refused or {})


async def test_polling_is_not_offered(server: LiveServer) -> None:
    async with aiohttp.ClientSession() as http:
        url = f"{server.url}/socket.io/?EIO=4&transport=polling"
        async with http.get(url) as answer:
            assert answer.status == 400


async def test_PA1_the_lobby_lets_in_on_admit(server: LiveServer) -> None:
    server.seats.plan = replace(server.seats.plan, lobby_is_on=True)
    fay, ada = await class_of(server, "ada")
    assert ada.presence("ada") == "waiting"
    assert [p["participant_id"] for p in ada.view["participants"]] == ["ada"]
    assert await ada.code("send_chat", text="hello?") == "waiting"
    await fay.sees("participant_waiting")
    await fay.do("admit", participant_id="ada")
    await until(lambda: ada.presence("ada") == "present", "ada is in")
    assert len(ada.snapshots) == 2
    assert ada.types() == []
    await ada.do("send_chat", text="hello")
    await fay.sees("chat_sent")
    await fay.is_level()
    await ada.is_level()


async def test_SE2_who_waits_before_the_start_learns_of_it(server: LiveServer) -> None:
    fay, ada = await server.join("fay", "ada")
    assert (ada.presence("ada"), ada.view["state"]) == ("waiting", "scheduled")
    await fay.do("start_session")
    await until(lambda: ada.presence("ada") == "present", "ada is in")
    assert ada.view["state"] == "live"
    await until(lambda: server.started == ["s1"], "the start was told")


async def test_SE2_with_the_lobby_on_who_waits_learns_of_the_start_and_waits_on(
    server: LiveServer,
) -> None:
    server.seats.plan = replace(server.seats.plan, lobby_is_on=True)
    fay, ada = await server.join("fay", "ada")
    await fay.do("start_session")
    await until(lambda: ada.view["state"] == "live", "ada is told")
    assert ada.presence("ada") == "waiting"
    assert (ada.view["channels"], ada.types()) == ({}, [])


async def test_PA4_denied_is_told_and_kept_out(server: LiveServer) -> None:
    server.seats.plan = replace(server.seats.plan, lobby_is_on=True)
    fay, ada = await class_of(server, "ada")
    await fay.do("deny", participant_id="ada")
    await until(lambda: ada.closed == "denied", "ada is told")
    assert await server.client("ada").refusal() == "denied"


async def test_PA4_removed_is_told_and_kept_out(server: LiveServer) -> None:
    fay, ada = await class_of(server, "ada")
    await fay.do("remove", participant_id="ada")
    await until(lambda: ada.closed == "removed" and not ada.sio.connected, "ada is told")
    assert await server.client("ada").refusal() == "removed"
    await fay.do("admit", participant_id="ada")
    await server.join("ada")
    await fay.is_level()


async def test_a_revoked_link_removes_the_seat(server: LiveServer) -> None:
    _, ada = await class_of(server, "ada")
    await server.hub.kick("s1", "ada")
    await until(lambda: ada.closed == "removed", "ada is told")
    await server.hub.kick("s1", "nobody")


async def test_signing_out_everywhere_closes_the_sockets(server: LiveServer) -> None:
    fay, ada = await class_of(server, "ada")
    await server.hub.sign_out("user-ada")
    await until(lambda: ada.closed == "signed_out", "ada is told")
    await fay.sees("participant_away")


async def test_signing_out_closes_the_sockets_of_that_browser(server: LiveServer) -> None:
    for who, browser in (("ada", "laptop"), ("bob", "phone")):
        seats = server.seats.seats
        seats[who] = replace(seats[who], user_id="user-ada", sign_in_id=browser)
    fay, laptop, phone = await class_of(server, "ada", "bob")
    await server.hub.sign_out("user-ada", "laptop")
    await until(lambda: laptop.closed == "signed_out" and not laptop.sio.connected, "told")
    await fay.sees("participant_away")
    await phone.do("raise_hand")
    assert phone.closed is None


async def test_PA5_a_cut_connection_makes_away_and_coming_back_never_unmutes(
    server: LiveServer,
) -> None:
    fay, ada = await class_of(server, "ada")
    await ada.do("set_track", track="microphone", is_on=True)
    await ada.do("raise_hand")
    await ada.cut()
    await fay.sees("participant_away")
    assert fay.view["hands"] == ["ada"]
    await ada.reconnect()
    await fay.sees("participant_returned")
    one = next(p for p in ada.view["participants"] if p["participant_id"] == "ada")
    assert (one["presence"], one["tracks"]) == ("present", {"microphone": False})
    await until(lambda: server.media.lost, "media was told")
    await fay.is_level()


async def test_PA7_a_second_connection_takes_over(server: LiveServer) -> None:
    fay, first = await class_of(server, "ada")
    (second,) = await server.join("ada")
    await until(lambda: first.closed == "taken_over" and not first.sio.connected, "first closed")
    await until(lambda: server.media.lost, "media was told of the first")
    await second.do("send_chat", text="it is me")
    await fay.sees("chat_sent")
    assert "participant_away" not in fay.types()
    assert server.hub.present_count("s1") == 2


async def test_leaving_stops_the_events(server: LiveServer) -> None:
    fay, ada = await class_of(server, "ada")
    await ada.do("leave")
    await fay.sees("participant_left")
    await fay.do("send_chat", text="now that you are gone")
    await fay.sees("chat_sent")
    await fay.is_level()
    assert "chat_sent" not in ada.types()


async def test_SE3_the_end_closes_every_socket(server: LiveServer) -> None:
    fay, ada = await class_of(server, "ada")
    recording_id = (await fay.do("start_recording"))["recording_id"]
    await fay.do("end_session")
    await until(lambda: ada.closed == fay.closed == "ended", "all are told")
    await until(lambda: server.ended == [("s1", recording_id)], "the end was passed on")
    assert server.recordings == [("s1", recording_id)]
    assert await server.client("ada").refusal() == "session_ended"


async def test_SE7_the_end_is_passed_on_after_the_captures_are_sealed(server: LiveServer) -> None:
    fay, _ = await class_of(server, "ada")
    host = server.media.host
    assert host is not None
    await host.report("s1", c.ReportCaptureStarted("cap", "ada", "camera", "captures/s1/cap.rtp"))
    await fay.do("end_session")
    await until(lambda: fay.closed == "ended", "fay is told")
    assert server.ended == []
    await host.report("s1", c.ReportCaptureStopped("cap"))
    await until(lambda: server.ended == [("s1", None)], "the end was passed on")


# ---- commands --------------------------------------------------------------------------------


async def test_EV3_a_repeated_command_acts_once(server: LiveServer) -> None:
    fay, ada = await class_of(server, "ada")
    first = await ada.send("send_chat", "the-same-id", text="once")
    again = await ada.send("send_chat", "the-same-id", text="once")
    assert first == again
    both = await asyncio.gather(
        *(ada.send("send_chat", "another-id", text="at once") for _ in range(5))
    )
    assert all(answer == both[0] for answer in both)
    # Another's id is another command.
    assert (await fay.send("send_chat", "the-same-id", text="mine"))["ok"]
    await fay.is_level()
    assert [line["text"] for line in fay.view["chat"]] == ["once", "at once", "mine"]


async def test_bad_messages_are_refused_with_the_field(server: LiveServer) -> None:
    (fay,) = await class_of(server)
    answer = await fay.send("send_chat", text="x" * 3000)
    assert (answer["error"]["code"], answer["error"]["field"]) == ("bad_message", "command.text")
    for command in ({"type": "fly"}, {"type": "raise_hand", "why": 1}, {}, None):
        message = {"command_id": "12345678", "command": command}
        answer = await fay.call("command", message)
        assert answer["error"]["code"] == "bad_message", command
    for message in (None, 7, "x", [], {"command_id": "short", "command": {"type": "leave"}}):
        assert (await fay.call("command", message))["error"]["code"] == "bad_message"
    assert await fay.code("join") == "not_allowed"


async def test_PE2_the_role_is_read_at_every_command(server: LiveServer) -> None:
    fay, ada = await class_of(server, "ada")
    assert await ada.code("start_recording") == "not_allowed"
    server.seats.promote("ada", "facilitator")
    await ada.do("create_poll", question="?", options=["a", "b"])
    await until(lambda: "role:facilitator" in ada.view["channels"], "ada has a new snapshot")
    server.seats.promote("fay", "learner")
    assert await fay.code("start_recording") == "not_allowed"
    await fay.do("raise_hand")
    await until(lambda: "role:facilitator" not in fay.view["channels"], "fay has a new snapshot")
    assert fay.view["polls"] == []
    await ada.is_level()
    await fay.is_level()


async def test_lost_access_closes_the_socket(server: LiveServer) -> None:
    fay, ada = await class_of(server, "ada")
    del server.seats.seats["ada"]
    assert await ada.code("raise_hand") == "link_revoked"
    await until(lambda: ada.closed == "signed_out", "ada is told")
    await fay.sees("participant_away")


async def test_PE4_too_fast_says_when_to_try_again(server: LiveServer) -> None:
    _, ada = await class_of(server, "ada")
    answers = [await ada.send("send_chat", f"chat-id-{n}", text=str(n)) for n in range(9)]
    refused = answers[-1]
    assert [answer["ok"] for answer in answers] == [True] * 8 + [False]
    assert refused["error"]["code"] == "too_fast"
    assert 0 < refused["error"]["retry_after_s"] <= 1
    await ada.do("raise_hand")  # other commands are not held up
    server.clock.pass_ms(1000)
    assert (await ada.send("send_chat", "chat-id-8", text="8"))["ok"]
    assert (await ada.send("send_chat", "chat-id-0", text="0")) == answers[0]


async def test_EV9_commands_keep_their_order(server: LiveServer) -> None:
    fay, ada = await class_of(server, "ada")
    sent = [ada.send("set_track", track="camera", is_on=n % 2 == 0) for n in range(20)]
    await asyncio.gather(*sent)
    await until(lambda: fay.types().count("track_changed") == 20, "all changes")
    changes = [e["data"]["is_on"] for e in fay.events if e["type"] == "track_changed"]
    assert changes == [True, False] * 10


async def test_a_broken_media_control_does_not_break_the_class(server: LiveServer) -> None:
    fay, _ = await class_of(server, "ada")
    server.media.is_broken = True
    await fay.do("send_chat", text="still here")
    await fay.sees("chat_sent")


# ---- gaps, snapshots, presence ---------------------------------------------------------------


async def test_EV8_gap_fill_is_filtered_for_the_asker(server: LiveServer) -> None:
    fay, ada = await class_of(server, "ada")
    seq = ada.view["seq"]
    poll_id = (await fay.do("create_poll", question="?", options=["a", "b"]))["poll_id"]
    await fay.do("open_poll", poll_id=poll_id)
    await fay.do("vote", poll_id=poll_id, option=0)
    await fay.do("send_chat", text="hi")
    mine = await server.hub.events_after("s1", "fay", seq)
    hers = await server.hub.events_after("s1", "ada", seq)
    assert {event.channel for event in mine} == {"session", "role:facilitator", "person:fay"}
    assert {event.channel for event in hers} == {"session"}
    await ada.is_level()
    assert [(e["seq"], e["channel_seq"]) for e in ada.events if e["seq"] > seq] == [
        (event.seq, event.channel_seq) for event in hers
    ]


async def test_gap_fill_refuses_who_is_not_inside_and_what_is_too_long_ago(
    server: LiveServer,
) -> None:
    await class_of(server)
    server.seats.plan = replace(server.seats.plan, lobby_is_on=True)
    await server.join("bob")
    for who in ("bob", "stranger"):
        with pytest.raises(NotAllowed):
            await server.hub.events_after("s1", who, 0)
    for after in (-1, 10_000):
        with pytest.raises(Conflict, match="snapshot"):
            await server.hub.events_after("s1", "fay", after)


async def test_the_snapshot_can_be_asked_for(server: LiveServer) -> None:
    (fay,) = await class_of(server)
    snapshot = await fay.call("snapshot", {})
    assert snapshot["me"] == "fay"
    assert snapshot["state"] == "live"


async def test_media_is_offered_viewed_and_pushed(server: LiveServer) -> None:
    (fay,) = await class_of(server)
    offer = {"sdp": "v=0", "tracks": {"0": "microphone"}, "slots": {"1": "stage"}}
    answer = await fay.call("media_offer", offer)
    assert answer["sdp"] == "answer to v=0"
    assert (await fay.call("media_offer", {**offer, "sdp": "bad"}))["error"]["code"] == "bad_offer"
    assert (await fay.call("media_offer", {}))["error"]["code"] == "bad_message"
    await fay.sio.emit("media_view", {"gallery": ["ada"]}, namespace="/live")
    await until(lambda: server.media.views, "the view arrived")
    assert server.media.views[0].gallery == ["ada"]
    host = server.media.host
    assert host is not None
    await host.send("s1", "fay", "levels", {"speakers": ["fay"], "levels": [-20]})
    await until(lambda: fay.pushed, "levels arrived")
    assert answer["connection_id"] == host.connection_id("s1", "fay")


async def test_the_lobby_gets_no_media(server: LiveServer) -> None:
    server.seats.plan = replace(server.seats.plan, lobby_is_on=True)
    _, ada = await class_of(server, "ada")
    offer = {"sdp": "v=0", "tracks": {}, "slots": {}}
    assert (await ada.call("media_offer", offer))["error"]["code"] == "not_present"


# ---- time ------------------------------------------------------------------------------------


async def test_SE5_an_empty_session_ends_by_itself(server: LiveServer) -> None:
    fay, ada = await class_of(server, "ada")
    await fay.close()
    await ada.close()
    await until(lambda: not server.state().present, "all are gone")
    server.clock.pass_ms(14 * 60_000)
    await server.hub.tick()
    assert server.state().stage == "live"
    server.clock.pass_ms(61_000)
    await server.hub.tick()
    await until(lambda: server.ended == [("s1", None)], "the end was passed on")


async def test_an_ended_session_is_unloaded_and_can_still_be_read(server: LiveServer) -> None:
    (fay,) = await class_of(server)
    await fay.do("send_chat", text="hi")
    await fay.do("end_session")
    await until(lambda: server.ended and not fay.sio.connected, "it has ended")
    room = server.hub.loaded("s1")
    assert room is not None
    await until(lambda: not room.connections, "fay is gone")
    server.clock.pass_ms(61_000)
    await server.hub.tick()
    assert server.hub.state("s1") is None
    assert server.hub.present_count("s1") == 0
    snapshot = await server.hub.snapshot("s1", "fay")
    assert [line.text for line in snapshot.chat] == ["hi"]
    assert await server.hub.events_after("s1", "fay", 0)
    assert len(await server.log.read_events("s1")) == snapshot.seq


async def test_a_seat_whose_connection_vanished_unheard_becomes_away(server: LiveServer) -> None:
    fay, ada = await class_of(server, "ada")
    room = server.hub.loaded("s1")
    assert room is not None
    del room.connections["ada"]
    await server.hub.tick()
    await fay.sees("participant_away")
    assert server.state().participants["ada"].presence == "away"
    assert ada.closed is None


async def test_a_report_on_a_session_that_is_gone_is_dropped(server: LiveServer) -> None:
    host = server.media.host
    assert host is not None
    await host.report("nowhere", c.ReportCaptureStopped("cap"))
    assert host.state("nowhere") is None
