"""Who reads along in one session, and whose words they may read: those of the room they are in,
said since they were there and wanted captions (CA3)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(slots=True)
class _Reader:
    room_id: str | None = None
    since_ns: int = 0


@dataclass(slots=True)
class Audience:
    _readers: dict[str, _Reader] = field(default_factory=dict[str, _Reader])

    def __bool__(self) -> bool:
        return bool(self._readers)

    def __contains__(self, participant_id: str) -> bool:
        return participant_id in self._readers

    @property
    def participants(self) -> list[str]:
        return list(self._readers)

    def want(self, participant_id: str, *, wants: bool) -> None:
        if wants:
            self._readers.setdefault(participant_id, _Reader())
        else:
            self._readers.pop(participant_id, None)

    def place(self, where: Mapping[str, str], now_ns: int) -> None:
        """``where`` is everybody who is here, by the room they hear."""
        for participant_id, reader in self._readers.items():
            room_id = where.get(participant_id)
            if room_id != reader.room_id:
                reader.room_id, reader.since_ns = room_id, now_ns

    @property
    def rooms(self) -> frozenset[str]:
        return frozenset(one.room_id for one in self._readers.values() if one.room_id is not None)

    def readers_of(self, rooms: frozenset[str], start_ns: int) -> list[str]:
        """Of what was heard in ``rooms`` and begun at ``start_ns``."""
        return [
            participant_id
            for participant_id, reader in self._readers.items()
            if reader.room_id in rooms and start_ns >= reader.since_ns
        ]
