"""Fixtures and collection rules shared by every level of tests."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest

# Every data folder of a test finds the models that `make test` fetched, also when pytest is called
# by itself.
os.environ.setdefault("REPRISE_MODELS", str(Path(__file__).resolve().parent.parent / "data/models"))

LEVELS_ON_ONE_WORKER = ("media", "e2e")
"""Levels whose tests measure time or fill the processor: they share one worker."""


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--screenshots", default=None, help="folder to draw every page into")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Keep the heavy levels on one xdist worker and let the light ones start first."""
    root = Path(__file__).parent
    for item in items:
        level = item.path.relative_to(root).parts[0]
        if level in LEVELS_ON_ONE_WORKER or "media_plane" in item.path.stem:
            item.add_marker(pytest.mark.xdist_group("timed"))


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
