"""What operators are told of media: ``/metrics``, the admin's socket, ``reprise media top``."""

from __future__ import annotations

import asyncio
import re
import stat
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from server.admin_socket import NAME
from server.api.metrics import exposition
from server.cli import main
from server.domain import commands as c
from server.media.client.client import MediaClient
from server.media.client.sources import MovingBars, Tone
from server.media_top import NotRunning, ask, lines
from server.schemas.live_media import MediaOffer
from server.schemas.media_report import MediaReport
from server.settings import Settings
from tests.house import House, Person, open_house

TOKEN = "a-token-for-prometheus"
SAMPLE = re.compile(r"(reprise_media_[a-z_]+)(?:\{(\w+)=\"([^\"]*)\"\})? (\S+)")


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    settings = Settings(data=tmp_path / "data", web_dist=tmp_path / "dist", metrics_token=TOKEN)
    async with open_house(tmp_path, settings=settings, plane="python") as opened:
        yield opened


def parsed(text: str) -> dict[tuple[str, str], float]:
    """The exposition read back as Prometheus does: a type before its samples, each once."""
    kinds: dict[str, str] = {}
    samples: dict[tuple[str, str], float] = {}
    for line in text.splitlines():
        if line.startswith("# TYPE "):
            _, _, name, kind = line.split()
            assert name not in kinds
            assert kind in ("counter", "gauge")
            assert name.endswith("_total") == (kind == "counter"), name
            kinds[name] = kind
        elif not line.startswith("# HELP "):
            found = SAMPLE.fullmatch(line)
            assert found is not None, line
            name, _, label, value = found.groups()
            assert name in kinds
            assert (name, label or "") not in samples
            samples[name, label or ""] = float(value)
    return samples


async def publish(house: House, fay: Person, session_id: str) -> MediaClient:
    await house.lead(
        fay, session_id, c.StartSession(), c.SetTrack("microphone", True),
        c.SetTrack("camera", True),
    )  # fmt: skip
    who = (await house.seat(fay, session_id)).participant_id
    media = MediaClient(("microphone", "camera"), ())
    house.stack.push_async_callback(media.close)
    offer = media.offer()
    answer = await house.composition.hub.media.offer(
        session_id, who, "page", MediaOffer(offer.sdp, offer.tracks, offer.slots)
    )
    await media.connect(answer.sdp)
    media.play_sound("microphone", Tone(440))
    media.play_pictures("camera", MovingBars((90, 0, 0), 160, 90, fps=10))
    return media


@pytest.mark.slow
async def test_a_running_class_is_counted(house: House, capsys: pytest.CaptureFixture[str]) -> None:
    fay = await house.person("fay", "facilitator")
    session_id = await house.session(fay)
    await publish(house, fay, session_id)

    def told() -> MediaReport:
        return house.composition.services.media_report()

    async with asyncio.timeout(20):
        while not (told().totals.get("packets_in", 0) > 20 and told().totals["keyframes"]):
            await asyncio.sleep(0.05)
    before = told()
    row = before.transports[0]
    assert (row.name, row.session_id, row.is_connected) == ("Fay", session_id, True)
    assert {one.track for one in row.streams} == {"microphone", "camera"}

    # Prometheus, with the token and never without.
    answer = await fay.client.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"})
    assert answer.headers["Content-Type"].startswith("text/plain; version=0.0.4")
    samples = parsed(await answer.text())
    assert samples["reprise_media_transports", ""] == 1
    assert samples["reprise_media_packets_in_total", ""] >= before.totals["packets_in"]
    assert "Fay" not in await answer.text()
    for headers in ({}, {"Authorization": "Bearer other"}, {"Authorization": f"Basic {TOKEN}"}):
        assert (await fay.client.get("/metrics", headers=headers)).status == 401

    # The admin's socket: ours alone, and the table made from it.
    mode = (house.data / NAME).stat().st_mode
    assert stat.S_ISSOCK(mode)
    assert stat.S_IMODE(mode) == 0o600
    report = await asyncio.to_thread(ask, house.data)
    assert [one.name for one in report.transports] == ["Fay"]
    arguments = ["media", "top", "--once", "--data", str(house.data)]
    assert await asyncio.to_thread(main, arguments) == 0
    shown = capsys.readouterr().out
    assert shown.startswith("python plane · 1 connections")
    assert "Fay" in shown.splitlines()[2]
    assert await asyncio.to_thread(main, [*arguments, "--json"]) == 0
    assert session_id in capsys.readouterr().out
    assert "of a core" in next(iter(lines(report, before)))

    # What has gone stays counted.
    fresh = told().totals["packets_in"]
    await house.lead(fay, session_id, c.Leave())
    async with asyncio.timeout(20):
        while told().transports:
            await asyncio.sleep(0.05)
    assert told().totals["packets_in"] >= fresh


async def test_without_a_token_there_are_no_metrics(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        stranger = await house.stranger()
        assert (await stranger.client.get("/metrics")).status == 404


def test_an_empty_server_says_so_and_none_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    empty = MediaReport(0, "native", 1.5, 0.0, 0, {}, [])
    samples = parsed("\n".join(exposition(empty)))
    assert samples["reprise_media_cpu_seconds_total", ""] == 1.5
    assert samples["reprise_media_transports", ""] == 0
    with pytest.raises(NotRunning):
        ask(tmp_path)
    assert main(["media", "top", "--once", "--data", str(tmp_path)]) == 1
    assert "No server runs" in capsys.readouterr().err
