"""Debatekeeper's files become formats; what is wrong with one is told with its line and place."""

from __future__ import annotations

import pytest

from server.domain.debate_format import Bell, Format, check
from server.domain.errors import Invalid
from server.services.debatekeeper import SOURCE, import_debatekeeper
from server.services.plain_xml import MOST_BYTES, read_xml

# Written for these tests after the schemas, in the app's two ways of writing.
VERSION_2 = """<?xml version='1.0' encoding='UTF-8'?>
<debate-format schema-version="2.2">
  <name xml:lang="en">House style</name><name xml:lang="de">Hausformat</name>
  <short-name>HS</short-name>
  <version>3</version>
  <info xml:lang="en"><region>Here</region><description>Three against three.</description></info>
  <period-types>
    <period-type ref="hs.questions" pois-allowed="true"><name>Questions</name></period-type>
    <period-type ref="hs.calm"><name>Calm</name></period-type>
  </period-types>
  <prep-time length="15:00"/>
  <speech-types>
    <speech-type ref="long" length="6:00" first-period="normal">
      <bell time="1:00" number="1" next-period="hs.questions"/>
      <bell time="5:00" number="0" next-period="hs.calm"/>
      <bell time="5:30" number="1" next-period="warning" pause-on-bell="true"/>
      <bell time="finish" number="2" next-period="overtime"/>
    </speech-type>
    <speech-type ref="reply" length="90">
      <bell time="finish" number="2" next-period="overtime"/>
    </speech-type>
  </speech-types>
  <speeches>
    <speech type="long"><name>Prime Minister</name></speech>
    <speech type="long"><name>Leader of the Opposition</name></speech>
    <speech type="long"><name>Deputy Prime Minister</name></speech>
    <speech type="long"><name>Deputy Leader of the Opposition</name></speech>
    <speech type="reply"><name>Opposition Reply</name></speech>
    <speech type="reply"><name>Prime Minister's Rebuttal</name></speech>
  </speeches>
</debate-format>
"""
VERSION_1 = """<?xml version="1.0" encoding="UTF-8"?>
<debateformat name="Old style" schemaversion="1.1">
  <info><region>There</region><desc>Two against two.</desc></info>
  <resource ref="common">
    <period ref="normal" desc="" bgcolor="#stay"/>
    <period ref="warning" desc="Warning bell rung" bgcolor="#77ffcc00"/>
    <bell time="4:00" number="1" nextperiod="warning"/>
  </resource>
  <preptime-controlled length="7:00" firstperiod="old.moot">
    <period ref="old.moot" desc="Choose"/>
    <bell time="1:00" number="1" nextperiod="normal" pauseonbell="true"/>
  </preptime-controlled>
  <speechtype ref="main" length="6:00" firstperiod="normal">
    <include resource="common"/>
    <bell time="finish" number="2" nextperiod="overtime"/>
  </speechtype>
  <speechtype ref="exchange" length="3:00"><bell time="finish" number="3"/></speechtype>
  <speeches>
    <speech name="1st Affirmative" type="main"/>
    <speech name="Cross-examination of the 1st Affirmative" type="exchange"/>
    <speech name="1st Negative" type="main"/>
    <speech name="Discussion" type="exchange"/>
    <speech name="Last word" type="main"/>
  </speeches>
</debateformat>
"""


def told(form: Format) -> list[str]:
    return [
        f"{s.kind} {'+'.join(f'{p.side}:{p.seat}' for p in s.places)} {s.length_s}"
        for s in form.speeches
    ]


def test_a_file_of_version_2() -> None:
    form, notes = import_debatekeeper(VERSION_2)
    check(form)
    assert (form.format_id, form.name.en, form.name.de) == (
        "house-style",
        "House style",
        "Hausformat",
    )
    assert (form.short_name.en, form.description.en) == ("HS", "Three against three.")
    assert (form.prep_s, form.poi.allowed, form.source) == (900, True, SOURCE)
    assert told(form) == [
        "constructive for:prime-minister 360",
        "constructive against:leader-of-the-opposition 360",
        "constructive for:deputy-prime-minister 360",
        "constructive against:deputy-leader-of-the-opposition 360",
        "reply against:None 90",
        "rebuttal for:prime-minister 90",
    ]
    first = form.speeches[0]
    assert first.bells == (Bell(60), Bell(330), Bell(360, 2))
    assert [(p.from_s, p.kind) for p in first.periods] == [
        (60, "pois"), (300, "normal"), (330, "warning"), (360, "overtime"),
    ]  # fmt: skip
    assert [len(phase.speeches) for phase in form.phases] == [4, 1, 1]
    assert {note.code for note in notes} == {"period_mapped", "pause_dropped", "seats_guessed"}


