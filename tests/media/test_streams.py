"""ST: a program publishes over WHIP and watches over WHEP, with real ICE, DTLS and media."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from aiohttp import CookieJar
from aiohttp.test_utils import TestClient

from server.domain import commands as c
from server.domain.state import Participant, SessionState
from server.media.client.client import MediaClient
from server.media.client.sources import MovingBars, Tone
from server.media.plane import TrackKind
from tests.contract.media_plane import read_capture, tone_of
from tests.house import House, Person, open_house
from tests.live_server import until

HERTZ = 660


@pytest.fixture
async def house(tmp_path: Path, request: pytest.FixtureRequest) -> AsyncIterator[House]:
    async with open_house(tmp_path, plane=getattr(request, "param", "python")) as opened:
        yield opened


class Program:
    """What OBS is to the server: an address, a token, and a connection of its own."""

    def __init__(self, house: House, token: dict[str, Any]) -> None:
        self.token = token
        self.http: TestClient[Any, Any] = TestClient(house.server, cookie_jar=CookieJar())
        house.stack.push_async_callback(self.http.session.close)
        self.location = ""
        self.tag = ""
        self.house = house
        self.media: MediaClient | None = None

    @property
    def bearer(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token['token']}"}

    async def ask(
        self, method: str, path: str, body: str = "", kind: str = "application/sdp", **headers: str
    ) -> tuple[int, Any]:
        """The status, and the code of a refusal or the answer's headers."""
        given = {"Content-Type": kind, **self.bearer, **headers}
        async with self.http.request(method, path, data=body, headers=given) as answer:
            if answer.status >= 400:
                return answer.status, (await answer.json())["error"]["code"]
            self.answer = await answer.text()
            return answer.status, answer.headers

    def offer(self, tracks: tuple[TrackKind, ...] = (), slots: tuple[str, ...] = ()) -> str:
        self.media = MediaClient(tracks, slots)
        self.house.stack.push_async_callback(self.media.close)
        return self.media.offer().sdp

    async def begin(
        self, tracks: tuple[TrackKind, ...] = (), slots: tuple[str, ...] = ()
    ) -> MediaClient:
        offer = self.offer(tracks, slots)
        status, headers = await self.ask("POST", self.token["path"], offer)
        assert status == 201, headers
        self.location, self.tag = headers["Location"], headers["ETag"]
        assert self.media is not None
        await self.media.connect(self.answer)
        return self.media


@dataclass(slots=True)
class Class:
    house: House
    fay: Person
    session_id: str

    async def program(self, use: str, *, recorded: bool = False, name: str = "OBS") -> Program:
        body = {"name": name, "use": use, "may_be_recorded": recorded}
        path = f"/sessions/{self.session_id}/stream-tokens"
        return Program(self.house, await self.fay.json("POST", path, body, 201))

    @property
    def state(self) -> SessionState:
        state = self.house.composition.hub.state(self.session_id)
        assert state is not None
        return state

    def called(self, name: str) -> Participant | None:
        people = self.state.participants.values()
        return next((one for one in people if one.name == name), None)

    def presence(self, name: str) -> str | None:
        who = self.called(name)
        return None if who is None else who.presence


async def hold(house: House) -> Class:
    fay = await house.person("fay", "facilitator")
    session_id = await house.session(fay, lobby_is_on=True)
    await house.lead(fay, session_id, c.StartSession())
    return Class(house, fay, session_id)


async def hears(media: MediaClient, slot: str, hertz: float) -> None:
    def is_heard() -> bool:
        recent = list(media.slots[slot].packets)[-25:]
        if len(recent) < 25:
            return False
        return tone_of(media.slots[slot].sound(recent[0].arrival)) == hertz

    await media.wait_for(is_heard)


