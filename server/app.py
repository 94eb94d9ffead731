"""Composition root of the server process: everything is made here and handed to who uses it.

Order of ending: sockets and media (the hub), then HTTP, then the databases; docs/closures.md.
"""

from __future__ import annotations

import asyncio
import fcntl
import logging
import os
import signal
import sys
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any

import uvloop
from aiohttp import web

from server import __version__
from server.admin_socket import AdminSocket
from server.api.application import add_routes, new_application
from server.api.route import Services
from server.api.security import Exposure
from server.domain.debate_format import to_data
from server.domain.state import SessionState
from server.domain.state import Settings as SessionSettings
from server.interpreter import prefer_the_loop, settle_heap
from server.live.caption_process import CaptionProcess
from server.live.captions import Captions
from server.live.hub import LiveHub
from server.live.media_control import PlaneMediaControl
from server.live.ports import Clock as LiveClock
from server.live.ports import MediaControl, Seat
from server.media.endpoint import EVERYWHERE
from server.media.native_build import CannotBuild
from server.media.native_meeting import end_left_behind
from server.media.native_plane import NativePlane
from server.media.plane import MediaPlane
from server.media.plane_settings import PlaneSettings
from server.media.python_plane import PythonPlane
from server.media_choice import PlaneChoice, choose_plane
from server.schemas.deployment import MediaReach, ServerStatus
from server.services.bookmarks import Bookmarks
from server.services.breakout_sets import BreakoutSets
from server.services.caller import Callers, CookieSigner
from server.services.chat_files import ChatFiles
from server.services.dashboards import Dashboards
from server.services.debate_formats import DebateFormats
from server.services.debates_afterwards import DebatesAfterwards
from server.services.identity import Identity
from server.services.items import ItemReview
from server.services.lifecycle import SessionLifecycle
from server.services.links import JoinLinks
from server.services.materials import Materials
from server.services.plans import SessionPlans
from server.services.polls import PollBook
from server.services.ports import SlideConverter
from server.services.recording_rooms import RoomAccess
from server.services.recordings import RecordingLibrary
from server.services.seats import Place, Seats
from server.services.secrecy import Passwords
from server.services.sessions import SessionPlanning
from server.services.slides import SlideDecks
from server.services.stream_tokens import StreamTokens
from server.services.throttle import SignInThrottle
from server.services.turn import TurnServers
from server.services.web_origins import WebOrigins
from server.settings import Settings
from server.slides.convert import Converter, sweep
from server.storage.ballot_keys import BallotKeyFiles
from server.storage.blobs import LocalBlobs
from server.storage.engines import async_engine, sync_engine
from server.storage.event_log import EventLog
from server.storage.library import SqlLibrary
from server.storage.migrate import DATABASES, NewerSchema, upgrade
from server.storage.picture_files import PictureFiles
from server.storage.secrets_folder import SecretsFolder, lan_addresses
from server.storage.shipped_formats import shipped_formats
from server.storage.standings import SqlStandings

log = logging.getLogger(__name__)

EXIT_CONFIG = 78
"""``EX_CONFIG`` of sysexits.h: starting again changes nothing, so the supervisor does not."""
SHUTDOWN_S = 3.0
SWEEP_S = 3600.0
LIBRARY, LIVE = "library.db", "live.db"


class CannotStart(Exception):
    """Said to whoever started the server, in words that say what to do."""


class LiveSeats:
    """``SeatResolver`` of the hub, from the use case that knows seats."""

    def __init__(self, seats: Seats) -> None:
        self._seats = seats

    async def resolve(
        self, session_id: str, cookies: Mapping[str, str], environ: Mapping[str, Any]
    ) -> Seat:
        return _seat(await self._seats.resolve(session_id, cookies))

    async def refresh(self, session_id: str, seat: Seat) -> Seat:
        return _seat(await self._seats.refresh(session_id, seat.participant_id, seat.sign_in_id))

    async def settings(self, session_id: str) -> SessionSettings:
        return await self._seats.settings(session_id)


