"""The work folder after a publication."""

from __future__ import annotations

from pathlib import Path

import pytest

from recordings.workshop import Workshop


def folders(root: Path) -> list[str]:
    return sorted(path.name for path in root.iterdir())


@pytest.fixture
def workshop(tmp_path: Path) -> Workshop:
    shop = Workshop(tmp_path / "work")
    for step in ("merge", "assemble", "compose"):
        shop.make(step, "d1", lambda out: (out / "big").write_bytes(b"x"))  # type: ignore[misc]
    shop.scratch("pieces-d1")
    return shop


def test_only_what_is_named_stays(workshop: Workshop) -> None:
    workshop.make("merge", "older", lambda out: None)
    workshop.keep_only({workshop.folder("merge", "d1")})
    assert folders(workshop.root) == ["merge-d1"]
    workshop.keep_only({workshop.folder("merge", "d1")})


def test_what_a_killed_worker_left_half_removed_goes_too(workshop: Workshop) -> None:
    half = workshop.root / ".aside-assemble-d1-0123"
    workshop.folder("assemble", "d1").rename(half)
    (half / "big").unlink()
    workshop.keep_only(set())
    assert folders(workshop.root) == []


def test_nothing_to_prune_is_fine(tmp_path: Path) -> None:
    Workshop(tmp_path / "none").keep_only(set())
