"""A microphone that is listened to: its packets gathered and handed up in batches.

Tapped behind the publication's gate, so nothing is handed up that a room could not hear.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import Final

from server.media.plane import HeardPacket, PublicationId, RoomId, SoundHeard
from server.media.rtp import Packet

LONGEST: Final = 100
"""packets that wait for the next tick; only an event loop that hangs for two seconds fills it"""


class Ear:
    def __init__(self, publication_id: PublicationId, tell: Callable[[SoundHeard], None]) -> None:
        self._publication_id = publication_id
        self._tell = tell
        self._room_id: RoomId = ""
        self._packets: deque[HeardPacket] = deque()
        self._dropped = 0

    def take(self, packet: Packet, room_id: RoomId) -> None:
        if packet.is_empty:
            return
        if room_id != self._room_id:
            # What was said in one room is never told of another.
            self.flush()
            self._room_id = room_id
        if len(self._packets) >= LONGEST:
            self._packets.popleft()
            self._dropped += 1
        self._packets.append(
            HeardPacket(
                packet.sequence, packet.timestamp, packet.arrival_ns,
                packet.level & 0x7F if packet.level >= 0 else -1, packet.rest,
            )
        )  # fmt: skip

    def flush(self) -> None:
        if not self._packets:
            return
        packets, self._packets = tuple(self._packets), deque()
        dropped, self._dropped = self._dropped, 0
        self._tell(SoundHeard(self._publication_id, self._room_id, packets, dropped))
