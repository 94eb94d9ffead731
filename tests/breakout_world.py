"""Breakout rooms for tests: a browser's fold of them, and a story in which every event happens."""

from __future__ import annotations

from typing import Any

from server.domain import breakout_commands as bc
from server.domain import commands as c
from server.domain.state import THE_SERVER, Actor, SessionState
from tests import chat_world

View = dict[str, Any]

BLANK = {"notes": "", "notes_version": 0, "notes_by": None}
KEPT_BROADCASTS = 20


def fold(view: View, event: View) -> None:
    """What a browser does with an event about rooms; others change nothing."""
    data, kind, at_ms = event["data"], event["type"], event["at_ms"]
    breakouts = view["breakouts"]
    if kind in ("participant_joined", "participant_waiting"):
        _place(view, data["participant_id"], "main")
    elif kind == "breakouts_drafted":
        view["breakouts"] = _new(data) | {"state": "draft", "duration_ms": data["duration_ms"]}
    elif kind == "breakouts_opened":
        _open(view, data, at_ms)
    elif kind == "breakouts_closed":
        _close(view)
    elif kind == "participant_moved":
        _place(view, data["participant_id"], data["room_id"])
        if breakouts is not None and not data["keeps_place"]:
            _belong(breakouts, data["participant_id"], data["room_id"])
    elif kind == "room_notes_returned":
        others = [one for one in view["returned_notes"] if one["room_id"] != data["room_id"]]
        view["returned_notes"] = [*others, {**data, "at_ms": at_ms}]
    elif kind == "breakout_set_saved":
        rooms = [{k: v for k, v in room.items() if k != "room_id"} for room in data["rooms"]]
        view["breakout_sets"].append({**data, "rooms": rooms})
    elif kind == "breakout_set_deleted":
        sets = view["breakout_sets"]
        view["breakout_sets"] = [one for one in sets if one["set_id"] != data["set_id"]]
    elif breakouts is not None:
        _inside(breakouts, kind, data, at_ms)


def _inside(breakouts: View, kind: str, data: View, at_ms: int) -> None:
    rooms = {room["room_id"]: room for room in breakouts["rooms"]}
    room = rooms.get(str(data.get("room_id")))
    if kind == "breakouts_assigned":
        for one in data["rooms"]:
            rooms[one["room_id"]]["participant_ids"] = one["participant_ids"]
    elif kind == "breakout_assigned":
        _belong(breakouts, data["participant_id"], data["room_id"])
    elif kind == "breakout_room_edited" and room:
        room |= {"name": data["name"], "task": data["task"]}
    elif kind == "breakouts_extended":
        breakouts |= {"state": "open", "ends_at_ms": data["ends_at_ms"], "closes_at_ms": None}
    elif kind == "breakouts_closing":
        breakouts |= {"state": "closing", "closes_at_ms": data["closes_at_ms"]}
    elif kind == "help_called":
        breakouts["help"].append({**data, "called_at_ms": at_ms})
    elif kind == "help_place_changed":
        for call in breakouts["help"]:
            if call["room_id"] == data["room_id"]:
                call["place"] = data["place"]
    elif kind == "help_answered":
        others = [call for call in breakouts["help"] if call["room_id"] != data["room_id"]]
        breakouts["help"] = others
    elif kind == "room_notes_written" and room:
        room |= {"notes": data["text"], "notes_version": data["version"]}
        room["notes_by"] = data["participant_id"]
    elif kind == "broadcast_sent":
        said = {**data, "at_ms": at_ms}
        breakouts["broadcasts"] = [*breakouts["broadcasts"], said][-KEPT_BROADCASTS:]
    elif kind == "broadcast_voice_changed":
        breakouts["voice_by"] = data["participant_id"]


def _new(data: View) -> View:
    return {
        "breakout_id": data["breakout_id"],
        "rooms": [{**room, **BLANK} for room in data["rooms"]],
        "late": data["late"], "may_return": data["may_return"], "may_choose": data["may_choose"],
        "room_size": data.get("room_size"), "opened_at_ms": None, "ends_at_ms": None,
        "closes_at_ms": None, "help": [], "voice_by": None, "broadcasts": [],
    }  # fmt: skip


def _open(view: View, data: View, at_ms: int) -> None:
    known = {room["room_id"]: room for room in (view["breakouts"] or {"rooms": []})["rooms"]}
    opened = _new(data) | {"state": "open", "opened_at_ms": at_ms}
    opened["rooms"] = [{**known.get(r["room_id"], BLANK), **r} for r in data["rooms"]]
    ends_at_ms = opened["ends_at_ms"] = data["ends_at_ms"]
    opened["duration_ms"] = None if ends_at_ms is None else ends_at_ms - at_ms
    view["breakouts"] = opened
    here = [p["participant_id"] for p in view["participants"] if p["presence"] in _HERE]
    for room in opened["rooms"]:
        for one in room["participant_ids"]:
            if one in here:
                _place(view, one, room["room_id"])


