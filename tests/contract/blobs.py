"""What every ``Blobs`` adapter must do; a subclass gives the fixture ``blobs``."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from server.domain.errors import Invalid, NotFound
from server.services.ports import Blobs


async def chunks(*parts: bytes) -> AsyncIterator[bytes]:
    for part in parts:
        yield part


async def content(blobs: Blobs, key: str, start: int = 0, length: int | None = None) -> bytes:
    return b"".join([chunk async for chunk in blobs.read(key, start, length)])


class BlobsContract:
    async def test_what_was_written_is_read(self, blobs: Blobs) -> None:
        assert await blobs.write("a/b.bin", chunks(b"one", b"two")) == 6
        assert await content(blobs, "a/b.bin") == b"onetwo"
        assert await blobs.size("a/b.bin") == 6

    async def test_a_range_is_read(self, blobs: Blobs) -> None:
        await blobs.write("x", chunks(b"0123456789"))
        assert await content(blobs, "x", 3, 4) == b"3456"
        assert await content(blobs, "x", 8) == b"89"
        assert await content(blobs, "x", 8, 100) == b"89"
        assert await content(blobs, "x", 100) == b""

    async def test_writing_again_replaces(self, blobs: Blobs) -> None:
        await blobs.write("x", chunks(b"a longer one"))
        await blobs.write("x", chunks(b"short"))
        assert await content(blobs, "x") == b"short"

    async def test_a_broken_write_leaves_the_old_content(self, blobs: Blobs) -> None:
        await blobs.write("x", chunks(b"good"))

        async def breaking() -> AsyncIterator[bytes]:
            yield b"ba"
            raise ConnectionError

        with pytest.raises(ConnectionError):
            await blobs.write("x", breaking())
        assert await content(blobs, "x") == b"good"
        assert await blobs.keys() == ["x"]

    async def test_what_is_not_there(self, blobs: Blobs) -> None:
        assert await blobs.size("gone") is None
        assert blobs.local_path("gone") is None
        with pytest.raises(NotFound):
            await content(blobs, "gone")
        await blobs.delete("gone")

    async def test_keys_are_listed_by_folder(self, blobs: Blobs) -> None:
        for key in ("r/1/b", "r/1/a", "r/2/a", "rest"):
            await blobs.write(key, chunks(b"."))
        assert await blobs.keys("r/1") == ["r/1/a", "r/1/b"]
        assert await blobs.keys() == ["r/1/a", "r/1/b", "r/2/a", "rest"]
        assert await blobs.keys("nowhere") == []
        await blobs.delete("r/1/a")
        assert await blobs.keys("r/1") == ["r/1/b"]

    @pytest.mark.parametrize(
        "key",
        ["", "/etc/passwd", "..", "a/../b", "a//b", "a/", ".hidden", "a/.b", "a\x00b", "a\\b",
         "ä", "a/" * 300 + "b", "~root", "a b"],
    )  # fmt: skip
    async def test_a_key_that_is_none_is_refused(self, blobs: Blobs, key: str) -> None:
        with pytest.raises(Invalid):
            await blobs.write(key, chunks(b"."))
        with pytest.raises(Invalid):
            await content(blobs, key)
        with pytest.raises(Invalid):
            await blobs.size(key)
        with pytest.raises(Invalid):
            await blobs.delete(key)
        with pytest.raises(Invalid):
            blobs.local_path(key)
