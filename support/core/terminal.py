"""How the commands of every room speak: `--lang`, help and refusals in the language of whoever reads them."""

from __future__ import annotations

import copy
from typing import IO, Any, TypeVar

import click
from flask.cli import AppGroup

from support.core.config import ConfigError
from support.core.errors import DomainError
from support.core.words import N_, speaking, spoken

C = TypeVar("C", bound=click.Command)


class Refused(click.ClickException):
    """The command ends here with status 1; `words` are said as they are."""

    def __init__(self, words: str) -> None:
        super().__init__(words)
        self._line = spoken(
            N_("Error: %(words)s"), words=words
        )  # `show` runs when --lang has ended

    def show(self, file: IO[Any] | None = None) -> None:
        """Print the refusal, with its mark in the reader's language, too."""
        click.echo(self._line, file=file, err=file is None)


def refused(error: DomainError | ConfigError) -> Refused:
    """Return what a command raises for a refusal of a verb or a setting."""
    return Refused(spoken(error.words, **error.facts))


def _in_words(command: C) -> C:
    """Return a copy whose help texts, message ids until now, are in the reader's language."""
    said = copy.copy(command)
    said.help, said.params = (
        spoken(command.help or ""),
        [copy.copy(each) for each in command.params],
    )
    for each in said.params:
        if isinstance(each, click.Option) and each.help:
            each.help = spoken(each.help)
    return said


class Command(click.Command):
    """A command with `--lang`; its help texts are message ids."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.params.append(
            click.Option(
                ["--lang"],
                type=click.Choice(["en", "zh"]),
                is_eager=True,
                expose_value=False,
                callback=_speak,
                help=N_("The language to speak; without it LC_ALL, LC_MESSAGES or LANG decides."),
            )
        )

    def get_help(self, ctx: click.Context) -> str:
        """Return the help in the reader's language."""
        return click.Command.get_help(_in_words(self), ctx)

    def get_short_help_str(self, limit: int = 45) -> str:
        """Return the line that a list of commands shows."""
        return click.Command.get_short_help_str(_in_words(self), limit)


class Group(AppGroup):
    """A group of such commands."""

    command_class = Command

    def get_help(self, ctx: click.Context) -> str:
        """Return the help in the reader's language."""
        return click.Group.get_help(_in_words(self), ctx)

    def get_short_help_str(self, limit: int = 45) -> str:
        """Return the line that a list of commands shows."""
        return click.Group.get_short_help_str(_in_words(self), limit)


def _speak(context: click.Context, _option: click.Parameter, language: str | None) -> None:
    if language:
        context.with_resource(speaking(language))
