"""A participant's live socket: commands with acknowledgement, events in order, the clock."""

from __future__ import annotations

import asyncio
import time
import uuid
from collections.abc import Callable
from typing import Any

import socketio
import socketio.exceptions

from server.demo.http_account import Account

NAMESPACE = "/live"
ANSWER_LIMIT_S = 10


class Refused(Exception):
    def __init__(self, code: str, message: str) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code


class Seat:
    def __init__(self, account: Account, session_id: str) -> None:
        self.account = account
        self.session_id = session_id
        self.snapshot: dict[str, Any] = {}
        self.events: list[dict[str, Any]] = []
        self.slots: dict[str, dict[str, Any]] = {}
        self._clock_offset_ms = 0.0
        self._changed = asyncio.Event()
        self._socket = socketio.AsyncClient(reconnection=False)
        on = self._socket.on
        on("snapshot", self._on_snapshot, namespace=NAMESPACE)
        on("events", self._on_events, namespace=NAMESPACE)
        on("slots", self._on_slots, namespace=NAMESPACE)
        on("closed", self._on_closed, namespace=NAMESPACE)
        self.closed_reason: str | None = None

    @property
    def participant_id(self) -> str:
        return self.snapshot["me"]

    def session_now_ms(self) -> float:
        """The session clock, carried on from the first snapshot by this machine's own."""
        return time.monotonic() * 1000 + self._clock_offset_ms

    async def connect(self) -> None:
        await self._socket.connect(
            self.account.url,
            headers={"Cookie": self.account.cookie_header(), "Origin": self.account.url},
            auth={"session_id": self.session_id},
            namespaces=[NAMESPACE],
            transports=["websocket"],
            wait_timeout=20,  # a second, the default, is short on a busy machine
        )
        await self.wait_for(lambda: bool(self.snapshot))

    async def close(self) -> None:
        if self._socket.connected:
            await self._socket.disconnect()

    async def command(self, kind: str, /, **fields: Any) -> dict[str, Any]:
        """Send a command and return its result after commit. Raises Refused."""
        envelope = {"command_id": str(uuid.uuid4()), "command": {"type": kind, **fields}}
        answer = await self.ask("command", envelope)
        if not answer["ok"]:
            raise Refused(answer["error"]["code"], answer["error"]["message"])
        return answer.get("result") or {}

    async def ask(self, event: str, payload: Any) -> Any:
        try:
            return await self._socket.call(
                event, payload, namespace=NAMESPACE, timeout=ANSWER_LIMIT_S
            )
        except socketio.exceptions.TimeoutError as silence:
            raise TimeoutError(f"no answer to {event} within {ANSWER_LIMIT_S} s") from silence

    async def tell(self, event: str, payload: Any) -> None:
        await self._socket.emit(event, payload, namespace=NAMESPACE)

    def happened(self, kind: str, **data: Any) -> dict[str, Any] | None:
        """The first event of this type whose data has these values."""
        for event in self.events:
            if event["type"] == kind and all(event["data"].get(k) == v for k, v in data.items()):
                return event
        return None

    async def wait_for_event(self, kind: str, limit_s: float = 20, **data: Any) -> dict[str, Any]:
        await self.wait_for(lambda: self.happened(kind, **data) is not None, limit_s)
        event = self.happened(kind, **data)
        assert event is not None
        return event

    async def wait_for(self, condition: Callable[[], bool], limit_s: float = 20) -> None:
        """Until the condition holds, looked at after everything that arrives. TimeoutError."""
        async with asyncio.timeout(limit_s):
            while not condition():
                self._changed.clear()
                await self._changed.wait()

    def _on_snapshot(self, snapshot: dict[str, Any]) -> None:
        self.snapshot = snapshot
        self._clock_offset_ms = snapshot["now_ms"] - time.monotonic() * 1000
        self._changed.set()

    def _on_events(self, events: list[dict[str, Any]]) -> None:
        self.events += events
        self._changed.set()

    def _on_slots(self, slots: list[dict[str, Any]]) -> None:
        self.slots |= {slot["slot"]: slot for slot in slots}
        self._changed.set()

    def _on_closed(self, notice: dict[str, Any]) -> None:
        self.closed_reason = notice.get("reason")
        self._changed.set()
