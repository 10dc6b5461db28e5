"""Invitations of staff: codes whose secret is a link, good once for 72 hours (ASVS 6.4.1)."""

from __future__ import annotations

import hmac
from datetime import datetime

from sqlalchemy import select, update

from support.accounts import code_secrets, policy, service_codes
from support.accounts.models import Code, ContactKind
from support.accounts.policy import CodePurpose
from support.core.db import changed, db
from support.core.errors import Expired


def write_invitation(person_id: int, *, value: str, language: str, now: datetime) -> Code:
    """Write the one live invitation of a new member of staff inside the caller's transaction; older ones die."""
    mine = (Code.person_id == person_id, Code.purpose == CodePurpose.INVITE, Code.used_at.is_(None))
    changed(update(Code).where(*mine, Code.expires_at > now).values(expires_at=now))
    code = service_codes.new_code(
        CodePurpose.INVITE, ContactKind.EMAIL, value, now=now, about="", language=language
    )
    code.visitor, code.address, code.person_id = "", "", person_id
    code.expires_at = now + policy.INVITATION_LIVES
    db.session.add(code)
    db.session.flush()
    service_codes.post(code)
    return code


def invitation(uid: str, token: str, *, now: datetime) -> service_codes.CheckedCode:
    """Return the live invitation behind a link; raise `Expired` for a used, old or wrong one (ASVS 6.4.1)."""
    code = db.session.execute(
        select(Code).where(Code.uid == uid, Code.purpose == CodePurpose.INVITE)
    ).scalar_one_or_none()
    if code is None or not hmac.compare_digest(code_secrets.token(code).encode(), token.encode()):
        raise Expired()
    if code.used_at is not None or code.expires_at <= now:
        raise Expired()
    return service_codes.checked(code)
