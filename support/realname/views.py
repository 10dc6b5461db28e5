"""The member's pages of their real name: where it stands, the ways, and what a document says."""

from __future__ import annotations

from flask import Blueprint, redirect, request, url_for
from werkzeug.wrappers import Response

from support.accounts import queries_names
from support.accounts.forms import refusals_on
from support.accounts.policy import require_self
from support.accounts.session_views import page
from support.core.errors import NotFound
from support.core.web import current_actor
from support.realname import goals, policy, queries, service
from support.realname.documents import Document
from support.realname.forms import DetailsForm
from support.verification import queries as checks
from support.verification.lifecycle import ENDED, CheckState
from support.verification.models import Check
from support.verification.policy import REASONS, Way

blueprint = Blueprint("realname", __name__)
Answer = Response | tuple[str, int]


@blueprint.get("/account/realname")
def index() -> Answer:
    """Say in what state the name is, and by which ways it is verified."""
    person_id = require_self(current_actor())
    check = queries.newest_check(person_id)
    return page(
        "realname/index.html",
        verified=queries_names.verified_name_of(person_id),
        sources=policy.SOURCES,
        check=check,
        running=check is not None and check.state not in ENDED,
        reason=REASONS.get(check.reason, "") if check is not None else "",
        ways=[(way, policy.RULES[way]) for way in goals.AUTHENTICATION.ways()],
    )


@blueprint.post("/account/realname/checks")
def begin() -> Response:
    """Begin to verify one's name by a way."""
    wanted = request.form.get("way", "")
    if wanted not in goals.AUTHENTICATION.ways():
        raise NotFound()
    check = service.begin_authentication(current_actor(), Way(wanted))
    return redirect(url_for("checks.show", uid=check.uid), 303)


@blueprint.route("/checks/<uid>/details", methods=["GET", "POST"])
def details(uid: str) -> Answer:
    """Take what the document says, with the consent to its number."""
    check = _own(uid)
    form = DetailsForm(data=_known(check)).offer(Way(check.way))
    if form.validate_on_submit():
        with refusals_on(form):
            _write(check, form)
            return redirect(url_for("checks.show", uid=uid), 303)
    return page("realname/details.html", form, check=check)


def _own(uid: str) -> Check:
    """Return the actor's own open check of a name; raise `NotFound` for any other."""
    check = checks.own_check(current_actor(), uid)
    if check.act not in goals.ACTS or check.state != CheckState.OPEN:
        raise NotFound()
    return check


def _known(check: Check) -> dict[str, object]:
    """What was written before; the number is never shown again."""
    known = queries.details_of(check)
    if known is None:
        return {}
    fields = ("document", "name", "other_name", "country", "valid_until")
    return {field: getattr(known, field) for field in fields}


def _write(check: Check, form: DetailsForm) -> None:
    service.write_details(
        current_actor(),
        check,
        Document(form.document.data),
        name=form.name.data or "",
        other_name=form.other_name.data or "",
        number=form.number.data or "",
        country=form.country.data or "",
        valid_until=form.valid_until.data,
        consent=bool(form.consent.data),
    )
