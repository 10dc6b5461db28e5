"""What a script asks of drafts: save what is typed, take one file (`docs/face.md` gives the answers' shapes)."""

from __future__ import annotations

from collections.abc import Sequence

from flask import Response, jsonify, request
from flask_babel import gettext as _

from support.core.errors import DomainError, Stale
from support.core.web import current_actor, row_number, visitor_id
from support.core.web_times import local_time
from support.workorders import service_drafts, uploads
from support.workorders.service_drafts import Saved

Answer = Response | tuple[Response, int]


def owner() -> str:
    """Return whose drafts this request is about."""
    return service_drafts.owner_of(current_actor(), visitor_id())


def present(about: str) -> Saved:
    """Return the draft about `about`, made empty when there is none yet: uploads are bound to it."""
    return service_drafts.load_draft(owner(), about) or service_drafts.save_draft(
        owner(), about, {}
    )


def save(about: str, names: Sequence[str]) -> Answer:
    """Save the posted fields `names`; 409 gives the text that another tab or device saved meanwhile."""
    fields = {name: request.form.get(name, "") for name in names}
    version = request.form.get("draft_version", type=row_number) or None
    try:
        saved = service_drafts.save_draft(owner(), about, fields, version=version)
    except Stale:
        other = present(about)
        return jsonify(
            version=other.version,
            fields=other.fields,
            words=_("Another tab or device saved a different text."),
            use_words=_("Use that text"),
        ), 409
    words = _("Draft saved %(time)s", time=local_time(saved.updated_at, "HH:mm"))
    return jsonify(version=saved.version, words=words)


def upload(about: str) -> Answer:
    """Take the one posted file into the draft."""
    try:
        return jsonify(uploads.take_one(present(about), request.files["file"]))
    except DomainError as error:
        return jsonify(error=_(error.words, **error.facts)), error.status
