"""A calendar in the form of RFC 5545 and a feed in that of RFC 4287: kinds, instants and links, and no names."""

from collections.abc import Iterable
from datetime import UTC, datetime
from xml.etree.ElementTree import Element, SubElement, tostring

import icalendar

from events.fact import Id
from events.meeting import MeetingKind
from projections.inbox import Notice
from projections.meetings import Row, State

KINDS = {
    MeetingKind.REGULAR: "Sinh hoạt chi bộ thường kỳ",
    MeetingKind.THEMATIC: "Sinh hoạt chi bộ chuyên đề",
    MeetingKind.EXTRAORDINARY: "Sinh hoạt chi bộ bất thường",
}
DEADLINE = "Hạn xác nhận thông báo"
ATOM = "http://www.w3.org/2005/Atom"


def calendar(planned: Iterable[tuple[Id, Row]], waiting: Iterable[Notice], start: str, now: datetime) -> bytes:
    """Meetings, and the instants by which notices are to be acknowledged; `start` is how links begin."""
    found = icalendar.Calendar()
    found.add("prodid", "-//caunoi//caunoi//VI")
    found.add("version", "2.0")
    for ident, meeting in planned:
        event = _event(f"meeting-{ident}", KINDS[meeting.kind], meeting.started_at or meeting.planned_at, now)
        if meeting.ended_at is not None:
            event.add("dtend", meeting.ended_at.astimezone(UTC))
        event.add("status", "CANCELLED" if meeting.state is State.CANCELLED else "CONFIRMED")
        event.add("url", f"{start}/meetings/{ident}")
        found.add_component(event)
    for notice in waiting:
        assert notice.acknowledge_by is not None, "it waits for an acknowledgement"
        event = _event(f"notice-{notice.id}", DEADLINE, notice.acknowledge_by, now)
        event.add("url", f"{start}/notices/{notice.id}")
        found.add_component(event)
    written: bytes = found.to_ical()
    return written


def atom(organisation: Id, found: Iterable[Notice], start: str, now: datetime) -> bytes:
    """Notices, newest first."""
    feed = Element("feed", xmlns=ATOM)
    SubElement(feed, "id").text = f"urn:uuid:{organisation}"
    SubElement(feed, "title").text = "Thông báo"
    updated = SubElement(feed, "updated")
    SubElement(SubElement(feed, "author"), "name").text = "caunoi"
    newest: datetime | None = None
    for notice in found:
        newest = newest or notice.due_at
        entry = SubElement(feed, "entry")
        SubElement(entry, "id").text = f"urn:uuid:{notice.id}"
        SubElement(entry, "title").text = f"Thông báo: {notice.fact or notice.rule}"
        SubElement(entry, "updated").text = _instant(notice.due_at)
        SubElement(entry, "link", href=f"{start}/notices/{notice.id}")
        SubElement(entry, "category", term=notice.fact or notice.rule)
    updated.text = _instant(newest or now)
    written: bytes = tostring(feed, encoding="utf-8", xml_declaration=True)
    return written


def _event(uid: str, summary: str, at: datetime, now: datetime) -> icalendar.Event:
    event = icalendar.Event()
    event.add("uid", uid)
    event.add("summary", summary)
    event.add("dtstart", at.astimezone(UTC))
    event.add("dtstamp", now.astimezone(UTC))
    return event


def _instant(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
