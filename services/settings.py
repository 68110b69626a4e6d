"""What an operator may choose: `CAUNOI_…` variables, read once by the process that starts and handed on."""

import os
import re
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Literal
from zoneinfo import ZoneInfo

from pydantic import Field, HttpUrl, TypeAdapter, ValidationError, field_validator
from pydantic_core import PydanticCustomError
from pydantic_settings import BaseSettings, SettingsConfigDict

from services.trouble import Exit, Trouble

PREFIX = "CAUNOI_"
BROKER = re.compile(r"[^\s:,]+:\d{1,5}|\[[0-9a-fA-F:]+\]:\d{1,5}")

MAIL_SERVER = re.compile(r"smtps?://([^\s/@]+@)?([^\s:/?#@\[\]]+|\[[0-9a-fA-F:]+\])(:\d{1,5})?/?(\?starttls=[01])?")
MAIL_ADDRESS = re.compile(r"[^\s@<>,;:\"]+@[^\s@<>,;:\"]+")
GATEWAY = re.compile(
    r"(https://([^\s/@]+@)?[^\s/@?#]+|http://([^\s/@]+@)?(127\.\d+\.\d+\.\d+|localhost)(:\d+)?)(/\S*)?"
)
PUSH_KEY = re.compile(r"[A-Za-z0-9_-]{43}")


class SettingsRefused(Trouble):
    """A variable is unknown or its value cannot be; the text names it."""

    def __init__(self, what: str) -> None:
        super().__init__(what, Exit.USAGE)


