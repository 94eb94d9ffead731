"""Routes of the tokens by which programs publish into a session or watch it."""

from __future__ import annotations

from server.api.route import Ask, Route
from server.schemas.seats import CreateStreamToken, StreamToken


async def list_stream_tokens(ask: Ask) -> list[StreamToken]:
    return await ask.services.stream_tokens.tokens(ask.caller, ask.path("session_id"))


async def create_stream_token(ask: Ask) -> StreamToken:
    return await ask.services.stream_tokens.add(ask.caller, ask.path("session_id"), ask.body)


async def revoke_stream_token(ask: Ask) -> None:
    await ask.services.stream_tokens.revoke(
        ask.caller, ask.path("session_id"), ask.path("token_id")
    )


ALL = "/sessions/{session_id}/stream-tokens"
ROUTES = (
    Route(
        "GET", ALL, list_stream_tokens, "session_facilitator", answer=list[StreamToken]
    ),
    Route(
        "POST", ALL, create_stream_token, "session_facilitator",
        body=CreateStreamToken, answer=StreamToken, status=201, conflicts=True,
    ),
    Route("DELETE", ALL + "/{token_id}", revoke_stream_token, "session_facilitator"),
)  # fmt: skip
