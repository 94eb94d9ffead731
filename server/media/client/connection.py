"""The client's transport: one UDP socket, checks towards an ICE-lite server, DTLS, SRTP."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import select
from collections.abc import Callable
from typing import Final

from aioice import stun

from server.media.client.offer import LocalOffer, ReadAnswer
from server.media.dtls import Certificate, DtlsFailed, DtlsSession
from server.media.ice import Address
from server.media.srtp import SrtpSession

log = logging.getLogger(__name__)

_CHECK_S: Final = 0.05
_CONSENT_S: Final = 2.5


class ConnectionFailed(Exception):
    """The server could not be reached, or was not who the answer says."""


class ClientConnection(asyncio.DatagramProtocol):
    """``on_packet(data, is_rtcp)`` gets every authentic packet, decrypted."""

    def __init__(self, on_packet: Callable[[bytes, bool], None]) -> None:
        self._on_packet = on_packet
        self.certificate = Certificate()
        self._transport: asyncio.DatagramTransport | None = None
        self._dtls: DtlsSession | None = None
        self.srtp: SrtpSession | None = None
        self._remote: Address | None = None
        self.checks_answered = 0
        self._checker: asyncio.Task[None] | None = None
        self._ready: asyncio.Future[None] | None = None
        self._offer: LocalOffer | None = None
        self._answer: ReadAnswer | None = None
        self.is_closed = False
        self.closed = asyncio.Event()

    @property
    def local_port(self) -> int:
        assert self._transport is not None
        return self._transport.get_extra_info("sockname")[1]

    @property
    def has_waiting(self) -> bool:
        """Whether the socket holds datagrams that were not taken in yet."""
        if self._transport is None or self._transport.is_closing():
            return False
        return bool(select.select([self._transport.get_extra_info("socket")], [], [], 0)[0])

    async def connect(self, offer: LocalOffer, answer: ReadAnswer, timeout_s: float = 10.0) -> None:
        """Raises ConnectionFailed."""
        loop = asyncio.get_running_loop()
        self._offer, self._answer = offer, answer
        self._ready = loop.create_future()
        self._transport = await self._open()
        self._dtls = DtlsSession(self.certificate, answer.fingerprints, is_server=False)
        self._checker = loop.create_task(self._check(), name="client-checks")
        try:
            await asyncio.wait_for(asyncio.shield(self._ready), timeout_s)
        except (TimeoutError, DtlsFailed) as error:
            await self.close()
            raise ConnectionFailed(str(error) or "no answer from the server") from error

    async def _open(self) -> asyncio.DatagramTransport:
        """Of the family of the server's first candidate; others are not tried."""
        assert self._answer is not None
        is_ipv6 = ":" in self._answer.candidates[0][0]
        transport, _ = await asyncio.get_running_loop().create_datagram_endpoint(
            lambda: self,
            local_addr=("::" if is_ipv6 else "0.0.0.0", 0),  # noqa: S104
        )
        return transport

    async def move(self) -> None:
        """Go on from another port, as behind a router that has forgotten us. The server hears of
        it when ``check`` is called."""
        await self._stop_checking()
        old, self._transport = self._transport, await self._open()
        if old is not None:
            old.close()

    def check(self) -> None:
        """Ask for consent from where we are now, and then as ever."""
        assert self._remote is not None
        self._request(self._remote, is_nominating=True)
        self._checker = asyncio.get_running_loop().create_task(self._check(), name="client-checks")

    async def _stop_checking(self) -> None:
        if self._checker is not None:
            self._checker.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._checker

    async def close(self, *, is_silent: bool = False) -> None:
        """``is_silent`` leaves without a word, as a machine does that loses its network."""
        if self.is_closed:
            return
        if not is_silent and self._dtls is not None:
            self._flush(self._dtls.close())
        self.is_closed = True
        await self._stop_checking()
        if self._ready is not None and not self._ready.done():
            self._ready.cancel()
        if self._transport is not None:
            self._transport.close()
        self.closed.set()

    def send_rtp(self, packet: bytes) -> None:
        if self.srtp is not None:
            self.send_raw(bytes(self.srtp.protect(packet)))

    def send_rtcp(self, packet: bytes) -> None:
        if self.srtp is not None:
            self.send_raw(self.srtp.protect_rtcp(packet))

    def send_raw(self, datagram: bytes) -> None:
        if self._transport is not None and self._remote is not None and not self.is_closed:
            self._transport.sendto(datagram, self._remote)

    # ---- asyncio ------------------------------------------------------------------------------

    def datagram_received(self, data: bytes, addr: Address) -> None:
        if not data or self._dtls is None or self.is_closed:
            return
        first = data[0]
        if 127 < first < 192:
            if self.srtp is None or len(data) < 12:
                return
            if 192 <= data[1] <= 223:
                packet = self.srtp.unprotect_rtcp(data)
                if packet is not None:
                    self._on_packet(packet, True)
            else:
                packet = self.srtp.unprotect(data)
                if packet is not None:
                    self._on_packet(packet, False)
        elif first < 4:
            self._answered(data, addr)
        elif 19 < first < 64:
            self._handshake(data)

    def error_received(self, exc: Exception) -> None:
        log.debug("client socket: %s", exc)

    # ---- ICE ---------------------------------------------------------------------------------

    async def _check(self) -> None:
        """Ask every candidate until one answers, nominate it, then keep consent alive."""
        assert self._answer is not None
        while True:
            if self._remote is None:
                is_ipv6 = ":" in self._answer.candidates[0][0]
                for candidate in self._answer.candidates:
                    if (":" in candidate[0]) == is_ipv6:
                        self._request(candidate, is_nominating=True)
                await asyncio.sleep(_CHECK_S)
                continue
            if self._dtls is not None and self.srtp is None:
                due = self._dtls.timeout()
                if due is not None and due <= 0:
                    self._flush(self._dtls.on_timeout())
                await asyncio.sleep(_CHECK_S)
                continue
            await asyncio.sleep(_CONSENT_S)
            self._request(self._remote, is_nominating=True)

    def _request(self, address: Address, *, is_nominating: bool) -> None:
        assert self._offer is not None
        assert self._answer is not None
        assert self._transport is not None
        message = stun.Message(message_method=stun.Method.BINDING, message_class=stun.Class.REQUEST)
        message.attributes["USERNAME"] = f"{self._answer.ufrag}:{self._offer.ufrag}"
        message.attributes["PRIORITY"] = 1853824767
        message.attributes["ICE-CONTROLLING"] = 1
        if is_nominating:
            message.attributes["USE-CANDIDATE"] = None
        message.add_message_integrity(self._answer.pwd.encode())
        self._transport.sendto(bytes(message), address)

    def _answered(self, data: bytes, address: Address) -> None:
        assert self._answer is not None
        try:
            message = stun.parse_message(data)
        except ValueError:
            return
        if message.message_class != stun.Class.RESPONSE or not message.check_message_integrity(
            self._answer.pwd.encode()
        ):
            return
        self.checks_answered += 1
        if self._remote is None:
            self._remote = (address[0], address[1])
            assert self._dtls is not None
            self._flush(self._dtls.start())

    # ---- DTLS --------------------------------------------------------------------------------

    def _handshake(self, data: bytes) -> None:
        assert self._dtls is not None
        assert self._ready is not None
        try:
            self._flush(self._dtls.receive(data))
        except DtlsFailed as failure:
            if not self._ready.done():
                self._ready.set_exception(failure)
            return
        if self.srtp is None and self._dtls.srtp is not None:
            self.srtp = self._dtls.srtp
            if not self._ready.done():
                self._ready.set_result(None)
        elif self._dtls.is_closed:
            self.closed.set()

    def _flush(self, datagrams: list[bytes]) -> None:
        for datagram in datagrams:
            self.send_raw(datagram)
