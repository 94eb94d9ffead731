"""The list of sites that may be shown, and what it opens in the pages' policy (WE4)."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from server.domain import commands as c
from tests.house import House, open_house


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    (tmp_path / "dist").mkdir()
    (tmp_path / "dist" / "index.html").write_text("<!doctype html><title>x</title>")
    async with open_house(tmp_path) as house:
        yield house


async def test_WE4_admins_keep_the_list_and_pages_may_frame_no_other_site(house: House) -> None:
    admin = await house.person("ada", "admin")
    listed = [one["origin"] for one in await admin.json("GET", "/web-origins")]
    assert "https://phet.colorado.edu" in listed
    bad = await admin.refused("POST", "/web-origins", {"address": "http://x.example/"})
    assert bad == (400, "bad_web_address")
    made = await admin.json("POST", "/web-origins", {"address": "https://X.example/a?b"}, 201)
    assert made == {"origin": "https://x.example"}
    again = await admin.refused("POST", "/web-origins", {"address": "https://x.example"})
    assert again == (409, "site_listed_already")
    await admin.json("DELETE", "/web-origins/www.desmos.com", status=204)
    assert await admin.refused("DELETE", "/web-origins/www.desmos.com") == (404, "not_found")
    page = await admin.client.get("/sessions/x")
    policy = dict(
        part.strip().split(" ", 1) for part in page.headers["Content-Security-Policy"].split(";")
    )
    frames = policy["frame-src"].split()
    assert frames[0] == "'self'"
    assert "https://x.example" in frames
    assert "https://www.desmos.com" not in frames
    assert all(one.startswith("https://") and "*" not in one for one in frames[1:])


async def test_WE2_what_was_just_listed_can_be_shown_in_a_class_that_goes_on(house: House) -> None:
    admin = await house.person("ada", "admin")
    fay = await house.person("fay", "facilitator")
    session_id = await house.session(fay)
    async with house.socket(fay, session_id) as socket:
        await house.do(fay, session_id, c.StartSession())
        command = {"type": "share_web_page", "url": "https://x.example/a"}
        assert (await socket.command(command))["error"]["code"] == "site_not_listed"
        await admin.json("POST", "/web-origins", {"address": "https://x.example"}, 201)
        assert (await socket.command(command))["ok"]
        await admin.json("DELETE", "/web-origins/x.example", status=204)
        other = {**command, "url": "https://x.example/b"}
        assert (await socket.command(other))["error"]["code"] == "site_not_listed"
