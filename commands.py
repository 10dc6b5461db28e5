"""Commands of the ground: the two background processes and the check of the audit trail."""

from __future__ import annotations

import sys
from datetime import datetime
from pathlib import Path

import click
from flask import current_app
from flask.cli import with_appcontext

from support.core import audit, file_upkeep, worker
from support.core.terminal import Command, Group
from support.core.words import N_
from support.core.words import spoken as _


@click.command(
    "worker", cls=Command, help=N_("Carry out what the doorbell rings for (an rq worker).")
)
@with_appcontext
def worker_command() -> None:
    """Run the rq worker until it is stopped."""
    worker.run_worker()


@click.command("tick", cls=Command, help=N_("Sweep due rows and timers every five seconds."))
@with_appcontext
def tick_command() -> None:
    """Run the tick until it is stopped."""
    worker.run_tick()


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
    for row in broken:
        facts = {"stream": row.stream, "number": row.seq, "reason": _(row.reason)}
        click.echo(_("%(stream)s row %(number)s: %(reason)s", **facts))
    click.echo(_("The audit trail is broken.") if broken else _("The audit trail is whole."))
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
