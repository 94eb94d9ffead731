"""The board as tables for a spreadsheet (docs/rules.md, DA7)."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta

from server.domain.dashboard import Dashboard, PersonRow
from server.services.poll_export import harmless

ATTENDANCE = (
    "participant",
    "role",
    "guest",
    "came_at",
    "went_at",
    "how",
    "minutes",
    "total_minutes",
)
"""one row a stay; times are UTC"""
PARTICIPATION = (
    "participant", "role", "guest", "minutes", "spoke_seconds", "chat", "hands", "called",
    "answers", "right", "silent", "sides",
)  # fmt: skip


def _table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """With a byte order mark, and what people wrote never taken for a formula."""
    file = io.StringIO()
    file.write("\ufeff")
    writer = csv.writer(file, lineterminator="\r\n")
    writer.writerow(header)
    writer.writerows([harmless(cell) for cell in row] for row in rows)
    return file.getvalue()


def _about(one: PersonRow) -> tuple[str, str, str]:
    return one.name, one.role, _yes(one.is_guest)


def _yes(value: bool) -> str:
    return "yes" if value else "no"


def _minutes(ms: int) -> str:
    return f"{ms / 60_000:.1f}"


def attendance_csv(board: Dashboard) -> str:
    start = datetime.fromtimestamp(0, UTC) + timedelta(milliseconds=board.first_utc_ms)

    def at(ms: int) -> str:
        return (start + timedelta(milliseconds=ms)).isoformat(timespec="seconds")

    return _table(
        ATTENDANCE,
        (
            (
                *_about(one),
                at(stay.from_ms),
                "" if stay.to_ms is None else at(stay.to_ms),
                stay.end or "",
                _minutes((board.now_ms if stay.to_ms is None else stay.to_ms) - stay.from_ms),
                _minutes(one.present_ms),
            )
            for one in board.people
            for stay in one.stays
        ),
    )


def participation_csv(board: Dashboard) -> str:
    sides = {
        who: side.name.get("en")
        for debate in board.debates
        for side in debate.sides
        for who in side.participant_ids
    }
    return _table(
        PARTICIPATION,
        (
            (
                *_about(one),
                _minutes(one.present_ms),
                f"{one.talked_ms / 1000:.0f}",
                str(one.chat_count),
                str(one.hand_count),
                str(one.called_count),
                str(one.answer_count),
                str(one.right_count),
                _yes(one.is_silent),
                sides.get(one.participant_id, ""),
            )
            for one in board.people
        ),
    )
