"""The whiteboard and the notes: empty, with something on them, and only to be read."""

from __future__ import annotations

from tests.e2e.states.cast import LEARNER, Arrange, Cast, State, View, tab

WRITTEN = "Type is cast in metal, set and pressed.\n\n- Ink: lampblack in oil\n- Paper: linen rags"
CANVAS = ".excalidraw canvas.interactive"
NOTES = "[data-testid=shared-notes]"


async def draw(cast: Cast) -> None:
    """A press by one hand: a bed, a screw, a lever."""
    page = cast.views[0].page
    box = await page.locator(CANVAS).bounding_box()
    assert box is not None
    middle, top = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2 - 20
    await page.mouse.click(middle + 200, top + 60)  # the keys are the board's from here on
    for key, left, upper, width, height in (
        ("r", -120, 90, 240, 40),
        ("l", 0, 0, 0, 90),
        ("o", -30, -40, 60, 40),
        ("a", 40, -20, 120, -30),
    ):
        await page.keyboard.press(key)
        await page.mouse.move(middle + left, top + upper)
        await page.mouse.down()
        await page.mouse.move(middle + left + width, top + upper + height, steps=4)
        await page.mouse.up()
    await page.keyboard.press("Escape")
    for view in cast.views:
        words = view.page.get_by_test_id("whiteboard-words")
        await words.filter(has_text="4 drawings").wait_for(state="attached")


async def write(cast: Cast) -> None:
    await cast.views[0].tab("Notes")
    await cast.views[0].page.locator(NOTES).fill(WRITTEN)
    for view in cast.views[1:]:
        await view.tab("Notes")
        await view.page.wait_for_function(
            "text => document.querySelector('[data-testid=shared-notes]')?.value === text",
            arg=WRITTEN,
        )


def locked(lock: str, is_on: bool) -> Arrange:
    return lambda cast: cast.lead.command("set_lock", lock=lock, is_on=is_on)


async def to_chat(view: View) -> None:
    await view.tab("Chat")


PADS = (
    State("whiteboard-empty", lambda cast: cast.lead.command("open_whiteboard"), to_chat, CANVAS),
    State("whiteboard-drawn", draw, ready=CANVAS),
    State("whiteboard-read-only", locked("whiteboard", True), ready=CANVAS, roles=(LEARNER,),
          after=lambda cast: cast.lead.command("close_whiteboard")),
    State("notes-empty", show=tab("Notes"), ready=NOTES),
    State("notes-written", write, tab("Notes"), NOTES),
    State("notes-read-only", locked("notes", True), tab("Notes"), NOTES, roles=(LEARNER,),
          after=locked("notes", False)),
)  # fmt: skip
