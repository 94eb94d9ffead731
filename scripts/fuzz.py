"""Throw made-up input at every parser of the native media plane that sees the network.

Usage: ``python scripts/fuzz.py [--seconds N] [target…]``; libFuzzer comes with clang
(``apt-get install clang libclang-rt-dev``). The inputs in tests/native/fuzz/corpus are where it
starts. What it finds goes to build/fuzz/<target>/found: mend it, and keep the input in the corpus,
which every run of the tests replays.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from server.media import native_build  # noqa: E402

TARGETS = ("estimate", "plane", "srtp", "stun")
FUZZ = ROOT / "tests" / "native" / "fuzz"
WORK = ROOT / "build" / "fuzz"


def clang() -> str | None:
    names = ("clang", *(f"clang-{version}" for version in range(21, 12, -1)))
    return next((found for name in names if (found := shutil.which(name))), None)


def fuzz(compiler: str, target: str, seconds: int) -> bool:
    """Whether nothing was found."""
    work = WORK / target
    found, corpus = work / "found", work / "corpus"
    found.mkdir(parents=True, exist_ok=True)
    corpus.mkdir(exist_ok=True)
    program = work / "fuzz"
    native_build.compile_to(
        [compiler], program, [*native_build.parts(), FUZZ / f"fuzz_{target}.c"], "-O1",
        "-fsanitize=fuzzer", *native_build.CHECKS,
    )  # fmt: skip
    print(f"fuzz  {target}: {seconds} s", flush=True)
    log = work / "log"
    with log.open("w") as output:
        done = subprocess.run(
            [
                str(program), f"-max_total_time={seconds}", "-max_len=8192", "-print_final_stats=1",
                f"-artifact_prefix={found}/", str(corpus), str(FUZZ / "corpus" / target),
            ],
            stdout=output, stderr=output, check=False,
        )  # fmt: skip
    lines = log.read_text(errors="replace").splitlines()
    covered = [line for line in lines if " cov: " in line]
    print(f"fuzz  {target}: {covered[-1].strip() if covered else 'no coverage reported'}")
    if done.returncode != 0:
        print("\n".join(lines[-60:]))
        print(f"fuzz  {target}: found something; the input is in {found}, all words in {log}")
    return done.returncode == 0


def main() -> int:
    parser = argparse.ArgumentParser(description="fuzz the native media plane")
    parser.add_argument("--seconds", type=int, default=600, help="for each target")
    parser.add_argument("targets", nargs="*", metavar="target", help=" or ".join(TARGETS))
    chosen = parser.parse_args()
    wanted = chosen.targets or list(TARGETS)
    if unknown := set(wanted) - set(TARGETS):
        parser.error(f"no target {', '.join(sorted(unknown))}")
    compiler = clang()
    if compiler is None:
        print("libFuzzer is missing: apt-get install clang libclang-rt-dev", file=sys.stderr)
        return 1
    try:
        results = [fuzz(compiler, target, chosen.seconds) for target in wanted]
    except native_build.CannotBuild as failure:
        print(failure, file=sys.stderr)
        return 1
    return 0 if all(results) else 1


if __name__ == "__main__":
    sys.exit(main())
