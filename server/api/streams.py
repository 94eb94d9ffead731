"""WHIP in (RFC 9725) and WHEP out (draft-ietf-wish-whep): a program's own way into a session.

Outside ``/api/v1``, because both protocols give the address to a program together with a bearer
token and nothing else. No cookie counts here, so every origin may ask (docs/whip.md).
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Final, Literal

from aiohttp import hdrs, web

from server.api.errors import STATUS, error_response, status_of
from server.api.route import SERVICES, Services
from server.domain.errors import DomainError, Invalid
from server.services.errors import NotSignedIn
from server.services.ice_servers import link_headers
from server.services.stream_tokens import StreamSeat

Protocol = Literal["whip", "whep"]
SDP: Final = "application/sdp"
FRAGMENT: Final = "application/trickle-ice-sdpfrag"
LONGEST_FRAGMENT: Final = 20_000
_CORS: Final = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers": "Location, ETag, Link, Accept-Patch, Accept-Post",
}
_PREFLIGHT: Final = {
    "Access-Control-Allow-Headers": "Authorization, Content-Type, If-Match",
    "Access-Control-Max-Age": "600",
}


class _Refused(Exception):
    """A status that the protocols ask for and no failure of the domain stands for."""

    def __init__(self, response: web.Response) -> None:
        super().__init__()
        self.response = response


def _bearer(request: web.Request) -> str:
    scheme, _, token = request.headers.get(hdrs.AUTHORIZATION, "").partition(" ")
    if scheme.lower() != "bearer" or not 0 < len(token.strip()) <= 200:
        raise NotSignedIn("Send the token as Authorization: Bearer …", "no_token")
    return token.strip()


async def _seat(request: web.Request, protocol: Protocol) -> tuple[Services, StreamSeat]:
    services = request.config_dict[SERVICES]
    seat = await services.stream_tokens.seat(
        request.match_info["session_id"], _bearer(request), watches=protocol == "whep"
    )
    return services, seat


async def _text(request: web.Request, media_type: str) -> str:
    if request.content_type != media_type:
        raise _Refused(
            error_response(415, "unsupported_media_type", f"Send the body as {media_type}.")
        )
    try:
        return (await request.read()).decode()
    except UnicodeDecodeError as error:
        raise Invalid("bad_sdp", "The body is not UTF-8.") from error


async def _open(request: web.Request, protocol: Protocol) -> web.Response:
    services, seat = await _seat(request, protocol)
    session_id = request.match_info["session_id"]
    offer = await _text(request, SDP)
    stream_id, answer = await services.streams.open(session_id, seat, offer)
    response = web.Response(status=201, text=answer, content_type=SDP)
    response.headers["Location"] = f"/{protocol}/{session_id}/{stream_id}"
    response.headers["ETag"] = _tag(stream_id)
    response.headers["Accept-Patch"] = FRAGMENT
    for link in link_headers(services.ice_servers(seat.participant_id)):
        response.headers.add("Link", link)
    return response


def _tag(stream_id: str) -> str:
    """Names the one ICE session that a stream has: it is never restarted."""
    return f'"{stream_id}"'


async def _end(request: web.Request, protocol: Protocol) -> web.Response:
    services, seat = await _seat(request, protocol)
    await services.streams.close(
        request.match_info["session_id"], seat.participant_id, request.match_info["stream_id"]
    )
    return web.Response(status=200)


async def _trickle(request: web.Request, protocol: Protocol) -> web.Response:
    """Candidates are welcome and not needed: this side is ICE-lite, answers checks wherever
    they come from, and begins none. A restart is refused as RFC 9725, 4.3.1 says."""
    services, seat = await _seat(request, protocol)
    stream_id = request.match_info["stream_id"]
    fragment = await _text(request, FRAGMENT)
    ufrag = services.streams.ice_ufrag(
        request.match_info["session_id"], seat.participant_id, stream_id
    )
    matches = request.headers.get("If-Match")
    if matches is None:
        raise _Refused(
            error_response(428, "no_if_match", "Name the ETag of the stream in If-Match.")
        )
    asked = [
        line.strip().partition(":")[2]
        for line in fragment.splitlines()
        if line.startswith("a=ice-ufrag:")
    ]
    is_restart = matches.strip() == "*" or any(one != ufrag for one in asked)
    if is_restart:
        raise _Refused(
            error_response(422, "no_ice_restart", "ICE is not restarted here; publish anew.")
        )
    if matches.strip() != _tag(stream_id):
        raise _Refused(
            error_response(412, "other_ice_session", "That is not the ETag of this stream.")
        )
    if len(fragment) > LONGEST_FRAGMENT or not asked:
        raise Invalid("bad_sdp", "The fragment names no ICE session.")
    response = web.Response(status=204)
    response.headers.popall(hdrs.CONTENT_TYPE, None)
    return response


Answerer = Callable[[web.Request, Protocol], Awaitable[web.Response]]
_ENDPOINT: Final[dict[str, Answerer]] = {"POST": _open}
_STREAM: Final[dict[str, Answerer]] = {"PATCH": _trickle, "DELETE": _end}


def _handler(
    protocol: Protocol, methods: dict[str, Answerer]
) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    allowed = ", ".join([*methods, "OPTIONS"])

    async def handle(request: web.Request) -> web.StreamResponse:
        response = await answer(request)
        response.headers.update(_CORS)
        return response

    async def answer(request: web.Request) -> web.Response:
        if request.method == "OPTIONS":
            headers = {**_PREFLIGHT, "Access-Control-Allow-Methods": allowed}
            takes = "Accept-Post" if "POST" in methods else "Accept-Patch"
            headers[takes] = SDP if "POST" in methods else FRAGMENT
            response = web.Response(status=204, headers=headers)
            response.headers.popall(hdrs.CONTENT_TYPE, None)
            return response
        if request.method not in methods:
            response = error_response(
                405, "method_not_allowed", "This address does not take that method."
            )
            response.headers["Allow"] = allowed
            return response
        try:
            return await methods[request.method](request, protocol)
        except _Refused as refused:
            return refused.response
        except DomainError as failure:
            return _failed(failure)

    return handle


def _failed(failure: DomainError) -> web.Response:
    response = error_response(
        status_of(failure), failure.code, failure.message,
        field=failure.field, retry_after_s=failure.retry_after_s,
    )  # fmt: skip
    if response.status == STATUS[NotSignedIn]:
        response.headers["WWW-Authenticate"] = 'Bearer realm="reprise"'
    return response


def add_stream_routes(app: web.Application) -> None:
    for protocol in ("whip", "whep"):
        base = f"/{protocol}/{{session_id}}"
        app.router.add_route("*", base, _handler(protocol, _ENDPOINT))
        app.router.add_route("*", f"{base}/{{stream_id}}", _handler(protocol, _STREAM))
