"""WB, NO: the whiteboard and the notes on real sockets, with pycrdt as the browsers' Yjs."""

from __future__ import annotations

import gzip
from pathlib import Path
from random import Random
from typing import Any

import pytest
from pycrdt import Doc, Map, Text

from server.domain.errors import NotAllowed
from server.live import pads
from server.live.ports import Append
from tests.live_server import NAMESPACE, Client, LiveServer, until


class Scribe:
    """A browser's copy of one pad: what is not acknowledged yet is kept and sent again."""

    def __init__(self, client: Client, pad: str = "notes") -> None:
        self.client = client
        self.pad = pad
        self.doc: Doc[Any] = Doc()
        self.text = self.doc.get("text", type=Text)
        self.elements = self.doc.get("elements", type=Map)
        self.unsent: list[bytes] = []
        self.is_remote = False
        self._watch = self.doc.observe(self._changed)

    def _changed(self, event: Any) -> None:
        if not self.is_remote:
            self.unsent.append(event.update)

    def take(self, update: bytes) -> None:
        self.is_remote = True
        self.doc.apply_update(update)
        self.is_remote = False

    def listen(self) -> None:
        async def arrived(message: dict[str, Any]) -> None:
            if message["pad"] == self.pad:
                self.take(message["update"])

        self.client.sio.on("pad_update", arrived, namespace=NAMESPACE)

    async def open(self) -> dict[str, Any]:
        self.listen()
        message = {"pad": self.pad, "vector": self.doc.get_state()}
        answer = await self.client.call("pad_open", message)
        if "error" not in answer:
            self.take(answer["update"])
            if self.unsent:
                self.unsent = [self.doc.get_update(answer["vector"])]
        return answer

    async def flush(self) -> str | None:
        """Send what waits; the code of a refusal."""
        while self.unsent:
            update = self.unsent[0]
            answer = await self.client.call("pad_update", {"pad": self.pad, "update": update})
            if "error" in answer:
                return answer["error"]["code"]
            self.unsent.pop(0)
        return None

    async def write(self, text: str) -> str | None:
        self.text += text
        return await self.flush()

    async def reads(self, text: str) -> None:
        await until(lambda: str(self.text) == text, f"{self.client.who} reads {text!r}")


async def scribes(server: LiveServer, *people: str, pad: str = "notes") -> list[Scribe]:
    clients = await server.join(*people)
    if server.state().stage == "scheduled":
        await clients[0].do("start_session")
    if pad == "whiteboard":
        await clients[0].do("open_whiteboard")
    made = [Scribe(client, pad) for client in clients]
    for one in made:
        await until(lambda one=one: server.presence(one.client.who) == "present")
        assert "error" not in await one.open()
    return made


async def test_NO1_what_one_writes_the_others_read_and_late_ones_too(server: LiveServer) -> None:
    fay, ada = await scribes(server, "fay", "ada")
    assert await fay.write("Type is metal. ") is None
    await ada.reads("Type is metal. ")
    assert await ada.write("Ink is oil.") is None
    await fay.reads("Type is metal. Ink is oil.")
    (bob,) = await server.join("bob")
    late = Scribe(bob)
    await late.open()
    await late.reads("Type is metal. Ink is oil.")


async def test_NO3_who_was_there_reads_the_notes_in_class_and_afterwards(
    server: LiveServer,
) -> None:
    fay, ada = await scribes(server, "fay", "ada")
    assert await fay.write("Type is metal.") is None
    await ada.reads("Type is metal.")
    assert await server.hub.notes("s1", "ada") == "Type is metal."
    await fay.client.do("end_session")
    await server.stop()
    await server.start()
    assert await server.hub.notes("s1", "ada") == "Type is metal."
    with pytest.raises(NotAllowed):
        await server.hub.notes("s1", "eve")


