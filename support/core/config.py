"""Configuration: one flat typed object, read once from the settings file and the environment.

`flask setup` writes `gongdan.toml` into the instance directory; an environment variable of the same
name in capitals wins over it. Our own secrets are never in it: keys are files (`core.keys`). Passwords of services
stand in their URLs, and what another service gave us to sign in with its accounts stands beside its id.
"""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any, get_type_hints
from urllib.parse import urlsplit

from support.core.words import N_, spoken


class ConfigError(Exception):
    """A setting is missing, malformed or unsafe; the text names it and says what it should be.

    `words` is a message id with `%(name)s` fields in `facts`, as in a `DomainError`; as a text it speaks the
    language of the terminal, since the one who reads it starts something there.
    """

    def __init__(self, words: str, **facts: Any) -> None:
        self.words = words
        self.facts = facts
        super().__init__(words)

    def __str__(self) -> str:
        return spoken(self.words, **self.facts)


UNREADABLE = N_("%(file)s can't be read: %(reason)s")


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
    """A bridge by https, or aliyun://KEY_ID:SECRET@dysmsapi.aliyuncs.com (`docs/sms.md`)."""
    sms_sign: str = ""
    sms_sign_abroad: str = ""
    """With Alibaba Cloud: the approved signs for mainland numbers and for all others; without one, none goes there."""
    bank_url: str = ""
    """The bridge that sends the payments by which a company shows its bank account (`docs/bank.md`)."""
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
    filing_numbers_zh: tuple[str, ...] = ()
    """What Chinese pages show instead, where the numbers stand in words; without it all pages show the same."""
    guest_orders_per_hour: int = 60
    """From one network address (IPv6: one /64) without an account; raise it where many people share one."""
    guest_megabytes_per_hour: int = 500
    person_orders_per_hour: int = 60
    """From one member or guest who is signed in."""
    person_replies_per_hour: int = 120
    person_megabytes_per_hour: int = 600
    dmca_agent: bool = False
    """A designated agent is registered with the US Copyright Office: filers of copyright notices may ask for US law."""
    training_required: bool = False
    """Staff read personal data only while their training is valid (PP-7.1). Off at first, since nobody has one on
    record yet and all would stand before closed doors; `flask check` names it until it is on."""
    policy_comment_days: int = 7
    """How long a major version of the policy is open for comment at least, and between its announcement and its day."""
    policy_lead_days: int = 30
    database_region: str = "CN"
    """Where each store stands, as the two letters of a region; everywhere but CN is an export (PP-7.6)."""
    files_region: str = "CN"
    backup_region: str = "CN"
    outgoing_region: str = "CN"
    platform_url: str = ""
    """Where the operator's platform takes calls (`docs/platform.md`); without it they are answered here."""
    platform_secret: str = field(default="", repr=False)
    platform_secret_before: str = field(default="", repr=False)
    """While a secret is replaced: both sign, both are taken."""
    platform_answer_minutes: int = 240
    """How long a call may go without an answer before administrators are told, and those that stop an intruder."""
    platform_urgent_minutes: int = 15
    listing_urls: tuple[str, ...] = ()
    """What addresses of the platform's listings look like: regular expressions with a group named `item`. In the
    environment commas stand between them, so that one with a comma belongs into the file."""
    listing_check_url: str = ""
    """Where the platform says which listings are there (`docs/platform.md`); else links are looked at by hand."""
    oidc_issuer: str = ""
    """The operator's own account service (OpenID Connect), such as https://account.example.com."""
    oidc_title: str = ""
    oidc_title_zh: str = ""
    oauth_oidc_id: str = ""
    oauth_oidc_secret: str = field(default="", repr=False)
    oauth_taobao_id: str = ""
    oauth_taobao_secret: str = field(default="", repr=False)
    oauth_taobao_urls: tuple[str, ...] = ()
    oauth_1688_id: str = ""
    oauth_1688_secret: str = field(default="", repr=False)
    oauth_1688_urls: tuple[str, ...] = ()
    oauth_dingtalk_id: str = ""
    oauth_dingtalk_secret: str = field(default="", repr=False)
    oauth_dingtalk_urls: tuple[str, ...] = ()
    oauth_alipay_id: str = ""
    oauth_alipay_secret: str = field(default="", repr=False)
    oauth_alipay_urls: tuple[str, ...] = ()
    oauth_weibo_id: str = ""
    oauth_weibo_secret: str = field(default="", repr=False)
    oauth_weibo_urls: tuple[str, ...] = ()
    """Of a sandbox, by place: its sign-in page, its token endpoint, its profile; what is left out stays as usual."""
    retention_orders_months: int = 36
    """How long each class of data is kept (`docs/retention.md`); none can be below what the law asks for."""
    retention_messages_months: int = 36
    retention_sign_ins_months: int = 6
    retention_rights_months: int = 36
    retention_conduct_months: int = 36
    retention_penalties_months: int = 36
    retention_consents_months: int = 36
    retention_sharing_months: int = 36
    cessation_notice_days: int = 30
    """Before the service ends (`docs/cessation.md`): from the announcement to the end of the last day, 30 at least."""
    cessation_export_days: int = 30
    """How long people may take their data along after the last day, before it is deleted."""
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

    def texts_reach(self, number: str) -> bool:
        """True where a text can leave for `number` (E.164): a provider's API needs a sign for its part of the world."""
        if not self.sms_url.startswith("aliyun:"):
            return bool(self.sms_url)
        return bool(self.sms_sign if number.startswith("+86") else self.sms_sign_abroad)

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