def test_a_file_of_version_1_with_a_resource() -> None:
    form, notes = import_debatekeeper(VERSION_1)
    check(form)
    assert form.prep_s == 420
    assert told(form) == [
        "constructive for:1st-affirmative 360",
        "cross against:None+for:1st-affirmative 180",
        "constructive against:1st-negative 360",
        "free  180",
        "constructive for:last-word 360",
    ]
    assert form.speeches[0].bells == (Bell(240), Bell(360, 2))
    assert [(p.from_s, p.kind) for p in form.speeches[0].periods] == [
        (240, "warning"), (360, "overtime"),
    ]  # fmt: skip
    assert {"prep_bells_dropped", "cross_guessed", "sides_guessed"} <= {n.code for n in notes}


def test_eight_speeches_of_british_parliamentary_are_four_teams() -> None:
    names = [
        "Prime Minister", "Leader of the Opposition", "Deputy Prime Minister",
        "Deputy Leader of the Opposition", "Member for the Government", "Member for the Opposition",
        "Government Whip", "Opposition Whip",
    ]  # fmt: skip
    speeches = "".join(f'<speech type="all"><name>{name}</name></speech>' for name in names)
    form, _ = import_debatekeeper(
        '<debate-format schema-version="2.2"><name>British Parliamentary (6 minutes)</name>'
        '<speech-types><speech-type ref="all" length="6:00"/></speech-types>'
        f"<speeches>{speeches}</speeches></debate-format>"
    )
    check(form)
    assert [(side.id, len(side.seats)) for side in form.sides] == [
        ("og", 2), ("oo", 2), ("cg", 2), ("co", 2),
    ]  # fmt: skip
    assert [speech.side for speech in form.speeches] == [
        "og", "oo", "og", "oo", "cg", "co", "cg", "co",
    ]  # fmt: skip
    assert form.scoring.teams == "ranks"


@pytest.mark.parametrize(
    ("before", "after", "code", "field"),
    [
        ("<debate-format", "<menu><debate-format", "xml_malformed", None),
        ('length="6:00"', "", "xml_missing", "debateformat/speechtypes[1]/speechtype[1]/@length"),
        ('length="6:00"', 'length="six"', "xml_bad_time",
         "debateformat/speechtypes[1]/speechtype[1]/@length"),
        ('length="6:00"', 'length="0:30"', "bell_after_end",
         "debateformat/speechtypes[1]/speechtype[1]/bell[1]/@time"),
        ('number="0"', 'number="-1"', "xml_bad_number",
         "debateformat/speechtypes[1]/speechtype[1]/bell[2]/@number"),
        ('next-period="hs.calm"', 'next-period="hs.loud"', "period_unknown",
         "debateformat/speechtypes[1]/speechtype[1]/bell[2]/@nextperiod"),
        ('<speech type="reply">', '<speech type="song">', "speech_type_unknown",
         "debateformat/speeches[1]/speech[5]/@type"),
        ("<name>Prime Minister</name>", "", "xml_missing",
         "debateformat/speeches[1]/speech[1]/name"),
        ('schema-version="2.2"', 'schema-version="3.0"', "debatekeeper_schema",
         "debateformat/@schema-version"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told_with_its_place(
    before: str, after: str, code: str, field: str | None
) -> None:
    with pytest.raises(Invalid) as wrong:
        import_debatekeeper(VERSION_2.replace(before, after, 1))
    assert (wrong.value.code, wrong.value.field) == (code, field)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "xml_malformed"),
        ("hello", "xml_malformed"),
        ("<html/>", "not_debatekeeper"),
        ('<debateformat name="x"><speeches/></debateformat>', "no_speeches"),
        ('<!DOCTYPE x [<!ENTITY a "b">]><debateformat>&a;</debateformat>', "xml_has_doctype"),
        ('<!DOCTYPE x SYSTEM "file:///etc/passwd"><debateformat/>', "xml_has_doctype"),
        ("<debateformat>&a;</debateformat>", "xml_malformed"),
        ("<a>" * 20 + "</a>" * 20, "xml_too_large"),
        ("<a>" + "<b/>" * 5000 + "</a>", "xml_too_large"),
        ("<a>" + " " * MOST_BYTES + "</a>", "xml_too_large"),
        ('<debateformat name="x">\udfff</debateformat>', "xml_malformed"),
    ],
)
def test_hostile_and_other_files_are_refused(text: str, code: str) -> None:
    with pytest.raises(Invalid) as wrong:
        import_debatekeeper(text)
    assert wrong.value.code == code


def test_a_file_that_says_its_encoding_is_read_as_the_text_it_is() -> None:
    root = read_xml('<?xml version="1.0" encoding="ISO-8859-1"?><a><name>Größe</name></a>')
    name = root.first("name")
    assert name is not None
    assert name.text == "Größe"
