"""TURN credentials: for whoever is inside, and nobody else."""

from __future__ import annotations

from pathlib import Path

from server.services.turn import TurnServers
from tests.live_server import LiveServer, until


async def test_only_who_is_inside_gets_a_credential_and_it_is_their_own(tmp_path: Path) -> None:
    server = LiveServer(tmp_path)
    turn = TurnServers(("turn:turn.example.org",), "0123456789abcdef", lambda: 1000.0)
    server.options["media_servers"] = turn.for_participant
    await server.start()
    try:
        fay, ada = await server.join("fay", "ada")
        refused = await ada.call("media_servers", {})
        assert refused["error"]["code"] == "not_present", "the lobby gets none"
        await fay.do("start_session")
        await until(lambda: ada.presence("ada") == "present", "ada is inside")
        answer = await ada.call("media_servers", {})
        assert answer["expires_in_s"] == 4 * 3600
        [one] = answer["ice_servers"]
        assert one["urls"] == ["turn:turn.example.org"]
        assert one["username"].endswith(":ada")
        assert one["credential"]
        for wrong in ({"for": "fay"}, "please"):
            answer = await ada.call("media_servers", wrong)
            assert answer["error"]["code"] == "bad_message"
    finally:
        await server.stop()


async def test_a_server_without_turn_says_so(server: LiveServer) -> None:
    (fay,) = await server.join("fay")
    assert await fay.call("media_servers", {}) == {"ice_servers": [], "expires_in_s": None}
