"""One person's cookies and the HTTP calls made with them."""

from __future__ import annotations

import asyncio
from types import TracebackType
from typing import Any, Self

import aiohttp


class CallFailed(Exception):
    """The server answered with an error; ``code`` is its stable code."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(f"{status} {code}: {message}")
        self.status = status
        self.code = code


class Account:
    def __init__(self, server_url: str) -> None:
        self.url = server_url
        jar = aiohttp.CookieJar(unsafe=True)
        self._http = aiohttp.ClientSession(cookie_jar=jar, timeout=aiohttp.ClientTimeout(total=30))

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.close()

    async def close(self) -> None:
        await self._http.close()

    def cookies(self) -> dict[str, str]:
        return {cookie.key: cookie.value for cookie in self._http.cookie_jar}

    def cookie_header(self) -> str:
        return "; ".join(f"{name}={value}" for name, value in self.cookies().items())

    async def call(self, method: str, path: str, body: dict[str, Any] | None = None) -> Any:
        """JSON in, JSON out, under ``/api/v1``; None for an empty answer. Raises CallFailed."""
        async with self._http.request(
            method, f"{self.url}/api/v1{path}", json=body, headers={"Origin": self.url}
        ) as answer:
            if answer.status == 204:
                return None
            content = await answer.json()
            if answer.status >= 400:
                error = content["error"]
                raise CallFailed(answer.status, error["code"], error["message"])
            return content

    async def get(self, path: str) -> Any:
        return await self.call("GET", path)

    async def post(self, path: str, body: dict[str, Any] | None = None) -> Any:
        return await self.call("POST", path, body or {})

    async def send_file(self, path: str, name: str, content: bytes) -> Any:
        """As a page uploads it. Raises CallFailed."""
        async with self._http.post(
            f"{self.url}/api/v1{path}",
            params={"name": name},
            data=content,
            headers={"Origin": self.url, "Content-Type": "application/octet-stream"},
        ) as answer:
            body = await answer.json()
            if answer.status >= 400:
                raise CallFailed(answer.status, body["error"]["code"], body["error"]["message"])
            return body

    async def download(self, path: str) -> bytes:
        """The bytes behind a path that the API gave (absolute, or under ``/api/v1``)."""
        async with self._http.get(f"{self.url}{path}") as answer:
            answer.raise_for_status()
            return await answer.read()

    async def accept_invitation(self, link: str, name: str, password: str) -> dict[str, Any]:
        return await self.post(
            f"/invitations/by-token/{link.rsplit('/', 1)[-1]}", {"name": name, "password": password}
        )  # fmt: skip

    async def take_seat(self, link: str, name: str) -> dict[str, Any]:
        return await self.post(f"/join/{link.rsplit('/', 1)[-1]}", {"name": name})

    async def wait_for_stage(self, recording_id: str, stages: set[str], limit_s: float) -> str:
        """Poll the job until its stage is one of ``stages``; TimeoutError otherwise."""
        async with asyncio.timeout(limit_s):
            while True:
                job = await self.get(f"/recordings/{recording_id}/job")
                if job["stage"] in stages:
                    return job["stage"]
                await asyncio.sleep(0.5)
