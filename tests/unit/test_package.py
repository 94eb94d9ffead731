"""``server`` is a common name: what is imported must be ours."""

from __future__ import annotations

import importlib
from pathlib import Path

import pytest


@pytest.mark.parametrize("name", ["server", "recordings", "transcripts"])
def test_imported_package_is_this_projects(name: str, repository: Path) -> None:
    module = importlib.import_module(name)
    assert module.__file__ is not None
    assert Path(module.__file__).resolve().parent == repository / name
