"""Word times set right where the speaker paused.

Whisper's word times come from attention and are good inside a phrase, but at a pause they wander: a
word after it starts up to 0.8 s early, the one before it ends up to 0.5 s early. A pause itself is
plain to see in the loudness, so the words on either side of one are set to its edges.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from transcripts.audio import SAMPLES_PER_MS, levels_db
from transcripts.ports import SAMPLE_RATE, Samples, Word

STEP_MS = 10
SHORTEST_PAUSE_MS = 160
"""shorter ones are stops inside a word: the closed lips of "p" take up to 120 ms"""
BELOW_SPEECH_DB = 32.0
ABOVE_FLOOR_DB = 8.0
RELEASE_MS = 40
REACH_MS = 900
"""how far a word may be moved; further off and the pause belongs to other words"""
SHORTEST_WORD_MS = 40
MS_A_LETTER = 65
CLAUSE_ENDS = ".?!,;:"


def pauses(samples: Samples) -> list[tuple[int, int]]:
    """Quiet stretches of a clip as (start_ms, end_ms), the clip's two ends among them."""
    pcm = np.clip(samples * 32768.0, -32768, 32767).astype(np.int16)
    levels = levels_db(pcm, STEP_MS * SAMPLES_PER_MS)
    total_ms = len(samples) * 1000 // SAMPLE_RATE
    if not len(levels):
        return [(0, total_ms)]
    gate = _gate(levels)
    quiet = np.concatenate([[True], levels < gate, [True]])
    edges = np.flatnonzero(np.diff(quiet.astype(np.int8)))
    # edges alternate: sound starts, sound ends
    found: list[tuple[int, int]] = []
    last_end = 0
    for start, end in zip(edges[::2], edges[1::2], strict=True):
        start_ms, end_ms = int(start) * STEP_MS, int(end) * STEP_MS
        if end_ms - start_ms < 2 * STEP_MS:
            continue  # a click
        if start_ms - last_end >= SHORTEST_PAUSE_MS or last_end == 0:
            found.append((last_end, start_ms))
        last_end = end_ms
    found.append((min(last_end, total_ms), total_ms))
    return found


def _gate(levels: NDArray[np.float32]) -> float:
    speech = float(np.percentile(levels, 85))
    floor = float(np.percentile(levels, 3))
    # in a noisy room the floor is near the speech: stay between the two
    return min(max(speech - BELOW_SPEECH_DB, floor + ABOVE_FLOOR_DB), speech - 10.0)


def snapped(words: Sequence[Word], samples: Samples) -> list[Word]:
    """The words of one clip with those beside a pause moved to its edges; order is kept."""
    if not words:
        return []
    starts = [word.start_ms for word in words]
    ends = [max(word.end_ms, word.start_ms) for word in words]
    letters = [sum(char.isalnum() for char in word.text) for word in words]
    total_ms = len(samples) * 1000 // SAMPLE_RATE
    for quiet_start, quiet_end in pauses(samples):
        after = _first_after(starts, ends, letters, words, quiet_start, quiet_end)
        if after > 0 and quiet_end > quiet_start:
            end = min(quiet_start + RELEASE_MS, quiet_end)
            if abs(ends[after - 1] - end) <= REACH_MS and end > starts[after - 1]:
                ends[after - 1] = end
        is_inside = after < len(words) and quiet_end < total_ms
        if is_inside and abs(starts[after] - quiet_end) <= REACH_MS:
            starts[after] = quiet_end
            ends[after] = max(ends[after], quiet_end + SHORTEST_WORD_MS)
    return _in_order(words, starts, ends, total_ms)


def without_tail(words: Sequence[Word], samples: Samples) -> list[Word]:
    """Drops a last clause that was mostly "said" after the last sound: "Thank you." of nobody.

    An engine ends what it hears as texts end, when the sound stops before its window does; the
    words it makes up then pile up at the end of the clip.
    """
    sound_ends = pauses(samples)[-1][0]
    begin = len(words)
    while begin and (begin == len(words) or words[begin - 1].text[-1] not in CLAUSE_ENDS):
        begin -= 1
    tail = words[begin:]
    late = [word for word in tail if word.start_ms >= sound_ends - RELEASE_MS]
    # One word alone may be real and its time wrong.
    is_made_up = len(late) > 1 or any(w.start_ms > sound_ends + SHORTEST_PAUSE_MS for w in late)
    return list(words[:begin] if is_made_up and 2 * len(late) > len(tail) else words)


def _first_after(
    starts: list[int],
    ends: list[int],
    letters: list[int],
    words: Sequence[Word],
    quiet_start: int,
    quiet_end: int,
) -> int:
    """Index of the first word that was said after the pause."""
    for index, (start, end) in enumerate(zip(starts, ends, strict=True)):
        if start >= quiet_end:
            return index
        if end <= quiet_start:
            continue
        if start >= quiet_start:
            if end > quiet_end or _closer_to_end(start, end, quiet_start, quiet_end):
                return index
            continue
        if end <= quiet_end:
            continue
        # The word lies over the whole pause. Whisper starts a word after a pause too early far more
        # often than it ends one before a pause too late, so the later side has it unless too
        # little is left there, or the word closes a phrase.
        expected = max(120, letters[index] * MS_A_LETTER)
        before, after = quiet_start - start, end - quiet_end
        needed = expected // 4
        if words[index].text[-1:] in ",;:.?!":
            needed = expected // 2 if before >= expected // 2 else needed
        if after >= needed or before < SHORTEST_WORD_MS:
            return index
    return len(starts)


def _closer_to_end(start: int, end: int, quiet_start: int, quiet_end: int) -> bool:
    return (start + end) / 2 > (quiet_start + quiet_end) / 2


def _in_order(
    words: Sequence[Word], starts: list[int], ends: list[int], total_ms: int
) -> list[Word]:
    ordered: list[Word] = []
    previous_end = 0
    for word, start, end in zip(words, starts, ends, strict=True):
        start = min(max(start, previous_end), total_ms)
        end = min(max(end, start + min(SHORTEST_WORD_MS, total_ms - start)), total_ms)
        ordered.append(
            Word(start_ms=start, end_ms=end, text=word.text, probability=word.probability)
        )
        previous_end = end
    return ordered
