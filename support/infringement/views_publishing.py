"""The desk's pages of publication: what is due, one entry before and after it is published, what was published."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from support.accounts.forms import refusals_on
from support.core.actors import Actor
from support.core.db import new_uid
from support.core.errors import DomainError, Stale
from support.core.kept import Kept
from support.core.once import once
from support.core.web import current_actor, form_scope, posted_version, row_number
from support.core.web_nav import NavItem
from support.core.words import N_
from support.infringement import publication_pages as pages
from support.infringement import queries_publishing as queries
from support.infringement import service_publishing as service
from support.infringement.forms_publishing import PublishForm, WithdrawForm, usual_end
from support.infringement.models_publishing import DuePublication, DueState
from support.infringement.policy import CLERKS
from support.policies.models_publications import Withdrawal
from support.policies.publication_pages import shown

blueprint = Blueprint("publishing", __name__, url_prefix="/desk/publications")

_waiting = Kept("due_publications", 1.0, queries.open_count)


def _open_count(_actor: Actor) -> int:
    return _waiting()


HOOKS = (
    *pages.PUBLIC_KINDS,
    NavItem(N_("More"), N_("Publications"), "publishing.index", "landmark", _open_count, CLERKS),
)


@blueprint.get("")
def index() -> str:
    """List what is to be published, the first due first."""
    after = request.args.get("after", "")
    rows = queries.waiting(current_actor(), after=after)
    return render_template(
        "infringement/publications.html",
        lines=pages.lines(rows[: queries.PAGE]),
        more=rows[queries.PAGE - 1].row.uid if len(rows) > queries.PAGE else None,
        first_page=not after,
    )


@blueprint.get("/published")
def published() -> str:
    """List what was published, the newest first."""
    before = request.args.get("before", type=row_number)
    rows = queries.published(current_actor(), before=before)
    return render_template(
        "infringement/publications_done.html",
        lines=pages.done(rows[: queries.PAGE]),
        more=rows[queries.PAGE - 1][1].id if len(rows) > queries.PAGE else None,
        first_page=before is None,
    )


@blueprint.route("/<uid>", methods=["GET", "POST"])
def show(uid: str) -> str | Response | tuple[str, int]:
    """Show one entry: before it is published with its redacted text, to be changed; afterwards as it stands."""
    row = queries.due_for(current_actor(), uid)
    if row.state == DueState.PUBLISHED and not request.form:
        return _published_page(row, WithdrawForm())
    return _write(row, service.publish_due, _("Published. Everybody can read it now."))


@blueprint.route("/<uid>/correction", methods=["GET", "POST"])
def correct(uid: str) -> str | Response | tuple[str, int]:
    """Replace a published entry by a new one."""
    row = queries.due_for(current_actor(), uid)
    entry = queries.entry_of(row)
    if entry.withdrawn_at is not None and not request.form:
        return redirect(url_for("publishing.show", uid=uid), 303)
    words = _("Corrected. The older entry leads to the new one.")
    return _write(row, service.correct_entry, words, correcting=True)


@blueprint.post("/<uid>/withdrawal")
def withdraw(uid: str) -> str | Response | tuple[str, int]:
    """Take a published entry out."""
    actor, form = current_actor(), WithdrawForm()
    row = queries.due_for(actor, uid)
    if not form.validate_on_submit():
        return _published_page(row, form), 422
    service.withdraw_entry(actor, row, why=Withdrawal(form.why.data), version=posted_version())
    flash(_("Taken out. Page and feeds say only that, and why."), "success")
    return redirect(url_for("publishing.show", uid=uid), 303)


def _write(
    row: DuePublication, verb: service.Verb, words: str, *, correcting: bool = False
) -> str | Response | tuple[str, int]:
    review = pages.review(row)
    form = PublishForm(data=None if request.form else _preset(row, review, correcting=correcting))
    status = 200
    if form.validate_on_submit():
        try:
            with refusals_on(form):
                _carry_out(row, form, verb)
                flash(words, "success")
                return redirect(url_for("publishing.show", uid=row.uid), 303)
        except DomainError as error:
            form.form_errors = [*form.form_errors, _(error.words, **error.facts)]
            status = error.status
    page = render_template(
        "infringement/publication.html",
        **review,
        form=form,
        key=request.form.get("idempotency_key") or new_uid(),
        version=row.version if status == Stale.status else request.form.get("version", row.version),
        correcting=correcting,
    )
    return page, (422 if form.errors and status == 200 else status)


def _preset(row: DuePublication, review: pages.Review, *, correcting: bool) -> dict[str, object]:
    draft = review["draft"]
    said = {
        "text": draft.proposed,
        "named": draft.named,
        "personal": draft.personal,
        "ends_on": usual_end(),
    }
    if correcting:
        entry = queries.entry_of(row)
        said |= {"text": entry.text or "", "personal": entry.personal}
        said["named"] = "name" in (entry.facts or {})
        if entry.ends_at is not None:
            said["ends_on"] = pages.last_day(entry.ends_at)
    return said


def _carry_out(row: DuePublication, form: PublishForm, verb: service.Verb) -> None:
    said = {"text": form.text.data or "", "named": bool(form.named.data)}
    actor, ends_at, version = current_actor(), form.ends_at(), posted_version()

    def act() -> str:
        return str(verb(actor, row, **said, ends_at=ends_at, version=version).uid)

    once(form_scope(), request.form.get("idempotency_key", ""), repr((said, ends_at)), act)


def _published_page(row: DuePublication, form: WithdrawForm) -> str:
    entry = queries.entry_of(row)
    return render_template(
        "infringement/publication_done.html",
        row=row,
        entry=entry,
        shown=shown(entry),
        reference=queries.described(row).reference,
        form=form,
        error=form.errors,
    )
