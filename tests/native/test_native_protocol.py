"""Messages on their way to the process and from it."""

from __future__ import annotations

from server.media import native_protocol as wire


def unbundled(message: bytes) -> list[bytes]:
    if message[0] != wire.BUNDLE:
        return [message]
    found: list[bytes] = []
    at = 1
    while at < len(message):
        length = int.from_bytes(message[at : at + 2], "little")
        found.append(message[at + 2 : at + 2 + length])
        at += 2 + length
    return found


def test_what_is_said_together_goes_together_and_in_order() -> None:
    messages = [bytes((kind,)) * (kind * 97 % 900 + 1) for kind in range(1, 200) if kind != 20]
    messages[50] = b"\x0d" * wire.MAX_MESSAGE  # alone it is as long as can be
    sent = list(wire.bundles(messages))
    assert [one for message in sent for one in unbundled(message)] == messages
    assert len(sent) < 6
    assert max(map(len, sent)) <= wire.MAX_MESSAGE


def test_one_message_is_no_bundle() -> None:
    assert list(wire.bundles([wire.end()])) == [wire.end()]
    assert not list(wire.bundles([]))


def test_statistics_of_several_transports_come_in_one_message() -> None:
    one = wire._statistics_fields.pack(7, 1, 10, 20, 0.5, 0.25, -1.0, 300, 5, 2)
    rates = wire._bitrate_fields.pack(3, 1000) + wire._bitrate_fields.pack(4, 2000)
    other = wire._statistics_fields.pack(8, 0, 1, 2, 0.0, 0.0, 0.5, 0, 0, 0)
    told = list(wire.read_statistics(bytes((wire.STATISTICS,)) + one + rates + other))
    assert [(moved.number, moved.is_checked, rates) for moved, rates in told] == [
        (7, True, [(3, 1000), (4, 2000)]), (8, False, []),
    ]  # fmt: skip
    assert told[0][0].octets_down == 20
    assert told[1][0].trip == 0.5
