"""WE: web pages in everyone's frame."""

from __future__ import annotations

import pytest

from server.domain import commands as c
from server.domain import web_content_commands as wc
from server.domain.errors import Invalid, NotAllowed
from server.domain.web_content import framed, origin_of
from tests.live_world import ADA, FAY, OPEN, live_class

SPRINGS = "https://phet.colorado.edu/sims/html/springs/latest/springs_all.html"


def test_WE1_a_facilitator_shows_one_page_to_everyone_until_they_stop() -> None:
    world = live_class(OPEN, ADA)
    event = world.do(FAY, wc.ShareWebPage(SPRINGS, " Springs "))[0]
    assert event.channel == "session"
    assert world.state.web_page is not None
    assert (world.state.web_page.url, world.state.web_page.title) == (SPRINGS, "Springs")
    assert world.do(FAY, wc.ShareWebPage(SPRINGS, "Springs")) == []
    world.do(FAY, wc.ShareWebPage("https://youtu.be/abcdefghijk"))
    assert world.state.web_page.url != SPRINGS
    world.do(FAY, wc.StopWebPage())
    assert world.state.web_page is None
    assert world.do(FAY, wc.StopWebPage()) == []
    with pytest.raises(NotAllowed):
        world.do(ADA, wc.ShareWebPage(SPRINGS))


def test_WE1_the_end_of_the_class_takes_it_away() -> None:
    world = live_class(OPEN, ADA)
    world.do(FAY, wc.ShareWebPage(SPRINGS))
    world.do(FAY, c.EndSession())
    assert world.state.web_page is None
    assert world.types()[-2:] == ["web_page_stopped", "session_ended"]


def test_WE2_only_listed_sites_are_framed() -> None:
    world = live_class(OPEN)
    for url in ("https://example.org/", "https://phet.colorado.edu.example.org/"):
        with pytest.raises(NotAllowed) as refused:
            world.do(FAY, wc.ShareWebPage(url))
        assert refused.value.code == "site_not_listed"


@pytest.mark.parametrize(
    "address",
    [
        "http://phet.colorado.edu/", "javascript:alert(1)", "data:text/html,x", "//x.org",
        "https://", "https://localhost/", "https://127.0.0.1/", "https://[::1]/",
        "https://a@phet.colorado.edu/", "https://phet.colorado.edu:8443/", "https://x_y.org/",
        "https://phet.colorado.edu:port/", "https://phet.colorado.edu/a b",
        "https://phet.colorado.edu/\n", "https://x.org;script-src *", "words",
    ],
)  # fmt: skip
def test_WE2_addresses_that_cannot_be_framed_safely_are_refused(address: str) -> None:
    if address.endswith("\n"):
        assert framed(address) == "https://phet.colorado.edu/"
        return
    with pytest.raises(Invalid) as refused:
        framed(address)
    assert refused.value.code == "bad_web_address"


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("https://www.youtube.com/watch?v=abcdefghijk&t=90s", "embed/abcdefghijk?start=90"),
        ("https://youtu.be/abcdefghijk?si=track", "embed/abcdefghijk"),
        ("https://www.youtube.com/shorts/abcdefghijk", "embed/abcdefghijk"),
    ],
)
def test_WE3_films_come_from_the_site_without_cookies(address: str, shown: str) -> None:
    assert framed(address) == f"https://www.youtube-nocookie.com/{shown}"


def test_WE3_pages_made_for_frames_are_taken() -> None:
    shown = "https://www.geogebra.org/material/iframe/id/abcd1234"
    assert framed("https://www.geogebra.org/m/abcd1234") == shown
    assert framed("https://PHET.colorado.edu") == "https://phet.colorado.edu/"
    assert origin_of("https://PhET.colorado.edu/en/") == "https://phet.colorado.edu"
