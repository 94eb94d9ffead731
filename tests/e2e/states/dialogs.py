"""What opens over the class, the layouts, and the questions it asks."""

from __future__ import annotations

from tests.e2e.states.cast import HOST, LEARNER, Show, State, View, escape, pressed


def keys(*pressed: str) -> Show:
    async def show(view: View) -> None:
        for key in pressed:
            await view.page.keyboard.press(key)

    return show


def dialog(name: str, key: str, roles: tuple[str, ...] = (HOST, LEARNER)) -> State:
    return State(name, show=keys(key), ready="[role=dialog]", roles=roles, leave=escape)


async def agree(view: View) -> None:
    await view.press("I agree")


DIALOGS = (
    dialog("palette", "Control+k"),
    dialog("shortcuts", "Alt+Slash"),
    dialog("devices", "Alt+KeyD"),
    dialog("moment", "Alt+KeyK"),
    dialog("locks", "Alt+KeyO", roles=(HOST,)),
    State("invite", show=pressed("Invite", "People"), ready="text=No tokens yet.", roles=(HOST,),
          leave=escape),
    dialog("leave", "Alt+KeyQ"),
    State("layout-gallery", show=keys("Alt+KeyY"), ready="[data-layout=gallery]"),
    State("layout-side", show=keys("Alt+KeyY"), ready="[data-layout=side]",
          leave=keys("Alt+KeyY")),
    State("consent", lambda cast: cast.lead.command("start_recording"), ready="[role=dialog]",
          leave=agree),
    State("recording", ready="[data-testid=recording-pill]",
          after=lambda cast: cast.lead.command("stop_recording")),
)  # fmt: skip
