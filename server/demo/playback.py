"""Whether a published recording really plays: in a browser, or decoded where there is none."""

from __future__ import annotations

import asyncio
from pathlib import Path

from playwright.async_api import Browser
from playwright.async_api import TimeoutError as PlaywrightTimeout

from server.demo.browser import person
from server.demo.classroom_page import sign_in_as
from server.demo.http_account import Account

LIMIT_MS = 30_000

PLAYS = """async () => {
  const video = document.querySelector('video');
  if (!video) return false;
  if (video.paused) { video.muted = true; await video.play().catch(() => {}); }
  const frames = video.getVideoPlaybackQuality().totalVideoFrames;
  return video.currentTime > 1.5 && frames > 5;
}"""


async def plays_in_browser(chromium: Browser, account: Account, recording_id: str) -> bool:
    """The recording's own page: time advances and frames are decoded."""
    context = await person(chromium)
    try:
        page = await context.new_page()
        await sign_in_as(page, account)
        await page.goto(f"{account.url}/recordings/{recording_id}")
        await page.wait_for_function(PLAYS, timeout=LIMIT_MS, polling=250)
    except PlaywrightTimeout:
        return False
    finally:
        await context.close()
    return True


async def plays_in_ffmpeg(playlist: Path) -> bool:
    process = await asyncio.create_subprocess_exec(
        "ffmpeg", "-v", "error", "-xerror", "-i", str(playlist), "-t", "20", "-f", "null", "-",
        stdin=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    _, complaints = await process.communicate()
    return process.returncode == 0 and not complaints.strip()
