"""The command line on a data folder of its own, and the server as people start it."""

from __future__ import annotations

import asyncio
import io
import json
import re
import signal
import socket
import sys
from pathlib import Path

import pytest
from aiohttp import ClientSession

from server import __version__
from server.cli import main
from tests.house import PASSWORD


def run(*arguments: str, data: Path) -> int:
    return main([*arguments, "--data", str(data)])


def test_an_admin_is_made_and_can_be_reset(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    who = ("create-admin", "--name", "Ada", "--email", "Ada@Example.org", "--password-stdin")
    for password, status in (("short", 1), (PASSWORD, 0), (PASSWORD, 1)):
        monkeypatch.setattr(sys, "stdin", io.StringIO(password + "\n"))
        assert run(*who, data=tmp_path) == status
    told = capsys.readouterr()
    assert "ada@example.org is an admin" in told.out
    assert "at least 10 characters" in told.err
    assert "There is an account with this e-mail address" in told.err
    assert run("reset-link", "ada@example.org", data=tmp_path) == 0
    assert re.search(r"http://localhost:8080/reset/[\w-]{43}\n", capsys.readouterr().out)
    assert run("reset-link", "bo@example.org", data=tmp_path) == 1


def test_version_and_bad_settings(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("version", data=tmp_path) == 0
    assert capsys.readouterr().out.strip() == __version__
    assert main(["serve", "--port", "eighty"]) == 78
    assert "--port is 'eighty'" in capsys.readouterr().err


def test_the_doctor_names_what_is_wrong_and_what_to_do(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data = tmp_path / "data"
    data.mkdir()
    (data / "library.db").write_bytes(b"no database at all" * 100)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as taken:
        taken.bind(("127.0.0.1", 0))
        port = str(taken.getsockname()[1])
        status = run(
            "doctor", "--bind", "127.0.0.1", "--media-port", port,
            "--web-dist", str(tmp_path), data=data,
        )  # fmt: skip
    told = capsys.readouterr().out
    assert status == 1
    assert "FAIL  library.db: damaged" in told
    assert "reprise restore FILE" in told
    assert f"media port: {port}: Address already in use" in told
    assert "FAIL  web app" in told
    assert re.search(r"ok +ffmpeg encoders: libx264", told)


async def test_the_server_starts_serves_and_ends(tmp_path: Path, free_port: int) -> None:
    async def start() -> tuple[asyncio.subprocess.Process, list[str]]:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "server.cli", "server", "--data", str(tmp_path / "data"),
            "--bind", "127.0.0.1", "--port", str(free_port), "--https-port", "off",
            "--media-port", "0",
            stdout=asyncio.subprocess.PIPE,
        )  # fmt: skip
        assert process.stdout is not None
        lines: list[str] = []
        while not lines or "first admin" not in lines[-1]:
            line = (await process.stdout.readline()).decode()
            assert line, "the server ended"
            lines.append(line)
        return process, lines

    process, lines = await start()
    base = f"http://127.0.0.1:{free_port}/api/v1"
    token = re.search(r"/setup\?token=([\w-]+)", lines[-1])
    assert token is not None
    async with ClientSession() as browser:
        async with browser.get(f"{base}/healthz") as answer:
            assert (await answer.json())["status"] == "ok"
        second = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "server.cli", "server", "--data", str(tmp_path / "data"),
            "--bind", "127.0.0.1", "--port", str(free_port),
            stderr=asyncio.subprocess.PIPE,
        )  # fmt: skip
        _, refusal = await second.communicate()
        assert second.returncode == 78
        assert b"Another server already runs" in refusal
    process.send_signal(signal.SIGKILL)
    await process.wait()
    process, lines = await start()
    fresh = re.search(r"/setup\?token=([\w-]+)", lines[-1])
    assert fresh is not None
    async with ClientSession() as browser:
        body = {"name": "Ada", "email": "ada@example.org", "password": PASSWORD}
        for link, status in ((token, 403), (fresh, 200)):
            data = json.dumps({**body, "token": link.group(1)})
            async with browser.post(
                f"{base}/setup", data=data, headers={"Content-Type": "application/json"}
            ) as answer:
                assert answer.status == status
    process.send_signal(signal.SIGTERM)
    assert await asyncio.wait_for(process.wait(), 20) == 0
    assert not list((tmp_path / "data").glob("*.db-wal"))
