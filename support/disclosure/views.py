"""The member's own pages of penalties: what was decided, what will be published, the appeal."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from support.accounts.forms import refusals_on
from support.accounts.session_views import page
from support.core.web import current_actor
from support.disclosure import penalty_pages, queries, service_appeals
from support.disclosure.forms import AppealForm

blueprint = Blueprint("own_penalties", __name__, url_prefix="/account/penalties")


@blueprint.get("")
def index() -> str:
    """List what the member was told of."""
    rows = queries.own_penalties(current_actor())
    return render_template("disclosure/own_index.html", rows=rows)


@blueprint.get("/<uid>")
def show(uid: str) -> tuple[str, int]:
    """Show one penalty: the sentence of its state, the reasons, what is published, how to appeal."""
    return _page(uid, AppealForm())


@blueprint.post("/<uid>/appeal")
def appeal(uid: str) -> Response | tuple[str, int]:
    """Take the member's appeal; a double click is one appeal."""
    actor, form = current_actor(), AppealForm()
    row = queries.own_penalty(actor, uid)
    if form.validate_on_submit():
        with refusals_on(form):
            service_appeals.appeal_penalty(actor, row, form.words.data or "")
            flash(_("We have your appeal. Nothing is published while it is heard."), "success")
            return redirect(url_for("own_penalties.show", uid=uid), 303)
    return _page(uid, form)


def _page(uid: str, form: AppealForm) -> tuple[str, int]:
    row = queries.own_penalty(current_actor(), uid)
    return page("disclosure/own_show.html", form, row=row, **penalty_pages.member_page(row))
