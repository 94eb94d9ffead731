"""The native plane chooses the loudest as the plane in Python does, on the same levels."""

from __future__ import annotations

import ctypes
import random
from dataclasses import dataclass, field
from typing import Any, cast

import pytest

from server.media.audio_level import LevelMeter, rank
from server.media.room import Room
from server.media.routed import RoutedPeer, RoutedPublication
from tests.native.library import library

MS = 1_000_000
PLACES = 5


class NativeMeter(ctypes.Structure):
    _fields_ = (
        ("level", ctypes.c_double), ("updated_ns", ctypes.c_int64),
        ("spoke_at_ns", ctypes.c_int64),
    )  # fmt: skip


class Voice(ctypes.Structure):
    _fields_ = (
        ("publication", ctypes.c_uint32), ("participant", ctypes.c_uint32),
        ("is_favoured", ctypes.c_bool), ("meter", ctypes.POINTER(NativeMeter)),
    )  # fmt: skip


class Listener(ctypes.Structure):
    _fields_ = (
        ("participant", ctypes.c_uint32), ("on_stage", ctypes.c_uint32),
        ("has_stage", ctypes.c_bool), ("place_count", ctypes.c_uint32),
    )  # fmt: skip


@dataclass
class Microphone:
    """Of participant n, who may have a second one."""

    number: int
    participant_id: str
    meter: LevelMeter = field(default_factory=LevelMeter)
    native: NativeMeter = field(default_factory=lambda: NativeMeter(127.0, 0, -800 * MS))
    track: str = "microphone"
    is_open: bool = True
    is_started: bool = True
    room_id: str = "room"

    def __post_init__(self) -> None:
        self.streams = {"f": object()}

    @property
    def publication_id(self) -> str:
        return str(self.number)


@dataclass
class Place:
    name: str
    shown_or_due: object | None = None


@dataclass
class Viewer:
    participant_id: str
    slots: dict[str, Place]


def rank_natively(order: list[Microphone], favoured: set[str], now_ns: int) -> list[Voice]:
    voices = (Voice * len(order))(
        *(
            Voice(m.number, int(m.participant_id), m.participant_id in favoured,
                  ctypes.pointer(m.native))
            for m in order
        )
    )  # fmt: skip
    spare = (Voice * len(order))()
    library().sound_rank(voices, spare, len(order), ctypes.c_int64(now_ns))
    return list(voices)


def plan_natively(
    ranked: list[Voice], viewer: Viewer, on_stage: int, microphones: dict[int, Microphone]
) -> dict[str, int]:
    carried = (ctypes.c_uint32 * PLACES)()
    for index in range(PLACES):
        stream = viewer.slots[f"audio{index}"].shown_or_due
        for number, microphone in microphones.items():
            if stream is microphone.streams["f"]:
                carried[index] = number
    stage, places = ctypes.c_uint32(), (ctypes.c_uint32 * PLACES)()
    listener = Listener(int(viewer.participant_id), on_stage, True, PLACES)
    library().sound_plan(
        (Voice * len(ranked))(*ranked), len(ranked), ctypes.byref(listener), carried,
        ctypes.byref(stage), places,
    )  # fmt: skip
    return {"stage_audio": stage.value} | {f"audio{i}": places[i] for i in range(PLACES)}


@pytest.mark.parametrize("seed", range(12))
def test_the_same_are_chosen_on_the_same_levels(seed: int) -> None:
    chance = random.Random(seed)
    room = Room("room")
    room.priority = frozenset({"3"})
    microphones = {n: Microphone(n, str(min(n, 8))) for n in range(1, 10)}
    viewers = [
        Viewer(who, {"stage_audio": Place("stage_audio")}
               | {f"audio{i}": Place(f"audio{i}") for i in range(PLACES)})
        for who in ("1", "3", "99")
    ]  # fmt: skip
    order: list[Microphone] = []
    loudness = dict.fromkeys(microphones, 127)
    before: list[str] = []
    stage = 0
    for turn in range(600):
        now_ns = 10_000 * MS + turn * 20 * MS
        for number, microphone in microphones.items():
            if chance.random() < 0.02:
                loudness[number] = chance.choice((127, 70, 45, 40, 38, 35, 30, 20))
            if chance.random() < 0.01:
                microphone.is_open = not microphone.is_open
            if loudness[number] < 127 or chance.random() < 0.2:
                level = min(127, max(0, loudness[number] + chance.randint(-8, 8)))
                microphone.meter.update(level, now_ns)
                library().level_update(
                    ctypes.byref(microphone.native), level, ctypes.c_int64(now_ns)
                )
        if chance.random() < 0.03:
            stage = chance.randint(0, 9)
        if turn % 2:
            continue
        audible = [m for m in microphones.values() if m.is_open]
        kept = [m for m in order if m.is_open]
        ranked = rank_natively(
            kept + [m for m in audible if m not in kept], set(room.priority), now_ns
        )
        before = rank(((m.publication_id, m.meter) for m in audible), before, now_ns)
        order = [microphones[voice.publication] for voice in ranked]
        assert [m.publication_id for m in order] == before
        for viewer in viewers:
            on_stage = next((m for m in audible if m.participant_id == str(stage)), None)
            planned = room.plan(
                cast(RoutedPeer, viewer), cast(list[RoutedPublication], order),
                cast(Any, on_stage), None,
            )  # fmt: skip
            wanted = {
                name: int(found.publication_id) if found is not None else 0
                for name, found in planned.items()
            }
            assert plan_natively(ranked, viewer, stage, microphones) == wanted
            for name, found in planned.items():
                viewer.slots[name].shown_or_due = found.streams["f"] if found else None
