"""Tracks of words become one transcript."""

from __future__ import annotations

from transcripts.merge import ends_sentence, merged, merged_rooms, segments, text_of
from transcripts.ports import TrackWords, TranscribeResult, Word
from transcripts.sentences import sentences


def said(text: str, start_ms: int, each_ms: int = 300, gap_ms: int = 50) -> tuple[Word, ...]:
    words: list[Word] = []
    for part in text.split():
        words.append(Word(start_ms=start_ms, end_ms=start_ms + each_ms, text=part, probability=0.9))
        start_ms += each_ms + gap_ms
    return tuple(words)


def track(name: str, *words: Word) -> TrackWords:
    return TrackWords(name.lower(), name, words)


def texts(*tracks: TrackWords) -> list[tuple[str, str]]:
    return [(s.speaker_name, text_of(s.words)) for s in segments(tracks)]


def test_a_pause_over_700_ms_ends_a_segment() -> None:
    words = (*said("one two", 0), *said("three", 650 + 700), *said("four", 2351))
    assert texts(track("Ada", *words)) == [("Ada", "one two three"), ("Ada", "four")]


def test_a_sentence_end_ends_a_segment_but_very_short_ones_stay_together() -> None:
    words = said("Yes. This is a sentence of several words. And so is this.", 0)
    assert texts(track("Ada", *words)) == [
        ("Ada", "Yes. This is a sentence of several words."),
        ("Ada", "And so is this."),
    ]


def test_words_of_two_tracks_never_share_a_segment_also_at_once() -> None:
    found = texts(track("Ada", *said("a b c d e f", 0)), track("Bo", *said("mm", 400)))
    assert all(len(set(text.split()) & {"mm", "a"}) <= 1 for _name, text in found)
    assert ("Bo", "mm") in found


def test_another_turn_in_a_gap_ends_a_segment() -> None:
    ada = (*said("where is it", 0), *said("thanks", 1600))
    bo = said("there", 1100, each_ms=400)
    assert texts(track("Ada", *ada), track("Bo", *bo)) == [
        ("Ada", "where is it"),
        ("Bo", "there"),
        ("Ada", "thanks"),
    ]


def test_a_rejoin_is_the_same_speaker() -> None:
    found = segments([track("Ada", *said("one", 0)), track("Ada", *said("two", 350))])
    assert [text_of(s.words) for s in found] == ["one two"]


def test_a_long_sentence_is_cut_and_no_word_is_lost() -> None:
    words = said(" ".join(f"w{n}{',' if n % 9 == 0 else ''}" for n in range(80)), 0)
    found = segments([track("Ada", *words)])
    assert [w for s in found for w in s.words] == list(words)
    assert all(s.end_ms - s.start_ms <= 12_000 for s in found)


def test_ids_depend_on_content_alone() -> None:
    one = segments([track("Ada", *said("one two", 0))])
    again = segments([track("Bo", *said("x", 0)), track("Ada", *said("one two", 0))])
    assert one[0].segment_id in {s.segment_id for s in again}
    assert len({s.segment_id for s in again}) == len(again)


def test_abbreviations_and_initials_end_nothing() -> None:
    assert not any(map(ends_sentence, ("e.g.", "Dr.", "J.", "word", "word,")))
    assert all(map(ends_sentence, ("word.", "No.", "done?", 'said."', "wait…")))


def test_sentences_go_over_segments() -> None:
    result = TranscribeResult((track("Ada", *said("one two", 0), *said("three.", 1500)),), "en",
                              "e", "m", 0.0)  # fmt: skip
    transcript = merged(result)
    assert len(transcript.segments) == 2
    assert [s.text for s in sentences(transcript)] == ["one two three."]


def test_silence_is_an_empty_transcript() -> None:
    assert merged(TranscribeResult((), "en", "e", "m", 0.0)).segments == []


def test_BR16_what_was_said_in_rooms_is_apart() -> None:
    tracks = (
        track("Ada", *said("in the main room", 0)),
        TrackWords("ada", "Ada", said("in Blue", 500), room=1),
        TrackWords("bo", "Bo", said("also here", 9000), room=1),
        TrackWords("bo", "Bo", (), room=4),
    )
    result = TranscribeResult(tracks, "en", "engine", "model", 0.0)
    assert [text_of(s.words) for s in merged(result).segments] == ["in the main room"]
    rooms = merged_rooms(result)
    assert {key: [text_of(s.words) for s in one.segments] for key, one in rooms.items()} == {
        1: ["in Blue", "also here"],
        4: [],
    }
