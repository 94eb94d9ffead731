"""Outgoing numbers have no gaps but where packets are really missing."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from server.media.sequence_map import SequenceMap


def test_numbers_go_on_where_told() -> None:
    numbers = SequenceMap()
    numbers.restart(70_000, 500)
    assert [numbers.map(70_000 + i) for i in range(3)] == [500, 501, 502]


def test_what_came_before_the_switch_is_refused() -> None:
    numbers = SequenceMap()
    numbers.restart(70_000, 500)
    assert numbers.map(69_999) == -1


def test_a_swallowed_packet_leaves_no_gap() -> None:
    numbers = SequenceMap()
    numbers.restart(1000, 10)
    assert numbers.map(1000) == 10
    assert numbers.swallow(1001)
    assert numbers.map(1002) == 11


def test_a_late_packet_keeps_the_number_it_had() -> None:
    numbers = SequenceMap()
    numbers.restart(1000, 10)
    assert numbers.map(1000) == 10
    assert numbers.swallow(1002)  # 1001 is still on its way
    assert numbers.map(1003) == 12
    assert numbers.map(1001) == 11


def test_padding_that_comes_late_cannot_be_swallowed() -> None:
    numbers = SequenceMap()
    numbers.restart(1000, 10)
    assert numbers.map(1002) == 12
    assert not numbers.swallow(1001)
    assert numbers.map(1001) == 11


def test_numbers_wrap_at_sixteen_bits() -> None:
    numbers = SequenceMap()
    numbers.restart(1000, 0xFFFF)
    assert [numbers.map(1000), numbers.map(1001)] == [0xFFFF, 0]


@given(st.lists(st.booleans(), min_size=1, max_size=300), st.randoms(use_true_random=False))
def test_in_any_order_what_is_kept_is_numbered_without_gap(kept: list[bool], rng: object) -> None:
    """Packets arrive up to four places out of order; padding is swallowed when it can be."""
    order = list(range(len(kept)))
    for i in range(len(order) - 1):
        j = min(len(order) - 1, i + rng.randrange(4))  # type: ignore[attr-defined]
        order[i], order[j] = order[j], order[i]
    numbers = SequenceMap()
    numbers.restart(1000, 0)
    out: dict[int, int] = {}
    for index in order:
        if kept[index] or not numbers.swallow(1000 + index):
            out[index] = numbers.map(1000 + index)
    numbered = [out[index] for index in sorted(out)]
    # Only the 64 latest changes are remembered: older packets are refused, never renumbered.
    assert [n for n in numbered if n >= 0] == sorted(set(numbered) - {-1})
    if len(kept) < 64:
        assert sorted(numbered) == list(range(len(numbered)))