_HERE = ("present", "away")


def _close(view: View) -> None:
    breakouts = view["breakouts"]
    if breakouts is None:
        return
    rooms = {room["room_id"] for room in breakouts["rooms"]}
    for one in view["participants"]:
        if one["room_id"] in rooms:
            _place(view, one["participant_id"], "main")
    me = next(one for one in view["participants"] if one["participant_id"] == view["me"])
    if me["role"] != "facilitator":
        view["breakouts"] = None
        return
    breakouts |= {"state": "closed", "ends_at_ms": None, "closes_at_ms": None}
    breakouts |= {"help": [], "voice_by": None, "broadcasts": []}


def _place(view: View, participant_id: str, room_id: str) -> None:
    for one in view["participants"]:
        if one["participant_id"] == participant_id:
            one["room_id"] = room_id
    if view["me"] == participant_id:
        view["room_id"] = room_id


def _belong(breakouts: View, participant_id: str, room_id: str | None) -> None:
    for room in breakouts["rooms"]:
        is_there = participant_id in room["participant_ids"]
        if room["room_id"] == room_id and not is_there:
            room["participant_ids"].append(participant_id)
        elif room["room_id"] != room_id and is_there:
            room["participant_ids"].remove(participant_id)


def follow(view: View, following: View) -> None:
    """The down message ``following``."""
    view["channels"] = following["channels"]
    chat_world.follow(view, following)
    for debate in view["debates"]:
        debate["notes"] = following["notes"].get(debate["debate_id"], [])
    breakouts = view["breakouts"]
    if breakouts is not None:
        parts = {part["room_id"]: part for part in following["rooms"]}
        for room in breakouts["rooms"]:
            room |= parts.get(room["room_id"], BLANK)
        breakouts["help"] = following["help"]


def is_about_rooms(before: SessionState, after: SessionState) -> bool:
    """Whether whoever follows other channels now does so because of rooms."""
    return before.breakouts is not after.breakouts or any(
        before.participants[key].room_id != who.room_id
        for key, who in after.participants.items()
        if key in before.participants
    )


def rooms_happen(world: Any, fay: Actor, ada: Actor, bob: Actor) -> None:
    """Every event about rooms once; all are in the main room again at the end."""
    first = bc.DraftBreakouts(("Red", "Blue"), ("Read page 3", ""), {"ada": 0, "bob": 1}, 900_000)
    world.do(fay, first)
    rooms = [room["room_id"] for room in world.last("breakouts_drafted")["rooms"]]
    world.do(fay, bc.AssignBreakouts("random"))
    world.do(fay, bc.MoveParticipant("ada", "main"))
    world.do(fay, bc.MoveParticipant("ada", rooms[0]))
    world.do(fay, bc.MoveParticipant("bob", rooms[1]))
    world.do(fay, bc.EditBreakoutRoom(rooms[0], "Crimson", "Read page 4"))
    world.do(fay, bc.SaveBreakoutSet("By colour"))
    world.do(fay, bc.OpenBreakouts(400_000))
    world.do(ada, c.SendChat("in the room"))
    world.do(ada, c.ReactToChat(world.last("chat_sent")["message_id"], "clap"))
    world.do(bob, c.SendChat("in another room"))
    world.do(ada, bc.WriteRoomNotes("What we found", 0))
    world.do(ada, bc.CallForHelp())
    world.do(bob, bc.CallForHelp())
    world.do(fay, bc.BroadcastText("Five minutes more"))
    world.do(fay, bc.BroadcastVoice(True))
    world.do(fay, bc.EditBreakoutRoom(rooms[1], "Navy", "Read page 5"))
    world.do(fay, bc.VisitRoom(rooms[0]))
    world.do(bob, bc.ReturnToMain())
    world.do(bob, c.SendChat("back in the main room"))
    world.do(bob, bc.ChooseRoom(rooms[1]))
    world.do(fay, bc.MoveParticipant("bob", rooms[0]))
    world.do(bob, c.SendChat("with you now"))
    world.do(THE_SERVER, c.AdvanceTime(), after_ms=110_000)
    world.do(fay, bc.ExtendBreakouts(60_000))
    world.do(fay, bc.CloseBreakouts(30_000))
    world.do(THE_SERVER, c.AdvanceTime(), after_ms=30_000)
    world.do(fay, bc.OpenBreakouts())
    world.do(ada, bc.CallForHelp())
    world.do(fay, bc.CloseBreakouts(0))
    world.do(fay, bc.DeleteBreakoutSet(world.last("breakout_set_saved")["set_id"]))
    world.do(fay, bc.DraftBreakouts(("Only one",)))
