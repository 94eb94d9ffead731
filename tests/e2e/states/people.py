"""Who is here, whose hand is up, who is lost, who is asked to speak, who had to go."""

from __future__ import annotations

import asyncio

from tests.e2e.states.cast import HOST, LEARNER, Cast, State, View, escape, tab


async def raise_hands(cast: Cast) -> None:
    for seat in cast.seats[:4]:
        await seat.command("raise_hand")


async def lower_hands(cast: Cast) -> None:
    for seat in cast.seats[:4]:
        await seat.command("lower_hand")
    await cast.lead.command("set_hand_order", order="fifo")


async def lose(cast: Cast) -> None:
    for seat in cast.seats[:3]:
        await seat.command("tap_confusion")


async def drop(cast: Cast) -> None:
    await cast.seats[-1].close()
    cast.notes["gone"] = cast.seats.pop()
    await cast.lead.wait_for_event("participant_away")


async def ban(cast: Cast) -> None:
    await cast.lead.command("remove", participant_id=cast.seats[-1].participant_id)
    cast.seats.pop()


async def ask_to_speak(cast: Cast) -> None:
    ids = await cast.ids()
    for name in ("Mina Okafor", "Tomás Rivera"):
        await cast.lead.command("invite_to_speak", participant_id=ids[name])


async def react(cast: Cast) -> None:
    kinds = ("thumbs_up", "clap", "heart", "slower")
    await asyncio.gather(
        *(
            seat.ask("reaction", {"kind": kind})
            for seat, kind in zip(cast.seats, kinds, strict=False)
        )
    )


async def menu(view: View) -> None:
    await view.tab("People")
    await view.page.get_by_role("button", name="What to do with Wei Chen").click()


async def search(view: View) -> None:
    await view.tab("People")
    await view.page.get_by_role("searchbox", name="Find somebody").fill("in")


async def end_search(view: View) -> None:
    await view.page.get_by_role("button", name="Clear the search").click()


async def filter_away(view: View) -> None:
    await view.tab("People")
    await view.page.get_by_role("combobox", name="Whom to show").select_option("away")


async def filter_everyone(view: View) -> None:
    await view.page.get_by_role("combobox", name="Whom to show").select_option("everyone")


async def decline(view: View) -> None:
    await view.press("Not now")


async def next_page(view: View) -> None:
    await view.page.keyboard.press("Alt+PageDown")


async def back_again(view: View) -> None:
    await view.page.keyboard.press("Alt+PageUp")


PEOPLE = (
    State("people", show=tab("People"), ready="[data-person]"),
    State("gallery-page-2", show=next_page, ready="[data-participant]", leave=back_again),
    State("people-search", show=search, ready="text=/of 13/", leave=end_search),
    State("people-menu", show=menu, ready="[role=menu]", leave=escape),
    State("hands", raise_hands, tab("People"), "text=Hands, in order"),
    State(
        "hands-equity",
        lambda cast: cast.lead.command("set_hand_order", order="equity"),
        tab("People"),
        "text=/least when the hand|has not spoken/i",
        after=lower_hands,
    ),
    State("confusion", lose, tab("People"), "[data-lost='3']", roles=(HOST,)),
    State("reactions", react),
    State("asked-to-speak", ask_to_speak, ready="[role=dialog]", roles=(LEARNER,), leave=decline),
    State(
        "away", drop, filter_away, "[data-person]:has-text('reconnecting')", leave=filter_everyone
    ),
    State("banned", ban, tab("People"), "text=Banned", roles=(HOST,)),
)
