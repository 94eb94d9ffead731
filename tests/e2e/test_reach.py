"""Who sits behind a network that blocks UDP comes in by TURN; who loses the way finds another.

`make reach` runs it: it needs root for a network of its own, and coturn. The browser is in that
network, the server and coturn outside. One TURN server stands for all; which of its ways a page
may know is narrowed in the page, so that each is proved by itself.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import re
import socket
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import pytest
from aioice import stun, turn
from playwright.async_api import Page

from server.demo.browser import chromium, chromium_program, person
from server.demo.classroom_page import ClassroomPage
from server.demo.http_account import Account
from server.demo.school import School
from server.demo.seat import Seat
from server.demo.server_process import ServerProcess, free_port
from server.media.client.client import MediaClient
from server.media.client.sources import MovingBars, Tone
from server.services.turn import TurnServers
from tests.e2e.blocked_network import HERE, THERE, BlockedNetwork, what_is_missing
from tests.e2e.instruments import add_probe, hears, sees_moving

pytestmark = [pytest.mark.reach, pytest.mark.timeout(600)]

COLOUR, TONE = "#a00000", 440
WATCH = Path(__file__).with_name("watch_connections.js")
UDP = "meta l4proto udp"


@dataclass
class Reach:
    """A class with a teacher who speaks and shows a picture, and whoever comes from in there."""

    network: BlockedNetwork
    school: School
    teacher: Account
    session_id: str
    url: str
    media_port: int
    pages: Callable[..., Awaitable[Page]]

    async def enter(self, name: str, ways: str) -> Page:
        """Somebody in there comes into class. ``ways``: the TURN URLs that their page may know."""
        page = await self.come(name, ways)
        await ClassroomPage(page, self.url, self.session_id).enter()
        return page

    async def come(self, name: str, ways: str) -> Page:
        """As far as the door."""
        guest = await self.school.guest(self.teacher, self.session_id, name)
        page = await self.pages()
        await page.context.add_init_script(
            f"window.__ways = {json.dumps(ways)};" + WATCH.read_text(encoding="utf-8")
        )
        cookies = guest.cookies().items()
        await page.context.add_cookies(
            [{"name": key, "value": value, "url": self.url} for key, value in cookies]
        )
        await page.goto(f"{self.url}/sessions/{self.session_id}")
        return page


@pytest.fixture
async def network() -> AsyncIterator[BlockedNetwork]:
    missing = what_is_missing("turnserver")
    if chromium_program() is None:
        missing = f"{missing or 'needs'} Chromium"
    if missing:
        pytest.skip(missing)
    made = BlockedNetwork()
    await made.start()
    yield made
    await made.stop()


@contextlib.asynccontextmanager
async def coturn(data: Path, environ: dict[str, str], folder: Path) -> AsyncIterator[None]:
    """As an operator starts it, with the server's own certificate."""
    secrets = data / "secrets"
    config = folder / "turnserver.conf"
    command = [
        sys.executable, "-m", "server.cli", "turn-config", "--data", str(data),
        "--peer", HERE, "--listen", HERE, "--output", str(config),
        "--cert", str(secrets / "tls.crt"), "--key", str(secrets / "tls.key"),
    ]  # fmt: skip
    made = await asyncio.create_subprocess_exec(*command, env=environ)
    assert await made.wait() == 0
    with (folder / "turnserver.log").open("wb") as log:
        process = await asyncio.create_subprocess_exec(
            "turnserver", "-c", str(config), "--pidfile", str(folder / "turnserver.pid"),
            "--userdb", str(folder / "turndb"), stdout=log, stderr=log,
        )  # fmt: skip
    try:
        port = int(re.findall(r"^listening-port=(\d+)", config.read_text(), re.MULTILINE)[0])
        async with asyncio.timeout(30):
            while True:
                with contextlib.suppress(OSError):
                    _, writer = await asyncio.open_connection(HERE, port)
                    writer.close()
                    await writer.wait_closed()
                    break
                await asyncio.sleep(0.1)
        yield
    finally:
        process.terminate()
        await process.wait()


