"""Search over transcripts: safe FTS5 queries and snippets that can be put on a page.

What a person types is never FTS5 syntax: ``AND``, ``-``, ``*``, ``:`` and quotes raise errors or
mean something else, so every word is quoted. The last word also matches as a beginning, because
people search while they type.
"""

from __future__ import annotations

import html
import re

_WORD = re.compile(r"\w+(?:['’]\w+)*", re.UNICODE)
_MARKS = ("\ue000", "\ue001")
"""private-use characters that snippet() puts around a hit; escaped text cannot hold them"""

WORDS_AT_MOST = 24
MARK_START, MARK_END = _MARKS


def fts_query(typed: str) -> str | None:
    """An FTS5 MATCH expression for what was typed; None when there is no word in it."""
    words = _WORD.findall(typed.replace(MARK_START, " ").replace(MARK_END, " "))[:WORDS_AT_MOST]
    if not words:
        return None
    quoted = [f'"{word}"' for word in words]
    if not typed[-1:].isspace():
        quoted[-1] += "*"
    return " ".join(quoted)


def escaped_snippet(marked: str) -> str:
    """HTML of a snippet: escaped, its hits (MARK_START … MARK_END) in ``<mark>``."""
    clean = html.escape(marked, quote=True)
    opened = 0
    out: list[str] = []
    for part in re.split(f"([{MARK_START}{MARK_END}])", clean):
        if part == MARK_START:
            if opened == 0:
                out.append("<mark>")
            opened += 1
        elif part == MARK_END:
            if opened:
                opened -= 1
                if opened == 0:
                    out.append("</mark>")
        else:
            out.append(part)
    return "".join(out) + ("</mark>" if opened else "")
