"""CH8: a snapshot has the end of the chat; what was said before it comes page by page, whole."""

from __future__ import annotations

from dataclasses import replace
from random import Random

import msgspec
import pytest

from server.domain import breakout_commands as bc
from server.domain import commands as c
from server.domain.errors import DomainError, NotFound
from server.live import chat_view
from server.live.chat_view import chat_page
from server.live.wire import to_wire
from tests import chat_world
from tests.live_world import ADA, BOB, FAY, OPEN, live_class
from tests.unit.live.test_view import PEOPLE, Watched, random_command


@pytest.fixture
def _narrow(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chat_view, "WINDOW", 4)
    monkeypatch.setattr(chat_view, "ASIDE", 2)
    monkeypatch.setattr(chat_view, "PAGE", 3)


def everything(world: Watched, key: str, room_id: str) -> list[str]:
    """What this person may read in that list, by the state alone."""
    return [
        m.message_id
        for m in world.state.chat
        if (m.to is None and m.room_id == room_id) or (m.to and key in (m.participant_id, m.to))
    ]


def on_page(world: Watched, key: str, room_id: str) -> list[str]:
    return [line["message_id"] for line, _ in chat_world.shown(world.views[key], room_id)]


def talking() -> Watched:
    world = Watched()
    world.epoch()
    world.join(FAY, ADA, BOB)
    world.settings = OPEN
    world.do(FAY, c.StartSession())
    return world


@pytest.mark.usefixtures("_narrow")
def test_CH8_pages_bring_what_a_snapshot_left_out_and_nothing_twice() -> None:
    world = talking()
    for n in range(11):
        world.do(ADA, c.SendChat(f"line {n}"))
        if n % 4 == 0:
            world.do(BOB, c.SendChat(f"secret {n}", to="fay"))
    world.views["fay"] = world.fresh("fay")
    world.views["ada"] = world.fresh("ada")
    assert len(world.views["fay"]["chat"]) == 4
    world.do(BOB, c.SendChat("and on it goes"))
    while world.read_back("fay", "main"):
        world.do(BOB, c.SendChat("and on"))
        shown = on_page(world, "fay", "main")
        assert shown == everything(world, "fay", "main")[-len(shown) :]
    assert on_page(world, "fay", "main") == everything(world, "fay", "main")
    while world.read_back("ada", "main"):
        pass
    assert on_page(world, "ada", "main") == everything(world, "ada", "main")
    assert "secret" not in str(world.views["ada"])


@pytest.mark.usefixtures("_narrow")
def test_CH8_a_line_outside_the_snapshot_is_quoted_changed_and_deleted() -> None:
    world = talking()
    world.do(ADA, c.SendChat("long ago"))
    old = world.last("chat_sent")["message_id"]
    for n in range(9):
        world.do(BOB, c.SendChat(f"{n}"))
    world.views["bob"] = world.fresh("bob")
    world.do(BOB, c.SendChat("I do not agree", reply_to=old))
    (answer, quoted) = chat_world.shown(world.views["bob"], "main")[-1]
    assert (answer["text"], quoted and quoted["text"]) == ("I do not agree", "long ago")
    world.do(ADA, c.EditChat(old, "very long ago"))
    world.do(FAY, c.ReactToChat(old, "heart"))
    assert (
        chat_world.shown(world.views["bob"], "main")[-1][1]
        == chat_world.shown(world.fresh("bob"), "main")[-1][1]
    )
    world.do(ADA, c.DeleteChat(old))
    assert "long ago" not in str(world.views["bob"])
    assert "long ago" not in str(world.fresh("bob"))
    while world.read_back("bob", "main"):
        pass
    assert on_page(world, "bob", "main") == everything(world, "bob", "main")


@pytest.mark.usefixtures("_narrow")
def test_CH8_a_new_answer_brings_an_old_line_along_only_where_somebody_may_lack_it() -> None:
    world = talking()
    world.do(ADA, c.SendChat("question"))
    key = world.last("chat_sent")["message_id"]
    world.do(BOB, c.SendChat("quick answer", reply_to=key))
    assert "quoted" not in to_wire(world.log[-1], world.state, {}).data
    for _ in range(3):
        world.do(BOB, c.SendChat("..."))
    world.do(BOB, c.SendChat("late answer", reply_to=key))
    assert to_wire(world.log[-1], world.state, {}).data["quoted"]["text"] == "question"


