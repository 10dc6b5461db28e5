"""What a party writes on an order: a reply with its files, whether it is solved, opening it again.

Whatever refuses it, the text comes back: in its box with words beside it, or next to what came in meanwhile.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from flask import flash, render_template, request
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from support.core.clock import utcnow
from support.core.db import db, new_uid
from support.core.errors import (
    IllegalMove,
    Invalid,
    NotFound,
    Stale,
    TooLarge,
    TooMany,
)
from support.core.once import once
from support.core.text import written_in
from support.core.web import current_actor, form_scope
from support.workorders import (
    drafts_web,
    limits_web,
    member_pages,
    queries,
    service,
    service_drafts,
    uploads,
)
from support.workorders.drafts_web import Sending
from support.workorders.forms import MessageForm, RatingForm
from support.workorders.kind import kind_named
from support.workorders.lifecycle import Status
from support.workorders.models import WorkOrder
from support.workorders.policy import may_reopen
from support.workorders.service_drafts import Saved
from support.workorders.views import blueprint, draft_place, order_page, own_order, to_order

Answer = Response | tuple[str, int]
_LATE = (IllegalMove, Stale)
_REFUSED = (Invalid, NotFound, TooLarge, TooMany)


@blueprint.post("/orders/<reference>/messages")
def answer(reference: str) -> Answer:
    """Add a message; the files that the page showed, and those chosen with it, come with it."""
    order, form = own_order(reference), MessageForm()
    if removed := request.form.get("remove_file"):
        return _without(order, form, removed)

    def act(body: str, sent: Sending) -> str:
        message = service.answer(current_actor(), order, body=body, language=written_in(body))
        sent.attach(message.stream, person=current_actor().ref)
        return order.reference

    return _send(order, form, act) or _sent(order, form, _("Your message is sent."))


@blueprint.post("/orders/<reference>/reopening")
def reopen(reference: str) -> Answer:
    """Open a closed order again, once, with a message."""
    order, form = own_order(reference), MessageForm()

    def act(body: str, sent: Sending) -> str:
        actor = current_actor()
        opened = service.reopen_order(actor, order, body=body)
        sent.attach(queries.last_written(actor, opened).stream, person=actor.ref)
        return opened.reference

    return _send(order, form, act) or _sent(order, form, _("The work order is open again."))


@blueprint.post("/orders/<reference>/rating")
def rate(reference: str) -> Answer:
    """Say whether it is solved; what is missing is the next message."""
    order, form = own_order(reference), RatingForm()
    if not form.validate_on_submit():
        late = order.state is not Status.RESOLVED
        return _late_rating(order, form) if late else (_again_rating(order, form), 422)
    solved, comment = form.solved.data == "yes", form.comment.data or ""

    def act() -> str:
        return service.rate_order(current_actor(), order, solved=solved, comment=comment).reference

    try:
        if not solved:
            limits_web.count_reply()
        once(form_scope(), request.form.get("idempotency_key", ""), f"{solved}{comment}", act)
    except _LATE:
        return _late_rating(order, form)
    except _REFUSED as error:
        form.comment.errors = [_(error.words, **error.facts)]
        return _again_rating(order, form), error.status
    flash(_("Thank you.") if solved else _("We are on it again."), "success")
    return to_order(order)


@blueprint.post("/orders/<reference>/draft")
def save_reply_draft(reference: str) -> drafts_web.Answer:
    """Save the reply that is being typed."""
    return drafts_web.save(draft_place(own_order(reference)), ("body",))


@blueprint.post("/orders/<reference>/uploads")
def upload_reply(reference: str) -> drafts_web.Answer:
    """Take one file for the reply, sent alone by a script."""
    return drafts_web.upload(draft_place(own_order(reference)))


def _send(
    order: WorkOrder, form: MessageForm, act: Callable[[str, Sending], str]
) -> tuple[str, int] | None:
    """Carry out `act` once, with the text and its files; return the page that says why not, None when it is done."""
    about = draft_place(order)
    sent = drafts_web.sending(about)
    if not form.validate_on_submit() or sent.problems:
        return _again(order, form, sent.problems), uploads.refusal(sent.problems)
    body, done = form.body.data or "", list[str]()

    def carry_out() -> str:
        result = act(body, sent)
        drafts_web.settle(about, sent)
        done.append(result)
        return result

    names = [file.filename or "" for file in request.files.getlist("files")]
    content = "\0".join([body, *request.form.getlist("uploads"), *names])
    try:
        limits_web.count_reply()
        once(form_scope(), request.form.get("idempotency_key", ""), content, carry_out)
    except _LATE:
        return _late(order, body, sent), 409
    except _REFUSED as error:
        _keep(order, body)
        return _again(order, form, [uploads.refused(error)]), error.status
    if sent.draft is not None and not done:
        for uid in sent.new:  # a second click brought its files once more
            uploads.remove(sent.draft, uid)
    return None


def _sent(order: WorkOrder, form: MessageForm, words: str) -> Response:
    flash(words, "success")
    if kinds := member_pages.secrets_in(form.body.data):
        flash(
            _("What you sent looks like it holds %(kinds)s. Agents see it masked.", kinds=kinds),
            "warning",
        )
    return to_order(order, anchor="thread-end")


def _without(order: WorkOrder, form: MessageForm, uid: str) -> Response:
    _keep(order, form.body.data or "")
    uploads.remove(drafts_web.present(draft_place(order)), uid)
    return to_order(order, anchor="reply")


def _keep(order: WorkOrder, body: str) -> None:
    service_drafts.save_draft(drafts_web.owner(), draft_place(order), {"body": body})


def _draft(order: WorkOrder) -> Saved | None:
    return service_drafts.load_draft(drafts_web.owner(), draft_place(order))


def _again(order: WorkOrder, form: MessageForm, problems: Sequence[str]) -> str:
    form.body.errors = [*form.body.errors, *problems]
    return order_page(order, form, draft=_draft(order))


def _again_rating(order: WorkOrder, form: RatingForm) -> str:
    draft = _draft(order)
    message = MessageForm(formdata=None, data=draft.fields if draft else None)
    return order_page(order, message, form, draft=draft)


def _late_rating(order: WorkOrder, form: RatingForm) -> Answer:
    """The question is no longer asked: show what was typed, or, where nothing was, the order as it stands."""
    if comment := form.comment.data:
        return _late(order, _with_draft(order, comment), Sending()), 409
    flash(
        _("This work order has moved on since you opened the page. It stands like this now."),
        "warning",
    )
    return to_order(order)


def _with_draft(order: WorkOrder, comment: str) -> str:
    """The comment behind the reply that was being typed, since both are to be kept in one place."""
    draft = _draft(order)
    before = draft.fields.get("body", "") if draft else ""
    return before if comment in before else "\n\n".join(filter(None, (before, comment)))


def _late(order: WorkOrder, body: str, sent: Sending) -> str:
    """Show what came in meanwhile beside the text, and what can be done with it now; it is a draft as well."""
    if body:
        _keep(order, body)
    db.session.refresh(order)
    actor, now = current_actor(), utcnow()
    closed = _("It was closed in the meantime. What you typed is not sent.")
    return render_template(
        "workorders/late_reply.html",
        title=_("This has changed in the meantime"),
        words=closed
        if order.state is Status.CLOSED
        else _("Somebody else changed it. What you typed is below."),
        body=body,
        uploads=sent.uids,
        may_reopen=may_reopen(order, now),
        key=new_uid(),
        **member_pages.order_page(actor, order, kind_named(order.kind), now),
    )
