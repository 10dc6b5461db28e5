"""The admin's pages: the way in, and who works here (`/admin`, `/admin/people`)."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from support.accounts import (
    limits,
    queries,
    queries_training,
    service_sessions,
    service_staff,
    service_training,
)
from support.accounts.console import AdminEntry, AdminNotice
from support.accounts.forms import InviteForm, RenewForm, RolesForm, TrainingForm, refusals_on, said
from support.accounts.models import PersonKind
from support.accounts.policy import LapseStep, lapse_step
from support.accounts.session_views import page
from support.accounts.views import Answer
from support.assurance import service as assurance
from support.assurance.policy import Act
from support.core.actors import Role
from support.core.clock import utcnow
from support.core.context import hooks
from support.core.db import new_uid
from support.core.errors import NotFound
from support.core.once import once
from support.core.web import current_actor, form_scope

blueprint = Blueprint("admin", __name__)


@blueprint.get("/admin")
def index() -> Answer:
    """List what administrators do; every room adds its own entries. Alarms and roles that nobody holds stand on top."""
    entries = sorted(hooks(AdminEntry), key=lambda entry: entry.order)
    staff = queries.staff()
    held = {role for one in staff for role in one.roles}
    unstaffed = [role.title for role in Role if role not in held]
    sounding = [alarm.title for alarm in limits.alarms(utcnow())]
    notices = [notice for hook in hooks(AdminNotice) for notice in hook.of()]
    lapsed = [one.name for one in staff if one.untrained and one.has_password]
    facts = {"unstaffed": unstaffed, "alarms": sounding, "notices": notices, "lapsed": lapsed}
    return page("accounts/admin.html", entries=entries, **facts)


@blueprint.get("/admin/people")
def people() -> Answer:
    """List everybody who works or worked here."""
    staff = queries.all_staff()
    facts = {"resets": service_staff.open_resets(), "steps": {one.id: _step(one) for one in staff}}
    return page("accounts/people.html", people=staff, **facts)


@blueprint.route("/admin/people/invite", methods=["GET", "POST"])
def invite() -> Answer:
    """Invite a new member of staff by a link to their e-mail."""
    _prove_first(Act.CHANGE_ROLES)
    form = InviteForm()
    if form.validate_on_submit():
        with refusals_on(form):
            service_staff.invite_staff(
                current_actor(),
                name=said(form.name),
                email=said(form.email),
                roles=[Role(role) for role in form.roles.data or []],
                language=form.language.data,
            )
            flash(_("The invitation is on its way. The link works once, for 72 hours."), "success")
            return redirect(url_for("admin.people"), 303)
    return page("accounts/invite.html", form)


@blueprint.get("/admin/people/<uid>")
def person(uid: str) -> Answer:
    """Show one member of staff: roles, second factor, state."""
    who = _staff(uid)
    reset = service_staff.open_resets().get(who.id)
    asked_by = queries.names([reset[1]])[reset[1]] if reset else ""
    trainings = queries_training.trainings_of(who.id)
    recorded = queries.names(one.recorded_by for one in trainings if one.recorded_by)
    facts = {"reset": reset, "asked_by": asked_by, "trainings": trainings, "recorded": recorded}
    return page("accounts/person.html", who=who, step=_step(who), **facts)


@blueprint.route("/admin/people/<uid>/training", methods=["GET", "POST"])
def training(uid: str) -> Answer:
    """Record that a member of staff passed a training."""
    _prove_first(Act.CHANGE_ROLES)
    who, form = _staff(uid), TrainingForm()
    if form.validate_on_submit():
        with refusals_on(form):
            _record_once(who.id, form)
            flash(_("The training is recorded. It counts from their next request on."), "success")
            return redirect(url_for("admin.person", uid=uid), 303)
    key = request.form.get("idempotency_key") or new_uid()
    return page("accounts/training.html", form, who=who, key=key)


def _record_once(person_id: int, form: TrainingForm) -> None:
    """Record what the form says, however often it is sent."""
    passed_on, months, note = form.passed_on.data, form.months.data, said(form.note)
    assert passed_on is not None
    assert months is not None

    def act() -> str:
        return service_training.record_training(
            current_actor(), person_id, passed_on=passed_on, months=months, note=note
        ).isoformat()

    key = request.form.get("idempotency_key", "")
    once(form_scope(), key, f"{person_id} {passed_on} {months} {note}", act)


def _step(who: queries.PersonView) -> LapseStep | None:
    return lapse_step(who.trained_until, utcnow()) if who.trained_until else None


@blueprint.route("/admin/people/<uid>/roles", methods=["GET", "POST"])
def roles(uid: str) -> Answer:
    """Change what a member of staff may do."""
    _prove_first(Act.CHANGE_ROLES)
    who = _staff(uid)
    form = RolesForm(data={"roles": sorted(who.held)})
    if form.validate_on_submit():
        with refusals_on(form):
            chosen = [Role(role) for role in form.roles.data or []]
            service_staff.change_roles(current_actor(), who.id, chosen)
            flash(_("The roles are changed."), "success")
            return redirect(url_for("admin.person", uid=uid), 303)
    return page("accounts/roles.html", form, who=who)


@blueprint.route("/admin/people/<uid>/invitation", methods=["GET", "POST"])
def invitation(uid: str) -> Answer:
    """Send a new invitation to somebody who did not use theirs."""
    _prove_first(Act.CHANGE_ROLES)
    who, form = _staff(uid), RenewForm()
    if form.validate_on_submit():
        with refusals_on(form):
            service_staff.renew_invitation(current_actor(), who.id, email=said(form.email))
            flash(_("The invitation is on its way. The link works once, for 72 hours."), "success")
            return redirect(url_for("admin.person", uid=uid), 303)
    return page("accounts/invitation.html", form, who=who)


@blueprint.route("/admin/people/<uid>/access", methods=["GET", "POST"])
def access(uid: str) -> Answer:
    """Ask, then disable an account or open it again."""
    _prove_first(Act.CHANGE_ROLES)
    who = _staff(uid)
    if request.method == "POST":
        verb = service_staff.enable_person if who.disabled else service_staff.disable_person
        verb(current_actor(), who.id)
        flash(_("Done. It counts from their next request on."), "success")
        return redirect(url_for("admin.person", uid=uid), 303)
    return page("accounts/access.html", who=who)


@blueprint.route("/admin/people/<uid>/factor-reset", methods=["GET", "POST"])
def factor_reset(uid: str) -> Answer:
    """Ask for a reset of the second factor, or decide what another administrator asked."""
    _prove_first(Act.RESET_OTHERS_FACTOR)
    who, actor = _staff(uid), current_actor()
    reset = service_staff.open_resets().get(who.id)
    if request.method == "POST":
        if reset is None:
            service_staff.ask_factor_reset(actor, who.id)
        else:
            approve = request.form.get("decision") == "approve"
            service_staff.decide_factor_reset(actor, reset[0], approve=approve)
        return redirect(url_for("admin.person", uid=uid), 303)
    return page(
        "accounts/factor_reset.html", who=who, reset=reset, own=bool(reset and reset[1] == actor.id)
    )


@blueprint.post("/admin/people/<uid>/sessions/end")
def end_sessions(uid: str) -> Response:
    """End every session of a member of staff."""
    service_sessions.end_staff_sessions(current_actor(), _staff(uid).id)
    flash(_("Their sessions have ended."), "success")
    return redirect(url_for("admin.person", uid=uid), 303)


def _staff(uid: str) -> queries.PersonView:
    who = queries.person_by_uid(uid)
    if who.kind != PersonKind.STAFF:
        raise NotFound()
    return who


def _prove_first(act: Act) -> None:
    """Ask for the proof before the page, so that nobody types something and is then sent away."""
    assurance.require(current_actor(), act, now=utcnow())
