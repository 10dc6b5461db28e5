"""One order at the desk: its page, the reply or note, its properties, its files; a page that came too late."""

from __future__ import annotations

from typing import Any

from flask import Response as FlaskResponse
from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from support.core import file_serving, files
from support.core.actors import Actor
from support.core.clock import utcnow
from support.core.db import db, new_uid
from support.core.errors import DomainError, IllegalMove, NotFound, Stale
from support.core.once import once
from support.core.text import written_in
from support.core.web import current_actor, form_scope, row_number
from support.workorders import (
    desk_pages,
    desk_saved,
    drafts_web,
    moves,
    policy,
    queries,
    service,
    service_bulk,
    service_desk,
    service_drafts,
    uploads,
)
from support.workorders.desk_filters import View, read_view
from support.workorders.desk_forms import ReplyForm, Stamp, tag_words
from support.workorders.desk_sorts import SORTS
from support.workorders.desk_views import blueprint
from support.workorders.kind import kind_named
from support.workorders.lifecycle import Priority, Status
from support.workorders.models import WorkOrder
from support.workorders.say import moment_words
from support.workorders.service_desk import UNCHANGED, Properties
from support.workorders.service_drafts import Saved

_DRAFTED = ("body", "audience", "then")


@blueprint.get("/orders/<reference>")
def show(reference: str) -> str:
    """Show the order, its thread, and what can be done with it."""
    actor = current_actor()
    order = queries.order_at_desk(actor, reference)
    draft = service_drafts.load_draft(drafts_web.owner(), _about(order))
    said = draft.fields if draft else {}
    return _page(actor, order, said, draft=draft)


@blueprint.post("/orders/<reference>/replies")
def reply(reference: str) -> Response | tuple[str, int]:
    """Send a reply or save a note; one that came too late is shown beside what came in meanwhile."""
    actor, form = current_actor(), ReplyForm()
    order = _to_work_on(reference)
    sending, problems = _files(order)
    if not form.validate_on_submit() or problems:
        words = " ".join(str(each) for each in (*form.body.errors, *problems)) or gettext(
            "Please check what you entered."
        )
        draft = _keep(order, form) if form.body.data else sending[0]
        page = _page(actor, order, form.data, error=words, draft=draft)
        return page, uploads.refusal(problems)
    try:
        _send(actor, order, form, sending)
    except (Stale, IllegalMove) as error:
        return _late_reply(actor, order, form, sending[1], error), 409
    note = form.audience.data == "note"
    flash(gettext("Note saved.") if note else gettext("Reply sent."), "sent")
    return _to(order, anchor="thread-end")


@blueprint.post("/orders/<reference>/properties")
def change(reference: str) -> Response | tuple[str, int]:
    """Set status, owner, priority and tags, those that the form shows."""
    actor = current_actor()
    order = queries.order_at_desk(actor, reference)
    stamp, now = Stamp.read(request.form.get("version", "")), utcnow()
    in_time = not moves.is_overdue(order, now)
    try:
        run = service_bulk.change_one(actor, order, _wanted(), version=stamp.version)
    except (Stale, IllegalMove) as error:
        return _late_change(actor, order, stamp, error), 409
    if run is None:
        flash(gettext("Saved."), "success")
    if in_time and moves.is_overdue(order, now):
        flash(gettext("Now overdue since %(when)s", when=moment_words(order.due_at)), "warning")
    return _to(order, done=run.uid if run else None)


@blueprint.post("/orders/<reference>/draft")
def save_draft(reference: str) -> drafts_web.Answer:
    """Save what is being typed."""
    return drafts_web.save(_about(_to_work_on(reference)), _DRAFTED)


@blueprint.post("/orders/<reference>/uploads")
def upload(reference: str) -> drafts_web.Answer:
    """Take one file for the reply, sent alone by a script."""
    return drafts_web.upload(_about(_to_work_on(reference)))


@blueprint.post("/orders/<reference>/files/<uid>")
def read_file(reference: str, uid: str) -> Response:
    """Give a file to the agent and write down that they opened it; so it is no GET."""
    actor = current_actor()
    order = queries.order_at_desk(actor, reference)
    file = files.file_by_uid(uid)
    if file.attached_to not in desk_pages.file_streams(order):
        raise NotFound()
    found = file_serving.open_for_download(file)
    service_desk.read_file(actor, order, file)
    return FlaskResponse(found.stream, headers=found.headers, direct_passthrough=True)


def _to_work_on(reference: str) -> WorkOrder:
    """Return the order if the actor may work on it, not only read it: what they send is kept."""
    order = queries.order_at_desk(current_actor(), reference)
    policy.require_work(current_actor(), kind_named(order.kind), ())
    return order


def _about(order: WorkOrder) -> str:
    return f"order:{order.id}"


def _to(order: WorkOrder, anchor: str | None = None, done: str | None = None) -> Response:
    """Back to the page, in the view from which it was opened; `done` names the change that can be undone there."""
    said: dict[str, Any] = read_view(request.args, SORTS).address()
    if done:
        said["done"] = done
    return redirect(url_for("desk.show", reference=order.reference, _anchor=anchor, **said), 303)


