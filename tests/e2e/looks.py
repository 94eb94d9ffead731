"""How a page is looked at: two windows, both colour schemes, axe, nothing wider than the window."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.async_api import Page

AXE = Path("web/node_modules/axe-core/axe.min.js")
RULES = {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}
COLOURS = {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}

# Each round waits for a frame: one that has come to its end stays listed until the next is drawn.
STILL = """async () => {
    await document.fonts.ready;
    const moving = () => document.getAnimations().some(
        (one) => one instanceof CSSTransition && one.playState !== 'finished');
    while (moving()) await new Promise(requestAnimationFrame);
}"""


@dataclass(frozen=True, slots=True)
class Window:
    width: int
    height: int

    @property
    def setting(self) -> dict[str, Any]:
        """What a new browser context is given."""
        return {
            "viewport": {"width": self.width, "height": self.height},
            "color_scheme": "light", "reduced_motion": "reduce",
        }  # fmt: skip


WINDOWS = (Window(1440, 900), Window(390, 844))


async def in_each_scheme(page: Page) -> AsyncIterator[str]:
    """Light, then dark, on the page as it stands: it is neither loaded nor arranged again."""
    for scheme in ("light", "dark"):
        await page.emulate_media(color_scheme=scheme)
        # The page follows the scheme in an event of its own.
        await page.locator(f"html[data-mantine-color-scheme={scheme}]").wait_for(state="attached")
        # Colours on their way from one scheme to the other are neither.
        await page.evaluate(STILL)
        yield scheme


async def violations(page: Page, repository: Path, only: Mapping[str, object] = RULES) -> list[str]:
    """What axe finds on the page as it stands."""
    if not await page.evaluate("() => 'axe' in window"):
        await page.evaluate((repository / AXE).read_text(encoding="utf-8"))
    found: dict[str, Any] = await page.evaluate(
        "only => axe.run(document, {runOnly: only, resultTypes: ['violations']})", dict(only)
    )
    return [
        f"{violation['id']}: {node['html'][:160]}"
        for violation in found["violations"]
        for node in violation["nodes"]
    ]


async def faults(page: Page, repository: Path) -> list[str]:
    """What is wrong with the page as it stands; the dark scheme differs in its colours alone."""
    found = [
        f"{scheme}: {one}"
        async for scheme in in_each_scheme(page)
        for one in await violations(page, repository, COLOURS if scheme == "dark" else RULES)
    ]
    return found + await overflow(page)


async def overflow(page: Page) -> list[str]:
    wider: int = await page.evaluate(
        "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"
    )
    return [f"{wider} px wider than the window"] if wider > 0 else []
