"""The broker of our own: below the data, on this machine alone, gone with its parent; and what it is made of."""

import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from services.program import kafka_jars
from services.program.kafka import Kafka
from services.program.kafka_files import Ports
from services.program.kafka_jars import KafkaUnavailable, jars, require_pinned, wanted
from services.program.postgres_leftovers import occupants
from tests.program.places import alive, eventually


def listening(pid: int) -> set[str]:
    """The addresses on which a process listens."""
    mine = {os.readlink(path) for path in Path(f"/proc/{pid}/fd").iterdir() if "socket" in os.readlink(path)}
    rows = [line.split() for file in ("tcp", "tcp6") for line in Path(f"/proc/net/{file}").read_text().splitlines()[1:]]
    return {row[1].partition(":")[0] for row in rows if row[3] == "0A" and f"socket:[{row[9]}]" in mine}


def test_it_runs_below_the_data_on_this_machine_alone(kafka: Kafka) -> None:
    data = kafka.log.parents[1]
    assert (data / "kafka-address").read_text().strip() == kafka.address
    eventually(lambda: "Kafka Server started" in kafka.log.read_text())
    assert Path(f"/proc/{kafka.pid}").stat().st_uid == (data / "kafka").stat().st_uid
    assert Path(f"/proc/{kafka.pid}").stat().st_uid != 0 or os.geteuid() != 0
    found = listening(kafka.pid)
    assert found
    assert all(address == "0100007F" or address.endswith("FFFF00000100007F") for address in found)


def test_it_ends_when_its_parent_is_killed_and_the_next_start_waits_for_it(nowhere: Path) -> None:
    argv = [sys.executable, "tests/program/kafka_starter.py", str(nowhere)]
    with subprocess.Popen(argv, env={**os.environ, "PYTHONPATH": "."}, stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout
        pid = int(parent.stdout.readline())
        os.kill(pid, signal.SIGSTOP)
        parent.kill()
    heard: list[str] = []

    def hear(line: str) -> None:
        heard.append(line)
        os.kill(pid, signal.SIGCONT)

    again = Kafka.start(nowhere, note=hear)
    try:
        assert str(pid) in heard[0]
        assert not alive(pid)
    finally:
        again.stop()
    eventually(lambda: not occupants(nowhere / "kafka", ("java",)))
    assert not (nowhere / "kafka-address").exists()


def test_ports_are_not_those_of_outgoing_connections() -> None:
    ports = Ports.free()
    ephemeral = int(Path("/proc/sys/net/ipv4/ip_local_port_range").read_text().split()[0])
    assert max(ports.clients, ports.controller) < ephemeral
    assert ports.clients != ports.controller


def test_a_jar_that_differs_is_refused(kafka: Kafka, tmp_path: Path) -> None:
    folder = tmp_path / "caunoi" / f"kafka-{kafka_jars.VERSION}"
    shutil.copytree(jars(lambda _: None), folder)
    require_pinned(folder, wanted())
    with (folder / wanted()[0].name).open("ab") as jar:
        jar.write(b"!")
    with pytest.raises(KafkaUnavailable, match=r"not the jar that is pinned \(1 of 46 differ\): remove"):
        jars(lambda _: None, tmp_path)


@pytest.mark.parametrize("change", ["missing", "more"])
def test_a_folder_with_other_jars_is_refused(kafka: Kafka, tmp_path: Path, change: str) -> None:
    folder = tmp_path / "jars"
    shutil.copytree(jars(lambda _: None), folder)
    if change == "missing":
        (folder / wanted()[3].name).unlink()
    else:
        (folder / "another.jar").touch()
    with pytest.raises(KafkaUnavailable):
        require_pinned(folder, wanted())


def test_without_maven_it_says_what_to_do_and_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("https_proxy", "HTTPS_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    heard: list[str] = []
    with pytest.raises(KafkaUnavailable, match=r"cannot be fetched from Maven Central .* --kafka HOST:PORT"):
        jars(heard.append, tmp_path)
    assert "45 MB, once" in heard[0]
    assert [path.name for path in (tmp_path / "caunoi").iterdir()] == [f"kafka-{kafka_jars.VERSION}.lock"]
