"""`flask demo`: the example desk, and on top of it as many synthetic orders as a measurement needs."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import click
from flask import current_app
from flask.cli import with_appcontext

from demo.bulk import add_orders
from demo.load import NotEmpty, load_demo
from support.core.terminal import Command
from support.core.words import N_
from support.core.words import spoken as _


@click.command(
    "demo",
    cls=Command,
    help=N_("Fill an empty instance with example people and work orders; again changes nothing."),
)
@click.option(
    "--orders",
    type=click.IntRange(0, 10_000_000),
    default=0,
    metavar="N",
    help=N_("Add N synthetic work orders as well."),
)
@with_appcontext
def demo_command(orders: int) -> None:
    """Load the demo, and on top of it `orders` synthetic work orders."""
    try:
        loaded = load_demo(Path(current_app.instance_path), _tracked(_("Example work orders")))
    except NotEmpty:
        click.echo(_("This instance is no demo; it is left as it is."))
        sys.exit(1 if orders else 0)
    click.echo(
        _("The demo is loaded; `make logins` shows who can sign in.")
        if loaded
        else _("The demo is there.")
    )
    if orders:
        add_orders(orders, _tracked(_("Synthetic work orders")))


def _tracked(words: str) -> Any:
    from rich.console import Console  # web processes import this room too, and show no progress
    from rich.progress import track

    def tracked(sequence: Sequence[Any]) -> Iterable[Any]:
        return track(sequence, words, console=Console(stderr=True), transient=True)

    return tracked
