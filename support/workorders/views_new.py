"""A new work order: what it is about, the form, the last look, the receipt. Works without script."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import flash, redirect, render_template, request, session, url_for
from flask_babel import gettext as _
from werkzeug.datastructures import CombinedMultiDict
from werkzeug.wrappers import Response

from support.accounts import service as accounts
from support.core.clock import utcnow
from support.core.db import new_uid
from support.core.errors import Invalid, NotFound
from support.core.once import earlier, once
from support.core.web import current_actor, form_scope
from support.core.web_pages import language
from support.policies import queries as policies
from support.policies.intake import Intake
from support.workorders import (
    drafts_web,
    filing_web,
    limits_web,
    member_pages,
    queries,
    service,
    service_drafts,
    uploads,
)
from support.workorders.forms import OrderForm
from support.workorders.kind import Kind, is_open_after_intake, kind_named, kinds_for
from support.workorders.models import WorkOrder
from support.workorders.service_drafts import Saved
from support.workorders.views import blueprint

INTAKE = Intake(
    frozenset(
        {
            "workorders.new",
            "workorders.new_order",
            "workorders.check_order",
            "workorders.send_order",
            "workorders.save_draft",
            "workorders.upload",
            "desk.new_order",
            "desk.ask_caller",
            "desk.read_back",
            "desk.save_phone_draft",
        }
    ),
    spares=lambda args: is_open_after_intake(str(args.get("kind", ""))),
)
KEPT_FIELDS = ("own", "topic", "subject", "body", "address", "about")


@blueprint.get("/orders/new")
def new() -> str:
    """Ask what kind of order it is."""
    return render_template("workorders/new.html", kinds=kinds_for(current_actor()))


@blueprint.route("/orders/new/<kind>", methods=["GET", "POST"])
def new_order(kind: str) -> str | Response | tuple[str, int]:
    """Show the form of a kind, keep what was typed as a draft, and go on to the last look."""
    declared = _common_kind(kind)
    draft = _draft(declared)
    form = _form(declared, draft)
    if not form.is_submitted():
        return _form_page(declared, form, draft)
    draft = _keep(declared, form)
    if removed := request.form.get("remove_file"):
        uploads.remove(draft, removed)
        return redirect(url_for("workorders.new_order", kind=kind, _anchor="files"), 303)
    problems = drafts_web.take(draft, request.files.getlist("files"))
    if request.form.get("then") == "draft" and not problems:
        flash(_("Your draft is saved."), "success")
        return redirect(url_for("workorders.new_order", kind=kind), 303)
    if _is_complete(declared, form, problems):
        return redirect(url_for("workorders.check_order", kind=kind), 303)
    return _form_page(declared, form, draft), uploads.refusal(problems)


@blueprint.get("/orders/new/<kind>/check")
def check_order(kind: str) -> str | Response | tuple[str, int]:
    """Show everything once more before it is sent."""
    declared = _common_kind(kind)
    draft = _draft(declared)
    form = _form(declared, draft)
    if draft is None:
        return redirect(url_for("workorders.new_order", kind=kind), 303)
    if not _is_complete(declared, form, ()):
        return _form_page(declared, form, draft), 422
    return render_template(
        "workorders/check.html",
        kind=declared,
        form=form,
        files=uploads.waiting(draft),
        key=draft.uid,
        secrets=[
            (field, words)
            for field in (form.subject, form.body)
            if field and (words := member_pages.secrets_in(field.data))
        ],
        policy=policies.current_version(utcnow()),
    )


@blueprint.post("/orders/new/<kind>/sending")
def send_order(kind: str) -> Response | tuple[str, int]:
    """File the order: a double click or the back button makes one order."""
    declared = _common_kind(kind)
    draft = _draft(declared)
    if draft is None:
        return _already_sent(kind)
    form = _form(declared, draft)
    if not _is_complete(declared, form, ()):
        return _form_page(declared, form, draft), 422
    limits_web.count_order()  # asks Valkey, so before a transaction holds the database
    reference = once(
        form_scope(),
        draft.uid,
        service_drafts.content_of(draft.fields),
        lambda: _file(declared, form, draft),
    )
    signed_in = current_actor().signed_in
    coded = not signed_in and filing_web.send_code(form.address.data or "")
    return filing_web.filed(reference, coded=coded)


def _already_sent(kind: str) -> Response:
    """The draft is gone: the same form was carried out before (a second click, a retry after a lost answer),
    or it was given up."""
    if reference := earlier(form_scope(), request.form.get("idempotency_key", "")):
        return filing_web.filed(reference)
    return redirect(url_for("workorders.new_order", kind=kind), 303)


def _file(kind: Kind, form: OrderForm, draft: Saved) -> str:
    """Carry out the filing inside the one transaction of `once`; return the new reference."""
    actor, now = current_actor(), utcnow()
    requester_id, contact_id = filing_web.requester(form.address.data or "", now)
    order = service.file_order(
        actor,
        kind,
        requester_id=requester_id,
        contact_id=contact_id,
        topic=form.topic.data if "topic" in form else "",
        subject=_subject(kind, form),
        body=form.body.data or "",
        language=language(),
        related=_related(form.about.data),
        now=now,
    )
    if kind.question is not None:
        kind.question.keep(actor, order, form.meaning, now=now)
    message = service.first_message(order)
    uploads.attach_all(draft, message.stream, person=f"person:{requester_id}")
    service_drafts.discard_draft(drafts_web.owner(), _about(kind))
    return order.reference


def _subject(kind: Kind, form: OrderForm) -> str:
    """Return the summary that was typed, or the words of kind and topic where the kind asks for none."""
    if form.subject:
        return form.subject.data or ""
    topic = next(topic for topic in kind.topics if topic.code == form.topic.data)
    return str(_("%(label)s: %(value)s", label=_(kind.title), value=_(topic.title)))


@blueprint.get("/orders/<reference>/receipt")
def receipt(reference: str) -> str:
    """Confirm what was filed, to the browser that filed it or to a party; reference and state only."""
    actor = current_actor()
    order = queries.order_named(reference)
    if reference not in session.get("filed", []) and queries.party_of(actor, order) is None:
        raise NotFound()
    return render_template(
        "workorders/receipt.html",
        order=order,
        kind=kind_named(order.kind),
        mine=queries.party_of(actor, order) is not None,
        coded=session.get("coded") == reference,
    )


@blueprint.post("/orders/new/<kind>/draft")
def save_draft(kind: str) -> Response | tuple[Response, int]:
    """Save what is being typed (a script posts it); 409 gives the other device's text as well."""
    return drafts_web.save(_about(_common_kind(kind)), KEPT_FIELDS)


