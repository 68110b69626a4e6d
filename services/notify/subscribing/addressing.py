"""From a notice to messages: which endpoints and subscriptions carry it, and what waits, and why."""

from collections.abc import Sequence
from typing import Any

import psycopg

from projections.notices import Told


def address(connection: psycopg.Connection[Any], notices: Sequence[Told]) -> None:
    """Queue what new notices shall be sent as, in the transaction that keeps them."""
    del connection, notices
