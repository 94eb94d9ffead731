"""``reprise media top``: what the media plane does, as a table drawn again each second."""

from __future__ import annotations

import socket
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import msgspec

from server.admin_socket import short_path
from server.schemas.media_report import MediaReport, TransportRow

EVERY_S: Final = 1.0
_TIMEOUT_S: Final = 10.0
_CLEAR: Final = "\x1b[H\x1b[2J"
_HEAD: Final = (
    "name", "session", "up kbit/s", "down kbit/s", "loss up", "loss dn", "rtt ms", "link kbit/s",
    "nack", "resent", "layers",
)  # fmt: skip


class NotRunning(Exception):
    """No server answers on this data folder, or it is another user's."""


def ask(data: Path) -> MediaReport:
    """Raises NotRunning."""
    try:
        with (
            short_path(data) as path,
            socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as line,
        ):
            line.settimeout(_TIMEOUT_S)
            line.connect(path)
            told = b"".join(iter(lambda: line.recv(1 << 16), b""))
    except PermissionError as error:
        raise NotRunning("Only the user who runs the server may ask it.") from error
    except OSError as error:
        raise NotRunning(f"No server runs on {data.resolve()}.") from error
    try:
        return msgspec.json.decode(told, type=MediaReport)
    except msgspec.DecodeError as error:
        raise NotRunning("The server could not make a report; its log says why.") from error


def show(data: Path, *, once: bool, as_json: bool) -> int:
    before: MediaReport | None = None
    is_screen = sys.stdout.isatty() and not once and not as_json
    try:
        while True:
            report = ask(data)
            if as_json:
                print(msgspec.json.encode(report).decode(), flush=True)
            else:
                text = "\n".join(lines(report, before))
                print(f"{_CLEAR if is_screen else ''}{text}", flush=True)
            if once:
                return 0
            before = report
            time.sleep(EVERY_S)
    except (KeyboardInterrupt, BrokenPipeError):
        return 0


def lines(report: MediaReport, before: MediaReport | None) -> Iterator[str]:
    """``before``: the one of a second ago; rates down need it."""
    seconds = (report.at_ms - before.at_ms) / 1000 if before is not None else 0.0
    earlier = {one.transport_id: one for one in before.transports} if before is not None else {}
    load = (
        f"{(report.cpu_s - before.cpu_s) / seconds:.1%} of a core"
        if before is not None and seconds > 0
        else f"{report.cpu_s:.1f} s of processor"
    )
    yield (
        f"{report.plane} plane · {len(report.transports)} connections · {load} · "
        f"late {report.lag_ms:.1f} ms · dropped {report.dropped}"
    )
    ordered = sorted(report.transports, key=lambda one: (one.session_id, one.name))
    table = [_HEAD, *(_row(one, earlier.get(one.transport_id), seconds) for one in ordered)]
    widths = [max(len(row[index]) for row in table) for index in range(len(_HEAD))]
    for row in table:
        cells = (
            cell.ljust(width) if index in (0, 1, len(_HEAD) - 1) else cell.rjust(width)
            for index, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
        yield "  ".join(cells).rstrip()


def _row(one: TransportRow, before: TransportRow | None, seconds: float) -> tuple[str, ...]:
    sent = sum(slot.tally.octets for slot in one.slots)
    sent_before = sum(slot.tally.octets for slot in before.slots) if before is not None else sent
    down = f"{(sent - sent_before) * 8 / seconds / 1000:.0f}" if seconds > 0 else "-"
    layers = [
        f"{slot.slot}:{slot.layer}{'<' + slot.wanted if slot.held_back and slot.wanted else ''}"
        for slot in one.slots
        if slot.layer is not None and slot.wanted is not None
    ]
    return (
        # What a person wrote must not move the terminal's cursor.
        "".join(letter for letter in one.name if letter.isprintable())[:24] or "?",
        one.session_id[:8],
        f"{sum(stream.bitrate for stream in one.streams) / 1000:.0f}",
        down,
        f"{one.loss_up:.1%}",
        f"{one.loss_down:.1%}",
        "-" if one.rtt_ms is None else f"{one.rtt_ms:.0f}",
        "-" if one.estimate is None else f"{one.estimate / 1000:.0f}",
        str(sum(slot.tally.nacks for slot in one.slots)),
        str(sum(slot.tally.resent for slot in one.slots)),
        " ".join(layers) if one.is_connected else "connecting",
    )
