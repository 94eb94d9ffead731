"""Speech engines behind ``transcripts.ports.SpeechEngine``; one contract suite runs on each."""

from __future__ import annotations

from transcripts.models import folder, known
from transcripts.ports import SpeechEngine, TranscriptError


def engine(name: str, model: str, threads: int = 0) -> SpeechEngine:
    """The named engine with the named model loaded.

    Raises TranscriptError ``engine_unknown``, ``engine_missing`` (its package is not installed),
    ``model_unknown`` or ``model_missing``.
    """
    if known(model).purpose != "speech":
        raise TranscriptError("model_unknown", f"{model} is not a speech model.")
    if name == "faster-whisper":
        from transcripts.engines.faster import FasterWhisper

        return FasterWhisper(folder(model), model, threads)
    if name == "openai-whisper":
        from transcripts.engines.openai import OpenaiWhisper

        return OpenaiWhisper(folder(model), model, threads)
    raise TranscriptError(
        "engine_unknown", f"No engine is called {name}; known: faster-whisper, openai-whisper."
    )
