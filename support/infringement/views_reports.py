"""The pages of a content report after it was sent: a reporter's appeal, and what who answers for content sees of it.

A member signs in; somebody reached by an address opens the page with a code to that address. Others find nothing.
"""

from __future__ import annotations

from flask import Blueprint, flash, redirect, request, url_for
from flask_babel import gettext as _
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response

from support.accounts.forms import CodeForm, refusals_on, said
from support.accounts.session_views import page
from support.core.clock import utcnow
from support.core.db import transaction
from support.core.errors import NotFound
from support.core.web import current_actor, row_number
from support.infringement import opening_web, report_pages, service_reports
from support.infringement import queries_reports as queries
from support.infringement import service_report_decisions as decisions
from support.infringement.filing_pages import lang_of
from support.infringement.forms_reports import AppealForm
from support.infringement.models_reports import ContentReport, ReportedContent

Answer = str | Response | tuple[str, int]

blueprint = Blueprint("reports", __name__)


@blueprint.route("/orders/<reference>/report/appeal", methods=["GET", "POST"])
def appeal(reference: str) -> Answer:
    """Take a reporter's appeal against what stays; another person hears it."""
    report, form = queries.report_for(current_actor(), reference), AppealForm()
    lines = [line for line in report_pages.lines_of(report) if line.can_appeal]
    if request.method == "POST" and not _chosen(report) and lines:
        form.form_errors.append(_("Choose at least one link."))
    elif form.validate_on_submit():
        with refusals_on(form):
            _appeal(report, said(form.words))
            flash(_("Your appeal is sent. Somebody who had no part in it hears it."), "success")
            return redirect(url_for("workorders.show", reference=reference), 303)
    chosen = request.form.getlist("links")
    facts = {"reference": reference, "lines": lines, "chosen": chosen, "lang_of": lang_of}
    return page("infringement/report_appeal.html", form, **facts)


def _appeal(report: ContentReport, words: str) -> None:
    """Appeal against what became of each chosen link, or of none of them."""
    with transaction():
        for case in _chosen(report):
            decisions.appeal(current_actor(), case, "reporter", words=words)


@blueprint.route("/orders/<reference>/report/withdrawal", methods=["GET", "POST"])
def withdraw(reference: str) -> Answer:
    """Say what withdrawing a report does, and withdraw it."""
    report, form = queries.report_for(current_actor(), reference), FlaskForm()
    if form.validate_on_submit():
        service_reports.withdraw_report(current_actor(), report)
        flash(_("Your report is withdrawn."), "success")
        return redirect(url_for("workorders.show", reference=reference), 303)
    open_yet = service_reports.may_withdraw(report)
    return page("infringement/report_withdraw.html", form, reference=reference, open_yet=open_yet)


def _chosen(report: ContentReport) -> list[ReportedContent]:
    wanted = set(request.form.getlist("links", type=row_number))
    return [one.case for one in queries.named_in(report) if one.case.id in wanted]


@blueprint.get("/reports/answers/<uid>")
def answers(uid: str) -> Answer:
    """Show who answers for content what was decided about it, and why."""
    case = queries.case_for(current_actor(), uid)
    return _answer_page(case, AppealForm())


@blueprint.post("/reports/answers/<uid>/acceptance")
def accept(uid: str) -> Response:
    """Accept the removal."""
    decisions.accept(current_actor(), queries.case_for(current_actor(), uid))
    flash(_("You have accepted the removal."), "success")
    return redirect(url_for("reports.answers", uid=uid), 303)


@blueprint.post("/reports/answers/<uid>/appeal")
def contest(uid: str) -> Answer:
    """Contest the removal; another person hears it."""
    case, form = queries.case_for(current_actor(), uid), AppealForm()
    if form.validate_on_submit():
        with refusals_on(form):
            decisions.appeal(current_actor(), case, "respondent", words=said(form.words))
            flash(_("Your appeal is sent. Somebody who had no part in it hears it."), "success")
            return redirect(url_for("reports.answers", uid=uid), 303)
    return _answer_page(case, form)


@blueprint.route("/reports/answers/<uid>/open", methods=["GET", "POST"])
def answers_open(uid: str) -> Answer:
    """Offer to send a code to the address that the letter went to; opening the link changes nothing."""
    case, form = _reached(uid), FlaskForm()
    if form.validate_on_submit() and opening_web.send_answer_code(
        form, case.contact_id or 0, case.uid
    ):
        return redirect(url_for("reports.answers_code", uid=uid), 303)
    return page("infringement/report_open.html", form)


@blueprint.route("/reports/answers/<uid>/code", methods=["GET", "POST"])
def answers_code(uid: str) -> Answer:
    """Take the code and begin a guest's session."""
    case, form = _reached(uid), CodeForm()
    waiting, again = opening_web.waiting(), url_for("reports.answers_open", uid=uid)
    if waiting is None:
        return redirect(again, 303)
    if form.validate_on_submit():
        with refusals_on(form):
            to = url_for("reports.answers", uid=uid)
            return opening_web.begin(case.contact_id or 0, case.uid, said(form.code), to)
    return page("infringement/code.html", form, waiting=waiting, again=again)


def _reached(uid: str) -> ReportedContent:
    case = queries.case_told(uid)
    if case.contact_id is None:
        raise NotFound()
    return case


def _answer_page(case: ReportedContent, form: AppealForm) -> tuple[str, int]:
    return page("infringement/report_answer.html", form, **report_pages.answer_page(case, utcnow()))
