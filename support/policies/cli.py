"""`flask retention run`: what is over its time goes now, or is only counted."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable

import click
from flask.cli import with_appcontext

from support.core.actors import SYSTEM
from support.core.clock import utcnow
from support.core.db import db
from support.core.terminal import Command, Group
from support.core.words import N_
from support.core.words import spoken as _
from support.policies import queries_retention as queries
from support.policies import service_retention as service
from support.policies.models_retention import RunState

retention_group = Group("retention", help=N_("How long data is kept."))
_SLICE = 5.0


@retention_group.command(
    "run",
    cls=Command,
    help=N_(
        "Delete what is over its time, or make it anonymous; stopped, it goes on when run again."
    ),
)
@click.option("--dry-run", is_flag=True, help=N_("Count only; nothing is touched."))
@with_appcontext
def run_command(dry_run: bool) -> None:
    """Begin a run, or go on with the open one, show how far it is, and end with status 1 where it failed."""
    run_id = service.begin_run(SYSTEM, dry=dry_run).id
    _carry_out(run_id)
    for part in queries.parts_of(run_id):
        if part.found or part.held or part.error:
            click.echo(_(_LINE, code=part.code, found=part.found, done=part.done, held=part.held))
        if part.error:
            click.echo(_("%(code)s failed: %(error)s", code=part.code, error=part.error), err=True)
    run = queries.run_by_id(run_id)
    if run.status is RunState.FAILED:
        if run.reason:
            click.echo(
                _("Nobody says how long this is kept: %(classes)s", classes=run.reason), err=True
            )
        sys.exit(1)
    total = queries.totals_of(run_id)
    click.echo(_(_SUM, found=total.found, done=total.done, held=total.held))


_LINE = N_("%(code)s: over %(found)s, done %(done)s, held %(held)s")
_SUM = N_("In all: over %(found)s, done %(done)s, held %(held)s")


def _carry_out(run_id: int) -> None:
    """Work on the run until it is over; wait while the tick works on it."""
    from rich.console import Console  # web processes import this room too, and show no progress
    from rich.progress import Progress

    with Progress(console=Console(stderr=True)) as progress:
        task = progress.add_task(_("what is over its time"), total=None)
        told = _teller(
            run_id, lambda done, found: progress.update(task, completed=done, total=found)
        )
        while queries.run_by_id(run_id).is_open:
            if not service.go_on(run_id, utcnow(), seconds=_SLICE, told=told):
                db.session.rollback()
                if queries.run_by_id(run_id).is_open:
                    time.sleep(0.5)
            told()
            db.session.remove()


def _teller(run_id: int, show: Callable[[int, int], None]) -> Callable[[], None]:
    """Return what shows how far the run is, ten times a second at most."""
    shown = 0.0

    def told() -> None:
        nonlocal shown
        if time.monotonic() - shown < 0.1:
            return
        shown = time.monotonic()
        total = queries.totals_of(run_id)
        show(total.done, total.found)
        db.session.rollback()

    return told
