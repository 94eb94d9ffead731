"""Files in chat over HTTP and sockets (docs/rules.md, FI)."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
import pytest

from server.domain import breakout_commands as bc
from server.domain import commands as c
from server.services import chat_files
from server.storage.backup import back_up
from tests.house import API, House, Person, Socket, open_house

PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 40


@dataclass(slots=True)
class Class:
    house: House
    session_id: str
    fay: Person
    ada: Person
    bob: Person
    sockets: dict[str, Socket]

    async def upload(
        self, person: Person, name: str = "a.png", data: bytes = PNG
    ) -> tuple[int, Any]:
        answer = await person.client.request(
            "POST",
            f"{API}/sessions/{self.session_id}/files",
            params={"name": name},
            data=data,
            headers={"Content-Type": "application/octet-stream"},
        )
        return answer.status, msgspec.json.decode(await answer.read())

    async def refused(self, person: Person, name: str = "a.png", data: bytes = PNG) -> str:
        status, body = await self.upload(person, name, data)
        assert status >= 400, body
        return body["error"]["code"]

    async def file(self, person: Person, **more: Any) -> str:
        status, body = await self.upload(person, **more)
        assert status == 201, body
        return body["file_id"]

    async def send(self, who: str, **fields: Any) -> dict[str, Any]:
        command = {"type": "send_chat", "text": "", **fields}
        return await self.sockets[who].command(command)

    async def status(self, person: Person, file_id: str) -> int:
        return (await self.get(person, file_id)).status

    async def get(self, person: Person, file_id: str, query: str = "") -> Any:
        return await person.client.get(f"{API}/sessions/{self.session_id}/files/{file_id}{query}")

    def blobs(self) -> list[str]:
        folder = self.house.data / "files" / self.session_id
        return sorted(path.name for path in folder.iterdir()) if folder.is_dir() else []

    async def seat(self, person: Person) -> str:
        return (await self.house.seat(person, self.session_id)).participant_id


@pytest.fixture
async def room(tmp_path: Path) -> AsyncIterator[Class]:
    async with open_house(tmp_path) as house, AsyncExitStack() as stack:
        fay = await house.person("fay", "facilitator")
        session_id = await house.session(fay)
        ada, bob = await house.person("ada"), await house.guest(fay, session_id, "Bob")
        body = {"email": "ada@example.org"}
        await fay.json("POST", f"/sessions/{session_id}/members", body, 201)
        sockets = {"fay": await stack.enter_async_context(house.socket(fay, session_id))}
        await house.do(fay, session_id, c.StartSession())
        for name, person in (("ada", ada), ("bob", bob)):
            sockets[name] = await stack.enter_async_context(house.socket(person, session_id))
        yield Class(house, session_id, fay, ada, bob, sockets)


async def test_FI4_a_file_is_its_uploaders_until_it_is_sent_and_then_everyones(room: Class) -> None:
    file_id = await room.file(room.ada, name="../Plan of the press.exe")
    assert await room.status(room.ada, file_id) == 200
    assert await room.status(room.fay, file_id) == 404
    assert (await room.send("bob", file_id=file_id))["error"]["code"] == "file_not_found"
    assert (await room.send("ada", file_id=file_id))["ok"]
    assert (await room.send("ada", file_id=file_id))["error"]["code"] == "file_sent_already"
    for person in (room.fay, room.ada, room.bob):
        assert await room.status(person, file_id) == 200
    stranger, outsider = await room.house.stranger(), await room.house.person("olga")
    assert await room.status(stranger, file_id) == 401
    assert await room.status(outsider, file_id) == 404
    view = await room.fay.json("GET", f"/sessions/{room.session_id}/snapshot")
    assert view["chat"][-1]["file"] == {
        "file_id": file_id, "name": "_Plan of the press.exe.png", "media_type": "image/png",
        "octets": len(PNG),
    }  # fmt: skip


async def test_FI7_what_is_served_cannot_run(room: Class) -> None:
    picture = await room.file(room.ada, name="ü.png")
    answer = await room.get(room.ada, picture)
    assert await answer.read() == PNG
    assert answer.headers["Content-Type"] == "image/png"
    assert answer.headers["Content-Disposition"].startswith("inline;")
    assert "filename*=UTF-8''%C3%BC.png" in answer.headers["Content-Disposition"]
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Cross-Origin-Resource-Policy"] == "same-origin"
    saved = await room.get(room.ada, picture, "?download=true")
    assert saved.headers["Content-Disposition"].startswith("attachment;")
    page = await room.file(room.ada, name="page.html", data=b"<script>alert(1)</script>")
    answer = await room.get(room.ada, page)
    assert answer.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert answer.headers["Content-Disposition"].startswith("attachment;")
    assert "page.html.txt" in answer.headers["Content-Disposition"]


async def test_FI4_a_private_file_belongs_to_two(room: Class) -> None:
    file_id = await room.file(room.ada)
    assert (await room.send("ada", file_id=file_id, to=await room.seat(room.bob)))["ok"]
    assert await room.status(room.bob, file_id) == 200
    assert await room.status(room.fay, file_id) == 404
    await room.house.do(room.fay, room.session_id, c.EndSession())
    await ended(room)
    assert await room.status(room.bob, file_id) == 200
    assert await room.status(room.ada, file_id) == 200
    assert await room.status(room.fay, file_id) == 404


async def settled(room: Class) -> None:
    """What the hub does beside commands is done."""
    while tasks := set(room.house.composition.hub._tasks):
        await asyncio.wait(tasks)
        await asyncio.sleep(0)


async def ended(room: Class) -> None:
    """The library has heard of it."""
    for socket in room.sockets.values():
        assert await socket.closed() == "ended"
    await settled(room)


async def test_FI4_after_class_the_recording_decides(room: Class) -> None:
    off_record = await room.file(room.bob)
    assert (await room.send("bob", file_id=off_record))["ok"]
    await room.house.do(room.fay, room.session_id, c.StartRecording())
    await room.house.do(room.ada, room.session_id, c.GiveConsent(True))
    on_record = await room.file(room.ada)
    assert (await room.send("ada", file_id=on_record))["ok"]
    outsider = await room.house.person("olga")
    await room.house.do(room.fay, room.session_id, c.EndSession())
    await ended(room)
    assert await room.status(room.fay, on_record) == 200
    assert await room.status(room.bob, on_record) == 200
    assert await room.status(outsider, on_record) == 404
    assert await room.status(room.bob, off_record) == 200
    assert await room.status(room.fay, off_record) == 404
    recording = (await room.fay.json("GET", "/recordings"))["recordings"][0]["recording_id"]
    await room.fay.json("DELETE", f"/recordings/{recording}", status=204)
    assert await room.status(room.bob, on_record) == 404


@pytest.mark.parametrize("is_recorded", [True, False])
async def test_FI4_a_file_of_a_breakout_room_stays_in_it(room: Class, is_recorded: bool) -> None:
    if is_recorded:
        await room.house.do(room.fay, room.session_id, c.StartRecording())
        await room.house.do(room.ada, room.session_id, c.GiveConsent(True))
    places = {await room.seat(room.ada): 0, await room.seat(room.bob): 1}
    await room.house.do(room.fay, room.session_id, bc.DraftBreakouts(("Red", "Blue"), (), places))
    await room.house.do(room.fay, room.session_id, bc.OpenBreakouts())
    file_id = await room.file(room.ada)
    assert (await room.send("ada", file_id=file_id))["ok"]
    who = {"ada": room.ada, "bob": room.bob, "fay": room.fay}
    in_class = {name: await room.status(one, file_id) for name, one in who.items()}
    await room.house.do(room.fay, room.session_id, c.EndSession())
    await ended(room)
    after = {name: await room.status(one, file_id) for name, one in who.items()}
    assert in_class == after == {"ada": 200, "bob": 404, "fay": 200}


async def test_FI5_the_message_takes_its_file_along(room: Class) -> None:
    file_id = await room.file(room.ada)
    message_id = (await room.send("ada", file_id=file_id))["result"]["message_id"]
    assert room.blobs() == [file_id]
    done = await room.sockets["fay"].command({"type": "delete_chat", "message_id": message_id})
    assert done["ok"]
    await settled(room)
    assert room.blobs() == []
    assert await room.status(room.ada, file_id) == 404


async def test_FI2_limits_and_their_codes(room: Class, monkeypatch: pytest.MonkeyPatch) -> None:
    assert await room.refused(room.ada, data=b"MZ\x90\0" * 20) == "file_type_refused"
    assert await room.refused(room.ada, data=b"") == "file_empty"
    monkeypatch.setattr(chat_files, "LARGEST", 1000)
    assert await room.refused(room.ada) == "file_too_large"
    assert room.blobs() == []
    monkeypatch.setattr(chat_files, "MOST_OF_ONE", 1)
    await room.file(room.ada, data=b"one")
    assert await room.refused(room.ada, data=b"two") == "too_many_files"
    await room.file(room.bob, data=b"mine")
    monkeypatch.setattr(chat_files, "MOST_OCTETS", 8)
    assert await room.refused(room.fay, data=b"three") == "files_full"
    assert len(room.blobs()) == 2


@pytest.mark.parametrize("lock", ["files", "chat"])
async def test_FI2_locks_of_files_and_of_chat_hold_for_uploads_too(room: Class, lock: Any) -> None:
    early = await room.file(room.ada)
    locks: list[Any] = [lock, "private_chat"] if lock == "chat" else [lock]
    for one in locks:
        await room.house.do(room.fay, room.session_id, c.SetLock(one, True))
    if lock == "files":
        assert await room.refused(room.ada) == "locked"
    refusal = (await room.send("ada", file_id=early))["error"]
    assert (refusal["code"], refusal["field"]) == ("locked", lock)
    if lock == "files":
        assert (await room.send("ada", text="words")).get("ok")
    await room.file(room.fay)


async def test_an_upload_is_taken_back_before_it_is_sent(room: Class) -> None:
    path = f"/sessions/{room.session_id}/files/"
    file_id = await room.file(room.ada)
    assert await room.bob.refused("DELETE", path + file_id) == (404, "not_found")
    await room.ada.json("DELETE", path + file_id, status=204)
    assert room.blobs() == []
    sent = await room.file(room.ada)
    assert (await room.send("ada", file_id=sent))["ok"]
    await settled(room)
    assert await room.ada.refused("DELETE", path + sent) == (409, "file_sent_already")


async def test_FI6_what_no_message_has_is_swept(room: Class) -> None:
    files, hub = room.house.composition.services.chat_files, room.house.composition.hub
    sent, unsent = await room.file(room.ada), await room.file(room.ada)
    assert (await room.send("ada", file_id=sent))["ok"]
    stray = room.house.data / "files" / room.session_id / "stray"
    stray.write_bytes(b"left by a crash")
    assert await files.sweep(hub) == 1
    assert room.blobs() == sorted([sent, unsent])
    room.house.clock.advance(days=1, seconds=1)
    assert await files.sweep(hub) == 1
    assert room.blobs() == [sent]


async def test_files_are_in_the_backup(room: Class, tmp_path: Path) -> None:
    file_id = await room.file(room.ada)
    manifest = back_up(room.house.data, tmp_path / "backup.tar")
    names = [entry["name"] for entry in manifest["entries"]]
    assert f"files/{room.session_id}/{file_id}" in names
