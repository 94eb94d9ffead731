"""Pictures that came and could not be drawn: found by the compose step, told by the recording."""

from __future__ import annotations

from pathlib import Path

import msgspec

from recordings.facts import Facts
from recordings.spans import Spans
from server.schemas.recordings import Gap

_NAME = "undrawn.json"


def keep(folder: Path, undrawn: Spans) -> None:
    """Beside what the compose step made; recording time."""
    (folder / _NAME).write_bytes(msgspec.json.encode(undrawn))


def with_undrawn(facts: Facts, folder: Path) -> Facts:
    """Said like any other gap: nothing is cut out, a picture is missing from there on."""
    path = folder / _NAME
    if not path.exists():  # composed by an older version
        return facts
    undrawn = msgspec.json.decode(path.read_bytes(), type=Spans)
    gaps = [*facts.gaps, *(Gap(round(span.start_ms), 0, "undrawn") for span in undrawn)]
    return msgspec.structs.replace(facts, gaps=sorted(gaps, key=lambda gap: gap.at_ms))
