"""Headless Chromium with devices of our own making, for the demo and the end-to-end tests.

One browser serves everybody: each participant is a context of its own (its own cookies), and its
microphone and camera come from ``assets/fake_devices.js``, because Chromium's fake devices are the
same for every page and not in step with each other.
"""

from __future__ import annotations

import asyncio
import base64
import contextlib
import io
import json
import logging
import os
import shutil
import uuid
import wave
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import psutil
from playwright.async_api import Browser, BrowserContext, Page, async_playwright
from playwright.async_api import Error as PlaywrightError

from server.demo.lecture import ASSETS, SAMPLE_RATE, Samples

log = logging.getLogger(__name__)

ANSWER_S = 60
"""a browser that is busy answers within seconds; after this it hangs"""
LOOK_S = 10
PROGRAMS = ("chromium", "google-chrome", "google-chrome-stable", "chromium-browser")

ARGUMENTS = [
    "--autoplay-policy=no-user-gesture-required",
    "--disable-background-timer-throttling",
    "--disable-backgrounding-occluded-windows",
    "--disable-dev-shm-usage",
    "--disable-features=WebRtcHideLocalIpsWithMdns",
    "--disable-gpu",
    "--disable-renderer-backgrounding",
    "--mute-audio",
    "--no-sandbox",
    "--use-fake-ui-for-media-stream",
]
"""Loopback pages in a container: no sandbox to be had as root, no name service for mDNS
candidates, small /dev/shm, several pages that must all count as visible."""


def chromium_program() -> str | None:
    """The system's Chromium; None lets Playwright take its own."""
    named = os.environ.get("REPRISE_CHROMIUM")
    if named:
        return named
    return next((path for name in PROGRAMS if (path := shutil.which(name))), None)


async def has_chromium() -> bool:
    if chromium_program() is not None:
        return True
    async with async_playwright() as playwright:
        return Path(playwright.chromium.executable_path).exists()


@asynccontextmanager
async def chromium(*arguments: str, program: str | Path | None = None) -> AsyncIterator[Browser]:
    """``program``, or the system's Chromium, without real-time threads (see ``assets/chromium``).

    One that hangs is ended: what waits for it fails then, and does not wait for ever.
    """
    mark = f"--reprise-run={uuid.uuid4().hex}"
    async with async_playwright() as playwright:
        real = program or chromium_program() or playwright.chromium.executable_path
        browser = await playwright.chromium.launch(
            executable_path=ASSETS / "chromium",
            args=[*ARGUMENTS, *arguments, mark],
            env={**os.environ, "REPRISE_CHROMIUM": str(real)},
            headless=True,
        )
        watching = asyncio.create_task(_end_when_it_hangs(browser, mark))
        try:
            yield browser
        finally:
            watching.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await watching
            try:
                async with asyncio.timeout(ANSWER_S):
                    await browser.close()
            except TimeoutError:
                _end(mark)


async def _end_when_it_hangs(browser: Browser, mark: str) -> None:
    with contextlib.suppress(PlaywrightError):  # it is gone already
        session = await browser.new_browser_cdp_session()
        while True:
            await asyncio.sleep(LOOK_S)
            try:
                async with asyncio.timeout(ANSWER_S):
                    await session.send("Browser.getVersion")
            except TimeoutError:
                _end(mark)
                return


def _end(mark: str) -> None:
    """The browser that was started with this argument, and with it its children."""
    log.error("Chromium does not answer and is ended")
    for process in psutil.process_iter(["cmdline"]):
        if mark in (process.info["cmdline"] or ()):
            with contextlib.suppress(psutil.NoSuchProcess):
                process.kill()


async def person(
    browser: Browser, devices: dict[str, Any] | None = None, **context: Any
) -> BrowserContext:
    """A context whose pages have fake devices with these settings."""
    made = await browser.new_context(ignore_https_errors=True, **context)
    made.set_default_timeout(20_000)
    settings = f"window.__fakeDevices = {json.dumps(devices or {})};"
    script = (ASSETS / "fake_devices.js").read_text(encoding="utf-8")
    await made.add_init_script(settings + script)
    return made


def wav_bytes(samples: Samples) -> bytes:
    buffer = io.BytesIO()
    with wave.open(buffer, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(SAMPLE_RATE)
        file.writeframes(samples.tobytes())
    return buffer.getvalue()


async def speak(page: Page, samples: Samples) -> None:
    """Say it into the page's microphone; returns when it has been said."""
    encoded = base64.b64encode(wav_bytes(samples)).decode()
    await page.evaluate("sound => window.fakeDevices.play(sound)", encoded)
