"""`flask setup` at a terminal: ask, test at once, ask again where an answer can't be right."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

import click

from installer.answers import (
    QUESTIONS,
    Answers,
    Field,
    Question,
    config_with,
    with_password,
    without_password,
)
from installer.trials import Finding, has_admin, try_answers
from support.core.config import Config, ConfigError
from support.core.words import spoken as _

_SIGNS = {
    "ok": ("✓", "green"),
    "note": ("·", "blue"),
    "failed": ("!", "yellow"),
    "wrong": ("✗", "red"),
}


def ask_language() -> str:
    """Ask which language to go on in, in both: nobody has named one yet."""
    words = "Language 语言 (en: English, zh: 中文)"
    chosen: str = click.prompt(
        words, type=click.Choice(["en", "zh"]), default="en", show_choices=False
    )
    return chosen


def ask_everything(answers: Answers, config: Config) -> Answers:
    """Ask the eight questions, with `answers` as defaults, until each can stand; return all answers.

    An answer that is well formed but failed its test may be kept on the person's word.
    """
    for number, question in enumerate(QUESTIONS, start=1):
        place = _("%(number)s of %(count)s", number=number, count=len(QUESTIONS))
        click.secho(f"\n{place}  {_(question.title)}", bold=True)
        click.echo(_(question.why))
        while True:
            if question.code != "admin" or not has_admin():
                answers = answers | _ask(question, answers)
            findings = _tested(question, answers, config)
            show(findings)
            kinds = {finding.kind for finding in findings}
            if "wrong" not in kinds and (
                "failed" not in kinds
                or click.confirm(_("Keep this answer all the same?"), default=False)
            ):
                break
    return answers


def _ask(question: Question, answers: Mapping[str, Any]) -> Answers:
    given = dict(answers)
    for field in question.fields:
        if field.asked(given):
            given[field.name] = _ask_field(field, given.get(field.name))
    return given


def _ask_field(field: Field, present: Any) -> Any:
    before = ", ".join(present) if field.several and present else (present or "")
    shown = without_password(before) if field.secret else before
    words = _("%(words)s (- for none)", words=_(field.words)) if shown else _(field.words)
    typed = click.prompt(words, default=shown, show_default=bool(shown)).strip()
    if typed == "-":
        typed = ""
    if field.several:
        return [item.strip() for item in typed.split(",") if item.strip()]
    if field.secret and typed:
        if typed == shown:
            return before
        parts = urlsplit(typed)
        if parts.username and not parts.password:
            return with_password(typed, click.prompt(_("Password (not shown)"), hide_input=True))
    return typed


def _tested(question: Question, answers: Answers, config: Config) -> list[Finding]:
    to = ""
    if question.code == "mail" and answers.get("smtp_url"):
        to = click.prompt(
            _("Send a test mail to (empty: none)"), default="", show_default=False
        ).strip()
    return findings_of(question, answers, config, test_mail_to=to)


def findings_of(
    question: Question, answers: Answers, config: Config, *, test_mail_to: str = ""
) -> list[Finding]:
    """Test one question's answers; a setting that the application would refuse is a finding, too."""
    try:
        changed = config_with(config, answers)
    except (ConfigError, ValueError) as error:
        return [Finding("wrong", str(error))]
    return try_answers(question.code, answers, changed, test_mail_to=test_mail_to)


def show(findings: list[Finding]) -> None:
    """Print the findings, one a line."""
    for finding in findings:
        sign, colour = _SIGNS[finding.kind]
        click.echo(f"  {click.style(sign, fg=colour)} {finding.words}")