def _seat(place: Place) -> Seat:
    return Seat(
        place.participant_id, place.name, place.role, place.user_id is None, place.user_id,
        place.sign_in_id,
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Composition:
    app: web.Application
    hub: LiveHub
    services: Services


def utc_now() -> datetime:
    return datetime.now(UTC)


def prepare_data(data: Path) -> None:
    """Folders and schemas, brought up to date. Raises CannotStart."""
    try:
        data.mkdir(parents=True, exist_ok=True)
        for database in DATABASES:
            engine = sync_engine(data / f"{database}.db")
            try:
                upgrade(engine, database)
            finally:
                engine.dispose()
    except (NewerSchema, OSError) as error:
        raise CannotStart(str(error)) from error


def compose(
    settings: Settings,
    *,
    media: MediaControl | None = None,
    live_clock: LiveClock | None = None,
    now: Callable[[], datetime] = utc_now,
    passwords: Passwords | None = None,
    throttle: SignInThrottle | None = None,
    converter: SlideConverter | None = None,
    captions: Captions | None = None,
) -> Composition:
    """The data folder must be prepared. The rest is replaced by tests. Raises CannotStart."""
    data = settings.data
    library_engine = async_engine(data / LIBRARY)
    live_engine = sync_engine(data / LIVE, "FULL")
    library = SqlLibrary(library_engine)
    event_log = EventLog(live_engine)
    signer = CookieSigner(SecretsFolder(data).cookie_key())
    callers = Callers(library, signer, now)
    standings = SqlStandings(sync_engine(data / LIBRARY))
    seats = Seats(library, standings, callers, now)
    lifecycle = SessionLifecycle(library, now)
    captions = captions or Captions(caption_engine(settings), settings.speech_language)
    choice = PlaneChoice(None)
    if media is None:
        try:
            choice = choose_plane(settings.media_plane)
        except CannotBuild as failure:
            raise CannotStart(f"{failure} Or set REPRISE_MEDIA_PLANE=auto.") from failure
        media = PlaneMediaControl(media_plane(settings, choice), data, captions)

    async def session_ended(session_id: str, recording_id: str | None) -> None:
        state = hub.state(session_id) or (await event_log.load(session_id)).state
        await lifecycle.ended(session_id, recording_id, people_of(state))

    formats = DebateFormats(library, shipped_formats(), now)

    async def format_data(format_id: str) -> dict[str, Any]:
        return to_data(await formats.resolve(format_id))

    blobs = LocalBlobs(data)
    chat_files = ChatFiles(library, blobs, seats, now)
    web_origins = WebOrigins(library, now)

    turn = turn_servers(settings)
    hub = LiveHub(
        event_log=event_log,
        seats=LiveSeats(seats),
        media=media,
        on_session_started=lifecycle.started,
        on_recording_started=lifecycle.recording_started,
        on_session_ended=session_ended,
        clock=live_clock,
        ballot_keys=BallotKeyFiles(data / "ballot_keys"),
        resolve_format=format_data,
        captions=captions,
        files=chat_files,
        pictures=PictureFiles(LocalBlobs(data)),
        media_servers=turn.for_participant,
        # Our own check of the Origin knows the public address; a second one would not.
        allowed_origins=(),
    )
    slides = SlideDecks(library, hub, seats, blobs, converter or Converter(), now)
    debates_afterwards = DebatesAfterwards(library, hub)
    services = Services(
        callers=callers,
        signer=signer,
        identity=Identity(
            library, passwords or Passwords(), throttle or SignInThrottle(), hub, now
        ),
        planning=SessionPlanning(library, hub, now),
        links=JoinLinks(library, hub, now),
        seats=seats,
        recordings=RecordingLibrary(library, blobs, now, RoomAccess(debates_afterwards.opened)),
        items=ItemReview(library, now),
        bookmarks=Bookmarks(library, now),
        debate_formats=formats,
        debates_afterwards=debates_afterwards,
        polls=PollBook(library, hub),
        breakout_sets=BreakoutSets(library, hub),
        plans=SessionPlans(library, hub),
        dashboards=Dashboards(library, hub),
        materials=Materials(library, hub, blobs, now),
        slides=slides,
        live=hub,
        chat_files=chat_files,
        web_origins=web_origins,
        stream_tokens=StreamTokens(library, hub, now),
        streams=hub.streams,
        ice_servers=lambda who: turn.for_participant(who).ice_servers,
        reach=MediaReach(list(settings.announce_ip), settings.media_port, bool(settings.turn_urls)),
        media_report=hub.media.media_report,
        status=ServerStatus(__version__, choice.name, choice.lack or None),
        metrics_token=settings.metrics_token,
        blobs=blobs,
    )
    exposure = Exposure(
        public_url=settings.public_url,
        extra_origins=frozenset(settings.extra_origins),
        trusted_proxies=settings.trusted_proxies,
        https_port=settings.https_port,
    )
    app = new_application(exposure, settings.web_dist)

    async def run(_app: web.Application) -> AsyncIterator[None]:
        await hub.start()
        await asyncio.to_thread(sweep)
        await slides.start()
        sweeping = asyncio.create_task(sweep_files(chat_files, hub), name="chat-files-sweep")
        admin = AdminSocket(data, services.media_report)
        await admin.start()
        yield
        await admin.close()
        sweeping.cancel()
        with suppress(asyncio.CancelledError):
            await sweeping
        await slides.close()
        await hub.close()
        standings.close()
        live_engine.dispose()
        await library_engine.dispose()

    async def close_sockets(_app: web.Application) -> None:
        await hub.close()

    app.cleanup_ctx.append(run)
    # Before the listener waits for open connections to end: the sockets are among them.
    app.on_shutdown.append(close_sockets)
    hub.attach(app)
    add_routes(app, services)
    return Composition(app, hub, services)


def turn_servers(settings: Settings) -> TurnServers:
    """The secret is the one that is set, or one of our own that ``turn-config`` hands on."""
    if not settings.turn_urls:
        return TurnServers((), "")
    return TurnServers(
        settings.turn_urls, settings.turn_secret or SecretsFolder(settings.data).turn_secret()
    )


def media_plane(settings: Settings, choice: PlaneChoice) -> MediaPlane:
    meeting = settings.plane_socket
    chosen = PlaneSettings(
        host=settings.bind, port=settings.media_port, announce=settings.announce_ip,
        has_gso=settings.media_gso,
        meeting=meeting,
    )  # fmt: skip
    if choice.program is not None:
        return NativePlane(chosen, choice.program)
    end_left_behind(meeting)  # it holds the port
    return PythonPlane(chosen)


def caption_engine(settings: Settings) -> CaptionProcess | None:
    """Models are where the worker looks for them, too."""
    if not settings.has_captions:
        return None
    return CaptionProcess(
        settings.captions_model,
        settings.speech_language,
        environ={"REPRISE_DATA": str(settings.data)},
    )


async def sweep_files(files: ChatFiles, hub: LiveHub) -> None:
    """At the start and then every hour: what no message has any more is deleted (FI6)."""
    while True:
        try:
            if gone := await files.sweep(hub):
                log.info("%d files of the chat were cleared away", gone)
        except Exception:
            log.exception("the files of the chat could not be cleared away")
        await asyncio.sleep(SWEEP_S)


def people_of(state: SessionState) -> list[tuple[str, str, Any]]:
    """Everyone who was let in at some time."""
    return [
        (who.participant_id, who.name, who.role)
        for who in state.participants.values()
        if who.joined_at_ms is not None
    ]


def lock_data(data: Path) -> IO[str]:
    """One server a data folder: a second one would write the same log. Held until the file is
    closed, by the kernel's hand when the process dies."""
    data.mkdir(parents=True, exist_ok=True)
    file = (data / "server.lock").open("a+")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        file.close()
        raise CannotStart(
            f"Another server already runs on {data.resolve()}. Stop it, or choose another folder "
            "with REPRISE_DATA."
        ) from error
    return file


async def serve(settings: Settings, say: Callable[[str], None] = print) -> None:
    """Run until SIGINT or SIGTERM. Raises CannotStart."""
    lock = lock_data(settings.data)
    try:
        await asyncio.to_thread(prepare_data, settings.data)
        composition = compose(settings)
        runner = web.AppRunner(
            composition.app, access_log=None, shutdown_timeout=SHUTDOWN_S, handle_signals=False
        )
        try:
            try:
                await runner.setup()
            except OSError as error:
                raise CannotStart(_taken(settings.media_port, "UDP", "MEDIA_PORT")) from error
            await _listen(runner, settings)
            settle_heap()
            for line in await greeting(settings, composition.services.identity):
                say(line)
            await _until_told()
        finally:
            await runner.cleanup()
    finally:
        lock.close()


async def _listen(runner: web.AppRunner, settings: Settings) -> None:
    host = None if settings.bind == EVERYWHERE else settings.bind
    try:
        await web.TCPSite(runner, host, settings.port).start()
    except OSError as error:
        raise CannotStart(_taken(settings.port, "TCP", "PORT")) from error
    if settings.https_port is None:
        return
    context = await asyncio.to_thread(SecretsFolder(settings.data).tls_context)
    try:
        await web.TCPSite(runner, host, settings.https_port, ssl_context=context).start()
    except OSError as error:
        raise CannotStart(_taken(settings.https_port, "TCP", "HTTPS_PORT")) from error


def _taken(port: int, kind: str, name: str) -> str:
    return f"{kind} port {port} cannot be used: it is taken. Set REPRISE_{name} to a free one."


async def _until_told() -> None:
    told = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, told.set)
    await told.wait()


