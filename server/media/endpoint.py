"""The one UDP socket of the plane, and which connection a datagram belongs to.

A binding request is matched by the user name in it; everything else by its source address, which
counts only once a check from there was authentic. So a stranger's datagram costs a dictionary
look-up, and an empty or truncated one nothing more.
"""

from __future__ import annotations

import asyncio
import logging
import socket
import time
from collections.abc import Callable
from ipaddress import ip_address
from typing import Final, Generic, Protocol, TypeVar

import psutil

from server.media.dtls import DtlsFailed, DtlsSession
from server.media.ice import Address, Check, IceLite, answer_probe, is_probe, parse_check

log = logging.getLogger(__name__)

_BUFFER_OCTETS: Final = 4 * 1024 * 1024
PROBES_PER_S: Final = 100
_ALIVE_S: Final = 15.0
"""browsers ask for consent every few seconds; who did so lately still has his address"""
_AT_ONCE: Final = 128
"""datagrams taken before other callbacks of the loop have their turn"""


class Reachable(Protocol):
    """A connection, as its checks and its handshake need it."""

    @property
    def transport_id(self) -> str: ...
    @property
    def participant_id(self) -> str: ...
    @property
    def ice(self) -> IceLite: ...
    @property
    def dtls(self) -> DtlsSession: ...

    def connected(self) -> None:
        """The keys are there."""
        ...

    def receive(self, datagram: bytes, arrival_ns: int) -> None:
        """An encrypted packet from one of its addresses."""
        ...


P = TypeVar("P", bound=Reachable)


EVERYWHERE: Final = "*"
"""to listen at every address of the machine, of IPv4 and IPv6"""


def bind(host: str, port: int) -> socket.socket:
    """The socket of a plane. Raises OSError when the port is taken.

    One socket serves both families: at ``EVERYWHERE`` and at ``::`` IPv4 comes and goes as
    IPv4-mapped IPv6. A machine without IPv6 gets IPv4 alone.
    """
    if host == EVERYWHERE:
        host = "::" if socket.has_dualstack_ipv6() else "0.0.0.0"  # noqa: S104
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    opened = socket.socket(family, socket.SOCK_DGRAM)
    try:
        if family == socket.AF_INET6:
            opened.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
        opened.setblocking(False)
        for option in (socket.SO_RCVBUF, socket.SO_SNDBUF):
            opened.setsockopt(socket.SOL_SOCKET, option, _BUFFER_OCTETS)
        opened.bind((host, port))
    except OSError:
        opened.close()
        raise
    return opened


