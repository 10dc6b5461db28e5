"""A content report at the desk: its links, decided once for all who reported them; asking for more; the name."""

from __future__ import annotations

from collections.abc import Callable

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from support.core.actors import Actor
from support.core.errors import AlreadyDone, DomainError, Invalid, NotFound, Stale
from support.core.web import current_actor, posted_version
from support.infringement import (
    desk_links,
    policy,
    report_pages,
    service_report_names,
    service_reports,
)
from support.infringement import queries_reports as queries
from support.infringement import service_report_decisions as decisions
from support.infringement.models_reports import ReportedContent

blueprint = Blueprint("report_desk", __name__, url_prefix="/desk/orders/<reference>/report")

Answer = str | Response | tuple[str, int]
Verb = Callable[[ReportedContent, int], object]


@blueprint.get("")
def show(reference: str) -> str:
    """Show the links of a report, who else reported them, and what can be decided."""
    return _case_page(reference)


@blueprint.post("/decisions")
def decide(reference: str) -> Answer:
    """Carry out one decision for each chosen link; what can't be done is named and what was typed kept."""
    actor = current_actor()
    report = queries.report_at_desk(actor, reference)
    chosen = desk_links.read(" ".join(request.form.getlist("chosen")))
    verbs, act = _verbs(actor), request.form.get("act", "")
    if act not in verbs:
        raise NotFound()
    if not chosen:
        flash(_("Choose at least one link first."), "warning")
    refused = decisions.decide_many(report, chosen, verbs[act])
    if done := len(chosen) - len(refused):
        flash(_("Done. Links: %(number)s.", number=done), "success")
    for one in refused:
        words = _(one.words, **one.facts)
        flash(_("Link %(number)s: %(words)s", number=one.position, words=words), "warning")
    return _back(reference) if chosen and not refused else (_case_page(reference), 422)


@blueprint.post("/question")
def ask(reference: str) -> Answer:
    """Ask the reporter what a vague report means."""
    actor, words = current_actor(), request.form.get("question", "")
    report = queries.report_at_desk(actor, reference)
    version = posted_version()
    try:
        service_reports.ask_for_more(actor, report, words=words, version=version)
    except (Invalid, Stale, AlreadyDone) as error:
        return _refused(reference, error)
    flash(_("The reporter is asked for more."), "success")
    return _back(reference)


@blueprint.post("/name")
def reveal(reference: str) -> Answer:
    """Decide that the other side may know who reported."""
    actor, reason = current_actor(), request.form.get("reason", "")
    report = queries.report_at_desk(actor, reference)
    try:
        service_report_names.reveal_reporter(actor, report, reason=reason)
    except (Invalid, AlreadyDone) as error:
        return _refused(reference, error)
    flash(_("Decided. The reporter is told now, with your reason."), "success")
    return _back(reference)


@blueprint.post("/name/withholding")
def withhold(reference: str) -> Response:
    """Keep the name back after all."""
    report = queries.report_at_desk(current_actor(), reference)
    service_report_names.stop_reveal(current_actor(), report)
    flash(_("The name is withheld. The reporter is told."), "success")
    return _back(reference)


def _case_page(reference: str) -> str:
    """Show the page; what was typed stands in its fields again."""
    actor = current_actor()
    report = queries.report_at_desk(actor, reference)
    policy.require_clerk(actor)
    return render_template(
        "infringement/report_case.html",
        reference=reference,
        measures=policy.MEASURES,
        legal=policy.is_legal(actor),
        posted=request.form,
        kept={value.partition(":")[0] for value in request.form.getlist("chosen")},
        **report_pages.desk_page(actor, report),
    )


def _refused(reference: str, error: DomainError) -> tuple[str, int]:
    flash(_(error.words, **error.facts), "warning")
    return _case_page(reference), error.status


def _verbs(actor: Actor) -> dict[str, Verb]:
    said = request.form
    return {
        "remove": lambda case, version: decisions.remove_content(
            actor,
            case,
            ground=said.get("ground", ""),
            measure=said.get("measure", ""),
            words=said.get("words_remove", ""),
            version=version,
        ),
        "keep": lambda case, version: decisions.keep_content(
            actor, case, words=said.get("words_keep", ""), version=version
        ),
        "settle": lambda case, version: decisions.settle_appeal(
            actor,
            case,
            upheld=said.get("upheld") == "yes",
            words=said.get("words_settle", ""),
            version=version,
        ),
        "again": lambda case, version: decisions.ask_again(actor, case, version=version),
    }


def _back(reference: str) -> Response:
    return redirect(url_for("report_desk.show", reference=reference), 303)
