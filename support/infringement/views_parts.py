"""Notices about somebody's own content: their list, also among their work orders."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from flask import render_template, url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from support.accounts.console import ConsoleEntry
from support.core.actors import Actor
from support.core.web import current_actor
from support.core.web_times import local_time
from support.core.words import N_
from support.infringement import queries_reports
from support.infringement.lifecycle import ENDED
from support.infringement.models_reports import ReportedContent
from support.infringement.queries_parts import Part, parts_of
from support.infringement.views import blueprint
from support.workorders.member_pages import OwnList

_MINUTE = timedelta(minutes=1)


@blueprint.get("/notices/answers")
def parts() -> str:
    """List the notices, and the decided reports, about the person's own content, newest first."""
    actor = current_actor()
    groups = groups_of(parts_of(actor))
    if reports := [_reported(case) for case in queries_reports.cases_about(actor)]:
        groups.append((_("Reports about your content"), reports))
    return render_template("infringement/parts.html", groups=groups)


def own_list(actor: Actor) -> tuple[str, Sequence[Mapping[str, Any]]]:
    """Return what stands among somebody's work orders: the notices about their content that go on, else the newest."""
    found = parts_of(actor)
    going_on = [part for part in found if part.first not in ENDED]
    return _("About your content"), [_item(part) for part in going_on or found[:1]]


def groups_of(found: Sequence[Part]) -> list[tuple[str, list[dict[str, Any]]]]:
    """Return what awaits an answer, and the rest."""
    waits = [_item(part) for part in found if part.needs_answer]
    others = [_item(part) for part in found if not part.needs_answer]
    titled = ((_("Awaits your answer"), waits), (_("Others"), others))
    return [(title, items) for title, items in titled if items]


def _item(part: Part) -> dict[str, Any]:
    state = part.first
    due = part.where[state][1]
    number = part.links
    return {
        "url": url_for("notices.answers", uid=part.uid),
        "subject": _("A rights notice about your content"),
        "reference": ngettext("%(num)s link", "%(num)s links", number),
        "words": _(state.title),
        "tone": state.tone,
        "text": _("Sent to you %(when)s", when=local_time(part.forwarded_at)),
        "due_words": _("until %(until)s", until=local_time(due - _MINUTE)) if due else None,
    }


def _reported(case: ReportedContent) -> dict[str, Any]:
    return {
        "url": url_for("reports.answers", uid=case.uid),
        "subject": _("A report about content of yours"),
        "reference": ngettext("%(num)s link", "%(num)s links", 1),
        "words": _(case.status.title),
        "tone": case.status.tone,
        "text": _("Sent to you %(when)s", when=local_time(case.told_at or case.at)),
        "due_words": None,
    }


HOOKS = (
    OwnList(own_list),
    ConsoleEntry(
        N_("Notices about your content"),
        N_("What others claim about it, where it stands, and your answer."),
        "notices.parts",
        "copyright",
        88,
    ),
)
