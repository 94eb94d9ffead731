"""What a person types is words, never FTS5 syntax."""

from __future__ import annotations

import sqlite3

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from transcripts.search import MARK_END, MARK_START, escaped_snippet, fts_query


@pytest.fixture(scope="module")
def index():
    database = sqlite3.connect(":memory:")
    database.execute("CREATE VIRTUAL TABLE spoken USING fts5(text, tokenize='unicode61')")
    database.execute("INSERT INTO spoken VALUES ('The Gutenberg Bible AND other <b>books</b>')")
    yield database
    database.close()


@pytest.mark.parametrize(
    "typed",
    ['"', "AND", "a OR", "gutenberg -bible", "x:y", "NEAR(a b)", "*", "^", "it's", "ü (", ""],
)
def test_no_text_raises_an_error(index: sqlite3.Connection, typed: str) -> None:
    query = fts_query(typed)
    if query is not None:
        index.execute("SELECT * FROM spoken WHERE spoken MATCH ?", (query,)).fetchall()


@settings(deadline=None)
@given(st.text(max_size=60))
def test_any_text_is_a_valid_query(typed: str) -> None:
    query = fts_query(typed)
    if query is None:
        return
    database = sqlite3.connect(":memory:")
    database.execute("CREATE VIRTUAL TABLE t USING fts5(text)")
    database.execute("SELECT * FROM t WHERE t MATCH ?", (query,)).fetchall()
    database.close()


def test_the_last_word_matches_as_a_beginning(index: sqlite3.Connection) -> None:
    def hits(typed: str) -> int:
        rows = index.execute("SELECT * FROM spoken WHERE spoken MATCH ?", (fts_query(typed),))
        return len(rows.fetchall())

    assert hits("bible guten") == 1
    assert hits("guten ") == 0
    assert hits("guten bible") == 0


def test_snippets_are_escaped_and_marked(index: sqlite3.Connection) -> None:
    row = index.execute(
        "SELECT snippet(spoken, 0, ?, ?, '…', 12) FROM spoken WHERE spoken MATCH ?",
        (MARK_START, MARK_END, fts_query("books")),
    ).fetchone()
    assert "&lt;b&gt;<mark>books</mark>&lt;/b&gt;" in escaped_snippet(row[0])


@settings(deadline=None)
@given(st.text(alphabet=[MARK_START, MARK_END, "<", "&", "a"], max_size=20))
def test_marks_always_balance(marked: str) -> None:
    shown = escaped_snippet(marked)
    assert shown.count("<mark>") == shown.count("</mark>")
    assert "<a" not in shown
