"""Recording time: what was paused takes no time."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from recordings.spans import RecordingTime, Span, both, covers, joined, length_ms, without

span_lists = st.lists(
    st.tuples(st.integers(0, 300), st.integers(0, 60)).map(lambda x: Span(x[0], x[0] + x[1])),
    max_size=12,
).map(joined)


def moments(spans: tuple[Span, ...]) -> set[int]:
    return {at for at in range(400) if covers(spans, at)}


@settings(deadline=None)
@given(span_lists, span_lists)
def test_span_arithmetic_is_set_arithmetic(left: tuple[Span, ...], right: tuple[Span, ...]) -> None:
    assert moments(both(left, right)) == moments(left) & moments(right)
    assert moments(without(left, right)) == moments(left) - moments(right)
    assert length_ms(left) == len(moments(left))


@settings(deadline=None)
@given(span_lists)
def test_recording_time_numbers_the_moments_on_record(stretches: tuple[Span, ...]) -> None:
    time = RecordingTime(stretches)
    on_record = sorted(moments(stretches))
    assert [time.at(at) for at in on_record] == list(range(len(on_record)))
    assert all(time.at(at) is None for at in set(range(400)) - set(on_record))
    assert time.duration_ms == len(on_record)


def test_a_moment_off_record_falls_where_the_record_goes_on() -> None:
    time = RecordingTime([Span(100, 200), Span(300, 400)])
    assert [time.clamp(at) for at in (0, 150, 250, 300, 999)] == [0, 50, 100, 100, 200]
    assert time.spans((Span(50, 350),)) == (Span(0, 150),)
    assert time.cuts() == [(100, 100)]
