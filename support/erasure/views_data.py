"""The console's pages about one's own data: what is kept and why, and a copy of it."""

from __future__ import annotations

from flask import (
    Blueprint,
    Response,
    flash,
    redirect,
    render_template,
    request,
    url_for,
)
from flask_babel import gettext as _
from werkzeug.wrappers import Response as Answer

from support.core.errors import NeedsProof
from support.core.file_serving import content_disposition
from support.core.web import current_actor
from support.erasure import data_pages, queries_copies, service_copies
from support.erasure.views import ask_proof

blueprint = Blueprint("own_data", __name__, url_prefix="/account/data")

GUEST = ("own_data.index", "own_data.copies", "own_data.save", "own_data.remove")
"""They open to somebody who followed their order with a code, for what stands under that address."""


@blueprint.get("")
def index() -> str:
    """Say what is kept about the person, class by class, and what they can do about it."""
    service_copies.require_person(current_actor())
    return render_template("erasure/data.html", **data_pages.shown(current_actor()))


@blueprint.route("/copies", methods=["GET", "POST"])
def copies() -> Answer | str:
    """Show the copies and how far the present one is; sending the form asks for one."""
    actor = current_actor()
    service_copies.require_person(actor)
    if request.method == "POST":
        try:
            service_copies.ask_copy(actor)
        except NeedsProof:
            return ask_proof(request.path)
        flash(_("Your copy is being put together. A letter tells you when it is ready."), "success")
        return redirect(url_for("own_data.copies"), 303)
    rows = [data_pages.copy_line(row) for row in queries_copies.own_copies(actor)]
    return render_template(
        "erasure/copies.html",
        rows=rows,
        running=next((row for row in rows if row["running"]), None),
        days=service_copies.LASTS.days,
        most=service_copies.MOST_A_DAY,
    )


@blueprint.get("/copies/<uid>")
def save(uid: str) -> Answer:
    """Give the file to whose data it is, once they have shown again that it is them."""
    try:
        found = service_copies.open_copy(current_actor(), uid)
    except NeedsProof:
        return ask_proof(request.path)
    headers = {
        "Content-Type": "application/zip",
        "Content-Length": str(found.length),
        "Content-Disposition": content_disposition("attachment", found.name),
        "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": "sandbox; default-src 'none'",
        "Cache-Control": "private, no-store",
    }
    return Response(found.pieces, headers=headers)


@blueprint.post("/copies/<uid>/removal")
def remove(uid: str) -> Answer:
    """Delete a copy at once, or give up one that is being made."""
    service_copies.remove_copy(current_actor(), uid)
    flash(_("The copy is deleted here."), "success")
    return redirect(url_for("own_data.copies"), 303)
