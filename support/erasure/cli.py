"""Commands: what the ledger says is done again; a proof is checked."""

from __future__ import annotations

import sys
from pathlib import Path

import click
from flask.cli import with_appcontext

from support.core.terminal import Command, Group
from support.core.words import N_
from support.core.words import spoken as _
from support.erasure import receipts
from support.erasure.replay import replay

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
