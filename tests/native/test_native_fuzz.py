"""Inputs kept from fuzzing (scripts/fuzz.py) do no harm any more."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from server.media import native_build

FUZZ = Path(__file__).parent / "fuzz"
NEEDED = {"estimate": ["estimate.c", "twcc.c", "rtcp.c"], "srtp": ["srtp.c"], "stun": ["stun.c"]}


@pytest.mark.parametrize("target", ["estimate", "plane", "srtp", "stun"])
def test_what_was_found_once_stays_mended(target: str, tmp_path: Path) -> None:
    compiler = native_build.compiler()
    assert compiler is not None
    program = tmp_path / "replay"
    sources = [FUZZ / f"fuzz_{target}.c", FUZZ / "replay.c"]
    needed = NEEDED.get(target) or [part.name for part in native_build.parts()]
    native_build.compile_to(
        compiler, program, [*sources, *(native_build.SOURCES / name for name in needed)],
        "-O0", *native_build.CHECKS,
    )  # fmt: skip
    inputs = sorted((FUZZ / "corpus" / target).iterdir())
    assert len(inputs) >= 9
    done = subprocess.run(
        [program, *inputs], capture_output=True, text=True, check=False, timeout=60
    )
    assert done.returncode == 0, done.stderr
