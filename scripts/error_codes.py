"""Write docs/errors.md from the places that raise errors; ``--check`` only compares.

A code is part of the contract with whoever calls us, so the list is made from the code itself: the
literal codes our errors are built with, their kind and what they say.
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "errors.md"

STATUS = {
    "Invalid": 400, "NotSignedIn": 401, "NotAllowed": 403, "NotFound": 404, "Conflict": 409,
    "Throttled": 429, "OfferRefused": 400, "Problem": 400,
}  # fmt: skip
CODE = re.compile(r"[a-z][a-z0-9_]*")

HEADER = """# Error codes

One shape everywhere (see [protocol.md](protocol.md)). A code never changes its meaning; the words \
may. This page is made by `make errors` from the code. `…` stands for what depends on the case; \
the status is HTTP's, over the socket only the code travels.

| code | status | says |
|---|---|---|
"""


@dataclass(frozen=True, slots=True, order=True)
class Entry:
    code: str
    status: int
    message: str


def text_of(node: ast.expr) -> str:
    """A literal or an f-string, with … for its parts."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        parts = [text_of(part) if isinstance(part, ast.Constant) else "…" for part in node.values]
        return "".join(parts)
    return ""


def is_code(node: ast.expr) -> bool:
    return bool(CODE.fullmatch(text_of(node)))


def entry_of(call: ast.Call) -> Entry | None:
    name = getattr(call.func, "id", getattr(call.func, "attr", ""))
    given = call.args
    if name == "NotSignedIn" and len(given) == 2 and is_code(given[1]):
        return Entry(text_of(given[1]), 401, text_of(given[0]))
    if name in STATUS and name not in {"NotSignedIn", "Throttled"} and given and is_code(given[0]):
        message = text_of(given[1]) if len(given) > 1 else ""
        return Entry(text_of(given[0]), STATUS[name], message)
    if name == "ErrorBody" and len(given) > 1 and is_code(given[0]):
        return Entry(text_of(given[0]), 500, text_of(given[1]))
    if name == "error_response" and len(given) > 2 and is_code(given[1]):
        status = given[0]
        if isinstance(status, ast.Constant) and isinstance(status.value, int):
            return Entry(text_of(given[1]), status.value, text_of(given[2]))
    return None


def entries() -> Iterator[Entry]:
    yield Entry("not_signed_in", 401, "Sign in first.")
    yield Entry("throttled", 429, "Too many tries; wait `retry_after_s`.")
    for folder in ("server", "recordings", "transcripts"):
        for file in sorted((ROOT / folder).rglob("*.py")):
            for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Call) and (entry := entry_of(node)):
                    yield entry
                if isinstance(node, ast.Dict):
                    yield from transport_entries(node)


def transport_entries(table: ast.Dict) -> Iterator[Entry]:
    """Status → (code, words): what is answered before any of our own code is asked."""
    for key, value in zip(table.keys, table.values, strict=True):
        is_status = isinstance(key, ast.Constant) and isinstance(key.value, int)
        if is_status and isinstance(value, ast.Tuple) and len(value.elts) == 2:
            code, message = value.elts
            if is_code(code) and isinstance(key, ast.Constant) and isinstance(key.value, int):
                yield Entry(text_of(code), key.value, text_of(message))


def page() -> str:
    """One line a code; of several messages the longest says most."""
    best: dict[str, Entry] = {}
    for entry in entries():
        known = best.get(entry.code)
        if known is None or len(entry.message) > len(known.message):
            best[entry.code] = entry
    lines = [
        f"| `{entry.code}` | {entry.status} | {entry.message} |" for entry in sorted(best.values())
    ]
    return HEADER + "\n".join(lines) + "\n"


def main() -> int:
    made = page()
    if "--check" in sys.argv:
        if PAGE.is_file() and PAGE.read_text(encoding="utf-8") == made:
            return 0
        print("docs/errors.md is not what the code says; run: make errors", file=sys.stderr)
        return 1
    PAGE.write_text(made, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
