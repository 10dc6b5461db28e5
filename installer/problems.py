"""What is missing or unsafe in this installation, each with its one-line fix."""

from __future__ import annotations

import os
import stat
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import redis
from flask import current_app
from sqlalchemy import inspect, text
from sqlalchemy.exc import SQLAlchemyError

from installer.answers import SETTINGS
from support.accounts import queries as accounts
from support.core import doorbell, platform_door, readiness
from support.core.actors import Role
from support.core.clock import utcnow
from support.core.config import SETTINGS_FILE, ConfigError
from support.core.context import settings
from support.core.db import db
from support.core.installation import Installation, is_demo
from support.core.words import N_
from support.core.words import spoken as _
from support.notifications import approved, letters
from support.policies import queries as policies
from support.verification import bank

_LOOPBACK = ("localhost", "127.0.0.1", "::1")
_NETWORK_FILE_SYSTEMS = ("nfs", "cifs", "smb", "9p", "afs", "ceph", "glusterfs", "lustre", "davfs")
_LOOK_AGAIN_SECONDS = 5.0
Check = Callable[[], Iterator["Problem"]]


@dataclass(frozen=True, slots=True)
class Problem:
    """One finding of `flask check`, in the language of the terminal.

    A `blocking` one keeps the pages closed until it is gone.
    """

    code: str
    words: str
    fix: str
    blocking: bool = False


def all_problems() -> list[Problem]:
    """Return every problem of this installation, blocking ones first; a demo is spared what it can't have."""
    found, readable = [], True
    for check in (*_CHECKS, *_CHECKS_OF_A_REAL_DESK):
        try:
            if check in _CHECKS or not is_demo():
                found += list(check())
        except SQLAlchemyError:
            db.session.rollback()
            readable = False
    if not readable and all(problem.code != "migrations" for problem in found):
        found.append(Problem("database", _("The database can't be read."), _("check DATABASE_URL")))
    return sorted(found, key=lambda problem: not problem.blocking)


def blocking_problems() -> list[Problem]:
    """Return what keeps the pages closed: a database older than the ledger of erasures, or half restored; but for a
    demo also no own policy, no operator, http for others.

    Cheap enough for every request: once open, it stays open; until then it looks every five seconds.
    """
    state: _Kept = current_app.extensions.setdefault("blocking_problems", _Kept())
    if state.open or time.monotonic() < state.fresh_until:
        return state.found
    checks = (_readiness,) if is_demo() else (_readiness, _operator, _policy, _address)
    state.found = [each for check in checks for each in check() if each.blocking]
    state.open = not state.found
    state.fresh_until = time.monotonic() + _LOOK_AGAIN_SECONDS
    return state.found


class _Kept:
    """What a process found the last time it looked."""

    def __init__(self) -> None:
        self.open = False
        self.fresh_until = 0.0
        self.found: list[Problem] = []


def migrations_pending() -> bool:
    """True when the database lacks migrations that this code knows."""
    versions = Path(current_app.root_path) / "migrations" / "versions"
    newest = max(path.name[:4] for path in versions.glob("[0-9]*.py"))
    with db.engine.connect() as connection:
        if not inspect(connection).has_table("alembic_version"):
            return True
        found = connection.execute(text("SELECT version_num FROM alembic_version"))
        return found.scalars().all() != [newest]


def _database() -> Iterator[Problem]:
    if migrations_pending():
        words = _("The database is not at the newest migration.")
        yield Problem("migrations", words, "flask db upgrade")


def _readiness() -> Iterator[Problem]:
    if closed := readiness.closed():
        yield Problem("readiness", closed.problem, closed.fix, blocking=True)


def _mark() -> Iterator[Problem]:
    if db.session.get(Installation, 1) is None:
        words = _("This instance was never set up.")
        yield Problem("mark", words, _("flask setup (or make run for a demo)"))
    if is_demo() and settings().public_host not in _LOOPBACK:
        yield Problem(
            "demo",
            _("This is a demo, but its address is %(address)s.", address=settings().public_url),
            _("a demo can't become a desk: run flask setup with a new INSTANCE_DIR"),
        )


