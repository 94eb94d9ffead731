"""Backups: taken while the data changes, whole or refused on the way back."""

from __future__ import annotations

import sqlite3
import tarfile
from contextlib import closing
from pathlib import Path

import pytest

from server.app import prepare_data
from server.storage.backup import BackupFailed, back_up, restore
from server.storage.secrets_folder import SecretsFolder


@pytest.fixture
def data(tmp_path: Path) -> Path:
    data = tmp_path / "data"
    prepare_data(data)
    SecretsFolder(data).cookie_key()
    video = data / "recordings" / "r1" / "v1" / "download.mp4"
    video.parent.mkdir(parents=True)
    video.write_bytes(b"film" * 1000)
    (data / "models").mkdir()
    (data / "models" / "big.bin").write_bytes(b"fetched again anyway")
    return data


def add_token(data: Path, token: str) -> None:
    with closing(sqlite3.connect(data / "library.db")) as connection, connection:
        connection.execute("INSERT INTO setup_tokens VALUES (?, 0, NULL)", (token,))


def tokens(data: Path) -> list[str]:
    with closing(sqlite3.connect(data / "library.db")) as connection:
        return [row[0] for row in connection.execute("SELECT token_hash FROM setup_tokens")]


def test_a_backup_brings_everything_back(data: Path, tmp_path: Path) -> None:
    with closing(sqlite3.connect(data / "library.db")) as open_meanwhile:
        open_meanwhile.execute("PRAGMA journal_mode = WAL")
        add_token(data, "committed")
        open_meanwhile.execute("INSERT INTO setup_tokens VALUES ('not yet', 0, NULL)")
        back_up(data, tmp_path / "b.tar")
    manifest = restore(tmp_path / "b.tar", tmp_path / "again")
    again = tmp_path / "again"
    assert tokens(again) == ["committed"]
    assert (again / "recordings/r1/v1/download.mp4").read_bytes() == b"film" * 1000
    assert SecretsFolder(again).cookie_key() == SecretsFolder(data).cookie_key()
    assert (again / "secrets/cookie.key").stat().st_mode & 0o777 == 0o600
    assert not (again / "models").exists()
    assert {entry["name"] for entry in manifest["entries"]} >= {"library.db", "live.db"}
    assert (tmp_path / "b.tar").stat().st_mode & 0o777 == 0o600


def test_databases_only_still_lists_the_files(data: Path, tmp_path: Path) -> None:
    manifest = back_up(data, tmp_path / "b.tar", with_files=False)
    assert {"name": "recordings/r1/v1/download.mp4", "size": 4000} in manifest["entries"]
    restore(tmp_path / "b.tar", tmp_path / "again")
    assert not (tmp_path / "again" / "recordings").exists()
    assert (tmp_path / "again" / "secrets" / "cookie.key").is_file()


def test_a_damaged_backup_changes_nothing(data: Path, tmp_path: Path) -> None:
    back_up(data, tmp_path / "b.tar")
    content = bytearray((tmp_path / "b.tar").read_bytes())
    content[content.index(b"filmfilm") + 2] ^= 1
    (tmp_path / "b.tar").write_bytes(content)
    with pytest.raises(BackupFailed, match=r"download\.mp4 .* is damaged"):
        restore(tmp_path / "b.tar", tmp_path / "again")
    with tarfile.open(tmp_path / "c.tar", "w"):
        pass
    with pytest.raises(BackupFailed, match="manifest is missing"):
        restore(tmp_path / "c.tar", tmp_path / "again")
    assert not (tmp_path / "again").exists()
    assert [path.name for path in tmp_path.glob(".restore-*")] == []


def test_nothing_is_overwritten(data: Path, tmp_path: Path) -> None:
    back_up(data, tmp_path / "b.tar")
    with pytest.raises(BackupFailed, match="exists already"):
        back_up(data, tmp_path / "b.tar")
    with pytest.raises(BackupFailed, match="is not empty"):
        restore(tmp_path / "b.tar", data)
    with pytest.raises(BackupFailed, match="is it the data folder"):
        back_up(tmp_path / "nowhere", tmp_path / "c.tar")
