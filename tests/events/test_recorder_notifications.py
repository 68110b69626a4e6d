"""An application's events in the order of the log, found among everybody's."""

import random
from collections.abc import Iterator
from uuid import uuid4

import psycopg
import pytest
from eventsourcing.persistence import Notification, StoredEvent

from events.ledger import Ledger
from events.recorder.stored import stream_of
from events.schema import install
from tests.database import Database
from tests.events.appending import new, to
from tests.events.recording import TOPICS, event, events, ids, shop, versions


@pytest.fixture
def ledger(database: Database) -> Iterator[Ledger]:
    with Ledger(database.app) as opened:
        yield opened


def as_notification(stored: StoredEvent, position: int) -> Notification:
    return Notification(stored.originator_id, stored.originator_version, stored.topic, stored.state, position)


def test_applications_see_their_own_and_nobody_elses(ledger: Ledger) -> None:
    order = uuid4()
    one, other = shop(ledger, "Shop"), shop(ledger, "Shop2")
    assert one.insert_events([event(order)]) == [1]
    assert other.insert_events([event(order)]) == [2]
    ledger.append(to(new(), facts=3))
    assert one.insert_events([event(order, 2)]) == [6]
    assert ids(one.select_notifications(None, 10)) == [1, 6]
    assert ids(other.select_notifications(None, 10)) == [2]
    assert (one.max_notification_id(), other.max_notification_id()) == (6, 2)
    assert versions(other, order) == [1]


def test_an_originator_may_have_the_id_of_a_stream_of_ours(ledger: Ledger) -> None:
    ours = new()
    ledger.append(to(ours))
    shop(ledger).insert_events([event(ours)])
    assert [record.version for record in ledger.stream(ours)] == [1]
    assert [record.kind for record in ledger.stream(stream_of("shop", ours))] == ["foreign"]


def test_notifications_are_what_a_list_of_all_of_them_would_answer(ledger: Ledger) -> None:
    """Asked by one who remembers where there is nothing, while his own and others' facts come in between."""
    dice = random.Random(20261122)
    recorder = shop(ledger)
    all_of_them: list[Notification] = []
    for _ in range(150):
        for _ in range(dice.randrange(3)):
            ledger.append(to(new(), facts=dice.choice((1, 3, 20))))
        if dice.random() < 0.4:
            stored = events(dice.choice((1, 2, 5)), topic=dice.choice(TOPICS))
            told = shop(ledger).insert_events(stored) or []
            all_of_them += [as_notification(one, at) for one, at in zip(stored, told, strict=True)]
        head = ledger.head()
        start, stop = dice.choice((None, dice.randint(0, head + 3))), dice.choice((None, dice.randint(0, head + 3)))
        limit, topics, inclusive = (
            dice.choice((1, 2, 10, 1000)),
            dice.sample(TOPICS, dice.randrange(3)),
            dice.random() < 0.5,
        )
        fits = [
            one
            for one in all_of_them
            if (start is None or one.id > start or (inclusive and one.id == start))
            and (stop is None or one.id <= stop)
            and (not topics or one.topic in topics)
        ]
        assert recorder.select_notifications(start, limit, stop, topics, inclusive_of_start=inclusive) == fits[:limit]
        assert recorder.max_notification_id() == (all_of_them[-1].id if all_of_them else None)
    assert len(all_of_them) > 50


def test_a_log_that_was_restored_is_looked_through_anew(ledger: Ledger, database: Database) -> None:
    """What was remembered is of positions that are other facts' now."""
    recorder = shop(ledger)
    recorder.insert_events(events(1))
    ledger.append(to(new(), facts=9))
    assert ids(recorder.select_notifications(None, 10)) == [1]
    assert recorder.max_notification_id() == 1
    with psycopg.connect(database.owner) as owner:
        owner.execute("DROP SCHEMA ledger CASCADE")
    install(database.owner)
    with Ledger(database.app) as restored:
        restored.append(to(new(), facts=2))
        assert shop(restored).insert_events(events(1)) == [3]
    assert ids(recorder.select_notifications(None, 10)) == [3]
    assert recorder.max_notification_id() == 3
