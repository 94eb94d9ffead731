"""Make ``reprise-plane`` from the C files of ``native/``: gcc (or another C11 compiler named by
``CC``) and OpenSSL's headers are all it takes.

Usage: ``python -m server.media.native_build`` builds the program where the server looks for it.
The name carries a hash of sources and flags, so an old program is never taken for a new one.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shlex
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final, Literal

SOURCES: Final = Path(__file__).resolve().parent / "native"
BUILT: Final = SOURCES / "build"

Kind = Literal["program", "library", "checked"]

_COMMON: Final = (
    "-std=c11", "-D_GNU_SOURCE", "-Wall", "-Wextra", "-Wshadow", "-Wconversion",
    "-Wno-sign-conversion", "-Wstrict-prototypes", "-Werror", "-fstack-protector-strong", "-g",
)  # fmt: skip
CHECKS: Final = (
    "-fno-omit-frame-pointer", "-fsanitize=address,undefined", "-fno-sanitize-recover=all",
)  # fmt: skip
_FLAGS: Final[dict[Kind, tuple[str, ...]]] = {
    "program": ("-O2", "-D_FORTIFY_SOURCE=2", "-fPIE", "-pie"),
    # For tests, which call functions one by one.
    "library": ("-O0", "-fPIC", "-shared", "-fsanitize=undefined", "-fno-sanitize-recover=all"),
    # What AddressSanitizer and UndefinedBehaviorSanitizer can see, ends the program.
    "checked": ("-O1", *CHECKS),
}  # fmt: skip
_NAMES: Final[dict[Kind, str]] = {
    "program": "reprise-plane", "library": "libreprise-plane", "checked": "reprise-plane-checked",
}  # fmt: skip
_DIGEST: Final = 16
_LIBRARIES: Final = ("-lcrypto", "-lm", "-pthread")


class CannotBuild(Exception):
    """The message says what is missing, and how to get it on Debian and Ubuntu."""


def compiler() -> list[str] | None:
    named = shlex.split(os.environ.get("CC", ""))
    if named:
        return named
    found = shutil.which("gcc") or shutil.which("cc") or shutil.which("clang")
    return [found] if found is not None else None


def path_of(kind: Kind = "program", folder: Path | None = None) -> Path:
    digest = hashlib.sha256(" ".join((*_COMMON, *_FLAGS[kind])).encode())
    for source in sorted(SOURCES.glob("*.[ch]")):
        digest.update(source.name.encode() + b"\0" + source.read_bytes())
    suffix = ".so" if kind == "library" else ""
    return (folder or BUILT) / f"{_NAMES[kind]}-{digest.hexdigest()[:_DIGEST]}{suffix}"


def build(kind: Kind = "program", folder: Path | None = None) -> Path:
    """The program's path; does nothing when it is there. Raises CannotBuild."""
    made = path_of(kind, folder)
    if made.exists():
        return made
    cc = compiler()
    if cc is None:
        raise CannotBuild(
            "The native media plane needs a C compiler and OpenSSL's headers "
            "(apt-get install gcc libc6-dev libssl-dev)."
        )
    try:
        made.parent.mkdir(parents=True, exist_ok=True)
        with (made.parent / "lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not made.exists():
                _compile(cc, kind, made)
    except OSError as error:
        raise CannotBuild(f"The native media plane cannot be built: {error}") from error
    return made


def parts() -> list[Path]:
    """Every file but the one with ``main``."""
    return [source for source in sorted(SOURCES.glob("*.c")) if source.name != "main.c"]


def _compile(cc: list[str], kind: Kind, made: Path) -> None:
    sources = parts() if kind == "library" else [*parts(), SOURCES / "main.c"]
    aside = made.with_name(f"{made.name}.{os.getpid()}")
    compile_to(cc, aside, sources, *_FLAGS[kind])
    aside.replace(made)
    hexdigits = "[0-9a-f]" * _DIGEST
    for old in made.parent.glob(f"{_NAMES[kind]}-{hexdigits}*"):
        if old != made:
            old.unlink(missing_ok=True)


def compile_to(cc: Sequence[str], made: Path, sources: Sequence[Path], *flags: str) -> None:
    """Raises CannotBuild."""
    done = subprocess.run(
        [*cc, *_COMMON, "-I", str(SOURCES), *flags, "-o", str(made), *map(str, sources),
         *_LIBRARIES],
        capture_output=True,
        text=True,
        check=False,
    )  # fmt: skip
    if done.returncode != 0:
        lines = done.stderr.strip().splitlines()
        first = next((line for line in lines if "error" in line), lines[0] if lines else "")
        hint = " (apt-get install libssl-dev)" if "openssl/" in first else ""
        raise CannotBuild(f"The native media plane cannot be built: {first}{hint}")


def main() -> int:
    try:
        print(build())
    except CannotBuild as failure:
        print(failure, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
