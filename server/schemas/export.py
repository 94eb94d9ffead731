"""JSON Schema of every wire type, from which the browser's types are generated.

``python -m server.schemas.export`` prints it; ``npm run protocol`` in web/ turns it into
``src/protocol/generated.ts`` and ``npm run protocol:check`` fails when the two have drifted.
"""

from __future__ import annotations

import inspect
import json
import sys
from types import ModuleType
from typing import Any, Literal, get_origin

import msgspec
from msgspec import Struct

from server.schemas import (
    bookmarks,
    chat_files,
    dashboard,
    debate_format,
    debates_afterwards,
    deployment,
    earlier,
    identity,
    items,
    jobs,
    live,
    live_agenda,
    live_base,
    live_breakouts,
    live_captions,
    live_chat,
    live_debates,
    live_media,
    live_pads,
    live_polls,
    live_room,
    live_slides,
    live_web_content,
    materials,
    plan,
    recordings,
    room_search,
    seats,
    sessions,
    slides,
    transcripts,
    web_origins,
)

MODULES = (
    live, live_base, live_room, live_polls, live_debates, live_breakouts, live_slides, live_pads,
    live_media, live_captions, live_chat, live_agenda, live_web_content,
    identity, sessions, seats, earlier, deployment, web_origins, chat_files, slides, materials,
    plan, debate_format, debates_afterwards, dashboard,
    recordings, jobs, transcripts, items, bookmarks, room_search,
)  # fmt: skip
NOT_EXPORTED = frozenset({"Command", "FormatPart", "PollForm", "Request"})
"""Bases that never travel themselves."""
PARTIAL = frozenset({"ErrorBody"})
"""Answers whose optional fields may be left out."""


def structs(module: ModuleType) -> dict[str, type[Struct]]:
    return {
        name: value
        for name, value in vars(module).items()
        if inspect.isclass(value)
        and issubclass(value, Struct)
        and value.__module__ == module.__name__
        and name not in NOT_EXPORTED
    }


def literals(module: ModuleType) -> dict[str, Any]:
    return {name: value for name, value in vars(module).items() if get_origin(value) is Literal}


def _open_dicts(schema: Any) -> None:
    """``dict[str, Any]`` is an object with anything in it, not an empty object."""
    if isinstance(schema, dict):
        if schema.get("type") == "object" and "properties" not in schema:
            schema.setdefault("additionalProperties", True)
        for value in schema.values():
            _open_dicts(value)
    elif isinstance(schema, list):
        for value in schema:
            _open_dicts(value)


def json_schema() -> dict[str, Any]:
    """One document whose ``$defs`` hold every struct, the command union and the named literals."""
    types: dict[str, type[Struct]] = {}
    for module in MODULES:
        types |= structs(module)
    _, definitions = msgspec.json.schema_components(
        list(types.values()), ref_template="#/$defs/{name}"
    )
    for name, struct in types.items():
        definition = definitions[name]
        # A format is sent both ways and always whole.
        is_part = issubclass(struct, debate_format.FormatPart)
        is_request = struct.__struct_config__.forbid_unknown_fields and not is_part
        if not is_request and name not in PARTIAL:
            # We always send every field of an answer, those with a default too.
            definition["required"] = list(definition.get("properties", {}))
    for module in MODULES:
        for name, literal in literals(module).items():
            definitions[name] = msgspec.json.schema(literal)
    commands, _ = msgspec.json.schema_components([live.AnyCommand], ref_template="#/$defs/{name}")
    definitions["AnyCommand"] = commands[0]
    _open_dicts(definitions)
    return {"title": "Protocol", "$defs": dict(sorted(definitions.items()))}


if __name__ == "__main__":
    json.dump(json_schema(), sys.stdout, indent=1, sort_keys=True)
    sys.stdout.write("\n")
