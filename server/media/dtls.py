"""The DTLS handshake of one connection, in memory: datagram in, datagrams out.

As server, so that nothing is sent to an address before the peer has spoken. A datagram that breaks
the handshake, for instance a forged ClientHello with the NULL cipher (which ends aiortc 1.16's
handshake), is dropped and the handshake starts over; only the certificate whose fingerprint stands
in the offer ends it well. SRTP keys are exported (RFC 5764).
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from OpenSSL import SSL
from pylibsrtp import Policy

from server.media.srtp import SrtpKeys, SrtpSession

HANDSHAKE_S: Final = 15.0


_MAX_RESTARTS: Final = 20
_MTU: Final = 1200
_CIPHERS: Final = (
    b"ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-ECDSA-CHACHA20-POLY1305:"
    b"ECDHE-RSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES128-SHA:ECDHE-RSA-AES128-SHA"
)


@dataclass(frozen=True, slots=True)
class _Profile:
    openssl_name: bytes
    number: int
    key_length: int
    salt_length: int


# GCM first: half the cost of the CM profile, whose HMAC-SHA1 dominates.
_PROFILES: Final = (
    _Profile(b"SRTP_AEAD_AES_128_GCM", Policy.SRTP_PROFILE_AEAD_AES_128_GCM, 16, 12),
    _Profile(b"SRTP_AEAD_AES_256_GCM", Policy.SRTP_PROFILE_AEAD_AES_256_GCM, 32, 12),
    _Profile(b"SRTP_AES128_CM_SHA1_80", Policy.SRTP_PROFILE_AES128_CM_SHA1_80, 16, 14),
)


class Certificate:
    """Self-signed certificate and TLS context, one a process; peers know its fingerprint."""

    def __init__(self) -> None:
        key = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, secrets.token_hex(8))])
        now = datetime.now(UTC)
        self._certificate = (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - timedelta(days=1))
            .not_valid_after(now + timedelta(days=365))
            .sign(key, hashes.SHA256())
        )
        self.fingerprint = self._certificate.fingerprint(hashes.SHA256()).hex(":").upper()
        """``AB:CD:…`` of SHA-256"""
        context = SSL.Context(SSL.DTLS_METHOD)
        context.set_options(SSL.OP_NO_TICKET)
        # The chain means nothing between browsers; the fingerprint is compared instead.
        context.set_verify(SSL.VERIFY_PEER | SSL.VERIFY_FAIL_IF_NO_PEER_CERT, lambda *_: True)
        context.use_certificate(self._certificate)
        context.use_privatekey(key)
        context.set_cipher_list(_CIPHERS)
        context.set_tlsext_use_srtp(b":".join(p.openssl_name for p in _PROFILES))
        self.context = context


_HASHES: Final = {"sha-256": "sha256", "sha-384": "sha384", "sha-512": "sha512"}
"""RFC 8122 section 5 → OpenSSL"""


class DtlsFailed(Exception):
    """The handshake cannot succeed any more."""


class DtlsSession:
    """One handshake in memory. ``fingerprints`` is ``[(algorithm, value)]`` from the SDP."""

    def __init__(
        self,
        certificate: Certificate,
        fingerprints: Sequence[tuple[str, str]],
        *,
        is_server: bool = True,
    ) -> None:
        self._context = certificate.context
        self._fingerprints = [
            (algorithm.lower(), value.upper())
            for algorithm, value in fingerprints
            if algorithm.lower() in _HASHES
        ]
        if not self._fingerprints:
            raise DtlsFailed("no fingerprint with a known hash")
        self._is_server = is_server
        self._restarts = 0
        self._ssl = self._new()
        self._srtp: SrtpSession | None = None
        self.keys: SrtpKeys | None = None
        """there once the handshake is over"""
        self.is_closed = False

    @property
    def srtp(self) -> SrtpSession | None:
        """Made of the keys when it is first asked for."""
        if self._srtp is None and self.keys is not None:
            self._srtp = SrtpSession(self.keys)
        return self._srtp

    def _new(self) -> SSL.Connection:
        connection = SSL.Connection(self._context)
        connection.set_ciphertext_mtu(_MTU)
        if self._is_server:
            connection.set_accept_state()
        else:
            connection.set_connect_state()
        return connection

    def start(self) -> list[bytes]:
        """First flight of a client; nothing for a server."""
        return [] if self._is_server else self._advance()

    def receive(self, datagram: bytes) -> list[bytes]:
        """Take in one datagram, return those to send. Raises DtlsFailed."""
        if len(datagram) < 13:
            return []
        if self.keys is not None:
            return self._after(datagram)
        if self._is_server and _offers_only_null(datagram):
            return []
        try:
            self._ssl.bio_write(datagram)
        except SSL.Error:
            return []
        return self._advance()

    def timeout(self) -> float | None:
        """Seconds until ``on_timeout`` is due, None when no flight waits for an answer."""
        if self.is_closed or self.keys is not None:
            return None
        return self._ssl.DTLSv1_get_timeout()

    def on_timeout(self) -> list[bytes]:
        try:
            self._ssl.DTLSv1_handle_timeout()
        except SSL.Error:
            return []
        return self._outgoing()

    def close(self) -> list[bytes]:
        """Say goodbye; safe to call twice."""
        if self.is_closed:
            return []
        self.is_closed = True
        if self.keys is None:
            return []
        try:
            self._ssl.shutdown()
        except SSL.Error:
            return []
        return self._outgoing()

    def wipe(self) -> None:
        """Nobody needs the keys any more; safe to call twice."""
        if self.keys is not None:
            self.keys.wipe()

    def _advance(self) -> list[bytes]:
        try:
            self._ssl.do_handshake()
        except SSL.WantReadError:
            return self._outgoing()
        except SSL.Error as error:
            # Forged or damaged; whoever holds the right certificate will try again.
            self._restarts += 1
            if self._restarts > _MAX_RESTARTS or not self._is_server:
                raise DtlsFailed(f"handshake failed: {error}") from error
            self._ssl = self._new()
            return []
        answer = self._outgoing()
        self._check_peer()
        self.keys = self._export()
        return answer

    def _check_peer(self) -> None:
        certificate = self._ssl.get_peer_certificate()
        if certificate is None:
            raise DtlsFailed("the peer showed no certificate")
        for algorithm, value in self._fingerprints:
            if certificate.digest(_HASHES[algorithm]).decode() != value:
                raise DtlsFailed("the certificate is not the one of the offer")

    def _export(self) -> SrtpKeys:
        name = self._ssl.get_selected_srtp_profile()
        for profile in _PROFILES:
            if profile.openssl_name == name:
                break
        else:
            raise DtlsFailed("no common SRTP profile")
        key, salt = profile.key_length, profile.salt_length
        material = self._ssl.export_keying_material(b"EXTRACTOR-dtls_srtp", 2 * (key + salt))
        client = bytearray(material[:key] + material[2 * key : 2 * key + salt])
        server = bytearray(material[key : 2 * key] + material[2 * key + salt :])
        if self._is_server:
            return SrtpKeys(profile.number, server, client)
        return SrtpKeys(profile.number, client, server)

    def _after(self, datagram: bytes) -> list[bytes]:
        """A repeated last flight, an alert, or nonsense."""
        try:
            self._ssl.bio_write(datagram)
            self._ssl.recv(2048)
        except SSL.ZeroReturnError:
            self.is_closed = True
        except SSL.Error:
            pass
        return self._outgoing()

    def _outgoing(self) -> list[bytes]:
        data = b""
        while True:
            try:
                data += self._ssl.bio_read(65536)
            except SSL.Error:
                break
        return _datagrams(data)


def _datagrams(data: bytes) -> list[bytes]:
    """Cut what the memory BIO ran together at record borders, each part within the MTU."""
    found: list[bytes] = []
    position = start = 0
    while position + 13 <= len(data):
        end = position + 13 + ((data[position + 11] << 8) | data[position + 12])
        if end - start > _MTU and position > start:
            found.append(data[start:position])
            start = position
        position = end
    if start < len(data):
        found.append(data[start:])
    return found


def _offers_only_null(datagram: bytes) -> bool:
    """True for a ClientHello whose cipher suites are all TLS_*_NULL_* or SCSVs.

    Only its first fragment (RFC 6347 section 4.2.3) has them. Chromium's hello is cut in two; the
    second part, read as a hello, passed for one of NULL suites in some connections of a thousand.
    """
    if datagram[0] != 22 or len(datagram) < 62 or datagram[13] != 1 or any(datagram[19:22]):
        return False
    position = 13 + 12 + 2 + 32
    for width in (1, 1):  # session id, cookie
        if position >= len(datagram):
            return False
        position += width + datagram[position]
    if position + 2 > len(datagram):
        return False
    count = ((datagram[position] << 8) | datagram[position + 1]) // 2
    suites = datagram[position + 2 : position + 2 + 2 * count]
    null = {0x0000, 0x0001, 0x0002, 0x003B, 0x00FF, 0x5600, 0xC006, 0xC010}
    numbers = {(suites[i] << 8) | suites[i + 1] for i in range(0, len(suites) - 1, 2)}
    return bool(numbers) and numbers <= null
