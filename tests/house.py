"""The whole server in process: real databases, real sockets, no media and cheap passwords."""

from __future__ import annotations

import asyncio
import shutil
import tempfile
import uuid
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any, Literal

import msgspec
import socketio
from aiohttp import ClientResponse, CookieJar
from aiohttp.test_utils import TestClient, TestServer
from argon2 import PasswordHasher

from server.app import Composition, compose, prepare_data
from server.domain import commands as c
from server.domain.events import Event
from server.domain.state import SessionState
from server.live.media_control import PlaneMediaControl
from server.live.ports import MediaControl, MediaHost, Seat
from server.live.room import actor_of
from server.media.native_plane import NativePlane
from server.media.plane_settings import PlaneSettings
from server.media.python_plane import PythonPlane
from server.schemas.identity import User
from server.schemas.live_base import Role
from server.schemas.live_media import MediaAnswer, MediaOffer, MediaView
from server.schemas.media_report import MediaReport
from server.services.secrecy import Passwords
from server.services.throttle import SignInThrottle
from server.settings import Settings
from server.storage.engines import async_engine
from server.storage.library import SqlLibrary

PASSWORD = "correct horse battery"
API = "/api/v1"
NAMESPACE = "/live"
PATIENCE_S = 20
CHEAP = Passwords(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))


class Silence:
    """A ``MediaControl`` for classes without sound or picture."""

    async def start(self, host: MediaHost) -> None: ...

    async def offer(
        self, session_id: str, participant_id: str, connection_id: str, offer: MediaOffer
    ) -> MediaAnswer:
        return MediaAnswer("none", "")

    def media_report(self) -> MediaReport:
        return MediaReport(0, "python", 0.0, 0.0, 0, {}, [])

    async def view(
        self, session_id: str, participant_id: str, connection_id: str, view: MediaView
    ) -> None: ...

    async def connection_lost(
        self, session_id: str, participant_id: str, connection_id: str
    ) -> None: ...

    def session_changed(
        self, session_id: str, before: SessionState, events: Sequence[Event], after: SessionState
    ) -> None: ...

    async def close(self) -> None: ...


class Clock:
    """Wall time that moves when told."""

    def __init__(self) -> None:
        self.time = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.time

    def seconds(self) -> float:
        return self.time.timestamp()

    def advance(self, **parts: float) -> None:
        self.time += timedelta(**parts)


@cache
def _empty_data() -> Path:
    """Migrated once; every house gets a copy."""
    folder = Path(tempfile.mkdtemp(prefix="reprise-house-"))
    prepare_data(folder)
    return folder


@dataclass(slots=True)
class Person:
    """A browser of one's own."""

    client: TestClient[Any, Any]
    user: User | None = None

    async def ask(self, method: str, path: str, body: Any = None, **more: Any) -> ClientResponse:
        if body is not None:
            more["data"] = msgspec.json.encode(body)
            more.setdefault("headers", {})["Content-Type"] = "application/json"
        return await self.client.request(method, API + path, **more)

    async def json(self, method: str, path: str, body: Any = None, status: int = 200) -> Any:
        answer = await self.ask(method, path, body)
        text = await answer.text()
        assert answer.status == status, f"{method} {path}: {answer.status} {text}"
        return msgspec.json.decode(text) if text else None

    async def refused(self, method: str, path: str, body: Any = None) -> tuple[int, str]:
        answer = await self.ask(method, path, body)
        text = await answer.text()
        assert answer.status >= 400, f"{method} {path}: {answer.status} {text}"
        return answer.status, msgspec.json.decode(text)["error"]["code"]


@dataclass(slots=True)
class Socket:
    """A live socket of a browser, as far as HTTP tests need one."""

    sio: socketio.AsyncClient
    reason: asyncio.Future[str]

    async def command(self, command: dict[str, Any]) -> dict[str, Any]:
        message = {"command_id": uuid.uuid4().hex, "command": command}
        answer = await self.sio.call("command", message, namespace=NAMESPACE, timeout=PATIENCE_S)
        assert answer is not None, "no answer"
        return answer

    async def closed(self) -> str:
        """Why the server hung up."""
        return await asyncio.wait_for(self.reason, PATIENCE_S)


