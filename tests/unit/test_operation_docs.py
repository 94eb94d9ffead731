"""docs/operation.md describes every setting and every verb, and none that is gone."""

from __future__ import annotations

import re
from pathlib import Path

from server.cli import VERBS
from server.settings import SETTINGS

ROOT = Path(__file__).resolve().parents[2]
TEXT = (ROOT / "docs" / "operation.md").read_text(encoding="utf-8")


def variables_in_code() -> set[str]:
    folders = ("server", "recordings", "transcripts")
    files = [file for folder in folders for file in (ROOT / folder).rglob("*.py")]
    return {
        name
        for file in files
        for name in re.findall(r"\"(REPRISE_[A-Z_]+)\"", file.read_text(encoding="utf-8"))
    } | {setting.env for setting in SETTINGS}


def test_every_variable_the_code_reads_is_described() -> None:
    assert sorted(name for name in variables_in_code() if f"`{name}`" not in TEXT) == []


def test_every_variable_described_is_read() -> None:
    described = set(re.findall(r"`(REPRISE_[A-Z_]+)`", TEXT))
    assert described - variables_in_code() - {"REPRISE_"} == set()


def test_every_flag_is_described() -> None:
    flags = [setting.flag for setting in SETTINGS if not setting.is_secret]
    assert [flag for flag in flags if f"`{flag}`" not in TEXT] == []


def test_every_verb_is_described_and_every_one_described_is_there() -> None:
    described = set(re.findall(r"^### `reprise ([a-z-]+)", TEXT, re.MULTILINE))
    assert described == {verb.name for verb in VERBS}
