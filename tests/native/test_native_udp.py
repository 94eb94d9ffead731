"""What the kernel refuses for one way is said otherwise there, and nowhere else."""

from __future__ import annotations

import subprocess
from pathlib import Path

from server.media import native_build


def test_a_way_too_narrow_for_runs_of_packets_costs_nobody_else_his(tmp_path: Path) -> None:
    compiler = native_build.compiler()
    assert compiler is not None
    program = tmp_path / "narrow"
    native_build.compile_to(
        compiler, program,
        [
            Path(__file__).parent / "narrow.c",
            *(native_build.SOURCES / name for name in ("udp.c", "table.c")),
        ],
        "-O0", "-Dsendmmsg=narrow_sendmmsg", *native_build.CHECKS,
    )  # fmt: skip
    said = subprocess.run([program], capture_output=True, text=True, check=True, timeout=60).stdout
    assert said == "refused 1 runs 3 singles 0 dropped 0\n"