def _files() -> Iterator[Problem]:
    config = settings()
    private = [
        (config.keys_dir, 0o700),
        *((path, 0o600) for path in sorted(config.keys_dir.glob("[a-z]*"))),
        (config.instance_dir / SETTINGS_FILE, 0o600),
    ]
    for path, mode in private:
        if path.exists() and stat.S_IMODE(path.stat().st_mode) & 0o077:
            name = path.relative_to(config.instance_dir)
            words = _("Others can read %(file)s.", file=name)
            yield Problem("modes", words, f"chmod {mode:o} {path}")


def _debug() -> Iterator[Problem]:
    if current_app.debug:
        yield Problem("debug", _("Debug is on: an error page shows code."), "unset FLASK_DEBUG")


def _engine() -> Iterator[Problem]:
    url = settings().database_url
    if url.startswith("sqlite:///"):
        kind = file_system_of(Path(url.removeprefix("sqlite:///")).parent)
        if kind.removeprefix("fuse.").startswith((*_NETWORK_FILE_SYSTEMS, "sshfs")):
            yield Problem(
                "sqlite",
                _(
                    "SQLite lies on a network file system (%(kind)s); locks there lose data.",
                    kind=kind,
                ),
                _("move INSTANCE_DIR to a local disk, or set DATABASE_URL to PostgreSQL"),
            )


def file_system_of(path: Path, mounts: Path = Path("/proc/mounts")) -> str:
    """Return the type of the file system that holds `path` (`ext4`, `nfs4`); "" where the system does not tell."""
    if not mounts.exists():
        return ""
    inside = os.path.realpath(path)
    best, kind = -1, ""
    for line in mounts.read_text("utf-8").splitlines():
        _device, point, each, *_rest = line.split(" ")
        point = point.replace("\\040", " ")
        holds = inside == point or inside.startswith(point.rstrip("/") + "/")
        if holds and len(point) >= best:
            best, kind = len(point), each
    return kind


def _valkey() -> Iterator[Problem]:
    url = settings().redis_url
    if not url:
        yield Problem(
            "valkey",
            _("No Valkey or Redis: limits count in each process alone and jobs wait for the tick."),
            _("set REDIS_URL"),
        )
        return
    try:
        memory = doorbell.connect(url).info("memory")
    except redis.RedisError:
        yield Problem(
            "valkey", _("The Valkey does not answer."), _("start it, or correct REDIS_URL")
        )
        return
    policy = memory.get("maxmemory_policy") if isinstance(memory, dict) else None
    if policy != "noeviction":
        yield Problem(
            "eviction",
            _(
                "The Valkey may throw jobs away when it is full (maxmemory-policy %(policy)s).",
                policy=policy,
            ),
            _("valkey-cli config set maxmemory-policy noeviction, and in its configuration file"),
        )


def _environment() -> Iterator[Problem]:
    shadowed = [name.upper() for name in SETTINGS if name.upper() in os.environ]
    if shadowed and (settings().instance_dir / SETTINGS_FILE).exists():
        yield Problem(
            "environment",
            _(
                "The environment overrides what flask setup wrote: %(names)s.",
                names=", ".join(shadowed),
            ),
            _("unset %(names)s, or remove them from the service's file", names=" ".join(shadowed)),
        )


def _operator() -> Iterator[Problem]:
    config = settings()
    for name, words, blocking in (
        ("operator_name", N_("Nobody is named as the operator."), True),
        ("operator_name_zh", N_("The operator has no Chinese name."), False),
        ("operator_department", N_("No responsible department is named."), False),
        ("operator_department_zh", N_("The department has no Chinese name."), False),
        ("operator_phone", N_("No telephone is shown."), False),
    ):
        if not getattr(config, name):
            fix = _("flask setup (setting %(name)s)", name=name)
            yield Problem("operator", _(words), fix, blocking=blocking)


