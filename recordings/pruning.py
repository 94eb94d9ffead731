"""What is left of the work folder once a recording is published.

Kept are the words: transcript, chapters and items take minutes of machine time for an hour of class
and a few kilobytes, and a later attempt finds them by their digests. Sound and pictures are large;
they are made again from the captures, which stay. A failed attempt keeps everything.

It runs when the publication is in the durable log, so no step of the attempt needs the folders any
more, and again when the worker died in the middle.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping

from recordings.ports import Folders, Job, RecordingsStore
from recordings.stage_base import Done
from recordings.workshop import Workshop
from server.schemas.jobs import StepName

log = logging.getLogger(__name__)

KEPT: tuple[StepName, ...] = ("seal", "verify", "transcribe", "merge", "chapters", "items")


def prune(store: RecordingsStore, folders: Folders, job: Job, done: Mapping[str, Done]) -> None:
    """Nothing when a newer attempt is under way: the folders are its own now."""
    row = store.load(job.recording_id)
    if row is None or row.attempt != job.attempt:
        return
    workshop = Workshop(folders.work(job.recording_id))
    kept = {workshop.folder(step, done[step].digest) for step in KEPT if step in done}
    try:
        workshop.keep_only(kept)
    except OSError:
        # It costs space, nothing else; the recording is there.
        log.exception("the work folder of %s was not pruned", job.recording_id)
