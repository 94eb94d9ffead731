"""Dealing people out to rooms: pure, and the same again for the same seed (BR2)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from random import Random

Deal = dict[str, int]
"""participant → index of the room"""


def shuffled(people: Sequence[str], seed: str) -> list[str]:
    order = sorted(people)
    Random(seed).shuffle(order)
    return order


def at_random(people: Sequence[str], sizes: Sequence[int], seed: str) -> Deal:
    """Each to the smallest room, in a random order: sizes differ by one at most."""
    return _deal(shuffled(people, seed), sizes)


def by_group(
    people: Sequence[str], sizes: Sequence[int], groups: Mapping[str, str], seed: str
) -> Deal:
    """Every group is spread as evenly as can be, the largest first; who has no group is dealt
    like one more."""
    order = shuffled(people, seed)
    counts = Counter(groups.get(one, "") for one in order)
    order.sort(key=lambda one: (-counts[groups.get(one, "")], groups.get(one, "")))
    return _deal(order, sizes, groups=groups)


def by_airtime(
    people: Sequence[str], sizes: Sequence[int], talked_ms: Mapping[str, int], seed: str
) -> Deal:
    """Who has spoken most is dealt first, each to the room that has spoken least among the
    smallest ones, so no room is all talkers or all listeners."""
    order = shuffled(people, seed)
    order.sort(key=lambda one: -talked_ms.get(one, 0))
    return _deal(order, sizes, talked_ms=talked_ms)


def _deal(
    order: Sequence[str],
    sizes: Sequence[int],
    *,
    groups: Mapping[str, str] | None = None,
    talked_ms: Mapping[str, int] | None = None,
) -> Deal:
    now = list(sizes)
    talked = [0] * len(now)
    members: list[Counter[str]] = [Counter() for _ in now]
    deal: Deal = {}
    for one in order:
        group = "" if groups is None else groups.get(one, "")

        def key(room: int, group: str = group) -> tuple[int, int, int, int]:
            same = members[room][group] if groups is not None else 0
            return (now[room], same, talked[room], room)

        room = min(range(len(now)), key=key)
        deal[one] = room
        now[room] += 1
        members[room][group] += 1
        talked[room] += 0 if talked_ms is None else talked_ms.get(one, 0)
    return deal
