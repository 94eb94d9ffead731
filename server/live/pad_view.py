"""The whiteboard as everybody inside may see it in the snapshot."""

from __future__ import annotations

from server.domain.state import SessionState
from server.schemas.live_pads import WhiteboardView


def whiteboard_view(state: SessionState) -> WhiteboardView:
    return WhiteboardView(state.whiteboard.opened_at_ms, state.whiteboard.opened_by)
