"""openai-whisper holds the same contract with the same weights.

It brings torch, so it has an environment of its own: ``scripts/ci-openai-whisper`` makes it, sets
REPRISE_OPENAI_WHISPER and runs this file there. Elsewhere only the answer to its absence is tested.
"""

from __future__ import annotations

import os
import sys

import pytest

from transcripts.engines import engine
from transcripts.ports import SpeechEngine, TranscriptError

if os.environ.get("REPRISE_OPENAI_WHISPER"):
    from tests.contract.speech_engine import *  # noqa: F403

    @pytest.fixture(scope="module")
    def ear() -> SpeechEngine:
        return engine("openai-whisper", "whisper-base", threads=2)

else:

    def test_without_its_package_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setitem(sys.modules, "whisper", None)
        with pytest.raises(TranscriptError) as caught:
            engine("openai-whisper", "whisper-base")
        assert caught.value.code == "engine_missing"
        assert "openai-whisper" in str(caught.value)
