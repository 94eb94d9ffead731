"""How far a recording's pipeline is."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from msgspec import Struct

from server.schemas.recordings import RecordingStage

StepName = Literal[
    "seal",
    "verify",
    "assemble",
    "provisional",
    "transcribe",
    "merge",
    "chapters",
    "items",
    "compose",
    "renditions",
    "index",
    "publish",
]
StepState = Literal["waiting", "running", "done", "failed", "skipped"]


class Step(Struct):
    name: StepName
    state: StepState
    progress: float
    """0…1"""
    started_at: datetime | None
    finished_at: datetime | None
    cpu_s: float | None
    detail: str | None
    error: str | None
    """cause of failure in plain words"""


class Job(Struct):
    recording_id: str
    stage: RecordingStage
    attempt: int
    steps: list[Step]
    can_retry: bool
    eta_s: float | None
