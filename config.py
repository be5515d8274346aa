"""All settings, one typed object, read once. Nobody else reads the environment.

Every setting comes from the environment or ``.env`` with the prefix ``NIANBAO_``; a secret may also come from a file
named in ``NIANBAO_…_FILE``. Defaults work on a laptop with nothing else installed.
"""

from __future__ import annotations

import os
import unicodedata
from datetime import UTC, datetime
from email.errors import HeaderParseError
from email.headerregistry import Address
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Any, Self
from zoneinfo import ZoneInfo, available_timezones

from dotenv import dotenv_values
from pydantic import Field, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from logs import without_secrets

PREFIX = "NIANBAO_"
SECRETS = ("database_url", "broker_url", "smtp_url", "imap_url", "blob_url", "office_channels", "ops_channels")


class BadSettings(Exception):
    """A setting is wrong: the message names it, in one line."""


class Settings(BaseSettings):
    """The settings of one process. Field names, upper-cased and prefixed, are the variables' names."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, env_file=".env", env_file_encoding="utf-8", extra="ignore")

    data_dir: Path = Path("var")
    # SQLite serves one machine; several machines need PostgreSQL: postgresql+psycopg://user:secret@host/nianbao
    database_url: str = ""
    # Empty: a Valkey server of our own under data_dir. redis://host:6379/0 in production.
    broker_url: str = ""
    # Empty: a folder under data_dir. s3://bucket/prefix in production (install the extra s3).
    blob_url: str = ""

    # smtp://user:secret@host:587?starttls=1 or smtps://…; empty: mails wait in the outbox.
    smtp_url: str = ""
    # imaps://user:secret@host:993/INBOX: the mailbox of mail_from, in which mails that came back are found; empty: none.
    imap_url: str = ""
    mail_from: str = "nianbao@localhost"
    # Mails that are handed to the server in any one minute; providers turn a sender away that exceeds theirs.
    mails_per_minute: int = Field(30, ge=1)
    # Megabytes of a mail with a summary; files beyond that stay in the data folder and are named.
    mail_size_mb: int = Field(10, ge=1)
    # Where digests go for bodies whose supervising office has no address of its own; comma-separated.
    office_mail: Annotated[list[str], NoDecode] = []
    # Where "cannot tell", doubtful readings and failed work go; comma-separated, empty: nowhere but the queue page.
    ops_mail: Annotated[list[str], NoDecode] = []
    # Chats and programs that get what goes to offices, and to the ops side, by mail (alerts.channels), with white space
    # between them: wecombot://KEY dingtalk://SECRET@TOKEN feishu://TOKEN cloudevents+https://:SECRET@host/path
    office_channels: str = ""
    ops_channels: str = ""
    public_url: str = ""
    timezone: str = "Asia/Shanghai"
    # For rehearsals: a file with the moment that counts as now (``utcnow``); empty: the machine's clock.
    clock: str = ""

    # Hosts and ports on private addresses that the crawler may visit, e.g. 127.0.0.1:8080; empty: none.
    allowed_private_hosts: Annotated[list[str], NoDecode] = []
    # Seconds between two requests to one host; district portals answer 412 below one second.
    crawl_delay: float = Field(2.0, ge=0)
    user_agent: str = "Nianbao/0.1 (annual report monitor; contact: see MAIL_FROM of the operator)"
    obey_robots: bool = True
    # A Chromium that draws the pages of sources that ask for it (`agencies render`), e.g. /usr/bin/chromium; empty: none.
    browser: str = ""
    # Seconds between two looks at one source in season, or of which a body owes; a seventh as often otherwise, and 24
    # times as often close to a deadline (crawler.plan).
    crawl_interval: int = Field(24 * 3600, ge=60)
    # Seconds one crawl of one source may take before its child is stopped.
    crawl_timeout: int = Field(1800, ge=10)

    # Processes that read documents; two fit two cores.
    worker_concurrency: int = Field(2, ge=1)
    # Limits of the reading child: megabytes of address space and seconds of wall clock for one document.
    read_memory_mb: int = Field(3072, ge=512)
    read_timeout: int = Field(120, ge=5)
    # Hour of the day (in `timezone`) at which the office's digest is decided.
    digest_hour: int = Field(9, ge=0, le=23)
    log_format: str = Field("text", pattern="^(text|json)$")
    log_level: str = Field("INFO", pattern="^(DEBUG|INFO|WARNING|ERROR)$")

    @field_validator("office_mail", "ops_mail", "allowed_private_hosts", mode="before")
    @classmethod
    def _split(cls, value: Any) -> Any:
        return [part.strip() for part in value.split(",") if part.strip()] if isinstance(value, str) else value

    @field_validator("office_mail", "ops_mail")
    @classmethod
    def _addresses(cls, value: list[str]) -> list[str]:
        return [mail_address(one) for one in value]

    @field_validator("timezone")
    @classmethod
    def _known_zone(cls, value: str) -> str:
        if value not in available_timezones():
            raise ValueError(f"{value!r} is no time zone; use a name such as Asia/Shanghai")
        return value

    @model_validator(mode="after")
    def _fill(self) -> Self:
        self.data_dir = self.data_dir.expanduser().resolve()
        for name in SECRETS:
            path = os.environ.get(f"{PREFIX}{name.upper()}_FILE")
            if path:
                setattr(self, name, Path(path).read_text(encoding="utf-8").strip())
        if not self.database_url:
            self.database_url = f"sqlite:///{self.data_dir / 'nianbao.sqlite3'}"
        if not self.blob_url:
            self.blob_url = (self.data_dir / "blobs").as_uri()
        return self

    @property
    def zone(self) -> ZoneInfo:
        """The zone in which times are shown and days are counted."""
        return ZoneInfo(self.timezone)

    def displayed(self) -> dict[str, str]:
        """Every setting as text, passwords hidden: what ``nianbao doctor`` prints."""
        out = {}
        for name in type(self).model_fields:
            value = getattr(self, name)
            text = ",".join(value) if isinstance(value, list) else str(value)
            if name.endswith("_channels"):  # a token may stand anywhere in them
                text = " ".join(f"{url.partition('://')[0]}://***" for url in text.split())
            out[f"{PREFIX}{name.upper()}"] = without_secrets(text) if name in SECRETS else text
        return out


def unknown_variables() -> list[str]:
    """Names in the environment and in ``.env`` that begin like a setting's and are not: most are slips of the pen."""
    known = {f"{PREFIX}{name.upper()}" for name in Settings.model_fields}
    known |= {f"{PREFIX}{name.upper()}_FILE" for name in SECRETS}
    given = {name.upper() for name in (*os.environ, *dotenv_values(".env"))}
    return sorted(name for name in given if name.startswith(PREFIX) and name not in known)


