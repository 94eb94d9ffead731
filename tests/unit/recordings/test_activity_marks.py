"""AG11: what of the agenda went on is on the recording, and a hint for a chapter."""

from __future__ import annotations

from recordings.facts import facts_of
from server.domain import agenda_commands as ac
from server.domain import commands as c
from tests.agenda_world import PLAN
from tests.live_world import ADA, FAY, OPEN, World, live_class
from transcripts.chapters import chapters
from transcripts.ports import ChapterPrior, ChaptersJob, Transcript


def recorded() -> World:
    world = live_class(OPEN, ADA)
    world.do(FAY, ac.EditAgenda(PLAN, 0))
    world.do(FAY, ac.NextActivity(None), after_ms=1000)
    first, second, third = (one.activity_id for one in world.state.agenda.activities)
    world.do(FAY, c.StartRecording(), after_ms=30_000)
    world.do(FAY, ac.NextActivity(first), after_ms=60_000)
    world.do(FAY, ac.NextActivity(second), after_ms=5_000)
    world.do(FAY, c.EndSession(), after_ms=90_000)
    assert third
    return world


def test_AG11_activities_are_marks_where_they_come_on_record() -> None:
    world = recorded()
    marks = [m for m in facts_of("s1", "r1", world.log).marks if m.kind == "activity"]
    assert [(m.label, m.at_ms, m.data["end_ms"]) for m in marks] == [
        ("Why print?", 0, 60_000),
        ("This house regrets print", 65_000, 155_000),
    ], "the second was skipped over"
    assert marks[1].data["activity_kind"] == "debate"


def test_AG11_a_silent_class_has_the_chapters_of_its_agenda() -> None:
    priors = (ChapterPrior(0, "activity", "Why print?"), ChapterPrior(65_000, "activity", "Debate"))
    job = ChaptersJob(Transcript([], "en", "", ""), 155_000, priors)
    made = chapters(job, lambda _: None).chapters
    assert [(one.title, one.start_ms) for one in made] == [("Why print?", 0), ("Debate", 65_000)]
