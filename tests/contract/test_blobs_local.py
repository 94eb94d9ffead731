"""The local disk as a store of blobs."""

from __future__ import annotations

from pathlib import Path

import pytest

from server.domain.errors import Invalid
from server.storage.blobs import LocalBlobs
from tests.contract.blobs import BlobsContract, chunks


class TestLocalBlobs(BlobsContract):
    @pytest.fixture
    def blobs(self, tmp_path: Path) -> LocalBlobs:
        return LocalBlobs(tmp_path / "blobs")

    async def test_a_link_that_leads_outside_is_refused(
        self, blobs: LocalBlobs, tmp_path: Path
    ) -> None:
        (tmp_path / "secret").write_text("secret")
        (tmp_path / "blobs" / "out").symlink_to(tmp_path)
        with pytest.raises(Invalid):
            blobs.local_path("out/secret")

    async def test_nothing_is_left_aside(self, blobs: LocalBlobs, tmp_path: Path) -> None:
        await blobs.write("a/b", chunks(b"."))
        names = [path.name for path in (tmp_path / "blobs").rglob("*")]
        assert sorted(names) == ["a", "b"]
