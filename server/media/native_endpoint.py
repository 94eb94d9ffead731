"""Checks and handshakes of a plane whose packets another process takes in."""

from __future__ import annotations

import socket
from collections.abc import Callable

from server.media import native_protocol as wire
from server.media.endpoint import Endpoint, bind
from server.media.ice import Address
from server.media.native_mirror import MirrorPeer


class NativeEndpoint(Endpoint[MirrorPeer]):
    """Checks and handshakes, over the process's socket."""

    def __init__(
        self,
        on_ready: Callable[[MirrorPeer], None],
        on_failed: Callable[[MirrorPeer], None],
        on_goodbye: Callable[[MirrorPeer], None],
    ) -> None:
        super().__init__(on_ready, on_failed, on_goodbye)
        self.send: Callable[[bytes], None] = _nowhere
        self.lent: socket.socket | None = None
        """of a process that was left behind"""

    def open(self, host: str, port: int) -> None:
        self._socket = self.lent or bind(host, port)

    def close(self) -> None:
        if self._socket is not None:
            self._socket.close()
            self._socket = None

    @property
    def socket(self) -> socket.socket:
        assert self._socket is not None
        return self._socket

    def sendto(self, data: memoryview | bytes, address: Address) -> None:
        self.send(wire.datagram(address, data))

    def validated(self, peer: MirrorPeer) -> None:
        peer.validated()

    def take(self, data: bytes, address: Address) -> None:
        """A datagram the process handed up."""
        if data[0] < 4:
            self._check(data, address)
            return
        peer = self._by_address.get(address)
        if peer is not None:
            self.handshake(peer, data)


def _nowhere(_message: bytes) -> None:
    return None
