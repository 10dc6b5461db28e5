"""The holder's answer to a counter-notice: it as it was sent on, showing a complaint or a lawsuit, accepting it."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.datastructures import CombinedMultiDict
from werkzeug.wrappers import Response
from wtforms import MultipleFileField, StringField
from wtforms.validators import Length, Optional

from support.accounts.forms import refusals_on, said
from support.accounts.session_views import page
from support.core.web import current_actor, row_number
from support.infringement import answer_pages, case_pages, queries, service_disputes
from support.infringement.filing_pages import lang_of
from support.infringement.forms import LONGEST_LINE, PartForm
from support.infringement.lifecycle import ANSWERABLE
from support.infringement.models import Item, Notice
from support.infringement.views import Answer, blueprint
from support.workorders import drafts_web, uploads
from support.workorders.forms import line


class DisputeForm(PartForm):
    """Where the holder complained or sued, and what shows it."""

    authority = StringField(validators=[Optional(), Length(max=LONGEST_LINE)], filters=[line])
    number = StringField(validators=[Optional(), Length(max=LONGEST_LINE)], filters=[line])
    files = MultipleFileField()

    def ask(self) -> DisputeForm:
        """Put the words in the reader's language."""
        self.authority.label.text = _("Court or authority")
        self.number.label.text = _("Number of the receipt")
        self.files.label.text = _("The receipt")
        return self


@blueprint.route("/orders/<reference>/notice/counter", methods=["GET", "POST"])
def counter(reference: str) -> Answer:
    """Show the counter-notices as they were sent on, and take what shows a complaint or a lawsuit."""
    notice = queries.notice_for(current_actor(), reference)
    sent: list[Any] = [request.files, request.form]
    form = DisputeForm(CombinedMultiDict(sent) if request.method == "POST" else None).ask()
    if request.method == "GET" or not form.validate():
        return _page(notice, reference, form)
    mine = service_disputes.uploads_of(notice)
    problems = drafts_web.take(mine, request.files.getlist("files"))
    if problems:
        form.files.errors = [*problems, *form.files.errors]
        return _page(notice, reference, form)[0], uploads.refusal(problems)
    with refusals_on(form):
        service_disputes.show_dispute(
            current_actor(),
            notice,
            _chosen(notice),
            authority=said(form.authority),
            number=said(form.number),
        )
        flash(_("Thank you. Somebody looks at it; nothing is restored by itself now."), "success")
        return redirect(url_for("notices.status", reference=reference), 303)
    return _page(notice, reference, form)


@blueprint.post("/orders/<reference>/notice/counter/acceptance")
def counter_accept(reference: str) -> Response:
    """Accept the counter-notice for the chosen links; their content comes back."""
    notice = queries.notice_for(current_actor(), reference)
    items = _chosen(notice)
    if not items:
        flash(_("Choose at least one link."), "warning")
        return redirect(url_for("notices.counter", reference=reference), 303)
    service_disputes.accept_counter(current_actor(), notice, items)
    flash(_("You have accepted it. We ask the platform to restore the content."), "success")
    return redirect(url_for("notices.status", reference=reference), 303)


def _chosen(notice: Notice) -> list[Item]:
    wanted = set(request.form.getlist("items", type=row_number))
    found = queries.items_of(notice, ANSWERABLE)
    return [item for item in found if item.id in wanted]


def _page(notice: Notice, reference: str, form: DisputeForm) -> tuple[str, int]:
    return page(
        "infringement/counter.html",
        form,
        reference=reference,
        lang_of=lang_of,
        counters=answer_pages.counters_sent(notice),
        lines=case_pages.answerable(notice),
        files=uploads.waiting(service_disputes.uploads_of(notice)),
    )
