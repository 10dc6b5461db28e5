"""Configuration: one flat typed object, read once from the settings file and the environment.

`flask setup` writes `gongdan.toml` into the instance directory; an environment variable of the same
name in capitals wins over it. Secrets are never in it: keys are files (`core.keys`), passwords of
services stand in their URLs.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any, get_type_hints
from urllib.parse import urlsplit


class ConfigError(Exception):
    """A setting is missing, malformed or unsafe; the text names it and says what it should be."""


@dataclass(frozen=True, slots=True)
class Config:
    """Every setting. Paths are absolute; URLs carry their own credentials; lists are comma-separated."""

    instance_dir: Path
    database_url: str = ""
    redis_url: str = ""
    public_url: str = "http://localhost:8000"
    allowed_hosts: tuple[str, ...] = ()
    smtp_url: str = ""
    mail_from: str = ""
    sms_url: str = ""
    files_url: str = ""
    scanner_command: str = ""
    trusted_proxies: int = 0
    operator_name: str = ""
    operator_name_zh: str = ""
    operator_department: str = ""
    operator_department_zh: str = ""
    operator_phone: str = ""
    operator_hours: str = "Mon-Fri 09:00-18:00"
    operator_timezone: str = "Asia/Shanghai"
    operator_complaints: str = ""
    filing_numbers: tuple[str, ...] = ()
    guest_orders_per_hour: int = 60
    """From one network address (IPv6: one /64) without an account; raise it where many people share one."""
    guest_megabytes_per_hour: int = 500
    person_orders_per_hour: int = 60
    """From one member or guest who is signed in."""
    person_replies_per_hour: int = 120
    person_megabytes_per_hour: int = 600
    log_format: str = "json"
    testing: bool = False

    @property
    def secure(self) -> bool:
        """True when people reach us by https: decides the cookie's name and flags."""
        return urlsplit(self.public_url).scheme == "https"

    @property
    def public_host(self) -> str:
        """The host name (without port) under which people reach us."""
        return urlsplit(self.public_url).hostname or ""

    @property
    def hosts(self) -> list[str]:
        """The Host headers that are answered; anything else gets 400."""
        return sorted({self.public_host, *self.allowed_hosts})

    @property
    def keys_dir(self) -> Path:
        """Where the key files are (mode 0700)."""
        return self.instance_dir / "keys"

    @property
    def outgoing_dir(self) -> Path:
        """Where the demo writes mails and SMS instead of sending them."""
        return self.instance_dir / "outgoing"

    def with_changes(self, **changes: Any) -> Config:
        """Return a copy with `changes`, checked like the original."""
        return _checked(replace(self, **changes))


SETTINGS_FILE = "gongdan.toml"


def load(environ: Mapping[str, str] = os.environ) -> Config:
    """Read the settings file and the environment into a checked `Config`; raise `ConfigError` with the reason."""
    instance = Path(environ.get("INSTANCE_DIR", "instance")).absolute()
    settings: dict[str, Any] = {}
    path = instance / SETTINGS_FILE
    if path.exists():
        try:
            settings = tomllib.loads(path.read_text("utf-8"))
        except tomllib.TOMLDecodeError as error:
            raise ConfigError(f"{path.name}: {error}") from error
    known = {field.name for field in fields(Config)} - {"instance_dir"}
    if unknown := sorted(set(settings) - known):
        raise ConfigError(f"{path.name}: unknown setting {', '.join(unknown)}")
    settings.update({name: environ[name.upper()] for name in known if name.upper() in environ})
    hints = get_type_hints(Config)
    values = {name: _read(name, value, hints[name]) for name, value in settings.items()}
    return _checked(Config(instance_dir=instance, **values))


def _read(name: str, value: Any, kind: Any) -> Any:
    if kind is bool:
        if str(value).lower() not in ("0", "1", "true", "false"):
            raise ConfigError(f"{name} must be true or false, not {value!r}")
        return str(value).lower() in ("1", "true")
    if kind is int:
        try:
            return int(value)
        except ValueError as error:
            raise ConfigError(f"{name} must be a whole number, not {value!r}") from error
    if kind is str:
        return str(value).strip()
    items = value.split(",") if isinstance(value, str) else value
    return tuple(str(item).strip() for item in items if str(item).strip())


def _checked(config: Config) -> Config:
    url = urlsplit(config.public_url)
    if url.scheme not in ("http", "https") or not url.hostname or url.path.strip("/"):
        raise ConfigError(
            f"public_url must be like https://support.example.com, not {config.public_url!r}"
        )
    for name in (each.name for each in fields(Config) if each.name.endswith("_per_hour")):
        if getattr(config, name) < 1:
            raise ConfigError(f"{name} must be 1 or more")
    database = config.database_url
    if database.startswith(("postgres://", "postgresql://")):
        database = "postgresql+psycopg://" + database.split("://", 1)[1]
    elif not database:
        database = f"sqlite:///{config.instance_dir / 'gongdan.db'}"
    if not database.startswith(("sqlite:///", "postgresql+psycopg://")):
        raise ConfigError("database_url must begin with postgresql:// or sqlite:///")
    return replace(config, database_url=database, public_url=config.public_url.rstrip("/"))
