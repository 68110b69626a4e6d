"""Which addresses a webhook may be sent to: a pure judgement of a URL, and of each address that its name has."""

import re
import tomllib
from collections.abc import Iterable
from functools import cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from pathlib import Path
from typing import Annotated, NamedTuple

import idna
from msgspec import Meta, Struct, convert

SHIPPED = Path(__file__).with_name("hostile.toml")
LONGEST = 2048

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

URL = re.compile(r"(?P<scheme>[a-zA-Z][a-zA-Z0-9+.-]*)://(?P<authority>[^/?#]*)(?P<rest>[/?][^#]*)?")
AUTHORITY = re.compile(r"(\[(?P<six>[0-9a-fA-F:.]+)\]|(?P<name>[^:\[\]%\\]+))(:(?P<port>[1-9][0-9]{0,4}))?")
# What RFC 3986 lets stand after the host; all else is written with %.
REST = re.compile(r"([A-Za-z0-9\-._~:/?@!$&'()*+,;=\[\]]|%[0-9a-fA-F]{2})*")
NUMBER = re.compile(r"0x[0-9a-f]*|[0-9]+")
"""A last label that makes programs take the host for an address, however it is spelt."""


class Hostile(ValueError):
    """This may not be called; the text says why, and is for whoever wanted it."""


class Denied(Struct, frozen=True, forbid_unknown_fields=True):
    """A network that is not called, what it is, and who says so."""

    network: str
    what: str
    source: str


class Six(Struct, frozen=True, forbid_unknown_fields=True):
    """Where in IPv6 all that may be called lies."""

    only: str


class Table(Struct, frozen=True, forbid_unknown_fields=True):
    """The file."""

    ports: dict[str, tuple[Annotated[int, Meta(ge=1, le=65535)], ...]]
    six: Six
    networks: tuple[Denied, ...]


class Allowed(NamedTuple):
    """What an operator lets be called besides (`CAUNOI_WEBHOOK_ALLOW`)."""

    networks: tuple[Network, ...] = ()
    http: bool = False

    @classmethod
    def read(cls, said: str) -> "Allowed":
        """From `127.0.0.0/8,http`: networks, and the word http.

        Raises:
            ValueError: a part is neither; the text names it.
        """
        parts = [part.strip() for part in said.split(",") if part.strip()]
        return cls(tuple(_network(part) for part in parts if part != "http"), "http" in parts)

    def holds(self, address: Address) -> bool:
        """Whether it lies in a network that was named."""
        return any(address in network for network in self.networks)


class Target(NamedTuple):
    """A URL that may be called if its addresses may: `url` in the one spelling that is called."""

    url: str
    scheme: str
    host: str
    port: int
    address: Address | None
    """Where the host is an address itself."""


def target(url: str, allow: Allowed) -> Target:
    """Read a URL strictly: whatever two programs could read differently is refused.

    Raises:
        Hostile: it is no URL of https (or http, where allowed) without user, password and fragment, its host is spelt
            oddly or is an address that may not be called, or its port is none of those that may.
    """
    if len(url) > LONGEST:
        raise Hostile(f"this address is longer than {LONGEST} letters")
    parts = URL.fullmatch(url)
    if parts is None:
        raise Hostile("this is no address; one is https://HOST/PATH, without a fragment")
    scheme, rest = parts["scheme"].lower(), parts["rest"] or "/"
    if scheme not in _table().ports:
        raise Hostile("webhooks go to https:// addresses")
    if scheme == "http" and not allow.http:
        raise Hostile("webhooks go to https:// addresses; plain http has to be in CAUNOI_WEBHOOK_ALLOW")
    if REST.fullmatch(rest) is None:
        raise Hostile("a letter in the path or the query has to be written with %")
    host, address, port = _host(parts["authority"], scheme)
    found = Target(_spelt(scheme, host, port, rest), scheme, host, port, address)
    if address is not None and (why := refusal(address, port, allow)):
        raise Hostile(why)
    if port not in _ports(allow, scheme) and not allow.networks:
        raise Hostile(_port_refused(port))
    return found


