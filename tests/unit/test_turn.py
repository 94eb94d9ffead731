"""TURN: credentials that end by themselves, and a coturn that leads to our media alone."""

from __future__ import annotations

import base64
import hashlib
import hmac
from pathlib import Path

import pytest

from server.cli import main
from server.services.turn import LASTS_S, TurnServers
from server.settings import BadSetting, read_settings
from server.turn_config import read_urls, write_config

URLS = (
    "turn:turn.example.org",
    "turn:turn.example.org?transport=tcp",
    "turns:turn.example.org:443",
)
SECRET = "0123456789abcdef"
EVERYTHING = [
    "denied-peer-ip=0.0.0.0-255.255.255.255",
    "denied-peer-ip=::-ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
]


def test_a_credential_names_its_end_and_its_owner_and_is_signed() -> None:
    [one] = TurnServers(URLS, SECRET, lambda: 1_700_000_000.9).for_participant("ada").ice_servers
    assert one.urls == list(URLS)
    assert one.username == f"{1_700_000_000 + LASTS_S}:ada"
    digest = hmac.new(SECRET.encode(), one.username.encode(), hashlib.sha1).digest()
    assert base64.b64decode(one.credential) == digest


def test_credentials_are_of_one_person_and_one_moment() -> None:
    def made(who: str, now_s: float) -> str:
        return (
            TurnServers(URLS, SECRET, lambda: now_s).for_participant(who).ice_servers[0].credential
        )

    assert len({made("ada", 1), made("bob", 1), made("ada", 2)}) == 3


def test_without_a_server_there_is_no_credential() -> None:
    assert TurnServers((), SECRET).for_participant("ada").ice_servers == []


# ---- configuration -----------------------------------------------------------------------------


def lines(
    *urls: str, peers: tuple[str, ...] = ("203.0.113.7",), with_tls: bool = True
) -> list[str]:
    certificate, key = (Path("/tls.crt"), Path("/tls.key")) if with_tls else (None, None)
    return write_config(urls, SECRET, peers, certificate=certificate, key=key).splitlines()


def test_only_our_media_can_be_reached_through_it() -> None:
    found = lines(*URLS, peers=("203.0.113.7", "2001:db8::7", "203.0.113.7"))
    assert [line for line in found if "peer-ip" in line] == [
        "allowed-peer-ip=203.0.113.7", "allowed-peer-ip=2001:db8::7", *EVERYTHING,
    ]  # fmt: skip
    assert {"no-cli", "no-multicast-peers", "no-tcp-relay", "use-auth-secret"} <= set(found)
    assert {"user-quota=24", "total-quota=2400", "max-bps=1500000"} <= set(found)
    assert f"static-auth-secret={SECRET}" in found


def test_it_listens_as_the_urls_say() -> None:
    found = lines(*URLS)
    assert {"realm=turn.example.org", "listening-port=3478", "tls-listening-port=443"} <= set(found)
    assert {"cert=/tls.crt", "pkey=/tls.key", "no-tlsv1", "no-tlsv1_1"} <= set(found)
    assert not {"no-udp", "no-tcp", "no-tls"} & set(found)
    only_tcp = lines("turn:[2001:db8::9]:80?transport=tcp", with_tls=False)
    assert {"realm=2001:db8::9", "listening-port=80", "no-udp", "no-tls"} <= set(only_tcp)


@pytest.mark.parametrize(
    ("urls", "complaint"),
    [
        ((), "REPRISE_TURN_URLS"),
        (("turn:a.example:1", "turn:a.example:2?transport=tcp"), r"\[1, 2\]"),
        (("turns:a.example",), "--cert"),
    ],
)
def test_what_coturn_could_not_do_is_refused(urls: tuple[str, ...], complaint: str) -> None:
    with pytest.raises(BadSetting, match=complaint):
        lines(*urls, with_tls=False)


def test_without_an_address_of_media_it_would_lead_nowhere() -> None:
    with pytest.raises(BadSetting, match="--peer"):
        lines(*URLS, peers=())


@pytest.mark.parametrize(
    "url",
    [
        "turn.example.org", "https://turn.example.org", "turn:", "stun:a.example",
        "turn:a?transport=sctp", "turn:a.example/x", "turn:a b",
    ],
)  # fmt: skip
def test_what_is_no_turn_url_is_refused(url: str) -> None:
    with pytest.raises(BadSetting, match="REPRISE_TURN_URLS"):
        read_urls(read_settings({}, {"REPRISE_TURN_URLS": url}).turn_urls)


@pytest.mark.parametrize("secret", ["short", "with blanks in between", "with#hash-of-a-comment"])
def test_a_bad_secret_is_refused_and_not_repeated(secret: str) -> None:
    with pytest.raises(BadSetting, match="REPRISE_TURN_SECRET") as refused:
        read_settings({}, {"REPRISE_TURN_SECRET": secret})
    assert secret not in str(refused.value)


def test_no_flag_takes_the_secret() -> None:
    with pytest.raises(SystemExit):
        main(["version", "--turn-secret", SECRET])


def test_the_command_and_the_server_share_a_secret_of_their_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REPRISE_TURN_URLS", "turn:turn.example.org")
    monkeypatch.setenv("REPRISE_DATA", str(tmp_path / "data"))
    written = tmp_path / "turnserver.conf"
    assert main(["turn-config", "--peer", "203.0.113.7", "--output", str(written)]) == 0
    assert written.stat().st_mode & 0o077 == 0
    secret = (tmp_path / "data" / "secrets" / "turn.secret").read_text()
    assert f"static-auth-secret={secret}" in written.read_text().splitlines()
    assert len(secret) == 64
