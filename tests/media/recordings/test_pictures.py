"""Cameras in VP9 and AV1 in a recording: what was sent is what is drawn, and when."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest

from recordings.undrawn import keep, with_undrawn
from tests.recordings_made import (
    Made,
    class_of,
    compose,
    composed,
    expected,
    make,
    publisher,
)
from tests.recordings_measure import beeps, flashes, pictures
from tests.recordings_payloads import vp9_payloads
from tests.recordings_synth import MS, CaptureWriter, CodedFrame, coded, opus, rtp_packet

pytestmark = pytest.mark.timeout(300)
LENGTH_MS = 6000
INSTANTS = (1520, 4520)
REDDISH = (90, 200)
LAYERS = Path(__file__).resolve().parents[2] / "fixtures" / "pictures" / "vp9-l2t2.json"


def recorded(folder: Path, codec: str, *, lose: frozenset[int] = frozenset()) -> Made:
    ada = publisher(folder)
    ada.write("microphone", opus(LENGTH_MS, INSTANTS), codec="opus")
    frames = coded(codec, LENGTH_MS, flashes=INSTANTS, colour=REDDISH)
    ada.write("camera", frames, codec=codec, lose=lose)
    return make(folder, class_of(LENGTH_MS, ada))


@pytest.mark.parametrize("codec", ["VP9", "AV1"])
def test_what_was_sent_is_what_is_drawn(tmp_path: Path, codec: str) -> None:
    made = recorded(tmp_path, codec)
    count = made.count("ada-camera")
    assert (count.frames, count.frames_broken, count.frames_unusable) == (150, 0, 0)
    (track,) = made.assembled.videos
    with av.open(str(made.folder / track.path)) as container:
        stream = container.streams.video[0]
        assert stream.codec_context.codec.canonical_name == codec.lower()
        assert (stream.width, stream.height) == (320, 180)
        assert bool(stream.codec_context.extradata) or codec != "AV1", "players ask for it"
    picture = compose(made, tmp_path) / "720.mp4"
    assert beeps(made.folder / "mix.flac") == pytest.approx(expected(INSTANTS), abs=5)
    assert flashes(picture) == pytest.approx(expected(INSTANTS), abs=41)
    shown = pictures(picture)
    assert len(shown) == LENGTH_MS // 40
    with av.open(str(picture)) as container:
        frame = next(f for f in container.decode(video=0) if f.time and f.time > 3)
    blue, red = (
        frame.reformat(format="yuv444p").to_ndarray()[plane, 200:500, 700:].mean()
        for plane in (1, 2)
    )
    assert (blue, red) == pytest.approx(REDDISH, abs=6)


@pytest.mark.parametrize("codec", ["VP9", "AV1"])
def test_after_a_loss_the_picture_stands_until_the_next_keyframe(
    tmp_path: Path, codec: str
) -> None:
    """From the 60th packet (2.4 s at the latest) to the keyframe at 4 s."""
    made = recorded(tmp_path, codec, lose=frozenset(range(60, 63)))
    count = made.count("ada-camera")
    assert count.lost == 3
    assert count.frames + count.frames_broken + count.frames_unusable >= 147
    assert count.frames_unusable >= 35
    picture = compose(made, tmp_path) / "720.mp4"
    shown = pictures(picture)
    assert len(shown) == LENGTH_MS // 40, "nothing moves"
    still = [mean for at, mean, _ in shown if 2600 < at < 3900]
    assert max(still) - min(still) < 1
    assert flashes(picture) == pytest.approx(expected(INSTANTS), abs=41)


def garbage(frame: CodedFrame) -> CodedFrame:
    """Packets and headers are in order; what they hold is not."""
    kept = 20
    return CodedFrame(frame.at_ms, frame.data[:kept] + b"\xff" * (len(frame.data) - kept), True)


def test_pictures_nobody_can_decode_cost_the_class_no_recording(tmp_path: Path) -> None:
    ada = publisher(tmp_path)
    ada.write("microphone", opus(LENGTH_MS, INSTANTS), codec="opus")
    ada.write("camera", [garbage(one) for one in coded("VP9", LENGTH_MS)], codec="VP9")
    made = make(tmp_path, class_of(LENGTH_MS, ada))
    assert made.assembled.videos, "its headers said it was a picture"
    out, undrawn = composed(made, tmp_path)
    (span,) = undrawn
    assert span.end_ms == LENGTH_MS and span.start_ms < 500
    assert len(pictures(out / "720.mp4")) == LENGTH_MS // 40
    assert beeps(made.folder / "mix.flac") == pytest.approx(expected(INSTANTS), abs=5)
    keep(out, undrawn)
    told = with_undrawn(made.facts, out)
    assert [(gap.at_ms, gap.length_ms, gap.reason) for gap in told.gaps] == [
        (span.start_ms, 0, "undrawn")
    ]
    assert with_undrawn(made.facts, tmp_path) == made.facts


def layered(folder: Path, *, has_upper: bool) -> Made:
    """What Chromium sends in two layers; without the upper one its packets are lost."""
    lines = json.loads(LAYERS.read_text())
    pictures_of: dict[int, list[dict[str, Any]]] = {}
    for line in lines:
        pictures_of.setdefault(line["timestamp"], []).append(line)
    ada = publisher(folder)
    path = folder / "captures" / "ada-camera.rtp"
    writer = CaptureWriter(
        path, participant_id="ada", track="camera", codec="VP9", clock_rate=90_000, ssrc=1
    )
    sequence = tl0 = 0
    for picture_id, (timestamp, layers) in enumerate(pictures_of.items()):
        tl0 += layers[0]["temporal"] == 0
        for layer in layers:
            payloads = vp9_payloads(
                base64.b64decode(layer["data"]), 200, picture_id=picture_id,
                refers_back=layer["refers_back"], tl0=tl0,
                layers=(layer["temporal"], layer["spatial"], False, layer["refers_down"]),
            )  # fmt: skip
            for index, payload in enumerate(payloads):
                is_last = layer is layers[-1] and index == len(payloads) - 1
                if has_upper or not layer["spatial"]:
                    packet = rtp_packet(sequence, timestamp, 1, payload, marker=is_last, pt=98)
                    writer.rtp(round(timestamp / 90 * MS), packet)
                sequence += 1
    writer.close()
    ada.captures.append(("ada-camera", "camera", path))
    return make(folder, class_of(2000, ada))


def edge(luma: Any) -> float:
    """How sharp the sharpest upright edge is."""
    return float(np.abs(np.diff(luma[120:240].astype(float).mean(axis=0))).max())


def test_layers_of_a_browser_are_drawn_in_the_size_of_the_upper_one(tmp_path: Path) -> None:
    edges: list[float] = []
    for name, has_upper in (("both", True), ("lower", False)):
        folder = tmp_path / name
        folder.mkdir()
        made = layered(folder, has_upper=has_upper)
        count = made.count("ada-camera")
        assert (count.frames, count.frames_unusable) == (30, 0), name
        shown = pictures(compose(made, folder) / "720.mp4")
        assert len(shown) == 50
        # From a second on; before, the browser sent the lower layer alone.
        edges.append(float(np.median([edge(luma) for at, _, luma in shown if 1000 < at < 1900])))
    assert edges[0] > 1.3 * edges[1], edges