class Settings(BaseSettings):
    """The choices of one process. `Settings.read()` is the way to make them; nothing is read on import."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, env_ignore_empty=True, extra="forbid", frozen=True)

    data: Path = Path("caunoi-data")
    """Everything of the embedded default lies below it."""
    host: str = "127.0.0.1"
    port: int = Field(8000, ge=0, le=65535)
    """0: any free one."""
    database: str | None = Field(None, repr=False)
    """An operator's server, as a libpq URL; without it an embedded one is used."""
    postgres_user: str | None = None
    """Whom the embedded PostgreSQL runs as, when started as root."""
    bus: Literal["embedded", "kafka"] = "embedded"
    kafka: str | None = None
    """HOST:PORT,… of an operator's brokers; without it `caunoi up` starts one of its own."""
    ledger: str = Field("local", pattern=r"^[a-z0-9][a-z0-9_-]{0,62}$")
    timezone: str = "Asia/Ho_Chi_Minh"
    """In which a day begins and ends."""
    url: str | None = None
    """Where the commands find the system, instead of below `data`."""
    token: str | None = Field(None, repr=False)
    public_url: str | None = None
    """How links in notices begin."""
    webhook_allow: str = ""
    """Networks and schemes that webhooks may use although they are private: `127.0.0.0/8,http`."""
    smtp: str | None = Field(None, repr=False)
    """The server that takes e-mail: `smtps://USER:PASSWORD@HOST:465`, or `smtp://…:587`, which has to do STARTTLS."""
    mail_from: str | None = None
    """Whom e-mail comes from, and whom a push service may write to."""
    text_gateway: str | None = Field(None, repr=False)
    """The address of a gateway for text messages: `https://TOKEN@HOST/PATH`, the token is its bearer's."""
    push_key: str | None = Field(None, repr=False)
    """The VAPID key of web push: 32 bytes in base64 for addresses; without it nothing is pushed."""
    heartbeat_minutes: int = Field(60, ge=1, le=1440)
    """How often each subscriber is told up to which position there was nothing more."""
    master_key_file: Path | None = None
    """What the keys of persons are wrapped in; without it DIR/master-key."""
    checkpoint_key_file: Path | None = None
    """What signs checkpoints; without it DIR/checkpoint-key."""
    log_level: Literal["debug", "info", "warning", "error"] = "info"

    @field_validator("kafka")
    @classmethod
    def _hosts_and_ports(cls, brokers: str | None) -> str | None:
        if brokers is not None and not all(BROKER.fullmatch(broker) for broker in brokers.split(",")):
            raise PydanticCustomError("brokers", "HOST:PORT, or several of them with commas between")
        return brokers

    @field_validator("timezone")
    @classmethod
    def _known_timezone(cls, name: str) -> str:
        try:
            ZoneInfo(name)
        except (KeyError, ValueError, OSError):
            raise PydanticCustomError("timezone", "there is no timezone '{name}'", {"name": name}) from None
        return name

    @field_validator("url")
    @classmethod
    def _an_address(cls, url: str | None) -> str | None:
        try:
            TypeAdapter(HttpUrl | None).validate_python(url)
        except ValidationError:
            raise PydanticCustomError("address", "this is no address; one is http://HOST:PORT") from None
        return url

    @field_validator("webhook_allow")
    @classmethod
    def _networks(cls, allowed: str) -> str:
        if allowed:
            from services.hostile import Allowed

            try:
                Allowed.read(allowed)
            except ValueError as error:
                raise PydanticCustomError("webhook_allow", "{why}", {"why": str(error)}) from None
        return allowed

    @field_validator("smtp")
    @classmethod
    def _a_mail_server(cls, url: str | None) -> str | None:
        if url is not None and not MAIL_SERVER.fullmatch(url):
            raise PydanticCustomError("smtp", "smtps://USER:PASSWORD@HOST:PORT, or smtp:// with STARTTLS")
        return url

    @field_validator("mail_from")
    @classmethod
    def _a_sender(cls, address: str | None) -> str | None:
        if address is not None and not MAIL_ADDRESS.fullmatch(address):
            raise PydanticCustomError("mail_from", "this is no e-mail address; one is NAME@HOST")
        return address

    @field_validator("text_gateway")
    @classmethod
    def _a_gateway(cls, url: str | None) -> str | None:
        if url is not None and not GATEWAY.fullmatch(url):
            raise PydanticCustomError("text_gateway", "https://TOKEN@HOST/PATH; plain http to this machine alone")
        return url

    @field_validator("push_key")
    @classmethod
    def _a_key(cls, key: str | None) -> str | None:
        if key is not None and not PUSH_KEY.fullmatch(key):
            raise PydanticCustomError("push_key", "32 bytes in base64 for addresses (43 letters, no = at the end)")
        return key

    @classmethod
    def read(cls, **overrides: Any) -> "Settings":
        """The variables of the environment; an override that is not None stands above them.

        Raises SettingsRefused, naming the variable, for an unknown one and for a value that cannot be.
        """
        _refuse_unknown(cls)
        try:
            return cls(**{name: value for name, value in overrides.items() if value is not None})
        except ValidationError as error:
            first = error.errors(include_input=False, include_url=False)[0]
            raise SettingsRefused(f"{variable(str(first['loc'][0]))}: {first['msg']}") from None

    @property
    def brokers(self) -> str | None:
        """The brokers that carry the records; None: the ledger itself does.

        Raises SettingsRefused where the bus is Kafka's and nobody has said where it is.
        """
        if self.bus == "embedded":
            return None
        if self.kafka is None:
            raise SettingsRefused(f"{variable('kafka')} is missing: with {variable('bus')}=kafka it names the brokers")
        return self.kafka

    def environment(self) -> dict[str, str]:
        """The variables that give another process these settings."""
        chosen = {variable(name): getattr(self, name) for name in type(self).model_fields}
        return {name: str(value) for name, value in chosen.items() if value is not None}


def variable(field: str) -> str:
    """The environment variable of a setting."""
    return PREFIX + field.upper()


def _refuse_unknown(settings: type[Settings]) -> None:
    known = {variable(field) for field in settings.model_fields}
    for name in sorted(os.environ):
        if name.upper().startswith(PREFIX) and name.upper() not in known:
            near = get_close_matches(name.upper(), known, n=1, cutoff=0)
            raise SettingsRefused(f"{name} is no setting; did you mean {near[0]}? (Unset it, or spell it so.)")
