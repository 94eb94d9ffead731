"""Writers of library.db queue up, so a crowd that comes at once is served and not refused."""

from __future__ import annotations

import asyncio
from pathlib import Path

from sqlalchemy import event

from tests.house import open_house


async def test_a_crowd_of_writers_takes_turns(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        fay = await house.person("fay", "facilitator")
        owner = (await fay.json("GET", "/me"))["user"]["user_id"]
        engine = house.library._writing.sync_engine
        at_once: list[int] = []
        open_now: set[int] = set()

        @event.listens_for(engine, "begin")
        def _begin(connection: object) -> None:
            open_now.add(id(connection))
            at_once.append(len(open_now))

        @event.listens_for(engine, "commit")
        def _commit(connection: object) -> None:
            open_now.discard(id(connection))

        async def write(number: int) -> None:
            async with house.library.write() as unit:
                await asyncio.sleep(0)  # others would begin here
                await unit.sessions.add_course(
                    f"c{number}", f"Course {number}", owner, house.clock()
                )

        at_once.clear()
        await asyncio.gather(*(write(number) for number in range(60)))
        assert at_once == [1] * 60
