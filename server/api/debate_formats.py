"""Routes of debate formats."""

from __future__ import annotations

from server.api.route import Ask, Route
from server.schemas import debate_format as wire


async def list_debate_formats(ask: Ask) -> list[wire.DebateFormatSummary]:
    return await ask.services.debate_formats.formats(ask.caller)


async def read_debate_format(ask: Ask) -> wire.StoredDebateFormat:
    return await ask.services.debate_formats.format(ask.caller, ask.path("format_id"))


async def create_debate_format(ask: Ask) -> wire.StoredDebateFormat:
    return await ask.services.debate_formats.add(ask.caller, ask.body)


async def edit_debate_format(ask: Ask) -> wire.StoredDebateFormat:
    return await ask.services.debate_formats.change(ask.caller, ask.path("format_id"), ask.body)


async def delete_debate_format(ask: Ask) -> None:
    await ask.services.debate_formats.delete(ask.caller, ask.path("format_id"))


async def restore_debate_format(ask: Ask) -> wire.StoredDebateFormat:
    return await ask.services.debate_formats.restore(ask.caller, ask.path("format_id"))


async def check_debate_format(ask: Ask) -> wire.CheckedDebateFormat:
    return ask.services.debate_formats.check(ask.caller, ask.body)


async def import_debate_format(ask: Ask) -> wire.ImportedDebateFormat:
    return ask.services.debate_formats.read_file(ask.caller, ask.body)


ALL = "/debate-formats"
# Not the two verbs: a wrong method there is told the methods of the verb, not of a format.
ONE = "/debate-formats/{format_id:(?!check$|import$)[^/]+}"
ROUTES = (
    Route("GET", ALL, list_debate_formats, "user", answer=list[wire.DebateFormatSummary]),
    Route("GET", ONE, read_debate_format, "user", answer=wire.StoredDebateFormat),
    Route(
        "POST", ALL, create_debate_format, "facilitator",
        body=wire.SaveDebateFormat, answer=wire.StoredDebateFormat, status=201, conflicts=True,
    ),
    Route(
        "PUT", ONE, edit_debate_format, "facilitator",
        body=wire.SaveDebateFormat, answer=wire.StoredDebateFormat, conflicts=True,
    ),
    Route("DELETE", ONE, delete_debate_format, "facilitator", conflicts=True),
    Route(
        "POST", f"{ONE}/restore", restore_debate_format, "facilitator",
        answer=wire.StoredDebateFormat, conflicts=True,
    ),
    Route(
        "POST", f"{ALL}/check", check_debate_format, "facilitator",
        body=wire.CheckDebateFormat, answer=wire.CheckedDebateFormat,
    ),
    Route(
        "POST", f"{ALL}/import", import_debate_format, "facilitator",
        body=wire.ImportDebateFormat, answer=wire.ImportedDebateFormat,
    ),
)  # fmt: skip
