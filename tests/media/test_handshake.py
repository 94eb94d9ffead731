"""DTLS in memory: hellos that do not fit one datagram."""

from __future__ import annotations

import pytest

from server.media.dtls import Certificate, DtlsSession


@pytest.mark.parametrize("shift", range(4))
def test_a_hello_in_many_parts_is_no_hello_of_null_suites(shift: int) -> None:
    # Read as a hello of its own, a part of this one offers TLS_NULL_WITH_NULL_NULL alone.
    client_side, server_side = Certificate(), Certificate()
    client_side.context.set_alpn_protos([b"a" * (100 + shift) + b"\x00\x00\x00\x02" * 35])
    client = DtlsSession(client_side, [("sha-256", server_side.fingerprint)], is_server=False)
    server = DtlsSession(server_side, [("sha-256", client_side.fingerprint)])
    client._ssl.set_ciphertext_mtu(260)
    flight = client.start()
    assert len(_records(flight)) > 1
    for _ in range(10):
        answer = [reply for record in _records(flight) for reply in server.receive(record)]
        flight = [reply for datagram in answer for reply in client.receive(datagram)]
    assert client.srtp is not None
    assert server.srtp is not None


def _records(flight: list[bytes]) -> list[bytes]:
    """One record a datagram, as a sender with a small MTU has it."""
    found = []
    for datagram in flight:
        while datagram:
            end = 13 + int.from_bytes(datagram[11:13], "big")
            found.append(datagram[:end])
            datagram = datagram[end:]
    return found
