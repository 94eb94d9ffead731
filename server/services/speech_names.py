"""Whose speech it is and of which kind, read from its name (``1st Negative``)."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import replace

from server.domain.debate_format import (
    Phase,
    Place,
    Seat,
    Side,
    Speech,
    SpeechKind,
    Stance,
    Text,
)
from server.domain.errors import Invalid

Tell = Callable[[str, str, str], None]
"""code, message and field of something to look over"""


def _words(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE)


STANCES: tuple[tuple[Stance, re.Pattern[str]], ...] = (
    (
        "against",
        _words(r"\b(opp\w*|oppos\w*|opos\w*|neg\w*|con|contra|kontra|against)\b"),
    ),
    (
        "for",
        _words(
            r"\b(gov\w*|gob\w*|prop\w*|aff\w*|pro|for|prime|primer|premier|minister|ministro|crown|"
            r"reg\w*)\b"
        ),
    ),
)
KINDS: tuple[tuple[SpeechKind, re.Pattern[str]], ...] = (
    ("grand_cross", _words(r"grand.?cross")),
    ("cross", _words(r"cross|kreuz|\bcx\b")),
    ("questions", _words(r"audience|floor speech|q ?& ?a|publikum")),
    ("free", _words(r"free debate|freie|open debate|exchange|discussion|aussprache")),
    ("reply", _words(r"repl(y|ies)|réplica")),
    ("rebuttal", _words(r"rebut|refut")),
    ("closing", _words(r"^closing$|closing (speech|statement)|summary|final focus|schlussrede")),
    ("opening", _words(r"^opening$|opening (speech|statement)|eröffnung")),
)
PART = _words(r"('s)?\s+(constructive|rebuttal|reply|speech|opening|closing|summary)\b.*$")


def kind_of(name: str, type_name: str) -> SpeechKind:
    """By the speech's own name; by its type's when that says nothing."""
    for text in (name, type_name):
        for kind, words in KINDS:
            if words.search(text):
                return kind
    return "constructive"


def _stances(speeches: list[Speech], note: Tell) -> list[Stance]:
    result: list[Stance] = []
    for speech in speeches:
        words = speech.name.get("en")
        found: Stance | None = next((s for s, named in STANCES if named.search(words)), None)
        if found is None:
            note("sides_guessed", "Some names do not say whose speech it is.", "phases")
            found = "against" if result and result[-1] == "for" else "for"
        result.append(found)
    return result


def placed(
    raw: list[Speech], name: Text, note: Tell
) -> tuple[tuple[Side, ...], tuple[Speech, ...]]:
    own = [speech for speech in raw if speech.floor == "one"]
    if not own:
        raise Invalid("no_speeches", "Nobody has a speech of their own.", field="speeches")
    stances = dict(zip((s.id for s in own), _stances(own, note), strict=True))
    seats: dict[str, dict[str, Seat]] = {"for": {}, "against": {}}
    seat_of: dict[str, str] = {}
    for speech in own:
        title = Text(*(PART.sub("", each).strip() for each in (speech.name.en, speech.name.de)))
        seat_id = slug(title.get("en")) or speech.id
        of_side = seats[stances[speech.id]]
        if seat_id in of_side or speech.kind not in ("reply", "rebuttal", "closing"):
            of_side.setdefault(seat_id, Seat(seat_id, title))
            seat_of[speech.id] = seat_id
    for stance, of_side in seats.items():
        if not of_side:
            of_side["1"] = Seat("1", Text("Speaker 1", "Person 1"))
            note("sides_guessed", f"Nobody is named for “{stance}”.", "sides")
    teams = _teams(seats, is_british=bool(re.search(r"\bBP\b|British", name.get("en"))))
    note("seats_guessed", "Sides and seats are read from the speeches' names.", "sides")
    side_of = {(side.stance, seat.id): side.id for side in teams for seat in side.seats}
    first = {stance: next(s.id for s in teams if s.stance == stance) for stance in seats}
    result: list[Speech] = []
    last: Place | None = None
    for speech in raw:
        if speech.floor == "one":
            seat_id = seat_of.get(speech.id)
            stance = stances[speech.id]
            side = side_of[stance, seat_id] if seat_id else first[stance]
            speech = replace(speech, side=side, seat=seat_id)
            last = Place(side, seat_id)
        elif speech.floor == "places":
            speech = _cross(speech, last, teams, note)
        result.append(speech)
    return teams, tuple(result)


def _cross(speech: Speech, answers: Place | None, teams: tuple[Side, ...], note: Tell) -> Speech:
    """Who spoke last answers; somebody of the other side asks."""
    note("cross_guessed", "Who asks and who answers is guessed.", "phases")
    answers = answers or Place(teams[0].id)
    stance = next(side.stance for side in teams if side.id == answers.side)
    asks = next(side.id for side in teams if side.stance != stance)
    others = (answers,)
    if speech.kind == "grand_cross":
        others = (Place(answers.side), Place(asks), Place(answers.side))
    return replace(speech, side=asks, others=others)


def _teams(seats: dict[str, dict[str, Seat]], *, is_british: bool) -> tuple[Side, ...]:
    """Two sides; four where it says so and there are four speakers on either."""
    government, opposition = (tuple(seats[stance].values()) for stance in ("for", "against"))
    if is_british and len(government) == len(opposition) == 4:
        return (
            Side("og", Text("Opening Government", "Eröffnende Regierung"), "for", government[:2]),
            Side("oo", Text("Opening Opposition", "Eröffnende Opposition"), "against",
                 opposition[:2]),
            Side("cg", Text("Closing Government", "Schließende Regierung"), "for", government[2:]),
            Side("co", Text("Closing Opposition", "Schließende Opposition"), "against",
                 opposition[2:]),
        )  # fmt: skip
    return (
        Side("for", Text("For", "Dafür"), "for", government),
        Side("against", Text("Against", "Dagegen"), "against", opposition),
    )


def phases_of(speeches: tuple[Speech, ...]) -> tuple[Phase, ...]:
    """Neighbours of one kind are a phase; cross-examinations belong to what they follow."""
    names: dict[SpeechKind, Text] = {
        "constructive": Text("Speeches", "Reden"), "rebuttal": Text("Rebuttals", "Entgegnungen"),
        "reply": Text("Replies", "Schlussreden"), "opening": Text("Openings", "Eröffnungen"),
        "closing": Text("Closings", "Schlussworte"), "free": Text("Free debate", "Freie Debatte"),
        "questions": Text("Questions", "Fragen"), "cross": Text("Cross-examination", "Kreuzverhör"),
        "grand_cross": Text("Grand crossfire", "Großes Wortgefecht"),
    }  # fmt: skip
    groups: list[tuple[SpeechKind, list[Speech]]] = []
    for speech in speeches:
        if groups and (speech.kind == groups[-1][0] or speech.floor == "places"):
            groups[-1][1].append(speech)
        else:
            groups.append((speech.kind, [speech]))
    return tuple(
        Phase(f"p{number}", names[kind], tuple(group))
        for number, (kind, group) in enumerate(groups, 1)
    )


def slug(name: str) -> str:
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", plain.lower()).strip("-")[:50].strip("-")
