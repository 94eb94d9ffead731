"""Fixtures and collection rules shared by every level of tests."""

from __future__ import annotations

import faulthandler
import os
import socket
import sys
from collections.abc import Generator
from pathlib import Path

import pytest

# Every data folder of a test finds the models that `make test` fetched, also when pytest is called
# by itself.
os.environ.setdefault("REPRISE_MODELS", str(Path(__file__).resolve().parent.parent / "data/models"))


STOP_S = 180
"""what a test that ran out of time has to put its things away"""
_stderr = pytest.StashKey[int]()


def pytest_configure(config: pytest.Config) -> None:
    # Before anything is captured, so that the last words are heard.
    config.stash[_stderr] = os.dup(sys.__stderr__.fileno() if sys.__stderr__ else 2)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """A test's time limit interrupts it once. What hangs after that, when it puts its things away,
    would hang for ever: then all ends, and it is told where everybody stood."""
    marker = item.get_closest_marker("timeout")
    limit_s = float(marker.args[0] if marker else item.config.getini("timeout"))
    faulthandler.dump_traceback_later(limit_s + STOP_S, exit=True, file=item.config.stash[_stderr])
    try:
        return (yield)
    finally:
        faulthandler.cancel_dump_traceback_later()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--screenshots", default=None, help="folder to draw every page into")


@pytest.fixture(autouse=True)
def stands_back() -> Generator[None]:
    """Real-time priority outlives the test that got it, and what later tests start has it too:
    a hundred threads that nothing else can interrupt hold the whole machine."""
    yield
    if hasattr(os, "sched_getscheduler"):
        assert os.sched_getscheduler(0) == os.SCHED_OTHER


@pytest.fixture
def free_port() -> int:
    """A TCP port nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture(scope="session")
def repository() -> Path:
    return Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def is_ci() -> bool:
    return bool(os.environ.get("CI"))
