"""Documents name everything that people outside the code meet, so they cannot rot."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from server.domain.events import EVENT_TYPES

ROOT = Path(__file__).resolve().parent.parent.parent
ERRORS = {"NotAllowed", "NotFound", "Conflict", "Invalid", "OfferRefused", "Unauthenticated"}


def read(name: str) -> str:
    return (ROOT / "docs" / name).read_text(encoding="utf-8")


def all_docs() -> str:
    files = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
    return "\n".join(file.read_text(encoding="utf-8") for file in files)


def error_codes() -> Iterator[tuple[str, str]]:
    """(code, file) of every literal code that one of our errors is raised with."""
    for folder in ("server", "recordings", "transcripts"):
        for file in sorted((ROOT / folder).rglob("*.py")):
            for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
                if not isinstance(node, ast.Call) or not node.args:
                    continue
                name = getattr(node.func, "id", getattr(node.func, "attr", ""))
                first = node.args[0]
                if (
                    name in ERRORS
                    and isinstance(first, ast.Constant)
                    and isinstance(first.value, str)
                ):
                    yield first.value, str(file.relative_to(ROOT))


@pytest.mark.parametrize("event_type", sorted(EVENT_TYPES))
def test_every_event_is_in_the_protocol(event_type: str) -> None:
    assert f"`{event_type}`" in read("protocol.md")


def test_every_error_code_is_documented() -> None:
    documented = set(re.findall(r"`([a-z0-9_]+)`", read("errors.md")))
    missing = sorted({f"{code} ({file})" for code, file in error_codes() if code not in documented})
    assert missing == []


def test_no_error_code_is_documented_that_nobody_raises() -> None:
    documented = set(re.findall(r"^\| `([a-z0-9_]+)`", read("errors.md"), re.MULTILINE))
    sources = "\n".join(
        file.read_text(encoding="utf-8")
        for folder in ("server", "recordings", "transcripts")
        for file in (ROOT / folder).rglob("*.py")
    )
    assert sorted(code for code in documented if f'"{code}"' not in sources) == []


def test_every_setting_is_documented() -> None:
    source = (ROOT / "server" / "settings.py").read_text(encoding="utf-8")
    names = set(re.findall(r"REPRISE_[A-Z0-9_]+", source))
    assert names
    text = all_docs()
    assert sorted(name for name in names if name not in text) == []


def test_every_command_of_the_cli_is_documented() -> None:
    source = (ROOT / "server" / "cli.py").read_text(encoding="utf-8")
    verbs = set(re.findall(r"add_parser\(\s*\"([a-z-]+)\"", source))
    assert {"serve", "worker", "doctor", "backup"} <= verbs
    text = all_docs()
    assert sorted(verb for verb in verbs if f"reprise {verb}" not in text) == []


def test_every_target_of_the_makefile_is_documented() -> None:
    source = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = re.findall(r"^([a-z-]+):.*##", source, re.MULTILINE)
    text = all_docs()
    assert sorted(target for target in targets if f"make {target}" not in text) == []


@pytest.mark.parametrize(
    "file", [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))], ids=lambda file: file.name
)
def test_every_link_between_documents_leads_somewhere(file: Path) -> None:
    links = re.findall(r"\]\((?!https?:)([^)#]+)", file.read_text(encoding="utf-8"))
    assert [link for link in links if not (file.parent / link).exists()] == []