@blueprint.post("/orders/new/<kind>/other-draft")
def other_draft(kind: str) -> Response:
    """Put the draft that is kept beside the form into it, or delete it."""
    about, form = _about(_common_kind(kind)), request.form
    if wanted := form.get("use"):
        service_drafts.take_up(drafts_web.owner(), about, wanted)
    else:
        service_drafts.drop(drafts_web.owner(), form.get("drop", ""))
    return redirect(url_for("workorders.new_order", kind=kind), 303)


@blueprint.post("/orders/drafts/<uid>/discarding")
def discard(uid: str) -> Response:
    """Delete a draft that the lists show."""
    service_drafts.drop(drafts_web.owner(), uid)
    flash(_("The draft is discarded."), "success")
    signed_in = current_actor().signed_in
    return redirect(url_for("workorders.index" if signed_in else "workorders.start"), 303)


@blueprint.post("/orders/new/<kind>/files")
def upload(kind: str) -> Response | tuple[Response, int]:
    """Take one file that a script sends alone."""
    return drafts_web.upload(_about(_common_kind(kind)))


def _common_kind(code: str) -> Kind:
    """Return the kind if its entry is the common form; raise `NotFound` otherwise."""
    kind = kind_named(code)
    if kind.entry is not None:
        raise NotFound()
    return kind


def _about(kind: Kind) -> str:
    return f"new:{kind.code}"


def _draft(kind: Kind) -> Saved | None:
    return service_drafts.load_draft(drafts_web.owner(), _about(kind))


def _keep(kind: Kind, form: OrderForm) -> Saved:
    fields = {name: form[name].data or "" for name in KEPT_FIELDS if name in form}
    return service_drafts.save_draft(drafts_web.owner(), _about(kind), fields)


def _form(kind: Kind, draft: Saved | None) -> OrderForm:
    """Fill the form: from the request when it was posted here, else from the draft."""
    posted = request.method == "POST" and request.endpoint == "workorders.new_order"
    about = request.args.get("about", "")
    offered = {"topic": request.args.get("topic", ""), **_follow_up(kind, about)}
    fields: dict[str, Any] = {**offered, **(draft.fields if draft else {})}
    fields["about"] = about or fields.get("about", "")
    form = OrderForm(
        CombinedMultiDict([request.files, request.form]) if posted else None,
        data=fields,
        meta=_meta(posted),
    )
    own = kind.question
    form.ask_own(_(own.label) if own else "")
    topics = [(topic.code, _(topic.title)) for topic in kind.topics]
    form.offer_topics(topics, _(kind.asks) if kind.asks else "")
    return form


def _follow_up(kind: Kind, about: str) -> dict[str, str]:
    """Return what stands in the form for a new order about an old one: its number, none of its text."""
    related = None if kind.recuses else _related(about)
    if related is None:
        return {}
    return {"subject": _("More about %(reference)s", reference=related.reference)}


def _meta(posted: bool) -> dict[str, Any]:
    """A form filled from a draft carries no token of its own; the POST that sends it was checked already."""
    return {} if posted else {"csrf": False}


def _is_complete(kind: Kind, form: OrderForm, problems: Sequence[str]) -> bool:
    """Check every field, what the kind asks itself, the address of somebody who isn't signed in, and the files."""
    complete = form.validate()
    if kind.question is not None and not form.own.errors:
        try:
            form.meaning = kind.question.read(form.own.data or "")
        except Invalid as error:
            form.own.errors = [*form.own.errors, _(error.words, **error.facts)]
            complete = False
    if not current_actor().signed_in:
        try:
            accounts.normalise_address("auto", form.address.data or "")
        except Invalid as error:
            form.address.errors = [*form.address.errors, _(error.words, **error.facts)]
            complete = False
    if problems:
        form.files.errors = [*form.files.errors, *problems]
    return complete and not problems


def _form_page(kind: Kind, form: OrderForm, draft: Saved | None) -> str:
    return render_template(
        "workorders/new_order.html",
        kind=kind,
        form=form,
        files=uploads.waiting(draft),
        topics={topic.code: {"icon": topic.icon, "hint": _(topic.hint)} for topic in kind.topics},
        related=_related(form.about.data),
        draft=draft,
        others=service_drafts.drafts_beside(drafts_web.owner(), _about(kind)),
        key=new_uid(),
    )


def _related(reference: str | None) -> WorkOrder | None:
    """Return the order that a complaint is about, if the person may see it; a wrong one is simply not linked."""
    if not reference:
        return None
    try:
        return queries.order_for(current_actor(), reference)
    except NotFound:
        return None
