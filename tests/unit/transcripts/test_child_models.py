"""A job that needs a model nobody has fetched yet fetches it."""

from __future__ import annotations

from pathlib import Path

import pytest

from transcripts import child
from transcripts.model_table import Model
from transcripts.models import folder
from transcripts.ports import ChaptersJob, TranscribeJob, TranscriptError


@pytest.fixture(autouse=True)
def empty_store(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("REPRISE_DATA", str(tmp_path))
    monkeypatch.delenv("REPRISE_MODELS", raising=False)


def place(model: Model, tmp_path: Path) -> Path:
    target = tmp_path / "models" / model.name
    for file in model.files:
        path = target / file.name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"")
    return target


def test_a_missing_model_is_fetched_before_the_job(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    fetched: list[str] = []

    def fetch(model: Model, say: object) -> Path:
        del say
        fetched.append(model.name)
        return place(model, tmp_path)

    monkeypatch.setattr(child, "fetch", fetch)
    child._have_models(["whisper-base"])
    child._have_models(["whisper-base"])
    assert fetched == ["whisper-base"]
    assert folder("whisper-base").is_dir()


def test_an_unknown_model_is_not_looked_for() -> None:
    with pytest.raises(TranscriptError, match="No model is called") as refusal:
        child._have_models(["whisper-enormous"])
    assert refusal.value.code == "model_unknown"


def test_each_job_says_what_it_needs() -> None:
    assert child._needed_models(TranscribeJob(tracks=())) == ["whisper-base"]
    text = child._needed_models(ChaptersJob.__new__(ChaptersJob))
    assert "en-core-web-sm" in text
    assert "all-MiniLM-L6-v2" in text
