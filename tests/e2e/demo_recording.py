"""One short demo, held once, whose finished recording the watching tests share."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

SECONDS = 55
LIMIT_S = 900


@dataclass
class DemoRun:
    data: Path
    status: int
    output: str
    figures: dict[str, str] = field(default_factory=dict)

    @property
    def recording_id(self) -> str:
        return Path(self.figures["recording_dir"]).parent.name

    @property
    def folder(self) -> Path:
        return Path(self.figures["recording_dir"])

    def number(self, name: str) -> float:
        return float(self.figures[name].split()[0])


def hold(data: Path, repository: Path) -> DemoRun:
    """``python -m server.demo``, the way `make demo` runs it."""
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith("COV_")
    } | {"REPRISE_DATA": str(data), "PYTHONUNBUFFERED": "1"}
    environment.pop("REPRISE_PORT", None)
    done = subprocess.run(
        [sys.executable, "-m", "server.demo", "--seconds", str(SECONDS)],
        cwd=repository, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True,
        timeout=LIMIT_S, check=False,
    )  # fmt: skip
    found = dict(re.findall(r"^demo\.(\w+) (.*)$", done.stdout, re.MULTILINE))
    log = data / "demo-server.log"
    tail = log.read_text(errors="replace")[-3000:] if log.exists() else ""
    return DemoRun(data, done.returncode, f"{done.stdout}\n{done.stderr}\n{tail}", found)


def copy_of(run: DemoRun, target: Path) -> Path:
    """The data folder for a test to change as it likes; big files are linked."""
    return Path(shutil.copytree(run.data, target, copy_function=link_or_copy))


def link_or_copy(source: str, target: str) -> str:
    """Published media never changes in place, databases do."""
    if Path(source).suffix in {".m4s", ".mp4", ".webm", ".rtp", ".bin"}:
        os.link(source, target)
        return target
    return shutil.copy2(source, target)
