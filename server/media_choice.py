"""Which media plane serves: the native one where it can be had, else the one in Python.

The program comes with the package, or ``make run`` has built it; where neither is so, or where
what came does not run on this machine, it is built at the start. What cannot be had is said once
in the log, and to admins as long as the server runs.
"""

from __future__ import annotations

import logging
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

from server.media import native_build
from server.media.native_build import CannotBuild

log = logging.getLogger(__name__)

_CHECK_S: Final = 10.0


@dataclass(frozen=True, slots=True)
class PlaneChoice:
    program: Path | None
    """the native plane; None: the plane in Python"""
    lack: str = ""
    """why it is not the native one although nobody asked for the other, and what to do"""

    @property
    def name(self) -> Literal["native", "python"]:
        return "python" if self.program is None else "native"


def choose_plane(wanted: str, obtain: Callable[[], Path] | None = None) -> PlaneChoice:
    """``wanted`` is ``auto``, ``native`` or ``python``. Raises CannotBuild when only the native
    plane will do and it cannot be had."""
    if wanted == "python":
        return PlaneChoice(None)
    try:
        return PlaneChoice((obtain or obtain_program)())
    except CannotBuild as failure:
        if wanted == "native":
            raise
        log.warning("%s The plane in Python serves.", failure)
        return PlaneChoice(None, str(failure))


def obtain_program() -> Path:
    """One that runs here. Raises CannotBuild."""
    program = native_build.path_of()
    if program.exists() and (trouble := _trouble_of(program)):
        log.warning("%s does not run here (%s); it is built again", program.name, trouble)
        try:
            program.unlink()
        except OSError as error:
            raise CannotBuild(f"The native media plane does not run here: {trouble}") from error
    if not program.exists():
        log.info("the native media plane is being built")
        native_build.build()
        if trouble := _trouble_of(program):
            raise CannotBuild(f"The native media plane does not run here: {trouble}")
    return program


def _trouble_of(program: Path) -> str:
    """Such as a library that is another one here than where it was built."""
    try:
        done = subprocess.run(
            [program, "--check"], capture_output=True, text=True, timeout=_CHECK_S, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return str(error)
    if done.returncode == 0:
        return ""
    lines = done.stderr.strip().splitlines()
    return lines[-1] if lines else f"it ended with code {done.returncode}"