@pytest.mark.slow
@pytest.mark.parametrize("house", ["python", "native"], indirect=True)
async def test_ST_a_stream_is_published_watched_recorded_and_ended(house: House) -> None:
    held = await hold(house)
    await house.lead(held.fay, held.session_id, c.StartRecording())
    obs = await held.program("camera", recorded=True)
    media = await obs.begin(("microphone", "camera"))
    media.play_sound("microphone", Tone(HERTZ))
    media.play_pictures("camera", MovingBars((0, 90, 0), 160, 90, fps=10))

    # Shown for what it is, past the lobby, counted nowhere (ST1, ST2, ST5).
    who = held.called("OBS")
    assert who is not None
    assert (who.presence, who.role, who.is_stream, who.is_guest) == (
        "present", "learner", True, True,
    )  # fmt: skip
    assert who not in held.state.taking_part

    # Somebody who watches by a token sees the stage and hears who speaks (ST6).
    player = await held.program("watch", name="Wall")
    watched = await player.begin((), ("audio0", "stage"))
    await hears(watched, "audio0", HERTZ)
    await watched.wait_for(lambda: watched.slots["stage"].frames)
    wall = held.called("Wall")
    assert wall is not None
    assert (wall.role, wall.is_stream) == ("observer", True)

    # On record by the facilitator's word.
    await until(lambda: len(held.state.captures) == 2, "two captures")
    path = next(
        house.data / one.path for one in held.state.captures.values() if one.track == "microphone"
    )

    # A facilitator's mute holds; withdrawing the token ends it in the middle (ST3, ST4).
    await house.lead(held.fay, held.session_id, c.MuteParticipant(who.participant_id, "microphone"))
    assert not held.state.track_is_on(who.participant_id, "microphone")
    await held.fay.json(
        "DELETE", f"/sessions/{held.session_id}/stream-tokens/{obs.token['token_id']}", status=204
    )
    await until(lambda: held.presence("OBS") == "removed", "the stream is out")
    await until(lambda: not held.state.captures, "its files are sealed")
    assert read_capture(path)[1][-1][0] == 5
    assert await obs.ask("DELETE", obs.location) == (401, "token_revoked")
    assert await obs.ask("POST", obs.token["path"], obs.offer(("camera",))) == (
        401, "token_revoked",
    )  # fmt: skip

    # The other one ends by itself, as the protocol says.
    status, _ = await player.ask("DELETE", player.location)
    assert status == 200
    await until(lambda: held.presence("Wall") == "left", "it has left")
    assert await player.ask("DELETE", player.location) == (404, "stream_not_found")


@pytest.mark.slow
@pytest.mark.parametrize("house", ["python", "native"], indirect=True)
async def test_ST4_a_stream_leaves_when_its_transport_dies_and_may_come_again(
    house: House,
) -> None:
    held = await hold(house)
    obs = await held.program("screen")
    first = await obs.begin(("screen", "screen_audio"))
    assert held.presence("OBS") == "present"
    # The next one takes the first one's place, and keeps the seat.
    seat = held.called("OBS")
    gone = obs.location
    second = await obs.begin(("screen",))
    await until(lambda: house_links(held) == 1, "the first is closed")
    assert await obs.ask("DELETE", gone) == (404, "stream_not_found")
    assert held.called("OBS") == seat
    await first.close()
    await second.close()
    await until(lambda: held.presence("OBS") == "left", "it has left")
    await obs.begin(("screen",))
    assert held.presence("OBS") == "present"
    assert held.state.track_is_on(seat.participant_id if seat else "", "screen")


def house_links(held: Class) -> int:
    media: Any = held.house.composition.hub.media
    return len(media._links)


