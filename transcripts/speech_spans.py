"""Where a track speaks, and the clips an engine hears.

Theory of operation. Whisper invents words in silence and, given an hour, drops sentences. So it
only ever hears speech, in three sieves of growing cost:

1. the log: stretches in which the microphone was open (``SpeechTrack.spoken``);
2. loudness: stretches above the track's own noise floor, with half a second around them;
3. Silero VAD (bundled with faster-whisper) inside those.

What is left is joined into clips: gaps under 2 s are kept inside one clip, no clip is over 28 s
(the engine's window is 30 s), and a longer stretch is cut at its quietest moment.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from faster_whisper.vad import VadOptions, get_speech_timestamps

from transcripts.audio import SAMPLES_PER_MS, Pcm, as_float, levels_db
from transcripts.ports import SAMPLE_RATE, Clip

GATE_STEP = SAMPLE_RATE // 50
GATE_MARGIN = SAMPLE_RATE // 2
GATE_ABOVE_FLOOR_DB = 6.0
GATE_NEVER_BELOW_DB = -62.0
GATE_NEVER_ABOVE_DB = -45.0
"""an open microphone in a loud room must not gate the speech away: the VAD decides there"""

JOIN_GAP = 2 * SAMPLE_RATE
LONGEST_CLIP = 28 * SAMPLE_RATE
VAD_BLOCK = 300 * SAMPLE_RATE
VAD_PAD_MS = 200
VAD_SILENCE_MS = 300
SHORTEST_SPEECH_MS = 90

Stretch = tuple[int, int]


def audible(pcm: Pcm) -> list[Stretch]:
    """Stretches loud enough to hold speech, in samples."""
    levels = levels_db(pcm, GATE_STEP)
    if not len(levels):
        return []
    sounding = levels[levels > -95]
    floor = float(np.percentile(sounding, 10)) if len(sounding) else -96.0
    gate = min(max(floor + GATE_ABOVE_FLOOR_DB, GATE_NEVER_BELOW_DB), GATE_NEVER_ABOVE_DB)
    loud = np.flatnonzero(levels > gate)
    stretches: list[Stretch] = []
    for index in loud:
        start = max(0, int(index) * GATE_STEP - GATE_MARGIN)
        end = min(len(pcm), (int(index) + 1) * GATE_STEP + GATE_MARGIN)
        if stretches and start <= stretches[-1][1]:
            stretches[-1] = (stretches[-1][0], end)
        else:
            stretches.append((start, end))
    return stretches


def within(stretches: Sequence[Stretch], allowed: Sequence[Stretch]) -> list[Stretch]:
    """The parts of ``stretches`` that lie in ``allowed``; both in order."""
    common = [
        (max(start, first), min(end, last))
        for start, end in stretches
        for first, last in allowed
        if max(start, first) < min(end, last)
    ]
    return sorted(common)


def spoken(pcm: Pcm, stretches: Sequence[Stretch]) -> list[Stretch]:
    """Speech inside ``stretches`` by Silero VAD, in samples."""
    options = VadOptions(
        min_speech_duration_ms=SHORTEST_SPEECH_MS,
        min_silence_duration_ms=VAD_SILENCE_MS,
        speech_pad_ms=VAD_PAD_MS,
    )
    speech: list[Stretch] = []
    for start, end in stretches:
        for first in range(start, end, VAD_BLOCK):
            last = min(end, first + VAD_BLOCK)
            found = get_speech_timestamps(as_float(pcm[first:last]), options)
            speech.extend((first + int(f["start"]), first + int(f["end"])) for f in found)
    return speech


def clips(pcm: Pcm, speech: Sequence[Stretch]) -> list[Clip]:
    """Speech joined over short gaps and cut so that none is over 28 s."""
    pieces: list[Stretch] = []
    for start, end in speech:
        pieces.extend(_cut_at_quiet(pcm, start, end))
    joined: list[Stretch] = []
    for start, end in pieces:
        if joined and start - joined[-1][1] < JOIN_GAP and end - joined[-1][0] <= LONGEST_CLIP:
            joined[-1] = (joined[-1][0], end)
        else:
            joined.append((start, end))
    return [Clip(start, end) for start, end in joined]


def _cut_at_quiet(pcm: Pcm, start: int, end: int) -> list[Stretch]:
    cuts = [start]
    while end - cuts[-1] > LONGEST_CLIP:
        # look for the quietest tenth of a second in the last third of what fits
        first = cuts[-1] + LONGEST_CLIP * 2 // 3
        step = 100 * SAMPLES_PER_MS
        levels = levels_db(pcm[first : cuts[-1] + LONGEST_CLIP], step)
        cuts.append(first + int(np.argmin(levels)) * step + step // 2)
    return list(pairwise([*cuts, end]))
