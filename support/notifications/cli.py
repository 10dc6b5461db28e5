"""`flask sms templates`: what a provider must approve before it sends a text of ours."""

from __future__ import annotations

import json

import click
from flask.cli import with_appcontext

from support.core.config import ConfigError
from support.core.context import settings
from support.core.terminal import Group, refused
from support.core.words import N_
from support.notifications import approved, letters

sms_group = Group("sms", help=N_("Text messages."))


@sms_group.command(
    "templates",
    help=N_("Print sms-templates.toml: the texts to have approved, with the ids that are known."),
)
@with_appcontext
def templates_command() -> None:
    """Print the file as it should be: a part for each sign that is set, the texts as comments above their ids."""
    config = settings()
    try:
        for area in approved.areas(config):
            for language in approved.LANGUAGES:
                _print_part(area, language)
    except ConfigError as error:
        raise refused(error) from error


def _print_part(area: str, language: str) -> None:
    room = ""
    for message, words in letters.sms_to_approve(language).items():
        its_room, name = message.split(".")
        if its_room != room:
            room = its_room
            click.echo(f"\n[{area}.{language}.{room}]")
        known = approved.template_id(settings().instance_dir, area, language, message)
        click.echo(f"# {words}\n{name} = {json.dumps(known)}")
