"""The native plane keeps the contract, under AddressSanitizer and UndefinedBehaviorSanitizer."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from server.media import native_build
from server.media.native_plane import NativePlane
from server.media.switchboard import PlaneSettings
from tests.contract.media_plane import *  # noqa: F403


@pytest.fixture
async def plane(request: pytest.FixtureRequest) -> AsyncIterator[NativePlane]:
    host = getattr(request, "param", "127.0.0.1")
    settings = PlaneSettings(host=host, disk_watermark=0, consent_s=4.0)
    made = NativePlane(settings, native_build.build("checked"))
    yield made
    # A broken access ends the process at once, memory that nobody owns does at its end.
    assert made.exit_code == 0
