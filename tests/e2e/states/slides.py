"""Slides on their way, those that are kept, and what presenter, followers and browsers see."""

from __future__ import annotations

import asyncio
from typing import Any

from playwright.async_api import Route

from tests.e2e.states.cast import HOST, LEARNER, Cast, State, View, escape
from tests.e2e.states.editing import edit_page, look_back
from tests.slides_files import LECTURE, pdf

BINDING = pdf(
    [("Binding", ["Boards of beech", "Covers of calf"]), ("Sewing", ["Five raised cords"])]
)
ASKING = "**/slides/uploads/*"


async def slides(view: View) -> None:
    await view.page.keyboard.press("Alt+KeyI")
    await view.page.get_by_role("dialog").wait_for()


def choosing(name: str, content: bytes) -> Any:
    async def show(view: View) -> None:
        await slides(view)
        async with view.page.expect_file_chooser() as chosen:
            await view.page.get_by_role("button", name="Upload slides").click()
        file: Any = {"name": name, "mimeType": "application/pdf", "buffer": content}
        await (await chosen.value).set_files(file)

    return show


async def uploading(view: View) -> None:
    """It is sent; how far its conversion is, the page cannot learn for now."""

    async def wait(_: Route) -> None:
        """Neither answered nor refused."""

    await view.page.route(ASKING, wait)
    await choosing("Binding.pdf", BINDING)(view)


async def cancel(view: View) -> None:
    await view.page.get_by_role("button", name="Cancel").first.click()
    await view.page.unroute(ASKING)
    await escape(view)


async def dismiss(view: View) -> None:
    await view.page.get_by_role("button", name="Dismiss").first.click()
    view.errors.clear()
    await escape(view)


async def upload(cast: Cast) -> None:
    for one in (await cast.snapshot())["decks"]:
        await cast.lead.command("delete_deck", deck_id=one["deck_id"])
    path = f"/sessions/{cast.session_id}/slides"
    for name, content in (("Printing.pdf", LECTURE), ("Binding.pdf", BINDING)):
        begun = await cast.teacher.send_file(path, name, content)
        async with asyncio.timeout(60):
            while (await cast.teacher.get(f"{path}/uploads/{begun['upload_id']}"))[
                "state"
            ] != "done":
                await asyncio.sleep(0.2)


async def pages_open(view: View) -> None:
    await slides(view)
    await view.page.get_by_role("button", name="pages of Printing").click()


async def edit_with_pages(view: View) -> None:
    await edit_page("Slides")(view)
    await view.page.get_by_role("button", name="pages of Printing").click()


async def edit_menu(view: View) -> None:
    await edit_page("Slides")(view)
    await view.page.get_by_role("button", name="More about Binding").click()


async def rename(view: View) -> None:
    await edit_menu(view)
    await view.page.get_by_role("menuitem", name="Rename").click()


async def present(cast: Cast) -> None:
    decks = (await cast.snapshot())["decks"]
    cast.notes["deck"] = next(
        one["deck_id"] for one in decks if one["name"] == "Printing" and not one["is_deleted"]
    )
    await cast.lead.command("present_deck", deck_id=cast.notes["deck"], page=1)


async def turn_alone(view: View) -> None:
    await view.page.get_by_role("button", name="Next slide").click()
    await view.page.get_by_role("button", name="Back to presenter").wait_for()


async def follow_again(view: View) -> None:
    await view.page.get_by_role("button", name="Back to presenter").click()


SLIDES = (
    State("slides-none", show=slides, ready="text=Upload slides", roles=(HOST,), leave=escape),
    State("slides-uploading", show=uploading, ready="[role=dialog] [role=status]", roles=(HOST,),
          leave=cancel),
    State("slides-failed", show=choosing("Old scan.pdf", b"GIF89a"),
          ready="[role=dialog] [role=alert]", roles=(HOST,), leave=dismiss),
    State("slides-kept", upload, slides, "[role=dialog] img", roles=(HOST,), leave=escape),
    State("slides-pages", show=pages_open, ready="[role=dialog] ol ol img", roles=(HOST,),
          leave=escape),
    State("edit-slides", show=edit_with_pages, ready="ol ol img", roles=(HOST,),
          leave=look_back),
    State("edit-slides-menu", show=edit_menu, ready="[role=menu]", roles=(HOST,),
          leave=look_back),
    State("edit-slides-rename", show=rename, ready="li input", roles=(HOST,), leave=look_back),
    State("slides-presented", present, ready="[data-testid=slides] img"),
    State("slides-own-page", lambda cast: cast.lead.command("let_browse", is_on=True), turn_alone,
          "[data-testid=slides] img", roles=(LEARNER,), leave=follow_again,
          after=lambda cast: cast.lead.command("stop_presenting")),
)  # fmt: skip
