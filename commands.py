"""Commands of the ground: the two background processes and the check of the audit trail."""

from __future__ import annotations

import sys
from datetime import datetime
from pathlib import Path

import click
from flask import current_app
from flask.cli import AppGroup, with_appcontext

from support.core import audit, file_upkeep, worker


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


def write_heads(now: datetime) -> None:
    """Write the day's signed heads (a periodic task)."""
    audit.write_heads(Path(current_app.instance_path) / "audit", now)


def rescan_files(now: datetime) -> None:
    """Scan a few of the files that wait for the virus scanner (a periodic task)."""
    file_upkeep.rescan_pending(5, now)


def sweep_orphan_files(now: datetime) -> None:
    """Remove files without a row and rows without a file (a periodic task)."""
    file_upkeep.sweep_orphans(now)
