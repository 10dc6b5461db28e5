"""The page on which somebody names the verified record of the account."""

from __future__ import annotations

from flask import redirect, url_for
from werkzeug.wrappers import Response

from support.accounts.forms import refusals_on
from support.accounts.session_views import page
from support.core.clock import utcnow
from support.core.errors import NotFound
from support.core.web import current_actor
from support.verification import queries, service_records
from support.verification.forms import RecordForm
from support.verification.steps import RECORD
from support.verification.views import blueprint


@blueprint.route("/checks/<uid>/record", methods=["GET", "POST"])
def match_record(uid: str) -> Response | tuple[str, int]:
    """Ask for the verified name and the last four signs of its document."""
    actor = current_actor()
    check, form = queries.own_check(actor, uid), RecordForm()
    if not RECORD.applies(check):
        raise NotFound()
    if form.validate_on_submit():
        with refusals_on(form):
            service_records.match_record(actor, check, form.name.data or "", form.last.data or "")
            return redirect(url_for("checks.show", uid=uid), 303)
    locked = queries.record_locked_until(check, utcnow())
    return page("verification/record.html", form, check=check, locked=locked)
