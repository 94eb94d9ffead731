"""Malformed datagrams, a kind at a time and so many a second, from a process of its own.

Usage: ``python -m benchmarks.hostile_datagrams KIND PORT RATE SECONDS UFRAG [FD]``; with ``FD``
they leave by that socket, so that they come from an address that was vouched for.
"""

from __future__ import annotations

import os
import random
import socket
import sys
import time
from collections.abc import Callable
from typing import Final

from aioice import stun

from server.media.dtls import Certificate, DtlsSession

KNOWN: Final = ("null_hello", "rtp_known", "rtcp_known", "dtls_known")
"""kinds that come from the address of somebody in class"""
KINDS: Final = (
    "empty", "random", "truncated_stun", "forged_stun", "foreign_stun", "hello_unknown",
    "rtp_unknown", "rtcp_unknown", *KNOWN,
)  # fmt: skip

NULL_HELLO: Final = bytes.fromhex(
    "16feff00000000000000000033"  # DTLS 1.0 record
    "010000270000000000000027fefd"
) + bytes(32) + bytes.fromhex("0000000200010100")  # fmt: skip


def _check(ufrag: str, *, is_cut: bool) -> bytes:
    """Well formed, for a connection that exists or not, signed with a wrong password."""
    request = stun.Message(message_method=stun.Method.BINDING, message_class=stun.Class.REQUEST)
    request.attributes["USERNAME"] = f"{ufrag}:abcd"
    request.attributes["PRIORITY"] = 1
    request.attributes["USE-CANDIDATE"] = None
    request.add_message_integrity(b"not the password")
    whole = bytes(request)
    return whole[: random.randrange(1, len(whole))] if is_cut else whole


def _rtp() -> bytes:
    return bytes((0x80 | random.randrange(64), random.randrange(128))) + os.urandom(
        random.randrange(1200)
    )


def _rtcp() -> bytes:
    return bytes((0x80 | random.randrange(32), random.randrange(192, 224))) + os.urandom(
        random.randrange(400)
    )


def maker(kind: str, ufrag: str) -> Callable[[], bytes]:
    hello = DtlsSession(Certificate(), [("sha-256", "00")], is_server=False).start()[0]
    makers: dict[str, Callable[[], bytes]] = {
        "empty": lambda: b"",
        "random": lambda: os.urandom(random.randrange(1, 1400)),
        "truncated_stun": lambda: _check(ufrag, is_cut=True),
        "forged_stun": lambda: _check(ufrag, is_cut=False),
        "foreign_stun": lambda: _check(os.urandom(4).hex(), is_cut=False),
        "hello_unknown": lambda: hello,
        "null_hello": lambda: NULL_HELLO,
        "dtls_known": lambda: bytes((22,)) + os.urandom(random.randrange(100)),
        "rtp_unknown": _rtp,
        "rtp_known": _rtp,
        "rtcp_unknown": _rtcp,
        "rtcp_known": _rtcp,
    }
    return makers[kind]


def main() -> int:
    kind, port, rate, seconds, ufrag, *inherited = sys.argv[1:]
    make = maker(kind, ufrag)
    if inherited:
        sender = socket.socket(fileno=int(inherited[0]))
    else:
        sender = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    began = time.monotonic()
    sent = 0
    while (passed := time.monotonic() - began) < float(seconds):
        for _ in range(int(passed * float(rate)) - sent):
            try:
                sender.sendto(make(), ("127.0.0.1", int(port)))
            except BlockingIOError:
                pass
            sent += 1
        time.sleep(0.005)
    print(sent)
    return 0


if __name__ == "__main__":
    sys.exit(main())
