"""What a script asks of drafts: save what is typed, take one file (`docs/face.md` gives the answers' shapes)."""

from __future__ import annotations

from collections.abc import Sequence

from flask import Response, jsonify, request
from flask_babel import gettext as _
from flask_limiter import RateLimitExceeded
from werkzeug.datastructures import FileStorage

from support.core.context import settings
from support.core.errors import DomainError, Stale, TooMany
from support.core.web import current_actor, limiter, row_number, visitor_id
from support.core.web_times import local_time
from support.core.words import N_
from support.workorders import service_drafts, uploads
from support.workorders.service_drafts import Saved

TOO_MUCH = N_(
    "Too much was sent from your network within an hour. Sign in, or add files later; your text is kept."
)
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


def take(draft: Saved, posted: Sequence[FileStorage]) -> list[uploads.Refused]:
    """Take the posted files into the draft; return words for those that were refused, the rest stays."""
    try:
        if any(file.filename for file in posted):
            _count_megabytes()
    except TooMany as error:
        return [uploads.refused(error)]
    return uploads.take(draft, posted)


def _count_megabytes() -> None:
    """Count what people who have not signed in send from one network; raise `TooMany` beyond the limit.

    A whole office may complain at once; nobody may fill the disk.
    """
    if current_actor().signed_in:
        return
    size = 1 + (request.content_length or 0) // 1024**2
    try:
        with limiter.limit(f"{settings().guest_megabytes_per_hour}/hour", cost=size):
            return
    except RateLimitExceeded as error:
        raise TooMany(3600, TOO_MUCH) from error


def upload(about: str) -> Answer:
    """Take the one posted file into the draft."""
    try:
        _count_megabytes()
        return jsonify(uploads.take_one(present(about), request.files["file"]))
    except DomainError as error:
        return jsonify(error=_(error.words, **error.facts)), error.status
