"""What kind of file a material is, found out from what is in it: a PDF, a picture or plain text."""

from __future__ import annotations

import io

from server.domain.errors import Invalid
from server.services.file_kinds import PICTURES, TEXT, Sniffer

SHOWN = frozenset({*PICTURES, TEXT})
"""in the browser, in a sandbox; a PDF's viewer does not run in one, so that is saved"""


def refused() -> Invalid:
    return Invalid("material_type_refused", "A PDF, a picture or plain text, please.", field="file")


class KindSniffer:
    """Feed every chunk, in order, then ask ``finish``. Raises as soon as it is certain."""

    def __init__(self) -> None:
        self._inner = Sniffer()

    def feed(self, chunk: bytes) -> None:
        try:
            self._inner.feed(chunk)
        except Invalid:
            raise refused() from None

    def finish(self) -> str:
        try:
            # Only archives are looked into again, and none is taken.
            return self._inner.finish(io.BytesIO())
        except Invalid:
            raise refused() from None
