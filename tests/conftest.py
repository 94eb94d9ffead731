"""Fixtures and collection rules shared by every level of tests."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest

# Every data folder of a test finds the models that `make test` fetched, also when pytest is called
# by itself.
os.environ.setdefault("REPRISE_MODELS", str(Path(__file__).resolve().parent.parent / "data/models"))


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--screenshots", default=None, help="folder to draw every page into")


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
