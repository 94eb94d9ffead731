"""Everything that can be wrong with a format that is well-formed (docs/rules.md, DF).

Each problem has a stable code and the path of its field, written as in JavaScript
(``phases[0].speeches[2].bells[1].at_s``), so that an editor can show it where it belongs.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from server.domain.debate_format import (
    SCHEMA,
    Format,
    Place,
    Range,
    Speech,
    Text,
)

LONGEST_NAME = 80
LONGEST_TEXT = 600
LONGEST_S = 2 * 3600
LONGEST_TURN_S = 600
MOST_SEATS = 12
MOST_PHASES = 30
MOST_SPEECHES = 60
MOST_BELLS = 20
ID = re.compile(r"[a-z0-9][a-z0-9_.-]{0,59}")
NAMES_NEEDED = {"cross": 2, "grand_cross": 4}


@dataclass(frozen=True, slots=True)
class Problem:
    code: str
    message: str
    field: str


def problems(form: Format) -> Iterator[Problem]:
    """All of them, in the order of the file."""
    if form.schema != SCHEMA:
        yield Problem("schema_unknown", f"This server reads schema {SCHEMA}.", "schema")
        return
    yield from _id(form.format_id, "format_id")
    yield from _text(form.name, "name")
    yield from _text(form.short_name, "short_name", needed=False)
    yield from _text(form.description, "description", needed=False, longest=LONGEST_TEXT)
    if len(form.source) > LONGEST_TEXT:
        yield Problem("text_too_long", f"At most {LONGEST_TEXT} characters.", "source")
    yield from _between(form.prep_s, 0, LONGEST_S, "prep_s")
    yield from _between(form.pool_s, 0, LONGEST_S, "pool_s")
    yield from _between(form.grace_s, 0, 120, "grace_s")
    yield from _between(form.poi.limit_s, 5, 120, "poi.limit_s")
    yield from _sides(form)
    yield from _phases(form)
    yield from _scoring(form)
    yield from _options(form)


def _id(value: str, path: str) -> Iterator[Problem]:
    if not ID.fullmatch(value):
        yield Problem("bad_id", "An id has up to 60 small letters, digits, hyphens and dots.", path)


def _unique(ids: list[str], path: str) -> Iterator[Problem]:
    for number, each in enumerate(ids):
        yield from _id(each, f"{path}[{number}].id")
        if each in ids[:number]:
            yield Problem("id_twice", f"The id “{each}” is there twice.", f"{path}[{number}].id")


def _text(
    text: Text, path: str, *, needed: bool = True, longest: int = LONGEST_NAME
) -> Iterator[Problem]:
    if needed and not (text.en.strip() or text.de.strip()):
        yield Problem("name_missing", "A name is needed, in one language at least.", path)
    for language, value in (("en", text.en), ("de", text.de)):
        if len(value) > longest:
            yield Problem("text_too_long", f"At most {longest} characters.", f"{path}.{language}")


def _between(value: int, low: int, high: int, path: str) -> Iterator[Problem]:
    if not low <= value <= high:
        yield Problem("out_of_range", f"Must be from {low} to {high}.", path)


def _sides(form: Format) -> Iterator[Problem]:
    if not 2 <= len(form.sides) <= 4:
        yield Problem("bad_sides", "A format has 2 to 4 sides.", "sides")
    if {side.stance for side in form.sides} != {"for", "against"}:
        yield Problem("one_sided", "One side must be for the motion and one against it.", "sides")
    yield from _unique([side.id for side in form.sides], "sides")
    for number, side in enumerate(form.sides):
        path = f"sides[{number}]"
        yield from _text(side.name, f"{path}.name")
        if not 1 <= len(side.seats) <= MOST_SEATS:
            yield Problem("bad_seats", f"A side has 1 to {MOST_SEATS} seats.", f"{path}.seats")
        yield from _unique([seat.id for seat in side.seats], f"{path}.seats")
        for place, seat in enumerate(side.seats):
            yield from _text(seat.name, f"{path}.seats[{place}].name")


def _phases(form: Format) -> Iterator[Problem]:
    if not 1 <= len(form.phases) <= MOST_PHASES:
        yield Problem("bad_phases", f"A format has 1 to {MOST_PHASES} phases.", "phases")
    if len(form.speeches) > MOST_SPEECHES:
        yield Problem(
            "too_many_speeches", f"A format has at most {MOST_SPEECHES} speeches.", "phases"
        )
    yield from _unique([phase.id for phase in form.phases], "phases")
    seen: set[str] = set()
    for number, phase in enumerate(form.phases):
        path = f"phases[{number}]"
        yield from _text(phase.name, f"{path}.name")
        if not phase.speeches:
            yield Problem("phase_empty", "A phase has at least one speech.", f"{path}.speeches")
        for place, speech in enumerate(phase.speeches):
            where = f"{path}.speeches[{place}]"
            yield from _id(speech.id, f"{where}.id")
            if speech.id in seen:
                yield Problem("id_twice", f"The id “{speech.id}” is there twice.", f"{where}.id")
            seen.add(speech.id)
            yield from _speech(form, speech, where)


def _speech(form: Format, speech: Speech, path: str) -> Iterator[Problem]:
    yield from _text(speech.name, f"{path}.name")
    yield from _between(speech.length_s, 1, LONGEST_S, f"{path}.length_s")
    if speech.is_balanced and speech.kind != "free":
        yield Problem(
            "not_balanced", "Only a free debate is balanced by side.", f"{path}.is_balanced"
        )
    if speech.turn_limit_s:
        if speech.kind != "questions":
            yield Problem(
                "no_audience", "Only questions have a limit for the audience.",
                f"{path}.turn_limit_s",
            )  # fmt: skip
        yield from _between(speech.turn_limit_s, 5, LONGEST_TURN_S, f"{path}.turn_limit_s")
    yield from _speakers(form, speech, path)
    yield from _bells(speech, path)
    yield from _periods(form, speech, path)


def _speakers(form: Format, speech: Speech, path: str) -> Iterator[Problem]:
    if speech.floor == "queue":
        for name, given in (
            ("side", speech.side),
            ("seat", speech.seat),
            ("others", speech.others),
        ):
            if given:
                yield Problem(
                    "speaker_unused", "Here whoever's turn it is speaks.", f"{path}.{name}"
                )
        return
    if speech.side is None:
        yield Problem("side_missing", "Whose speech is it?", f"{path}.side")
        return
    needed = NAMES_NEEDED.get(speech.kind, 1)
    if speech.floor == "one" and speech.others:
        yield Problem("speaker_unused", "This speech has one speaker.", f"{path}.others")
    elif len(speech.places) < needed or (speech.kind == "cross" and len(speech.places) > needed):
        wanted = {2: "Say who asks and who answers.", 4: "Name the others, at least three."}
        yield Problem("speakers_missing", wanted[needed], f"{path}.others")
    for number, place in enumerate(speech.places):
        where = path if number == 0 else f"{path}.others[{number - 1}]"
        yield from _place(form, place, where)
    sides = {place.side for place in speech.places}
    if speech.floor == "places" and len(speech.places) >= needed and len(sides) < 2:
        yield Problem("same_side", "One side cannot question itself.", f"{path}.others")
    named = [place for place in speech.places if place.seat is not None]
    if len(set(named)) < len(named):
        yield Problem("speaker_twice", "The same seat is named twice.", f"{path}.others")


def _place(form: Format, place: Place, path: str) -> Iterator[Problem]:
    side = next((each for each in form.sides if each.id == place.side), None)
    if side is None:
        yield Problem("side_unknown", f"There is no side “{place.side}”.", f"{path}.side")
    elif place.seat is not None and all(seat.id != place.seat for seat in side.seats):
        yield Problem("seat_unknown", f"That side has no seat “{place.seat}”.", f"{path}.seat")


def _bells(speech: Speech, path: str) -> Iterator[Problem]:
    if len(speech.bells) > MOST_BELLS:
        yield Problem("too_many_bells", f"At most {MOST_BELLS} bells.", f"{path}.bells")
    before = -1
    for number, bell in enumerate(speech.bells):
        where = f"{path}.bells[{number}]"
        if not 0 <= bell.at_s <= speech.length_s:
            yield Problem("bell_outside", "A bell rings within the speech.", f"{where}.at_s")
        elif bell.at_s <= before:
            yield Problem("bells_unordered", "Bells are in order of time.", f"{where}.at_s")
        else:
            before = bell.at_s
        if not 1 <= bell.strokes <= 5:
            yield Problem("bad_strokes", "A bell has 1 to 5 strokes.", f"{where}.strokes")


def _periods(form: Format, speech: Speech, path: str) -> Iterator[Problem]:
    if len(speech.periods) > MOST_BELLS:
        yield Problem("too_many_periods", f"At most {MOST_BELLS} periods.", f"{path}.periods")
    before = -1
    for number, period in enumerate(speech.periods):
        where = f"{path}.periods[{number}]"
        if not 0 <= period.from_s <= speech.length_s:
            yield Problem("period_outside", "A period begins within the speech.", f"{where}.from_s")
            continue
        if period.from_s <= before:
            yield Problem("periods_unordered", "Periods are in order of time.", f"{where}.from_s")
        if (period.kind == "overtime") != (period.from_s == speech.length_s):
            yield Problem(
                "overtime_misplaced", "Overtime, and it alone, begins at the end.", f"{where}.kind"
            )
        before = max(before, period.from_s)
        if period.kind == "pois":
            if not (form.poi.allowed or form.poi.is_optional):
                yield Problem(
                    "pois_not_allowed", "This format has no points of information.", f"{where}.kind"
                )
            elif speech.floor != "one":
                yield Problem(
                    "pois_need_holder",
                    "Points of information are put to a single speaker.",
                    f"{where}.kind",
                )


def _scoring(form: Format) -> Iterator[Problem]:
    scoring = form.scoring
    for name, range_ in (("speaker", scoring.speaker), ("reply", scoring.reply)):
        if range_ is not None:
            yield from _range(range_, f"scoring.{name}")
    if scoring.reply is not None and all(speech.kind != "reply" for speech in form.speeches):
        yield Problem("no_reply", "There is no reply speech to score.", "scoring.reply")
    if scoring.criteria and scoring.speaker is not None:
        yield Problem(
            "scored_twice", "Speakers are scored by a range or by criteria.", "scoring.criteria"
        )
    if len(scoring.criteria) > 10:
        yield Problem("too_many_criteria", "At most 10 criteria.", "scoring.criteria")
    yield from _unique([each.id for each in scoring.criteria], "scoring.criteria")
    for number, criterion in enumerate(scoring.criteria):
        path = f"scoring.criteria[{number}]"
        yield from _text(criterion.name, f"{path}.name")
        yield from _range(criterion.range, f"{path}.range")


def _range(range_: Range, path: str) -> Iterator[Problem]:
    # Written so that NaN, for which every comparison is false, is refused as well.
    if not (-1000 <= range_.low < range_.high <= 1000):
        yield Problem("bad_range", "The lowest score must be below the highest.", f"{path}.high")
    elif not (0.01 <= range_.step <= range_.high - range_.low and range_.has(range_.high)):
        yield Problem(
            "bad_step", "Steps must lead from the lowest score to the highest.", f"{path}.step"
        )


def _options(form: Format) -> Iterator[Problem]:
    size = form.size
    if size is not None:
        if not 1 <= size.least <= size.most <= MOST_SEATS:
            yield Problem("bad_size", f"Sides can be 1 to {MOST_SEATS} strong.", "size.most")
        for number, side in enumerate(form.sides):
            if not size.least <= len(side.seats) <= size.most:
                yield Problem(
                    "bad_seats",
                    "The preset number of seats must be one that can be chosen.",
                    f"sides[{number}].seats",
                )
    if len(form.variants) > 10:
        yield Problem("too_many_variants", "At most 10 variants.", "variants")
    yield from _unique([each.id for each in form.variants], "variants")
    speeches = {speech.id: speech for speech in form.speeches}
    for number, variant in enumerate(form.variants):
        path = f"variants[{number}]"
        yield from _text(variant.name, f"{path}.name")
        for speech_id, length_s in variant.lengths.items():
            where = f"{path}.lengths.{speech_id}"
            if speech_id not in speeches:
                yield Problem("speech_unknown", f"There is no speech “{speech_id}”.", where)
                continue
            yield from _between(length_s, 1, LONGEST_S, where)
            broken = [
                *_bells(speeches[speech_id].lasting(length_s), ""),
                *_periods(form, speeches[speech_id].lasting(length_s), ""),
            ]
            if broken and not [*_bells(speeches[speech_id], "")]:
                yield Problem(
                    "variant_too_short", "Its bells and periods have no room left.", where
                )
