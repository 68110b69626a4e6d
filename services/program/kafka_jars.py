"""What Apache Kafka is made of: jars from Maven Central, pinned by version and SHA-256, kept once for this user."""

import fcntl
import hashlib
import logging
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from services.trouble import Trouble

VERSION = "4.3.1"
LOCK = Path(__file__).with_name("kafka_jars.lock")
READ_SECONDS = 30
TRIES = 3


class KafkaUnavailable(Trouble):
    """Kafka's jars cannot be had, or are not those that are meant; the text says what to do."""


class Jar(NamedTuple):
    """One jar and what it must be."""

    group: str
    artifact: str
    version: str
    sha256: str

    @property
    def name(self) -> str:
        """Its file's name."""
        return f"{self.artifact}-{self.version}.jar"


def wanted(lock: Path = LOCK) -> list[Jar]:
    """Every jar that is needed, none resolved anew: what is not in this list is not loaded."""
    lines = [line for line in lock.read_text("utf-8").splitlines() if line and not line.startswith("#")]
    return [Jar._make(line.replace(":", " ").split()) for line in lines]


def cache_home() -> Path:
    """Where this user keeps what can be fetched again; root's can be read by the users that it starts programs as."""
    if chosen := os.environ.get("XDG_CACHE_HOME"):
        return Path(chosen)
    return Path("/var/cache") if os.geteuid() == 0 else Path.home() / ".cache"


def jars(note: Callable[[str], None], home: Path | None = None, lock: Path = LOCK) -> Path:
    """The folder with all jars and nothing else, each checked; fetched from Maven Central when it is not there.

    The folder appears whole or not at all, and `note` hears when something is fetched.

    Raises:
        KafkaUnavailable: Maven Central does not answer, or a jar is another than the pinned one.
    """
    place = (home or cache_home()) / "caunoi" / f"kafka-{VERSION}"
    with _alone(place):
        if not place.exists():
            note(f"fetching Apache Kafka {VERSION} from Maven Central (45 MB, once) into {place}")
            _fetch_all(place, wanted(lock))
        require_pinned(place, wanted(lock))
    return place


def require_pinned(place: Path, pinned: list[Jar]) -> None:
    """Raises KafkaUnavailable when the folder has not exactly these jars, byte for byte."""
    found = {path.name for path in place.iterdir()}
    wrong = sorted(found ^ {jar.name for jar in pinned})
    wrong += [jar.name for jar in pinned if jar.name in found and _sha256(place / jar.name) != jar.sha256]
    if wrong:
        raise KafkaUnavailable(
            f"{place / wrong[0]} is not the jar that is pinned ({len(wrong)} of {len(pinned)} differ): "
            f"remove {place}, and it is fetched anew"
        )


@contextmanager
def _alone(place: Path) -> Iterator[None]:
    """Of several that start at once, one fetches and the others wait for it."""
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(place.with_name(f"{place.name}.lock"), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    except OSError as error:
        raise KafkaUnavailable(
            f"{error.filename} cannot be made ({error.strerror}): name another folder in XDG_CACHE_HOME, "
            "or use an operator's brokers with --kafka"
        ) from None
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _fetch_all(place: Path, pinned: list[Jar]) -> None:
    # A torn folder of one that was killed; nobody else is here.
    for torn in place.parent.glob(f".{place.name}-*"):
        shutil.rmtree(torn)
    with tempfile.TemporaryDirectory(prefix=f".{place.name}-", dir=place.parent) as made:
        repository, folder = Path(made) / "repository", Path(made) / "jars"
        folder.mkdir()
        for jar in pinned:
            _fetch(jar, repository).rename(folder / jar.name)
        require_pinned(folder, pinned)
        for path in folder.iterdir():
            path.chmod(0o644)
        folder.chmod(0o755)
        folder.rename(place)


def _fetch(jar: Jar, repository: Path) -> Path:
    """One jar, by its coordinates alone. The repository is new, so that no half-made one is believed in."""
    from jgo.maven import MavenContext

    # What it says of a failure is said below.
    logging.getLogger("jgo").setLevel(logging.CRITICAL)
    context = MavenContext(repo_cache=repository, timeout=READ_SECONDS)
    last: Exception | None = None
    for _ in range(TRIES):
        try:
            artifact = context.project(jar.group, jar.artifact).at_version(jar.version).artifact()
            return Path(artifact.resolve())
        except Exception as error:  # noqa: BLE001  # the library raises what its libraries raise
            last = error
    raise KafkaUnavailable(
        f"{jar.group}:{jar.artifact}:{jar.version} cannot be fetched from Maven Central ({type(last).__name__}): "
        "look at the network and try again, use an operator's brokers with --kafka HOST:PORT, or --bus embedded"
    ) from None


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