def _done(actor: Actor, order: WorkOrder, view: View) -> dict[str, str] | None:
    """Return what the last change here did, with its Undo, while nothing happened since."""
    run = service_bulk.own_run(actor, request.args["done"]) if "done" in request.args else None
    if run is None or run.act != service_bulk.ORDER or not service_bulk.may_undo(run, utcnow()):
        return None
    order_id, old, version = run.changed[0]
    if (order_id, version) != (order.id, order.version):
        return None
    tells = "status" in old and order.state in service_bulk.TOLD_OF
    words = gettext("Saved. The requester is told in ten minutes.") if tells else gettext("Saved.")
    undo: dict[str, Any] = {"uid": run.uid, **view.address()}
    return {"words": words, "url": url_for("desk.undo_bulk", **undo)}


def _page(
    actor: Actor,
    order: WorkOrder,
    said: dict[str, Any],
    *,
    error: str | None = None,
    draft: Saved | None = None,
) -> str:
    view = read_view(request.args, SORTS)
    return render_template(
        "workorders/desk/show.html",
        said=said,
        error=error,
        draft_version=draft.version if draft else 0,
        waiting_files=uploads.waiting(draft),
        key=said.get("idempotency_key") or new_uid(),
        saved_replies=desk_saved.offered(order.language),
        done=_done(actor, order, view),
        unfilled="" if error else desk_saved.unfilled_words(said.get("body") or ""),
        **desk_pages.order_page(actor, order, view),
    )


def _files(order: WorkOrder) -> tuple[tuple[Saved | None, list[str]], list[uploads.Refused]]:
    """Take the posted files; return (draft, the uids that go with this message) and words for those refused."""
    sent = drafts_web.sending(_about(order))
    return (sent.draft, [*sent.uids]), [*sent.problems]


def _send(
    actor: Actor, order: WorkOrder, form: ReplyForm, sending: tuple[Saved | None, list[str]]
) -> None:
    body, (draft, uids) = form.body.data or "", sending
    owner, note = drafts_web.owner(), form.audience.data == "note"

    def act() -> str:
        if note:
            stream = f"note:{service.add_note(actor, order, body=body).id}"
        else:
            then = Status(form.then.data or "")
            stream = service.reply(
                actor,
                order,
                body=body,
                version=form.stamp.version,
                then=then,
                language=written_in(body),
            ).stream
        if draft is not None and uids:
            files.attach(uids, draft.files_owner, stream, person=f"person:{order.requester_id}")
        service_drafts.discard_draft(owner, _about(order))
        return order.reference

    content = "\0".join(
        [form.audience.data or "", "" if note else form.then.data or "", body, *uids]
    )
    once(form_scope(), form.idempotency_key.data or "", content, act)


_PROPERTIES = ("status", "assignee", "priority", "tags")


def _touched() -> dict[str, str]:
    """Return the properties that differ from what the form showed at first: only those are wishes."""
    form = request.form
    return {
        name: form[name]
        for name in _PROPERTIES
        if name in form and form[name] != form.get(f"was_{name}")
    }


def _wanted() -> Properties:
    """Return what the form wants changed; a value that it never offered is `NotFound`."""
    form = _touched()
    try:
        owner = form.get("assignee")
        return Properties(
            status=Status(form["status"]) if "status" in form else None,
            assignee_id=UNCHANGED if owner is None else row_number(owner) if owner else None,
            priority=Priority[form["priority"].upper()] if "priority" in form else None,
            tags=tag_words(form["tags"]) if "tags" in form else None,
        )
    except (ValueError, KeyError) as error:
        raise NotFound() from error


def _keep(order: WorkOrder, form: ReplyForm) -> Saved:
    """Keep as a draft what was not sent."""
    said = {name: form.data[name] or "" for name in _DRAFTED}
    return service_drafts.save_draft(drafts_web.owner(), _about(order), said)


def _late_reply(
    actor: Actor, order: WorkOrder, form: ReplyForm, uids: list[str], error: DomainError
) -> str:
    _keep(order, form)
    db.session.refresh(order)
    return render_template(
        "workorders/desk/late_reply.html",
        body=form.body.data,
        audience=form.audience.data,
        uploads=uids,
        then_value=form.then.data,
        then=desk_pages.then_choices(order),
        key=new_uid(),
        **desk_pages.meanwhile(actor, order, form.stamp, error, read_view(request.args, SORTS)),
    )


def _late_change(actor: Actor, order: WorkOrder, stamp: Stamp, error: DomainError) -> str:
    db.session.refresh(order)
    fields = list(_touched().items())
    return render_template(
        "workorders/desk/late_change.html",
        fields=fields,
        wanted=desk_pages.property_words(fields),
        legal=not isinstance(error, IllegalMove),
        **desk_pages.meanwhile(actor, order, stamp, error, read_view(request.args, SORTS)),
    )
