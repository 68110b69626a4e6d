"""The one place that chooses what carries the records to those who follow the log."""

from events.bus import Bus, EmbeddedBus


def carrier(conninfo: str, brokers: str | None, ledger: str) -> Bus:
    """The ledger's topic at these brokers (HOST:PORT,…), or without any the ledger itself."""
    if brokers is None:
        return EmbeddedBus(conninfo)
    # Loaded where it is used: it takes longer than everything else.
    from events.kafka import KafkaBus

    return KafkaBus(conninfo, brokers, ledger)
