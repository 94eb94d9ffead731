"""A class that was recorded with many breakout rooms: log, captures and library, as they are left.

In each room two people are by themselves, one of whom speaks, and a whiteboard is drawn on. The
sound is real Opus, encoded once and looped; its packets, times and reports are those of the length
that was asked for.
"""

from __future__ import annotations

import asyncio
import struct
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
from sqlalchemy import insert

from server.domain import breakout_events as be
from server.domain import channels
from server.domain import events as e
from server.domain import whiteboard_events as we
from server.domain.participant_events import ParticipantJoined, Role
from server.domain.recording_events import (
    CaptureStarted,
    CaptureStopped,
    ConsentGiven,
    RecordingStarted,
)
from server.domain.session_events import EpochStarted, SessionEnded, SessionStarted
from server.domain.track_events import TrackChanged
from server.media.capture import (
    KIND_END,
    KIND_RTP,
    KIND_SENDER_REPORT,
    header_octets,
    record_octets,
)
from server.storage import tables as t
from server.storage.engines import sync_engine
from server.storage.event_log import Append, EventLog
from server.storage.migrate import upgrade

SESSION, RECORDING, TEACHER = "s1", "r1", "teacher"
OPENED_MS = 2_000
LAST_MS = 2_000
"""in the main room after them"""
FRAME_MS = 20
LOOP_MS = 10_000
SSRC = 0x1234
RATE = 48_000
STARTED = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def speaker(room: int) -> str:
    return f"speaker-{room}"


def listener(room: int) -> str:
    return f"listener-{room}"


def make(data: Path, rooms: int, minutes: float) -> None:
    data.mkdir(parents=True, exist_ok=True)
    library, live = sync_engine(data / "library.db"), sync_engine(data / "live.db", "FULL")
    upgrade(library, "library")
    upgrade(live, "live")
    length_ms = round(minutes * 60_000)
    records = b"".join(_records(length_ms))
    folder = data / "captures" / SESSION
    folder.mkdir(parents=True)
    for room in range(rooms):
        head = header_octets(_header(speaker(room)))
        (folder / f"{speaker(room)}.rtp").write_bytes(head + records)
    boards = data / "whiteboards" / SESSION
    boards.mkdir(parents=True)
    for room in range(rooms):
        for number in (1, 2):
            (boards / f"p{room}-{number}.svg").write_text(_board(room, number))
    with library.begin() as connection:
        for table, row in _rows(rooms):
            connection.execute(insert(table).values(**row))
    asyncio.run(_append(EventLog(live), _log(rooms, length_ms)))
    library.dispose()
    live.dispose()


def _header(who: str) -> dict[str, str | int]:
    return {
        "session_id": SESSION, "capture_id": who, "participant_id": who, "track": "microphone",
        "codec": "opus", "clock_rate": RATE, "payload_type": 111, "ssrc": SSRC, "epoch": 1,
        "origin_ms": OPENED_MS, "origin_utc_ms": 0, "connection_id": who,
    }  # fmt: skip


def _opus() -> list[bytes]:
    """A hum that comes and goes, as somebody does who speaks."""
    encoder: Any = av.CodecContext.create("libopus", "w")
    encoder.sample_rate, encoder.layout, encoder.format = RATE, "mono", "s16"
    encoder.bit_rate = 32_000
    at = np.arange(LOOP_MS * RATE // 1000) / RATE
    sound = 0.2 * np.sin(2 * np.pi * 180 * at) * (np.sin(2 * np.pi * at / 2.5) > -0.5)
    samples = (sound * 32767).astype(np.int16)
    step = RATE * FRAME_MS // 1000
    found: list[bytes] = []
    for start in range(0, len(samples), step):
        frame = av.AudioFrame.from_ndarray(
            samples[start : start + step].reshape(1, -1), format="s16", layout="mono"
        )
        frame.sample_rate, frame.pts, frame.time_base = RATE, start, Fraction(1, RATE)
        found += [bytes(packet) for packet in encoder.encode(frame)]
    return found


def _records(length_ms: int) -> Iterator[bytes]:
    frames = _opus()
    count = length_ms // FRAME_MS
    octets = 0
    for index in range(count):
        at_ns, stamp = index * FRAME_MS * 1_000_000, index * FRAME_MS * RATE // 1000
        if index * FRAME_MS % 1000 == 0:
            seconds, rest = divmod(at_ns, 1_000_000_000)
            report = struct.pack(
                ">BBHIIIIII", 0x80, 200, 6, SSRC, 1000 + seconds,
                (rest << 32) // 1_000_000_000, stamp & 0xFFFFFFFF, 0, 0,
            )  # fmt: skip
            yield record_octets(KIND_SENDER_REPORT, at_ns, report)
        head = struct.pack(">BBHII", 0x80, 111, index & 0xFFFF, stamp & 0xFFFFFFFF, SSRC)
        body = head + frames[index % len(frames)]
        octets += len(body)
        yield record_octets(KIND_RTP, at_ns, body)
    end = f'{{"packets":{count},"octets":{octets},"reason":"stopped"}}'
    yield record_octets(KIND_END, length_ms * 1_000_000, end.encode())


def _board(room: int, number: int) -> str:
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" width="1600" height="900" viewBox="0 0 1600 900">'
        '<rect x="0" y="0" width="1600" height="900" fill="rgb(250,250,250)"></rect>'
        f'<text x="100" y="120" font-family="Excalifont" font-size="40">Room {room}, page {number}'
        "</text></svg>"
    )


