"""``/metrics`` for Prometheus, off unless a token is set; no name of anybody is in it."""

from __future__ import annotations

import hmac
from collections.abc import Iterator, Sequence
from typing import Final, Literal

from aiohttp import web

from server.api.errors import error_response
from server.api.route import SERVICES
from server.schemas.media_report import MediaReport

CONTENT_TYPE: Final = "text/plain; version=0.0.4; charset=utf-8"
_TOTALS: Final = (
    ("packets_in", "RTP packets received, repeats apart"),
    ("packets_out", "RTP packets sent to viewers, repeats apart"),
    ("octets_in", "Octets of RTP payload received"),
    ("octets_out", "Octets of RTP payload sent to viewers"),
    ("nacks_sent", "Packets the server asked publishers for again"),
    ("nacks_received", "Packets viewers asked the server for again"),
    ("resent", "Packets sent to viewers again"),
    ("key_requests", "Keyframes the server asked publishers for"),
    ("keyframes", "Keyframes received"),
)
_QUANTILES: Final = (0.5, 0.95, 1.0)


async def metrics(request: web.Request) -> web.StreamResponse:
    services = request.config_dict[SERVICES]
    if services.metrics_token is None:
        return error_response(404, "no_such_route", "There is nothing at this address.")
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    is_right = hmac.compare_digest(token.strip().encode(), services.metrics_token.encode())
    if scheme.lower() != "bearer" or not is_right:
        response = error_response(401, "bad_token", "This token opens nothing here.")
        response.headers["WWW-Authenticate"] = 'Bearer realm="reprise metrics"'
        return response
    text = "\n".join(exposition(services.media_report())) + "\n"
    return web.Response(body=text.encode(), headers={"Content-Type": CONTENT_TYPE})


def exposition(report: MediaReport) -> Iterator[str]:
    for name, help_text in _TOTALS:
        yield from _metric(f"{name}_total", "counter", help_text, report.totals.get(name, 0))
    yield from _metric(
        "dropped_total", "counter", "Datagrams and messages no queue had room for", report.dropped
    )
    yield from _metric(
        "cpu_seconds_total", "counter", "Processor time of what forwards packets", report.cpu_s
    )
    yield from _metric(
        "lag_seconds", "gauge", "How late the server's last tick came", report.lag_ms / 1000
    )
    connected = [one for one in report.transports if one.is_connected]
    yield from _metric("transports", "gauge", "Connections that are up", len(connected))
    yield from _metric(
        "sessions",
        "gauge",
        "Sessions with a connection",
        len({one.session_id for one in connected}),
    )
    for layer in ("q", "h", "f"):
        held = sum(slot.layer == layer and slot.wanted is not None
                   for one in connected for slot in one.slots)  # fmt: skip
        if layer == "q":
            yield from _about("pictures", "gauge", "Pictures shown, by layer")
        yield f'reprise_media_pictures{{layer="{layer}"}} {held}'
    for index, why in enumerate(("link", "sender")):
        count = sum(slot.held_back == why for one in connected for slot in one.slots)
        if index == 0:
            yield from _about("held_back", "gauge", "Pictures below the wanted layer, by cause")
        yield f'reprise_media_held_back{{cause="{why}"}} {count}'
    jitter = [s.tally.jitter_ms / 1000 for one in connected for s in one.streams]
    rtt = [one.rtt_ms / 1000 for one in connected if one.rtt_ms is not None]
    estimate = [float(one.estimate) for one in connected if one.estimate is not None]
    yield from _spread("loss_up_ratio", "Loss of what publishers send", [
        one.loss_up for one in connected
    ])  # fmt: skip
    yield from _spread("loss_down_ratio", "Loss of what viewers are sent", [
        one.loss_down for one in connected
    ])  # fmt: skip
    yield from _spread("rtt_seconds", "Round trip", rtt)
    yield from _spread("jitter_seconds", "Jitter of what publishers send", jitter)
    yield from _spread("estimate_bits_per_second", "What viewers' links carry", estimate)


def _about(name: str, kind: Literal["counter", "gauge"], help_text: str) -> Iterator[str]:
    yield f"# HELP reprise_media_{name} {help_text}"
    yield f"# TYPE reprise_media_{name} {kind}"


def _metric(
    name: str, kind: Literal["counter", "gauge"], help_text: str, value: float
) -> Iterator[str]:
    yield from _about(name, kind, help_text)
    yield (
        f"reprise_media_{name} {value:g}"
        if value != int(value)
        else (f"reprise_media_{name} {int(value)}")
    )


def _spread(name: str, help_text: str, values: Sequence[float]) -> Iterator[str]:
    """Of all connections now; nothing while there is none to speak of."""
    yield from _about(name, "gauge", f"{help_text}, over all connections")
    ordered = sorted(values)
    for quantile in _QUANTILES if ordered else ():
        index = min(len(ordered) - 1, int(quantile * len(ordered)))
        yield f'reprise_media_{name}{{quantile="{quantile:g}"}} {ordered[index]:g}'
