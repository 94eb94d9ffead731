"""Debate formats over HTTP: made, changed, deleted and brought back; files read; resolved."""

from __future__ import annotations

import copy
from collections.abc import AsyncIterator
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any, get_args, get_type_hints

import msgspec
import pytest

from server.domain import debate_format as domain
from server.domain.debate_format import to_data
from server.domain.errors import NotFound
from server.schemas import debate_format as wire
from server.services.debate_formats import MOST_OF_ONE, read_format, show_format
from server.storage.shipped_formats import ORDER, shipped_formats
from tests.house import House, open_house
from tests.unit.test_debatekeeper import VERSION_2

QUICK: dict[str, Any] = to_data(shipped_formats()[0])
ALL = "/debate-formats"


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    async with open_house(tmp_path) as house:
        yield house


def named(name: str) -> dict[str, Any]:
    return {"format": {**copy.deepcopy(QUICK), "name": {"en": name, "de": ""}}}


def parts(kind: Any) -> set[type]:
    """A dataclass and all dataclasses in it."""
    found: set[type] = set()
    if is_dataclass(kind) and isinstance(kind, type):
        found.add(kind)
        for hint in get_type_hints(kind).values():
            for each in (hint, *get_args(hint)):
                found |= parts(each)
    return found


def test_DF1_the_wire_knows_the_parts_and_fields_of_the_domain() -> None:
    for kind in parts(domain.Format):
        name = "DebateFormat" if kind is domain.Format else f"Format{kind.__name__}"
        struct = getattr(wire, name)
        assert {field.name for field in fields(kind)} == set(struct.__struct_fields__)
    assert get_args(wire.SpeechKind) == get_args(domain.SpeechKind)
    assert get_args(wire.PeriodKind) == get_args(domain.PeriodKind)
    assert get_args(wire.TeamDecision) == get_args(domain.TeamDecision)
    for form in shipped_formats():
        assert read_format(show_format(form)) == form


async def test_DF7_everybody_reads_the_shipped_ones_the_default_first(house: House) -> None:
    learner = await house.person("learner")
    listed = await learner.json("GET", ALL)
    assert [each["format_id"] for each in listed] == list(ORDER)
    assert [each["is_default"] for each in listed] == [True] + [False] * (len(ORDER) - 1)
    assert not any(each["can_edit"] for each in listed)
    popper = await learner.json("GET", f"{ALL}/karl-popper")
    assert popper["summary"]["pool_s"] == popper["format"]["pool_s"] == 480
    assert popper["summary"]["length_s"] == 44 * 60
    assert await learner.refused("GET", f"{ALL}/nothing") == (404, "not_found")


async def test_DF8_a_facilitator_makes_changes_deletes_and_brings_back(house: House) -> None:
    teacher = await house.person("teacher", "facilitator")
    learner = await house.person("learner")
    made = await teacher.json("POST", ALL, named("Ours"), 201)
    format_id = made["summary"]["format_id"]
    assert made["format"]["format_id"] == format_id
    assert (made["summary"]["origin"], made["summary"]["version"]) == ("own", 1)
    seen = await learner.json("GET", f"{ALL}/{format_id}")
    assert (seen["summary"]["origin"], seen["summary"]["can_edit"]) == ("other", False)
    assert seen["summary"]["owner_name"] == "Teacher"

    changed = await teacher.json("PUT", f"{ALL}/{format_id}", {**named("Theirs"), "version": 1})
    assert changed["summary"]["version"] == 2
    late = {**named("Lost"), "version": 1}
    assert await teacher.refused("PUT", f"{ALL}/{format_id}", late) == (409, "format_changed")

    await teacher.json("DELETE", f"{ALL}/{format_id}", None, 204)
    assert await learner.refused("GET", f"{ALL}/{format_id}") == (404, "not_found")
    assert await teacher.refused("PUT", f"{ALL}/{format_id}", named("X")) == (404, "not_found")
    assert format_id not in [each["format_id"] for each in await teacher.json("GET", ALL)]
    back = await teacher.json("POST", f"{ALL}/{format_id}/restore")
    assert back["format"]["name"]["en"] == "Theirs"