RETENTION_MONTHS: Mapping[str, tuple[str, int]] = {
    "orders": ("retention_orders_months", 36),
    "messages": ("retention_messages_months", 36),
    "sign_ins": ("retention_sign_ins_months", 6),
    "rights": ("retention_rights_months", 36),
    "conduct": ("retention_conduct_months", 36),
    "penalties": ("retention_penalties_months", 36),
    "consents": ("retention_consents_months", 36),
    "sharing": ("retention_sharing_months", 36),
}
"""The classes of data that are kept for months: their setting, and the fewest months (`law.md` 3.1)."""
MOST_MONTHS = 120
CESSATION_DAYS: Mapping[str, int] = {"cessation_notice_days": 30, "cessation_export_days": 30}
"""The fewest days: ECL 16 asks for the notice, and people get as long to take their data along."""
MOST_CESSATION_DAYS = 730
LEAST_POLICY_DAYS = 7
"""ECL 34: rules are open for comment, and made public seven days before they take effect."""
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
            raise ConfigError(UNREADABLE, file=path.name, reason=error) from error
    known = {field.name for field in fields(Config)} - {"instance_dir"}
    if unknown := sorted(set(settings) - known):
        raise ConfigError(
            N_("%(file)s: unknown setting %(names)s"), file=path.name, names=", ".join(unknown)
        )
    settings.update({name: environ[name.upper()] for name in known if name.upper() in environ})
    hints = get_type_hints(Config)
    values = {name: _read(name, value, hints[name]) for name, value in settings.items()}
    return _checked(Config(instance_dir=instance, **values))


def _read(name: str, value: Any, kind: Any) -> Any:
    if kind is bool:
        if str(value).lower() not in ("0", "1", "true", "false"):
            raise ConfigError(
                N_("%(name)s must be true or false, not %(value)s"), name=name, value=repr(value)
            )
        return str(value).lower() in ("1", "true")
    if kind is int:
        try:
            return int(value)
        except ValueError as error:
            raise ConfigError(
                N_("%(name)s must be a whole number, not %(value)s"), name=name, value=repr(value)
            ) from error
    if kind is str:
        return str(value).strip()
    items = value.split(",") if isinstance(value, str) else value
    return tuple(str(item).strip() for item in items if str(item).strip())


