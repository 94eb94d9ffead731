"""Tells pages how their connections do: when somebody who looks would see a difference, and now
and then nevertheless."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final, Protocol, TypeVar

from server.media.plane import TransportId, TransportStats
from server.media.routed import RoutedPeer
from server.media.statistics import is_news, stats_of
from server.media.ticker import TICK_S, InTurn
from server.media.viewing import Viewing

_EVERY_TICKS: Final = 100
_AGAIN: Final = 5
"""so many times what says nothing new is not told"""


class Counted(RoutedPeer, Protocol):
    """A peer whose octets are counted between two tellings."""

    @property
    def opened_at(self) -> float: ...


P = TypeVar("P", bound=Counted)


class StatsTeller:
    """``turns``: in so many parts a class is told."""

    def __init__(self, turns: int, tell: Callable[[TransportStats], None]) -> None:
        self.every_ticks = _EVERY_TICKS // turns
        self._in_turn = InTurn(turns)
        self._tell = tell
        self._told: dict[TransportId, tuple[TransportStats, int]] = {}
        """with how many times it was not told again"""

    def forget(self, transport_id: TransportId) -> None:
        self._told.pop(transport_id, None)

    def tell(
        self,
        peers: Mapping[TransportId, P],
        viewings: Mapping[TransportId, Viewing],
        now_ns: int,
    ) -> None:
        """Those whose turn it is."""
        for peer in self._in_turn.of(peers):
            if not peer.is_connected:
                continue
            # Whose turn comes soon after joining has not been counted for long.
            seconds = min(_EVERY_TICKS * TICK_S, now_ns / 1e9 - peer.opened_at)
            stats = stats_of(peer, viewings[peer.transport_id], seconds, now_ns)
            peer.octets_up = peer.octets_down = 0
            told, times = self._told.get(peer.transport_id, (stats, _AGAIN))
            if times < _AGAIN and not is_news(told, stats):
                self._told[peer.transport_id] = (told, times + 1)
                continue
            self._told[peer.transport_id] = (stats, 1)
            self._tell(stats)