async def test_DF8_others_formats_are_not_touched_but_by_admins(house: House) -> None:
    teacher = await house.person("teacher", "facilitator")
    other = await house.person("other", "facilitator")
    admin = await house.person("boss", "admin")
    made = await teacher.json("POST", ALL, named("Ours"), 201)
    path = f"{ALL}/{made['summary']['format_id']}"
    for method, where, body in (
        ("PUT", path, named("X")), ("DELETE", path, None), ("POST", f"{path}/restore", None),
    ):  # fmt: skip
        assert await other.refused(method, where, body) == (403, "not_your_format")
    await admin.json("PUT", path, named("Fixed"))
    listed = await other.json("GET", ALL)
    assert listed[-1]["name"]["en"] == "Fixed"
    assert listed[-1]["origin"] == "other"


async def test_DF8_shipped_ones_stay_as_they_are(house: House) -> None:
    admin = await house.person("boss", "admin")
    path = f"{ALL}/oxford"
    assert await admin.refused("PUT", path, named("X")) == (409, "format_is_shipped")
    assert await admin.refused("DELETE", path) == (409, "format_is_shipped")


async def test_DF8_one_person_keeps_a_bounded_number(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert MOST_OF_ONE == 200
    monkeypatch.setattr("server.services.debate_formats.MOST_OF_ONE", 1)
    teacher = await house.person("teacher", "facilitator")
    made = await teacher.json("POST", ALL, named("One"), 201)
    assert await teacher.refused("POST", ALL, named("Two")) == (409, "too_many_formats")
    await teacher.json("DELETE", f"{ALL}/{made['summary']['format_id']}", None, 204)
    await teacher.json("POST", ALL, named("Two"), 201)


async def test_DF3_faults_are_told_with_their_place(house: House) -> None:
    teacher = await house.person("teacher", "facilitator")
    wrong = named("Odd")
    speech = wrong["format"]["phases"][0]["speeches"][0]
    speech["bells"][0]["at_s"] = 999
    speech["seat"] = "9"
    answer = await teacher.ask("POST", ALL, wrong)
    error = msgspec.json.decode(await answer.text())["error"]
    assert (answer.status, error["code"]) == (400, "seat_unknown")
    assert error["field"] == "format.phases[0].speeches[0].seat"
    found = await teacher.json("POST", f"{ALL}/check", wrong)
    assert [(each["code"], each["field"]) for each in found["problems"]] == [
        ("seat_unknown", "phases[0].speeches[0].seat"),
        ("bell_outside", "phases[0].speeches[0].bells[0].at_s"),
    ]
    speech["colour"] = "red"
    assert await teacher.refused("POST", ALL, wrong) == (400, "invalid_field")


async def test_DF9_a_file_is_read_and_nothing_is_stored(house: House) -> None:
    teacher = await house.person("teacher", "facilitator")
    read = await teacher.json("POST", f"{ALL}/import", {"text": VERSION_2})
    assert read["format"]["name"] == {"en": "House style", "de": "Hausformat"}
    assert read["problems"] == []
    assert "seats_guessed" in [note["code"] for note in read["notes"]]
    assert len(await teacher.json("GET", ALL)) == len(ORDER)
    stored = await teacher.json("POST", ALL, {"format": read["format"]}, 201)
    assert stored["format"]["source"].startswith("Imported from a Debatekeeper")
    again = msgspec.json.encode(stored["format"]).decode()
    own = await teacher.json("POST", f"{ALL}/import", {"text": "\ufeff\n" + again})
    assert own["format"] == stored["format"]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "unknown_file"),
        ("{", "unknown_file"),
        ('{"format_id": NaN}', "unknown_file"),
        ("[" * 100_000, "unknown_file"),
        ("[]", "wrong_type"),
        ("{}", "missing_field"),
        ("<html/>", "not_debatekeeper"),
        ('<!DOCTYPE a [<!ENTITY b "c">]><a/>', "xml_has_doctype"),
    ],
)
async def test_DF9_other_files_are_refused(house: House, text: str, code: str) -> None:
    teacher = await house.person("teacher", "facilitator")
    assert await teacher.refused("POST", f"{ALL}/import", {"text": text}) == (400, code)


async def test_DF10_a_format_is_resolved_as_it_stands(house: House) -> None:
    teacher = await house.person("teacher", "facilitator")
    formats = house.composition.services.debate_formats
    made = await teacher.json("POST", ALL, named("Ours"), 201)
    format_id = made["summary"]["format_id"]
    assert (await formats.resolve("quick")) == shipped_formats()[0]
    assert (await formats.resolve(format_id)).name.en == "Ours"
    await teacher.json("DELETE", f"{ALL}/{format_id}", None, 204)
    for gone in (format_id, "nothing"):
        with pytest.raises(NotFound):
            await formats.resolve(gone)
