"""Pages that need no account: the steps and the proof of one deletion, and whether a proof is genuine.

They show nothing of the person: numbers of things, codes of classes, dates.
"""

from __future__ import annotations

import json

from flask import Blueprint, Response, make_response, render_template
from flask_babel import lazy_gettext as _l

from support.accounts.session_views import page
from support.core.errors import Expired, NotFound
from support.core.words import N_
from support.erasure import proof_pages, queries, receipts
from support.erasure.forms import ProofForm
from support.erasure.lifecycle import PROVED, ErasureState
from support.erasure.models import Erasure

blueprint = Blueprint("deletions", __name__, url_prefix="/deletions")

PUBLIC = ("deletions.show", "deletions.receipt", "deletions.verify", "deletions.key")
NO_PROOF = N_("This is no proof of ours, or it was altered.")


@blueprint.get("/<uid>")
def show(uid: str) -> Response:
    """Show how far it is, and the proof when it is done."""
    row = _agreed(uid)
    return _unlisted(render_template("erasure/proof.html", row=row, **proof_pages.shown(row)))


@blueprint.get("/<uid>/proof.json")
def receipt(uid: str) -> Response:
    """Give the signed proof as a file."""
    row = _agreed(uid)
    if row.receipt is None:
        raise NotFound()
    answer = _unlisted(json.dumps(row.receipt, ensure_ascii=False, indent=2) + "\n")
    answer.mimetype = "application/json"
    answer.headers["Content-Disposition"] = f'attachment; filename="{proof_pages.file_name(row)}"'
    return answer


@blueprint.route("/check", methods=["GET", "POST"])
def verify() -> tuple[str, int]:
    """Say whether a pasted proof is genuine."""
    form, found = ProofForm(), None
    if form.validate_on_submit():
        try:
            found = receipts.verify(form.proof.data or "")
        except receipts.NotOurs:
            form.proof.errors = [*form.proof.errors, _l(NO_PROOF)]
    facts = proof_pages.genuine(found) if found is not None else {}
    return page("erasure/verify.html", form, found=found, key=receipts.public_text(), **facts)


@blueprint.get("/key")
def key() -> Response:
    """Give the public key with which proofs are checked."""
    answer = make_response(receipts.public_text() + "\n")
    answer.mimetype = "text/plain"
    return answer


def _agreed(uid: str) -> Erasure:
    """Return a request that two people agreed to; before that it has no public page, taken back since no more."""
    row = queries.erasure_by_uid(uid)
    if row.status is ErasureState.WITHDRAWN and row.approved_at is not None:
        raise Expired()
    if row.status not in PROVED:
        raise NotFound()
    return row


def _unlisted(body: str) -> Response:
    answer = make_response(body)
    answer.headers["X-Robots-Tag"] = "noindex, noarchive"
    return answer
