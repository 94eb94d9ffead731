"""Routes of slides: upload, what is on the pages, and their pictures."""

from __future__ import annotations

from aiohttp import web

from server.api import given_file
from server.api.given_file import FileName
from server.api.route import Ask, Route
from server.schemas.live_slides import DeckView
from server.schemas.slides import Deck, OrderSlides, RenameSlides, SlideUpload
from server.services.errors import not_found

PICTURES = ("page", "thumb")


async def upload_slides(ask: Ask) -> SlideUpload:
    return await ask.services.slides.upload(
        ask.caller,
        ask.path("session_id"),
        ask.query.name,
        given_file.body(ask),
        ask.request.content_length,
    )


async def list_slide_uploads(ask: Ask) -> list[SlideUpload]:
    return await ask.services.slides.uploads(ask.caller, ask.path("session_id"))


async def read_slide_upload(ask: Ask) -> SlideUpload:
    return await ask.services.slides.progress(
        ask.caller, ask.path("session_id"), ask.path("upload_id")
    )


async def cancel_slide_upload(ask: Ask) -> None:
    await ask.services.slides.cancel(ask.caller, ask.path("session_id"), ask.path("upload_id"))


async def list_decks(ask: Ask) -> list[DeckView]:
    return await ask.services.slides.decks(ask.caller, ask.path("session_id"))


async def order_decks(ask: Ask) -> None:
    await ask.services.slides.order(ask.caller, ask.path("session_id"), ask.body)


async def rename_deck(ask: Ask) -> None:
    await ask.services.slides.rename(
        ask.caller, ask.path("session_id"), ask.path("deck_id"), ask.body
    )


async def delete_deck(ask: Ask) -> None:
    await ask.services.slides.delete(ask.caller, ask.path("session_id"), ask.path("deck_id"))


async def restore_deck(ask: Ask) -> None:
    await ask.services.slides.restore(ask.caller, ask.path("session_id"), ask.path("deck_id"))


async def read_deck(ask: Ask) -> Deck:
    return await ask.services.slides.deck(ask.caller, ask.path("session_id"), ask.path("deck_id"))


async def slide_picture(ask: Ask) -> web.StreamResponse:
    """Never cached without asking again: access may have been taken away."""
    number, picture = ask.path("number"), ask.path("picture")
    if not number.isascii() or not number.isdigit() or len(number) > 4 or picture not in PICTURES:
        raise not_found("page")
    path = await ask.services.slides.picture(
        ask.caller, ask.path("session_id"), ask.path("deck_id"), int(number), picture
    )
    headers = {"Cache-Control": "private, no-cache", "Content-Type": "image/webp"}
    return web.FileResponse(path, headers=headers)


ALL = "/sessions/{session_id}/slides"
# Not the words that lead elsewhere: a wrong method there is told their methods.
ONE = ALL + "/{deck_id:(?!uploads$|order$)[^/]+}"
ROUTES = (
    Route("GET", ALL, list_decks, "session_facilitator", answer=list[DeckView]),
    Route(
        "POST", ALL, upload_slides, "session_facilitator",
        query=FileName, answer=SlideUpload, status=201, conflicts=True,
    ),
    Route(
        "GET", ALL + "/uploads", list_slide_uploads, "session_facilitator",
        answer=list[SlideUpload],
    ),
    Route(
        "GET", ALL + "/uploads/{upload_id}", read_slide_upload, "session_facilitator",
        answer=SlideUpload,
    ),
    Route("DELETE", ALL + "/uploads/{upload_id}", cancel_slide_upload, "session_facilitator"),
    Route(
        "PUT", ALL + "/order", order_decks, "session_facilitator",
        body=OrderSlides, conflicts=True,
    ),
    Route("GET", ONE, read_deck, "member", answer=Deck),
    Route(
        "PATCH", ONE, rename_deck, "session_facilitator", body=RenameSlides, conflicts=True,
    ),
    Route("DELETE", ONE, delete_deck, "session_facilitator", conflicts=True),
    Route("POST", ONE + "/restore", restore_deck, "session_facilitator", conflicts=True),
    Route(
        "GET", ONE + "/{number}/{picture}", slide_picture, "member", media="image/webp"
    ),
)  # fmt: skip
