"""Whose an address is, and for how long it is remembered."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest
from aioice import stun

from server.media import endpoint as module
from server.media.endpoint import Endpoint
from server.media.ice import Address, IceLite


@dataclass(eq=False)
class Someone:
    participant_id: str
    ice: IceLite
    dtls: Any = None

    @property
    def transport_id(self) -> str:
        return self.participant_id

    def connected(self) -> None: ...

    def receive(self, datagram: bytes, arrival_ns: int) -> None: ...


@pytest.fixture
def endpoint() -> Endpoint[Someone]:
    return Endpoint(lambda _: None, lambda _: None, lambda _: None)


def come(endpoint: Endpoint[Someone], name: str) -> Someone:
    who = Someone(name, IceLite("theirs", "pwd"))
    endpoint.add(who)
    return who


def check(endpoint: Endpoint[Someone], who: Someone, address: Address) -> None:
    message = stun.Message(message_method=stun.Method.BINDING, message_class=stun.Class.REQUEST)
    message.attributes["USERNAME"] = f"{who.ice.local_ufrag}:theirs"
    message.attributes["USE-CANDIDATE"] = None
    message.add_message_integrity(who.ice.local_pwd.encode())
    endpoint._check(bytes(message), address)


def test_addresses_somebody_has_left_are_forgotten(endpoint: Endpoint[Someone]) -> None:
    ann = come(endpoint, "ann")
    for port in range(2000, 2100):
        check(endpoint, ann, ("192.0.2.1", port))
    assert set(endpoint._by_address) == set(ann.ice.addresses)
    assert len(endpoint._by_address) < 10
    endpoint.remove(ann)
    assert not endpoint._by_address


def test_an_address_is_its_owners_while_he_is_there(
    endpoint: Endpoint[Someone], monkeypatch: pytest.MonkeyPatch
) -> None:
    ann, eve, home = come(endpoint, "ann"), come(endpoint, "eve"), ("192.0.2.1", 2000)
    check(endpoint, ann, home)
    check(endpoint, eve, home)
    assert endpoint._by_address[home] is ann
    assert home not in eve.ice.addresses
    monkeypatch.setattr(module, "_ALIVE_S", -1.0)  # long ago
    check(endpoint, eve, home)
    assert endpoint._by_address[home] is eve
    assert home not in ann.ice.addresses
    check(endpoint, ann, home)
    assert endpoint._by_address[home] is ann


def test_somebody_who_comes_back_from_the_same_address_has_it(
    endpoint: Endpoint[Someone],
) -> None:
    old, new, home = come(endpoint, "ann"), come(endpoint, "ann"), ("192.0.2.1", 2000)
    check(endpoint, old, home)
    check(endpoint, new, home)
    assert endpoint._by_address[home] is new
