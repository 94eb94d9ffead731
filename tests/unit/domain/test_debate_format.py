"""Debate formats as data: read, checked with the path of what is wrong, settled for a debate."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from importlib.resources import files
from typing import Any

import pytest

from server.domain.debate_format import Format, check, chosen, from_data, to_data
from server.domain.debate_format_check import problems
from server.domain.errors import Invalid, NotFound
from server.storage.shipped_formats import DEFAULT, ORDER, shipped_formats


def data(format_id: str = "quick") -> dict[str, Any]:
    return to_data(shipped(format_id))


def shipped(format_id: str) -> Format:
    return next(form for form in shipped_formats() if form.format_id == format_id)


def speeches(format_id: str) -> list[str]:
    """As the table of formats is written: whose speech and how many minutes."""
    return [
        ("+".join(p.side + (p.seat or "") for p in speech.places) or "all")
        + f" {speech.length_s / 60:g}"
        for speech in shipped(format_id).speeches
    ]


# ---- what ships ----


def test_DF1_every_file_in_the_folder_is_shipped_and_the_quick_debate_comes_first() -> None:
    names = {entry.name for entry in (files("server") / "debate_formats").iterdir()}
    assert {name for name in names if name.endswith(".json")} == {f"{each}.json" for each in ORDER}
    assert shipped_formats()[0].format_id == DEFAULT == "quick"


@pytest.mark.parametrize("format_id", ORDER)
def test_DF1_shipped_formats_speak_both_languages_and_are_without_fault(format_id: str) -> None:
    form = shipped(format_id)
    assert list(problems(form)) == []
    assert from_data(json.loads(json.dumps(to_data(form)))) == form
    named = [form, *form.sides, *form.phases, *form.speeches, *form.scoring.criteria]
    named += [seat for side in form.sides for seat in side.seats]
    assert all(each.name.en and each.name.de for each in named)


@pytest.mark.parametrize(
    ("format_id", "prep_s", "pool_s", "poi", "expected"),
    [
        ("british-parliamentary", 900, 0, (60, 360),
         "ogpm 7, oolo 7, ogdpm 7, oodlo 7, cgmg 7, como 7, cggw 7, coow 7"),
        ("world-schools", 3600, 0, (60, 420),
         "prop1 8, opp1 8, prop2 8, opp2 8, prop3 8, opp3 8, opp 4, prop 4"),
        ("asian-parliamentary", 1800, 0, (60, 360),
         "gov1 7, opp1 7, gov2 7, opp2 7, gov3 7, opp3 7, opp 4, gov 4"),
        ("middle-school", 1200, 0, (60, 240),
         "prop1 5, opp1 5, prop2 5, opp2 5, opp3 3, prop3 3"),
        ("lincoln-douglas", 0, 240, None,
         "aff1 6, neg1+aff1 3, neg1 7, aff1+neg1 3, aff1 4, neg1 6, aff1 3"),
        ("public-forum", 0, 180, None,
         ("pro1 4, con1 4, pro1+con1 3, pro2 4, con2 4, pro2+con2 3, pro1 3, con1 3, "
          "pro1+con1+pro2+con2 3, pro2 2, con2 2")),
        ("karl-popper", 0, 480, None,
         ("aff1 6, neg3+aff1 3, neg1 6, aff3+neg1 3, aff2 5, neg1+aff2 3, neg2 5, aff1+neg2 3, "
          "aff3 5, neg3 5")),
        ("jugend-debattiert", 0, 0, None,
         "pro1 2, con1 2, pro2 2, con2 2, all 12, pro1 1, con1 1, pro2 1, con2 1"),
        ("oxford", 0, 0, None,
         ("for1 7, against1 7, for2 7, against2 7, all 15, all 15, "
          "for1 2, against1 2, for2 2, against2 2")),
        ("quick", 300, 0, (30, 105), "pro1 2, con1 2, pro2 2, con2 2, all 4, con3 1, pro3 1"),
    ],
)  # fmt: skip
def test_DF1_orders_lengths_and_windows_are_the_formats_own(
    format_id: str, prep_s: int, pool_s: int, poi: tuple[int, int] | None, expected: str
) -> None:
    form = shipped(format_id)
    assert ", ".join(speeches(format_id)) == expected
    assert (form.prep_s, form.pool_s) == (prep_s, pool_s)
    first = form.speeches[0]
    windows = [i for i, period in enumerate(first.periods) if period.kind == "pois"]
    found = [(first.periods[i].from_s, first.periods[i + 1].from_s) for i in windows]
    assert found == ([poi] if poi else [])
    for speech in form.speeches:
        last = speech.bells[-1]
        assert (last.at_s, last.strokes) == (speech.length_s, 2)
        assert speech.period_at(speech.length_s) == "overtime"
        if speech.kind == "reply":
            assert all(period.kind != "pois" for period in speech.periods)


def test_DF1_ranges_of_scores() -> None:
    ranges = {
        form.format_id: (form.scoring.speaker, form.scoring.reply) for form in shipped_formats()
    }
    speaker, reply = ranges["british-parliamentary"]
    assert (speaker, reply) == (from_range(50, 99, 1), None)
    speaker, reply = ranges["world-schools"]
    assert (speaker, reply) == (from_range(60, 80, 0.5), from_range(30, 40, 0.5))
    assert speaker is not None
    assert speaker.has(72.5)
    assert not speaker.has(72.25)
    assert not speaker.has(80.5)
    assert shipped("british-parliamentary").scoring.teams == "ranks"
    assert [each.range.high for each in shipped("jugend-debattiert").scoring.criteria] == [5] * 4


def from_range(low: float, high: float, step: float) -> Any:
    from server.domain.debate_format import Range

    return Range(low, high, step)


# ---- reading ----


@pytest.mark.parametrize(
    ("change", "code", "field"),
    [
        (lambda d: d.update(colour="red"), "unknown_field", "colour"),
        (lambda d: d.pop("name"), "missing_field", "name"),
        (lambda d: d.update(prep_s="5"), "wrong_type", "prep_s"),
        (lambda d: d.update(prep_s=True), "wrong_type", "prep_s"),
        (lambda d: d.update(prep_s=1.5), "wrong_type", "prep_s"),
        (lambda d: d.update(sides={}), "wrong_type", "sides"),
        (lambda d: d["sides"].append(3), "wrong_type", "sides[2]"),
        (lambda d: d["sides"][0].update(stance="perhaps"), "wrong_type", "sides[0].stance"),
        (lambda d: speech(d, 0).update(kind="song"), "wrong_type", "phases[0].speeches[0].kind"),
        (lambda d: speech(d, 1)["bells"][0].update(at="1"), "unknown_field",
         "phases[0].speeches[1].bells[0].at"),
        (lambda d: d.update(size=3), "wrong_type", "size"),
        (lambda d: d.update(variants=[{"id": "v", "name": {}, "lengths": {"a": "b"}}]),
         "wrong_type", "variants[0].lengths.a"),
        (lambda d: d["poi"].update(allowed=1), "wrong_type", "poi.allowed"),
    ],
)  # fmt: skip
def test_DF2_what_is_not_a_format_is_refused_with_the_path(
    change: Callable[[dict[str, Any]], Any], code: str, field: str
) -> None:
    given = data()
    change(given)
    with pytest.raises(Invalid) as wrong:
        from_data(given)
    assert (wrong.value.code, wrong.value.field) == (code, field)


@pytest.mark.parametrize("given", [None, [], "x", 3])
def test_DF2_something_else_altogether(given: object) -> None:
    with pytest.raises(Invalid) as wrong:
        from_data(given)
    assert (wrong.value.code, wrong.value.field) == ("wrong_type", None)


# ---- checking ----


def speech(given: dict[str, Any], number: int, phase: int = 0) -> dict[str, Any]:
    return given["phases"][phase]["speeches"][number]


FIRST = "phases[0].speeches[0]"
FREE = "phases[2].speeches[0]"

FAULTS: tuple[tuple[Callable[[dict[str, Any]], Any], str, str], ...] = (
    (lambda d: d.update(schema=2), "schema_unknown", "schema"),
    (lambda d: d.update(format_id="No Spaces"), "bad_id", "format_id"),
    (lambda d: d.update(name={"en": " ", "de": ""}), "name_missing", "name"),
    (lambda d: d["name"].update(de="x" * 81), "text_too_long", "name.de"),
    (lambda d: d["description"].update(en="x" * 601), "text_too_long", "description.en"),
    (lambda d: d.update(source="x" * 601), "text_too_long", "source"),
    (lambda d: d.update(prep_s=-1), "out_of_range", "prep_s"),
    (lambda d: d.update(pool_s=8000), "out_of_range", "pool_s"),
    (lambda d: d.update(grace_s=121), "out_of_range", "grace_s"),
    (lambda d: d["poi"].update(limit_s=4), "out_of_range", "poi.limit_s"),
    (lambda d: d["sides"].pop(), "bad_sides", "sides"),
    (lambda d: d["sides"][1].update(stance="for"), "one_sided", "sides"),
    (lambda d: d["sides"][1].update(id="pro"), "id_twice", "sides[1].id"),
    (lambda d: d["sides"][0].update(seats=[]), "bad_seats", "sides[0].seats"),
    (lambda d: d["sides"][0]["seats"][1].update(id="1"), "id_twice", "sides[0].seats[1].id"),
    (lambda d: d["sides"][0]["seats"][1].update(name={}), "name_missing", "sides[0].seats[1].name"),
    (lambda d: d.update(phases=[]), "bad_phases", "phases"),
    (lambda d: d["phases"][1].update(speeches=[]), "phase_empty", "phases[1].speeches"),
    (lambda d: d["phases"][1].update(id="openings"), "id_twice", "phases[1].id"),
    (lambda d: speech(d, 1).update(id="opening-pro"), "id_twice", "phases[0].speeches[1].id"),
    (lambda d: d["phases"][0].update(
        speeches=[{**speech(d, 0), "id": f"s{n}"} for n in range(60)]),
     "too_many_speeches", "phases"),
    (lambda d: speech(d, 0).update(length_s=0), "out_of_range", f"{FIRST}.length_s"),
    (lambda d: speech(d, 0).update(side=None), "side_missing", f"{FIRST}.side"),
    (lambda d: speech(d, 0).update(side="us"), "side_unknown", f"{FIRST}.side"),
    (lambda d: speech(d, 0).update(seat="9"), "seat_unknown", f"{FIRST}.seat"),
    (lambda d: speech(d, 0).update(others=[{"side": "con"}]), "speaker_unused", f"{FIRST}.others"),
    (lambda d: speech(d, 0).update(is_balanced=True), "not_balanced", f"{FIRST}.is_balanced"),
    (lambda d: speech(d, 0).update(kind="cross"), "speakers_missing", f"{FIRST}.others"),
    (lambda d: speech(d, 0).update(kind="cross", periods=[], others=[{"side": "pro", "seat": "2"}]),
     "same_side", f"{FIRST}.others"),
    (lambda d: speech(d, 0).update(
        kind="grand_cross", periods=[],
        others=[{"side": "con", "seat": "1"}] * 2 + [{"side": "pro", "seat": "2"}]),
     "speaker_twice", f"{FIRST}.others"),
    (lambda d: speech(d, 0).update(kind="grand_cross", periods=[], others=[{"side": "con"}]),
     "speakers_missing", f"{FIRST}.others"),
    (lambda d: speech(d, 0).update(kind="cross", others=[{"side": "con", "seat": "1"}]),
     "pois_need_holder", f"{FIRST}.periods[0].kind"),
    (lambda d: speech(d, 0, 2).update(side="pro"), "speaker_unused", f"{FREE}.side"),
    (lambda d: speech(d, 0)["bells"][0].update(at_s=121), "bell_outside", f"{FIRST}.bells[0].at_s"),
    (lambda d: speech(d, 0)["bells"][1].update(at_s=30), "bells_unordered",
     f"{FIRST}.bells[1].at_s"),
    (lambda d: speech(d, 0)["bells"][0].update(strokes=0), "bad_strokes",
     f"{FIRST}.bells[0].strokes"),
    (lambda d: speech(d, 0).update(bells=[{"at_s": n} for n in range(21)]), "too_many_bells",
     f"{FIRST}.bells"),
    (lambda d: speech(d, 0)["periods"][0].update(from_s=-1), "period_outside",
     f"{FIRST}.periods[0].from_s"),
    (lambda d: speech(d, 0)["periods"][1].update(from_s=30), "periods_unordered",
     f"{FIRST}.periods[1].from_s"),
    (lambda d: speech(d, 0)["periods"][2].update(kind="warning"), "overtime_misplaced",
     f"{FIRST}.periods[2].kind"),
    (lambda d: speech(d, 0).update(
        periods=[{"from_s": n, "kind": "normal"} for n in range(21)]), "too_many_periods",
     f"{FIRST}.periods"),
    (lambda d: d["poi"].update(is_optional=False), "pois_not_allowed",
     f"{FIRST}.periods[0].kind"),
    (lambda d: d["scoring"]["speaker"].update(high=1), "bad_range", "scoring.speaker.high"),
    (lambda d: d["scoring"]["speaker"].update(high=float("nan")), "bad_range",
     "scoring.speaker.high"),
    (lambda d: d["scoring"]["speaker"].update(step=4), "bad_step", "scoring.speaker.step"),
    (lambda d: d["scoring"].update(reply={"low": 1, "high": 2}), "no_reply", "scoring.reply"),
    (lambda d: d["scoring"].update(
        criteria=[{"id": "a", "name": {"en": "A"}, "range": {"low": 0, "high": 5}}]),
     "scored_twice", "scoring.criteria"),
    (lambda d: d["scoring"].update(speaker=None, criteria=[
        {"id": f"c{n}", "name": {"en": "A"}, "range": {"low": 0, "high": 5}} for n in range(11)]),
     "too_many_criteria", "scoring.criteria"),
    (lambda d: d["size"].update(most=13), "bad_size", "size.most"),
    (lambda d: d["size"].update(most=2), "bad_seats", "sides[0].seats"),
    (lambda d: d.update(variants=[{"id": "v", "name": {"en": "V"}, "lengths": {"no": 60}}]),
     "speech_unknown", "variants[0].lengths.no"),
    (lambda d: d.update(variants=[{"id": "v", "name": {"en": "V"}, "lengths": {"free": 0}}]),
     "out_of_range", "variants[0].lengths.free"),
    (lambda d: d.update(variants=[{"id": "v", "name": {"en": "V"}, "lengths": {"opening-pro": 9}}]),
     "variant_too_short", "variants[0].lengths.opening-pro"),
    (lambda d: d.update(variants=[
        {"id": f"v{n}", "name": {"en": "V"}, "lengths": {}} for n in range(11)]),
     "too_many_variants", "variants"),
)  # fmt: skip


@pytest.mark.parametrize(("change", "code", "field"), FAULTS)
def test_DF3_every_fault_has_a_code_and_a_place(
    change: Callable[[dict[str, Any]], Any], code: str, field: str
) -> None:
    given = copy.deepcopy(data())
    change(given)
    form = from_data(given)
    found = [(problem.code, problem.field) for problem in problems(form)]
    assert (code, field) in found
    with pytest.raises(Invalid) as wrong:
        check(form)
    assert (wrong.value.code, wrong.value.field) == found[0]


# ---- settling for a debate ----


def test_DF4_with_a_side_of_two_the_first_speaks_again_at_the_end() -> None:
    form = chosen(shipped("quick"), size=2)
    assert [len(side.seats) for side in form.sides] == [2, 2]
    assert [s.seat for s in form.speeches if s.side == "pro"] == ["1", "2", "1"]
    assert list(problems(form)) == []


@pytest.mark.parametrize("size", range(1, 13))
def test_DF4_every_size_that_may_be_chosen_makes_sense(size: int) -> None:
    form = chosen(shipped("quick"), size=size, pois=True)
    assert [len(side.seats) for side in form.sides] == [size, size]
    assert list(problems(form)) == []


def test_DF4_a_size_is_chosen_only_where_the_format_leaves_it_open() -> None:
    with pytest.raises(Invalid) as wrong:
        chosen(shipped("quick"), size=13)
    assert wrong.value.code == "bad_size"
    with pytest.raises(Invalid) as wrong:
        chosen(shipped("karl-popper"), size=2)
    assert wrong.value.code == "size_fixed"
    assert chosen(shipped("karl-popper"), size=3) == shipped("karl-popper")


def test_DF5_a_variant_moves_the_end_of_its_speeches_with_their_bells() -> None:
    form = chosen(shipped("middle-school"), variant="long-rebuttals")
    last = form.speeches[-1]
    assert last.length_s == 300
    assert [(bell.at_s, bell.strokes) for bell in last.bells] == [(240, 1), (300, 2)]
    assert list(problems(form)) == []
    with pytest.raises(NotFound):
        chosen(shipped("middle-school"), variant="no")


def test_DF6_points_of_information_are_chosen_only_where_optional() -> None:
    kinds = {p.kind for s in chosen(shipped("quick")).speeches for p in s.periods}
    assert "pois" not in kinds
    on = chosen(shipped("quick"), pois=True)
    assert on.poi.allowed
    assert on.speeches[0].period_at(40) == "pois"
    with pytest.raises(Invalid) as wrong:
        chosen(shipped("british-parliamentary"), pois=False)
    assert wrong.value.code == "pois_fixed"
