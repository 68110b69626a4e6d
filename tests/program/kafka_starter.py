"""A program of its own that starts a broker and stays, for tests that kill it: `python kafka_starter.py DIR`."""

import signal
import sys
from pathlib import Path

from services.program.kafka import Kafka

if __name__ == "__main__":
    broker = Kafka.start(Path(sys.argv[1]), note=lambda _: None)
    print(broker.pid, flush=True)  # noqa: T201  # a test reads it
    signal.pause()
