"""What Reprise needs from the operating system, and how it gets there on Debian and Ubuntu.

Each need is probed by what it provides (a program, a file, a module), never by package name, so
any way of having installed it counts. Missing ones are installed with apt-get when that works
without a password; otherwise the exact command is said. Optional needs only cost a feature.
"""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

Say = Callable[[str], None]


class CannotInstall(Exception):
    """Something indispensable is missing and cannot be installed from here."""


@dataclass(frozen=True)
class Need:
    """``without`` says what is lost; None when nothing works without it. What is ``large`` is
    not installed unasked: how to do it is said."""

    is_there: Callable[[], bool]
    packages: tuple[str, ...]
    without: str | None
    large: bool = False


def has_program(name: str) -> Callable[[], bool]:
    return lambda: shutil.which(name) is not None


def has_venv() -> bool:
    # Debian splits ensurepip off; the venv module alone is not enough.
    return all(importlib.util.find_spec(name) for name in ("venv", "ensurepip"))


def venv_package() -> str:
    """Debian names the package after the minor version, which matters beside a second Python."""
    return f"python3.{sys.version_info[1]}-venv"


def is_ubuntu() -> bool:
    try:
        return "ID=ubuntu" in Path("/etc/os-release").read_text().splitlines()
    except OSError:
        return False


def has_browser() -> bool:
    return browser_program() is not None


def has_c_compiler() -> bool:
    """For the native media plane: a compiler, the C library's headers and OpenSSL's."""
    program = shutil.which("gcc") or shutil.which("cc")
    if program is None:
        return False
    source = "#include <stdio.h>\n#include <openssl/evp.h>\n"
    command = [program, "-E", "-x", "c", "-o", os.devnull, "-"]
    done = subprocess.run(command, input=source, capture_output=True, text=True, check=False)
    return done.returncode == 0


def browser_program() -> str | None:
    """The first Chromium on PATH. Ubuntu's own is a snap wrapper, useless without snapd."""
    for name in ("chromium", "google-chrome", "google-chrome-stable", "chromium-browser"):
        program = shutil.which(name)
        if program is None:
            continue
        done = subprocess.run([program, "--version"], capture_output=True, check=False)
        if done.returncode == 0:
            return program
    return None


NEEDS: dict[str, Need] = {
    "python3-venv": Need(has_venv, (venv_package(),), None),
    "ffmpeg": Need(has_program("ffmpeg"), ("ffmpeg",), "ffmpeg comes from PyPI instead"),
    "wordnet": Need(
        lambda: Path("/usr/share/wordnet/data.noun").is_file(),
        ("wordnet-base",),
        "quiz items get no distractors from WordNet",
    ),
    "bubblewrap": Need(
        has_program("bwrap"), ("bubblewrap",), "slides are opened in what the kernel alone offers"
    ),
    "libreoffice": Need(
        lambda: has_program("soffice")() or has_program("libreoffice")(),
        ("libreoffice-impress",),
        "slides are taken as PDF, not as PPTX",
        large=True,
    ),
    "espeak-ng": Need(has_program("espeak-ng"), ("espeak-ng",), "the demo's learners are silent"),
    "c-compiler": Need(
        has_c_compiler,
        ("gcc", "libc6-dev", "libssl-dev"),
        "audio and video are forwarded in Python, which costs more",
    ),
    "chromium": Need(
        has_browser, () if is_ubuntu() else ("chromium",), "Playwright's own Chromium is used"
    ),
}

GOALS: dict[str, list[str]] = {
    "run": ["ffmpeg", "wordnet", "bubblewrap", "libreoffice", "c-compiler"],
    # Where everything has been built already: the container image.
    "serve": ["ffmpeg", "wordnet", "bubblewrap", "libreoffice"],
    "test": ["ffmpeg", "wordnet", "bubblewrap", "espeak-ng", "chromium", "c-compiler"],
    "demo": ["ffmpeg", "wordnet", "bubblewrap", "espeak-ng", "chromium", "c-compiler"],
    "lint": [],
}

_apt_lock = threading.Lock()


def apt_prefix() -> list[str] | None:
    """How to call apt-get without being asked for a password, or None."""
    if shutil.which("apt-get") is None:
        return None
    if os.geteuid() == 0:
        return []
    if shutil.which("sudo") is None:
        return None
    probe = subprocess.run(["sudo", "-n", "true"], capture_output=True, check=False)
    return ["sudo", "-n"] if probe.returncode == 0 else None


def apt_install(packages: Sequence[str], prefix: list[str]) -> bool:
    """Install; refresh the package lists only when they do not serve (a fresh container has
    none, an old machine has stale ones)."""
    log = Path(__file__).resolve().parent.parent / ".make" / "logs" / "system.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    setting = ["env", "DEBIAN_FRONTEND=noninteractive"]
    install = [*prefix, *setting, "apt-get", "install", "-y", "-q", "--no-install-recommends"]
    with _apt_lock, log.open("a") as output:

        def attempt(command: list[str]) -> bool:
            done = subprocess.run(
                command, stdin=subprocess.DEVNULL, stdout=output, stderr=output, check=False
            )
            return done.returncode == 0

        if attempt([*install, *packages]):
            return True
        attempt([*prefix, *setting, "apt-get", "update", "-q"])
        return attempt([*install, *packages])


def provide(names: Sequence[str], say: Say) -> None:
    """Have every named need, or raise CannotInstall for an indispensable one."""
    missing = [name for name in names if not NEEDS[name].is_there()]
    packages = [
        package for name in missing if not NEEDS[name].large for package in NEEDS[name].packages
    ]
    if not missing:
        return
    prefix = apt_prefix()
    if packages and prefix is not None:
        say(f"… system packages: {' '.join(packages)}")
        apt_install(packages, prefix)
        missing = [name for name in missing if not NEEDS[name].is_there()]
        if not missing:
            say(f"✓ system packages: {' '.join(packages)}")
    command = f"sudo apt-get install {' '.join(packages)}"
    for name in missing:
        if NEEDS[name].without is None:
            raise CannotInstall(f"{name} is missing and cannot be installed from here. {command}")
        if NEEDS[name].large:
            large = f"sudo apt-get install --no-install-recommends {' '.join(NEEDS[name].packages)}"
            say(f"! {name} is not here: {NEEDS[name].without}. To have it (large): {large}")
        elif NEEDS[name].packages:
            say(f"! {name} is missing: {NEEDS[name].without}. To have it: {command}")


def provide_browser(python: Path, say: Say) -> None:
    """Where the system has no usable Chromium, let Playwright bring its own."""
    if has_browser():
        return
    probe = (
        "import pathlib; from playwright.sync_api import sync_playwright as p\n"
        "with p() as w: raise SystemExit(not pathlib.Path(w.chromium.executable_path).exists())"
    )
    if subprocess.run([python, "-c", probe], check=False).returncode == 0:
        return
    say("… Chromium, from Playwright")
    done = subprocess.run([python, "-m", "playwright", "install", "chromium"], check=False)
    if done.returncode != 0:
        raise CannotInstall(
            "No Chromium: the browser tests need one. sudo apt-get install chromium"
        )
    say("✓ Chromium, from Playwright")


if __name__ == "__main__":
    provide(GOALS[sys.argv[1]], lambda line: print(line, flush=True))
