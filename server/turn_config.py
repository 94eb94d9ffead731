"""The configuration of coturn that fits this server: ``reprise turn-config``.

A TURN server that relays anywhere is a way into the network it stands in, and a gift to whoever
wants to hide. Ours leads to one place: the addresses this server's media is at. Everything else,
private or public, is denied.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path
from typing import Final

from server.settings import TURN_URL, BadSetting

PORTS: Final = {"turn": 3478, "turns": 5349}
USER_QUOTA: Final = 24
"""allocations of one participant: one a URL and network card, twice while a connection is
brought up beside the old one"""
TOTAL_QUOTA: Final = 2400
SESSION_OCTETS_S: Final = 1_500_000
"""of one allocation each way: a stage, a screen and a full gallery have room in it"""


@dataclass(frozen=True, slots=True)
class Listening:
    """What the URLs promise."""

    realm: str
    port: int | None
    tls_port: int | None
    has_udp: bool
    has_tcp: bool


def read_urls(urls: Sequence[str]) -> Listening:
    """Raises BadSetting: coturn listens at one port of each kind."""
    if not urls:
        raise BadSetting(
            "REPRISE_TURN_URLS names no TURN server. An example: "
            "turn:turn.example.org,turn:turn.example.org?transport=tcp,turns:turn.example.org:443"
        )
    found = [re.fullmatch(TURN_URL, url) for url in urls]
    ports: dict[str, set[int]] = {"turn": set(), "turns": set()}
    transports: set[str] = set()
    for url in found:
        assert url is not None, "settings let none through that is not one"
        scheme = url["scheme"]
        ports[scheme].add(int(url["port"] or PORTS[scheme]))
        if scheme == "turn":
            transports.add(url["transport"] or "udp")
    for scheme, named in ports.items():
        if len(named) > 1:
            raise BadSetting(
                f"REPRISE_TURN_URLS names the ports {sorted(named)} for {scheme}: URLs; "
                "one coturn listens at one of them."
            )
    assert found[0] is not None
    return Listening(
        found[0]["host"].strip("[]"),
        next(iter(ports["turn"]), None),
        next(iter(ports["turns"]), None),
        "udp" in transports,
        "tcp" in transports,
    )


def write_config(
    urls: Sequence[str],
    secret: str,
    peers: Sequence[str],
    *,
    certificate: Path | None = None,
    key: Path | None = None,
    listen: Sequence[str] = (),
) -> str:
    """``peers``: the addresses media is at. Raises BadSetting."""
    listening = read_urls(urls)
    if not peers:
        raise BadSetting("No address of this server's media: name it with --peer.")
    lines = [
        "# Written by `reprise turn-config`; it holds a secret: for coturn's eyes only.",
        f"realm={listening.realm}",
        "fingerprint",
        "use-auth-secret",
        f"static-auth-secret={secret}",
        "stale-nonce=600",
        *(f"listening-ip={address}" for address in listen),
        f"listening-port={listening.port or PORTS['turn']}",
    ]
    if not listening.has_udp:
        lines.append("no-udp")
    if not listening.has_tcp:
        lines.append("no-tcp")
    lines.append("no-dtls")  # browsers do not speak TURN over DTLS
    if listening.tls_port is None:
        lines.append("no-tls")
    else:
        if certificate is None or key is None:
            raise BadSetting("A turns: URL needs a certificate: --cert FILE and --key FILE.")
        lines += [
            f"tls-listening-port={listening.tls_port}",
            f"cert={certificate}",
            f"pkey={key}",
            "no-tlsv1",
            "no-tlsv1_1",
        ]
    lines += [
        "",
        "# It leads to our media and nowhere else: what is allowed comes before what is denied.",
        *(f"allowed-peer-ip={ip_address(peer)}" for peer in dict.fromkeys(peers)),
        "denied-peer-ip=0.0.0.0-255.255.255.255",
        "denied-peer-ip=::-ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
        "no-multicast-peers",
        "no-tcp-relay",
        "",
        f"user-quota={USER_QUOTA}",
        f"total-quota={TOTAL_QUOTA}",
        f"max-bps={SESSION_OCTETS_S}",
        "",
        "no-cli",
        "no-software-attribute",
        "log-file=stdout",
        "simple-log",
        "",
    ]
    return "\n".join(lines)
