"""The pages of members and guests: the start, their orders, one order, and following without an account."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, session, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from support.accounts import service as accounts
from support.accounts import service_codes
from support.accounts.forms import CodeForm, refusals_on, said
from support.accounts.policy import CodePurpose
from support.accounts.session_views import code_scope, device_name, remember
from support.accounts.views import code_page
from support.core import file_serving, files
from support.core.clock import utcnow
from support.core.db import new_uid, transaction
from support.core.errors import Invalid, NotFound, TooMany, Unavailable
from support.core.web import client_address, current_actor
from support.core.web_pages import language
from support.workorders import (
    drafts_web,
    member_pages,
    moves,
    queries,
    service,
    service_drafts,
    targets,
    uploads,
)
from support.workorders.forms import FollowForm, MessageForm, RatingForm
from support.workorders.kind import kind_named, kinds_for
from support.workorders.models import WorkOrder
from support.workorders.policy import may_reopen
from support.workorders.reference import parse_reference
from support.workorders.service_drafts import Saved

blueprint = Blueprint("workorders", __name__)


@blueprint.before_request
def spell_reference() -> Response | None:
    """Lead whoever may see an order from its reference as they typed it to the one address of its page."""
    typed = (request.view_args or {}).get("reference")
    if request.method != "GET" or typed is None:
        return None
    try:
        reference = str(parse_reference(typed))
    except ValueError:
        return None
    if reference == typed or not _knows_of(reference):
        return None
    args = {**(request.view_args or {}), **request.args.to_dict(flat=False), "reference": reference}
    return redirect(url_for(request.endpoint or "", **args), 303)


def _knows_of(reference: str) -> bool:
    return reference in session.get("filed", ()) or queries.takes_part(current_actor(), reference)


@blueprint.get("/")
def start() -> str:
    """The front door: what can I do here, where do my orders stand."""
    return render_template(
        "workorders/start.html",
        kinds=kinds_for(current_actor()),
        newest=_newest(),
        drafts=drafts_web.unsent(),
        open_now=targets.office_hours().is_open(utcnow()),
    )


@blueprint.get("/orders")
def index() -> str:
    """The person's own orders, those that changed last; on a page what needs them first, then open, then closed."""
    before = member_pages.read_place(request.args.get("before", ""))
    rows = queries.own_orders(current_actor(), limit=member_pages.PAGE + 1, before=before)
    shown = rows[: member_pages.PAGE]
    older = member_pages.place_of(shown[-1]) if len(rows) > len(shown) else None
    return render_template(
        "workorders/index.html",
        groups=member_pages.groups(shown),
        first=before is None,
        drafts=drafts_web.unsent() if before is None else [],
        others=member_pages.others(current_actor()) if before is None else [],
        older=older,
    )


@blueprint.get("/orders/<reference>")
def show(reference: str) -> str | Response:
    """One order as its requester sees it, with the reply they were typing; staff without a part are led to the desk."""
    actor = current_actor()
    if actor.is_staff and not queries.takes_part(actor, reference):
        return redirect(url_for("desk.show", reference=reference), 303)
    order = own_order(reference)
    draft = service_drafts.load_draft(drafts_web.owner(), draft_place(order))
    return order_page(order, MessageForm(data=draft.fields if draft else None), draft=draft)


@blueprint.post("/orders/<reference>/closure")
def close(reference: str) -> Response:
    """Close the order oneself."""
    order = service.close_own_order(current_actor(), own_order(reference))
    flash(_("The work order is closed."), "success")
    return to_order(order)


@blueprint.get("/orders/<reference>/files/<uid>")
def download(reference: str, uid: str) -> Response:
    """Give a file of the order to a party who sees the message that it came with."""
    order = own_order(reference)
    file = files.file_by_uid(uid)
    if file.attached_to not in queries.visible_streams(current_actor(), order):
        raise NotFound()
    found = file_serving.open_for_download(file)
    return Response(found.stream, headers=found.headers, direct_passthrough=True)


