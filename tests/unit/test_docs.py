"""Documents name everything that people outside the code meet, so they cannot rot."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from server.cli import VERBS
from server.domain.events import EVENT_TYPES
from server.settings import SETTINGS

ROOT = Path(__file__).resolve().parent.parent.parent


def read(name: str) -> str:
    return (ROOT / "docs" / name).read_text(encoding="utf-8")


def all_docs() -> str:
    files = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
    return "\n".join(file.read_text(encoding="utf-8") for file in files)


@pytest.mark.parametrize("event_type", sorted(EVENT_TYPES))
def test_every_event_is_in_the_protocol(event_type: str) -> None:
    assert f"`{event_type}`" in read("protocol.md")


def test_every_error_code_is_documented() -> None:
    script = ROOT / "scripts" / "error_codes.py"
    done = subprocess.run(
        [sys.executable, script, "--check"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert read("errors.md").count("\n| `") > 50


def test_every_setting_is_documented() -> None:
    text = all_docs()
    assert [setting.env for setting in SETTINGS if f"`{setting.env}`" not in text] == []


def test_every_command_of_the_cli_is_documented() -> None:
    verbs = {verb.name for verb in VERBS}
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
