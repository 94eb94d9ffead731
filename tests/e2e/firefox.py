"""A real Firefox, led by its own protocol (Marionette): as much of it as a test of media needs.

The browser is the system's (``apt-get install firefox-esr``). Its camera and microphone are its own
fakes: a picture whose colour wanders, and a tone of ``TONE_HZ``.
"""

from __future__ import annotations

import asyncio
import json
import os
import shutil
from pathlib import Path
from typing import Any, Final

from server.demo.http_account import Account
from server.demo.server_process import free_port

TONE_HZ: Final = 1000
_START_S: Final = 60
_PREFERENCES: Final[dict[str, bool | int | str]] = {
    "media.navigator.streams.fake": True,
    "media.navigator.permission.disabled": True,
    "media.autoplay.default": 0,
    "media.autoplay.blocking_policy": 0,
    # Loopback, and candidates that say their address: there is no name service for mDNS.
    "media.peerconnection.ice.loopback": True,
    "media.peerconnection.ice.obfuscate_host_addresses": False,
    # Nothing is fetched from anywhere.
    "app.normandy.enabled": False,
    "app.update.auto": False,
    "browser.safebrowsing.malware.enabled": False,
    "browser.safebrowsing.phishing.enabled": False,
    "datareporting.policy.dataSubmissionEnabled": False,
    "extensions.update.enabled": False,
    "media.gmp-manager.updateEnabled": False,
    "network.captive-portal-service.enabled": False,
    "network.connectivity-service.enabled": False,
    "services.settings.server": "data:,",
}

_NAMED: Final = """
const [name] = arguments;
return [...document.querySelectorAll('button')].find((one) =>
  one.getAttribute('aria-label') === name || one.textContent.trim() === name
  || one.title.startsWith(name)) ?? null;
"""


def firefox_program() -> str | None:
    return shutil.which("firefox-esr") or shutil.which("firefox")


class FirefoxFailed(Exception):
    """The browser's own words."""


class Firefox:
    """One window."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._process: asyncio.subprocess.Process | None = None
        self._writer: asyncio.StreamWriter | None = None
        self._count = 0

    async def start(self) -> None:
        program = firefox_program()
        assert program is not None
        port = free_port()
        profile = self._folder / "profile"
        profile.mkdir()
        wanted = _PREFERENCES | {"marionette.port": port}
        lines = [f"user_pref({json.dumps(k)}, {json.dumps(v)});" for k, v in wanted.items()]
        (profile / "user.js").write_text("\n".join(lines))
        with (self._folder / "firefox.log").open("wb") as log:
            self._process = await asyncio.create_subprocess_exec(
                program, "--headless", "--marionette", "--no-remote", "--profile", str(profile),
                stdin=asyncio.subprocess.DEVNULL, stdout=log, stderr=log,
                env=os.environ | {"HOME": str(self._folder)},
            )  # fmt: skip
        async with asyncio.timeout(_START_S):
            while self._writer is None:
                try:
                    self._reader, self._writer = await asyncio.open_connection("127.0.0.1", port)
                except OSError:
                    await asyncio.sleep(0.1)
        await self._read()  # its greeting
        await self._ask("WebDriver:NewSession", {"capabilities": {}})
        await self._ask("WebDriver:SetTimeouts", {"script": 30_000, "pageLoad": 60_000})

    async def stop(self) -> None:
        if self._writer is not None:
            self._writer.close()
            await self._writer.wait_closed()
        if self._process is not None:
            if self._process.returncode is None:
                self._process.terminate()
            await self._process.wait()

    async def sign_in_as(self, account: Account) -> None:
        """On a page of the same host."""
        await self.go_to(f"{account.url}/favicon.svg")
        for name, value in account.cookies().items():
            cookie = {"name": name, "value": value, "path": "/"}
            await self._ask("WebDriver:AddCookie", {"cookie": cookie})

    async def go_to(self, url: str) -> None:
        await self._ask("WebDriver:Navigate", {"url": url})

    async def run(self, script: str, *arguments: Any) -> Any:
        """What the body of a function returns; a promise is waited for."""
        asked = {"script": script, "args": list(arguments), "newSandbox": False, "sandbox": None}
        return (await self._ask("WebDriver:ExecuteScript", asked))["value"]

    async def until(self, script: str, *arguments: Any, limit_s: float = 60) -> Any:
        try:
            async with asyncio.timeout(limit_s):
                while not (found := await self.run(script, *arguments)):
                    await asyncio.sleep(0.2)
        except TimeoutError:
            page = await self.run("return document.body.innerText.slice(0, 2000);")
            raise FirefoxFailed(f"{script} did not come true; the page says:\n{page}") from None
        return found

    async def press(self, *names: str) -> None:
        """The first button there is of these names, once it can be pressed."""
        script = f"""
        const find = (name) => (function () {{ {_NAMED} }})(name);
        const button = arguments[0].map(find).find((one) => one && !one.disabled);
        if (!button) return false;
        button.click();
        return true;
        """
        await self.until(script, list(names))

    async def has_button(self, name: str, limit_s: float = 60) -> None:
        await self.until(f"return (function () {{ {_NAMED} }})(arguments[0]) !== null;", name,
                         limit_s=limit_s)  # fmt: skip

    async def switch_on(self, on: str, off: str) -> None:
        """No-op when it is on, or just coming on since the door."""
        try:
            await self.has_button(off, limit_s=8)
        except FirefoxFailed:
            await self.press(on)
            await self.has_button(off)

    async def _ask(self, name: str, parameters: dict[str, Any]) -> Any:
        assert self._writer is not None
        self._count += 1
        message = json.dumps([0, self._count, name, parameters]).encode()
        self._writer.write(str(len(message)).encode() + b":" + message)
        await self._writer.drain()
        _, number, failure, result = await self._read()
        assert number == self._count
        if failure is not None:
            raise FirefoxFailed(f"{name}: {failure['error']}: {failure['message']}")
        return result

    async def _read(self) -> Any:
        length = int((await self._reader.readuntil(b":"))[:-1])
        return json.loads(await self._reader.readexactly(length))
