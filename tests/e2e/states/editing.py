"""The session's page outside the class, as its facilitators see it."""

from __future__ import annotations

from playwright.async_api import expect

from tests.e2e.states.cast import Show, View


def edit_page(part: str) -> Show:
    """Scrolled to the card with this heading."""

    async def show(view: View) -> None:
        cast = view.cast
        assert cast is not None
        await view.look_elsewhere(f"{cast.school.server.url}/sessions/{cast.session_id}/edit")
        heading = view.page.get_by_role("heading", name=part, exact=True)
        await heading.wait_for()
        # What loads above it moves it.
        await expect(view.page.locator(".mantine-Skeleton-root")).to_have_count(0)
        await heading.evaluate("heading => heading.scrollIntoView({block: 'center'})")

    return show


async def look_back(view: View) -> None:
    await view.look_back()
