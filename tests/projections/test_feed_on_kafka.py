"""Two feeders in one group: while one feeds the other waits, and goes on where the first one left off."""

from threading import Event, Thread

from events.kafka import KafkaBus
from events.ledger import Ledger
from events.topic import ensure
from projections.feed import Feeder
from services.program.kafka import Kafka
from tests.database import Database
from tests.events.kafka import a_ledger, relaying
from tests.examples import LAN
from tests.program.places import eventually
from tests.projections.odd import ODD, rows, stands, tell


def test_who_takes_over_goes_on_where_the_other_left_off(ledger: Ledger, database: Database, kafka: Kafka) -> None:
    name = a_ledger()
    ensure(kafka.address, name)
    bus = KafkaBus(database.app, kafka.address, name)
    one, other = (Feeder(database.app, [ODD], bus, group="odd") for _ in range(2))
    stop = Event()
    raised: list[BaseException] = []

    def wait_for_the_turn() -> None:
        try:
            other.run(stop, wait=0.1)
        except BaseException as error:  # noqa: BLE001  # it is looked at below
            raised.append(error)

    with relaying(database, kafka.address, name):
        one.open()
        tell(ledger, LAN, [1])
        eventually(lambda: one.step(0.2) == 1)
        waiter = Thread(target=wait_for_the_turn)
        waiter.start()
        for number in (2, 3):
            tell(ledger, LAN, [number])
            eventually(lambda: one.step(0.2) == 1)
        one.close()
        tell(ledger, LAN, [4])
        eventually(lambda: stands(database) == 4 or not waiter.is_alive())
        stop.set()
        waiter.join()
    assert raised == []
    assert rows(database.app) == [
        (LAN, number, number, number + 1 if number < 4 else None, number) for number in range(1, 5)
    ]
