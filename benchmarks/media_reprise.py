"""Reprise as it is served, as the media benchmark's clients see it: ``reprise serve`` with the
native plane, people with seats of their own, Socket.IO, one offer each."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import psutil

from benchmarks.media_cost import family
from benchmarks.media_swarm import Handshake, Remote, Sending, Swarm, Track, client_certificate
from benchmarks.socket_swarm import Arrivals, Connection, connect
from server.demo.http_account import Account
from server.demo.school import School
from server.demo.server_process import ServerProcess, free_port
from server.media.client.offer import (
    AUDIO_LEVEL_ID,
    MID_ID,
    OPUS,
    RTX,
    TRANSPORT_CC_ID,
    VP8,
    read_answer,
    write_offer,
)
from server.media.plane import TrackKind
from server.media.sdp_offer import URI_TRANSPORT_CC

AT_ONCE: Final = 10
PLANE: Final = "reprise-plane"
_ATTEMPTS: Final = 4


@dataclass
class Person:
    """Who has a seat; media comes with ``RepriseServer.join``."""

    number: int
    cookie: str
    connection: Connection | None = None
    peer: int = 0
    sources: dict[TrackKind, int] = field(default_factory=dict[TrackKind, int])

    @property
    def participant_id(self) -> str:
        assert self.connection is not None
        return self.connection.snapshot["me"]

    async def ask(self, event: str, body: Any) -> Any:
        assert self.connection is not None
        answer = await self.connection.ask(event, body)
        if answer.get("error"):
            raise RuntimeError(f"{event}: {answer['error']}")
        return answer

    def tell(self, event: str, body: Any) -> None:
        assert self.connection is not None
        self.connection.tell(event, body)

    async def command(self, kind: str, **fields: Any) -> Any:
        command = {"type": kind, **fields}
        return await self.ask("command", {"command_id": str(uuid.uuid4()), "command": command})


class RepriseServer:
    def __init__(
        self, name: str, folder: Path, swarm: Swarm, cipher: str,
        environment: Mapping[str, str] | None = None,
    ) -> None:  # fmt: skip
        self.name = name
        self.swarm = swarm
        self.certificate = client_certificate(cipher)
        self.process = ServerProcess(
            folder / name, free_port(), folder / f"{name}.log",
            {"REPRISE_WORKER": "off", "REPRISE_MEDIA_PLANE": "native", **(environment or {})},
        )  # fmt: skip
        self.school = School(self.process)
        self.arrivals = Arrivals()
        self.people: list[Person] = []
        self.session_id = ""
        self._teacher: Account | None = None

    async def start(self) -> None:
        await self.process.start()
        await self.school.open()
        teacher = self._teacher = await self.school.invite("Helen Marsh", "facilitator")
        self.session_id = await self.school.session(teacher, "A class", lobby_is_on=False)
        chair = Person(0, teacher.cookie_header())
        await self.enter(chair)
        await chair.command("start_session")
        self.people.append(chair)

    async def stop(self) -> None:
        for person in self.people:
            if person.connection is not None:
                person.connection.cut()
        try:
            await self.school.close()
        finally:
            await self.process.stop()

    # ---- what it costs -----------------------------------------------------------------------

    @property
    def parts(self) -> dict[str, list[int]]:
        everybody = family(self.process.pid)
        plane = [pid for pid in everybody if is_plane(pid)]
        return {"plane": plane, "python": [pid for pid in everybody if pid not in plane]}

    def tail(self) -> str:
        return self.process.tail(60)

    # ---- people ------------------------------------------------------------------------------

    async def seat(self, count: int) -> list[Person]:
        """Guests with a cookie each; nobody has connected yet."""
        assert self._teacher is not None
        teacher, room = self._teacher, asyncio.Semaphore(AT_ONCE)
        first = len(self.people)

        async def one(number: int) -> Person:
            async with room:
                guest = await self.school.guest(teacher, self.session_id, f"Learner {number}")
                return Person(number, guest.cookie_header())

        made = await asyncio.gather(*(one(first + n) for n in range(count)))
        self.people += made
        return made

    async def enter(self, person: Person) -> None:
        """The live socket, up to its snapshot; a busy server is asked again, as a page does."""
        for attempt in range(_ATTEMPTS):
            try:
                person.connection = await connect(
                    self.arrivals, self.process.port, person.cookie, {"session_id": self.session_id}
                )
                return
            except (OSError, TimeoutError):
                if attempt == _ATTEMPTS - 1:
                    raise
                await asyncio.sleep(1.0)

    async def join(
        self, person: Person, tracks: Mapping[TrackKind, Track], slots: Sequence[str]
    ) -> None:
        """The person's one PeerConnection, and every track switched on."""
        kinds = tuple(tracks)
        offer = write_offer(kinds, slots, self.certificate.fingerprint)
        reply = await person.ask(
            "media_offer", {"sdp": offer.sdp, "tracks": offer.tracks, "slots": offer.slots}
        )
        answer = read_answer(reply["sdp"], offer.slots)
        remote = Remote(answer.ufrag, answer.pwd, answer.fingerprints, answer.candidates)
        handshake = Handshake(self.certificate, offer.ufrag, offer.pwd, remote)
        keys = await handshake.run()
        down = TRANSPORT_CC_ID if has_feedback_down(reply["sdp"], offer.slots) else 0
        person.peer = await self.swarm.add_peer(handshake, keys, down, RTX)
        for line in offer.lines:
            to = Sending(
                line.ssrcs["f"][0], VP8 if line.is_video else OPUS, line.mid, MID_ID,
                TRANSPORT_CC_ID, 0 if line.is_video else AUDIO_LEVEL_ID,
            )  # fmt: skip
            person.sources[line.track] = await self.swarm.add_source(
                person.peer, tracks[line.track], to
            )
        for kind in kinds:
            await person.command("set_track", track=kind, is_on=True)


def is_plane(pid: int) -> bool:
    return psutil.Process(pid).name().startswith(PLANE[:15])


def has_feedback_down(sdp: str, slots: Mapping[str, str]) -> bool:
    """Whether transport-wide feedback was agreed on for what the client receives."""
    for section in sdp.split("m=")[1:]:
        lines = section.splitlines()
        mid = next((line[6:] for line in lines if line.startswith("a=mid:")), "")
        if mid in slots and any(URI_TRANSPORT_CC in line for line in lines):
            return True
    return False
