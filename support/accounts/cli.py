"""`flask admin`: the first administrator, and the way back when the last one lost the second factor."""

from __future__ import annotations

import click

from support.accounts import queries, service_staff
from support.core.actors import SYSTEM, Role
from support.core.context import settings
from support.core.errors import DomainError
from support.core.terminal import Group, Refused, refused
from support.core.words import N_, terminal_language
from support.core.words import spoken as _

admin_group = Group("admin", help=N_("People who run this desk."))


@admin_group.command(
    "create",
    help=N_("Invite a member of staff and print the link, which works once, for 72 hours."),
)
@click.argument("name")
@click.argument("email")
@click.option(
    "--role",
    "roles",
    multiple=True,
    type=click.Choice([role.value for role in Role]),
    help=N_("A role; may be given several times. Without it: admin."),
)
@click.option(
    "--language",
    type=click.Choice(["en", "zh"]),
    help=N_("Their language; without it the one that this command speaks."),
)
def create_command(name: str, email: str, roles: tuple[str, ...], language: str | None) -> None:
    """Invite `name` and print the link."""
    wanted = [Role(role) for role in roles] or [Role.ADMIN]
    try:
        path = service_staff.invite_staff(
            SYSTEM,
            name=name,
            email=email,
            roles=wanted,
            language=language or terminal_language(),
        )
    except DomainError as error:
        raise refused(error) from error
    click.echo(_("%(name)s can set a password within 72 hours, once, at:", name=name))
    click.echo(f"{settings().public_url}{path}")


@admin_group.command(
    "reset-factor",
    help=N_(
        "Take away the second factor of a member of staff; they set a new one at their next sign-in."
    ),
)
@click.argument("name")
@click.option("--yes", is_flag=True, help=N_("Don't ask whether to go on."))
def reset_factor_command(name: str, yes: bool) -> None:
    """Take away the second factor of `name`, once somebody has confirmed it."""
    if not yes:
        words = _("Their sessions end and every administrator is told. Go on?")
        click.confirm(words, abort=True)
    person_id = queries.person_id_by_name(name)
    if person_id is None:
        raise Refused(_("Nobody is called %(name)s.", name=name))
    try:
        service_staff.reset_factor(SYSTEM, person_id)
    except DomainError as error:
        raise Refused(_("%(name)s does not work here.", name=name)) from error
    click.echo(_("The second factor of %(name)s is gone. It is in the audit trail.", name=name))
