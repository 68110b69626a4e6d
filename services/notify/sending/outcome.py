"""What became of one try to hand a message over, in the same words for every channel."""

from enum import StrEnum
from typing import NamedTuple


class Kind(StrEnum):
    """The class of an attempt: how it was answered, or why it was not."""

    OK = "ok"
    REDIRECTED = "redirected"
    REFUSED = "refused"
    """4xx: what we sent is not wanted so, by now."""
    GONE = "gone"
    """410: whoever stood there wants nothing any more."""
    FINAL = "final"
    """This message will never be taken there: a mailbox that does not exist."""
    BROKEN = "broken"
    """5xx."""
    TIMEOUT = "timeout"
    UNREACHABLE = "unreachable"
    CERTIFICATE = "certificate"
    """It is not to be believed, or there is no TLS at all."""
    UNKNOWN_HOST = "unknown_host"
    FORBIDDEN = "forbidden"
    """The address is none that may be called: nothing was sent."""
    GARBLED = "garbled"
    """What came back is no answer."""
    NOT_SET_UP = "not_set_up"
    """The operator has set up nothing for this channel: nothing was sent."""


class Outcome(NamedTuple):
    """One attempt. `status` is the answer's, if there was one; `answer` its beginning; `retry_after` in seconds."""

    status: int | None
    kind: str
    ms: int
    answer: bytes = b""
    error: str = ""
    retry_after: float | None = None

    @property
    def taken(self) -> bool:
        """Whether it was delivered."""
        return self.kind == Kind.OK

    @property
    def ended(self) -> bool:
        """Whether no later try of this message can be taken."""
        return self.kind in {Kind.GONE, Kind.FINAL}
