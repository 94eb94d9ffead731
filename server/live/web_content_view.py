"""The web page that is shown, as everyone sees it."""

from __future__ import annotations

from server.domain.state import SessionState
from server.schemas.live_web_content import WebPageView


def web_page_view(state: SessionState) -> WebPageView | None:
    page = state.web_page
    if page is None:
        return None
    return WebPageView(page.url, page.title, page.participant_id, page.since_ms)
