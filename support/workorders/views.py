"""The pages of members and guests: the start, their orders, one order, and following without an account."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, session, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from support.accounts import queries as people
from support.accounts import service as accounts
from support.accounts import service_codes
from support.accounts.policy import CodePurpose
from support.accounts.session_views import code_scope, device_name, remember
from support.core import file_serving, files
from support.core.clock import utcnow
from support.core.db import new_uid, transaction
from support.core.errors import Invalid, NotFound
from support.core.once import once
from support.core.text import written_in
from support.core.web import client_address, current_actor, form_scope
from support.core.web_pages import language
from support.workorders import (
    drafts_web,
    member_pages,
    queries,
    service,
    service_drafts,
    targets,
    uploads,
)
from support.workorders.forms import CodeForm, FollowForm, MessageForm, RatingForm
from support.workorders.kind import kind_named, kinds
from support.workorders.models import WorkOrder
from support.workorders.policy import may_reopen

blueprint = Blueprint("workorders", __name__)


@blueprint.get("/")
def start() -> str:
    """The front door: what can I do here, where do my orders stand."""
    return render_template(
        "workorders/start.html",
        kinds=kinds(),
        newest=_newest(),
        open_now=targets.office_hours().is_open(utcnow()),
    )


@blueprint.get("/orders")
def index() -> str:
    """The person's own orders: what needs them first, then open, then closed."""
    rows = queries.own_orders(current_actor(), limit=100)
    return render_template("workorders/index.html", groups=member_pages.groups(rows))


@blueprint.get("/orders/<reference>")
def show(reference: str) -> str | Response:
    """One order as its requester sees it; staff without a part in it are led to the desk."""
    actor = current_actor()
    if actor.is_staff and not queries.takes_part(actor, reference):
        return redirect(url_for("desk.show", reference=reference), 303)
    return _order_page(_order(reference), MessageForm(), RatingForm())


@blueprint.post("/orders/<reference>/messages")
def answer(reference: str) -> Response | tuple[str, int]:
    """Add a message; files come with it."""
    order, form = _order(reference), MessageForm()
    owner, about = drafts_web.owner(), f"order:{order.id}"
    draft = drafts_web.present(about)
    problems = uploads.take(draft, request.files.getlist("files"))
    if not form.validate_on_submit() or problems:
        form.body.errors = [*form.body.errors, *problems]
        return _order_page(order, form, RatingForm()), uploads.refusal(problems)
    body = form.body.data or ""

    def act() -> str:
        message = service.answer(current_actor(), order, body=body, language=written_in(body))
        uploads.attach_all(draft, message.stream, person=current_actor().ref)
        service_drafts.discard_draft(owner, about)
        return order.reference

    _once(act, body)
    flash(_("Your message is sent."), "success")
    return _to(order, anchor="thread-end")


@blueprint.post("/orders/<reference>/draft")
def save_reply_draft(reference: str) -> Response | tuple[Response, int]:
    """Save the reply that is being typed."""
    return drafts_web.save(f"order:{_order(reference).id}", ("body",))


@blueprint.post("/orders/<reference>/uploads")
def upload_reply(reference: str) -> Response | tuple[Response, int]:
    """Take one file for the reply, sent alone by a script."""
    return drafts_web.upload(f"order:{_order(reference).id}")


@blueprint.post("/orders/<reference>/closure")
def close(reference: str) -> Response:
    """Close the order oneself."""
    order = service.close_own_order(current_actor(), _order(reference))
    flash(_("The work order is closed."), "success")
    return _to(order)


@blueprint.post("/orders/<reference>/rating")
def rate(reference: str) -> Response | tuple[str, int]:
    """Say whether it is solved."""
    order, form = _order(reference), RatingForm()
    if not form.validate_on_submit():
        return _order_page(order, MessageForm(), form), 422
    solved, comment = form.solved.data == "yes", form.comment.data or ""

    def act() -> str:
        return service.rate_order(current_actor(), order, solved=solved, comment=comment).reference

    _once(act, f"{solved}{comment}")
    flash(_("Thank you.") if solved else _("We are on it again."), "success")
    return _to(order)


@blueprint.post("/orders/<reference>/reopening")
def reopen(reference: str) -> Response | tuple[str, int]:
    """Open a closed order again, once, with a message."""
    order, form = _order(reference), MessageForm()
    if not form.validate_on_submit():
        return _order_page(order, form, RatingForm()), 422
    body = form.body.data or ""
    _once(lambda: service.reopen_order(current_actor(), order, body=body).reference, body)
    flash(_("The work order is open again."), "success")
    return _to(order)


@blueprint.get("/orders/<reference>/files/<uid>")
def download(reference: str, uid: str) -> Response:
    """Give a file of the order to a party who sees the message that it came with."""
    order = _order(reference)
    file = files.file_by_uid(uid)
    if file.attached_to not in queries.visible_streams(current_actor(), order):
        raise NotFound()
    found = file_serving.open_for_download(file)
    return Response(found.stream, headers=found.headers, direct_passthrough=True)


@blueprint.get("/orders/<reference>/files/<uid>/thumbnail")
def thumbnail(reference: str, uid: str) -> Response:
    """Give the small picture of an image."""
    order = _order(reference)
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
    except Invalid as error:
        form.address.errors = [_(error.words, **error.facts)]
        return render_template("workorders/follow.html", form=form), 422
    session["following"] = form.reference.data
    return redirect(url_for("workorders.follow_code"), 303)


@blueprint.route("/follow/code", methods=["GET", "POST"])
def follow_code() -> str | Response | tuple[str, int]:
    """Take the code and open the order; a guest's session begins."""
    form, scope = CodeForm(), code_scope()
    asked = people.open_code(scope, CodePurpose.FOLLOW)
    if form.validate_on_submit():
        try:
            return _begin_following(form.code.data or "", scope)
        except Invalid as error:
            form.code.errors = [_(error.words, **error.facts)]
    status = 422 if form.is_submitted() else 200
    return render_template("workorders/follow_code.html", form=form, asked=asked), status


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


def _order(reference: str) -> WorkOrder:
    return queries.order_for(current_actor(), reference)


def _to(order: WorkOrder, anchor: str | None = None) -> Response:
    return redirect(url_for("workorders.show", reference=order.reference, _anchor=anchor), 303)


def _once(act: Callable[[], str], content: str) -> None:
    once(form_scope(), request.form.get("idempotency_key", ""), content, act)


def _newest() -> list[dict[str, Any]]:
    actor = current_actor()
    if not actor.signed_in or actor.is_staff:
        return []
    return member_pages.order_items(queries.own_orders(actor, limit=2))


def _order_page(order: WorkOrder, message: MessageForm, rating: RatingForm) -> str:
    actor, now = current_actor(), utcnow()
    return render_template(
        "workorders/show.html",
        message_form=message,
        rating_form=rating,
        may_reopen=may_reopen(order, now),
        key=new_uid(),
        **member_pages.order_page(actor, order, kind_named(order.kind), now),
    )