def refusal(address: Address, port: int, allow: Allowed) -> str | None:
    """Why an address may not be called at this port; None: it may."""
    if allow.holds(address):
        return None
    if port not in _ports(allow):
        return _port_refused(port)
    what = _denied(address)
    return None if what is None else f"this address is not for all ({what}); CAUNOI_WEBHOOK_ALLOW can name its network"


def usable(addresses: Iterable[str], port: int, allow: Allowed) -> list[Address]:
    """Those of a name's addresses that may be called, in their order: the others are as if the name had not had them.

    Raises:
        Hostile: there is none; it says why of the first.
    """
    why, found = "this name has no address", []
    for said in reversed(list(addresses)):
        address = ip_address(said)
        refused = refusal(address, port, allow)
        if refused is None:
            found.append(address)
        else:
            why = refused
    if not found:
        raise Hostile(why)
    return found[::-1]


def _host(authority: str, scheme: str) -> tuple[str, Address | None, int]:
    if "@" in authority:
        raise Hostile("an address with a user or a password is not called")
    parts = AUTHORITY.fullmatch(authority)
    if parts is None:
        raise Hostile("this is no host; one is a name, or an address, and after a colon perhaps a port")
    port = int(parts["port"] or (443 if scheme == "https" else 80))
    if port > 65535:
        raise Hostile("a port is a number to 65535")
    if parts["six"]:
        try:
            six = IPv6Address(parts["six"])
        except ValueError:
            raise Hostile("this is no IPv6 address") from None
        return f"[{six}]", six, port
    name = _name(parts["name"])
    if NUMBER.fullmatch(name.rpartition(".")[2]) is None:
        return name, None, port
    try:
        four = IPv4Address(name)
    except ValueError:
        raise Hostile("an IPv4 address is written as four decimal numbers") from None
    return str(four), four, port


def _name(said: str) -> str:
    """A host's name as it is asked for: small ASCII letters, by IDNA 2008 with the mapping of UTS 46.

    What browsers read as a full stop or a digit becomes one before anybody looks whether it is an address.
    """
    if said.endswith((".", "。", "．", "｡")):
        raise Hostile("a host's name does not end with a full stop")
    try:
        mapped = idna.uts46_remap(said, std3_rules=True)
        last = mapped.rpartition(".")[2]
        # An address is none of IDNA's names, and is judged as one.
        return mapped if NUMBER.fullmatch(last) else idna.encode(mapped).decode("ascii")
    except (idna.IDNAError, UnicodeError):
        raise Hostile("this is no name of a host") from None


def _spelt(scheme: str, host: str, port: int, rest: str) -> str:
    usual = {"https": 443, "http": 80}[scheme]
    return f"{scheme}://{host}{'' if port == usual else f':{port}'}{rest if rest[0] == '/' else '/' + rest}"


def _ports(allow: Allowed, scheme: str | None = None) -> frozenset[int]:
    """Those that may be called anywhere, by this scheme, or by any that is allowed."""
    schemes = [scheme] if scheme is not None else ["https", "http"] if allow.http else ["https"]
    return frozenset(port for one in schemes for port in _table().ports[one])


def _port_refused(port: int) -> str:
    ports = " or ".join(str(one) for one in _table().ports["https"])
    return f"webhooks go to port {ports}, and to {port} only within the networks of CAUNOI_WEBHOOK_ALLOW"


def _denied(address: Address) -> str | None:
    """What an address is, where it is one that nobody calls."""
    if isinstance(address, IPv6Address):
        if address.scope_id is not None:
            return "of one link"
        if address not in _only():
            return "not global, or another address in disguise"
    return next((what for network, what in _networks() if address in network), None)


def _network(said: str) -> Network:
    try:
        return ip_network(said)
    except ValueError:
        raise ValueError(f"'{said}' is neither a network, as 127.0.0.0/8, nor the word http") from None


@cache
def _table() -> Table:
    return convert(tomllib.loads(SHIPPED.read_text("utf-8")), Table)


@cache
def _networks() -> tuple[tuple[Network, str], ...]:
    return tuple((ip_network(denied.network), denied.what) for denied in _table().networks)


@cache
def _only() -> IPv6Network:
    return IPv6Network(_table().six.only)
