"""CH8 over real sockets: the end of the chat first, pages of it in order with the events."""

from __future__ import annotations

from typing import Any

import pytest

from server.live import chat_view
from tests import chat_world
from tests.live_server import Client, LiveServer, until


@pytest.fixture(autouse=True)
def _narrow(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chat_view, "WINDOW", 3)
    monkeypatch.setattr(chat_view, "PAGE", 2)


def texts(client: Client) -> list[str]:
    return [line["text"] for line, _ in chat_world.shown(client.view, "main")]


async def code(client: Client, message: Any) -> str | None:
    answer = await client.call("chat_earlier", message)
    return answer.get("error", {}).get("code")


async def earlier(client: Client) -> None:
    before = client.view["chat_from"]["main"]
    assert await code(client, {"room_id": "main", "before": before}) is None
    await until(lambda: client.view["chat_from"].get("main") != before, "a page came")


async def test_CH8_who_joins_late_reads_back_page_by_page(server: LiveServer) -> None:
    fay, ada = await server.join("fay", "ada")
    await fay.do("start_session")
    for n in range(7):
        await ada.do("send_chat", text=f"{n}")
        if n == 1:
            await ada.do("send_chat", text="secret", to="fay")
    (bob,) = await server.join("bob")
    assert texts(bob) == ["4", "5", "6"]
    await earlier(bob)
    assert texts(bob) == ["2", "3", "4", "5", "6"]
    first = next(event["data"] for event in ada.events if event["type"] == "chat_sent")[
        "message_id"
    ]
    await fay.do("delete_chat", message_id=first)
    await fay.do("send_chat", text="7", reply_to=first)
    await bob.sees("chat_deleted")
    await earlier(bob)
    await until(lambda: "7" in texts(bob), "the last line came")
    assert texts(bob) == ["", "1", "2", "3", "4", "5", "6", "7"]
    assert bob.view["chat_from"] == {}
    for client in (fay, ada, bob):
        await client.is_level()


async def test_CH8_asking_for_what_one_may_not_read_is_refused(server: LiveServer) -> None:
    fay, ada, bob = await server.join("fay", "ada", "bob")
    await fay.do("start_session")
    await ada.do("send_chat", text="secret", to="fay")
    key = (await fay.sees("chat_sent"))["message_id"]
    assert await code(ada, {"room_id": "main", "before": key}) is None
    assert await code(bob, {"room_id": "main", "before": key}) == "message_not_found"
    assert await code(bob, {"room_id": "elsewhere", "before": key}) == "room_not_found"
    assert await code(bob, {"room_id": "main"}) == "bad_message"
    assert await code(bob, {"room_id": "main", "before": key, "limit": 9}) == "bad_message"
    await fay.do("remove", participant_id="bob", may_return=True)
    (again,) = await server.join("bob")
    assert await code(again, {"room_id": "main", "before": key}) == "not_present"
