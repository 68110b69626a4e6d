"""A calendar and a feed are read by a secret address until it is ended, and have no name in them."""

from datetime import UTC, date, datetime
from typing import Any, cast
from xml.etree import ElementTree as ET

import httpx2
import icalendar
import psycopg

from tests.database import Database
from tests.examples import COMMUNE, HOSPITAL, SURGERY, a_reprimand
from tests.notify.commune import NAM, Log, tell_all
from tests.notify.conftest import Hire, ReadViews
from tests.serving import client, serving

ATOM = {"a": "http://www.w3.org/2005/Atom"}


def test_meetings_and_deadlines_stand_in_the_calendar_and_notices_in_the_feed_without_a_name(
    database: Database, log: Log, hire: Hire, read_views: ReadViews
) -> None:
    log.put_organisations()
    log.put_member()
    today = datetime.now(UTC).date()
    log.put(NAM, a_reprimand(), date(2026, 3, 2))
    tell_all(hire())
    read_views()
    with serving(database) as address, client(address, database) as operator:
        meeting = {"cell": SURGERY, "kind": "regular", "planned_at": f"{today}T07:00:00Z", "agenda": ["Nhiệm vụ"]}
        made = operator.post("/meetings", json={**meeting, "effective_on": str(today)})
        assert made.status_code == 201, made.text
        read_views()
        commune, agency = (operator.post("/feeds", json={"organisation": of}).json() for of in (COMMUNE, HOSPITAL))
        with httpx2.Client(base_url=address) as anybody:
            whole = icalendar.Calendar.from_ical(anybody.get(agency["calendar"]).content)
            (event,) = [one for one in whole.walk("VEVENT") if str(one["uid"]).startswith("meeting-")]
            assert event["uid"] == f"meeting-{made.json()['id']}"
            assert cast("Any", event).start == datetime(today.year, today.month, today.day, 7, tzinfo=UTC)
            deadlines = icalendar.Calendar.from_ical(anybody.get(commune["calendar"]).content).walk("VEVENT")
            (notice,) = operator.get("/inbox", params={"organisation": COMMUNE, "state": "open"}).json()["items"]
            assert [str(one["url"]) for one in deadlines] == [f"{address}/notices/{notice['id']}"]
            assert [str(one["uid"]) for one in deadlines] == [f"notice-{notice['id']}"]
            feed = anybody.get(commune["atom"])
            assert feed.headers["content-type"] == "application/atom+xml"
            entries = ET.fromstring(feed.content).findall("a:entry", ATOM)
            assert [entry.findtext("a:id", None, ATOM) for entry in entries] == [f"urn:uuid:{notice['id']}"]
            texts = [anybody.get(path).text for one in (commune, agency) for path in (one["calendar"], one["atom"])]
        whoever = operator.get(f"/members/{NAM}").json()["name"]
        assert whoever
        assert [text for text in texts if whoever in text or NAM in text] == []


def test_an_address_is_its_organisations_is_kept_as_a_hash_and_ends(database: Database, log: Log) -> None:
    log.put_organisations()
    with (
        serving(database) as address,
        client(address, database, "secretary", COMMUNE) as theirs,
        client(address, database, "secretary", HOSPITAL) as others,
        httpx2.Client(base_url=address) as anybody,
    ):
        assert others.post("/feeds", json={"organisation": COMMUNE}).status_code == 403
        assert theirs.post("/feeds", json={}).status_code == 422
        made = theirs.post("/feeds", json={"organisation": COMMUNE})
        assert made.status_code == 201
        feed = made.json()
        with psycopg.connect(database.app) as connection:
            rows = connection.execute("SELECT a::text FROM exchange.addresses a").fetchall()
        assert feed["secret"] not in str(rows)
        assert anybody.get(feed["atom"]).status_code == 200
        assert anybody.get("/feeds/guessed.atom").status_code == 404
        assert anybody.get("/calendar/guessed.ics").status_code == 404
        assert others.post(f"/feeds/{feed['id']}/endings").status_code == 403
        for _ in range(2):
            assert theirs.post(f"/feeds/{feed['id']}/endings").status_code == 200
        assert anybody.get(feed["atom"]).status_code == 404
        assert anybody.get(feed["calendar"]).status_code == 404
        assert theirs.post("/feeds/nothing/endings").status_code == 404
