"""Offers of browsers and the answers they get."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from aiortc.sdp import SessionDescription
from hypothesis import given
from hypothesis import strategies as st

from server.media.client.offer import write_offer
from server.media.plane import OfferRefused
from server.media.sdp_answer import Answer, write_answer
from server.media.sdp_offer import Offer, parse_offer

FINGERPRINT = ":".join(["AB"] * 32)

# What Firefox writes where it differs: fingerprint at session level, directions in extmap,
# a=ssrc on receive-only lines, other payload types, several codecs.
FIREFOX = "\r\n".join([
    "v=0", "o=mozilla...THIS_IS_SDPARTA-99.0 1 0 IN IP4 0.0.0.0", "s=-", "t=0 0",
    f"a=fingerprint:sha-256 {FINGERPRINT}", "a=group:BUNDLE 0 1 2 3", "a=ice-options:trickle",
    "a=msid-semantic:WMS *",
    "m=audio 9 UDP/TLS/RTP/SAVPF 109 9 0 8 101", "c=IN IP4 0.0.0.0", "a=sendonly",
    "a=extmap:1 urn:ietf:params:rtp-hdrext:ssrc-audio-level",
    "a=extmap:2/recvonly urn:ietf:params:rtp-hdrext:csrc-audio-level",
    "a=extmap:3 urn:ietf:params:rtp-hdrext:sdes:mid",
    "a=fmtp:109 maxplaybackrate=48000;stereo=1;useinbandfec=1",
    "a=ice-pwd:0123456789abcdef01234567",
    "a=ice-ufrag:abcdef01", "a=mid:0", "a=rtcp-mux", "a=rtpmap:109 opus/48000/2",
    "a=rtpmap:9 G722/8000/1", "a=setup:actpass", "a=ssrc:111 cname:{x}",
    "m=video 9 UDP/TLS/RTP/SAVPF 120 124 126 127", "c=IN IP4 0.0.0.0", "a=sendonly",
    "a=extmap:3 urn:ietf:params:rtp-hdrext:sdes:mid",
    "a=extmap:4 http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time",
    "a=extmap:7 http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01",
    "a=extmap:10/sendonly urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id",
    "a=extmap:11/sendonly urn:ietf:params:rtp-hdrext:sdes:repaired-rtp-stream-id",
    "a=fmtp:126 profile-level-id=42e01f;level-asymmetry-allowed=1;packetization-mode=1",
    "a=fmtp:120 max-fs=12288;max-fr=60", "a=fmtp:124 apt=120", "a=fmtp:127 apt=126",
    "a=ice-pwd:0123456789abcdef01234567", "a=ice-ufrag:abcdef01", "a=mid:1", "a=rtcp-fb:120 nack",
    "a=rtcp-fb:120 nack pli", "a=rtcp-fb:120 ccm fir", "a=rtcp-fb:120 goog-remb",
    "a=rtcp-fb:120 transport-cc", "a=rtcp-mux", "a=rtcp-rsize", "a=rtpmap:120 VP8/90000",
    "a=rtpmap:124 rtx/90000", "a=rtpmap:126 H264/90000", "a=rtpmap:127 rtx/90000",
    "a=rid:q send", "a=rid:h send", "a=rid:f send", "a=simulcast:send q;h;f",
    "a=setup:actpass",
    "m=video 9 UDP/TLS/RTP/SAVPF 120 124 126 127", "c=IN IP4 0.0.0.0", "a=recvonly",
    "a=extmap:3 urn:ietf:params:rtp-hdrext:sdes:mid",
    "a=extmap:4 http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time",
    "a=fmtp:126 profile-level-id=42e01f;level-asymmetry-allowed=1;packetization-mode=1",
    "a=fmtp:124 apt=120", "a=fmtp:127 apt=126",
    "a=ice-pwd:0123456789abcdef01234567", "a=ice-ufrag:abcdef01", "a=mid:2", "a=rtcp-fb:120 nack",
    "a=rtcp-fb:120 goog-remb", "a=rtcp-mux", "a=rtpmap:120 VP8/90000", "a=rtpmap:124 rtx/90000",
    "a=rtpmap:126 H264/90000", "a=rtpmap:127 rtx/90000", "a=setup:actpass",
    "a=ssrc:555 cname:{x}", "a=ssrc:556 cname:{x}", "a=ssrc-group:FID 555 556",
    "m=application 9 UDP/DTLS/SCTP webrtc-datachannel", "c=IN IP4 0.0.0.0", "a=mid:3",
    "a=sctp-port:5000", "",
])  # fmt: skip
# What OBS writes (plugins/obs-webrtc/whip-output.cpp, libdatachannel src/description.cpp): options
# by comma, no header extensions, nothing to ask again by, SSRCs named and no rids.
OBS = "\r\n".join([
    "v=0", "o=rtc 3190213217 0 IN IP4 127.0.0.1", "s=-", "t=0 0", "a=group:BUNDLE 0 1",
    "a=group:LS 0 1", "a=msid-semantic:WMS *", "a=ice-options:ice2,trickle",
    f"a=fingerprint:sha-256 {FINGERPRINT}",
    "m=audio 50123 UDP/TLS/RTP/SAVPF 111", "c=IN IP4 192.0.2.7", "a=mid:0", "a=sendonly",
    "a=ssrc:2700 cname:Zc81", "a=ssrc:2700 msid:Qw3 Qw3-audio", "a=msid:Qw3 Qw3-audio",
    "a=rtcp-mux", "a=rtpmap:111 opus/48000/2",
    "a=fmtp:111 minptime=10;maxaveragebitrate=96000;stereo=1;sprop-stereo=1;useinbandfec=1",
    "a=setup:actpass", "a=ice-ufrag:hR4d", "a=ice-pwd:d9Gf0bC2yLxKq7mPzTnV1s",
    "a=candidate:1 1 UDP 2122317823 192.0.2.7 50123 typ host", "a=end-of-candidates",
    "m=video 50123 UDP/TLS/RTP/SAVPF 96", "c=IN IP4 192.0.2.7", "a=mid:1", "a=sendonly",
    "a=ssrc:2701 cname:Zc81", "a=ssrc:2701 msid:Qw3 Qw3-video", "a=msid:Qw3 Qw3-video",
    "a=rtcp-mux", "a=rtpmap:96 H264/90000", "a=rtcp-fb:96 nack", "a=rtcp-fb:96 nack pli",
    "a=rtcp-fb:96 goog-remb",
    "a=fmtp:96 profile-level-id=42e01f;packetization-mode=1;level-asymmetry-allowed=1",
    "a=setup:actpass", "a=ice-ufrag:hR4d", "a=ice-pwd:d9Gf0bC2yLxKq7mPzTnV1s", "",
])  # fmt: skip
TRACKS = {"0": "microphone", "1": "camera"}
SLOTS = {"2": "stage"}


def read(sdp: str = FIREFOX) -> Offer:
    return parse_offer(sdp, TRACKS, SLOTS)


def answer(offer: Offer, tracks: object = TRACKS, slots: object = SLOTS) -> Answer:
    return write_answer(
        offer, tracks, slots, ufrag="u" * 8, pwd="p" * 24, fingerprint=FINGERPRINT,  # type: ignore[arg-type]
        candidates=[("192.0.2.1", 40000), ("127.0.0.1", 40000)], session_number=7,
    )  # fmt: skip


def section(sdp: str, mid: str) -> str:
    return next(part for part in sdp.split("m=")[1:] if f"a=mid:{mid}\r\n" in part)


def test_firefox_is_read() -> None:
    offer = read()
    assert (offer.ufrag, offer.pwd) == ("abcdef01", "0123456789abcdef01234567")
    assert offer.fingerprints == [("sha-256", FINGERPRINT)]
    camera = offer.section("1")
    assert camera is not None
    assert camera.rids == ["q", "h", "f"]
    assert camera.formats.rtx_for(120) == 124
    stage = offer.section("2")
    assert stage is not None
    assert stage.ssrcs == []  # named on a receive-only line: nobody publishes there
    assert stage.rtx_of == {}


def test_firefox_gets_its_own_numbers_back() -> None:
    given_back = answer(read())
    assert [p.codecs for p in given_back.publications] == [{109: "opus"}, {120: "VP8"}]
    assert given_back.publications[1].rtx == {124: 120}
    assert given_back.publications[1].layers == {"q": "q", "h": "h", "f": "f"}
    slot = given_back.slots[0]
    assert slot.payload_types == {"VP8": 120, "H264": 126}
    assert slot.rtx_payload_types == {"VP8": 124, "H264": 127}
    assert (slot.mid_extension, slot.send_time_extension) == (3, 4)
    extensions = given_back.extensions
    assert (extensions.mid, extensions.rid, extensions.transport_cc) == (3, 10, 7)


@pytest.mark.parametrize("codec", ["H264", "AV1"])
def test_obs_is_taken_with_what_it_lacks(codec: str) -> None:
    sdp = OBS
    if codec == "AV1":
        fmtp = next(line for line in OBS.split("\r\n") if line.startswith("a=fmtp:96"))
        sdp = OBS.replace("H264/90000", "AV1/90000").replace(f"{fmtp}\r\n", "")
    offer = parse_offer(sdp, TRACKS, {})
    assert (offer.ufrag, offer.pwd) == ("hR4d", "d9Gf0bC2yLxKq7mPzTnV1s")
    given_back = answer(offer, slots={})
    sound, picture = given_back.publications
    assert (sound.codecs, sound.ssrcs) == ({111: "opus"}, [2700])
    assert (picture.codecs, picture.ssrcs, picture.rtx) == ({96: codec}, [2701], {})
    assert given_back.extensions.mid is None
    assert given_back.extensions.transport_cc is None
    assert "a=extmap" not in given_back.sdp
    assert "rtx" not in given_back.sdp
    for mid in ("0", "1"):
        assert "a=recvonly" in section(given_back.sdp, mid)


def test_every_section_has_the_fingerprint_and_so_has_the_session() -> None:
    sdp = answer(read()).sdp
    parts = sdp.split("m=")
    assert len(parts) == 5
    assert all(f"a=fingerprint:sha-256 {FINGERPRINT}" in part for part in parts[:4])
    assert all("a=setup:passive" in part for part in parts[:4])
    assert "a=ice-lite" in parts[0]


def test_a_data_channel_is_refused_and_leaves_the_bundle() -> None:
    sdp = answer(read()).sdp
    assert "a=group:BUNDLE 0 1 2\r\n" in sdp
    assert section(sdp, "3").startswith("application 0 ")


def test_the_publishers_section() -> None:
    camera = section(answer(read()).sdp, "1")
    for line in (
        "a=recvonly", "a=rid:q recv", "a=simulcast:recv q;h;f", "a=rtcp-fb:120 transport-cc",
        "a=fmtp:120 x-google-start-bitrate=2000", "a=fmtp:124 apt=120",
    ):  # fmt: skip
        assert line in camera
    assert "126" not in camera  # one codec goes up
    assert "goog-remb" not in camera  # feedback is transport-wide
    assert "a=ssrc" not in camera


def test_the_viewers_section() -> None:
    given_back = answer(read())
    stage = section(given_back.sdp, "2")
    slot = given_back.slots[0]
    for line in (
        "a=sendonly", f"a=ssrc-group:FID {slot.ssrc} {slot.rtx_ssrc}",
        f"a=ssrc:{slot.ssrc} cname:reprise-stage", "a=msid:stage stage", "a=rtcp-fb:120 goog-remb",
    ):  # fmt: skip
        assert line in stage
    assert "nack pli" not in stage  # it was not offered for this line


def test_candidates_stand_once_in_the_first_section() -> None:
    sdp = answer(read()).sdp
    assert sdp.count("a=candidate:") == 2
    assert "a=candidate:1 1 udp 2130706431 192.0.2.1 40000 typ host" in section(sdp, "0")


def test_the_pair_of_a_stage_has_one_name() -> None:
    offer = write_offer((), ("stage", "stage_audio", "audio0"), FINGERPRINT)
    given_back = answer(parse_offer(offer.sdp, {}, offer.slots), {}, offer.slots)
    names = {s.name: (s.cname, s.stream_id) for s in given_back.slots}
    assert names["stage"] == names["stage_audio"] == ("reprise-stage", "stage")
    assert names["audio0"] != names["stage"]


def test_without_vp8_a_publisher_sends_h264() -> None:
    sdp = FIREFOX.replace("a=rtpmap:120 VP8/90000", "a=rtpmap:120 H266/90000")
    given_back = answer(read(sdp))
    assert given_back.publications[1].codecs == {126: "H264"}
    assert given_back.slots[0].payload_types == {"H264": 126}


@pytest.mark.parametrize(("codec", "profile"), [("VP9", "profile-id=0"), ("AV1", "profile=0")])
def test_what_offers_nothing_common_is_taken_as_it_comes(codec: str, profile: str) -> None:
    sdp = FIREFOX.replace("VP8/90000", f"{codec}/90000").replace("packetization-mode=1", "x=1")
    given_back = answer(read(sdp))
    assert given_back.publications[1].codecs == {120: codec}
    assert given_back.slots[0].payload_types == {codec: 120}
    assert f"a=fmtp:120 {profile};" in given_back.sdp


@pytest.mark.parametrize("codec", ["VP9", "AV1"])
def test_common_codecs_come_first(codec: str) -> None:
    sdp = FIREFOX.replace("VP8/90000", f"{codec}/90000")
    given_back = answer(read(sdp))
    assert given_back.publications[1].codecs == {126: "H264"}
    assert list(given_back.slots[0].payload_types) == ["H264", codec], "shown where it is taken"


@pytest.mark.parametrize(
    ("codec", "wanted"), [("VP9", "profile-id=2"), ("AV1", "profile=1"), ("AV1", "profile=2")]
)
def test_other_profiles_are_refused(codec: str, wanted: str) -> None:
    sdp = FIREFOX.replace("VP8/90000", f"{codec}/90000").replace("packetization-mode=1", "x=1")
    sdp = "\r\n".join(
        f"a=fmtp:120 {wanted}" if line.startswith("a=fmtp:120 ") else line
        for line in sdp.splitlines()
    )
    sdp = sdp.replace(f"a=rtpmap:120 {codec}", f"a=fmtp:120 {wanted}\r\na=rtpmap:120 {codec}")
    with pytest.raises(OfferRefused) as refused:
        answer(read(sdp))
    assert refused.value.code == "no_codec"
    assert "VP9 or AV1 (profile 0)" in str(refused.value)


def test_interleaved_h264_is_not_accepted() -> None:
    sdp = FIREFOX.replace("VP8/90000", "H266/90000").replace("packetization-mode=1", "x=1")
    with pytest.raises(OfferRefused) as refused:
        answer(read(sdp))
    assert refused.value.code == "no_codec"


def test_rids_of_other_names_count_by_position() -> None:
    sdp = FIREFOX
    for old, new in (("q", "low"), ("h", "mid"), ("f", "high")):
        sdp = sdp.replace(f"a=rid:{old} send", f"a=rid:{new} send")
    sdp = sdp.replace("send q;h;f", "send low;mid;high")
    assert answer(read(sdp)).publications[1].layers == {"low": "q", "mid": "h", "high": "f"}


def test_an_independent_parser_reads_the_answer() -> None:
    parsed = SessionDescription.parse(answer(read()).sdp)
    assert [m.kind for m in parsed.media] == ["audio", "video", "video", "application"]
    assert parsed.media[0].ice_candidates[0].ip == "192.0.2.1"
    assert parsed.media[2].ssrc[0].cname == "reprise-stage"
    assert parsed.media[1].direction == "recvonly"


@pytest.mark.parametrize(
    ("code", "tracks", "slots"),
    [
        ("unknown_mid", {"9": "microphone"}, {}),
        ("unknown_mid", {"0": "camera"}, {}),
        ("unknown_mid", {}, {"2": "stage_audio"}),
        ("unknown_mid", {"1": "camera"}, {"1": "stage"}),
        ("wrong_direction", {"2": "camera"}, {}),
        ("no_bundle", {}, {"3": "stage"}),
    ],
)
def test_mids_that_do_not_fit_are_refused(
    code: str, tracks: dict[str, str], slots: dict[str, str]
) -> None:
    sdp = FIREFOX.replace("BUNDLE 0 1 2 3", "BUNDLE 0 1 2")
    with pytest.raises(OfferRefused) as refused:
        parse_offer(sdp, tracks, slots)
    assert refused.value.code == code


@given(st.data())
def test_a_damaged_offer_is_refused_and_nothing_worse(data: st.DataObject) -> None:
    lines = FIREFOX.split("\r\n")
    damage: list[Callable[[str], str]] = [
        lambda line: line[: len(line) // 2],
        lambda line: line + "\x00",
        lambda line: line.replace(":", " "),
        lambda line: line.replace("1", "x"),
        lambda line: "",
        lambda line: "m=",
    ]
    for _ in range(data.draw(st.integers(1, 4))):
        index = data.draw(st.integers(0, len(lines) - 1))
        lines[index] = data.draw(st.sampled_from(damage))(lines[index])
    try:
        answer(read("\r\n".join(lines)))
    except OfferRefused:
        pass
