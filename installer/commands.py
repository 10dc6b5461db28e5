"""`flask setup`, `flask check`, `flask policy publish`."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path

import click
from flask.cli import with_appcontext

from installer.answers import (
    QUESTIONS,
    Answers,
    config_with,
    present_answers,
    read_answers,
    write_settings,
)
from installer.dialogue import ask_everything, ask_language, findings_of, show
from installer.problems import all_problems, migrations_pending
from installer.trials import has_admin
from support.accounts import queries as accounts
from support.accounts import service_staff
from support.core import installation
from support.core.actors import SYSTEM, Role
from support.core.config import Config, ConfigError
from support.core.context import settings
from support.core.db import transaction
from support.core.errors import DomainError
from support.core.terminal import Command, Group, Refused, refused
from support.core.words import N_, named_language, speaking, terminal_language
from support.core.words import spoken as _
from support.policies import service as policies


@click.command(
    "setup",
    cls=Command,
    help=N_("Ask eight things, test each, and write the settings; run it again to change them."),
)
@click.option(
    "--file",
    "path",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help=N_("Take the answers from this TOML file instead of asking."),
)
@click.option(
    "--keep-failing", is_flag=True, help=N_("With --file: keep answers whose live test failed.")
)
@click.pass_context
@with_appcontext
def setup_command(context: click.Context, path: Path | None, keep_failing: bool) -> None:
    """Set this instance up, in the language that was named or, where none was, is asked for first."""
    config = settings()
    if path is None and not named_language():
        context.with_resource(speaking(ask_language()))
    if installation.is_demo():
        raise Refused(
            _(
                "This instance is a demo and stays one. "
                "Set INSTANCE_DIR to a new directory and run again."
            )
        )
    if migrations_pending():
        from flask_migrate import upgrade  # web processes import this room too, and never migrate

        upgrade()
    answers = present_answers(config)
    try:
        if path is None:
            answers = ask_everything(answers, config)
        else:
            answers = answers | read_answers(path)
            _test_all(answers, config, keep_failing=keep_failing)
    except ConfigError as error:
        raise refused(error) from error
    link = _install(answers, config)
    written = _("Written. Restart the services, so that they read it.")
    click.secho(f"\n{written}", bold=True)
    if link:
        click.echo(_("The administrator's link, good for 72 hours (a mail is on its way, too):"))
        click.echo(link)
    click.echo(_("What is left to do: flask check"))


def _test_all(answers: Answers, config: Config, *, keep_failing: bool) -> None:
    """Test every answer and print the findings; end with status 1 when one can't stand."""
    kinds = set()
    for question in QUESTIONS:
        click.secho(_(question.title), bold=True)
        findings = findings_of(question, answers, config)
        show(findings)
        kinds |= {finding.kind for finding in findings}
    if "wrong" in kinds or ("failed" in kinds and not keep_failing):
        raise Refused(
            _("Nothing was written.")
            if "wrong" in kinds
            else _("Nothing was written. Use --keep-failing to keep answers that did not pass.")
        )


def _install(answers: Answers, config: Config) -> str:
    """Carry out the answers, all or none; return the first administrator's link, "" if there is one already."""
    with transaction():
        installation.mark(demo=False)
        policies.load_sample()
        invitation = _invite_admin(answers)
        write_settings(config.instance_dir, answers)
    return config_with(config, answers).public_url + invitation if invitation else ""


def _invite_admin(answers: Answers) -> str:
    if has_admin():
        return ""
    email = answers["admin_email"]
    for each in accounts.staff(Role.ADMIN):
        return service_staff.renew_invitation(SYSTEM, each.id, email=email)
    return service_staff.invite_staff(
        SYSTEM,
        name=answers["admin_name"],
        email=email,
        roles=[Role.ADMIN],
        language=terminal_language(),
    )


@click.command(
    "check",
    cls=Command,
    help=N_("List what is missing or unsafe, each with its fix; exit 1 if there is anything."),
)
@with_appcontext
def check_command() -> None:
    """Print every problem of this installation, and end with status 1 if there is one."""
    found = all_problems()
    if not found:
        click.echo(_("Nothing is missing and nothing is unsafe, as far as this command can see."))
        return
    from rich.console import Console  # web processes import this room too, and draw no table
    from rich.table import Table

    title = _("%(count)s to do", count=len(found))
    table = Table("", _("problem"), _("fix"), title=title, title_justify="left")
    for problem in found:
        table.add_row(_("closed") if problem.blocking else "", problem.words, problem.fix)
    Console(width=None if sys.stdout.isatty() else 160).print(table)
    if any(problem.blocking for problem in found):
        click.echo(_("Pages answer 503 until the problems marked closed are gone."))
    sys.exit(1)


policy_group = Group("policy", help=N_("The legal notice and privacy policy."))


@policy_group.command("publish", help=N_("Publish a version of your own text, in both languages."))
@click.argument("label")
@click.option(
    "--en", "english", required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path)
)
@click.option(
    "--zh", "chinese", required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path)
)
@click.option(
    "--from",
    "day",
    type=click.DateTime(["%Y-%m-%d"]),
    help=N_("In force from this day (UTC); at once if left out."),
)
def publish_command(label: str, english: Path, chinese: Path, day: datetime | None) -> None:
    """Publish the texts of two files as the version `label`."""
    try:
        version = policies.publish_version(
            SYSTEM,
            label=label,
            text_en=english.read_text("utf-8"),
            text_zh=chinese.read_text("utf-8"),
            effective_from=day.replace(tzinfo=UTC) if day else None,
        )
    except DomainError as error:
        raise refused(error) from error
    click.echo(
        _(
            "Version %(label)s, in force from %(moment)s UTC.",
            label=version.label,
            moment=f"{version.effective_from:%Y-%m-%d %H:%M}",
        )
    )


COMMANDS = (setup_command, check_command, policy_group)