def addresses(settings: Settings) -> list[tuple[str, str]]:
    """(where it works, address), the best one for other people last."""
    found = [("on this machine", f"http://localhost:{settings.port}")]
    if settings.https_port is not None:
        found += [
            ("on the network", f"https://{address}:{settings.https_port}")
            for address in lan_addresses()[:2]
        ]
    if settings.public_url is not None:
        found.append(("for everyone", settings.public_url))
    return found


async def greeting(settings: Settings, identity: Identity) -> list[str]:
    lines = [f"Reprise is ready {where}: {address}" for where, address in addresses(settings)]
    token = await identity.new_setup_token()
    if token is not None:
        base = settings.public_url or f"http://localhost:{settings.port}"
        lines.append(f"Make the first admin (this link works once): {base}/setup?token={token}")
    return lines


def run(settings: Settings) -> int:
    """Exit status of the server process."""
    logging.basicConfig(
        level=settings.log_level.upper(), format="%(levelname)s %(name)s: %(message)s"
    )
    logging.getLogger("alembic").setLevel(logging.WARNING)
    sys.stdout.reconfigure(line_buffering=True)  # type: ignore[union-attr]
    prefer_the_loop()
    try:
        with suppress(KeyboardInterrupt):
            uvloop.run(serve(settings))
    except CannotStart as error:
        print(f"reprise: {error}", file=sys.stderr)
        return EXIT_CONFIG
    return os.EX_OK
