"""Rooms planned, open, noisy with calls and messages, closing, and what came back of them."""

from __future__ import annotations

from tests.e2e.states.cast import HOST, LEARNER, Cast, State, View, escape, tab


async def draft(cast: Cast) -> None:
    await cast.lead.command(
        "draft_breakouts",
        names=["Printers", "Paper makers", "Readers"],
        tasks=["What did a page cost?", "Where did the rags come from?", "Who could read?"],
        may_choose=True,
    )
    await cast.lead.command("assign_breakouts", how="random")
    await cast.lead.command("save_breakout_set", name="Three guilds")


async def write(cast: Cast) -> None:
    for seat in cast.seats[:4]:
        await seat.command("write_room_notes", text="A ream cost a week's wage.", version=0)
        break
    await cast.seats[1].command("call_for_help")
    await cast.lead.command("broadcast_text", text="Two minutes more, then we compare.")


async def notes(view: View) -> None:
    await view.tab("Rooms")
    button = view.page.get_by_role("button", name="Room and notes")
    if await button.count():
        await button.click()


async def board(view: View) -> None:
    """A learner's own room has one."""
    await view.page.keyboard.press("Alt+KeyW")


async def no_board(view: View) -> None:
    await view.page.keyboard.press("Alt+KeyW")
    await view.page.locator(CANVAS).wait_for(state="detached")


async def returned_board(view: View) -> None:
    await view.tab("Rooms")
    await view.page.get_by_role("button", name="Whiteboard of Printers").click()


CANVAS = ".excalidraw canvas.interactive"

BREAKOUTS = (
    State("rooms-none", show=tab("Rooms"), ready="text=Create rooms", roles=(HOST,)),
    State("rooms-draft", draft, tab("Rooms"), "text=Paper makers", roles=(HOST,)),
    State("rooms-open", lambda cast: cast.lead.command("open_breakouts", duration_ms=600_000),
          tab("Rooms"), "text=Paper makers"),
    State("rooms-notes", show=notes, ready="[data-testid=room-notes]", roles=(LEARNER,)),
    State("rooms-whiteboard", show=board, ready=CANVAS, roles=(LEARNER,), leave=no_board),
    State("rooms-help", write, tab("Rooms"), "text=Printers"),
    State("rooms-closing", lambda cast: cast.lead.command("close_breakouts", countdown_ms=60_000),
          tab("Rooms"), "[data-testid=room-timer]",
          after=lambda cast: cast.lead.command("close_breakouts", countdown_ms=0)),
    State("rooms-returned", show=tab("Rooms"), ready="text=Notes from the rooms"),
    State("rooms-returned-board", show=returned_board, ready=f"[role=dialog] {CANVAS}",
          roles=(HOST,), leave=escape),
)  # fmt: skip
