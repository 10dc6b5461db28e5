"""The desk's pages of checks: what waits for a decision, and the evidence beside what is claimed."""

from __future__ import annotations

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as Answered

from support.accounts.forms import refusals_on
from support.accounts.session_views import page
from support.assurance import queries as assurance
from support.assurance.policy import ACTS, Act
from support.core.actors import Actor
from support.core.clock import utcnow
from support.core.kept import Kept
from support.core.web import current_actor, posted_version
from support.core.web_nav import NavItem
from support.core.words import N_
from support.verification import (
    policy,
    queries,
    queries_payments,
    queries_waiting,
    service,
    service_reviews,
)
from support.verification.forms import VerdictForm
from support.verification.goal import goal_of, rule_of
from support.verification.lifecycle import AFTER_DECISION, CheckState
from support.verification.models import Check
from support.verification.service_reviews import SEAT_OF, reasons_of

blueprint = Blueprint("reviews", __name__, url_prefix="/desk/checks")

_waiting = Kept("waiting_checks", 1.0, queries_waiting.waiting)


def _waiting_for(actor: Actor) -> int:
    return queries_waiting.waiting_for(actor, _waiting())


HOOKS = (
    NavItem(
        N_("More"),
        N_("Identity checks"),
        "reviews.index",
        "scan-eye",
        _waiting_for,
        roles=policy.REVIEWERS,
    ),
)


@blueprint.get("")
def index() -> str:
    """List the checks that wait for the actor's decision."""
    return render_template(
        "verification/reviews.html",
        checks=queries_waiting.to_review(current_actor()),
        returned=[
            (check, queries_payments.standing(check))
            for check in queries_waiting.came_back(current_actor())
        ],
        unstaffed=queries.unstaffed_seats(),
    )


@blueprint.get("/<uid>")
def show(uid: str) -> tuple[str, int]:
    """Show evidence and claim side by side, and the verdict that is the actor's to give."""
    check = queries.check_to_review(current_actor(), uid)
    return _page(check, _form(check))


@blueprint.post("/<uid>/views")
def open_picture(uid: str) -> Answered:
    """Open one picture, with a reason that its owner can read."""
    actor = current_actor()
    check = queries.check_to_review(actor, uid)
    wanted, reason = request.form.get("picture", ""), request.form.get("reason", "")
    view = service_reviews.open_picture(actor, check, wanted, reason)
    return redirect(url_for("reviews.show", uid=uid, view=view.uid, picture=wanted), 303)


@blueprint.get("/<uid>/pictures/<view>")
def picture(uid: str, view: str) -> Response:
    """Give the picture once, marked with who looks; the address is worth nothing afterwards."""
    check = queries.check_to_review(current_actor(), uid)
    data = service_reviews.look(current_actor(), check, view)
    headers = {
        "Content-Disposition": "inline",
        "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": "sandbox; default-src 'none'",
        "Cache-Control": "private, no-store",
    }
    return Response(data, mimetype="image/jpeg", headers=headers)


@blueprint.post("/<uid>/verdicts")
def decide(uid: str) -> Answered | tuple[str, int]:
    """Take the actor's verdict."""
    actor = current_actor()
    check = queries.check_to_review(actor, uid)
    form = _form(check)
    if form.validate_on_submit():
        with refusals_on(form):
            service_reviews.decide(
                actor,
                check,
                form.verdict.data or "",
                form.reason.data or "",
                marks=form.marks.data or (),
                version=posted_version(),
            )
            flash(_("Your decision is noted."), "success")
            return redirect(url_for("reviews.index"), 303)
    return _page(check, form)


@blueprint.post("/<uid>/again")
def again(uid: str) -> Answered:
    """Look anew at a check that the account's owner stopped."""
    actor = current_actor()
    service_reviews.take_up_again(actor, queries.check_to_review(actor, uid))
    return redirect(url_for("reviews.show", uid=uid), 303)


@blueprint.post("/<uid>/refusal")
def refuse(uid: str) -> Answered:
    """End a check that the account's owner stopped or objected to."""
    actor = current_actor()
    service_reviews.refuse_contested(actor, queries.check_to_review(actor, uid))
    flash(_("The check is refused, and its pictures are destroyed."), "success")
    return redirect(url_for("reviews.index"), 303)


def _form(check: Check) -> VerdictForm:
    return VerdictForm().offer(rule_of(check).marks, reasons_of(check))


def _page(check: Check, form: VerdictForm) -> tuple[str, int]:
    actor = current_actor()
    pictures = queries.evidence_of(check)
    payment = queries_payments.payment_of(check)
    return page(
        "verification/review.html",
        form,
        check=check,
        standing=queries_payments.standing(check),
        act=ACTS[Act(check.act)].title,
        way=rule_of(check),
        pictures=pictures,
        seen=queries.seen_by(actor, check),
        view=request.args.get("view", ""),
        viewed=request.args.get("picture", ""),
        phrase=service.phrase_of(check),
        claim=goal_of(check).claim,
        facts=goal_of(check).facts(check),
        payment=payment,
        account=queries_payments.account_of(check, payment) if payment else None,
        wrong_amounts=queries_payments.wrong_amounts(check, utcnow()),
        paid_another=queries_payments.paid_another(check),
        seat=_seat(actor, check),
        verdicts=queries.shown_verdicts(actor, check),
        reasons=policy.REASONS,
        view_reasons=policy.VIEW_REASONS,
        usual="second_review" if check.state == CheckState.APPROVAL else "first_review",
        hold=assurance.hold_of(check.stream),
        contested=queries.is_contested(check),
        stopped=check.state == CheckState.STOPPED,
        came_back=_may_settle(actor, check),
        undoes=check.state == CheckState.HELD or goal_of(check).take_back is not None,
    )


def _may_settle(actor: Actor, check: Check) -> bool:
    """True where the actor may say what follows from a payment that came back after the decision."""
    mine = (check.asker_id, check.subject_id, check.opened_by)
    fits = policy.may_sit(actor, "verifier") and actor.id not in mine
    return fits and check.state in AFTER_DECISION and queries_payments.is_returned(check)


def _seat(actor: Actor, check: Check) -> str:
    """Return the seat in which the actor may decide now, "" for none."""
    seat = SEAT_OF.get(check.status, "")
    mine = (check.asker_id, check.subject_id, check.opened_by)
    decided = {each.person_id for each in queries.verdicts(check).values()}
    fits = actor.id not in mine and actor.id not in decided
    return seat if seat and fits and policy.may_sit(actor, seat) else ""
