"""The steps that make words of sound and chapters and items of words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec

from recordings.boards import lines_of, marks_of
from recordings.facts import Facts
from recordings.ports import (
    Job,
)
from recordings.room_sound import RoomSound
from recordings.slides import LONGEST_TERM, MOST_TERMS, terms_of
from recordings.spans import length_ms
from recordings.stage_base import FORMAT, Done, Progress, StageBase, write
from recordings.workshop import digest_of
from server.schemas.recordings import TimelineMark

_NAMED = ("moment", "speech", "activity", "slide", "whiteboard")
"""marks whose label is a title"""
CONTEXT_LENGTH = 480
"""characters; Whisper takes at most 224 tokens before the sound, and long ones cost time"""


ROOMS_HEARD_MS = 12 * 3_600_000
"""open microphones of breakout rooms that are written down, room by room; what is beyond it would
keep the recording waiting for hours"""


def _in_rooms(rooms: Sequence[RoomSound], folder: Path, names: Mapping[str, str]) -> list[Any]:
    """The voices of rooms, each in its room's own time."""
    found: list[Any] = []
    left_ms = float(ROOMS_HEARD_MS)
    for room in rooms:
        heard_ms = sum(length_ms(voice.sound.spans) for voice in room.voices)
        if heard_ms > left_ms:
            continue
        left_ms -= heard_ms
        found += [
            {
                "participant_id": voice.sound.participant_id,
                "speaker_name": names.get(voice.sound.participant_id, ""),
                "wav_path": str(folder / voice.wav_path),
                "offset_ms": voice.sound.start_ms,
                "spoken": [
                    {"start_ms": int(span.start_ms), "end_ms": round(span.end_ms)}
                    for span in voice.sound.spans
                ],
                "room": room.number,
            }
            for voice in room.voices
        ]
    return found


_PRIORS = {
    "screen": "screen", "confusion": "confusion", "moment": "moment", "poll": "poll",
    "speech": "phase", "audience": "moment", "breakout": "breakout", "activity": "activity",
    "slide": "screen", "whiteboard": "screen",
}  # fmt: skip


def _priors(marks: Sequence[TimelineMark]) -> list[Any]:
    return [
        {
            "at_ms": mark.at_ms,
            "kind": _PRIORS[mark.kind],
            "label": mark.label if mark.kind in _NAMED else "",
        }
        for mark in sorted(marks, key=lambda mark: mark.at_ms)
        if mark.kind in _PRIORS
    ]


_EVERYWHERE = ("poll", "slide")
"""marks of what reaches people in breakout rooms too"""


def in_room(marks: Sequence[TimelineMark], room: RoomSound) -> list[TimelineMark]:
    """What happened in a room while it was open, in its own time."""
    return [
        msgspec.structs.replace(mark, at_ms=mark.at_ms - room.start_ms)
        for mark in marks
        if room.start_ms <= mark.at_ms < room.end_ms
        and (mark.kind in _EVERYWHERE or mark.data.get("room_id") == room.room_id)
    ]


