"""One middleware turns every failure into the one error shape of docs/protocol.md."""

from __future__ import annotations

import logging
import re
from collections.abc import Awaitable, Callable

import msgspec
from aiohttp import web

from server.domain.errors import Conflict, DomainError, Invalid, NotAllowed, NotFound
from server.schemas.live_base import ErrorBody
from server.services.errors import NotSignedIn, Throttled

log = logging.getLogger(__name__)
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

STATUS: dict[type[DomainError], int] = {
    Invalid: 400,
    NotSignedIn: 401,
    NotAllowed: 403,
    NotFound: 404,
    Conflict: 409,
    Throttled: 429,
}
HTTP_CODES = {
    400: ("malformed_request", "The request is malformed."),
    404: ("no_such_route", "There is nothing at this address."),
    405: ("method_not_allowed", "This address does not take that method."),
    413: ("body_too_large", "The body is too large."),
    415: ("unsupported_media_type", "Send the body as application/json."),
    416: ("range_not_satisfiable", "The file is shorter than that."),
}
_FIELD = re.compile(r" - at `\$\.?([^`]*)`$")


class Error(msgspec.Struct):
    """Body of every answer that is not a success."""

    error: ErrorBody


def status_of(failure: DomainError) -> int:
    return next((STATUS[kind] for kind in type(failure).__mro__ if kind in STATUS), 500)


def error_response(
    status: int,
    code: str,
    message: str,
    *,
    field: str | None = None,
    retry_after_s: float | None = None,
) -> web.Response:
    body = Error(ErrorBody(code, message, field, retry_after_s))
    response = web.Response(
        body=msgspec.json.encode(body), status=status, content_type="application/json"
    )
    if retry_after_s is not None:
        response.headers["Retry-After"] = str(int(retry_after_s + 0.999))
    if status == 401:
        # RFC 9110 asks for a challenge; there is no registered scheme for cookies.
        response.headers["WWW-Authenticate"] = 'Cookie realm="reprise"'
    return response


def invalid_body(failure: msgspec.DecodeError) -> web.Response:
    """msgspec names the place at the end of its message: ``Expected `str` - at `$.name```."""
    text = str(failure)
    place = _FIELD.search(text)
    message = _FIELD.sub("", text)
    if not isinstance(failure, msgspec.ValidationError):
        return error_response(400, "malformed_json", "The body is not JSON: " + message)
    field = (place.group(1) if place else "") or None
    return error_response(400, "invalid_field" if field else "invalid_body", message, field=field)


@web.middleware
async def errors(request: web.Request, handler: Handler) -> web.StreamResponse:
    try:
        return await handler(request)
    except DomainError as failure:
        return error_response(
            status_of(failure),
            failure.code,
            failure.message,
            field=failure.field,
            retry_after_s=failure.retry_after_s,
        )
    except msgspec.DecodeError as failure:
        return invalid_body(failure)
    except web.HTTPException as failure:
        if failure.status < 400:
            raise
        code, message = HTTP_CODES.get(failure.status, (f"http_{failure.status}", failure.reason))
        response = error_response(failure.status, code, message)
        if "Allow" in failure.headers:
            response.headers["Allow"] = failure.headers["Allow"]
        return response
    except (ConnectionResetError, TimeoutError):
        raise
    except Exception:
        log.exception("%s %s failed", request.method, request.path)
        return error_response(500, "internal", "Something went wrong on our side.")