def mail_address(text: str) -> str:
    """The text if it is one e-mail address (RFC 5322 addr-spec; a Chinese local part or domain is one, RFC 6531). Raises
    ValueError that says what is wrong: a typing slip is found when it is entered, not when a mail is due."""
    if unicodedata.normalize("NFKC", text) != text:
        raise ValueError(f"{text!r} has full-width characters; type the address in half width")
    try:
        address = Address(addr_spec="".join(c if c.isascii() else "x" for c in text))
    except (ValueError, IndexError, HeaderParseError) as error:
        raise ValueError(f"{text!r} is no e-mail address: {error}") from None
    labels = address.domain.split(".")
    if not address.username or not all(labels) or any(c.isspace() or c in ",;，；<>" for c in text):
        raise ValueError(f"{text!r} is no e-mail address; write name@host")
    return text


@lru_cache(maxsize=1)
def settings() -> Settings:
    """The settings of this process, read once. Raises BadSettings with one line for each wrong one."""
    try:
        return Settings()
    except ValidationError as error:
        lines = [f"{PREFIX}{'.'.join(str(x) for x in e['loc']).upper()}: {e['msg']}" for e in error.errors()]
        raise BadSettings("; ".join(lines)) from None
    except UnicodeDecodeError as error:
        raise BadSettings(
            f".env or a file named in {PREFIX}…_FILE is not UTF-8 (byte {error.start}): save it as UTF-8"
        ) from None
    except OSError as error:
        raise BadSettings(f"a file named in {PREFIX}…_FILE cannot be read: {error}") from None


def utcnow() -> datetime:
    """Now, aware, in UTC: for the entry points and the tasks; the core takes time as an argument.

    It is the machine's time, or that of a rehearsal, which plays a season on another day: the file ``clock`` holds the
    moment (ISO 8601, with its zone) that it was when the file was written, and time goes on from there. All processes of
    the service read the same file. Raises BadSettings where it holds none: a service must not fall back to another day."""
    path = settings().clock
    if not path:
        return datetime.now(UTC)
    try:
        moment = datetime.fromisoformat(Path(path).read_text(encoding="utf-8").strip())
        written = datetime.fromtimestamp(Path(path).stat().st_mtime, UTC)
    except (OSError, ValueError) as error:
        raise BadSettings(f"{PREFIX}CLOCK: {path} holds no moment: {error}") from None
    if moment.tzinfo is None:
        raise BadSettings(f"{PREFIX}CLOCK: {path} holds a moment without a zone; write …+08:00")
    return moment.astimezone(UTC) + (datetime.now(UTC) - written)


def child_environment(settings_: Settings) -> dict[str, str]:
    """The environment for a child process of ours: this one's, with the settings as they are now."""
    out = dict(os.environ)
    for name in Settings.model_fields:
        value = getattr(settings_, name)
        out[f"{PREFIX}{name.upper()}"] = ",".join(value) if isinstance(value, list) else str(value)
    return out
