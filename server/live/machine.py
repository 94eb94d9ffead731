"""How busy the machine is with work that is not at low priority."""

from __future__ import annotations

from pathlib import Path

STAT = Path("/proc/stat")


class MachineLoad:
    """Share of all processors between two calls, 0 to 1; None where the kernel does not tell."""

    def __init__(self, stat: Path = STAT) -> None:
        self._stat = stat
        self._before: tuple[int, int] | None = None

    def __call__(self) -> float | None:
        try:
            numbers = [int(word) for word in self._stat.read_text().split("\n", 1)[0].split()[1:9]]
        except (OSError, ValueError):
            return None
        if len(numbers) < 8:
            return None
        user, nice, system, idle, waiting, irq, soft, stolen = numbers
        # Niced work (recordings, the captions themselves) gives way and does not count.
        busy = user + system + irq + soft + stolen
        now = (busy, busy + nice + idle + waiting)
        before, self._before = self._before, now
        if before is None or now[1] <= before[1]:
            return None
        return (now[0] - before[0]) / (now[1] - before[1])
