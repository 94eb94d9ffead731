"""Accounts over HTTP: setting up, signing in and out, inviting, resetting, roles."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from server.storage import tables as t
from tests.house import PASSWORD, House, open_house


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    async with open_house(tmp_path) as house:
        yield house


def credentials(name: str, password: str = PASSWORD) -> dict[str, str]:
    return {"email": f"{name}@example.org", "password": password}


async def test_the_first_admin_needs_the_link_and_gets_it_once(house: House) -> None:
    identity = house.composition.services.identity
    stranger = await house.stranger()
    assert (await stranger.json("GET", "/me"))["needs_setup"] is True
    older = await identity.new_setup_token()
    token = await identity.new_setup_token()
    body = {"token": token, "name": "Ada", **credentials("ada")}
    assert await stranger.refused("POST", "/setup", {**body, "token": older}) == (
        403,
        "setup_link_invalid",
    )
    user = await stranger.json("POST", "/setup", body)
    assert user["role"] == "admin"
    me = await stranger.json("GET", "/me")
    assert (me["user"]["email"], me["needs_setup"]) == ("ada@example.org", False)
    assert await stranger.refused("POST", "/setup", body) == (409, "already_set_up")
    assert await identity.new_setup_token() is None


async def test_only_hashes_of_secrets_are_stored(house: House) -> None:
    token = await house.composition.services.identity.new_setup_token()
    assert token is not None
    admin = await house.person("ada", "admin")
    invitation = await admin.json(
        "POST", "/invitations", {"email": "b@x.org", "name": "B", "role": "learner"}, 201
    )
    secret = invitation["link"].removeprefix("/invite/")
    content = b"".join(path.read_bytes() for path in house.data.glob("library.db*"))
    for word in (token, secret, PASSWORD):
        assert word.encode() not in content


async def test_wrong_password_unknown_address_and_disabled_account_look_alike(
    house: House,
) -> None:
    admin = await house.person("ada", "admin")
    bo = await house.person("bo")
    assert bo.user is not None
    await admin.json("PATCH", f"/users/{bo.user.user_id}", {"is_disabled": True})
    stranger = await house.stranger()
    answers = [
        await stranger.refused("POST", "/sign-in", body)
        for body in (credentials("ada", "x"), credentials("nobody"), credentials("bo"))
    ]
    assert answers == [(401, "wrong_password")] * 3


async def test_sign_in_is_throttled_by_account_and_address(house: House) -> None:
    await house.person("ada", "admin")
    stranger = await house.stranger()
    for _ in range(8):
        assert (await stranger.refused("POST", "/sign-in", credentials("ada", "x")))[0] == 401
    answer = await stranger.ask("POST", "/sign-in", credentials("ADA"))
    assert answer.status == 429
    assert answer.headers["Retry-After"] == "300"
    assert (await answer.json())["error"]["retry_after_s"] == 300.0
    assert (await stranger.refused("POST", "/sign-in", credentials("bo", "x")))[0] == 401
    house.clock.advance(seconds=299)
    assert (await stranger.refused("POST", "/sign-in", credentials("ada")))[0] == 429
    house.clock.advance(seconds=2)
    await stranger.json("POST", "/sign-in", credentials("ada"))


async def test_an_address_is_throttled_whatever_it_tries(house: House) -> None:
    stranger = await house.stranger()
    statuses = [
        (await stranger.refused("POST", "/sign-in", credentials(f"nobody{number}")))[0]
        for number in range(101)
    ]
    assert statuses == [401] * 100 + [429]


async def test_signing_out_ends_this_browser_only_and_everywhere_ends_all(house: House) -> None:
    first = await house.person("ada", "admin")
    second = await house.stranger()
    await second.json("POST", "/sign-in", credentials("ada"))
    await first.json("POST", "/sign-out", status=204)
    assert (await first.json("GET", "/me"))["user"] is None
    await second.json("GET", "/users")
    third = await house.stranger()
    await third.json("POST", "/sign-in", credentials("ada"))
    await third.json("POST", "/sign-out-everywhere", status=204)
    assert await second.refused("GET", "/users") == (401, "not_signed_in")
    await second.json("POST", "/sign-in", credentials("ada"))
    await second.json("GET", "/users")


async def test_signing_out_closes_what_this_browser_has_open(house: House) -> None:
    fay = await house.person("fay", "facilitator")
    first = await house.session(fay)
    second = await house.session(fay)
    phone = await house.stranger()
    await phone.json("POST", "/sign-in", credentials("fay"))
    async with (
        house.socket(fay, first) as at_the_laptop,
        house.socket(phone, second) as at_the_phone,
    ):
        await fay.json("POST", "/sign-out", status=204)
        assert await at_the_laptop.closed() == "signed_out"
        answer = await at_the_phone.command({"type": "start_session"})
        assert answer["ok"], answer


async def test_a_socket_whose_sign_in_ended_elsewhere_is_given_no_more_commands(
    house: House,
) -> None:
    """As when the password is set anew from the command line, beside the server."""
    fay = await house.person("fay", "facilitator")
    session_id = await house.session(fay)
    async with house.socket(fay, session_id) as socket:
        async with house.library.write() as unit:
            assert fay.user is not None
            await unit.accounts.change_user(fay.user.user_id, sign_in_epoch=9)
        answer = await socket.command({"type": "start_session"})
        assert answer["error"]["code"] == "signed_out"
        assert await socket.closed() == "signed_out"


async def test_a_sign_in_runs_out(house: House) -> None:
    ada = await house.person("ada")
    house.clock.advance(days=29)
    await ada.json("GET", "/courses")
    house.clock.advance(days=2)
    assert await ada.refused("GET", "/courses") == (401, "not_signed_in")


async def test_an_invitation_makes_one_account_with_its_role(house: House) -> None:
    admin = await house.person("ada", "admin")
    body = {"email": "Bo@Example.org", "name": "Bo", "role": "facilitator"}
    invitation = await admin.json("POST", "/invitations", body, 201)
    assert [i["link"] for i in await admin.json("GET", "/invitations")] == [None]
    by_token = "/invitations/by-token/" + invitation["link"].removeprefix("/invite/")
    guest = await house.stranger()
    assert (await guest.json("GET", by_token))["email"] == "bo@example.org"
    accepted = {"name": "Bo B.", "password": PASSWORD}
    user = await guest.json("POST", by_token, accepted)
    assert (user["email"], user["role"], user["name"]) == ("bo@example.org", "facilitator", "Bo B.")
    assert (await guest.json("GET", "/me"))["user"]["user_id"] == user["user_id"]
    assert await guest.refused("POST", by_token, accepted) == (404, "not_found")
    assert await admin.refused("POST", "/invitations", body) == (409, "email_taken")


@pytest.mark.parametrize("ending", ["revoked", "expired"])
async def test_an_invitation_ends(house: House, ending: str) -> None:
    admin = await house.person("ada", "admin")
    body = {"email": "bo@example.org", "name": "Bo", "role": "learner"}
    invitation = await admin.json("POST", "/invitations", body, 201)
    if ending == "revoked":
        await admin.json("DELETE", f"/invitations/{invitation['invitation_id']}", status=204)
    else:
        house.clock.advance(days=14, seconds=1)
    by_token = "/invitations/by-token/" + invitation["link"].removeprefix("/invite/")
    guest = await house.stranger()
    assert await guest.refused("GET", by_token) == (404, "not_found")


async def test_a_reset_sets_the_password_once_and_signs_out(house: House) -> None:
    admin, bo = await house.person("ada", "admin"), await house.person("bo")
    assert bo.user is not None
    older = await admin.json("POST", f"/users/{bo.user.user_id}/reset")
    reset = await admin.json("POST", f"/users/{bo.user.user_id}/reset")
    path = "/resets/" + reset["link"].removeprefix("/reset/")
    body = {"password": "a whole new secret"}
    old_path = "/resets/" + older["link"].removeprefix("/reset/")
    stranger = await house.stranger()
    assert await stranger.refused("POST", old_path, body) == (404, "not_found")
    await stranger.json("POST", path, body, 204)
    assert await stranger.refused("POST", path, body) == (404, "not_found")
    assert await bo.refused("GET", "/courses") == (401, "not_signed_in")
    assert (await bo.refused("POST", "/sign-in", credentials("bo")))[0] == 401
    await bo.json("POST", "/sign-in", credentials("bo", body["password"]))


@pytest.mark.parametrize("change", [{"role": "learner"}, {"is_disabled": True}])
async def test_the_last_admin_stays(house: House, change: dict[str, Any]) -> None:
    ada = await house.person("ada", "admin")
    assert ada.user is not None
    path = f"/users/{ada.user.user_id}"
    assert await ada.refused("PATCH", path, change) == (409, "last_admin")
    assert (await ada.json("GET", "/me"))["user"]["role"] == "admin"
    bo = await house.person("bo", "admin")
    await bo.json("PATCH", path, change)
    assert (await ada.refused("GET", "/users"))[0] in (401, 403)


async def test_a_role_counts_from_the_next_request(house: House) -> None:
    ada, bo = await house.person("ada", "admin"), await house.person("bo", "facilitator")
    assert bo.user is not None
    await bo.json("POST", "/courses", {"title": "History"}, 201)
    await ada.json("PATCH", f"/users/{bo.user.user_id}", {"role": "learner"})
    assert await bo.refused("POST", "/courses", {"title": "More"}) == (403, "needs_facilitator")


async def test_a_changed_cookie_opens_nothing(house: House) -> None:
    ada = await house.person("ada", "admin")
    async with house.library.read() as unit:
        rows = await unit.accounts._c.execute(select(t.sign_ins.c.sign_in_id))
        sign_in_id = rows.scalar_one()
    stranger = await house.stranger()
    for value in (sign_in_id, f'"{sign_in_id}".AAAA', ""):
        answer = await stranger.ask("GET", "/users", cookies={"reprise_session": value})
        assert answer.status == 401
    await ada.json("GET", "/users")
