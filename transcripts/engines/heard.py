"""From an engine's words to ours: whole milliseconds inside the clip, in order, no empty ones."""

from __future__ import annotations

from collections.abc import Iterable

from transcripts.ports import SAMPLE_RATE, Samples, Word

REPEATS_AT_MOST = 4
"""a phrase said more often in a row is the decoder's loop and not a speaker's"""


def tidied(found: Iterable[tuple[float, float, str, float]], samples: Samples) -> list[Word]:
    """``found`` holds (start_s, end_s, text, probability) in the order they were said."""
    total_ms = len(samples) * 1000 // SAMPLE_RATE
    words: list[Word] = []
    last_end = 0
    for start_s, end_s, raw, probability in found:
        text = raw.strip()
        if not text:
            continue
        is_tail = raw[0] in ".-'’" or not any(char.isalnum() for char in text)
        if is_tail and words:  # ".e." after "i", a lone comma: part of the word before it
            if text in (".", "?", "!"):
                words[-1].text = words[-1].text.rstrip(",;:")  # one mark ends a sentence
            words[-1].text += text
            words[-1].end_ms = last_end = min(max(round(end_s * 1000), last_end), total_ms)
            continue
        if not any(char.isalnum() for char in text):
            continue
        start = min(max(round(start_s * 1000), last_end), total_ms)
        end = min(max(round(end_s * 1000), start), total_ms)
        words.append(
            Word(start_ms=start, end_ms=end, text=text, probability=round(float(probability), 4))
        )
        last_end = end
    return without_loops(words)


def without_loops(words: list[Word]) -> list[Word]:
    """Cuts runs of one to eight words that repeat over and over down to a single saying."""
    kept: list[Word] = []
    index = 0
    spoken = [word.text.lower().strip(".,;:!?") for word in words]
    while index < len(words):
        length, times = _loop_at(spoken, index)
        kept.extend(words[index : index + length])
        index += length * times
    return kept


def _loop_at(spoken: list[str], index: int) -> tuple[int, int]:
    for length in range(1, 9):
        phrase = spoken[index : index + length]
        times = 1
        while spoken[index + times * length : index + (times + 1) * length] == phrase:
            times += 1
        if times > REPEATS_AT_MOST:
            return length, times
    return 1, 1
