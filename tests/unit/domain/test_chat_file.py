"""FI: files of messages, and who may open them."""

from __future__ import annotations

import pytest

from server.domain import breakout_commands as bc
from server.domain import commands as c
from server.domain.chat_file import check_upload, may_open, message_of
from server.domain.errors import Conflict, Invalid, NotAllowed, NotFound
from server.domain.state import AttachedFile
from tests.live_world import ADA, BOB, FAY, OPEN, World, live_class

PLAN = AttachedFile("f1", "plan.pdf", "application/pdf", 9)


def sending(text: str = "", to: str | None = None, file: AttachedFile | None = PLAN) -> c.SendChat:
    return c.SendChat(text, to, file_id="f1", file=file)


def readers(world: World) -> set[str]:
    message = message_of(world.state, "f1")
    assert message is not None
    return {who for who in world.state.participants if may_open(world.state, message, who)}


def test_FI3_a_file_needs_no_words_but_nothing_at_all_is_no_message() -> None:
    world = live_class(OPEN, ADA)
    world.do(ADA, sending())
    assert world.state.chat[-1].file == PLAN
    with pytest.raises(Invalid, match="Write something"):
        world.do(ADA, c.SendChat(" "))


def test_FI3_only_what_the_sender_uploaded_is_sent_and_once() -> None:
    world = live_class(OPEN, ADA)
    with pytest.raises(NotFound) as missing:
        world.do(ADA, sending(file=None))
    assert missing.value.code == "file_not_found"
    world.do(ADA, sending("here"))
    with pytest.raises(Conflict) as twice:
        world.do(ADA, sending("again"))
    assert twice.value.code == "file_sent_already"


def test_FI4_in_class_who_reads_the_message_opens_its_file() -> None:
    world = live_class(OPEN, ADA, BOB)
    world.do(ADA, sending())
    assert readers(world) == {"ada", "bob", "fay"}
    world.do(BOB, c.Leave())
    assert readers(world) == {"ada", "fay"}
    world.do(FAY, c.Remove("ada"))
    assert readers(world) == {"fay"}


def test_FI4_a_private_file_is_two_peoples_also_when_they_have_left() -> None:
    world = live_class(OPEN, ADA, BOB)
    world.do(ADA, sending(to="bob"))
    world.do(BOB, c.Leave())
    assert readers(world) == {"ada", "bob"}


def test_FI4_a_file_of_a_breakout_room_stays_in_it() -> None:
    world = live_class(OPEN, ADA, BOB)
    world.do(FAY, bc.DraftBreakouts(("Red", "Blue"), assignment={"ada": 0, "bob": 1}))
    world.do(FAY, bc.OpenBreakouts())
    world.do(ADA, sending())
    assert readers(world) == {"ada", "fay"}


def test_FI5_the_message_takes_it_along_an_edit_keeps_it() -> None:
    world = live_class(OPEN, ADA)
    world.do(ADA, sending("here"))
    message_id = world.state.chat[-1].message_id
    world.do(ADA, c.EditChat(message_id, ""))
    assert (world.state.chat[-1].text, world.state.chat[-1].file) == ("", PLAN)
    world.do(FAY, c.DeleteChat(message_id))
    assert message_of(world.state, "f1") is None


@pytest.mark.parametrize("lock", ["files", "chat"])
def test_FI8_locks_hold_for_files(lock: str) -> None:
    world = live_class(OPEN, ADA)
    world.do(FAY, c.SetLock(lock, True))  # type: ignore[arg-type]
    with pytest.raises(NotAllowed) as refused:
        world.do(ADA, sending())
    assert (refused.value.code, refused.value.field) == ("locked", lock)
    world.do(FAY, sending())


def test_FI2_who_may_send_to_nobody_uploads_nothing() -> None:
    world = live_class(OPEN, ADA, BOB)
    check_upload(world.state, ADA, world.now_ms)
    world.do(FAY, c.SetLock("chat", True))
    check_upload(world.state, ADA, world.now_ms)  # a facilitator can still be written to
    world.do(FAY, c.SetLock("files", True))
    with pytest.raises(NotAllowed):
        check_upload(world.state, ADA, world.now_ms)
    world.do(FAY, c.SetLock("files", False))
    world.do(FAY, c.Leave())
    with pytest.raises(NotAllowed) as alone:
        check_upload(world.state, ADA, world.now_ms)
    assert alone.value.code == "unattended"
    world.do(BOB, c.Leave())
    with pytest.raises(NotAllowed):
        check_upload(world.state, BOB, world.now_ms)
