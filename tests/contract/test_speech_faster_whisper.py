"""The default engine holds the contract of a speech engine."""

from __future__ import annotations

import pytest

from tests.contract.speech_engine import *  # noqa: F403
from transcripts.engines import engine
from transcripts.ports import SpeechEngine


@pytest.fixture(scope="module")
def ear() -> SpeechEngine:
    return engine("faster-whisper", "whisper-base", threads=2)
