"""The measure that ``bench_live`` is held against: python-socketio's own broadcast, nothing else.

``python -m benchmarks.bare_socketio PORT``: every ``say`` goes to everyone in one room. No rights,
no log, no commit.
"""

from __future__ import annotations

import sys
from typing import Any

import socketio
from aiohttp import web


def main() -> None:
    sio = socketio.AsyncServer(
        async_mode="aiohttp", transports=["websocket"], cors_allowed_origins="*",
        namespaces=["/bare"],
    )  # fmt: skip

    async def enter(sid: str, *_: object) -> None:
        await sio.enter_room(sid, "all", namespace="/bare")

    async def say(_sid: str, events: list[Any]) -> dict[str, bool]:
        await sio.emit("events", events, room="all", namespace="/bare")
        return {"ok": True}

    sio.on("connect", enter, namespace="/bare")
    sio.on("say", say, namespace="/bare")
    app = web.Application()
    sio.attach(app)
    web.run_app(app, host="127.0.0.1", port=int(sys.argv[1]), print=None)


if __name__ == "__main__":
    main()