async def test_WB1_the_whiteboard_is_there_while_it_is_open(server: LiveServer) -> None:
    fay, ada = await scribes(server, "fay", "ada", pad="whiteboard")
    fay.elements["a"] = {"type": "rectangle", "version": 1}
    assert await fay.flush() is None
    await until(lambda: "a" in ada.elements)
    assert await ada.client.code("close_whiteboard") == "not_allowed"
    await fay.client.do("close_whiteboard")
    ada.elements["b"] = {"type": "line", "version": 1}
    assert await ada.flush() == "whiteboard_closed"
    assert (await ada.open())["error"]["code"] == "whiteboard_closed"
    await fay.client.do("open_whiteboard")
    await ada.open()
    assert await ada.flush() is None
    await fay.open()
    assert set(fay.elements) == {"a", "b"}, "what was drawn stays"


async def test_PE_who_may_write_is_asked_at_every_update(server: LiveServer) -> None:
    fay, ada, bob = await scribes(server, "fay", "ada", "bob")
    await fay.client.do("set_lock", lock="notes", is_on=True)
    assert await ada.write("no") == "locked"
    assert await fay.write("yes") is None
    await fay.client.do("set_lock", lock="notes", is_on=False)
    assert await ada.flush() is None
    sent = bob.client
    await fay.client.do("remove", participant_id="bob")
    await until(lambda: sent.closed == "removed")
    before = str(bob.text)
    assert await fay.write("!") is None
    await ada.reads(str(fay.text))
    assert str(bob.text) == before, "who was removed is told nothing more"
    del server.seats.seats["ada"]
    assert await ada.write("x") == "link_revoked"


async def test_NO3_refusals_have_codes(server: LiveServer) -> None:
    (fay,) = await scribes(server, "fay")
    call = fay.client.call
    for message, code in (
        ({"pad": "notes", "update": b"\x01\x01\x01"}, "bad_update"),
        ({"pad": "notes", "update": b""}, "bad_message"),
        ({"pad": "notes", "update": b"x" * 200_001}, "bad_message"),
        ({"pad": "diary", "update": b"\x00\x00"}, "bad_message"),
        ({"pad": "notes", "update": b"\x00\x00", "more": 1}, "bad_message"),
        ({"pad": "notes", "update": 7}, "bad_message"),
        ("notes", "bad_message"),
    ):
        assert (await call("pad_update", message))["error"]["code"] == code, message
    bad = {"pad": "notes", "vector": b"\xff\xff\xff"}
    assert (await call("pad_open", bad))["error"]["code"] == "bad_vector"
    opened = {"pad": "whiteboard", "vector": b"\x00"}
    assert (await call("pad_open", opened))["error"]["code"] == "whiteboard_closed"
    assert await fay.write("still here") is None


async def test_PE4_too_many_updates_are_refused_and_may_be_sent_again(server: LiveServer) -> None:
    (fay,) = await scribes(server, "fay")
    codes = [await fay.write("x") for _ in range(70)]
    assert codes[0] is None
    assert codes[-1] == "too_fast"
    server.clock.pass_ms(20_000)
    assert await fay.flush() is None
    await fay.client.reconnect()
    fresh = Scribe(fay.client)
    await fresh.open()
    await fresh.reads("x" * 70)


