"""Live captions: off, coming, read, late, fewer, none for a while. On a ``CaptionedServer``."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from server.live.caption_load import LoadLimits
from server.live.captions import Captions
from server.media.plane import HeardPacket
from server.schemas.caption_pipe import Reading, Ready
from tests.caption_engine import ScriptedEngine
from tests.e2e.states.cast import Arrange, Cast, Show, State, View, escape
from tests.e2e.wound_server import WoundServer

NEVER_MS: Final = 10**9
MAIN: Final = frozenset({"main"})
SAID: Final = (
    ("Wei Chen", "A ream of paper cost a printer about a week's wage.", True),
    ("Aïsha Diallo", "So the paper was dearer than the work of setting the page?", True),
    ("Wei Chen", "For a long print run, yes: half of what", False),
)


class CaptionedServer(WoundServer):
    """What is read is said here; how busy the machine is, too."""

    def __init__(self, data: Path, port: int) -> None:
        self.load = 0.0
        self.engine = ScriptedEngine()
        self.keys: dict[str, int] = {}
        limits = LoadLimits(behind_ms=NEVER_MS, far_behind_ms=NEVER_MS, rest_s=3600)
        self.captions = Captions(self.engine, "en", limits=limits, busy=lambda: self.load)
        super().__init__(data, port, self.captions)

    def say(self, cast: Cast, late_s: float) -> None:
        """Everybody who said something says it anew, ``late_s`` ago."""
        for segment, (name, text, is_final) in enumerate(SAID):
            who = cast.notes["ids"][name]
            now_ns = self.clock.monotonic_ns()
            packet = HeardPacket(segment, 960, now_ns, 30, b"opus")
            self.captions.heard(f"{who}:0", cast.session_id, who, MAIN, (packet,))
            # The first sound of a voice comes with a new key.
            key = self.keys.setdefault(who, max(self.engine.sound(), default=0))
            since = now_ns - int(late_s * 1e9)
            self.engine.say(Reading(key, segment, text, is_final, since, since, now_ns))


def server_of(cast: Cast) -> CaptionedServer:
    server = cast.school.server
    assert isinstance(server, CaptionedServer)
    return server


async def settings(view: View) -> None:
    """From the palette: the settings have no key of their own."""
    await view.page.keyboard.press("Control+k")
    await view.page.get_by_label("Search actions").fill("captions: settings")
    await view.page.keyboard.press("Enter")
    await view.page.get_by_role("dialog", name="Live captions").wait_for()


async def switch(view: View) -> None:
    await view.page.keyboard.press("Alt+KeyC")
    await view.page.get_by_test_id("captions").wait_for()


async def begin(cast: Cast) -> None:
    for view in cast.views:
        await switch(view)


async def ready(cast: Cast) -> None:
    cast.notes["ids"] = await cast.ids()
    server_of(cast).engine.say(Ready("whisper-base", "en"))


def spoken(late_s: float) -> Show:
    async def show(view: View) -> None:
        assert view.cast is not None
        server_of(view.cast).say(view.cast, late_s)

    return show


def busy(*loads: float) -> Arrange:
    async def arrange(cast: Cast) -> None:
        server = server_of(cast)
        for load in loads:
            server.load = load
            await server.captions.tick()
            server.clock.wind(6000)
            await server.captions.tick()

    return arrange


async def end(cast: Cast) -> None:
    server_of(cast).load = 0.0
    for view in cast.views:
        await view.page.keyboard.press("Alt+KeyC")


AREA = "[data-testid=captions]"
LINE = f"{AREA} p"

CAPTIONS = (
    State("captions-off", show=settings, ready="[role=dialog]", leave=escape),
    State("captions-starting", begin, ready=f"{AREA}[data-state=starting]"),
    State("captions-on", ready, spoken(0.8), LINE),
    State("captions-late", show=spoken(6.4), ready=LINE),
    State("captions-fewer", busy(1.0), spoken(1.2), f"{AREA}[data-state=fewer]"),
    State("captions-busy", busy(1.0), ready=f"{AREA}[data-state=busy]"),
    State("captions-said", show=settings, ready="[role=dialog] ol", leave=escape, after=end),
)
