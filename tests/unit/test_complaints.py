"""docs/complaints.md: each of the fifteen names tests, and every test it names is there."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
PAGE = (ROOT / "docs" / "complaints.md").read_text(encoding="utf-8")
RULES = (ROOT / "docs" / "rules.md").read_text(encoding="utf-8")
LINES = re.findall(r"^(\d+)\. \*\*(.+)$", PAGE, re.MULTILINE)
NAMED = re.findall(r"`([\w./]+/[\w./]+)::([^`]+)`", PAGE)


def test_there_are_fifteen_with_tests_of_their_own() -> None:
    assert [int(number) for number, _ in LINES] == list(range(1, 16))
    assert [number for number, line in LINES if not re.search(r"`[\w./]+/[\w./]+::", line)] == []


@pytest.mark.parametrize(("path", "name"), NAMED, ids=lambda part: part.rsplit("/")[-1])
def test_each_test_it_names_is_there(path: str, name: str) -> None:
    source = (ROOT / path).read_text(encoding="utf-8")
    if path.endswith(".py"):
        functions = (ast.FunctionDef, ast.AsyncFunctionDef)
        found = {node.name for node in ast.walk(ast.parse(source)) if isinstance(node, functions)}
    else:
        found = set(re.findall(r"\btest\('([^']+)'", source))
    assert name in found


def test_each_rule_it_names_is_there() -> None:
    named = set(re.findall(r"\b[A-Z]{2}\d+\b", " ".join(line for _, line in LINES)))
    assert sorted(rule for rule in named if f"**{rule}**" not in RULES) == []