class SpeechStages(StageBase):
    def _transcribe(self, job: Job, done: Mapping[str, Done], progress: Progress) -> Done:
        assembled = self._assembled(job, done)
        facts = self._facts(job, done)
        folder = self._folder(job, done, "assemble")
        names = facts.names()
        tracks = [
            {
                "participant_id": voice.sound.participant_id,
                "speaker_name": names.get(voice.sound.participant_id, ""),
                "wav_path": str(folder / voice.wav_path),
                "offset_ms": voice.sound.start_ms,
                "spoken": [
                    {"start_ms": int(span.start_ms), "end_ms": round(span.end_ms)}
                    for span in voice.sound.spans
                ],
            }
            for voice in assembled.voices
        ]
        tracks += _in_rooms(assembled.rooms, folder, names)
        options = {**self._transcribe_options, "context": self._written(job)}
        work = {"tracks": tracks, **options}
        digest = digest_of("transcribe", FORMAT, done["assemble"].digest, names, options)
        if not tracks:
            silent = {
                "tracks": [], "language": None, "engine": "none", "model": "none", "cpu_s": 0,
            }  # fmt: skip
            self._workshop(job).make(
                "transcribe", digest, lambda out: write(out / "transcribe.json", silent)
            )
            return Done(digest, detail="nobody's microphone was on")
        return self._transcripts_step(job, "transcribe", digest, work, progress)

    def _written(self, job: Job) -> str:
        """What people wrote about the class: its names and terms help to hear them."""
        row = self._store.load(job.recording_id)
        about = (row.course_title, row.title, row.description) if row is not None else ()
        sentences = [
            part if part[-1] in ".!?" else f"{part}."
            for part in (" ".join((text or "").split()) for text in about)
            if part
        ]
        return " ".join(sentences)[:CONTEXT_LENGTH]

    def _merge(self, job: Job, done: Mapping[str, Done], progress: Progress) -> Done:
        source = self._folder(job, done, "transcribe") / "transcribe.json"
        digest = digest_of("merge", FORMAT, done["transcribe"].digest)
        transcript = self._texts.merge(source.read_bytes())

        def build(out: Path) -> None:
            write(out / "transcript.json", transcript)
            rooms = self._texts.merge_rooms(source.read_bytes())
            # Keys of JSON are text, and what is written in a fixed order must say so.
            write(out / "rooms.json", {str(number): said for number, said in rooms.items()})

        was_kept = not self._workshop(job).make("merge", digest, build)
        words = sum(len(segment.words) for segment in transcript.segments)
        return Done(digest, detail=f"{words} words", was_kept=was_kept, counts={
            "segments": len(transcript.segments), "words": words,
        })  # fmt: skip

    def _chapters(self, job: Job, done: Mapping[str, Done], progress: Progress) -> Done:
        facts = self._facts(job, done)
        drawn = self._drawn(job, facts)
        said = self._said_in_rooms(job, done)
        work = {
            "transcript": self._transcript(job, done),
            "duration_ms": facts.duration_ms,
            "priors": _priors([*facts.marks, *marks_of(drawn, facts.boards)]),
            "rooms": {
                str(room.number): {
                    "transcript": said[room.number],
                    "duration_ms": room.end_ms - room.start_ms,
                    "priors": _priors([*in_room(facts.marks, room), *marks_of(drawn, room.boards)]),
                }
                for room in self._assembled(job, done).rooms
                if room.number in said and said[room.number].segments
            },
        }
        digest = digest_of("chapters", FORMAT, work)
        result = self._transcripts_step(job, "chapters", digest, work, progress)
        chapters = self._chapter_list(job, {"chapters": result})
        return msgspec.structs.replace(
            result, detail=f"{len(chapters)} chapters", counts={"chapters": len(chapters)}
        )

    def _terms(self, job: Job, facts: Facts) -> list[str]:
        """What stood on slides and on the whiteboard."""
        written = lines_of(self._drawn(job, facts), facts.boards)
        lines = [line[:LONGEST_TERM] for _, text in written for line in text.split("\n")]
        on_slides = terms_of(self._folders.slides(job.session_id), facts.slides)
        return list(dict.fromkeys([*on_slides, *lines]))[:MOST_TERMS]

    def _items(self, job: Job, done: Mapping[str, Done], progress: Progress) -> Done:
        facts = self._facts(job, done)
        work = {
            "transcript": self._transcript(job, done),
            "chapters": self._chapter_list(job, done),
            "polls": [
                {
                    "poll_id": poll.poll_id, "at_ms": poll.at_ms, "question": poll.question,
                    "options": poll.options, "tally": poll.tally, "key": poll.key,
                }
                for poll in facts.polls
            ],
            "participant_names": [person.name for person in facts.people],
            "facilitator_ids": facts.facilitators(),
            "slide_terms": self._terms(job, facts),
        }  # fmt: skip
        digest = digest_of("items", FORMAT, work)
        result = self._transcripts_step(job, "items", digest, work, progress)
        items = self._item_list(job, {"items": result})
        return msgspec.structs.replace(
            result, detail=f"{len(items)} drafts", counts={"items": len(items)}
        )
