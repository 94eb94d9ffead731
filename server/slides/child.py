"""Looks at an upload, inside the sandbox: ``python -I child.py <verb> FILE OUT``.

Verbs: ``pdf`` draws the pages into ``OUT`` and writes ``pages.json``; ``pptx`` writes
``slides.json`` with titles and notes; ``old`` tells what a container of old Office files is;
``boards`` draws the pictures of a whiteboard that lie in the folder ``FILE``. On standard output
come lines of JSON: ``{"page": n, "of": m}``, and ``{"error": code}`` with status 1.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from dataclasses import asdict
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

if __name__ == "__main__":
    # Nothing but this folder is within reach here, so the package is not found by a search.
    _here = Path(__file__).resolve().parent
    _spec = spec_from_file_location(
        "server.slides", _here / "__init__.py", submodule_search_locations=[str(_here)]
    )
    assert _spec is not None
    sys.modules["server.slides"] = module_from_spec(_spec)

from server.slides.page import Refused


def _say(line: dict[str, object]) -> None:
    sys.stdout.write(json.dumps(line) + "\n")
    sys.stdout.flush()


def _pdf(file: Path, out: Path) -> None:
    from server.slides.pdf import render

    pages = render(file, out, lambda page, of: _say({"page": page, "of": of}))
    (out / "pages.json").write_text(json.dumps([asdict(page) for page in pages]))


def _pptx(file: Path, out: Path) -> None:
    from server.slides.pptx import look

    found = [{"title": title, "notes": notes} for title, notes in look(file)]
    (out / "slides.json").write_text(json.dumps(found))


def _old(file: Path, out: Path) -> None:
    from server.slides.pptx import check_old_office

    check_old_office(file)


def _boards(folder: Path, out: Path) -> None:
    from server.slides.board import draw

    draw(folder, out, lambda page, of: _say({"page": page, "of": of}))


VERBS = {"pdf": _pdf, "pptx": _pptx, "old": _old, "boards": _boards}


def main(arguments: Sequence[str]) -> int:
    verb, file, out = arguments
    try:
        VERBS[verb](Path(file), Path(out))
    except Refused as error:
        _say({"error": error.code})
        return 1
    except (MemoryError, RecursionError):
        _say({"error": "slides_too_heavy"})
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
