"""Saved replies at the desk: the list with a preview, writing them, and putting one into a reply."""

from __future__ import annotations

import re
from typing import Any

from flask import flash, jsonify, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from support.core.db import db, new_uid
from support.core.errors import NotFound, Stale
from support.core.once import once
from support.core.text import written_in
from support.core.web import current_actor, form_scope, posted_version
from support.core.web_parts import html_lang
from support.workorders import (
    desk_saved,
    drafts_web,
    policy,
    queries,
    queries_saved,
    service_drafts,
    service_saved,
)
from support.workorders.desk_filters import read_view
from support.workorders.desk_forms import SavedForm
from support.workorders.desk_sorts import SORTS
from support.workorders.desk_views import blueprint
from support.workorders.kind import kind_named
from support.workorders.models import SavedReply, WorkOrder

_CHOICE = re.compile(r"([0-9a-f]{32}):(en|zh)")


@blueprint.get("/saved-replies")
def saved_replies() -> str:
    """List the saved replies; after a deletion with the way back."""
    return _list_page(None)


@blueprint.get("/saved-replies/<uid>")
def saved_reply(uid: str) -> str:
    """Show one of them in both languages, beside the list."""
    return _list_page(queries_saved.saved_for(current_actor(), uid))


@blueprint.route("/saved-replies/new", methods=["GET", "POST"])
def new_saved() -> str | Response | tuple[str, int]:
    """Write a new one."""
    actor, form = current_actor(), SavedForm()
    policy.require_saved_writer(actor)
    if not form.validate_on_submit():
        return _form_page(form, None)
    key = form.idempotency_key.data or ""

    def write() -> str:
        return service_saved.write_saved(actor, **form.texts).uid

    uid = once(form_scope(), key, repr(form.texts), write)
    return _to(uid, gettext("Saved."))


@blueprint.route("/saved-replies/<uid>/text", methods=["GET", "POST"])
def edit_saved(uid: str) -> str | Response | tuple[str, int]:
    """Change one; what a colleague changed or deleted meanwhile is shown beside what was typed."""
    actor = current_actor()
    policy.require_saved_writer(actor)
    saved = queries_saved.saved_for(actor, uid, deleted=request.method == "POST")
    form = SavedForm(obj=saved)
    if not form.validate_on_submit():
        return _form_page(form, saved)
    try:
        service_saved.change_saved(actor, saved, version=posted_version(), **form.texts)
    except Stale as error:
        return _late_page(form, saved, error), 409
    return _to(uid, gettext("Saved."))


@blueprint.post("/saved-replies/<uid>/deletion")
def delete_saved(uid: str) -> Response:
    """Delete one; the list then offers the way back."""
    actor = current_actor()
    saved = queries_saved.saved_for(actor, uid, deleted=True)
    service_saved.delete_saved(actor, saved, version=posted_version())
    desk_saved.titles.forget()
    return redirect(url_for("desk.saved_replies", done=uid), 303)


@blueprint.post("/saved-replies/<uid>/restoration")
def restore_saved(uid: str) -> Response:
    """Put a deleted one back."""
    actor = current_actor()
    service_saved.restore_saved(actor, queries_saved.saved_for(actor, uid, deleted=True))
    return _to(uid, gettext("It is back."))


@blueprint.post("/orders/<reference>/saved-replies")
def insert_saved(reference: str) -> Any:
    """Give a script the text filled in for this order; without one, put it behind what is typed and come back."""
    actor = current_actor()
    order = queries.order_at_desk(actor, reference)
    policy.require_work(actor, kind_named(order.kind), ())
    saved, language = _chosen()
    text = ""
    if saved is not None:
        text = desk_saved.filled(actor, order, desk_saved.text_in(saved, language), language)
        service_saved.use_saved(actor, saved)
    if request.accept_mimetypes.best == "application/json":
        return jsonify(text=text, words=desk_saved.unfilled_words(text))
    if not text:
        flash(gettext("Choose a saved reply from the list first."), "warning")
    _keep_typed(order, text)
    said: Any = read_view(request.args, SORTS).address()
    return redirect(url_for("desk.show", reference=order.reference, _anchor="reply", **said), 303)


def _chosen() -> tuple[SavedReply | None, str]:
    """Return the saved reply and the language that were chosen; none for nothing, or what is gone meanwhile."""
    match = _CHOICE.fullmatch(request.form.get("saved", ""))
    try:
        found = queries_saved.saved_for(current_actor(), match[1]) if match else None
    except NotFound:
        found = None
    return found, match[2] if match else ""


def _keep_typed(order: WorkOrder, text: str) -> None:
    """Keep what stands in the reply box, its files included, with `text` behind it, as the agent's draft."""
    about = f"order:{order.id}"
    fields = {name: request.form.get(name, "") for name in ("body", "audience", "then")}
    typed = fields["body"].replace("\r\n", "\n").rstrip()
    fields["body"] = "\n\n".join(filter(None, (typed, text)))
    draft = service_drafts.save_draft(drafts_web.owner(), about, fields)
    for problem in drafts_web.take(draft, request.files.getlist("files")):
        flash(problem, "error")


def _list_page(chosen: SavedReply | None) -> str:
    actor = current_actor()
    policy.require_staff(actor)
    return render_template(
        "workorders/desk/saved.html",
        rows=desk_saved.items(queries_saved.saved_replies()),
        chosen=chosen,
        title_lang=html_lang(written_in(chosen.title)) if chosen else "",
        previews=desk_saved.previews(chosen) if chosen else [],
        may_write=policy.may_write_saved(actor),
        undo_url=_undo_url(),
    )


def _undo_url() -> str | None:
    """Return the way back from the deletion that the address names, while there is one."""
    if not request.args.get("done"):
        return None
    try:
        saved = queries_saved.saved_for(current_actor(), request.args["done"], deleted=True)
    except NotFound:
        return None
    return url_for("desk.restore_saved", uid=saved.uid) if saved.deleted_at else None


def _form_page(form: SavedForm, saved: SavedReply | None) -> str | tuple[str, int]:
    page = render_template(
        "workorders/desk/saved_edit.html",
        form=form,
        saved=saved,
        key=form.idempotency_key.data or new_uid(),
        version=request.form.get("version", saved.version if saved else None),
        fillable=_fillable(),
    )
    return (page, 422) if form.errors else page


def _late_page(form: SavedForm, saved: SavedReply, error: Stale) -> str:
    db.session.refresh(saved)
    return render_template(
        "workorders/desk/late_saved.html",
        title=gettext("This has changed in the meantime"),
        words=gettext(error.words),
        form=form,
        saved=saved,
        previews=desk_saved.previews(saved),
        key=new_uid(),
    )


def _fillable() -> list[tuple[str, str]]:
    return [(desk_saved.written(name), gettext(title)) for name, title in desk_saved.PLACES.items()]


def _to(uid: str, words: str) -> Response:
    desk_saved.titles.forget()
    flash(words, "success")
    return redirect(url_for("desk.saved_reply", uid=uid), 303)
