"""Commands: what the ledger says is done again; a proof is checked."""

from __future__ import annotations

import sys
from pathlib import Path

import click
from flask.cli import with_appcontext

from support.core.actors import SYSTEM
from support.core.clock import utcnow
from support.core.errors import Invalid, NotFound
from support.core.terminal import Command, Group, Refused
from support.core.words import N_
from support.core.words import spoken as _
from support.erasure import queries, receipts, service_locked
from support.erasure.replay import replay
from support.policies.data_classes import Class
from support.workorders import queries as orders

erasure_group = Group("erasure", help=N_("Deletions of personal data."))
receipt_group = Group("receipt", help=N_("Proofs of deletions."))


@erasure_group.command(
    "replay",
    cls=Command,
    help=N_("Do again what the deletion ledger says, after a backup was restored."),
)
@with_appcontext
def replay_command() -> None:
    """Carry out what this database lacks, and say how many."""
    done = replay(lambda number: click.echo(_("Entry %(number)s is carried out.", number=number)))
    click.echo(_("Carried out again: %(number)s", number=done))


@erasure_group.command(
    "locked",
    cls=Command,
    help=N_(
        "Show what the deletion of work order REFERENCE locked away; the trail keeps that it was opened."
    ),
)
@click.argument("reference")
@click.option(
    "--class",
    "data_class",
    required=True,
    type=click.Choice([each.value for each in Class]),
    help=N_("The class of data, as the proof names it."),
)
@click.option(
    "--reason",
    required=True,
    help=N_("The file number of the court, authority or claim; no names."),
)
@click.option(
    "--files",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help=N_("A folder into which the files are written."),
)
@with_appcontext
def locked_command(reference: str, data_class: str, reason: str, files: Path | None) -> None:
    """Print each value with its place, while its term runs."""
    try:
        row = queries.erasure_of(orders.order_named(reference))
        if row is None:
            raise NotFound()
        found = service_locked.open_locked(
            SYSTEM, row, data_class, number=reason, now=utcnow(), files=files
        )
    except NotFound as error:
        raise Refused(_("Nothing of it is locked away there, or its date is past.")) from error
    except Invalid as error:
        raise Refused(_(error.words)) from error
    for place, text in found:
        click.echo(f"{place}\n{text}\n")


@receipt_group.command(
    "verify", cls=Command, help=N_("Check the proof in FILE; exit 1 if it is not ours or altered.")
)
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--key", default="", help=N_("The public key (base64); without it, this installation's.")
)
@with_appcontext
def verify_command(file: Path, key: str) -> None:
    """Say whether a proof is signed by the key, and what it is about."""
    try:
        receipt = receipts.verify(file.read_text("utf-8"), key)
    except (receipts.NotOurs, UnicodeDecodeError):
        click.echo(_("This is no proof of ours, or it was altered."))
        sys.exit(1)
    facts = receipt.facts
    said = {"reference": facts["reference"], "when": facts["finished_at"], "key": receipt.key}
    click.echo(_("Genuine: %(reference)s, finished %(when)s, signed with key %(key)s.", **said))
