"""What `caunoi doctor` looks at where Kafka carries the records: the brokers, the topic, and how far the relay is."""

from collections.abc import Iterator

import psycopg

from services.program import started_with
from services.program.checks import Finding
from services.program.database import of
from services.settings import Settings
from services.trouble import Trouble

BEHIND_SECONDS = 10.0
CONNECT_SECONDS = 5
WAITS = """SELECT c.position, (SELECT greatest(0, extract(epoch FROM clock_timestamp()) - l.recorded / 1e6)::float8
FROM ledger.log l WHERE l.position = %s) FROM ledger.counter c"""


def kafka(settings: Settings) -> Iterator[Finding]:
    """Whether the brokers answer, the topic is as it must be, and the relay keeps up; nothing with the embedded bus."""
    settings = started_with.take(settings)
    if settings.bus == "embedded":
        return
    # Loaded where it is used, for it takes longer than everything else.
    from services.program import topics

    log = f"{settings.data.resolve()}/logs"
    if settings.kafka is None:
        yield Finding("kafka", "nobody has said where the brokers are", "set CAUNOI_KAFKA")
        return
    try:
        published = topics.published(settings.kafka, settings.ledger)
    except Trouble as trouble:
        yield Finding("kafka", str(trouble), f"tail {log}/kafka.log, or look at the brokers")
        return
    if published is None:
        yield Finding("kafka", f"{settings.kafka} answers, without a topic yet", f"tail {log}/relay.log")
        return
    yield Finding("kafka", f"{settings.kafka} answers, the topic is as it must be")
    try:
        yield _relay(settings, published, log)
    except (psycopg.Error, Trouble) as error:
        yield Finding("relay", f"the database does not say how far it is ({type(error).__name__})", "see above")


def _relay(settings: Settings, published: int, log: str) -> Finding:
    with psycopg.connect(of(settings), connect_timeout=CONNECT_SECONDS) as connection:
        row = connection.execute(WAITS, [published + 1]).fetchone()
    head, waits = row if row is not None else (0, None)
    behind = waits is not None and waits > BEHIND_SECONDS
    found = f"at {published} of {head}" + (f", {waits:.0f} s behind" if behind else "")
    return Finding("relay", found, f"tail {log}/relay.log" if behind else "")
