"""The filer's page of a notice that was sent: where each link stands, what is missing, supplying it, withdrawing."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.datastructures import CombinedMultiDict
from werkzeug.wrappers import Response

from support.accounts.forms import refusals_on
from support.accounts.session_views import page
from support.core import file_serving, files
from support.core.clock import utcnow
from support.core.db import new_uid, transaction
from support.core.errors import NotFound
from support.core.once import once
from support.core.web import current_actor, form_scope, posted_version, row_number
from support.infringement import (
    answer_pages,
    case_pages,
    letter_pages,
    queries,
    service,
    service_supplements,
)
from support.infringement.forms import SupplementForm
from support.infringement.models import Notice
from support.infringement.views import Answer, blueprint
from support.workorders import drafts_web, uploads
from support.workorders import queries as orders
from support.workorders.service_drafts import content_of


@blueprint.get("/orders/<reference>/notice")
def status(reference: str) -> str:
    """Show the notice to its filer: each link with its state, date and outcome, and what is missing."""
    notice = queries.notice_for(current_actor(), reference)
    facts = case_pages.status_page(notice)
    had = letter_pages.own_letters(
        notice.person_id,
        facts["order"].stream,
        lambda uid: url_for("notices.letter", reference=reference, uid=uid),
    )
    return render_template("infringement/status.html", letters=had, **facts)


@blueprint.get("/orders/<reference>/notice/papers/<uid>")
def paper(reference: str, uid: str) -> Response:
    """Give a file of the notice to its filer."""
    notice = queries.notice_for(current_actor(), reference)
    sent = {one["uid"] for each in answer_pages.counters_sent(notice) for one in each["papers"]}
    if uid not in sent | {one.file_uid for one in queries.papers_of(notice)}:
        raise NotFound()
    found = file_serving.open_for_download(files.file_by_uid(uid))
    return Response(found.stream, headers=found.headers, direct_passthrough=True)


@blueprint.route("/orders/<reference>/notice/supplement", methods=["GET", "POST"])
def supplement(reference: str) -> Answer:
    """Ask for what is missing, and nothing else; what was added goes back to the check, with its history."""
    notice = queries.notice_for(current_actor(), reference)
    form = _form(notice)
    if not case_pages.may_supplement(notice):
        return redirect(url_for("notices.status", reference=reference), 303)
    if not form.is_submitted() or not form.validate():
        return _page(notice, form)
    problems = drafts_web.take(
        service_supplements.uploads_of(notice), request.files.getlist("files")
    )
    if problems:
        form.files.errors = [*problems, *form.files.errors]
        return _page(notice, form)[0], uploads.refusal(problems)
    with refusals_on(form):
        paper = service_supplements.paper_of(notice, request.form.get("paper", ""))
        key = request.form.get("idempotency_key", "")
        once(form_scope(), key, content_of(form.said()), lambda: _supply(notice, form, paper))
        flash(_("Thank you. We check what you have added."), "success")
        return redirect(url_for("notices.status", reference=reference), 303)
    return _page(notice, form)


@blueprint.post("/orders/<reference>/notice/withdrawal")
def withdraw(reference: str) -> Response:
    """Withdraw the notice for the chosen links, or for all that are still handled; a measure ends with it."""
    actor, now = current_actor(), utcnow()
    notice = queries.notice_for(actor, reference)
    chosen = set(request.form.getlist("items", type=row_number))
    items = [item for item in case_pages.withdrawable(notice) if item.id in chosen]
    with transaction():
        for item in items:
            service.withdraw_item(actor, item, version=item.version, now=now)
    words = ngettext(
        "The notice of %(num)s link is withdrawn.",
        "The notices of %(num)s links are withdrawn.",
        len(items),
    )
    flash(words if items else _("Choose at least one link."), "success" if items else "warning")
    return redirect(url_for("notices.status", reference=reference), 303)


def _form(notice: Notice) -> SupplementForm:
    sent: list[Any] = [request.files, request.form]
    posted = CombinedMultiDict(sent) if request.method == "POST" else None
    missing = case_pages.missing(notice)
    form = SupplementForm(posted, data=service_supplements.known(queries.facts_of(notice)))
    asked = service_supplements.fields_for(missing), service_supplements.papers_for(missing)
    return form.ask(*asked)


def _page(notice: Notice, form: SupplementForm) -> tuple[str, int]:
    return page(
        "infringement/supplement.html",
        form,
        reference=orders.order_by_id(notice.order_id).reference,
        missing=case_pages.missing(notice),
        version=notice.version,
        files=uploads.waiting(service_supplements.uploads_of(notice)),
        key=new_uid(),
    )


def _supply(notice: Notice, form: SupplementForm, paper: str) -> str:
    version = posted_version()
    said = form.said()
    service_supplements.supply(current_actor(), notice, said, paper=paper, version=version)
    return "done"
