"""Where an upload is looked at: a process that can do nothing but that.

With bubblewrap: its own namespaces without a network, a file system of nothing but the system's
programs (read only) and one folder for the work, no environment, no capabilities. Without: the
*fallback*, which ``server/slides/launch.py`` builds from what the kernel gives every process (no
new privileges, an empty network namespace, Landlock). The limits are the same in both. ``reprise
doctor`` says which of them is used and what it holds.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from functools import cache
from pathlib import Path
from typing import Literal

Kind = Literal["bubblewrap", "fallback"]
LAUNCH = Path(__file__).resolve().with_name("launch.py")
CODE = LAUNCH.parent
PROBE_S = 10
MEGABYTE = 1 << 20


@dataclass(frozen=True, slots=True)
class Limits:
    memory: int = 2048 * MEGABYTE
    """address space"""
    file: int = 256 * MEGABYTE
    """of one file that is written"""
    cpu_s: int = 120
    files: int = 256
    """open at once"""


PDF_LIMITS = Limits()
OFFICE_LIMITS = replace(PDF_LIMITS, memory=6144 * MEGABYTE, cpu_s=180, files=1024)


@dataclass(frozen=True, slots=True)
class Sandbox:
    """What this machine can do."""

    kind: Kind
    bwrap: str | None
    network: bool
    """the child has none"""
    files: bool
    """the child reads and writes nothing but what it needs"""

    def command(
        self,
        arguments: Sequence[str],
        work: Path,
        limits: Limits,
        *,
        needs_network_cut: bool = False,
    ) -> list[str]:
        """The command line that runs ``arguments`` with ``work`` as the one folder to write."""
        spec: dict[str, object] = {"limits": asdict(limits)}
        if self.kind == "fallback":
            spec["contain"] = {"read": system_paths(), "write": [str(work)]}
            spec["needs_network_cut"] = needs_network_cut
        inner = [sys.executable, "-I", str(LAUNCH), json.dumps(spec), *arguments]
        if self.bwrap is None:
            return inner
        return [*bubblewrap(self.bwrap, work), *inner]


def environment(work: Path) -> dict[str, str]:
    """All the child gets to know: no address, no key, no name of the server's."""
    return {
        "PATH": "/usr/local/bin:/usr/bin:/bin", "HOME": str(work), "TMPDIR": str(work),
        "LANG": "C.UTF-8", "SAL_USE_VCLPLUGIN": "svp", "PYTHONDONTWRITEBYTECODE": "1",
    }  # fmt: skip


def system_paths() -> list[str]:
    """Programs, libraries and fonts: what may be read."""
    fixed = (
        "/usr", "/lib", "/lib32", "/lib64", "/bin", "/sbin", "/opt/libreoffice", "/etc/fonts",
        "/etc/ld.so.cache", "/etc/ld.so.conf", "/etc/ld.so.conf.d", "/etc/alternatives",
        "/etc/libreoffice", "/var/spool/libreoffice", "/var/lib/libreoffice", "/etc/localtime",
        "/etc/passwd", "/etc/nsswitch.conf", "/var/cache/fontconfig",
        "/proc/self", "/sys/devices/system/cpu",
    )  # fmt: skip
    ours = [
        sys.prefix, sys.base_prefix, os.path.realpath(sys.prefix), os.path.realpath(sys.executable),
        str(CODE),
    ]  # fmt: skip
    # A module may lie elsewhere than the interpreter (an editable install, a second venv).
    ours += [path for path in sys.path if path.rstrip("/").endswith("site-packages")]
    found = dict.fromkeys([*fixed, *ours, *(os.path.realpath(path) for path in ours)])
    return [path for path in found if os.path.exists(path)]


def bubblewrap(bwrap: str, work: Path) -> list[str]:
    line = [
        bwrap, "--unshare-all", "--die-with-parent", "--new-session", "--cap-drop", "ALL",
        "--clearenv",
    ]  # fmt: skip
    for name, value in environment(work).items():
        line += ["--setenv", name, value]
    for path in system_paths():
        if path.startswith(("/proc", "/sys")):
            continue
        # On merged systems /lib and /bin are links into /usr.
        if os.path.islink(path) and path.count("/") == 1:
            line += ["--symlink", os.readlink(path), path]
        else:
            line += ["--ro-bind", path, path]
    return [
        *line, "--proc", "/proc", "--dev", "/dev", "--bind", str(work), str(work),
        # Both are memory, which no limit of a process counts.
        "--remount-ro", "/dev", "--remount-ro", "/", "--chdir", str(work), "--",
    ]  # fmt: skip


@cache
def sandbox() -> Sandbox:
    """Found out once by trying: a bubblewrap that a container forbids is none."""
    bwrap = shutil.which("bwrap")
    if bwrap is not None and _works([*bubblewrap(bwrap, CODE), "true"]):
        return Sandbox("bubblewrap", bwrap, network=True, files=True)
    try:
        said = subprocess.run(
            [sys.executable, "-I", str(LAUNCH), "--probe"],
            capture_output=True, timeout=PROBE_S, check=True, env={},
        ).stdout  # fmt: skip
        can = json.loads(said)
    except (OSError, subprocess.SubprocessError, ValueError):
        can = {}
    return Sandbox("fallback", None, bool(can.get("network")), bool(can.get("files")))


def _works(line: Sequence[str]) -> bool:
    try:
        return (
            subprocess.run(line, capture_output=True, timeout=PROBE_S, check=False).returncode == 0
        )
    except (OSError, subprocess.SubprocessError):
        return False


def office() -> str | None:
    """LibreOffice, without which there is no PPTX."""
    return shutil.which("soffice") or shutil.which("libreoffice")
