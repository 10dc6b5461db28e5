"""Payments that the bank gives back: said by an administrator, or by the bank's door; what follows is the desk's."""

from __future__ import annotations

import json
import logging

from flask import (
    Blueprint,
    Response,
    abort,
    flash,
    jsonify,
    redirect,
    render_template,
    request,
    url_for,
)
from flask_babel import gettext as _
from werkzeug.wrappers import Response as Answered

from support.core.actors import SYSTEM
from support.core.clock import utcnow
from support.core.errors import IllegalMove, NotFound, Stale
from support.core.web import csrf, current_actor, row_number
from support.verification import bank, queries, queries_payments, service_returns
from support.verification.lifecycle import RETURNABLE
from support.verification.views_desk import blueprint as reviews

log = logging.getLogger(__name__)
blueprint = Blueprint("payments", __name__)
PAGE = 50
LARGEST = 4_096


@blueprint.get("/admin/payments")
def index() -> str:
    """List the payments that reached the bank, newest first."""
    before = request.args.get("before", type=row_number)
    rows = queries_payments.left_payments(PAGE + 1, before)
    more = rows[PAGE - 1][0].id if len(rows) > PAGE else None
    return render_template(
        "verification/payments.html", payments=rows[:PAGE], more=more, first=before is None
    )


@blueprint.get("/admin/payments/<uid>")
def show(uid: str) -> str:
    """Show one payment, and what it means to say that it came back."""
    found = queries_payments.payment_by_uid(uid)
    if found is None:
        raise NotFound()
    payment, check = found
    return render_template(
        "verification/payment_back.html",
        payment=payment,
        check=check,
        account=queries_payments.account_of(check, payment),
        returnable=payment.state in RETURNABLE,
    )


@blueprint.post("/admin/payments/<uid>/return")
def come_back(uid: str) -> Answered:
    """Take the word that the bank gave it back."""
    service_returns.note_return(current_actor(), uid)
    flash(_("It is noted, and the check follows."), "success")
    return redirect(url_for("payments.show", uid=uid), 303)


@reviews.post("/<uid>/returned-payment")
def settle_return(uid: str) -> Answered:
    """Say what follows from a payment that came back after the check was decided."""
    actor = current_actor()
    check = queries.check_to_review(actor, uid)
    take_back = request.form.get("then") == "undo"
    service_returns.settle_return(actor, check, take_back=take_back)
    flash(_("Your decision is noted, and the member is told."), "success")
    return redirect(url_for("reviews.index"), 303)


@blueprint.post("/bank/returns")
@csrf.exempt  # type: ignore[untyped-decorator]  # the signature is the proof; no browser comes here
def bank_returns() -> tuple[Response, int]:
    """Take the word of the bank's door that a payment came back; the same again is harmless."""
    if not bank.has_bridge():
        abort(404)
    if (request.content_length or 0) > LARGEST:
        return _refused("too_large", 413)
    stamp, signature = (
        request.headers.get(f"Gongdan-{each}", "") for each in ("Timestamp", "Signature")
    )
    body = request.get_data()
    if not bank.is_from_bridge(body, stamp, signature, now=utcnow()):
        return _refused("signature", 401)
    try:
        service_returns.note_return(SYSTEM, _returned(body))
    except ValueError:
        return _refused("unreadable", 400)
    except NotFound:
        return _refused("unknown_payment", 404)
    except (IllegalMove, Stale):
        return _refused("not_now", 409)
    return jsonify({"recorded": True}), 200


def _returned(body: bytes) -> str:
    """Return which payment came back; raise `ValueError` for any other word."""
    try:
        said = json.loads(body)
    except RecursionError as error:
        raise ValueError("too deep") from error
    if not isinstance(said, dict) or said.get("type") != "payment.returned":
        raise ValueError("no return")
    if not isinstance(said.get("id"), str):
        raise ValueError("no payment")
    return str(said["id"])


def _refused(code: str, status: int) -> tuple[Response, int]:
    log.warning("bank_return_refused", extra={"code": code})
    return jsonify({"recorded": False, "reason": code}), status
