"""Commands of the ground: the two background processes, the audit trail, the rotation of keys, backup and restore."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import click
from flask import current_app
from flask.cli import with_appcontext

from support.core import audit, backup, file_upkeep, readiness, restore, vault, worker, wrapping
from support.core.actors import SYSTEM
from support.core.backup_parts import BackupError, Tell
from support.core.clock import utcnow
from support.core.context import keys, settings
from support.core.db import db
from support.core.terminal import Command, Group, Refused, refused
from support.core.words import N_
from support.core.words import spoken as _
from support.policies.service_gates import export_backup


@click.command(
    "worker", cls=Command, help=N_("Carry out what the doorbell rings for (an rq worker).")
)
@with_appcontext
def worker_command() -> None:
    """Run the rq worker until it is stopped."""
    _refuse(readiness.wait_until_known())
    worker.run_worker()


@click.command("tick", cls=Command, help=N_("Sweep due rows and timers every five seconds."))
@with_appcontext
def tick_command() -> None:
    """Run the tick until it is stopped."""
    _refuse(readiness.wait_until_known())
    worker.run_tick()


@click.command(
    "ready", cls=Command, help=N_("Say whether this database may be served; exit 1 if not.")
)
@with_appcontext
def ready_command() -> None:
    """End with status 1 and one line where worker, tick and pages refuse this database."""
    _refuse(readiness.closed())
    click.echo(_("This database may be served."))


def _refuse(closed: readiness.Closed | None) -> None:
    if closed is not None:
        raise Refused(str(closed))
    db.session.remove()


audit_group = Group("audit", help=N_("The audit trail."))


@audit_group.command(
    "verify",
    help=N_("Walk every stream and name the first broken row of each; exit 1 if there is one."),
)
@click.option(
    "--heads",
    type=click.Path(exists=True, path_type=Path),
    help=N_("Compare with a signed file of heads."),
)
def verify_command(heads: Path | None) -> None:
    """Print the first broken row of each stream, and end with status 1 if there is one."""
    broken = list(audit.verify()) + (list(audit.verify_heads(heads)) if heads else [])
    sys.exit(_report(broken))


def _report(broken: list[audit.Broken]) -> int:
    """Say what is broken of the trail and return the status to end with."""
    for row in broken:
        facts = {"stream": row.stream, "number": row.seq, "reason": _(row.reason)}
        click.echo(_("%(stream)s row %(number)s: %(reason)s", **facts))
    click.echo(_("The audit trail is broken.") if broken else _("The audit trail is whole."))
    return 1 if broken else 0


vault_group = Group("vault", help=N_("The keys under which personal data is sealed."))


@vault_group.command(
    "prepare",
    help=N_(
        "Make the next key-encryption key; with many machines, copy it to each before rotating."
    ),
)
@with_appcontext
def prepare_command() -> None:
    """Make the next key-encryption key and name it."""
    name = keys().wrapping.prepare()
    click.echo(_("keys/%(file)s holds key %(name)s.", file=wrapping.NEXT, name=name))


@vault_group.command(
    "rotate",
    help=N_(
        "Replace the key-encryption key and wrap every data key anew; stopped, it goes on when run again."
    ),
)
@with_appcontext
def rotate_command() -> None:
    """Rotate, or finish an earlier rotation; end with status 1 where a data key is broken."""
    ring = keys().wrapping
    unfinished = ring.may_be_unfinished() and vault.waiting_for_rotation() > 0
    name = ring.present()[0] if unfinished else ring.replace()
    said = _("An earlier rotation goes on, to key %(name)s.", name=name)
    click.echo(said if unfinished else _("Rotating to key %(name)s.", name=name))
    done, broken = _rewrap(vault.waiting_for_rotation())
    audit.record_system("vault.rotated", at=utcnow(), actor=SYSTEM, key=name, done=done)
    for owner in broken:
        words = _("The key of %(owner)s is broken: what it sealed can't be read.", owner=owner)
        click.echo(words, err=True)
    click.echo(_("Data keys wrapped anew: %(number)s", number=done))
    sys.exit(1 if broken else 0)


@click.command(
    "backup",
    cls=Command,
    help=N_(
        "Write data, files and keys to a new directory below PATH, while people work. The key files in "
        "instance/keys are not in it: keep a copy of them elsewhere."
    ),
)
@click.argument("path", type=click.Path(file_okay=False, path_type=Path))
@click.option(
    "--keys",
    "only_keys",
    is_flag=True,
    help=N_("Only the people's keys and the ledger: small, to be made often."),
)
@click.option(
    "--region",
    default="",
    help=N_(
        "The region in which PATH is kept (two letters); the setting BACKUP_REGION if not given. "
        "Outside of the Chinese mainland it needs a gate."
    ),
)
@with_appcontext
def backup_command(path: Path, only_keys: bool, region: str) -> None:
    """Make a backup; end with status 1 and a reason where that is not possible, or an export without a gate."""
    try:
        export_backup(region.upper() or settings().backup_region)
        with _shown() as tell:
            made = backup.make_backup(path, tell, only_keys=only_keys)
    except BackupError as error:
        raise refused(error) from error
    if made.data:
        facts = {"path": made.data, "rows": made.rows, "files": made.files}
        click.echo(_("%(path)s: %(rows)s rows, %(files)s files", **facts))
    click.echo(
        _(
            "%(path)s: the people's keys and the ledger; only the newest two are kept",
            path=made.keys,
        )
    )
    words = _("Not in it: %(path)s. Keep a copy apart from this: without it nothing can be opened.")
    click.echo(words % {"path": settings().keys_dir})


@click.command(
    "restore",
    cls=Command,
    help=N_(
        "Bring one backup (PATH/<stamp>) back into an empty database, with the newest keys beside it; "
        "stopped, it goes on when run again."
    ),
)
@click.argument("path", type=click.Path(path_type=Path))
@with_appcontext
def restore_command(path: Path) -> None:
    """Restore; end with status 1 where it was refused, and where the restored trail is broken."""
    try:
        with _shown() as tell:
            done = restore.restore_backup(path, tell)
    except BackupError as error:
        raise refused(error) from error
    click.echo(_("Restored: %(rows)s rows, %(files)s files", rows=done.rows, files=done.files))
    click.echo(_("Taken were the newest keys, of %(stamp)s, not those of then.", stamp=done.keys))
    if done.waiting:
        words = _(
            "Jobs that wait as they did then: %(number)s; some messages may leave a second time."
        )
        click.echo(words % {"number": done.waiting})
    if done.behind:
        words = _("Erasures made since: %(number)s. Run: flask erasure replay")
        click.echo(words % {"number": done.behind})
    sys.exit(_report(done.broken))


@contextmanager
def _shown() -> Iterator[Tell]:
    """Show how far each part of the work is."""
    from rich.console import Console  # web processes import this module too, and show no progress
    from rich.progress import Progress

    with Progress(console=Console(stderr=True)) as progress:
        tasks: dict[str, Any] = {}

        def tell(words: str, done: int, total: int) -> None:
            if words not in tasks:
                tasks[words] = progress.add_task(_(words))
            progress.update(tasks[words], completed=done, total=total)

        yield tell


def _rewrap(total: int) -> tuple[int, list[str]]:
    """Wrap every data key anew and show how far it is; return (how many, the owners of broken ones)."""
    from rich.console import Console  # web processes import this module too, and show no progress
    from rich.progress import Progress

    after, done, broken = 0, 0, list[str]()
    with Progress(console=Console(stderr=True)) as progress:
        task = progress.add_task(_("wrapping data keys anew"), total=total)
        while (batch := vault.rewrap_some(after)) is not None:
            after, done = batch.last, done + batch.done
            broken += batch.broken
            progress.update(task, completed=done + len(broken))
            db.session.remove()
    return done, broken


def write_heads(now: datetime) -> None:
    """Write the day's signed heads (a periodic task)."""
    audit.write_heads(Path(current_app.instance_path) / "audit", now)


def rescan_files(now: datetime) -> None:
    """Scan a few of the files that wait for the virus scanner (a periodic task)."""
    file_upkeep.rescan_pending(5, now)


def sweep_orphan_files(now: datetime) -> None:
    """Remove files without a row and rows without a file (a periodic task)."""
    file_upkeep.sweep_orphans(now)
