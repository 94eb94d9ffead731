"""openai-whisper: the extra ``[openai-whisper]``, with the very weights faster-whisper uses.

Its own downloader is never called: the CTranslate2 file is mapped to its checkpoint, so both
engines hear with the same numbers and a difference is the engine's.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from transcripts.engines import settings
from transcripts.engines.checkpoint import whisper_state
from transcripts.engines.heard import tidied
from transcripts.ports import Samples, TranscriptError, Word


class OpenaiWhisper:
    name = "openai-whisper"

    def __init__(self, folder: Path, model: str, threads: int = 0) -> None:
        try:
            import torch  # pyright: ignore[reportMissingImports]
            from whisper.model import (  # pyright: ignore[reportMissingImports]
                ModelDimensions,
                Whisper,
            )
        except ImportError as error:
            raise TranscriptError(
                "engine_missing",
                "openai-whisper is not installed; install the extra: reprise[openai-whisper].",
            ) from error
        self.model = model
        self._torch = torch
        torch.set_num_threads(threads or os.cpu_count() or 1)
        state, sizes = whisper_state(folder / "model.bin")
        whisper = Whisper(ModelDimensions(**sizes))
        whisper.load_state_dict(
            {name: torch.from_numpy(array) for name, array in state.items()}, strict=True
        )
        heads = json.loads((folder / "config.json").read_text())["alignment_heads"]
        mask = torch.zeros(sizes["n_text_layer"], sizes["n_text_head"], dtype=torch.bool)
        for layer, head in heads:
            mask[layer, head] = True
        whisper.register_buffer("alignment_heads", mask.to_sparse(), persistent=False)
        whisper.eval()
        self._whisper: Any = whisper

    def hear(
        self, samples: Samples, language: str | None, context: str = ""
    ) -> tuple[list[Word], str | None]:
        if self._whisper is None:
            raise RuntimeError("the engine is closed")
        if not len(samples):
            return [], language
        self._torch.manual_seed(settings.SEED)
        answer = self._whisper.transcribe(
            samples,
            language=language if self._whisper.is_multilingual else "en",
            beam_size=settings.BEAM_SIZE,
            temperature=settings.TEMPERATURES,
            compression_ratio_threshold=settings.COMPRESSION_RATIO,
            logprob_threshold=settings.LOG_PROBABILITY,
            no_speech_threshold=settings.NO_SPEECH,
            condition_on_previous_text=False,
            initial_prompt=context or None,
            word_timestamps=True,
            fp16=False,
            verbose=None,
        )
        found = [
            (word["start"], word["end"], word["word"], word["probability"])
            for segment in answer["segments"]
            for word in segment.get("words", ())
        ]
        return tidied(found, samples), answer["language"]

    def close(self) -> None:
        self._whisper = None
