"""Drafts of a request: whose they are, what a script saves in them, the files that go from them with a message.

`docs/face.md` gives the shapes of the answers to scripts.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask import Response, jsonify, request, session, url_for
from flask_babel import gettext as _
from werkzeug.datastructures import FileStorage

from support.core import files
from support.core.errors import DomainError, Invalid, Stale, TooMany
from support.core.once import earlier
from support.core.text import written_in
from support.core.web import current_actor, form_scope, row_number, visitor_id
from support.core.web_parts import html_lang
from support.core.web_times import local_time, relative_time
from support.workorders import limits_web, service_drafts, uploads
from support.workorders.kind import kinds
from support.workorders.service_drafts import Saved

Answer = Response | tuple[Response, int]


def owner() -> str:
    """Return whose drafts this request is about."""
    actor = current_actor()
    return service_drafts.owner_of(actor, "" if actor.signed_in else visitor_id())


def present(about: str) -> Saved:
    """Return the draft about `about`, made empty when there is none yet: uploads are bound to it."""
    return service_drafts.load_draft(owner(), about) or service_drafts.save_draft(
        owner(), about, {}
    )


def save(about: str, names: Sequence[str]) -> Answer:
    """Save the posted fields `names`; 409 gives the text that another tab or device saved meanwhile."""
    fields = {name: request.form.get(name, "") for name in names}
    version = request.form.get("draft_version", type=row_number)
    try:
        saved = service_drafts.save_draft(owner(), about, fields, version=version)
    except Stale:
        other = present(about)
        return jsonify(
            version=other.version,
            fields=other.fields,
            words=_("Another tab or device saved a different text."),
            use_words=_("Use that text"),
            keep_words=_("Keep this one"),
        ), 409
    words = _("Draft saved %(time)s", time=local_time(saved.updated_at, "HH:mm"))
    return jsonify(version=saved.version, words=words)


def unsent() -> list[dict[str, Any]]:
    """Return what this person, or this browser, began to write and has not sent, as the lists show it."""
    actor = current_actor()
    if actor.is_staff or not (actor.signed_in or "visitor" in session):
        return []
    known = {kind.code: kind for kind in kinds() if kind.entry is None}
    return [
        {
            "uid": draft.uid,
            "kind": _(known[code].title),
            "url": url_for("workorders.new_order", kind=code),
            "text": text,
            "lang": html_lang(written_in(text)),
            "saved": relative_time(draft.updated_at),
        }
        for code, draft in service_drafts.new_drafts(owner())
        if code in known and (text := draft.fields.get("subject") or draft.fields.get("body"))
    ]


def take(draft: Saved, posted: Sequence[FileStorage]) -> list[uploads.Refused]:
    """Take the posted files into the draft; return words for those that were refused, the rest stays."""
    try:
        if any(file.filename for file in posted):
            limits_web.count_megabytes()
    except TooMany as error:
        return [uploads.refused(error)]
    return uploads.take(draft, posted)


@dataclass(frozen=True, slots=True)
class Sending:
    """The files of a message that is being sent: those that its page showed, and those that came with it (`new`)."""

    draft: Saved | None = None
    uids: Sequence[str] = ()
    new: Sequence[str] = ()
    problems: Sequence[uploads.Refused] = ()

    def attach(self, stream: str, *, person: str) -> None:
        """Attach the files to the message's stream, inside the verb's transaction."""
        if self.draft is not None and self.uids:
            files.attach(self.uids, self.draft.files_owner, stream, person=person)


def sending(about: str) -> Sending:
    """Take the posted files; a file of another tab that this page never showed stays in the draft."""
    posted, shown = request.files.getlist("files"), request.form.getlist("uploads")
    if not shown and not any(file.filename for file in posted):
        return Sending()
    draft = present(about)
    before = _waiting(draft)
    problems = take(draft, posted)
    new = [uid for uid in _waiting(draft) if uid not in before]
    if set(shown) - set(before) and not _was_sent():
        problems.append(uploads.refused(Invalid("files", files.FILE_GONE)))
    return Sending(draft, [uid for uid in before if uid in shown] + new, new, problems)


def _waiting(draft: Saved) -> list[str]:
    return [file.uid for file in files.waiting_files(draft.files_owner)]


def _was_sent() -> bool:
    """True when the same form was carried out before: its files are on their message."""
    return bool(earlier(form_scope(), request.form.get("idempotency_key", "")))


def settle(about: str, sent: Sending) -> None:
    """Forget the text that was sent; files that did not go with it wait on, where the page shows them."""
    draft = sent.draft or service_drafts.load_draft(owner(), about)
    if draft is not None and _waiting(draft):
        service_drafts.save_draft(owner(), about, {})
    else:
        service_drafts.discard_draft(owner(), about)


def upload(about: str) -> Answer:
    """Take the one posted file into the draft, or the one named by `remove_file` out of it."""
    if removed := request.form.get("remove_file"):
        uploads.remove(present(about), removed)
        return jsonify(removed=removed)
    try:
        limits_web.count_megabytes()
        return jsonify(uploads.take_one(present(about), request.files["file"]))
    except DomainError as error:
        return jsonify(error=_(error.words, **error.facts)), error.status
