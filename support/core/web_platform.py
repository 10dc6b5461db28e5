"""Where the operator's platform posts the answers that it gives later: signed, fresh, and each message once."""

from __future__ import annotations

import json
import logging

from flask import Response, abort, jsonify, request

from support.core import platform, platform_signing
from support.core.clock import utcnow
from support.core.context import settings
from support.core.errors import NotFound
from support.core.platform_door import Answer, is_console, read_answer
from support.core.platform_signing import ID, STAMP, Unproved, WeakSecret
from support.core.web import csrf
from support.core.web_pages import blueprint

log = logging.getLogger(__name__)

LARGEST_ANSWER = 16_384


@blueprint.post("/platform/answers")
@csrf.exempt  # type: ignore[untyped-decorator]  # the signature is the proof; no browser comes here
def platform_answers() -> tuple[Response, int]:
    """Record an answer; the same message again is refused, the same answer in a new message is harmless."""
    if (request.content_length or 0) > LARGEST_ANSWER:
        return _refused("too_large", 413)
    try:
        uid, answer = _proved_answer(request.get_data())
        message = (request.headers[ID], request.headers[STAMP])
        refusal = platform.receive_answer(message, uid, answer, now=utcnow())
    except Unproved as doubt:
        return _refused(doubt.code, 401)
    except NotFound:
        return _refused("unknown_call", 404)
    except ValueError:
        return _refused("unreadable", 400)
    return _refused(refusal, 409) if refusal else (jsonify({"recorded": True}), 200)


def _proved_answer(body: bytes) -> tuple[str, Answer]:
    """Return which call is answered, and how; raises `Unproved`, and ValueError for what is no answer."""
    try:
        keys = platform_signing.keys_in_force(settings())
    except WeakSecret:
        keys = []
    if is_console() or not keys:
        abort(404)
    platform_signing.check(request.headers.get, body, keys, now=utcnow())
    answer = read_answer(body)
    said = json.loads(body)
    if said.get("type") != "platform.answer" or not isinstance(said.get("call"), str):
        raise ValueError("no answer to a call")
    return said["call"], answer


def _refused(code: str, status: int) -> tuple[Response, int]:
    log.warning("platform_answer_refused", extra={"code": code})
    return jsonify({"recorded": False, "reason": code}), status
