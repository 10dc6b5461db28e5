"""The way in for somebody who was reached by an address: a code goes there, and with it a guest's session begins."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from flask import redirect
from flask_babel import gettext as _
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response

from support.accounts import queries as people
from support.accounts import queries_codes, service_codes
from support.accounts import service_sessions as sessions
from support.accounts.models import ContactKind
from support.accounts.policy import CodePurpose
from support.accounts.queries_codes import OpenCode
from support.accounts.service_codes import CheckedCode
from support.accounts.session_views import code_scope, device_name, remember
from support.core.clock import utcnow
from support.core.db import transaction
from support.core.errors import Invalid, TooMany, Unavailable
from support.core.web import client_address, current_actor
from support.core.web_pages import language


def send_code(
    form: FlaskForm, purpose: CodePurpose, kind: ContactKind, value: str, about: str
) -> bool:
    """Send a code or a link for `about` to an address; a refusal stands in the form."""
    try:
        service_codes.request_code(
            current_actor(),
            purpose,
            kind=kind,
            value=value,
            visitor=code_scope(),
            address=client_address(),
            language=language(),
            about=about,
        )
    except (TooMany, Unavailable) as error:
        form.form_errors.append(_(error.words, **error.facts))
        return False
    return True


def send_answer_code(form: FlaskForm, contact_id: int, about: str) -> bool:
    """Send a code that opens the page `about` to an address; a refusal stands in the form."""
    contact = people.contact(contact_id)
    kind = ContactKind(contact.kind)
    return send_code(form, CodePurpose.NOTICE_ANSWER, kind, contact.address, about)


def prove(purpose: CodePurpose, digits: str, about: str) -> str:
    """Use a code for `about` and return the address that it went to; raises `Invalid("code")`."""
    now = utcnow()
    checked = _checked(purpose, digits, about, now)
    with transaction():
        service_codes.use_code(checked.id, now=now)
    return checked.value


def _checked(purpose: CodePurpose, digits: str, about: str, now: datetime) -> CheckedCode:
    found = service_codes.check_code(purpose, visitor=code_scope(), digits=digits, now=now)
    if found.about != about:
        raise Invalid("code", service_codes.WRONG)
    return found


def waiting() -> OpenCode | None:
    """Return the code that this browser was sent and has not used."""
    return queries_codes.open_code(code_scope(), CodePurpose.NOTICE_ANSWER)


def begin(
    contact_id: int,
    about: str,
    digits: str,
    to: str,
    opened: Callable[[datetime], None] = lambda now: None,
) -> Response:
    """Use the code, begin a guest's session and go `to` their page; `opened` runs with it. Raises `Invalid`."""
    now = utcnow()
    checked = _checked(CodePurpose.NOTICE_ANSWER, digits, about, now)
    with transaction():
        service_codes.use_code(checked.id, now=now)
        session = sessions.open_guest_session(
            contact_id, address=client_address(), device=device_name(), now=now
        )
        opened(now)
    response = redirect(to, 303)
    remember(response, session)
    return response
