"""One window of steady sending through one server, and rounds of them with the servers in turn."""

from __future__ import annotations

import asyncio
import statistics
import sys
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Protocol

from benchmarks.media_cost import cpu_us, memory_kib
from benchmarks.media_swarm import Swarm

DELIVERED: Final = 99.9
"""per cent of what was sent that a row needs to count"""
LOAD: Final = 70.0
"""per cent of one core that the server may take"""
_DRAIN_S: Final = 0.25
_SETTLED_S: Final = 0.3
_SETTLE_TRIES: Final = 30


class Measured(Protocol):
    """A server with people in it."""

    name: str
    swarm: Swarm

    @property
    def parts(self) -> Mapping[str, Sequence[int]]:
        """Its processes by what they are for; ``""`` when it has but one kind."""
        ...


def show(name: str, value: float, unit: str) -> None:
    print(f"media.{name} {value:.2f} {unit}", flush=True)


def complain(text: str) -> None:
    print(f"bench-media: {text}", file=sys.stderr, flush=True)


@dataclass(frozen=True, slots=True)
class Row:
    cpu_us: float
    """of all its processes, a forwarded packet"""
    parts_us: Mapping[str, float]
    load: float
    """per cent of one core"""
    delivered: float
    """per cent of what was to be forwarded"""
    rate: float
    """forwarded packets a second"""
    p50_us: float
    p99_us: float

    @property
    def is_valid(self) -> bool:
        return self.delivered >= DELIVERED


Expected = Callable[[Mapping[str, int]], int]
"""how many packets were to be forwarded, by how many each source has sent"""


def pids(server: Measured) -> list[int]:
    return [pid for part in server.parts.values() for pid in part]


def parts_cpu_us(server: Measured) -> dict[str, float]:
    return {name: cpu_us(part) for name, part in server.parts.items()}


async def settle(server: Measured, expected: Expected) -> None:
    """Until what is sent arrives: pictures that nobody sent for a while begin anew."""
    await server.swarm.send(True)
    for _ in range(_SETTLE_TRIES):
        await server.swarm.ask("clear")
        await asyncio.sleep(_SETTLED_S)
        report = await server.swarm.ask("report")
        wanted = expected(report["sent"])
        if wanted and report["video"] + report["audio"] >= wanted * 0.97:
            break
    await server.swarm.send(False)


async def window(server: Measured, seconds: float, expected: Expected) -> Row:
    await settle(server, expected)
    await asyncio.sleep(_DRAIN_S)
    await server.swarm.ask("clear")
    loop = asyncio.get_running_loop()
    before, began = parts_cpu_us(server), loop.time()
    await server.swarm.send(True)
    await asyncio.sleep(seconds)
    await server.swarm.send(False)
    await asyncio.sleep(0.01)
    after, spent_s = parts_cpu_us(server), loop.time() - began
    await asyncio.sleep(_DRAIN_S)
    return row(await server.swarm.ask("report"), before, after, spent_s, expected)


def row(
    report: Mapping[str, Any], before: Mapping[str, float], after: Mapping[str, float],
    spent_s: float, expected: Expected,
) -> Row:  # fmt: skip
    arrived = report["video"] + report["audio"]
    if report["bad"] or report["undecryptable"]:
        complain(f"{report['bad']} packets altered, {report['undecryptable']} not authentic")
    spent = {name: after[name] - before[name] for name in before}
    p50, p99 = report["latency_us"]
    return Row(
        cpu_us=sum(spent.values()) / max(arrived, 1),
        parts_us={name: us / max(arrived, 1) for name, us in spent.items()},
        load=sum(spent.values()) / (spent_s * 1e4),
        delivered=100 * arrived / max(expected(report["sent"]), 1),
        rate=arrived / spent_s,
        p50_us=p50,
        p99_us=p99,
    )


async def rounds(
    label: str, servers: Sequence[Measured], count: int, seconds: float,
    expected: Mapping[str, Expected],
) -> dict[str, list[Row]]:  # fmt: skip
    """Each server in turn, ``count`` times; prints the medians. Rows in the order of rounds."""
    found: dict[str, list[Row]] = {server.name: [] for server in servers}
    for turn in range(count):
        # The order turns, so that none is always the one after the others' pause.
        for index in range(len(servers)):
            server = servers[(index + turn) % len(servers)]
            found[server.name].append(await window(server, seconds, expected[server.name]))
    for server in servers:
        show_rows(f"{label}.{server.name}", found[server.name])
    return found


def show_rows(label: str, rows: Sequence[Row]) -> None:
    valid = [row for row in rows if row.is_valid]
    broken = len(rows) - len(valid)
    if broken:
        complain(f"{label}: {broken} of {len(rows)} rounds delivered less than {DELIVERED} %")
    counting, valid = bool(valid), valid or rows

    def middle(value: Callable[[Row], float]) -> float:
        return statistics.median(value(row) for row in valid)

    # A server that has more than it can do has no cost and no latency of its own.
    if counting:
        show(f"{label}.cpu_us", middle(lambda row: row.cpu_us), "us")
        for part in filter(None, rows[0].parts_us):
            show(f"{label}.{part}_cpu_us", middle(lambda row, part=part: row.parts_us[part]), "us")
        show(f"{label}.latency_p50_ms", middle(lambda row: row.p50_us) / 1000, "ms")
        show(f"{label}.latency_p99_ms", middle(lambda row: row.p99_us) / 1000, "ms")
    show(f"{label}.delivered", middle(lambda row: row.delivered), "%")
    show(f"{label}.forwarded", middle(lambda row: row.rate), "packets/s")
    show(f"{label}.load", middle(lambda row: row.load), "%")
    if middle(lambda row: row.load) > LOAD:
        complain(f"{label}: more than {LOAD:.0f} % of a core; measure at a lower --frames")


def show_ratio(name: str, ours: Sequence[Row], theirs: Sequence[Row]) -> None:
    """Of what a packet costs, round by round; only rounds that both delivered count."""
    pairs = zip(ours, theirs, strict=True)
    ratios = [b.cpu_us / a.cpu_us for a, b in pairs if a.is_valid and b.is_valid]
    if ratios:
        show(name, statistics.median(ratios), "ratio")
    else:
        complain(f"{name}: no round counts")


async def cost_of(server: Measured, what: Callable[[], Awaitable[None]]) -> tuple[float, float]:
    """Time on a core in ms and memory in KiB that it took the server."""
    before, held = sum(parts_cpu_us(server).values()), memory_kib(pids(server))
    await what()
    spent = sum(parts_cpu_us(server).values()) - before
    return spent / 1000, memory_kib(pids(server)) - held
