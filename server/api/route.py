"""A route as data: what it takes, gives and asks for; and how one request is run through it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Literal

import msgspec
from aiohttp import hdrs, web

from server.api.security import EXPOSURE
from server.domain.errors import Invalid
from server.schemas.deployment import MediaReach, ServerStatus
from server.schemas.media_report import MediaReport
from server.services.bookmarks import Bookmarks
from server.services.breakout_sets import BreakoutSets
from server.services.caller import (
    SEAT_COOKIE,
    SECURE_PREFIX,
    SIGN_IN_COOKIE,
    Caller,
    Callers,
    CookieSigner,
)
from server.services.chat_files import ChatFiles
from server.services.dashboards import Dashboards
from server.services.debate_formats import DebateFormats
from server.services.debates_afterwards import DebatesAfterwards
from server.services.ice_servers import IceServers
from server.services.identity import Identity, SignedIn
from server.services.items import ItemReview
from server.services.links import JoinLinks
from server.services.materials import Materials
from server.services.plans import SessionPlans
from server.services.polls import PollBook
from server.services.ports import Blobs, LiveSessions
from server.services.recordings import RecordingLibrary
from server.services.seats import Seats
from server.services.sessions import SessionPlanning
from server.services.slides import SlideDecks
from server.services.stream_tokens import LiveStreams, StreamTokens
from server.services.web_origins import WebOrigins

PREFIX = "/api/v1"
SEAT_LASTS = timedelta(days=30)
Method = Literal["GET", "POST", "PUT", "PATCH", "DELETE"]
Who = Literal[
    "anyone", "holder", "user", "facilitator", "admin",
    "member", "session_facilitator", "participant", "watcher", "editor",
]  # fmt: skip
"""``holder`` of the link; of a session: ``member`` (guests too), ``session_facilitator``,
``participant``; of a recording: ``watcher`` (may watch), ``editor`` (its facilitators, admins).
The last five are checked in the use case, which knows the thing."""
NEEDS_ACCOUNT = frozenset[Who](("user", "facilitator", "admin", "session_facilitator", "editor"))
NEEDS_SIGN_IN = NEEDS_ACCOUNT | frozenset[Who](("member", "participant", "watcher"))


@dataclass(frozen=True, slots=True)
class Services:
    callers: Callers
    signer: CookieSigner
    identity: Identity
    planning: SessionPlanning
    links: JoinLinks
    seats: Seats
    recordings: RecordingLibrary
    items: ItemReview
    bookmarks: Bookmarks
    debate_formats: DebateFormats
    debates_afterwards: DebatesAfterwards
    polls: PollBook
    breakout_sets: BreakoutSets
    plans: SessionPlans
    dashboards: Dashboards
    materials: Materials
    slides: SlideDecks
    live: LiveSessions
    chat_files: ChatFiles
    web_origins: WebOrigins
    stream_tokens: StreamTokens
    streams: LiveStreams
    ice_servers: IceServers
    reach: MediaReach
    media_report: Callable[[], MediaReport]
    status: ServerStatus
    metrics_token: str | None
    blobs: Blobs


SERVICES = web.AppKey("services", Services)


@dataclass(slots=True)
class Ask:
    """One request on its way through a handler."""

    request: web.Request
    services: Services
    caller: Caller
    body: Any = None
    query: Any = None
    cookies: list[tuple[str, str, timedelta | None]] = field(
        default_factory=list[tuple[str, str, timedelta | None]]
    )
    """name, value, how long; None deletes"""

    def path(self, name: str) -> str:
        return self.request.match_info[name]

    @property
    def origin(self) -> str:
        """Scheme and host the browser sees; the public address when there is one."""
        exposure = self.request.config_dict[EXPOSURE]
        return exposure.public_url or exposure.origin(self.request)

    def open_sign_in(self, signed_in: SignedIn) -> None:
        value = self.services.signer.sign_in(signed_in.sign_in_id)
        self.cookies.append((SIGN_IN_COOKIE, value, signed_in.lasts))

    def close_sign_in(self) -> None:
        self.cookies.append((SIGN_IN_COOKIE, "", None))

    def open_seat(self, session_id: str, link_id: str) -> None:
        value = self.services.signer.seat(session_id, link_id)
        self.cookies.append((SEAT_COOKIE + session_id, value, SEAT_LASTS))


Answerer = Callable[[Ask], Awaitable[Any]]


@dataclass(frozen=True, slots=True)
class Route:
    method: Method
    path: str
    """below the prefix, ``{name}`` for parameters, ``{name:regex}`` where aiohttp needs one"""
    answer_with: Answerer
    who: Who
    body: Any = None
    answer: Any = None
    """type of the body; None: 204, or ``media`` says what"""
    status: int = 200
    query: Any = None
    takes_file: bool = False
    """the body is a file, read by the handler as it comes"""
    media: str | None = None
    """media type of an answer that is no JSON"""
    conflicts: bool = False
    """may answer 409"""
    throttled: bool = False
    missing: bool = False
    """may answer 404 though the path names nothing"""

    @property
    def name(self) -> str:
        return self.answer_with.__name__


def handler_of(route: Route) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    decoder = msgspec.json.Decoder(route.body) if route.body is not None else None

    async def handle(request: web.Request) -> web.StreamResponse:
        services = request.config_dict[SERVICES]
        exposure = request.config_dict[EXPOSURE]
        caller = await services.callers.identify(request.cookies, exposure.address(request))
        ask = Ask(request, services, caller)
        check_standing(route.who, caller)
        if route.query is not None:
            ask.query = msgspec.convert(_single(request), route.query, strict=False)
        if decoder is not None:
            if request.content_type != "application/json":
                raise web.HTTPUnsupportedMediaType
            ask.body = decoder.decode(await request.read())
        answer = await route.answer_with(ask)
        if isinstance(answer, web.StreamResponse):
            response = answer
        elif answer is None:
            response = web.Response(status=204)
            # 204 has no body, so it has no type either.
            response.headers.popall(hdrs.CONTENT_TYPE, None)
        else:
            response = web.Response(
                body=msgspec.json.encode(answer),
                status=route.status,
                content_type="application/json",
            )
        _put_cookies(ask, response, exposure.is_secure(request))
        return response

    handle.__name__ = route.name
    return handle


def _single(request: web.Request) -> dict[str, str]:
    query = dict(request.query)
    if len(query) < len(request.query):
        raise Invalid("repeated_parameter", "A parameter stands in the address more than once.")
    return query


def check_standing(who: Who, caller: Caller) -> None:
    """What can be told from the account alone; before the body is looked at, so that a stranger
    learns nothing from how it is judged."""
    if who in NEEDS_ACCOUNT or (who in NEEDS_SIGN_IN and not caller.seats):
        caller.account()
    if who == "facilitator":
        caller.facilitator()
    elif who == "admin":
        caller.admin()


def _put_cookies(ask: Ask, response: web.StreamResponse, is_secure: bool) -> None:
    for name, value, lasts in ask.cookies:
        response.set_cookie(
            SECURE_PREFIX + name if is_secure else name,
            value,
            max_age=int(lasts.total_seconds()) if lasts is not None else 0,
            path="/",
            httponly=True,
            secure=is_secure,
            samesite="Lax",
        )
