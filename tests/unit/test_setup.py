"""Setting up a machine: what is done again, what is not, and what is said when something lacks."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent


@pytest.fixture
def setup(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> ModuleType:
    """``scripts/setup.py``, keeping its stamps and logs elsewhere."""
    monkeypatch.syspath_prepend(str(ROOT / "scripts"))
    monkeypatch.delitem(sys.modules, "setup", raising=False)
    import setup as module  # pyright: ignore[reportMissingImports]

    monkeypatch.setattr(module, "ROOT", tmp_path)
    monkeypatch.setattr(module, "STAMPS", tmp_path / ".make")
    monkeypatch.setattr(module, "LOGS", tmp_path / ".make" / "logs")
    return module


@pytest.fixture
def packages(setup: ModuleType) -> ModuleType:
    return setup.system_packages


class Work:
    def __init__(self) -> None:
        self.times = 0

    def __call__(self) -> None:
        self.times += 1


def test_a_step_is_done_once_while_its_inputs_stay(setup: ModuleType, tmp_path: Path) -> None:
    work, source = Work(), tmp_path / "lock"
    source.write_text("one")
    for _ in range(3):
        setup.step("packages", "packages", [source, "x"], work)
    assert work.times == 1


def test_a_changed_input_or_a_lost_result_does_it_again(setup: ModuleType, tmp_path: Path) -> None:
    work, source, result = Work(), tmp_path / "lock", tmp_path / "made"
    source.write_text("one")
    result.write_text("")
    setup.step("packages", "packages", [source], work, made=[result])
    source.write_text("two")
    setup.step("packages", "packages", [source], work, made=[result])
    result.unlink()
    setup.step("packages", "packages", [source], work, made=[result])
    assert work.times == 3


def test_a_failed_step_is_tried_again(setup: ModuleType) -> None:
    work = Work()

    def fail() -> None:
        raise setup.StepFailed("no network")

    with pytest.raises(setup.StepFailed):
        setup.step("packages", "packages", ["same"], fail)
    setup.step("packages", "packages", ["same"], work)
    assert work.times == 1


def test_a_failing_command_shows_the_end_of_its_log(setup: ModuleType) -> None:
    with pytest.raises(setup.StepFailed, match=r"(?s)packages\.log.*the reason"):
        setup.run("packages", [sys.executable, "-c", "print('the reason'); raise SystemExit(3)"])


def test_branches_all_end_before_a_failure_is_raised(setup: ModuleType) -> None:
    work = Work()

    def fail() -> None:
        raise setup.StepFailed("broken")

    with pytest.raises(setup.StepFailed):
        setup.side_by_side(fail, work)
    assert work.times == 1


def test_without_a_password_the_exact_command_is_said(
    packages: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    need = packages.Need(lambda: False, ("python3.11-venv",), None)
    monkeypatch.setattr(packages, "NEEDS", {"python3-venv": need})
    monkeypatch.setattr(packages, "apt_prefix", lambda: None)
    with pytest.raises(packages.CannotInstall, match=r"sudo apt-get install python3\.11-venv"):
        packages.provide(["python3-venv"], print)


def test_an_optional_need_only_costs_its_feature(
    packages: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    said: list[str] = []
    need = packages.Need(lambda: False, ("espeak-ng",), "the demo's learners are silent")
    monkeypatch.setattr(packages, "NEEDS", {"espeak-ng": need})
    monkeypatch.setattr(packages, "apt_prefix", lambda: None)
    packages.provide(["espeak-ng"], said.append)
    assert "the demo's learners are silent" in said[0]
    assert "sudo apt-get install espeak-ng" in said[0]


def test_what_is_there_is_not_installed(
    packages: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(packages, "NEEDS", {"x": packages.Need(lambda: True, ("x",), None)})
    monkeypatch.setattr(packages, "apt_install", lambda *_: pytest.fail("installed"))
    packages.provide(["x"], print)


def test_a_python_that_is_too_old_is_refused(tmp_path: Path) -> None:
    old = tmp_path / "python3"
    old.write_text("#!/bin/sh\nexit 1\n")
    old.chmod(0o755)
    for tool in ("sh", "dirname"):
        (tmp_path / tool).symlink_to(f"/bin/{tool}" if tool == "sh" else "/usr/bin/dirname")
    done = subprocess.run(
        ["/bin/sh", ROOT / "scripts" / "find-python"],
        env={"PATH": str(tmp_path)}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 1
    assert "Python 3.11" in done.stderr


def test_what_is_large_is_said_and_not_installed(
    packages: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    installed: list[str] = []

    def install(names: list[str], _: list[str]) -> bool:
        installed.extend(names)
        return True

    needs = {
        "office": packages.Need(lambda: False, ("big",), "no PPTX", large=True),
        "box": packages.Need(lambda: "small" in installed, ("small",), "a weaker sandbox"),
    }
    monkeypatch.setattr(packages, "NEEDS", needs)
    monkeypatch.setattr(packages, "apt_prefix", list)
    monkeypatch.setattr(packages, "apt_install", install)
    said: list[str] = []
    packages.provide(["office", "box"], said.append)
    assert installed == ["small"]
    assert said[-1] == (
        "! office is not here: no PPTX. To have it (large): "
        "sudo apt-get install --no-install-recommends big"
    )