class Endpoint(Generic[P]):
    """``on_ready(peer)`` is called when a peer's keys are there, ``on_failed(peer)`` when its
    handshake cannot succeed, ``on_goodbye(peer)`` when it closes its side."""

    def __init__(
        self,
        on_ready: Callable[[P], None],
        on_failed: Callable[[P], None],
        on_goodbye: Callable[[P], None],
    ) -> None:
        self._on_ready = on_ready
        self._on_failed = on_failed
        self._on_goodbye = on_goodbye
        self._socket: socket.socket | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._by_ufrag: dict[str, P] = {}
        self._by_address: dict[Address, P] = {}
        self._probe_second = 0
        self._probes = 0
        self.dropped = 0
        """datagrams from strangers, and those the kernel would not take"""
        self.busy_ns = 0
        """processor time that what came has taken, with all it led to"""

    @property
    def port(self) -> int:
        assert self._socket is not None
        return self._socket.getsockname()[1]

    @property
    def is_wide(self) -> bool:
        """Whether IPv6 reaches it, too."""
        assert self._socket is not None
        return self._socket.family == socket.AF_INET6

    def open(self, host: str, port: int) -> None:
        """Bind. Raises OSError when the port is taken."""
        self._socket = bind(host, port)
        self._loop = asyncio.get_running_loop()
        self._loop.add_reader(self._socket.fileno(), self._readable)

    def close(self) -> None:
        """Safe to call twice."""
        if self._socket is not None:
            assert self._loop is not None
            self._loop.remove_reader(self._socket.fileno())
            self._socket.close()
            self._socket = None

    def add(self, peer: P) -> None:
        self._by_ufrag[peer.ice.local_ufrag] = peer

    def remove(self, peer: P) -> None:
        self._by_ufrag.pop(peer.ice.local_ufrag, None)
        for address in peer.ice.addresses:
            if self._by_address.get(address) is peer:
                del self._by_address[address]

    def sendto(self, data: memoryview | bytes, address: Address) -> None:
        """Send or, when the kernel's buffer is full, drop: media is not worth waiting for."""
        if self._socket is None:
            return
        try:
            self._socket.sendto(data, address)
        except OSError:
            self.dropped += 1

    # ---- receiving ---------------------------------------------------------------------------

    def _readable(self) -> None:
        started = time.thread_time_ns()
        self._take_waiting()
        self.busy_ns += time.thread_time_ns() - started

    def _take_waiting(self) -> None:
        opened = self._socket
        if opened is None:
            return
        receive = opened.recvfrom
        by_address = self._by_address
        is_wide = opened.family == socket.AF_INET6
        for _ in range(_AT_ONCE):
            try:
                data, address = receive(2048)
            except (BlockingIOError, InterruptedError):
                return
            except OSError:
                continue  # an ICMP error of an earlier send
            if not data:
                continue
            if is_wide:
                address = address[:2]  # without flow and scope
            try:
                first = data[0]
                if 127 < first < 192:
                    peer = by_address.get(address)
                    if peer is not None:
                        peer.receive(data, time.monotonic_ns())
                    else:
                        self.dropped += 1
                elif first < 4:
                    self._check(data, address)
                elif 19 < first < 64:
                    peer = by_address.get(address)
                    if peer is not None:
                        self.handshake(peer, data)
                    else:
                        self.dropped += 1
            except Exception:
                # One peer's datagram must never end the loop for everybody.
                log.exception("a datagram could not be handled")
            if self._socket is None:
                return

    def _check(self, data: bytes, address: Address) -> None:
        if is_probe(data):
            self._answer_probe(data, address)
            return
        parsed = parse_check(data)
        if parsed is None:
            return
        ufrag, message = parsed
        peer = self._by_ufrag.get(ufrag)
        if peer is None:
            self.dropped += 1
            return
        now = time.monotonic()
        owner = self._by_address.get(address)
        if owner is not None and owner is not peer and self._is_kept(owner, peer, address, now):
            self.dropped += 1
            return
        before = tuple(peer.ice.addresses)
        result = peer.ice.check(message, address, now)
        if result is None:
            return
        if isinstance(result, bytes):
            self.sendto(result, address)
            return
        assert isinstance(result, Check)
        for old in before:
            if old not in peer.ice.addresses and self._by_address.get(old) is peer:
                del self._by_address[old]
        if owner is not None and owner is not peer:
            owner.ice.addresses.pop(address, None)
            self.validated(owner)
        self._by_address[address] = peer
        self.validated(peer)
        self.sendto(result.answer, address)

    def _is_kept(self, owner: P, claimant: P, address: Address, now: float) -> bool:
        """Whether an address stays whose it is. A check says who asks, not where from: somebody in
        class could send his own under the address of another, who would be cut off by it and get
        media that he never asked for."""
        return (
            owner.ice.remote == address
            and owner.participant_id != claimant.participant_id
            and now - owner.ice.checked_at < _ALIVE_S
        )

    def _answer_probe(self, data: bytes, address: Address) -> None:
        """So many a second at most: they come from anybody, and media goes first."""
        second = int(time.monotonic())
        if second != self._probe_second:
            self._probe_second, self._probes = second, 0
        if self._probes < PROBES_PER_S:
            self._probes += 1
            self.sendto(answer_probe(data, address), address)

    def validated(self, peer: P) -> None:
        """A check of this peer was authentic: its addresses may have changed."""

    # ---- handshake ---------------------------------------------------------------------------

    def handshake(self, peer: P, data: bytes) -> None:
        had_keys = peer.dtls.keys is not None
        try:
            answers = peer.dtls.receive(data)
        except DtlsFailed as failure:
            log.info("%s: %s", peer.transport_id, failure)
            self._on_failed(peer)
            return
        self._flush(peer, answers)
        if not had_keys and peer.dtls.keys is not None:
            peer.connected()
            self._on_ready(peer)
        elif had_keys and peer.dtls.is_closed:
            self._on_goodbye(peer)

    def retry_handshake(self, peer: P) -> None:
        """Repeat a lost flight when its time is up."""
        due = peer.dtls.timeout()
        if due is not None and due <= 0:
            self._flush(peer, peer.dtls.on_timeout())

    def say_goodbye(self, peer: P) -> None:
        self._flush(peer, peer.dtls.close())

    def _flush(self, peer: P, datagrams: list[bytes]) -> None:
        address = peer.ice.remote
        if address is not None:
            for datagram in datagrams:
                self.sendto(datagram, address)


def local_addresses(*, with_ipv6: bool = True) -> list[str]:
    """Addresses of this machine, those of the network first, loopback last. Of IPv6 those that
    only hold on one link are left out: browsers offer none, and they need the link's name."""
    found: list[str] = []
    loopback: list[str] = []
    for addresses in psutil.net_if_addrs().values():
        for entry in addresses:
            if entry.family != socket.AF_INET and (
                entry.family != socket.AF_INET6 or not with_ipv6
            ):
                continue
            address = ip_address(entry.address.partition("%")[0])
            if not address.is_link_local:
                (loopback if address.is_loopback else found).append(str(address))
    # IPv4 first in each group: what reads only the first candidate reads IPv4 for certain.
    found.sort(key=_is_ipv6)
    loopback.sort(key=_is_ipv6)
    return [*found, *(loopback or ["127.0.0.1"])]


def _is_ipv6(address: str) -> bool:
    return ":" in address
