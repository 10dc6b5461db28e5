"""The desk asks the person behind an order to show that an account is theirs."""

from __future__ import annotations

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response
from wtforms import RadioField, StringField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # stubs are older
from wtforms.validators import DataRequired, Length

from support.accounts.forms import refusals_on
from support.core.masking import mask_secrets
from support.core.web import current_actor
from support.verification.policy import WAYS, Way
from support.workorders import moves, queries, service_checks
from support.workorders.describe import subject_words
from support.workorders.desk_views import blueprint


class IdentityForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF has no types
    """Whose account it is said to be, and which way fits."""

    who = StringField(
        _l("Member name or whole address of the account"),
        [DataRequired(_l("Enter whose account the person says it is.")), Length(max=320)],
    )
    way = RadioField(
        _l("How they should show it"),
        choices=[SelectChoice(way.value, _l(rule.title)) for way, rule in WAYS.items()],
        default=Way.DOCUMENT.value,
    )


@blueprint.route("/orders/<reference>/identity", methods=["GET", "POST"])
def identity(reference: str) -> str | Response | tuple[str, int]:
    """Ask whose account it is said to be, and send the person their tasks."""
    actor = current_actor()
    order = queries.order_at_desk(actor, reference)
    moves.require_work(actor, order)
    form = IdentityForm()
    if form.validate_on_submit():
        with refusals_on(form):
            service_checks.open_identity_check(
                actor, order, form.who.data or "", Way(form.way.data or Way.DOCUMENT)
            )
            flash(gettext("The person is asked to show who they are."), "success")
            return redirect(url_for("desk.show", reference=order.reference), 303)
    page = render_template(
        "workorders/desk/identity.html",
        form=form,
        order=order,
        subject=subject_words(mask_secrets(order.subject).text),
        hints={way.value: gettext(rule.why) for way, rule in WAYS.items()},
    )
    return page, 422 if form.is_submitted() else 200
