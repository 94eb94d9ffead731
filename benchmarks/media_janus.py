"""Janus's VideoRoom as the media benchmark's clients see it: a process of its own with settings of
its own in a temporary folder, its WebSocket API, a publisher's or a subscriber's handle each.

NACK with RTX and transport-wide feedback are agreed on both ways, as far as Janus offers them.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import os
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final

import aiohttp

from benchmarks.media_swarm import Handshake, Remote, Sending, Swarm, Track, client_certificate
from server.demo.server_process import free_port
from server.media.client.offer import (
    AUDIO_LEVEL_ID,
    MID_ID,
    OPUS,
    TRANSPORT_CC_ID,
    VP8,
    write_offer,
)
from server.media.plane import TrackKind
from server.media.sdp_offer import URI_TRANSPORT_CC

INSTALL: Final = "Janus is not installed (apt-get install janus); only reprise is measured."
LIBRARIES: Final = (
    "/usr/lib/x86_64-linux-gnu/janus", "/usr/lib/aarch64-linux-gnu/janus", "/usr/lib/janus",
    "/opt/janus/lib/janus", "/usr/local/lib/janus",
)  # fmt: skip
ROOM: Final = 1234
_PATIENCE_S: Final = 20.0


def program() -> str | None:
    return shutil.which("janus") if libraries() is not None else None


def libraries() -> Path | None:
    found = (Path(name) for name in LIBRARIES if (Path(name) / "plugins").is_dir())
    return next(found, None)


@dataclass
class Handle:
    """One attachment to VideoRoom over a socket of its own, as a page has."""

    server: JanusServer
    socket: aiohttp.ClientWebSocketResponse
    session: int = 0
    number: int = 0
    answers: dict[str, asyncio.Future[dict[str, Any]]] = field(
        default_factory=dict[str, "asyncio.Future[dict[str, Any]]"]
    )
    reader: asyncio.Task[None] | None = None
    peer: int = 0
    feed: int = 0
    sources: dict[TrackKind, int] = field(default_factory=dict[TrackKind, int])

    async def ask(self, kind: str, **fields: Any) -> dict[str, Any]:
        """Raises RuntimeError when Janus refuses."""
        transaction = str(next(self.server.transactions))
        answer: asyncio.Future[dict[str, Any]] = asyncio.get_running_loop().create_future()
        self.answers[transaction] = answer
        message = {"janus": kind, "transaction": transaction, **fields}
        if self.session:
            message["session_id"] = self.session
        if self.number:
            message["handle_id"] = self.number
        await self.socket.send_str(json.dumps(message))
        try:
            async with asyncio.timeout(_PATIENCE_S):
                reply = await answer
        finally:
            del self.answers[transaction]
        data = reply.get("plugindata", {}).get("data", {})
        if reply["janus"] == "error" or "error" in data:
            raise RuntimeError(f"Janus refuses {kind}: {reply.get('error') or data}")
        return reply

    async def message(self, request: str, jsep: object = None, **fields: Any) -> dict[str, Any]:
        beside = {"jsep": jsep} if jsep is not None else {}
        return await self.ask("message", body={"request": request, **fields}, **beside)

    async def read(self) -> None:
        async for message in self.socket:
            if message.type != aiohttp.WSMsgType.TEXT:
                continue
            data = json.loads(message.data)
            answer = self.answers.get(data.get("transaction", ""))
            # An acknowledgement only says that the answer will come.
            if answer is not None and not answer.done() and data["janus"] != "ack":
                answer.set_result(data)


class JanusServer:
    def __init__(
        self, name: str, folder: Path, swarm: Swarm, cipher: str, event_loops: int | None
    ) -> None:
        self.name = name
        self.swarm = swarm
        self.certificate = client_certificate(cipher)
        self.transactions = itertools.count(1)
        self.handles: list[Handle] = []
        self._folder = folder / name
        self._port = free_port()
        self._event_loops = event_loops
        self._process: asyncio.subprocess.Process | None = None
        self._http: aiohttp.ClientSession | None = None

    @property
    def parts(self) -> dict[str, list[int]]:
        assert self._process is not None
        return {"": [self._process.pid]}

    async def start(self) -> None:
        """Raises RuntimeError when it does not come up."""
        found = program()
        assert found is not None
        self._write_settings()
        # Killed like this one, even when this one cannot do it any more.
        dying = ["setpriv", "--pdeathsig", "KILL"] if shutil.which("setpriv") else []
        with (self._folder / "log").open("wb") as log:
            self._process = await asyncio.create_subprocess_exec(
                *dying, found, "-F", str(self._folder), "-C", str(self._folder / "janus.jcfg"),
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True,
            )  # fmt: skip
        self._http = aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0))
        first = await self._first()
        await first.message(
            "create", room=ROOM, publishers=1000, bitrate=0, fir_freq=0, videocodec="vp8",
            audiocodec="opus", notify_joining=False,
        )  # fmt: skip

    async def _first(self) -> Handle:
        for _ in range(100):
            assert self._process is not None
            if self._process.returncode is not None:
                break
            try:
                return await self.attach()
            except (OSError, aiohttp.ClientError):
                await asyncio.sleep(0.1)
        raise RuntimeError(f"Janus does not start:\n{self.tail()}")

    async def stop(self) -> None:
        # First, or every socket waits for Janus to say goodbye.
        if self._process is not None:
            if self._process.returncode is None:
                self._process.kill()
            await self._process.wait()
        for handle in self.handles:
            await handle.socket.close()
            if handle.reader is not None:
                handle.reader.cancel()
        if self._http is not None:
            await self._http.close()

    def tail(self) -> str:
        lines = (self._folder / "log").read_text(errors="replace").splitlines()
        return "\n".join(lines[-30:])

    def _write_settings(self) -> None:
        self._folder.mkdir()
        where = libraries()
        loops = f"event_loops = {self._event_loops}" if self._event_loops is not None else ""
        main = f"""
            general: {{
                configs_folder = "{self._folder}"
                plugins_folder = "{where}/plugins"
                transports_folder = "{where}/transports"
                events_folder = "{where}/events"
                loggers_folder = "{where}/loggers"
                debug_level = 2
                debug_colors = false
                session_timeout = 0
                {loops}
            }}
            media: {{ ipv6 = false }}
            plugins: {{ disable = "{self._others("plugins", "videoroom")}" }}
            transports: {{ disable = "{self._others("transports", "websockets")}" }}
            """
        api = f'general: {{ ws = true, ws_ip = "127.0.0.1", ws_port = {self._port} }}'
        self._write("janus.jcfg", main)
        self._write("janus.transport.websockets.jcfg", api)
        self._write("janus.plugin.videoroom.jcfg", "general: {}\n")

    def _write(self, name: str, text: str) -> None:
        (self._folder / name).write_text(text)

    def _others(self, kind: str, wanted: str) -> str:
        where = libraries()
        assert where is not None
        names = {path.name for path in (where / kind).glob("*.so")}
        return ",".join(sorted(name for name in names if wanted not in name))

    # ---- people ------------------------------------------------------------------------------

    async def attach(self) -> Handle:
        assert self._http is not None
        socket = await self._http.ws_connect(
            f"ws://127.0.0.1:{self._port}", protocols=["janus-protocol"]
        )
        handle = Handle(self, socket)
        handle.reader = asyncio.create_task(handle.read(), name="janus-reader")
        self.handles.append(handle)
        handle.session = (await handle.ask("create"))["data"]["id"]
        plugin = "janus.plugin.videoroom"
        handle.number = (await handle.ask("attach", plugin=plugin))["data"]["id"]
        return handle

    async def publish(self, tracks: Mapping[TrackKind, Track]) -> Handle:
        handle = await self.attach()
        kinds = tuple(tracks)
        offer = write_offer(kinds, (), self.certificate.fingerprint)
        # Janus, asked to be passive, leaves the first flight to the client as Reprise does.
        sdp = offer.sdp.replace("a=setup:actpass", "a=setup:active")
        reply = await handle.message(
            "joinandconfigure", {"type": "offer", "sdp": sdp}, ptype="publisher", room=ROOM
        )
        handle.feed = reply["plugindata"]["data"]["id"]
        answer = Sdp(reply["jsep"]["sdp"])
        handshake = Handshake(self.certificate, offer.ufrag, offer.pwd, answer.remote)
        keys = await handshake.run()
        handle.peer = await self.swarm.add_peer(handshake, keys, 0, 0)
        for line in offer.lines:
            agreed = answer.sections[line.mid].extensions
            to = Sending(
                line.ssrcs["f"][0], VP8 if line.is_video else OPUS, line.mid,
                MID_ID if MID_ID in agreed else 0,
                TRANSPORT_CC_ID if TRANSPORT_CC_ID in agreed else 0,
                AUDIO_LEVEL_ID if not line.is_video and AUDIO_LEVEL_ID in agreed else 0,
            )  # fmt: skip
            handle.sources[line.track] = await self.swarm.add_source(
                handle.peer, tracks[line.track], to
            )
        return handle

    async def subscribe(self, streams: Sequence[Mapping[str, object]]) -> Handle:
        """``streams``: ``{"feed": …}`` and, for one of its m-lines, ``"mid"``."""
        handle = await self.attach()
        reply = await handle.message(
            "join", ptype="subscriber", room=ROOM, streams=list(streams)
        )  # fmt: skip
        offer = Sdp(reply["jsep"]["sdp"])
        ufrag, pwd = os.urandom(4).hex(), os.urandom(12).hex()
        sdp = offer.answer(ufrag, pwd, self.certificate.fingerprint)
        handshake = Handshake(
            self.certificate, ufrag, pwd, replace(offer.remote, is_controlling=True)
        )
        connecting = asyncio.create_task(handshake.run())
        await handle.message("start", {"type": "answer", "sdp": sdp})
        keys = await connecting
        handle.peer = await self.swarm.add_peer(handshake, keys, offer.twcc, offer.rtx)
        return handle


@dataclass
class Section:
    head: str
    lines: list[str]

    def values(self, name: str) -> list[str]:
        start = f"a={name}:"
        return [line[len(start) :] for line in self.lines if line.startswith(start)]

    @property
    def extensions(self) -> dict[int, str]:
        pairs = (value.split()[:2] for value in self.values("extmap"))
        return {int(number.split("/")[0]): uri for number, uri in pairs}


class Sdp:
    """What a client reads of an SDP of Janus's."""

    def __init__(self, text: str) -> None:
        self.session: list[str] = []
        self.ordered: list[Section] = []
        for line in text.splitlines():
            if line.startswith("m="):
                self.ordered.append(Section(line, []))
            elif self.ordered:
                self.ordered[-1].lines.append(line)
            else:
                self.session.append(line)
        self.sections = {section.values("mid")[0]: section for section in self.ordered}

    def _first(self, name: str) -> str:
        everything = Section("", [*self.session, *(x for s in self.ordered for x in s.lines)])
        return everything.values(name)[0]

    @property
    def remote(self) -> Remote:
        algorithm, digest = self._first("fingerprint").split()
        parts = [value.split() for value in self.ordered[0].values("candidate")]
        return Remote(
            self._first("ice-ufrag"), self._first("ice-pwd"), [(algorithm, digest)],
            [(p[4], int(p[5])) for p in parts if p[1] == "1" and p[2].lower() == "udp"],
            is_lite=False,
        )  # fmt: skip

    @property
    def twcc(self) -> int:
        """Number of the transport-wide counter's extension, 0 when it is not offered."""
        for section in self.ordered:
            for number, uri in section.extensions.items():
                if uri == URI_TRANSPORT_CC:
                    return number
        return 0

    @property
    def rtx(self) -> int:
        for section in self.ordered:
            for value in section.values("rtpmap"):
                number, name = value.split()
                if name.lower().startswith("rtx/"):
                    return int(number)
        return 0

    def answer(self, ufrag: str, pwd: str, fingerprint: str) -> str:
        """Everything that is offered is received."""
        lines = ["v=0", "o=- 1 1 IN IP4 127.0.0.1", "s=-", "t=0 0",
                 f"a=group:BUNDLE {' '.join(self.sections)}"]  # fmt: skip
        for mid, section in self.sections.items():
            lines += [
                section.head, "c=IN IP4 0.0.0.0", "a=recvonly", f"a=mid:{mid}", "a=rtcp-mux",
                f"a=ice-ufrag:{ufrag}", f"a=ice-pwd:{pwd}", "a=setup:active",
                f"a=fingerprint:sha-256 {fingerprint}",
            ]  # fmt: skip
            kept = ("a=rtpmap:", "a=fmtp:", "a=rtcp-fb:", "a=extmap:")
            lines += [line for line in section.lines if line.startswith(kept)]
        return "\r\n".join(lines) + "\r\n"