def _checked(config: Config) -> Config:
    url = urlsplit(config.public_url)
    if url.scheme not in ("http", "https") or not url.hostname or url.path.strip("/"):
        raise ConfigError(
            N_("public_url must be like https://support.example.com, not %(value)s"),
            value=repr(config.public_url),
        )
    counted = ("_per_hour", "_minutes")
    for name in (each.name for each in fields(Config) if each.name.endswith(counted)):
        if getattr(config, name) < 1:
            raise ConfigError(N_("%(name)s must be 1 or more"), name=name)
    for name in ("policy_comment_days", "policy_lead_days"):
        if getattr(config, name) < LEAST_POLICY_DAYS:
            raise ConfigError(
                N_("%(name)s must be %(least)s or more, which the law asks for"),
                name=name,
                least=LEAST_POLICY_DAYS,
            )
    bounds = [(name, least, MOST_MONTHS) for name, least in RETENTION_MONTHS.values()]
    bounds += [(name, least, MOST_CESSATION_DAYS) for name, least in CESSATION_DAYS.items()]
    for name, least, most in bounds:
        if not least <= getattr(config, name) <= most:
            raise ConfigError(
                N_("%(name)s must be between %(least)s, which the law asks for, and %(most)s"),
                name=name,
                least=least,
                most=most,
            )
    _check_regions(config)
    _check_other_accounts(config)
    _check_listings(config)
    database = config.database_url
    if database.startswith(("postgres://", "postgresql://")):
        database = "postgresql+psycopg://" + database.split("://", 1)[1]
    elif not database:
        database = f"sqlite:///{config.instance_dir / 'gongdan.db'}"
    if not database.startswith(("sqlite:///", "postgresql+psycopg://")):
        raise ConfigError(N_("database_url must begin with postgresql:// or sqlite:///"))
    return replace(config, database_url=database, public_url=config.public_url.rstrip("/"))


_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
OTHER_ACCOUNTS = ("taobao", "1688", "dingtalk", "alipay", "weibo")


def is_guarded(address: str) -> bool:
    """True for an https address, or one on this machine: nobody between can read or change what goes there."""
    url = urlsplit(address)
    return bool(url.hostname) and (
        url.scheme == "https" or (url.scheme == "http" and url.hostname in _LOOPBACK)
    )


def _check_regions(config: Config) -> None:
    """A region is two capital letters, as contracts and gates name it."""
    for name in (each.name for each in fields(Config) if each.name.endswith("_region")):
        if not re.fullmatch("[A-Z]{2}", getattr(config, name)):
            raise ConfigError(
                N_("%(name)s must be the two letters of a region, such as CN, not %(value)s"),
                name=name,
                value=repr(getattr(config, name)),
            )


def _check_listings(config: Config) -> None:
    """Addresses of listings can be read, and no one between hears which of them are asked about."""
    for pattern in config.listing_urls:
        try:
            named = "item" in re.compile(pattern).groupindex
        except re.error:
            named = False
        if not named:
            raise ConfigError(
                N_("listing_urls: %(value)s must be a regular expression with a group named item"),
                value=repr(pattern),
            )
    if config.listing_check_url and not is_guarded(config.listing_check_url):
        raise ConfigError(N_("%(name)s must begin with https://"), name="listing_check_url")


def _check_other_accounts(config: Config) -> None:
    """The accounts of other services: an id comes with its secret, and no address is open to eavesdroppers."""
    addresses = {"oidc_issuer": (config.oidc_issuer,) if config.oidc_issuer else ()}
    for name in OTHER_ACCOUNTS:
        addresses[f"oauth_{name}_urls"] = getattr(config, f"oauth_{name}_urls")
        if getattr(config, f"oauth_{name}_id") and not getattr(config, f"oauth_{name}_secret"):
            raise ConfigError(N_("%(name)s is missing"), name=f"oauth_{name}_secret")
    if config.oauth_oidc_id and not config.oidc_issuer:
        raise ConfigError(N_("%(name)s is missing"), name="oidc_issuer")
    for name, given in addresses.items():
        if len(given) > 3 or not all(is_guarded(address) for address in given):
            raise ConfigError(N_("%(name)s must be https:// addresses, at most three"), name=name)
