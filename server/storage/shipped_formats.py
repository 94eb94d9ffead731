"""The debate formats that come with the program, a JSON file each in ``debate_formats``."""

from __future__ import annotations

import json
from functools import cache
from importlib.resources import files

from server.domain.debate_format import Format, check, from_data

DEFAULT = "quick"
ORDER = (
    DEFAULT, "british-parliamentary", "world-schools", "asian-parliamentary", "middle-school",
    "lincoln-douglas", "public-forum", "karl-popper", "jugend-debattiert", "oxford",
)  # fmt: skip


@cache
def shipped_formats() -> tuple[Format, ...]:
    """Checked like anybody's; the default first."""
    folder = files("server") / "debate_formats"
    return tuple(
        check(from_data(json.loads((folder / f"{format_id}.json").read_text(encoding="utf-8"))))
        for format_id in ORDER
    )
