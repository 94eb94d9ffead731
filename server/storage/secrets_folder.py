"""``secrets/``: the key of cookies, the TLS certificate and what the TURN server
shares, readable by their owner only."""

from __future__ import annotations

import os
import secrets
import socket
import ssl
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import psutil
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

LASTS = timedelta(days=397)
"""Browsers take no longer-lived one."""
RENEW_BEFORE = timedelta(days=30)


def write_private(path: Path, content: bytes) -> None:
    """Whole or not at all, and never readable by others in between."""
    aside = path.with_name(f".aside-{secrets.token_hex(6)}")
    handle = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    aside.replace(path)


def lan_addresses() -> list[str]:
    """This machine's IPv4 addresses on its networks, those of virtual bridges last."""
    found = {
        (name.startswith(("docker", "br-", "veth", "virbr")), address.address)
        for name, addresses in psutil.net_if_addrs().items()
        for address in addresses
        if address.family == socket.AF_INET and not address.address.startswith("127.")
    }
    return [address for _, address in sorted(found)]


def own_names() -> list[str]:
    host = socket.gethostname()
    names = {"localhost", host, host.split(".")[0] + ".local"}
    return [
        *sorted(name for name in names if name.isascii() and 0 < len(name) <= 63),
        "127.0.0.1",
        "::1",
        *lan_addresses(),
    ]


class SecretsFolder:
    def __init__(self, data: Path) -> None:
        self._folder = data / "secrets"

    def _open(self) -> Path:
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        return self._folder

    def cookie_key(self) -> bytes:
        path = self._open() / "cookie.key"
        if not path.is_file():
            write_private(path, secrets.token_bytes(32))
        return path.read_bytes()

    def turn_secret(self) -> str:
        """What the TURN server and this one both know."""
        path = self._open() / "turn.secret"
        if not path.is_file():
            write_private(path, secrets.token_hex(32).encode())
        return path.read_text(encoding="ascii").strip()

    @property
    def certificate_path(self) -> Path:
        return self._folder / "tls.crt"

    def certificate(self) -> x509.Certificate | None:
        if not self.certificate_path.is_file():
            return None
        return x509.load_pem_x509_certificate(self.certificate_path.read_bytes())

    def tls_context(self, names: Iterable[str] | None = None) -> ssl.SSLContext:
        """Self-signed, for this machine's names and addresses. Made anew when it runs out or the
        machine has an address that it does not cover; the old names stay in it."""
        wanted = list(dict.fromkeys(names if names is not None else own_names()))
        key_path = self._open() / "tls.key"
        if problem_of(self.certificate(), wanted) or not key_path.is_file():
            old = self.certificate()
            self._make(key_path, list(dict.fromkeys([*wanted, *(names_of(old) if old else [])])))
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        context.load_cert_chain(self.certificate_path, key_path)
        return context

    def _make(self, key_path: Path, names: list[str]) -> None:
        key = ec.generate_private_key(ec.SECP256R1())
        now = datetime.now(UTC)
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Reprise on this network")])
        certificate = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(subject)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            # An hour back: clocks of phones and laptops differ.
            .not_valid_before(now - timedelta(hours=1))
            .not_valid_after(now + LASTS)
            .add_extension(
                x509.SubjectAlternativeName([_general_name(name) for name in names]), False
            )
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), True)
            .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), False)
            .sign(key, hashes.SHA256())
        )
        write_private(
            key_path,
            key.private_bytes(
                serialization.Encoding.PEM,
                serialization.PrivateFormat.PKCS8,
                serialization.NoEncryption(),
            ),
        )
        write_private(self.certificate_path, certificate.public_bytes(serialization.Encoding.PEM))


def _general_name(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ip_address(name))
    except ValueError:
        return x509.DNSName(name)


def names_of(certificate: x509.Certificate) -> list[str]:
    names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    return [
        *names.get_values_for_type(x509.DNSName),
        *(str(address) for address in names.get_values_for_type(x509.IPAddress)),
    ]


def problem_of(certificate: x509.Certificate | None, names: Iterable[str]) -> str | None:
    """Why a certificate will not do; None when it will."""
    if certificate is None:
        return "there is none yet"
    if certificate.not_valid_after_utc - datetime.now(UTC) < RENEW_BEFORE:
        return f"it runs out on {certificate.not_valid_after_utc:%Y-%m-%d}"
    missing = [name for name in names if name not in names_of(certificate)]
    return f"it does not cover {', '.join(missing)}" if missing else None
