"""The member's pages of their real name: where it stands, the ways, and what a document says."""

from __future__ import annotations

from flask import Blueprint, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from support.accounts import queries_names, service_sources
from support.accounts.forms import refusals_on
from support.accounts.policy import require_self
from support.accounts.session_views import page
from support.core.db import new_uid
from support.core.errors import NotFound
from support.core.once import once
from support.core.web import current_actor, form_scope
from support.realname import (
    goals,
    policy,
    queries,
    queries_changes,
    service,
    service_changes,
)
from support.realname.documents import Document
from support.realname.forms import ChangeForm, DetailsForm
from support.verification import queries as checks
from support.verification import queries_payments
from support.verification.goal import other_ways
from support.verification.lifecycle import ENDED, CheckState
from support.verification.models import Check
from support.verification.policy import REASONS, Way
from support.workorders import queries as orders
from support.workorders.limits_web import count_order
from support.workorders.models import WorkOrder

blueprint = Blueprint("realname", __name__)
Answer = Response | tuple[str, int]


@blueprint.get("/account/realname")
def index() -> Answer:
    """Say in what state the name is, and by which ways it is verified."""
    person_id = require_self(current_actor())
    check = queries.newest_check(person_id)
    undone = check is not None and queries_payments.is_undone(check)
    return page(
        "realname/index.html",
        verified=queries_names.verified_name_of(person_id),
        elsewhere=queries_names.is_vouched_still(person_id),
        undone=undone,
        sources=policy.SOURCES,
        lang_of=goals.language_of,
        carriers=[one.method for one in service_sources.sources()],
        check=check,
        change=_running_change(person_id),
        member=current_actor().kind == "member",
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


@blueprint.route("/orders/new/realname", methods=["GET", "POST"])
def change() -> Answer:
    """Ask for a change of the verified name; whoever has none, or waits for one, is led there."""
    person_id = require_self(current_actor())
    verified, running = queries_names.verified_name_of(person_id), _running_change(person_id)
    if running is not None and request.method == "GET":
        return redirect(url_for("workorders.show", reference=running.reference), 303)
    if verified is None:
        return redirect(url_for("realname.index"), 303)
    if queries_names.is_vouched_still(person_id) and request.method == "GET":
        return page("realname/change_elsewhere.html", source=policy.SOURCES[verified.source])
    form = ChangeForm(data={"bears": verified.kind})
    if form.validate_on_submit():
        count_order()  # asks Valkey, so before a transaction holds the database
        with refusals_on(form):
            reference = once(form_scope(), _key(), _said(form), lambda: _ask(form))
            order = orders.order_for(current_actor(), reference)
            return redirect(_tasks_of(order), 303)
    return page("realname/change.html", form, verified=verified, key=_key() or new_uid())


def _running_change(person_id: int) -> WorkOrder | None:
    row = queries_changes.running_change(person_id)
    return orders.order_by_id(row.order_id) if row is not None else None


def _tasks_of(order: WorkOrder) -> str:
    if not order.identity_check:
        return url_for("workorders.show", reference=order.reference)
    return url_for("checks.show", uid=order.identity_check)


def _key() -> str:
    return request.form.get("idempotency_key", "")


def _said(form: ChangeForm) -> str:
    return "\0".join(str(form[name].data) for name in ("name", "bears", "reason", "body"))


def _ask(form: ChangeForm) -> str:
    company = form.bears.data == "company"
    wish = service_changes.Wish(
        form.name.data or "",
        "company" if company else "individual",
        form.reason.data or "",
        Way.COMPANY if company else Way.DOCUMENT,
    )
    actor = current_actor()
    words = _(policy.CHANGE_REASONS.get(wish.reason, ""))
    return service_changes.ask_change(
        actor,
        wish,
        subject=_("Change of my verified name"),
        body=form.body.data or words,
        language=actor.language,
    ).reference


@blueprint.route("/checks/<uid>/details", methods=["GET", "POST"])
def details(uid: str) -> Answer:
    """Take what the document says, with the consent to its number."""
    check = _own(uid)
    form = DetailsForm(data=_known(check)).offer(Way(check.way))
    if form.validate_on_submit():
        with refusals_on(form):
            _write(check, form)
            return redirect(url_for("checks.show", uid=uid), 303)
    return page("realname/details.html", form, check=check, others=other_ways(check))


def _own(uid: str) -> Check:
    """Return the actor's own open check of a name; raise `NotFound` for any other."""
    check = checks.own_check(current_actor(), uid)
    if check.act not in service.NAMING or check.state != CheckState.OPEN:
        raise NotFound()
    return check


def _known(check: Check) -> dict[str, object]:
    """What was written before; the number is never shown again."""
    known = queries.details_of(check)
    if known is None:
        return {"name": queries_changes.wanted_name(check)}
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
