"""Pictures of whiteboards: ``whiteboards/<session_id>/<picture_id>.svg`` in the data folder."""

from __future__ import annotations

from collections.abc import AsyncIterator

from server.services.ports import Blobs

FOLDER = "whiteboards"


def picture_key(session_id: str, picture_id: str) -> str:
    return f"{FOLDER}/{session_id}/{picture_id}.svg"


class PictureFiles:
    """``PictureStore`` on the blobs."""

    def __init__(self, blobs: Blobs) -> None:
        self._blobs = blobs

    async def put(self, session_id: str, picture_id: str, svg: bytes) -> None:
        async def once() -> AsyncIterator[bytes]:
            yield svg

        await self._blobs.write(picture_key(session_id, picture_id), once())
