"""ICE-lite of one connection (RFC 8445 section 2.5), and the checks that arrive for it.

The server stands at known addresses, answers connectivity checks and sends none, so one UDP socket
serves everybody. A peer's address is learnt only from a check whose MESSAGE-INTEGRITY holds; a
check with USE-CANDIDATE names where to send. Consent (RFC 7675) is the peer's checks going on: when
they stop for ``CONSENT_S`` the connection is over. aioice parses and writes STUN. (Its agent is not
used: it opens a socket a connection and accepts packets from addresses it never validated.)
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from struct import error as StructError
from typing import Final

from aioice import stun

CONSENT_S: Final = 20.0


_MAX_ADDRESSES: Final = 8


Address = tuple[str, int]


@dataclass(frozen=True, slots=True)
class Check:
    """An authentic connectivity check."""

    answer: bytes
    is_nominating: bool


class IceLite:
    """Credentials and validated addresses of one connection."""

    def __init__(self, remote_ufrag: str, remote_pwd: str) -> None:
        self.local_ufrag = secrets.token_hex(4)
        self.local_pwd = secrets.token_hex(12)
        self._username = f"{self.local_ufrag}:{remote_ufrag}"
        self.remote_pwd = remote_pwd
        self._key = self.local_pwd.encode()
        self.addresses: dict[Address, None] = {}
        self.remote: Address | None = None
        """where to send: the pair nominated last, before that the first one validated"""
        self.is_nominated = False
        self.checked_at = 0.0

    def check(self, message: stun.Message, address: Address, now: float) -> Check | bytes | None:
        """Answer a binding request: a Check when authentic, bytes to refuse, None to ignore."""
        attributes = message.attributes
        if attributes.get("USERNAME") != self._username:
            return None
        if not message.check_message_integrity(self._key):
            return None
        if "ICE-CONTROLLED" in attributes:
            return self._refuse(message)
        self.checked_at = now
        is_nominating = "USE-CANDIDATE" in attributes
        if address not in self.addresses and len(self.addresses) >= _MAX_ADDRESSES:
            for old in self.addresses:
                if old != self.remote:
                    del self.addresses[old]
                    break
        self.addresses[address] = None
        if is_nominating:
            self.remote = address
            self.is_nominated = True
        elif self.remote is None:
            self.remote = address
        answer = stun.Message(
            message_method=stun.Method.BINDING,
            message_class=stun.Class.RESPONSE,
            transaction_id=message.transaction_id,
        )
        answer.attributes["XOR-MAPPED-ADDRESS"] = unmapped(address)
        answer.add_message_integrity(self._key)
        return Check(bytes(answer), is_nominating)

    def _refuse(self, message: stun.Message) -> bytes:
        """A lite agent is always controlled; the other side must take the leading role."""
        answer = stun.Message(
            message_method=stun.Method.BINDING,
            message_class=stun.Class.ERROR,
            transaction_id=message.transaction_id,
        )
        answer.attributes["ERROR-CODE"] = (487, "Role Conflict")
        answer.add_message_integrity(self._key)
        return bytes(answer)


def unmapped(address: Address) -> Address:
    """As the peer knows it: a socket for both families says IPv4 as IPv4-mapped IPv6."""
    host = address[0]
    return (host[7:], address[1]) if host.startswith("::ffff:") and "." in host else address


def parse_check(datagram: bytes) -> tuple[str, stun.Message] | None:
    """(our ufrag, message) of a binding request; None for anything else, however broken."""
    if len(datagram) < 20 or datagram[4:8] != b"\x21\x12\xa4\x42":
        return None
    try:
        message = stun.parse_message(datagram)
    except (ValueError, StructError, IndexError, KeyError):
        return None
    if message.message_class != stun.Class.REQUEST or message.message_method != stun.Method.BINDING:
        return None
    username = message.attributes.get("USERNAME")
    if not isinstance(username, str) or ":" not in username:
        return None
    return username.split(":", 1)[0], message


def is_probe(datagram: bytes) -> bool:
    """A bare STUN request: a page that asks, before it joins, whether UDP gets through."""
    return len(datagram) == 20 and datagram[:8] == b"\x00\x01\x00\x00\x21\x12\xa4\x42"


def answer_probe(datagram: bytes, address: Address) -> bytes:
    """12 octets more than were asked with (24 for IPv6), so nobody can make much of a false sender.

    The address in it is one of documentation: a browser tells its page of an answer only when the
    address is none of its own, and nobody gets a STUN server for nothing.
    """
    host = "2001:db8::1" if ":" in unmapped(address)[0] else "192.0.2.1"
    answer = stun.Message(
        message_method=stun.Method.BINDING,
        message_class=stun.Class.RESPONSE,
        transaction_id=datagram[8:],
    )
    answer.attributes["XOR-MAPPED-ADDRESS"] = (host, address[1])
    return bytes(answer)
