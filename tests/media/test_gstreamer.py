"""ST: another implementation of WebRTC publishes, GStreamer's with libnice, by WHIP."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from server.domain import commands as c
from server.media.rtp import h264_starts_keyframe
from tests.contract.media_plane import read_capture
from tests.house import House
from tests.live_server import until
from tests.media.gstreamer_program import what_is_missing
from tests.media.test_streams import HERTZ, Program, hears, hold, house

__all__ = ["house"]

SOUND = (
    f"audiotestsrc is-live=true wave=sine freq={HERTZ} ! audioconvert ! audioresample"
    " ! audio/x-raw,rate=48000 ! opusenc ! rtpopuspay"
    " ! application/x-rtp,media=audio,encoding-name=OPUS,payload=111 ! way."
)
SCENE = "videotestsrc is-live=true ! video/x-raw,width=320,height=180,framerate=10/1 ! "
PICTURE = {
    "VP8": "vp8enc deadline=1 keyframe-max-dist=10 ! rtpvp8pay picture-id-mode=15-bit"
    " ! application/x-rtp,media=video,encoding-name=VP8,payload=96 ! way. ",
    "H264": "x264enc tune=zerolatency speed-preset=ultrafast key-int-max=10 bitrate=300"
    " ! video/x-h264,profile=constrained-baseline ! rtph264pay config-interval=-1"
    " ! application/x-rtp,media=video,encoding-name=H264,payload=96 ! way. ",
}


@asynccontextmanager
async def publishing(house: House, program: Program, codec: str) -> AsyncIterator[None]:
    pipeline = f"webrtcbin name=way bundle-policy=max-bundle {SCENE}{PICTURE[codec]}{SOUND}"
    started = await asyncio.create_subprocess_exec(
        sys.executable, str(Path(__file__).with_name("gstreamer_program.py")),
        str(house.server.make_url(program.token["path"])), program.token["token"], pipeline,
        stdin=asyncio.subprocess.PIPE,
    )  # fmt: skip
    try:
        yield
    finally:
        assert started.stdin is not None
        started.stdin.close()
        code = await started.wait()
    assert code == 0


@pytest.mark.slow
@pytest.mark.skipif(bool(what_is_missing()), reason=what_is_missing())
@pytest.mark.parametrize("house", ["native"], indirect=True)
@pytest.mark.parametrize("codec", ["VP8", "H264"])
async def test_ST_gstreamer_publishes_and_is_heard_seen_and_recorded(
    house: House, codec: str
) -> None:
    held = await hold(house)
    await house.lead(held.fay, held.session_id, c.StartRecording())
    camera = await held.program("camera", recorded=True, name="GStreamer")
    player = await held.program("watch", name="Wall")
    async with publishing(house, camera, codec):
        watched = await player.begin((), ("audio0", "stage"))
        await hears(watched, "audio0", HERTZ)
        if codec == "VP8":
            stage = watched.slots["stage"]
            await watched.wait_for(lambda: len(stage.frames) > 20)
            assert len(stage.pictures()) > 20
        await until(lambda: len(held.state.captures) == 2, "two captures")
        path = next(
            house.data / one.path for one in held.state.captures.values() if one.track == "camera"
        )
        await until(lambda: path.exists() and path.stat().st_size > 100_000, "pictures on record")
    await until(lambda: held.presence("GStreamer") == "left", "it has left")
    await until(lambda: not held.state.captures, "its files are sealed")
    header, records = read_capture(path)
    assert header["codec"] == codec
    assert records[-1][0] == 5
    if codec == "H264":
        first = next(body for kind, _, body in records if kind == 1)
        assert h264_starts_keyframe(first[12:])
