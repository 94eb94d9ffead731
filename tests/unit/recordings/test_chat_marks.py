"""FI9: a file in chat is a mark of the recording, for as long as its message stands."""

from __future__ import annotations

from recordings.facts import facts_of
from server.domain import commands as c
from server.domain.state import AttachedFile
from server.schemas.recordings import TimelineMark
from tests.live_world import ADA, BOB, FAY, OPEN, World, live_class

PLAN = AttachedFile("f1", "plan.pdf", "application/pdf", 900)


def recorded() -> World:
    world = live_class(OPEN, ADA, BOB)
    world.do(FAY, c.StartRecording())
    world.do(ADA, c.GiveConsent(True))
    return world


def chat_of(world: World) -> list[TimelineMark]:
    world.do(FAY, c.EndSession())
    return [mark for mark in facts_of("s1", "r1", world.log).marks if mark.kind == "chat"]


def test_FI9_a_file_without_words_is_named_at_its_moment() -> None:
    world = recorded()
    world.do(ADA, c.SendChat("", file_id="f1", file=PLAN), after_ms=4_000)
    (mark,) = chat_of(world)
    assert (mark.at_ms, mark.label) == (4_010, "plan.pdf")
    assert mark.data == {
        "participant_id": "ada", "name": "Ada", "file_id": "f1", "file_name": "plan.pdf",
        "file_type": "application/pdf", "file_bytes": 900,
    }  # fmt: skip


def test_FI9_words_stay_the_label() -> None:
    world = recorded()
    world.do(ADA, c.SendChat("our plan", file_id="f1", file=PLAN))
    world.do(ADA, c.SendChat("no file"))
    with_file, without = chat_of(world)
    assert (with_file.label, with_file.data["file_name"]) == ("our plan", "plan.pdf")
    assert "file_id" not in without.data


def test_FI9_private_unrecorded_and_deleted_files_are_no_marks() -> None:
    world = recorded()
    world.do(ADA, c.SendChat("", "bob", file_id="f1", file=PLAN))
    world.do(BOB, c.SendChat("", file_id="f2", file=AttachedFile("f2", "b.pdf", "x/y", 1)))
    world.do(ADA, c.SendChat("", file_id="f3", file=AttachedFile("f3", "c.pdf", "x/y", 1)))
    world.do(FAY, c.DeleteChat(world.last("chat_sent")["message_id"]))
    assert chat_of(world) == []