@blueprint.get("/orders/<reference>/files/<uid>/thumbnail")
def thumbnail(reference: str, uid: str) -> Response:
    """Give the small picture of an image."""
    order = own_order(reference)
    file = files.file_by_uid(uid)
    if file.attached_to not in queries.visible_streams(current_actor(), order):
        raise NotFound()
    found = file_serving.open_thumbnail(file)
    return Response(found.stream, headers=found.headers, direct_passthrough=True)


@blueprint.route("/follow", methods=["GET", "POST"])
def follow() -> str | Response | tuple[str, int]:
    """Ask for reference and address, send a code; the same answer whether or not they belong together."""
    form = FollowForm(reference=request.args.get("reference", ""))
    if not form.validate_on_submit():
        return render_template("workorders/follow.html", form=form), (
            422 if form.is_submitted() else 200
        )
    try:
        kind, address = accounts.normalise_address("auto", form.address.data or "")
        contact_id = queries.contact_on_order(form.reference.data or "", kind, address)
        service_codes.request_code(
            current_actor(),
            CodePurpose.FOLLOW,
            kind=kind,
            value=address,
            visitor=code_scope(),
            address=client_address(),
            language=language(),
            send=contact_id is not None,
            about=form.reference.data or "",
        )
    except (Invalid, TooMany, Unavailable) as error:
        form.address.errors = [_(error.words, **error.facts)]
        return render_template("workorders/follow.html", form=form), error.status
    session["following"] = form.reference.data
    return redirect(url_for("workorders.follow_code"), 303)


@blueprint.route("/follow/code", methods=["GET", "POST"])
def follow_code() -> Response | tuple[str, int]:
    """Take the code and open the order; a guest's session begins."""
    form = CodeForm()
    if form.validate_on_submit():
        with refusals_on(form):
            return _begin_following(said(form.code), code_scope())
    other = url_for("workorders.follow", reference=session.get("following"))
    return code_page(form, CodePurpose.FOLLOW, _("Follow a work order"), other)


def _begin_following(digits: str, scope: str) -> Response:
    now = utcnow()
    checked = service_codes.check_code(CodePurpose.FOLLOW, visitor=scope, digits=digits, now=now)
    reference = checked.about or session.get("following", "")
    contact_id = queries.contact_on_order(reference, checked.kind, checked.value)
    if contact_id is None:
        raise Invalid("code", _("This code does not belong to that work order."))
    with transaction():
        service_codes.use_code(checked.id, now=now)
        opened = accounts.open_guest_session(
            contact_id, address=client_address(), device=device_name(), now=now
        )
        service.prove_contact(contact_id, queries.order_named(reference), now=now)
    response = redirect(url_for("workorders.show", reference=reference), 303)
    remember(response, opened)
    return response


def own_order(reference: str) -> WorkOrder:
    """Return the order called `reference` if the person may see it; raise `NotFound` otherwise."""
    return queries.order_for(current_actor(), reference)


def to_order(order: WorkOrder, anchor: str | None = None) -> Response:
    """Back to the order's page."""
    return redirect(url_for("workorders.show", reference=order.reference, _anchor=anchor), 303)


def draft_place(order: WorkOrder) -> str:
    """Return what drafts of a reply are about."""
    return f"order:{order.id}"


def _newest() -> list[dict[str, Any]]:
    actor = current_actor()
    if not actor.signed_in or actor.is_staff:
        return []
    return member_pages.order_items(queries.own_orders(actor, limit=2))


def order_page(
    order: WorkOrder,
    message: MessageForm,
    rating: RatingForm | None = None,
    *,
    draft: Saved | None = None,
) -> str:
    """Draw an order with its forms as they are filled, and the files that wait in the reply's draft."""
    actor, now = current_actor(), utcnow()
    return render_template(
        "workorders/show.html",
        message_form=message,
        rating_form=rating or RatingForm(),
        files=uploads.waiting(draft),
        draft_version=draft.version if draft else 0,
        may_close=moves.may_offer_closing(order),
        may_reopen=may_reopen(order, now),
        key=new_uid(),
        **member_pages.order_page(actor, order, kind_named(order.kind), now),
    )