@pytest.fixture
async def reach(
    network: BlockedNetwork, tmp_path: Path, request: pytest.FixtureRequest
) -> AsyncIterator[Reach]:
    """``request.param`` False: without a TURN server."""
    has_turn: bool = getattr(request, "param", True)
    ports = {"media": free_port(socket.SOCK_DGRAM), "turn": free_port(), "tls": free_port()}
    https = free_port()
    urls = (
        f"turn:{HERE}:{ports['turn']}?transport=udp,turn:{HERE}:{ports['turn']}?transport=tcp,"
        f"turns:{HERE}:{ports['tls']}?transport=tcp"
    )
    extra = {
        "REPRISE_HTTPS_PORT": str(https),
        "REPRISE_MEDIA_PORT": str(ports["media"]),
        "REPRISE_ANNOUNCE_IP": HERE,
        "REPRISE_TURN_URLS": urls if has_turn else "",
        "REPRISE_WORKER": "off",
        "REPRISE_CAPTIONS": "off",
    }
    server = ServerProcess(tmp_path / "data", free_port(), tmp_path / "server.log", extra)
    async with contextlib.AsyncExitStack() as stack:
        stack.push_async_callback(server.stop)
        await server.start()
        if has_turn:
            await stack.enter_async_context(coturn(server.data, dict(os.environ) | extra, tmp_path))
        school = School(server)
        stack.push_async_callback(school.close)
        await school.open()
        teacher = await school.invite("Helen Marsh", "facilitator")
        session_id = await school.session(
            teacher, "Far away", lobby_is_on=False, record_automatically=False
        )
        stack.push_async_callback(*await teach(teacher, session_id))
        browser = await stack.enter_async_context(
            chromium(
                # A relay's certificate is not asked about as a page's is.
                "--ignore-certificate-errors",
                program=network.program(str(chromium_program()), tmp_path),
            )
        )

        async def new_page() -> Page:
            context = await person(browser, {"denied": ["audio", "video"]})
            stack.push_async_callback(context.close)
            return await context.new_page()

        yield Reach(
            network, school, teacher, session_id, f"https://{HERE}:{https}", ports["media"],
            new_page,
        )  # fmt: skip


async def teach(teacher: Account, session_id: str) -> tuple[Callable[[], Awaitable[None]]]:
    """Begin the class, speak and show a picture; returns how to end it."""
    seat = Seat(teacher, session_id)
    await seat.connect()
    await seat.command("start_session")
    media = MediaClient(("microphone", "camera"), ("stage",))
    offer = media.offer()
    asked = {"sdp": offer.sdp, "tracks": offer.tracks, "slots": offer.slots}
    await media.connect((await seat.ask("media_offer", asked))["sdp"])
    media.play_sound("microphone", Tone(TONE))
    media.play_pictures("camera", MovingBars((160, 0, 0), 320, 180, fps=10))
    for track in ("microphone", "camera"):
        await seat.command("set_track", track=track, is_on=True)

    async def end() -> None:
        await media.close()
        await seat.close()

    return (end,)


async def sees_and_hears(page: Page) -> None:
    await add_probe(page)
    assert await sees_moving(page, COLOUR)
    assert await hears(page, TONE)


async def way_of(page: Page) -> dict[str, Any]:
    """The candidate that the page's media goes by."""
    return await page.evaluate("connections.way()")


@pytest.mark.parametrize(
    ("ways", "rule", "protocol"),
    [
        ("^turn:.*transport=tcp$", UDP, "tcp"),
        ("^turns:", UDP, "tls"),
        ("transport=udp$", "udp dport MEDIA", "udp"),
    ],
    ids=["tcp", "tls", "udp"],
)
async def test_turn_carries_the_class_where_the_direct_way_is_blocked(
    reach: Reach, ways: str, rule: str, protocol: str
) -> None:
    await reach.network.block(rule.replace("MEDIA", str(reach.media_port)))
    page = await reach.enter("Mina Okafor", ways)
    await sees_and_hears(page)
    way = await way_of(page)
    assert (way["candidateType"], way["relayProtocol"]) == ("relay", protocol)