async def test_NO4_a_full_pad_says_so(server: LiveServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(pads.LARGEST, "notes", 2_000)
    monkeypatch.setattr(pads, "WORTH_COMPACTING", 100)
    (fay,) = await scribes(server, "fay")
    assert await fay.write("a" * 1500) is None
    del fay.text[0:1400]
    assert await fay.flush() is None
    assert await fay.write("b" * 1000) is None, "what was deleted takes no room"
    assert await fay.write("c" * 1000) == "pad_full"
    assert await fay.client.call("pad_open", {"pad": "notes", "vector": b"\x00"})


async def test_NO2_what_was_acknowledged_survives_a_kill(server: LiveServer) -> None:
    fay, ada = await scribes(server, "fay", "ada")
    assert await fay.write("kept ") is None
    await ada.reads("kept ")
    ada.text += "typed while it was down"
    await server.crash()
    await server.restart(down_ms=3000)
    for one in (fay, ada):
        await one.client.reconnect()
        await until(lambda one=one: server.presence(one.client.who) == "present")
        await one.open()
        assert await one.flush() is None
    await fay.reads("kept typed while it was down")
    await ada.reads("kept typed while it was down")


async def test_EV1_a_failed_commit_is_refused_and_stored_with_the_next(
    server: LiveServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    fay, ada = await scribes(server, "fay", "ada")
    append = server.log.append

    async def full(batch: Append) -> None:
        if batch.pads:
            raise OSError("disk full")
        await append(batch)

    monkeypatch.setattr(server.log, "append", full)
    assert await fay.write("one ") == "not_saved"
    assert str(ada.text) == ""
    monkeypatch.setattr(server.log, "append", append)
    assert await fay.flush() is None
    await ada.reads("one ")
    await server.crash()
    await server.stop()
    await server.start()
    await ada.client.reconnect()
    fresh = Scribe(ada.client)
    await fresh.open()
    await fresh.reads("one ")


async def test_rows_are_compacted(server: LiveServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pads, "COMPACT_AFTER", 10)
    (fay,) = await scribes(server, "fay")
    for number in range(25):
        assert await fay.write(f"{number} ") is None
    rows = await server.log.load_pad("s1", "notes")
    assert len(rows) <= 10
    await server.crash()
    await server.stop()
    await server.start()
    await fay.client.reconnect()
    fresh = Scribe(fay.client)
    await fresh.open()
    assert str(fresh.text) == str(fay.text)


async def test_cursors_are_shown_to_those_who_follow(server: LiveServer) -> None:
    fay, ada = await scribes(server, "fay", "ada", pad="whiteboard")
    seen: list[Any] = []

    async def shown(cursors: list[dict[str, Any]]) -> None:
        seen.extend(cursors)

    fay.client.sio.on("pad_cursors", shown, namespace=NAMESPACE)
    await ada.client.sio.emit(
        "pad_cursor", {"pad": "whiteboard", "x": 3.5, "y": -2}, namespace=NAMESPACE
    )
    await until(lambda: seen)
    assert seen == [{"pad": "whiteboard", "participant_id": "ada", "x": 3.5, "y": -2.0}]
    await fay.client.do("set_lock", lock="whiteboard", is_on=True)
    await ada.client.sio.emit(
        "pad_cursor", {"pad": "whiteboard", "x": 1, "y": 1}, namespace=NAMESPACE
    )
    await fay.client.sio.emit(
        "pad_cursor", {"pad": "whiteboard", "x": 9, "y": 9}, namespace=NAMESPACE
    )
    await until(lambda: len(seen) == 2)
    assert seen[-1]["participant_id"] == "fay", "who may not draw does not point either"


@pytest.mark.parametrize("seed", [1, 2, 3])
async def test_two_kinds_of_luck_end_in_one_text(server: LiveServer, seed: int) -> None:
    """Writing, cutting, coming back and killing at random: nothing acknowledged is lost, and
    everything that was written is there once, for everybody."""
    dice = Random(seed)
    people = await scribes(server, "fay", "ada", "bob")
    written: list[str] = []
    for step in range(60):
        one = dice.choice(people)
        luck = dice.random()
        if luck < 0.75:
            mark = f"<{step}>"
            written.append(mark)
            place = dice.randint(0, len(str(one.text)))
            # Never inside of another mark: it is looked for as a whole.
            place = str(one.text).rfind(">", 0, place) + 1
            one.text.insert(place, mark)
            if one.client.sio.connected and dice.random() < 0.7:
                assert await one.flush() is None
        elif luck < 0.88:
            if one.client.sio.connected:
                await one.client.cut()
        elif luck < 0.96:
            await back(server, one)
        else:
            await server.crash()
            await server.restart(down_ms=1000)
            for other in people:
                await back(server, other)
        server.clock.pass_ms(200)
    for one in people:
        await back(server, one)
    for one in people:
        assert await one.flush() is None
    texts = [str(one.text) for one in people]
    await until(lambda: len({str(one.text) for one in people}) == 1, f"seed {seed}: {texts}")
    text = str(people[0].text)
    assert [text.count(mark) for mark in written] == [1] * len(written), f"seed {seed}"


async def back(server: LiveServer, one: Scribe) -> None:
    server.clock.pass_ms(5000)
    await one.client.reconnect()
    await until(lambda: server.presence(one.client.who) == "present")
    assert "error" not in await one.open()
    assert await one.flush() is None


# ---- pictures --------------------------------------------------------------------------------

SVG = b"""<svg xmlns="http://www.w3.org/2000/svg" width="40" height="30" viewBox="0 0 40 30">
<script>alert(1)</script><path d="M0 0 L10 10" stroke="#000" onclick="alert(1)"/></svg>"""


class MemoryPictures:
    def __init__(self) -> None:
        self.stored: dict[str, bytes] = {}

    async def put(self, session_id: str, picture_id: str, svg: bytes) -> None:
        self.stored[f"{session_id}/{picture_id}"] = svg


@pytest.fixture
async def studio(tmp_path: Path) -> Any:
    server = LiveServer(tmp_path)
    server.options["pictures"] = MemoryPictures()
    await server.start()
    yield server
    await server.stop()


def wanted_of(one: Scribe) -> list[str]:
    tokens: list[str] = []

    async def wanted(message: dict[str, Any]) -> None:
        tokens.append(message["token"])

    one.client.sio.on("picture_wanted", wanted, namespace=NAMESPACE)
    return tokens


async def test_WB5_the_one_who_is_asked_draws_the_picture(studio: LiveServer) -> None:
    pictures: MemoryPictures = studio.options["pictures"]
    fay, ada = await scribes(studio, "fay", "ada", pad="whiteboard")
    of_fay, of_ada = wanted_of(fay), wanted_of(ada)
    fay.elements["a"] = {"version": 1}
    assert await fay.flush() is None
    assert not of_fay, "nobody records"
    await fay.client.do("start_recording")
    await until(lambda: of_fay)
    assert not of_ada
    zipped = gzip.compress(SVG)
    forged = await ada.client.call("picture", {"token": of_fay[0], "svg": zipped})
    assert forged["error"]["code"] == "picture_not_wanted"
    assert await fay.client.call("picture", {"token": of_fay[0], "svg": zipped}) == {}
    (stored,) = pictures.stored.values()
    assert b"script" not in stored and b"onclick" not in stored and b"M0 0 L10 10" in stored
    again = await fay.client.call("picture", {"token": of_fay[0], "svg": zipped})
    assert again["error"]["code"] == "picture_not_wanted"
    events = await studio.log.read_events("s1")
    (pictured,) = [one for one in events if one.type == "whiteboard_pictured"]
    assert pictured.channel == "server"
    assert (pictured.data["width"], pictured.data["height"]) == (40, 30)
    # At most one in ten seconds; who does not answer is passed over.
    fay.elements["b"] = {"version": 1}
    assert await fay.flush() is None
    assert len(of_fay) == 1
    studio.clock.pass_ms(11_000)
    await studio.hub.tick()
    await until(lambda: len(of_fay) == 2)
    studio.clock.pass_ms(11_000)
    fay.elements["c"] = {"version": 1}
    assert await fay.flush() is None
    await until(lambda: of_ada)
    bad = await ada.client.call("picture", {"token": of_ada[0], "svg": b"no gzip"})
    assert bad["error"]["code"] == "bad_picture"
    # The last state is asked for at the close, whatever was asked for just before.
    studio.clock.pass_ms(11_000)
    fay.elements["d"] = {"version": 1}
    assert await fay.flush() is None
    asked = len(of_fay)
    fay.elements["e"] = {"version": 1}
    assert await fay.flush() is None
    closed_ms = studio.hub.now_ms("s1")
    await fay.client.do("close_whiteboard")
    await until(lambda: len(of_fay) == asked + 1)
    assert await fay.client.call("picture", {"token": of_fay[-1], "svg": zipped}) == {}
    events = await studio.log.read_events("s1")
    last = [one for one in events if one.type == "whiteboard_pictured"][-1]
    assert last.data["from_ms"] <= closed_ms


async def test_WB10_each_room_sends_pictures_of_its_own_whiteboard(studio: LiveServer) -> None:
    fay, ada, bob = await studio.join("fay", "ada", "bob")
    await fay.do("start_session")
    await fay.do("start_recording")
    await fay.do("draft_breakouts", names=["Red", "Blue"])
    rooms = studio.state().breakouts
    assert rooms is not None
    red, blue = (room.room_id for room in rooms.rooms)
    await fay.do("move_participant", participant_id="ada", room_id=red)
    await fay.do("move_participant", participant_id="bob", room_id=blue)
    await fay.do("open_breakouts")
    await until(lambda: studio.state().participants["bob"].room_id == blue)
    drawn, theirs = Scribe(ada, f"board:{red}"), Scribe(bob, f"board:{blue}")
    of_ada, of_bob = wanted_of(drawn), wanted_of(theirs)
    for one in (drawn, theirs):
        assert "error" not in await one.open()
    await studio.hub.tick()
    drawn.elements["one"] = {"id": "one", "version": 1}
    assert await drawn.flush() is None
    await until(lambda: of_ada)
    assert not of_bob, "nothing was drawn there"
    zipped = gzip.compress(SVG)
    forged = await bob.call("picture", {"token": of_ada[0], "svg": zipped})
    assert forged["error"]["code"] == "picture_not_wanted"
    assert await ada.call("picture", {"token": of_ada[0], "svg": zipped}) == {}
    # What changed since is asked for when the rooms close.
    drawn.elements["two"] = {"id": "two", "version": 1}
    assert await drawn.flush() is None
    await fay.do("close_breakouts", countdown_ms=0)
    await until(lambda: len(of_ada) == 2)
    assert await ada.call("picture", {"token": of_ada[1], "svg": zipped}) == {}
    events = await studio.log.read_events("s1")
    pictured = [one.data["room_id"] for one in events if one.type == "whiteboard_pictured"]
    assert pictured == [red, red]
    assert len(studio.options["pictures"].stored) == 2


async def test_WB9_rooms_draw_apart_and_what_they_drew_comes_back(server: LiveServer) -> None:
    fay, ada, bob = await server.join("fay", "ada", "bob")
    await fay.do("start_session")
    await fay.do("draft_breakouts", names=["Red", "Blue"])
    rooms = server.state().breakouts
    assert rooms is not None
    red, blue = (room.room_id for room in rooms.rooms)
    await fay.do("move_participant", participant_id="ada", room_id=red)
    await fay.do("move_participant", participant_id="bob", room_id=blue)
    await fay.do("open_breakouts")
    await until(lambda: server.state().participants["bob"].room_id == blue)
    drawn, theirs = Scribe(ada, f"board:{red}"), Scribe(bob, f"board:{blue}")
    for one in (drawn, theirs):
        assert "error" not in await one.open()
    drawn.elements["one"] = {"id": "one", "version": 1}
    assert await drawn.flush() is None
    theirs.elements["two"] = {"id": "two", "version": 1}
    assert await theirs.flush() is None
    peeping = Scribe(bob, f"board:{red}")
    assert (await peeping.open())["error"]["code"] == "other_room"
    peeping.elements["mine"] = {"id": "mine", "version": 1}
    assert await peeping.flush() == "other_room"
    assert set(drawn.elements) == {"one"}
    await ada.do("write_room_notes", text="We found it", version=0)
    await fay.do("close_breakouts", countdown_ms=0)
    await until(lambda: server.state().participants["bob"].room_id == "main")
    drawn.elements["late"] = {"id": "late", "version": 1}
    assert await drawn.flush() == "room_closed"
    await server.stop()
    await server.start()
    (late,) = await server.join("bob")
    back = Scribe(late, f"board:{red}")
    assert "error" not in await back.open()
    assert set(back.elements) == {"one"}
    other = Scribe(late, f"board:{blue}")
    assert (await other.open())["error"]["code"] == "other_room", "it brought no notes back"
    for name in ("board:", "board:../x", "notes2", "board:" + "x" * 81):
        answer = await late.call("pad_open", {"pad": name, "vector": Doc().get_state()})
        assert answer["error"]["code"] == "bad_message"
