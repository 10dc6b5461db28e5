"""Commands of the ground: the two background processes, the check of the audit trail, the rotation of keys."""

from __future__ import annotations

import sys
from datetime import datetime
from pathlib import Path

import click
from flask import current_app
from flask.cli import AppGroup, with_appcontext

from support.core import audit, file_upkeep, vault, worker, wrapping
from support.core.actors import SYSTEM
from support.core.clock import utcnow
from support.core.context import keys
from support.core.db import db


@click.command("worker")
@with_appcontext
def worker_command() -> None:
    """Carry out what the doorbell rings for (an rq worker)."""
    worker.run_worker()


@click.command("tick")
@with_appcontext
def tick_command() -> None:
    """Sweep due rows and timers every five seconds."""
    worker.run_tick()


audit_group = AppGroup("audit", help="The audit trail.")


@audit_group.command("verify")
@click.option(
    "--heads",
    type=click.Path(exists=True, path_type=Path),
    help="Compare with a signed file of heads.",
)
def verify_command(heads: Path | None) -> None:
    """Walk every stream and name the first broken row of each; exit 1 if there is one."""
    broken = list(audit.verify()) + (list(audit.verify_heads(heads)) if heads else [])
    for row in broken:
        click.echo(f"{row.stream} row {row.seq}: {row.reason}")
    click.echo("The audit trail is broken." if broken else "The audit trail is whole.")
    sys.exit(1 if broken else 0)


vault_group = AppGroup("vault", help="The keys under which personal data is sealed.")


@vault_group.command("prepare")
@with_appcontext
def prepare_command() -> None:
    """Make the next key-encryption key. With many machines, copy it to each before `flask vault rotate`."""
    name = keys().wrapping.prepare()
    click.echo(f"keys/{wrapping.NEXT} holds key {name}.")


@vault_group.command("rotate")
@with_appcontext
def rotate_command() -> None:
    """Replace the key-encryption key and wrap every data key anew; stopped at any point, it goes on when run again."""
    ring = keys().wrapping
    unfinished = ring.may_be_unfinished() and vault.waiting_for_rotation() > 0
    name = ring.present()[0] if unfinished else ring.replace()
    click.echo(f"{'An earlier rotation goes on' if unfinished else 'Rotating'} to key {name}.")
    done, broken = _rewrap(vault.waiting_for_rotation())
    audit.record_system("vault.rotated", at=utcnow(), actor=SYSTEM, key=name, done=done)
    for owner in broken:
        click.echo(f"The key of {owner} is broken: what it sealed can't be read.", err=True)
    click.echo(f"{done} data keys were wrapped anew.")
    sys.exit(1 if broken else 0)


def _rewrap(total: int) -> tuple[int, list[str]]:
    """Wrap every data key anew and show how far it is; return (how many, the owners of broken ones)."""
    from rich.console import Console  # web processes import this module too, and show no progress
    from rich.progress import Progress

    after, done, broken = 0, 0, list[str]()
    with Progress(console=Console(stderr=True)) as progress:
        task = progress.add_task("wrapping data keys anew", total=total)
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
