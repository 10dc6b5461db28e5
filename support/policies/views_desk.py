"""Staff pages of announcements: write, preview, publish, pin, end."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from support.core.db import new_uid
from support.core.errors import DomainError, IllegalMove, Stale
from support.core.once import once
from support.core.web import current_actor, form_scope, posted_version
from support.core.web_late import late_form
from support.core.web_nav import NavItem
from support.core.words import N_
from support.policies import queries, service_announcements
from support.policies.forms import AnnouncementForm
from support.policies.models import Announcement
from support.policies.policy import ANNOUNCERS
from support.policies.prose import parse

blueprint = Blueprint("announcing", __name__, url_prefix="/admin/announcements")

NAV_ITEMS = (
    NavItem(
        N_("Administration"),
        N_("Announcements"),
        "announcing.index",
        "megaphone",
        roles=ANNOUNCERS,
    ),
)

_TEXTS = ("title_en", "title_zh", "body_en", "body_zh")


@blueprint.get("")
def index() -> str:
    """List announcements in every state."""
    return render_template(
        "policies/announcing_index.html", rows=queries.announcements_for(current_actor())
    )


@blueprint.route("/new", methods=["GET", "POST"])
def new() -> str | Response | tuple[str, int]:
    """Write a draft."""
    actor, form = current_actor(), AnnouncementForm()
    queries.announcements_for(actor)
    if form.validate_on_submit():
        texts = {name: form[name].data for name in _TEXTS}
        key = request.form.get("idempotency_key", "")
        uid = once(
            form_scope(),
            key,
            repr(texts),
            lambda: service_announcements.write_announcement(actor, **texts).uid,
        )
        flash(_("Draft saved. Look at it in both languages, then publish it."), "success")
        return redirect(url_for("announcing.show", uid=uid), 303)
    return _edit_page(form, None)


@blueprint.get("/<uid>")
def show(uid: str) -> str:
    """Preview one announcement in both languages, with what can be done to it."""
    row = queries.announcement_for(current_actor(), uid)
    previews = [
        ("en", _("English"), row.title_en, parse(row.body_en)),
        ("zh-Hans", _("Chinese"), row.title_zh, parse(row.body_zh)),
    ]
    return render_template("policies/announcing_show.html", row=row, previews=previews)


@blueprint.route("/<uid>/text", methods=["GET", "POST"])
def edit(uid: str) -> str | Response | tuple[str, int]:
    """Change a draft."""
    actor = current_actor()
    row = queries.announcement_for(actor, uid)
    form = AnnouncementForm(obj=row)
    if form.validate_on_submit():
        texts = {name: form[name].data for name in _TEXTS}
        try:
            service_announcements.change_announcement(actor, row, version=posted_version(), **texts)
        except (Stale, IllegalMove) as error:
            return _late(form, queries.announcement_for(actor, uid), error)
        flash(_("Draft saved. Look at it in both languages, then publish it."), "success")
        return redirect(url_for("announcing.show", uid=uid), 303)
    return _edit_page(form, row)


def _late(form: AnnouncementForm, row: Announcement, error: DomainError) -> tuple[str, int]:
    kept = {name: getattr(row, name) for name in _TEXTS}
    back = url_for("announcing.show", uid=row.uid)
    return late_form(form, kept, error, version=row.version, back=back)


def _edit_page(form: AnnouncementForm, row: Announcement | None) -> str | tuple[str, int]:
    """Draw the form; a row's own version, or the one that was posted, so that a stale form stays stale."""
    page = render_template(
        "policies/announcing_edit.html",
        form=form,
        row=row,
        key=request.form.get("idempotency_key") or new_uid(),
        version=request.form.get("version", row.version if row else None),
    )
    return (page, 422) if form.errors else page


@blueprint.post("/<uid>/publication")
def publish(uid: str) -> Response:
    """Publish a draft."""
    actor = current_actor()
    row = queries.announcement_for(actor, uid)
    service_announcements.publish_announcement(actor, row, version=posted_version())
    flash(_("Published. Everybody can read it now."), "success")
    return redirect(url_for("announcing.show", uid=uid), 303)


@blueprint.post("/<uid>/pin")
def pin(uid: str) -> Response:
    """Put an announcement on top, or back into its place (`pinned=0`)."""
    actor = current_actor()
    row = queries.announcement_for(actor, uid)
    pinned = request.form.get("pinned") == "1"
    service_announcements.pin_announcement(actor, row, pinned=pinned, version=posted_version())
    flash(_("It stands on top now.") if pinned else _("It stands in its place by date."), "success")
    return redirect(url_for("announcing.show", uid=uid), 303)


@blueprint.post("/<uid>/end")
def end(uid: str) -> Response:
    """Take an announcement off the list."""
    actor = current_actor()
    row = queries.announcement_for(actor, uid)
    service_announcements.end_announcement(actor, row, version=posted_version())
    flash(_("Ended. It is off the list; its address still works."), "success")
    return redirect(url_for("announcing.show", uid=uid), 303)
