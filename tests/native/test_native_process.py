"""The native plane's process: it may die, and it may be impossible to build."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import socket
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from server.app import CannotStart, compose, media_plane, prepare_data
from server.media import native_build
from server.media import native_protocol as wire
from server.media.native_plane import NativePlane
from server.media.native_process import NativeProcess
from server.media.plane_settings import PlaneSettings
from server.media.python_plane import PythonPlane
from server.media.srtp import SrtpKeys
from server.media_choice import PlaneChoice, choose_plane, obtain_program
from server.settings import Settings
from tests.contract.media_plane import Hall


@pytest.fixture
async def hall() -> AsyncIterator[Hall]:
    made = Hall(NativePlane(PlaneSettings(host="127.0.0.1", disk_watermark=0)))
    await made.start()
    yield made
    await made.close()


def plane_of(hall: Hall) -> NativePlane:
    assert isinstance(hall.plane, NativePlane)
    return hall.plane


async def test_a_process_that_dies_is_replaced_at_the_same_port(
    hall: Hall, caplog: pytest.LogCaptureFixture
) -> None:
    plane = plane_of(hall)
    port, pid = plane.port, plane.pid
    os.kill(plane.pid, signal.SIGKILL)
    await asyncio.wait_for(_replaced(plane, pid), 20)
    assert plane.port == port
    bob, carl = await hall.join("bob"), await hall.join("carl")
    bob.speaks(880)
    await carl.hears("audio0", 880)
    await plane.close()
    assert plane.exit_code == 0
    assert "reprise-plane ended with code -9" in caplog.text


async def _replaced(plane: NativePlane, before: int) -> None:
    while plane.pid == before or not plane.is_ready:
        await asyncio.sleep(0.02)


async def test_the_process_goes_with_its_server(hall: Hall) -> None:
    """The socket closes with the server, however that ends."""
    plane = plane_of(hall)
    process = plane._process
    assert process is not None
    process._on_end = lambda _: None  # nobody replaces it
    process._hang_up()
    assert await process.reap() == 0


async def test_what_carries_keys_down_is_wiped(hall: Hall, monkeypatch: pytest.MonkeyPatch) -> None:
    carried: list[bytearray] = []
    make = wire.keys

    def keys(number: int, secret: SrtpKeys) -> bytearray:
        carried.append(make(number, secret))
        assert any(carried[-1][6:])
        return carried[-1]

    monkeypatch.setattr(wire, "keys", keys)
    bob, carl = await hall.join("bob"), await hall.join("carl")
    bob.speaks(880)
    await carl.client.wait_for(lambda: carl.received("audio0") > 0)  # they were taken
    assert [any(one) for one in carried] == [False, False]


async def test_keys_that_wait_for_a_process_are_wiped_with_it() -> None:
    process = NativeProcess(lambda _: None, lambda _: None)
    process._loop = asyncio.get_running_loop()
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with theirs:
        process._listen(ours)
        secrets = [bytearray(b"k" * 1000) for _ in range(5000)]
        for secret in secrets:
            process.send(secret)
        assert any(secrets[-1]), "it waits"
        process._hang_up()
    assert not any(any(secret) for secret in secrets)


@pytest.fixture
def nowhere(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Nothing has been built, and there is no compiler."""
    made = tmp_path / "built"
    monkeypatch.setattr(native_build, "compiler", lambda: None)
    monkeypatch.setattr(native_build, "BUILT", made)
    return made


def test_without_a_compiler_the_plane_in_python_serves_and_says_so(
    nowhere: Path, caplog: pytest.LogCaptureFixture
) -> None:
    choice = choose_plane("auto")
    assert isinstance(media_plane(Settings(), choice), PythonPlane)
    assert "apt-get install gcc libc6-dev libssl-dev" in choice.lack
    (line,) = caplog.messages
    assert choice.lack in line
    assert not nowhere.exists()


def test_the_native_plane_alone_is_demanded_or_there_is_none(
    nowhere: Path, tmp_path: Path, repository: Path
) -> None:
    with pytest.raises(native_build.CannotBuild, match="apt-get install gcc"):
        choose_plane("native")
    prepare_data(tmp_path)
    with pytest.raises(CannotStart, match=r"apt-get install gcc.*REPRISE_MEDIA_PLANE=auto"):
        compose(Settings(data=tmp_path, media_plane="native", has_captions=False))
    assert choose_plane("python") == PlaneChoice(None)


def test_it_is_the_native_plane_where_it_can_be_had() -> None:
    choice = choose_plane("auto")
    assert (choice.name, choice.lack) == ("native", "")
    assert isinstance(media_plane(Settings(), choice), NativePlane)


def test_a_program_that_does_not_run_here_is_built_again(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    good = native_build.build()
    monkeypatch.setattr(native_build, "BUILT", tmp_path)
    program = native_build.path_of()
    program.write_text("#!/bin/sh\necho 'libcrypto.so.3: cannot open' >&2; exit 127\n")
    program.chmod(0o755)
    monkeypatch.setattr(native_build, "build", lambda: shutil.copy(good, program))
    assert obtain_program() == program
    assert "libcrypto.so.3: cannot open" in caplog.text
    program.write_text("#!/bin/sh\nexit 1\n")
    monkeypatch.setattr(native_build, "build", lambda: program.write_text("#!/bin/sh\nexit 3\n"))
    with pytest.raises(native_build.CannotBuild, match="does not run here"):
        obtain_program()


def test_headers_that_are_missing_are_named(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    compiler = tmp_path / "cc"
    compiler.write_text("#!/bin/sh\necho 'srtp.c:3: fatal error: openssl/evp.h: No such file' >&2\n"
                        "exit 1\n")  # fmt: skip
    compiler.chmod(0o755)
    monkeypatch.setenv("CC", str(compiler))
    with pytest.raises(native_build.CannotBuild, match="apt-get install libssl-dev"):
        native_build.build("program", tmp_path / "out")
