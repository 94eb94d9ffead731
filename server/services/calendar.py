"""A scheduled session as an iCalendar file (RFC 5545)."""

from __future__ import annotations

from datetime import date, timedelta
from zoneinfo import ZoneInfo

from icalendar import Calendar, Event

from server.domain.errors import Conflict
from server.schemas.sessions import Session


def calendar_file(session: Session, address: str) -> bytes:
    """``address`` is the page of the session. The zone's rules travel inside the file, so the
    session stays at its hour when clocks change."""
    if session.starts_at is None:
        raise Conflict("not_scheduled", "The session has no date yet.")
    starts_at = session.starts_at.astimezone(ZoneInfo(session.time_zone))
    event = Event()
    event.add("uid", f"{session.session_id}@reprise")
    event.add("dtstamp", session.created_at)
    event.add("dtstart", starts_at)
    event.add("dtend", starts_at + timedelta(minutes=session.duration_min))
    event.add("summary", session.title)
    if session.description:
        event.add("description", session.description)
    event.add("url", address)
    event.add("location", address)
    calendar = Calendar()
    calendar.add("prodid", "-//Reprise//Classroom//EN")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add_component(event)
    calendar.add_missing_timezones(date(starts_at.year - 1, 1, 1), date(starts_at.year + 2, 1, 1))
    return calendar.to_ical()
