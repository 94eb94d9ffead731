"""Reads short pieces of speech fast, for live captions.

Whisper's encoder is made for 30 s and by default computes all of them, however short the piece.
Here it computes the piece and a second of silence, at least 5 s together: a fifth to a third of
the processor time (measured on 4 to 12 s of speech: 0.2 to 0.6 s instead of 1.2 to 1.5 with the
base model on one core), for the same words. With less than 5 s it begins to repeat itself, and
now and then with more; a text that runs in a loop is read once more with the whole window.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import ctranslate2
import numpy as np
from faster_whisper import WhisperModel
from faster_whisper.tokenizer import Tokenizer

from transcripts.audio import Pcm, as_float
from transcripts.engines import settings
from transcripts.ports import SAMPLE_RATE

SHORTEST_WINDOW_S: Final = 5.0
TAIL_S: Final = 1.0
WHOLE_WINDOW_S: Final = 30.0
FRAMES_A_SECOND: Final = 100
TOKENS_A_SECOND: Final = 8
"""Fast speech has five; more is a decoder that runs away."""
TOKENS_AT_LEAST: Final = 16
LOOPS: Final = 3
SHORTEST_LOOP: Final = 6
"""words altogether: "no, no, no" may well have been said"""
LONGEST_LOOP: Final = 12


class LiveReader:
    """Uses CTranslate2's Whisper directly: one core, greedy, no time stamps."""

    def __init__(self, folder: Path, language: str) -> None:
        ctranslate2.set_random_seed(settings.SEED)
        self._whisper = WhisperModel(
            str(folder), device="cpu", compute_type="int8", cpu_threads=1, local_files_only=True
        )
        is_multilingual = self._whisper.model.is_multilingual
        self.language = language if is_multilingual else "en"
        self._tokenizer = Tokenizer(
            self._whisper.hf_tokenizer, is_multilingual, task="transcribe", language=self.language
        )
        self._prompt = self._whisper.get_prompt(self._tokenizer, [], without_timestamps=True)

    def read(self, pcm: Pcm, *, is_final: bool) -> str:
        """The words, or nothing where there are none that can be trusted."""
        seconds = len(pcm) / SAMPLE_RATE
        features = self._whisper.feature_extractor(as_float(pcm))
        window_s = max(SHORTEST_WINDOW_S, seconds + TAIL_S)
        text = self._decoded(features, seconds, min(window_s, WHOLE_WINDOW_S))
        if is_final and without_loop(text) != text:
            text = self._decoded(features, seconds, WHOLE_WINDOW_S)
        return without_loop(text)

    def _decoded(self, features: Any, seconds: float, window_s: float) -> str:
        wanted = int(window_s * FRAMES_A_SECOND)
        kept = features[:, : min(wanted, features.shape[1])]
        padded = np.pad(kept, ((0, 0), (0, wanted - kept.shape[1])))
        most = TOKENS_AT_LEAST + int(seconds * TOKENS_A_SECOND)
        result = self._whisper.model.generate(
            self._whisper.encode(padded),
            [self._prompt],
            beam_size=1,
            max_length=len(self._prompt) + most,
            return_scores=True,
            return_no_speech_prob=True,
        )[0]
        is_silence = (
            result.no_speech_prob > settings.NO_SPEECH
            and result.scores[0] < settings.LOG_PROBABILITY
        )
        return "" if is_silence else self._tokenizer.decode(result.sequences_ids[0]).strip()


def without_loop(text: str) -> str:
    """A decoder that has lost its way says the same words over and over until it is stopped.
    They are left standing once."""
    words = text.split()
    plain = ["".join(c for c in word.lower() if c.isalnum()) for word in words]
    for start in range(len(words)):
        left = len(words) - start
        if left < SHORTEST_LOOP:
            break
        for length in range(1, min(LONGEST_LOOP, left // LOOPS) + 1):
            rest = plain[start + length :]
            turns = plain[start : start + length] * (len(rest) // length + 1)
            # It is stopped anywhere, in the middle of a number too.
            if rest[:-1] == turns[: len(rest) - 1] and turns[len(rest) - 1].startswith(rest[-1]):
                return " ".join(words[: start + length])
    return text
