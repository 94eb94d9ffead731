"""OpenAPI 3.1 from the table of routes.

``python -m server.api.openapi > openapi.json`` for the generator of the web's types.
"""

from __future__ import annotations

import re
import sys
from typing import Any

import msgspec

from server import __version__
from server.api.errors import Error
from server.api.route import NEEDS_SIGN_IN, PREFIX, Route
from server.api.table import ROUTES

REF = "#/components/schemas/{name}"
REASONS = {
    400: "The request is wrong; `field` says where.",
    401: "Not signed in.",
    403: "Not allowed, or from another site.",
    404: "Not there, or not for the asker to know of.",
    409: "Not in the present state.",
    413: "The body is too large.",
    415: "The body is not JSON.",
    416: "The file is shorter than that.",
    429: "Too many attempts.",
}
_PARAMETER = re.compile(r"\{(\w+)(:[^}]+)?\}")


def statuses_of(route: Route) -> list[int]:
    """Failures a route may answer with."""
    statuses = {400}
    if route.who in NEEDS_SIGN_IN or route.name == "sign_in":
        statuses.add(401)
    if route.who in NEEDS_SIGN_IN - {"user"} or route.who == "holder" or route.method != "GET":
        statuses.add(403)
    if _PARAMETER.search(route.path):
        statuses.add(404)
    if route.conflicts:
        statuses.add(409)
    if route.body is not None:
        statuses |= {413, 415}
    if route.media is not None and route.media != "text/calendar":
        statuses.add(416)
    if route.throttled:
        statuses.add(429)
    return sorted(statuses)


def _parameters(route: Route, queries: dict[Any, dict[str, Any]]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = [
        {
            "name": name,
            "in": "path",
            "required": True,
            "schema": {"type": "integer", "minimum": 1}
            if name == "version"
            else {"type": "string", "minLength": 1},
        }
        for name, _ in _PARAMETER.findall(route.path)
    ]
    if route.query is not None:
        shape = queries[route.query]
        found += [
            {
                "name": name,
                "in": "query",
                "required": name in shape.get("required", []),
                "schema": schema,
            }
            for name, schema in shape["properties"].items()
        ]
    return found


def _answer(route: Route, schema: dict[str, Any] | None) -> tuple[str, dict[str, Any]]:
    if route.media is not None:
        content = {route.media: {"schema": {"type": "string", "format": "binary"}}}
        if route.media == "application/octet-stream":
            content = {"*/*": {"schema": {"type": "string", "format": "binary"}}}
        return "200", {"description": "The file.", "content": content}
    if schema is None:
        return "204", {"description": "Done."}
    return str(route.status), {
        "description": "Success.",
        "content": {"application/json": {"schema": schema}},
    }


def document() -> dict[str, Any]:
    bodies = [route.body for route in ROUTES if route.body is not None]
    answers = [route.answer for route in ROUTES if route.answer is not None]
    queries = [route.query for route in ROUTES if route.query is not None]
    wanted = [Error, *bodies, *answers]
    schemas, components = msgspec.json.schema_components(wanted, ref_template=REF)
    by_type = {repr(kind): schema for kind, schema in zip(wanted, schemas, strict=True)}
    _, query_shapes = msgspec.json.schema_components(queries, ref_template=REF)
    query_of = {kind: query_shapes[kind.__name__] for kind in queries}
    paths: dict[str, dict[str, Any]] = {}
    for route in ROUTES:
        status, answer = _answer(
            route, by_type[repr(route.answer)] if route.answer is not None else None
        )
        responses: dict[str, Any] = {status: answer}
        if route.media == "application/octet-stream" or route.media == "video/mp4":
            responses["206"] = {**answer, "description": "Part of the file."}
            responses["304"] = {"description": "Unchanged."}
        for failure in statuses_of(route):
            responses[str(failure)] = {
                "description": REASONS[failure],
                "content": {"application/json": {"schema": by_type[repr(Error)]}},
            }
        operation: dict[str, Any] = {
            "operationId": route.name,
            "tags": [route.path.split("/")[1]],
            "description": f"For: {route.who}.",
            "responses": responses,
        }
        if parameters := _parameters(route, query_of):
            operation["parameters"] = parameters
        if route.body is not None:
            operation["requestBody"] = {
                "required": True,
                "content": {"application/json": {"schema": by_type[repr(route.body)]}},
            }
        if route.takes_file:
            operation["requestBody"] = {
                "required": True,
                "content": {
                    "application/octet-stream": {"schema": {"type": "string", "format": "binary"}}
                },
            }
        if route.who in NEEDS_SIGN_IN:
            operation["security"] = [{"session": []}]
        path = PREFIX + _PARAMETER.sub(r"{\1}", route.path)
        paths.setdefault(path, {})[route.method.lower()] = operation
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Reprise",
            "version": __version__,
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "paths": paths,
        "components": {
            "schemas": components,
            "securitySchemes": {
                "session": {"type": "apiKey", "in": "cookie", "name": "reprise_session"}
            },
        },
    }


if __name__ == "__main__":
    sys.stdout.write(msgspec.json.format(msgspec.json.encode(document())).decode() + "\n")