def _policy() -> Iterator[Problem]:
    version = policies.current_version(utcnow())
    if version is None or version.sample:
        yield Problem(
            "policy",
            _("The policy is still the sample.") if version else _("There is no policy text."),
            "flask policy publish LABEL --en policy.en.md --zh policy.zh.md",
            blocking=True,
        )


def _address() -> Iterator[Problem]:
    """Over http every session could be read on its way; on this machine alone nothing is on its way."""
    config = settings()
    if not config.secure:
        words = _("People reach us by %(address)s.", address=config.public_url)
        fix = _("flask setup (an https:// address)")
        yield Problem("http", words, fix, blocking=not set(config.hosts) <= set(_LOOPBACK))


def _doors() -> Iterator[Problem]:
    config = settings()
    if not config.smtp_url:
        words = _("No mail server: codes and notices can't leave.")
        yield Problem("mail", words, _("flask setup (mail)"))
    elif not config.mail_from:
        fix = _("flask setup (setting %(name)s)", name="mail_from")
        yield Problem("mail", _("No sender address for mails."), fix)
    if not config.sms_url:
        words = _("No SMS door: mobile numbers can't be proved.")
        yield Problem("sms", words, _("flask setup (SMS)"))
    elif config.sms_url.startswith("aliyun:"):
        yield from _templates()
    try:
        bank.check_door()
    except ConfigError as error:
        yield Problem("bank", str(error), _("correct the file"))


def _templates() -> Iterator[Problem]:
    """A provider that fills approved templates sends no message that has none."""
    config = settings()
    if not list(approved.areas(config)):
        words = _("Alibaba Cloud sends nothing without an approved sign.")
        yield Problem("sms_sign", words, _("flask setup (SMS)"))
    try:
        lacking = approved.missing(config, letters.sms_messages())
    except ConfigError as error:
        yield Problem("sms_templates", str(error), _("correct the file"))
        return
    for each in lacking:
        words = _(
            "No approved SMS template (%(part)s): %(names)s.",
            part=f"{each.area}.{each.language}",
            names=", ".join(each.messages),
        )
        yield Problem("sms_templates", words, _("flask sms templates, docs/sms.md"))


def _platform() -> Iterator[Problem]:
    """A door set by halves lets everything wait; none at all is a choice."""
    for words in platform_door.problems(settings()):
        yield Problem(
            "platform", _(words), _("set PLATFORM_URL and PLATFORM_SECRET, docs/platform.md")
        )


def _people() -> Iterator[Problem]:
    admins = accounts.staff(Role.ADMIN)
    if not any(each.has_factor for each in admins):
        if admins:
            words = _("No administrator has a second factor yet.")
            yield Problem("admin", words, _("sign in as administrator and set it"))
        else:
            words = _("There is no administrator.")
            yield Problem("admin", words, _("flask setup (first administrator)"))
    roles = [role for role in Role if role != Role.ADMIN and not accounts.staff_count(role)]
    if roles:
        words = _("Nobody is: %(roles)s.", roles=", ".join(_(role.title) for role in roles))
        yield Problem("roles", words, _("give the roles at /admin/people"))


def _training() -> Iterator[Problem]:
    if not settings().training_required:
        words = _("Nothing asks whether the staff were trained before they read personal data.")
        fix = _("record the trainings at /admin/people, then set TRAINING_REQUIRED=true")
        yield Problem("training", words, fix)


_CHECKS: tuple[Check, ...] = (
    _database,
    _readiness,
    _mark,
    _files,
    _debug,
    _engine,
    _valkey,
    _environment,
)
_CHECKS_OF_A_REAL_DESK: tuple[Check, ...] = (
    _operator,
    _policy,
    _address,
    _doors,
    _platform,
    _people,
    _training,
)
