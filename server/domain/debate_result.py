"""What a debate came to: sheets checked, points added, opinions compared (docs/rules.md, DB)."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping
from statistics import mean
from typing import Any, get_args

from server.domain.debate_events import (
    BallotChoice,
)
from server.domain.debate_format import Range
from server.domain.debate_state import Debate, Sheet, seat_key
from server.domain.errors import Invalid

CHOICES: tuple[BallotChoice, ...] = get_args(BallotChoice)
Matrix = tuple[tuple[int, ...], ...]
"""``[before][after]``, in the order of ``CHOICES``, over those who voted twice"""
NO_BALLOTS: Matrix = ((0, 0, 0),) * 3


# ---- ballots -----------------------------------------------------------------------------------


def matrix_of(pairs: Iterable[tuple[str, str]]) -> Matrix:
    counts = [[0] * 3 for _ in CHOICES]
    for before, after in pairs:
        counts[CHOICES.index(before)][CHOICES.index(after)] += 1  # type: ignore[arg-type]
    return tuple(tuple(row) for row in counts)


def ballot_result(matrix: Matrix, voted: Mapping[str, int]) -> dict[str, Any]:
    both = sum(map(sum, matrix))
    before = [sum(row) for row in matrix]
    after = [sum(column) for column in zip(*matrix, strict=True)]
    gains = [late - early for early, late in zip(before, after, strict=True)]
    shift = [round(100 * gain / both, 1) if both else 0.0 for gain in gains]
    winner = "draw" if gains[0] == gains[1] else "for" if gains[0] > gains[1] else "against"
    return {
        "before": dict(zip(CHOICES, before, strict=True)),
        "after": dict(zip(CHOICES, after, strict=True)),
        "matrix": [list(row) for row in matrix],
        "turnout": {
            "before": voted.get("before", 0),
            "after": voted.get("after", 0),
            "both": both,
        },
        "shift": dict(zip(CHOICES, shift, strict=True)),
        "winner": winner,
    }


# ---- sheets ------------------------------------------------------------------------------------


def point_ranges(debate: Debate) -> dict[str, Range]:
    """What a sheet must hold: key → range. Empty seats get no points."""
    scoring = debate.form.scoring
    ranges: dict[str, Range] = {}
    for side in debate.form.sides:
        for seat in side.seats:
            key = seat_key(side.id, seat.id)
            if key not in debate.seats:
                continue
            if scoring.speaker is not None:
                ranges[key] = scoring.speaker
            for criterion in scoring.criteria:
                ranges[f"{key}:{criterion.id}"] = criterion.range
    if scoring.reply is not None:
        for speech in debate.form.speeches:
            if speech.kind == "reply":
                ranges[f"reply:{speech.id}"] = scoring.reply
    return ranges


def checked_sheet(debate: Debate, points: Mapping[str, float], ranks: Mapping[str, int]) -> Sheet:
    ranges = point_ranges(debate)
    if not ranges and debate.form.scoring.teams == "none":
        raise Invalid("nothing_to_score", "This format gives no points.")
    for key in points:
        if key not in ranges:
            raise Invalid("points_unknown", "Nobody gets such points.", field=f"points.{key}")
    for key, allowed in ranges.items():
        if key not in points:
            raise Invalid("points_missing", "Points are missing.", field=f"points.{key}")
        if not allowed.has(points[key]):
            raise Invalid(
                "points_out_of_range",
                f"From {allowed.low:g} to {allowed.high:g} in steps of {allowed.step:g}.",
                field=f"points.{key}",
            )
    _check_ranks(debate, points, ranks)
    return Sheet({key: points[key] for key in ranges}, dict(ranks))


def _check_ranks(debate: Debate, points: Mapping[str, float], ranks: Mapping[str, int]) -> None:
    scoring = debate.form.scoring
    if scoring.teams == "none":
        if ranks:
            raise Invalid("ranks_unknown", "This format does not rank sides.", field="ranks")
        return
    sides = [side.id for side in debate.form.sides]
    if set(ranks) != set(sides):
        raise Invalid("ranks_missing", "Give every side a place.", field="ranks")
    places = sorted(ranks.values())
    # 1, 1, 3: who shares a place takes the next one's away.
    if any(place != places.index(place) + 1 for place in places):
        raise Invalid("bad_ranks", "Places count from 1 and leave none out.", field="ranks")
    if len(set(places)) < len(places) and not scoring.can_tie:
        raise Invalid("ranks_tied", "In this format two sides cannot end equal.", field="ranks")
    if scoring.can_low_point_win or not points:
        return
    totals = side_totals(debate, points)
    for better in sides:
        for worse in sides:
            if ranks[better] < ranks[worse] and totals[better] < totals[worse]:
                raise Invalid(
                    "low_point_win", "In this format the side with more points wins.", field="ranks"
                )


def side_totals(debate: Debate, points: Mapping[str, float]) -> dict[str, float]:
    totals = {side.id: 0.0 for side in debate.form.sides}
    reply_side = {f"reply:{one.id}": one.side for one in debate.form.speeches}
    for key, value in points.items():
        side = reply_side.get(key) or key.partition(":")[0]
        if side in totals:
            totals[side] += value
    return {side: round(total, 4) for side, total in totals.items()}


# ---- the result --------------------------------------------------------------------------------


def result_of(debate: Debate, matrix: Matrix | None) -> dict[str, Any]:
    both_held = set(debate.ballots_closed) == {"before", "after"}
    sheets = [(who, debate.sheet_of[who]) for who in debate.sheets if who in debate.sheet_of]
    sides, winner = _sides(debate, [sheet for _, sheet in sheets])
    return {
        "ballot": ballot_result(matrix or NO_BALLOTS, debate.voted) if both_held else None,
        "sides": sides,
        "speakers": _speakers(debate, [sheet for _, sheet in sheets]),
        "sheets": [
            {"adjudicator_id": who, "points": dict(sheet.points), "ranks": dict(sheet.ranks)}
            for who, sheet in sheets
        ],
        "winner": winner,
    }


def _sides(debate: Debate, sheets: list[Sheet]) -> tuple[list[dict[str, Any]], str | None]:
    has_points = bool(point_ranges(debate))
    decides = debate.form.scoring.teams
    rows: list[dict[str, Any]] = []
    keys: list[Hashable] = []
    for side in (one.id for one in debate.form.sides):
        totals = [side_totals(debate, sheet.points)[side] for sheet in sheets]
        total = round(mean(totals), 2) if sheets and has_points else None
        firsts = sum(sheet.ranks.get(side) == 1 for sheet in sheets)
        order = -(total or 0.0)
        if decides == "ranks" and sheets:
            keys.append((mean(sheet.ranks[side] for sheet in sheets), order))
        else:
            keys.append((-firsts, order))
        rows.append({"side": side, "total": total, "ballots": firsts})
    for row, place in zip(rows, _places(keys), strict=True):
        row["place"] = place if sheets else None
    first = [row["side"] for row in rows if row["place"] == 1]
    if not sheets or decides == "none":
        return rows, None
    return rows, first[0] if len(first) == 1 else "draw"


def _speakers(debate: Debate, sheets: list[Sheet]) -> list[dict[str, Any]]:
    if not sheets:
        return []
    rows: list[dict[str, Any]] = []
    for seat, who in debate.seats.items():
        sums = [
            sum(v for key, v in sheet.points.items() if key == seat or key.startswith(f"{seat}:"))
            for sheet in sheets
            if any(key == seat or key.startswith(f"{seat}:") for key in sheet.points)
        ]
        if sums:
            rows.append({"seat": seat, "participant_id": who, "points": round(mean(sums), 2)})
    for row, place in zip(rows, _places([-row["points"] for row in rows]), strict=True):
        row["place"] = place
    return sorted(rows, key=lambda row: row["place"])


def _places(keys: list[Any]) -> list[int]:
    ordered = sorted(keys)
    return [ordered.index(key) + 1 for key in keys]
