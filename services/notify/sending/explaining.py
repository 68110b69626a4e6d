"""What an answer comes to, and what it means that there was none: in words that name no file and no address of ours."""

import os
import ssl
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import aiohttp

from services.notify.sending.guard import Forbidden
from services.notify.sending.outcome import Kind

CLASSES = {2: Kind.OK, 3: Kind.REDIRECTED, 4: Kind.REFUSED, 5: Kind.BROKEN}
GONE = 410


def kind_of(status: int) -> Kind:
    """The class of an HTTP status."""
    return Kind.GONE if status == GONE else CLASSES.get(status // 100, Kind.GARBLED)


def explained(error: Exception) -> tuple[Kind, str]:
    """What kind of trouble one was of those that aiohttp raises, and a sentence for whoever has to mend it."""
    cause = error.os_error if isinstance(error, aiohttp.ClientConnectorError) else error
    match error:
        case _ if isinstance(cause, Forbidden):
            found = Kind.FORBIDDEN, str(cause)
        case aiohttp.ClientConnectorCertificateError():
            why = _reason(error.certificate_error)
            found = Kind.CERTIFICATE, f"its certificate is not to be believed: {why}"
        case aiohttp.ClientSSLError() | ssl.SSLError():
            found = Kind.CERTIFICATE, f"there is no TLS to be had: {_reason(cause)}"
        case aiohttp.ClientConnectorDNSError():
            found = Kind.UNKNOWN_HOST, "the host has no address"
        case aiohttp.ServerDisconnectedError():
            found = Kind.UNREACHABLE, "it hung up without an answer"
        case OSError():
            found = Kind.UNREACHABLE, f"it cannot be reached: {_reason(cause)}"
        case _:
            found = Kind.GARBLED, f"what came back is no answer: {type(error).__name__}"
    return found


def asked(said: str | None) -> float | None:
    """The seconds of a Retry-After, which is a number or a date; one that is neither was not said."""
    if said is None:
        return None
    if said.strip().isdecimal():
        return float(said.strip()[:9])
    try:
        at = parsedate_to_datetime(said)
    except ValueError:
        return None
    return max(0.0, (at.replace(tzinfo=at.tzinfo or UTC) - datetime.now(UTC)).total_seconds())


def _reason(error: Exception) -> str:
    """What a library says in one of its fields: its whole text may name the address, or a file."""
    said = (getattr(error, field, None) for field in ("verify_message", "reason"))
    known = next((str(one) for one in said if one), "")
    number = getattr(error, "errno", None)
    return known or (os.strerror(number) if number else type(error).__name__)