@dataclass(slots=True)
class House:
    data: Path
    composition: Composition
    server: TestServer
    clock: Clock
    library: SqlLibrary
    stack: AsyncExitStack
    people: dict[str, Person] = field(default_factory=dict[str, Person])

    async def stranger(self) -> Person:
        client: TestClient[Any, Any] = TestClient(self.server, cookie_jar=CookieJar(unsafe=True))
        self.stack.push_async_callback(client.session.close)
        return Person(client)

    async def person(self, name: str, role: Role = "learner") -> Person:
        """Someone with an account, signed in."""
        person = await self.stranger()
        email = f"{name}@example.org"
        await self.composition.services.identity.create_user(name.title(), email, PASSWORD, role)
        user = await person.json("POST", "/sign-in", {"email": email, "password": PASSWORD})
        person.user = msgspec.convert(user, User)
        self.people[name] = person
        return person

    async def session(self, facilitator: Person, **more: Any) -> str:
        body = {"title": "Printing", "lobby_is_on": False, "record_automatically": False, **more}
        return (await facilitator.json("POST", "/sessions", body, 201))["session_id"]

    async def guest(self, facilitator: Person, session_id: str, name: str = "Gil") -> Person:
        """Someone with a join link, seated."""
        made = await facilitator.json("POST", f"/sessions/{session_id}/links", {"name": name}, 201)
        guest = await self.stranger()
        await guest.json("POST", made["link"], {"name": name})
        return guest

    @asynccontextmanager
    async def socket(self, person: Person, session_id: str) -> AsyncIterator[Socket]:
        """A live socket with this person's cookies, after its first snapshot."""
        loop = asyncio.get_running_loop()
        seen: asyncio.Future[None] = loop.create_future()
        reason: asyncio.Future[str] = loop.create_future()
        sio = socketio.AsyncClient(reconnection=False)
        sio.on(
            "snapshot", lambda _: None if seen.done() else seen.set_result(None),
            namespace=NAMESPACE,
        )  # fmt: skip
        sio.on("closed", lambda told: reason.set_result(told["reason"]), namespace=NAMESPACE)
        url = self.server.make_url("/")
        cookies = person.client.session.cookie_jar.filter_cookies(url)
        try:
            await sio.connect(
                str(url),
                headers={"Cookie": "; ".join(f"{k}={v.value}" for k, v in cookies.items())},
                auth={"session_id": session_id},
                namespaces=[NAMESPACE],
                transports=["websocket"],
            )
            await asyncio.wait_for(seen, PATIENCE_S)
            yield Socket(sio, reason)
        finally:
            await sio.disconnect()
            if sio.eio.http:
                await sio.eio.http.close()

    async def seat(self, person: Person, session_id: str) -> Seat:
        cookies = person.client.session.cookie_jar.filter_cookies(self.server.make_url("/"))
        values = {name: morsel.value for name, morsel in cookies.items()}
        return await self.composition.hub.seats.resolve(session_id, values, {})

    async def do(self, person: Person, session_id: str, *commands: c.Command) -> None:
        """Live commands, past the socket."""
        room = await self.composition.hub.room(session_id)
        actor = actor_of(await self.seat(person, session_id))
        for command in commands:
            answer = await room.mailbox.submit(actor, command)
            assert answer.error is None, answer.error

    async def lead(self, person: Person, session_id: str, *commands: c.Command) -> None:
        """The same for somebody without a socket, whom the server takes for gone within a second:
        they come back, and all of it waits in the mailbox at once."""
        room = await self.composition.hub.room(session_id)
        actor = actor_of(await self.seat(person, session_id))
        asked = (room.mailbox.submit(actor, command) for command in (c.Join(), *commands))
        for answer in await asyncio.gather(*asked):
            assert answer.error is None, answer.error


@asynccontextmanager
async def open_house(
    folder: Path,
    *,
    settings: Settings | None = None,
    clock: Clock | None = None,
    plane: Literal["python", "native"] | None = None,
) -> AsyncIterator[House]:
    """``plane``: of media, on the loopback; None for classes without."""
    data = folder / "data"
    if not data.exists():
        shutil.copytree(_empty_data(), data)
    clock = clock or Clock()
    media: MediaControl = Silence()
    if plane is not None:
        made = NativePlane if plane == "native" else PythonPlane
        media = PlaneMediaControl(made(PlaneSettings(host="127.0.0.1", disk_watermark=0)), data)
    composition = compose(
        settings or Settings(data=data, web_dist=folder / "dist"),
        media=media,
        now=clock,
        passwords=CHEAP,
        throttle=SignInThrottle(clock.seconds),
    )
    engine = async_engine(data / "library.db")
    async with AsyncExitStack() as stack:
        server = TestServer(composition.app)
        await server.start_server()
        stack.push_async_callback(engine.dispose)
        stack.push_async_callback(server.close)
        yield House(data, composition, server, clock, SqlLibrary(engine), stack)
