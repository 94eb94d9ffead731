"""The list of sites whose pages may be shown in class; admins keep it (docs/rules.md, WE)."""

from __future__ import annotations

from server.domain.errors import Conflict
from server.domain.web_content import origin_of
from server.schemas.web_origins import AddWebOrigin, WebOrigin
from server.services.caller import Caller
from server.services.errors import not_found
from server.services.ports import Clock, Library

MOST = 200


class WebOrigins:
    def __init__(self, library: Library, now: Clock) -> None:
        self._library = library
        self._now = now
        self._known: tuple[str, ...] | None = None
        """as the pages' security policy has it; this process alone changes the list"""

    async def listed(self) -> tuple[str, ...]:
        if self._known is None:
            async with self._library.read() as unit:
                self._known = tuple(await unit.web_origins.all())
        return self._known

    async def origins(self, caller: Caller) -> list[WebOrigin]:
        caller.facilitator()
        return [WebOrigin(origin) for origin in await self.listed()]

    async def add(self, caller: Caller, body: AddWebOrigin) -> WebOrigin:
        caller.admin()
        origin = origin_of(body.address, "address")
        async with self._library.write() as unit:
            known = await unit.web_origins.all()
            if origin in known:
                raise Conflict("site_listed_already", "This site is on the list.", field="address")
            if len(known) >= MOST:
                raise Conflict("too_many_sites", f"The list holds {MOST} sites.", field="address")
            await unit.web_origins.add(origin, self._now())
        self._known = None
        return WebOrigin(origin)

    async def remove(self, caller: Caller, host: str) -> None:
        caller.admin()
        async with self._library.write() as unit:
            if not await unit.web_origins.remove(f"https://{host}"):
                raise not_found("site")
        self._known = None
