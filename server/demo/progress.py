"""The pipeline's progress in the terminal: one bar that moves, or lines where nobody watches."""

from __future__ import annotations

import sys
from typing import Any, TextIO

WIDTH = 32


class ProgressBar:
    def __init__(self, output: TextIO | None = None) -> None:
        self._output = output or sys.stdout
        self._is_live = self._output.isatty()
        self._last = ""

    def show(self, job: dict[str, Any], elapsed_s: float) -> None:
        steps = job["steps"]
        ended = {"done", "skipped"}
        total = sum(1.0 if step["state"] in ended else step["progress"] for step in steps)
        share = total / len(steps) if steps else 0.0
        running = [step["name"] for step in steps if step["state"] == "running"]
        label = ", ".join(running) or job["stage"]
        if self._is_live:
            full = round(share * WIDTH)
            bar = "█" * full + "░" * (WIDTH - full)
            self._output.write(f"\r\x1b[K{bar} {share:4.0%}  {label}  {elapsed_s:.0f} s")
            self._output.flush()
        elif label != self._last:
            self._output.write(f"{share:4.0%}  {label}  ({elapsed_s:.0f} s)\n")
            self._output.flush()
        self._last = label

    def end(self) -> None:
        if self._is_live:
            self._output.write("\n")
            self._output.flush()
