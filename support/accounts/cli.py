"""`flask admin`: the first administrator, and the way back when the last one lost the second factor."""

from __future__ import annotations

import click
from flask.cli import AppGroup

from support.accounts import queries, service_staff
from support.core.actors import SYSTEM, Role
from support.core.context import settings
from support.core.errors import DomainError

admin_group = AppGroup("admin", help="People who run this desk.")


@admin_group.command("create")
@click.argument("name")
@click.argument("email")
@click.option(
    "--role",
    "roles",
    multiple=True,
    type=click.Choice([role.value for role in Role]),
    help="A role; may be given several times. Without it: admin.",
)
@click.option("--language", type=click.Choice(["en", "zh"]), default="en", show_default=True)
def create_command(name: str, email: str, roles: tuple[str, ...], language: str) -> None:
    """Invite a member of staff and print the link, which works once, for 72 hours."""
    wanted = [Role(role) for role in roles] or [Role.ADMIN]
    try:
        path = service_staff.invite_staff(
            SYSTEM, name=name, email=email, roles=wanted, language=language
        )
    except DomainError as error:
        raise click.ClickException(error.words % error.facts) from error
    click.echo(f"{name} can set a password within 72 hours, once, at:")
    click.echo(f"{settings().public_url}{path}")


@admin_group.command("reset-factor")
@click.argument("name")
@click.confirmation_option(prompt="Their sessions end and every administrator is told. Go on?")
def reset_factor_command(name: str) -> None:
    """Take away the second factor of a member of staff; they set a new one at their next sign-in."""
    person_id = queries.person_id_by_name(name)
    if person_id is None:
        raise click.ClickException(f"Nobody is called {name}.")
    try:
        service_staff.reset_factor(SYSTEM, person_id)
    except DomainError as error:
        raise click.ClickException(f"{name} does not work here.") from error
    click.echo(f"The second factor of {name} is gone. It is in the audit trail.")
