"""Chat for tests: a browser's fold of it, and what is on a page when only the end was sent."""

from __future__ import annotations

from typing import Any

View = dict[str, Any]
Line = dict[str, Any]

PARTS = frozenset({"chat", "chat_from", "chat_quoted"})


def fold(view: View, event: View) -> None:
    """What a browser does with an event about chat; others change nothing."""
    data, kind, at_ms = event["data"], event["type"], event["at_ms"]
    if kind == "chat_sent":
        _sent(view, dict(data), at_ms)
    elif kind in ("chat_edited", "chat_reacted", "chat_deleted"):
        for line in (*view["chat"], *view["chat_quoted"]):
            if line["message_id"] == data["message_id"]:
                _change(line, kind, data, at_ms)


def _sent(view: View, data: View, at_ms: int) -> None:
    line = {"to": None, "reply_to": None, "mentions": [], "edited_at_ms": None}
    line |= {"at_ms": at_ms, "is_deleted": False, "reactions": {}, "room_id": "main"}
    quoted = data.pop("quoted", None)
    sent = {key: value for key, value in data.items() if not key.startswith("file_")}
    file = None
    if "file_id" in data:
        file = {"file_id": data["file_id"], "name": data["file_name"]}
        file |= {"media_type": data["file_type"], "octets": data["file_bytes"]}
    view["chat"].append({**line, **sent, "file": file})
    if quoted is not None and _find(view, quoted["message_id"]) is None:
        view["chat_quoted"].append(quoted)


def _change(line: Line, kind: str, data: View, at_ms: int) -> None:
    if kind == "chat_deleted":
        line |= {"text": "", "is_deleted": True, "mentions": [], "reactions": {}, "file": None}
    elif kind == "chat_edited":
        line |= {"text": data["text"], "mentions": data.get("mentions", [])}
        line["edited_at_ms"] = at_ms
    else:
        before = line["reactions"].pop(data["emoji"], [])
        who = [one for one in before if one != data["participant_id"]]
        if data["is_on"]:
            who.append(data["participant_id"])
        if who:
            line["reactions"][data["emoji"]] = who


def follow(view: View, following: View) -> None:
    """The down message ``following``."""
    main = [line for line in view["chat"] if line["room_id"] == "main"]
    view["chat"] = _merged(main, following["chat"])
    cut = view["chat_from"].get("main")
    view["chat_from"] = following["chat_from"] | ({} if cut is None else {"main": cut})
    view["chat_quoted"] = _merged(view["chat_quoted"], following["chat_quoted"])


def take_page(view: View, page: View) -> None:
    """The down message ``chat_page``."""
    room_id = page["room_id"]
    if view["chat_from"].get(room_id) != page["before"]:
        return
    view["chat"] = _merged(view["chat"], page["lines"])
    view["chat_quoted"] = _merged(view["chat_quoted"], page["quoted"])
    del view["chat_from"][room_id]
    if page["first"] is not None:
        view["chat_from"][room_id] = page["first"]


def _merged(held: list[Line], come: list[Line]) -> list[Line]:
    """In order of time; of a line that is there twice, what has come."""
    anew = {line["message_id"] for line in come}
    others = [line for line in held if line["message_id"] not in anew]
    return sorted([*come, *others], key=lambda line: line["at_ms"])


def _find(view: View, message_id: str | None) -> Line | None:
    lines = (*view["chat"], *view["chat_quoted"])
    return next((line for line in lines if line["message_id"] == message_id), None)


def shown(view: View, room_id: str) -> list[tuple[Line, Line | None]]:
    """The list of a room as it stands on the page, each line with the one it answers."""
    lines = [one for one in view["chat"] if one["to"] is not None or one["room_id"] == room_id]
    cut = view["chat_from"].get(room_id)
    ids = [line["message_id"] for line in lines]
    return [
        (line, None if line["reply_to"] is None else _find(view, line["reply_to"]))
        for line in lines[0 if cut is None else ids.index(cut) :]
    ]


def rooms_of(view: View) -> list[str]:
    rooms = (channel.removeprefix("room:") for channel in view["channels"] if "room:" in channel)
    return ["main", *rooms] if view["channels"] else []


def level(view: View, fresh: View) -> tuple[View, View]:
    """What both have of every list: a browser may hold more than a new snapshot would bring."""
    seen: View = {}
    wanted: View = {}
    for room_id in rooms_of(fresh):
        wanted[room_id] = shown(fresh, room_id)
        seen[room_id] = shown(view, room_id)
        if room_id in fresh["chat_from"]:
            ids = [line["message_id"] for line, _ in seen[room_id]]
            first = fresh["chat_from"][room_id]
            seen[room_id] = seen[room_id][ids.index(first) :] if first in ids else seen[room_id]
    return seen, wanted