async def test_ST_what_the_protocols_refuse(house: House) -> None:
    held = await hold(house)
    obs = await held.program("camera")
    path = obs.token["path"]
    offer = obs.offer(("microphone", "camera"))
    bad = {"Authorization": "Bearer nothing"}
    assert await obs.ask("POST", path, offer, **bad) == (401, "bad_token")
    assert await obs.ask("POST", path, offer, Authorization="Basic x") == (401, "no_token")
    other = await house.session(held.fay)
    assert await obs.ask("POST", f"/whip/{other}", offer) == (401, "bad_token")
    assert await obs.ask("POST", f"/whep/{held.session_id}", offer) == (403, "wrong_token")
    assert await obs.ask("POST", path, offer, "text/plain") == (415, "unsupported_media_type")
    assert await obs.ask("POST", path, "v=0") == (400, "bad_sdp")
    assert await obs.ask("POST", path, obs.offer((), ("stage",))) == (400, "no_tracks")
    many = obs.offer(("microphone", "screen_audio"))
    assert await obs.ask("POST", path, many) == (400, "too_many_tracks")
    unknown = offer.replace("VP8/90000", "H266/90000")
    assert await obs.ask("POST", path, unknown) == (400, "no_codec")
    assert held.presence("OBS") == "left"
    for method in ("GET", "PUT", "PATCH", "DELETE"):
        assert (await obs.ask(method, path))[0] == 405, method

    # What is asked before the offer, from a page of another site.
    async with obs.http.request(
        "OPTIONS", path, headers={"Origin": "https://elsewhere.example"}
    ) as answer:
        assert answer.status == 204
        assert answer.headers["Access-Control-Allow-Origin"] == "*"
        assert answer.headers["Access-Control-Allow-Methods"] == "POST, OPTIONS"
        assert "Authorization" in answer.headers["Access-Control-Allow-Headers"]
        assert answer.headers["Accept-Post"] == "application/sdp"
    status, headers = await obs.ask("POST", path, offer, Origin="https://elsewhere.example")
    assert status == 201
    assert headers["Accept-Patch"] == "application/trickle-ice-sdpfrag"
    assert "Location" in headers["Access-Control-Expose-Headers"]
    where, tag = headers["Location"], headers["ETag"]

    # Candidates are welcome; a restart is not served (RFC 9725, 4.3).
    ufrag = next(one for one in offer.splitlines() if one.startswith("a=ice-ufrag:"))
    kind = "application/trickle-ice-sdpfrag"
    fragment = f"{ufrag}\r\na=ice-pwd:x\r\nm=audio 9 RTP/AVP 0\r\na=mid:0\r\n"
    assert (await obs.ask("PATCH", where, fragment, kind, **{"If-Match": tag}))[0] == 204
    assert await obs.ask("PATCH", where, fragment, kind) == (428, "no_if_match")
    stale = {"If-Match": '"other"'}
    assert await obs.ask("PATCH", where, fragment, kind, **stale) == (412, "other_ice_session")
    restart = fragment.replace(ufrag, "a=ice-ufrag:else")
    refused = (422, "no_ice_restart")
    assert await obs.ask("PATCH", where, restart, kind, **{"If-Match": "*"}) == refused
    assert await obs.ask("PATCH", where, restart, kind, **{"If-Match": tag}) == refused
    assert await obs.ask("PATCH", where, "", "application/sdp") == (415, "unsupported_media_type")
    assert await obs.ask("POST", where, offer) == (405, "method_not_allowed")

    # Somebody else's token does not open it.
    stranger = await held.program("camera", name="Other")
    assert await stranger.ask("DELETE", where) == (404, "stream_not_found")
    assert (await obs.ask("DELETE", where))[0] == 200


async def test_ST3_the_rules_of_the_class_hold_for_streams(house: House) -> None:
    held = await hold(house)
    obs = await held.program("screen")
    offer = obs.offer(("screen",))
    await house.lead(held.fay, held.session_id, c.SetLock("screen", True))
    assert await obs.ask("POST", obs.token["path"], offer) == (403, "locked")
    await house.lead(held.fay, held.session_id, c.SetLock("screen", False))
    assert (await obs.ask("POST", obs.token["path"], offer))[0] == 201
    other = await held.program("screen", name="Second")
    assert await other.ask("POST", other.token["path"], other.offer(("screen",))) == (
        409, "screen_taken",
    )  # fmt: skip
    who = held.called("OBS")
    assert who is not None
    # Sent out: it cannot wait in the lobby, and comes in again when it is let in.
    await house.lead(held.fay, held.session_id, c.Remove(who.participant_id, True))
    assert await obs.ask("POST", obs.token["path"], offer) == (403, "stream_sent_out")
    await house.lead(held.fay, held.session_id, c.Admit(who.participant_id))
    assert (await obs.ask("POST", obs.token["path"], offer))[0] == 201
    await house.lead(held.fay, held.session_id, c.Remove(who.participant_id))
    assert await obs.ask("POST", obs.token["path"], offer) == (403, "removed")


async def test_ST7_tokens_open_no_page_and_links_no_stream(house: House) -> None:
    held = await hold(house)
    obs = await held.program("camera")
    guest = await house.stranger()
    assert await guest.refused("GET", f"/join/{obs.token['token']}") == (404, "not_found")
    link = await held.fay.json("POST", f"/sessions/{held.session_id}/links", {"name": "Gil"}, 201)
    by_link = Program(house, {"token": link["link"].removeprefix("/join/")})
    path = obs.token["path"]
    assert await by_link.ask("POST", path, obs.offer(("camera",))) == (401, "bad_token")
    listed = await held.fay.json("GET", f"/sessions/{held.session_id}/stream-tokens")
    assert [(one["name"], one["token"], one["is_used"]) for one in listed] == [("OBS", None, False)]
    links = await held.fay.json("GET", f"/sessions/{held.session_id}/links")
    assert [one["name"] for one in links] == ["Gil"]
    gone = f"/sessions/{held.session_id}/links/{obs.token['token_id']}"
    assert await held.fay.refused("DELETE", gone) == (404, "not_found")
