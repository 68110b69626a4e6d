"""The ledger's topic, for people: made and looked at with errors as one line that says what to do."""

from kafka.errors import KafkaError  # type: ignore[import-untyped]

from events import topic
from services.trouble import Exit, Trouble


def ensure(brokers: str, ledger: str) -> None:
    """Makes the topic when it is missing. Raises Trouble when the brokers do not answer, or it is not as it must be."""
    try:
        topic.ensure(brokers, ledger)
    except topic.TopicRefused as refused:
        raise Trouble(str(refused), Exit.REFUSED) from None
    except KafkaError as error:
        raise silence(brokers, error) from None


def published(brokers: str, ledger: str) -> int | None:
    """The last position that the topic has; None without a topic. Raises Trouble as `ensure` does."""
    try:
        return topic.extent(brokers, ledger).published if topic.is_there(brokers, ledger) else None
    except topic.TopicRefused as refused:
        raise Trouble(str(refused), Exit.REFUSED) from None
    except KafkaError as error:
        raise silence(brokers, error) from None


def silence(brokers: str, error: KafkaError) -> Trouble:
    """What is said of brokers that do not answer as they should."""
    return Trouble(f"no broker answers at {brokers} ({type(error).__name__}): look at CAUNOI_KAFKA, or at the brokers")
