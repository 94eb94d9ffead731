"""What every answer carries, what every unsafe request must meet, and HTTPS."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator
from io import BytesIO
from pathlib import Path

import pytest
import socketio
from aiohttp import ClientSession, CookieJar, TCPConnector, web
from socketio.exceptions import ConnectionError as ConnectionRefused

from server.api.security import Exposure, content_policy
from server.services.sessions import SessionPlanning
from server.settings import Settings
from server.storage.secrets_folder import SecretsFolder, names_of, problem_of
from tests.house import PASSWORD, House, open_house

FOREIGN = {"Origin": "https://evil.example"}


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    dist = tmp_path / "dist"
    (dist / "assets").mkdir(parents=True)
    (dist / "index.html").write_text("<!doctype html><title>Reprise</title>")
    (dist / "assets" / "app-1a2b.js").write_text("export {}")
    async with open_house(tmp_path) as house:
        yield house


@pytest.mark.parametrize("path", ["/", "/api/v1/me", "/api/v1/nowhere", "/api/v1/users"])
async def test_every_answer_carries_the_headers(house: House, path: str) -> None:
    stranger = await house.stranger()
    answer = await stranger.client.get(path)
    policy = dict(
        part.split(" ", 1) for part in answer.headers["Content-Security-Policy"].split("; ")
    )
    assert policy["script-src"] == "'self' 'wasm-unsafe-eval'"
    assert policy["default-src"] == "'self'"
    assert policy["frame-ancestors"] == policy["object-src"] == policy["base-uri"] == "'none'"
    assert policy["worker-src"] == "'self' blob:"
    assert f"wss://{house.server.host}:{house.server.port}" in policy["connect-src"]
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Referrer-Policy"] == "same-origin"
    assert "camera=(self)" in answer.headers["Permissions-Policy"]
    assert "Server" not in answer.headers


def test_a_strange_host_does_not_get_into_the_policy() -> None:
    assert "evil" not in content_policy("a; script-src evil")
    assert "wss://[::1]:8443" in content_policy("[::1]:8443")


async def test_unsafe_requests_from_elsewhere_are_refused(house: House) -> None:
    ada = await house.person("ada", "admin")
    own = str(house.server.make_url("/")).rstrip("/")
    for headers in (
        FOREIGN,
        {"Origin": "null"},
        {"Origin": own + ".evil.example"},
        {"Origin": own.replace("http", "https")},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ):
        answer = await ada.ask("POST", "/courses", {"title": "C"}, headers=dict(headers))
        assert (answer.status, (await answer.json())["error"]["code"]) == (403, "bad_origin")
    for headers in ({"Origin": own}, {}, {"Sec-Fetch-Site": "same-origin"}):
        answer = await ada.ask("POST", "/courses", {"title": "C"}, headers=dict(headers))
        assert answer.status == 201
    assert (await ada.ask("GET", "/courses", headers=FOREIGN)).status == 200


async def test_sockets_from_elsewhere_are_refused(house: House) -> None:
    fay = await house.person("fay", "facilitator")
    session_id = await house.session(fay)
    cookies = fay.client.session.cookie_jar.filter_cookies(house.server.make_url("/"))
    cookie = "; ".join(f"{name}={morsel.value}" for name, morsel in cookies.items())
    url = str(house.server.make_url("/"))

    async def connect(origin: str) -> bool:
        client = socketio.AsyncClient(reconnection=False)
        try:
            await client.connect(
                url,
                headers={"Cookie": cookie, "Origin": origin},
                auth={"session_id": session_id},
                namespaces=["/live"],
                transports=["websocket"],
            )
        except ConnectionRefused:
            return False
        finally:
            await client.disconnect()
            await client.eio.http.close() if client.eio.http else None
        return True

    assert not await connect("https://evil.example")
    assert await connect(url.rstrip("/"))


async def test_a_body_must_be_json_and_small(house: House) -> None:
    ada = await house.person("ada", "admin")
    post = ada.client.post
    plain = await post("/api/v1/courses", data=b'{"title": "C"}')
    assert (plain.status, (await plain.json())["error"]["code"]) == (415, "unsupported_media_type")
    headers = {"Content-Type": "application/json"}
    broken = await post("/api/v1/courses", data=b"{", headers=headers)
    assert (broken.status, (await broken.json())["error"]["code"]) == (400, "malformed_json")
    large = await post("/api/v1/courses", data=BytesIO(b" " * (1 << 20) + b"{}"), headers=headers)
    assert (large.status, (await large.json())["error"]["code"]) == (413, "body_too_large")
    wrong = await ada.client.put("/api/v1/courses")
    assert (wrong.status, wrong.headers["Allow"]) == (405, "GET,POST")


async def test_pages_fall_back_to_the_app_and_assets_never_change(house: House) -> None:
    stranger = await house.stranger()
    for path in ("/", "/recordings/abc", "/join/token"):
        answer = await stranger.client.get(path)
        assert "<title>Reprise</title>" in await answer.text()
        assert answer.headers["Cache-Control"] == "no-cache"
    asset = await stranger.client.get("/assets/app-1a2b.js")
    assert "immutable" in asset.headers["Cache-Control"]
    assert (await stranger.client.get("/assets/gone.js")).status == 404
    assert (await stranger.client.get("/api/v1/nowhere")).status == 404


async def test_a_web_app_that_is_not_built_says_so(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        answer = await (await house.stranger()).client.get("/")
        assert answer.status == 503
        assert "make web" in await answer.text()


async def test_a_broken_handler_says_no_more_than_that(
    house: House, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    ada = await house.person("ada", "admin")

    async def fail(*_: object) -> None:
        raise RuntimeError("secret detail")

    monkeypatch.setattr(SessionPlanning, "courses", fail)
    status, code = await ada.refused("GET", "/courses")
    assert (status, code) == (500, "internal")
    assert "secret detail" in caplog.text


async def test_cookies_are_strict_and_bound_to_the_host_over_https(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        await house.person("ada", "admin")
        body = {"email": "ada@example.org", "password": PASSWORD}
        stranger = await house.stranger()
        answer = await stranger.ask("POST", "/sign-in", body)
        cookie = answer.headers["Set-Cookie"]
        assert cookie.startswith("reprise_session=")
        assert "HttpOnly" in cookie
        assert "SameSite=Lax" in cookie
        assert "Secure" not in cookie
        context = SecretsFolder(house.data).tls_context(["localhost", "127.0.0.1"])
        assert house.server.runner is not None
        site = web.TCPSite(house.server.runner, "127.0.0.1", 0, ssl_context=context)
        await site.start()
        server = site._server
        assert isinstance(server, asyncio.Server)
        port = server.sockets[0].getsockname()[1]
        trust = ssl.create_default_context(cafile=SecretsFolder(house.data).certificate_path)
        async with ClientSession(
            connector=TCPConnector(ssl=trust), cookie_jar=CookieJar(unsafe=True)
        ) as https:
            base = f"https://localhost:{port}"
            own = {"Origin": base}
            async with https.post(f"{base}/api/v1/sign-in", json=body, headers=own) as answer:
                assert answer.status == 200
                cookie = answer.headers["Set-Cookie"]
            assert cookie.startswith("__Host-reprise_session=")
            assert "Secure" in cookie
            assert "Path=/" in cookie
            assert "Domain" not in cookie
            async with https.get(f"{base}/api/v1/users") as answer:
                assert answer.status == 200


async def test_behind_a_proxy_the_public_address_counts(tmp_path: Path) -> None:
    settings = Settings(
        data=tmp_path / "data", web_dist=tmp_path, public_url="https://class.example.org"
    )
    async with open_house(tmp_path, settings=settings) as house:
        ada = await house.person("ada", "admin")
        host = {"Host": "class.example.org", "Origin": "https://class.example.org"}
        body = {"email": "ada@example.org", "password": PASSWORD}
        answer = await ada.ask("POST", "/sign-in", body, headers=dict(host))
        assert answer.headers["Set-Cookie"].startswith("__Host-reprise_session=")
        assert answer.headers["Strict-Transport-Security"] == "max-age=31536000"


async def test_a_forwarded_address_counts_only_from_a_trusted_proxy(house: House) -> None:
    from ipaddress import ip_network

    from aiohttp.test_utils import make_mocked_request

    request = make_mocked_request(
        "GET", "/", headers={"X-Forwarded-For": "1.1.1.1, 203.0.113.9, 10.0.0.2"}
    ).clone(remote="10.0.0.1")
    assert Exposure().address(request) == "10.0.0.1"
    trusting = Exposure(trusted_proxies=(ip_network("10.0.0.0/8"),))
    assert trusting.address(request) == "203.0.113.9"


def test_the_certificate_covers_this_machine_and_is_kept(tmp_path: Path) -> None:
    folder = SecretsFolder(tmp_path)
    folder.tls_context()
    first = folder.certificate()
    assert first is not None
    assert {"localhost", "127.0.0.1", "::1"} <= set(names_of(first))
    folder.tls_context()
    again = folder.certificate()
    assert again is not None
    assert again.serial_number == first.serial_number
    assert problem_of(again, ["192.0.2.77"]) == "it does not cover 192.0.2.77"
    folder.tls_context([*names_of(first), "192.0.2.77"])
    renewed = folder.certificate()
    assert renewed is not None
    assert {"192.0.2.77", "localhost"} <= set(names_of(renewed))
    for name in ("tls.key", "tls.crt"):
        assert (tmp_path / "secrets" / name).stat().st_mode & 0o777 == 0o600
    folder.cookie_key()
    assert (tmp_path / "secrets" / "cookie.key").stat().st_mode & 0o777 == 0o600
