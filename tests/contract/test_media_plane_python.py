"""The plane in plain Python keeps the contract."""

from __future__ import annotations

import pytest

from server.media.plane_settings import PlaneSettings
from server.media.python_plane import PythonPlane
from tests.contract.media_codecs import *  # noqa: F403
from tests.contract.media_plane import *  # noqa: F403


@pytest.fixture
def plane(request: pytest.FixtureRequest) -> PythonPlane:
    host = getattr(request, "param", "127.0.0.1")
    return PythonPlane(PlaneSettings(host=host, disk_watermark=0, consent_s=4.0))