@pytest.mark.parametrize("reach", [False], indirect=True)
async def test_without_turn_the_page_says_what_is_wrong(reach: Reach) -> None:
    await reach.network.block(UDP)
    page = await reach.come("Mina Okafor", "")
    await page.get_by_test_id("no-way").wait_for(timeout=60_000)
    await reach.network.unblock()
    await page.reload()
    await page.wait_for_function("() => connections.answered() > 0", timeout=60_000)
    await reach.network.block(UDP)
    await ClassroomPage(page, reach.url, reach.session_id).enter()
    banner = page.locator("[data-banner=no-way]")
    await banner.wait_for(timeout=60_000)
    # As soon as there is a way it is found, and the page takes it back.
    await reach.network.unblock()
    await banner.wait_for(state="detached", timeout=60_000)
    await sees_and_hears(page)
    assert (await way_of(page))["candidateType"] in ("host", "prflx")


async def test_a_way_that_breaks_is_replaced_by_another(
    reach: Reach, record_property: Callable[[str, object], None]
) -> None:
    """A router forgets the way of the media: nothing from its port gets through any more."""
    page = await reach.enter("Mina Okafor", "^nothing$")
    await sees_and_hears(page)
    port = (await way_of(page))["port"]
    await page.evaluate("connections.watchSilence()")
    await reach.network.block(f"udp sport {port}", f"udp dport {port}")
    await page.wait_for_function(
        "port => connections.open() === 1 && connections.port() !== port", arg=port, timeout=60_000
    )
    await sees_and_hears(page)
    silence_ms = await page.evaluate("connections.longestSilence()")
    record_property("silence_ms", silence_ms)
    print(f"silence: {silence_ms} ms")


# ---- what coturn refuses -----------------------------------------------------------------------

SECRET = "0123456789abcdef"


class Relayed(asyncio.DatagramProtocol):
    """What comes over a relay, and what it refuses."""

    def __init__(self) -> None:
        self.came: asyncio.Queue[bytes | Exception] = asyncio.Queue()

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        self.came.put_nowait(data)

    def error_received(self, exc: Exception) -> None:
        self.came.put_nowait(exc)

    def connection_lost(self, exc: Exception | None) -> None:
        pass


class Echo(asyncio.DatagramProtocol):
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.DatagramTransport, transport)

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        self.transport.sendto(data, addr)


async def test_coturn_leads_to_our_media_for_those_with_a_credential_and_nowhere_else(
    network: BlockedNetwork, tmp_path: Path
) -> None:
    port = free_port()
    urls = f"turn:{HERE}:{port},turn:{HERE}:{port}?transport=tcp"
    environ = {"REPRISE_TURN_URLS": urls, "REPRISE_TURN_SECRET": SECRET}
    async with coturn(tmp_path / "data", dict(os.environ) | environ, tmp_path):
        [known] = TurnServers((urls,), SECRET).for_participant("mina").ice_servers
        opened, relayed = await turn.create_turn_endpoint(
            Relayed, (HERE, port), known.username, known.credential
        )
        echo, _ = await asyncio.get_running_loop().create_datagram_endpoint(
            Echo, local_addr=(HERE, 0)
        )
        try:
            opened.sendto(b"media", echo.get_extra_info("sockname"))
            assert await asyncio.wait_for(relayed.came.get(), 30) == b"media"
            for elsewhere in (THERE, "127.0.0.1", "10.0.0.1", "198.51.100.1"):
                opened.sendto(b"attack", (elsewhere, 40000))
                refusal = await asyncio.wait_for(relayed.came.get(), 30)
                assert isinstance(refusal, stun.TransactionFailed)
                assert refusal.response.attributes["ERROR-CODE"][0] == 403, elsewhere
        finally:
            echo.close()
            opened.close()
        [past] = (
            TurnServers((urls,), SECRET, lambda: 1_000_000.0).for_participant("mina").ice_servers
        )
        [forged] = TurnServers((urls,), SECRET[::-1]).for_participant("mina").ice_servers
        for bad in (past, forged):
            with pytest.raises(stun.TransactionFailed):
                await turn.create_turn_endpoint(Relayed, (HERE, port), bad.username, bad.credential)
