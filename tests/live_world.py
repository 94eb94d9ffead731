"""A session without sockets or database: commands in, events and states out.

``World`` keeps the log and the state; ``Viewer`` is a browser as docs/protocol.md describes it:
a snapshot, then the events of its channels folded on top.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from itertools import count
from typing import Any

from server.domain import commands as c
from server.domain import debate_commands as dc
from server.domain.commands import Command
from server.domain.events import Event
from server.domain.poll import answer_of
from server.domain.poll_events import PollAnswer
from server.domain.poll_result import count as count_answers
from server.domain.session import decide, evolve
from server.domain.state import THE_SERVER, Actor, PollResult, SessionState, Settings
from tests import agenda_world, breakout_world, chat_world, debate_world, slides_world

OPEN = Settings(
    "Class",
    web_origins=("https://phet.colorado.edu", "https://www.youtube-nocookie.com"),
)

FAY = Actor("fay", "facilitator", "Fay", False, "user-fay")
ADA = Actor("ada", "learner", "Ada", False, "user-ada")
BOB = Actor("bob", "learner", "Bob", True, None)
OLA = Actor("ola", "observer", "Ola", False, "user-ola")


def ids() -> Callable[[], str]:
    numbers = count(1)
    return lambda: f"id{next(numbers)}"


@dataclass
class World:
    settings: Settings = OPEN
    now_ms: int = 0
    state: SessionState = field(default_factory=lambda: SessionState("s1"))
    log: list[Event] = field(default_factory=list[Event])
    new_id: Callable[[], str] = field(default_factory=ids)
    secret: dict[str, list[PollAnswer]] = field(default_factory=dict[str, list[PollAnswer]])
    """anonymous answers, which the mailbox keeps apart"""
    tallies: dict[str, PollResult] = field(default_factory=dict[str, PollResult])

    ballots: debate_world.Cast = field(default_factory=dict[str, Any])
    """the same of confidential ballots"""

    def do(self, actor: Actor, command: Command, *, after_ms: int = 10) -> list[Event]:
        """Let time pass, decide and evolve; raises what ``decide`` raises."""
        self.now_ms += after_ms
        events = decide(
            self.state,
            command,
            actor,
            self.now_ms,
            new_id=self.new_id,
            settings=self.settings,
            tallies=self.tallies,
            ballots=debate_world.matrices(self.ballots),
            cause_id="command-id",
        )
        for event in events:
            self.state = evolve(self.state, event)
            if event.type == "vote_cast" and isinstance(command, c.Vote):
                self._count(command)
            if isinstance(command, dc.CastBallot) and event.type == "debate_ballot_cast":
                rounds = self.ballots.setdefault(command.debate_id, {})
                rounds.setdefault(command.round, {})[actor.participant_id or ""] = command.choice
        self.log += events
        return events

    def _count(self, vote: c.Vote) -> None:
        poll = self.state.polls[vote.poll_id]
        if poll.is_anonymous:
            answers = self.secret.setdefault(vote.poll_id, [])
            answers.append(answer_of(poll, vote))
            self.tallies[vote.poll_id] = count_answers(poll, answers)

    def epoch(self, utc_ms: int = 1_000_000, alive_until_ms: int = 0) -> list[Event]:
        return self.do(THE_SERVER, c.StartEpoch(utc_ms, alive_until_ms))

    def join(self, *actors: Actor) -> None:
        for actor in actors:
            self.do(actor, c.Join())

    def last(self, kind: str) -> dict[str, Any]:
        return next(event.data for event in reversed(self.log) if event.type == kind)

    def types(self) -> list[str]:
        return [event.type for event in self.log]


def live_class(settings: Settings = OPEN, *actors: Actor) -> World:
    """Fay has started it; the others are in."""
    world = World(settings=replace(settings, lobby_is_on=False))
    world.epoch()
    world.join(FAY)
    world.do(FAY, c.StartSession())
    world.join(*actors)
    world.settings = settings
    return world


# ---- a browser's fold ------------------------------------------------------------------------

Snapshot = dict[str, Any]


def apply(view: Snapshot, event: dict[str, Any]) -> None:
    """What docs/protocol.md says a browser does with one event (web: classroom/state.ts)."""
    data, kind, at_ms = event["data"], event["type"], event["at_ms"]
    people = {one["participant_id"]: one for one in view["participants"]}
    polls = {one["poll_id"]: one for one in view["polls"]}
    recording = view["recording"]
    one_id = str(data.get("participant_id"))
    one = people.get(one_id)
    poll = polls.get(str(data.get("poll_id")))
    if kind in ("participant_joined", "participant_waiting"):
        if one is None:
            one = {"tracks": {}, "consent": "unasked", "joined_at_ms": None}
            one |= {"hand_talked_ms": 0, "invitation": "none"}
            one |= {"hand_raised_at_ms": None, "room_id": view["room_id"], "is_on_record": False}
            view["participants"].append(one)
        one |= {key: data[key] for key in ("participant_id", "name", "role", "is_guest")}
        one["is_stream"] = bool(data.get("is_stream"))
        one["tracks"] = dict.fromkeys(one["tracks"], False)
        one["presence"] = "present" if kind == "participant_joined" else "waiting"
        one["invitation"] = "none"
        if kind == "participant_joined" and one["joined_at_ms"] is None:
            one["joined_at_ms"] = at_ms
    elif kind == "participant_changed" and one:
        one |= {"name": data["name"], "role": data["role"]}
    elif kind == "participant_admitted" and one:
        if one["presence"] in ("denied", "removed"):
            one["presence"] = "left"
    elif kind in _PRESENCE and one:
        one["presence"] = _PRESENCE[kind]
        if kind == "participant_removed" and data.get("may_return"):
            one["presence"] = "left"
        if one["presence"] not in ("present", "away"):
            one["invitation"] = "none"
        one["tracks"] = dict.fromkeys(one["tracks"], False)
    elif kind == "session_started":
        view["state"] = "live"
    elif kind == "session_ended":
        view |= {"state": "ended", "hands": [], "spotlight": None}
        for other in people.values():
            other |= {"hand_raised_at_ms": None, "hand_talked_ms": 0}
            if other["presence"] in ("waiting", "present", "away"):
                other["presence"] = "left"
                other["tracks"] = dict.fromkeys(other["tracks"], False)
    elif kind == "hand_raised":
        view["hands"].append(data["participant_id"])
        if one:
            one |= {"hand_raised_at_ms": at_ms, "hand_talked_ms": data.get("talked_ms", 0)}
    elif kind == "hand_lowered":
        view["hands"] = [who for who in view["hands"] if who != data["participant_id"]]
        if one:
            one |= {"hand_raised_at_ms": None, "hand_talked_ms": 0}
    elif kind == "hand_order_changed":
        view["hand_order"] = data["order"]
    elif kind == "airtime_counted":
        for who, talked_ms in zip(data["participant_ids"], data["talked_ms"], strict=True):
            if who in people:
                view["talked_ms"][who] = view["talked_ms"].get(who, 0) + talked_ms
    elif kind == "speak_invited" and one:
        one["invitation"] = "granted" if one["tracks"].get("microphone") else "asked"
    elif kind == "speak_declined" and one:
        one["invitation"] = "none"
    elif kind == "lock_changed":
        others = {lock for lock in view["locks"] if lock != data["lock"]}
        view["locks"] = sorted(others | {data["lock"]} if data["is_on"] else others)
    elif kind == "confusion_tapped":
        view["confusion"].append(at_ms)
    elif kind == "track_changed" and one:
        one["tracks"][data["track"]] = data["is_on"]
        if data["track"] == "microphone" and one["invitation"] == "asked" and data["is_on"]:
            one["invitation"] = "granted"
        if data["track"] == "microphone" and not data["is_on"] and data["by"] != one_id:
            one["invitation"] = "none"
    elif kind == "spotlight_changed":
        view["spotlight"] = data["participant_id"]
    elif kind == "whiteboard_opened":
        view["whiteboard"] = {"opened_at_ms": at_ms, "opened_by": data["participant_id"]}
    elif kind == "whiteboard_closed":
        view["whiteboard"] = {"opened_at_ms": None, "opened_by": None}
    elif kind in ("poll_created", "poll_edited", "poll_opened"):
        if poll is None:
            poll = {"key": None, "state": "draft", "opened_at_ms": None, "closed_at_ms": None}
            poll |= {"voted_count": 0, "tally": None, "own_vote": None, "has_voted": False}
            poll |= {"entries": [], "own_answer": None, "hidden": [], **_PLAN}
            view["polls"].append(poll)
        # What is left out has its default; opening says nothing of the right answer.
        poll |= {**_SHAPE, **({} if kind == "poll_opened" else _PLAN), **data}
        if kind == "poll_opened":
            poll |= {"state": "open", "opened_at_ms": at_ms}
    elif kind == "poll_deleted":
        view["polls"] = [p for p in view["polls"] if p is not poll]
    elif kind == "vote_cast" and poll:
        poll |= {"has_voted": True, "own_vote": data.get("option")}
        poll["own_answer"] = data.get("answer")
    elif kind == "poll_counted" and poll:
        poll["voted_count"] = data["voted_count"]
        if "tally" in data:
            poll |= {"tally": data["tally"], "entries": data.get("entries", [])}
        for one in data.get("changes", []):
            for name in ("tally", "entries"):
                poll[name][one["at"] : one["at"] + one["gone"]] = one[name]
    elif kind == "poll_text_hidden" and poll:
        kept_hidden = [text for text in poll["hidden"] if text != data["text"]]
        poll["hidden"] = sorted([*kept_hidden, *([data["text"]] if data["is_hidden"] else [])])
    elif kind == "poll_closed" and poll:
        poll |= {"state": "closed", "closed_at_ms": at_ms, "voted_count": data["voted_count"]}
    elif kind == "poll_revealed" and poll:
        poll |= {"state": "revealed", **_PLAN, "entries": [], **data}
    elif kind in _RECORDING:
        recording |= {"state": _RECORDING[kind], "recording_id": data["recording_id"]}
        if kind == "recording_started":
            for other in people.values():
                if other["consent"] != "given":
                    other["consent"] = "unasked"
    elif kind == "consent_given" and one:
        one["consent"] = "given"
    elif kind == "consent_declined" and one:
        one["consent"] = "declined"
    elif kind == "moment_marked":
        moment = {key: data[key] for key in ("moment_id", "label")}
        moment["is_private"] = data.get("is_private", False)
        view["moments"].append({**moment, "at_ms": at_ms})
    elif kind == "gap_declared" and data["reason"] == "server_restart":
        since = recording["since_ms"]
        if since is not None and data["to_ms"] > since:
            recording["elapsed_ms"] += max(0, data["from_ms"] - since)
            recording["since_ms"] = data["to_ms"]
    breakout_world.fold(view, event)
    chat_world.fold(view, event)
    agenda_world.fold(view, event)
    slides_world.fold(view, event)
    if kind == "web_page_shared":
        view["web_page"] = {**data, "since_ms": at_ms}
    elif kind == "web_page_stopped":
        view["web_page"] = None
    if kind.startswith("debate_"):
        debate_world.fold(view, event)
    _settle(view, at_ms)
    view["seq"] = event["seq"]
    view["channels"][event["channel"]] = event["channel_seq"]


_PLAN: Snapshot = {"right": None, "tolerance": 0.0, "explanation": ""}
_SHAPE: Snapshot = {
    "kind": "single", "targets": [], "scale": None, "labels": [], "words": 1, "can_change": True,
    "limit_s": None,
}  # fmt: skip
_PRESENCE = {
    "participant_denied": "denied",
    "participant_removed": "removed",
    "participant_away": "away",
    "participant_returned": "present",
    "participant_left": "left",
}
_RECORDING = {
    "recording_started": "on",
    "recording_resumed": "on",
    "recording_paused": "paused",
    "recording_stopped": "stopped",
}


def _settle(view: Snapshot, at_ms: int) -> None:
    led = any(
        one["role"] == "facilitator" and one["presence"] == "present"
        for one in view["participants"]
    )
    if view["state"] != "live" or led:
        view["unattended_since_ms"] = None
    elif view["unattended_since_ms"] is None:
        view["unattended_since_ms"] = at_ms
    recording = view["recording"]
    present = [one for one in view["participants"] if one["presence"] == "present"]
    runs = recording["state"] == "on" and any(
        one["role"] != "observer" and not one["is_stream"] for one in present
    )
    if runs and recording["since_ms"] is None:
        recording["since_ms"] = at_ms
    elif not runs and recording["since_ms"] is not None:
        recording["elapsed_ms"] += at_ms - recording["since_ms"]
        recording["since_ms"] = None
    for one in view["participants"]:
        one["is_on_record"] = (
            recording["state"] == "on"
            and one["presence"] == "present"
            and one["role"] != "observer"
            and one["consent"] == "given"
        )


def kept(snapshot: Snapshot) -> Snapshot:
    """A snapshot as a browser keeps it: the running stretch apart from the finished ones."""
    recording = dict(snapshot["recording"])
    if recording["since_ms"] is not None:
        recording["elapsed_ms"] -= max(0, snapshot["now_ms"] - recording["since_ms"])
    return {**snapshot, "recording": recording}


NOT_IN_EVENTS = frozenset({"now_ms", "utc_ms", "seq", "lobby_is_on", *chat_world.PARTS})
"""The clock, the log's own counter (a browser knows what it saw) and what was planned; of chat a
browser holds as much as it has asked for (``level``)."""


def comparable(view: Snapshot) -> Snapshot:
    return {
        **{key: view[key] for key in view if key not in NOT_IN_EVENTS},
        "participants": sorted(view["participants"], key=lambda one: one["participant_id"]),
    }


def level(view: Snapshot, fresh: Snapshot) -> tuple[Snapshot, Snapshot]:
    """The two as they must be equal: what a browser has folded, and a new snapshot."""
    seen, wanted = chat_world.level(view, fresh)
    return comparable(view) | {"chat": seen}, comparable(fresh) | {"chat": wanted}
