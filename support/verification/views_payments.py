"""The pages of the payment to a company's account: the account, the amount, and how to go on without one."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from support.accounts.forms import refusals_on
from support.accounts.session_views import page
from support.core.clock import utcnow
from support.core.errors import NotFound
from support.core.web import current_actor
from support.verification import queries, queries_payments, service_payments
from support.verification.bank import can_pay
from support.verification.forms import AccountForm, AmountForm
from support.verification.goal import goal_of
from support.verification.lifecycle import ALIVE, CheckState, PaymentState
from support.verification.models import Check, Payment
from support.verification.queries_payments import Account
from support.verification.views import blueprint

Answer = Response | tuple[str, int]
_FIELDS = ("region", "company", "licence", "bank", "holder", "number")


@blueprint.route("/checks/<uid>/payment", methods=["GET", "POST"])
def payment(uid: str) -> Answer:
    """Ask for the amount; where no payment waits, say why, and lead to the account."""
    check, form = _own(uid), AmountForm()
    known = queries_payments.payment_of(check)
    if known is None:
        return redirect(url_for("checks.bank_account", uid=uid), 303)
    if known.state == PaymentState.SENT and form.validate_on_submit():
        with refusals_on(form):
            service_payments.confirm_payment(current_actor(), check, form.amount.data or "")
            flash(_("The amount is right."), "success")
            return redirect(url_for("checks.show", uid=uid), 303)
    return page("verification/payment.html", form, **_facts(check, known))


@blueprint.route("/checks/<uid>/payment/account", methods=["GET", "POST"])
def bank_account(uid: str) -> Answer:
    """Ask for the company's account, or for another one."""
    check = _own(uid)
    known = queries_payments.payment_of(check)
    form = AccountForm(data=_said(check, known))
    if form.validate_on_submit():
        with refusals_on(form):
            said = Account(*(form[name].data or "" for name in _FIELDS))
            service_payments.request_payment(
                current_actor(), check, said, consent=bool(form.consent.data)
            )
            return redirect(url_for("checks.payment", uid=uid), 303)
    return page("verification/bank_account.html", form, **_facts(check, known))


@blueprint.route("/checks/<uid>/payment/absence", methods=["GET", "POST"])
def skip_payment(uid: str) -> Answer | str:
    """Say what is shown instead of a payment; a press of the button chooses it."""
    check = _own(uid)
    if request.method == "POST":
        service_payments.skip_payment(current_actor(), check)
        flash(_("People decide without a payment. One more picture is asked for."), "success")
        return redirect(url_for("checks.show", uid=uid), 303)
    return render_template("verification/no_payment.html", check=check)


def _own(uid: str) -> Check:
    """Return the actor's own open check in which a payment is asked for; raise `NotFound` for any other."""
    check = queries.own_check(current_actor(), uid)
    if check.state != CheckState.OPEN or not queries_payments.asks_for_payment(check):
        raise NotFound()
    return check


def _said(check: Check, known: Payment | None) -> dict[str, str]:
    """What the person need not write again: the company of their own papers, and an account that is corrected.

    Never the number, which is shown to nobody in full; nor of another's account the name that it bears.
    """
    if known is not None and (account := queries_payments.account_of(check, known)) is not None:
        return {name: getattr(account, name) for name in _FIELDS if name != "number"}
    own = check.asker_id == check.subject_id
    company = goal_of(check).company_of(check) if own else None
    if company is None:
        return {}
    return {
        "company": company.names[0],
        "holder": company.names[0],
        "licence": company.licence,
    }


def _facts(check: Check, known: Payment | None) -> dict[str, object]:
    """What both pages show of the newest payment."""
    return {
        "check": check,
        "payment": known,
        "alive": known is not None and known.state in ALIVE,
        "account": queries_payments.account_of(check, known) if known else None,
        "asked_until": queries_payments.asked_until(known, utcnow()) if known else None,
        "locked": queries_payments.locked_until(check, utcnow()),
        "more": queries_payments.may_try_again(check, utcnow()),
        "can_pay": can_pay(),
    }
