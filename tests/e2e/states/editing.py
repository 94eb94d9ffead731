"""The session's page outside the class, as its facilitators see it."""

from __future__ import annotations

from tests.e2e.states.cast import Show, View


def edit_page(part: str) -> Show:
    """Scrolled to the card of this name."""

    async def show(view: View) -> None:
        cast = view.cast
        assert cast is not None
        await view.look_elsewhere(f"{cast.school.server.url}/sessions/{cast.session_id}/edit")
        card = view.page.get_by_role("region", name=part, exact=True)
        await card.wait_for()
        await card.evaluate("card => card.scrollIntoView({block: 'start'})")

    return show


async def look_back(view: View) -> None:
    await view.look_back()
