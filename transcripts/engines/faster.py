"""faster-whisper: the default engine (CTranslate2, int8)."""

from __future__ import annotations

import os
from pathlib import Path

import ctranslate2
from faster_whisper import WhisperModel

from transcripts.engines import settings
from transcripts.engines.heard import tidied
from transcripts.ports import Samples, Word


class FasterWhisper:
    name = "faster-whisper"

    def __init__(
        self, folder: Path, model: str, threads: int = 0, *, compute_type: str = "int8"
    ) -> None:
        self.model = model
        ctranslate2.set_random_seed(settings.SEED)
        self._whisper: WhisperModel | None = WhisperModel(
            str(folder),
            device="cpu",
            compute_type=compute_type,
            cpu_threads=threads or os.cpu_count() or 1,
            local_files_only=True,
        )

    def hear(
        self, samples: Samples, language: str | None, context: str = ""
    ) -> tuple[list[Word], str | None]:
        if self._whisper is None:
            raise RuntimeError("the engine is closed")
        if not len(samples):
            return [], language
        segments, about = self._whisper.transcribe(
            samples,
            language=language if self._whisper.model.is_multilingual else "en",
            beam_size=settings.BEAM_SIZE,
            temperature=settings.TEMPERATURES,
            compression_ratio_threshold=settings.COMPRESSION_RATIO,
            log_prob_threshold=settings.LOG_PROBABILITY,
            no_speech_threshold=settings.NO_SPEECH,
            condition_on_previous_text=False,
            initial_prompt=context or None,
            word_timestamps=True,
            vad_filter=False,
        )
        found = [
            (word.start, word.end, word.word, word.probability)
            for segment in segments
            for word in segment.words or ()
        ]
        return tidied(found, samples), about.language

    def close(self) -> None:
        self._whisper = None