@pytest.mark.usefixtures("_narrow")
def test_CH8_earlier_lines_are_for_who_may_read_them_live() -> None:
    world = talking()
    for n in range(6):
        world.do(ADA, c.SendChat(f"secret {n}", to="fay"))
    private = world.last("chat_sent")["message_id"]
    world.do(FAY, bc.DraftBreakouts(("Red", "Blue"), assignment={"ada": 0, "bob": 1}))
    red, blue = (room["room_id"] for room in world.last("breakouts_drafted")["rooms"])
    world.do(FAY, bc.OpenBreakouts())
    for n in range(6):
        world.do(ADA, c.SendChat(f"red {n}"))
    in_red = world.last("chat_sent")["message_id"]
    bob, ada, fay = (world.state.participants[who] for who in ("bob", "ada", "fay"))
    for room_id, before in ((red, in_red), (blue, in_red), ("main", in_red), ("main", private)):
        with pytest.raises(NotFound):
            chat_page(world.state, bob, room_id, before)
    with pytest.raises(NotFound):
        chat_page(world.state, ada, blue, private)
    with pytest.raises(NotFound):
        chat_page(world.state, ada, "none", private)
    assert [one.text for one in chat_page(world.state, fay, red, in_red).lines] == [
        "red 2", "red 3", "red 4",
    ]  # fmt: skip
    assert len(world.fresh("fay")["chat"]) == 4 + 2
    assert [one.to for one in chat_page(world.state, ada, red, private).lines] == ["fay"] * 3
    world.do(FAY, bc.CloseBreakouts(0))
    ada = world.state.participants["ada"]
    with pytest.raises(NotFound):
        chat_page(world.state, ada, red, in_red)


def test_CH8_a_class_of_thousands_of_lines_is_a_short_snapshot() -> None:
    world = live_class(OPEN, ADA, BOB)
    for _ in range(40):
        world.do(ADA, c.SendChat("x" * 60))
    line = world.state.chat[-1]
    many = tuple(replace(line, message_id=f"m{n}", at_ms=n) for n in range(5000))
    state = replace(world.state, chat=many)
    window = chat_view.chat_window(state, state.participants["bob"], ("main",))
    assert [one.message_id for one in window.lines] == [f"m{n}" for n in range(4900, 5000)]
    assert window.first == {"main": "m4900"}
    assert len(msgspec.json.encode(window.lines)) < 40_000


@pytest.mark.usefixtures("_narrow")
@pytest.mark.parametrize("seed", range(8))
def test_CH8_holds_in_random_classes_where_people_read_back(seed: int) -> None:
    random = Random(seed)
    world = talking()
    world.join(*PEOPLE[1:])
    world.do(FAY, bc.DraftBreakouts(("Red", "Blue"), assignment={"p0": 0, "p1": 1, "p2": 0}))
    for _ in range(300):
        actor, command = random_command(random, world)
        roll = random.random()
        if roll < 0.5:
            lines = world.state.chat
            own = [m.message_id for m in lines if m.participant_id == actor.participant_id]
            some: list[c.Command] = [
                c.SendChat("t", random.choice([None, None, "p1", "fay"])),
                c.SendChat("t", reply_to=random.choice([m.message_id for m in lines] or ["none"])),
                c.EditChat(random.choice(own or ["none"]), f"{random.random()}"),
            ]
            command = random.choice(some)
        elif roll < 0.53:
            actor, command = FAY, bc.OpenBreakouts()
        elif roll < 0.55:
            actor, command = FAY, bc.CloseBreakouts(0)
        try:
            world.do(actor, command)
        except DomainError:
            continue
        key = random.choice(list(world.views))
        if world.views[key]["channels"] and random.random() < 0.3:
            world.read_back(key, random.choice(chat_world.rooms_of(world.views[key])))
            world.check(key)
    for key, view in world.views.items():
        for room_id in chat_world.rooms_of(view):
            while world.read_back(key, room_id):
                pass
            assert on_page(world, key, room_id) == everything(world, key, room_id)