def _rows(rooms: int) -> Iterator[tuple[Any, dict[str, Any]]]:
    person = {"role": "learner", "password_hash": "-", "created_at": STARTED}
    yield t.users, {**person, "user_id": TEACHER, "email": "t@x.org", "name": "Teacher"}
    yield t.sessions, {
        "session_id": SESSION, "title": "Fifty rooms", "created_by": TEACHER, "created_at": STARTED,
    }  # fmt: skip
    for room in range(rooms):
        who = listener(room)
        yield t.users, {**person, "user_id": who, "email": f"{who}@x.org", "name": who}
        yield t.seats, {
            "participant_id": who, "session_id": SESSION, "user_id": who, "created_at": STARTED,
        }  # fmt: skip
    yield t.recordings, {
        "recording_id": RECORDING, "session_id": SESSION, "title": "Fifty rooms",
        "stage": "processing", "recorded_at": STARTED, "created_at": STARTED,
    }  # fmt: skip


def _bodies(rooms: int, length_ms: int) -> Iterator[tuple[int, e.Body]]:
    closed_ms = OPENED_MS + length_ms
    yield 0, EpochStarted(1, round(STARTED.timestamp() * 1000))
    yield 0, SessionStarted()
    for who, name, role in _people(rooms):
        yield 0, ParticipantJoined(who, name, role, False)
        yield 0, ConsentGiven(who)
    yield 0, RecordingStarted(RECORDING)
    opened = tuple(
        {
            "room_id": f"b.{room}", "name": f"Room {room + 1}", "task": "",
            "participant_ids": [speaker(room), listener(room)],
        }
        for room in range(rooms)
    )  # fmt: skip
    yield OPENED_MS, be.BreakoutsOpened("b", opened, None, "smallest", True, False)
    for room in range(rooms):
        who = speaker(room)
        yield OPENED_MS, TrackChanged(who, "microphone", True, who)
        yield OPENED_MS, CaptureStarted(who, who, "microphone", f"{who}.rtp", f"b.{room}")
    for number in (1, 2):
        at_ms = OPENED_MS + length_ms * number // 3
        for room in range(rooms):
            picture = we.WhiteboardPictured(f"p{room}-{number}", at_ms, 1600, 900, f"b.{room}")
            yield at_ms, picture
    for room in range(rooms):
        who = speaker(room)
        yield closed_ms, CaptureStopped(who, who, "microphone", f"{who}.rtp", f"b.{room}")
    yield closed_ms, be.BreakoutsClosed("b")
    yield closed_ms + LAST_MS, SessionEnded()


def _people(rooms: int) -> Iterator[tuple[str, str, Role]]:
    yield TEACHER, "Teacher", "facilitator"
    for room in range(rooms):
        yield speaker(room), f"Speaker {room + 1}", "learner"
        yield listener(room), f"Listener {room + 1}", "learner"


def _log(rooms: int, length_ms: int) -> list[e.Event]:
    return [
        e.Event(SESSION, seq, channels.SESSION, seq, at_ms, None, "main", body)
        for seq, (at_ms, body) in enumerate(_bodies(rooms, length_ms), 1)
    ]


async def _append(log: EventLog, events: Sequence[e.Event]) -> None:
    await log.start()
    await log.append(Append(SESSION, events))
    await log.close()
