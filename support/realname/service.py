"""A member proves their real name: begun by themself, written and shown, decided by two people, written down."""

from __future__ import annotations

import json
from datetime import date, datetime

from sqlalchemy import delete, update

from support.accounts import queries as people
from support.accounts import queries_names, service_names
from support.accounts.policy import require_self
from support.assurance.policy import Act
from support.core import vault
from support.core.actors import SYSTEM, Actor
from support.core.clock import utcnow
from support.core.db import changed, db, insert_new, new_uid, transaction
from support.core.errors import Invalid, NotAllowed, NotFound
from support.core.words import N_
from support.policies.models import Purpose
from support.realname import queries
from support.realname.documents import DOCUMENTS, Document, documents_of, indexed, plain_number
from support.realname.matcher import Opinion
from support.realname.models import NameClaim, UsedDocument
from support.realname.policy import LONGEST_NAME, operators_day
from support.verification import service as verification
from support.verification import service_payments, service_steps
from support.verification.lifecycle import ENDED, CheckState
from support.verification.models import Check
from support.verification.policy import Way

NAMING = frozenset({Act.SET_REALNAME, Act.CHANGE_REALNAME})
"""The acts whose checks ask what a document says."""


def begin_authentication(actor: Actor, way: Way, *, now: datetime | None = None) -> Check:
    """Begin to verify the actor's own name, and return the check; begun twice it stays one.

    Raises `Invalid` for an account whose name is verified already: that is changed by a work order; `NotAllowed` for
    staff.
    """
    person_id, now = require_self(actor), now or utcnow()
    if actor.kind != "member":
        raise NotAllowed()
    with transaction():
        people.lock_person(person_id)
        if queries_names.verified_name_of(person_id) is not None:
            raise Invalid("way", N_("Your name is verified already; ask for a change of it."))
        running = queries.newest_check(person_id)
        if running is not None and running.state not in ENDED:
            return running
        return verification.open_check(
            actor,
            about=queries.stream_of(person_id),
            reference=f"RN-{new_uid()[:8].upper()}",
            asker_id=person_id,
            subject_id=person_id,
            act=Act.SET_REALNAME,
            way=way,
            now=now,
        )


def require_self_opened(actor: Actor, asker_id: int, subject_id: int) -> None:
    """Let members pass who begin it for their own account."""
    if require_self(actor) != asker_id or asker_id != subject_id:
        raise NotAllowed()


def write_details(
    actor: Actor,
    check: Check,
    document: Document,
    *,
    name: str,
    other_name: str = "",
    number: str,
    country: str = "",
    valid_until: date | None = None,
    consent: bool,
    now: datetime | None = None,
) -> None:
    """Keep what the document says, sealed under the key of the check, with the separate consent to its number.

    A payment to the account of another company than these name is let go.
    Raises `Invalid` at the field that is wrong, `NotFound` for a document that the way does not know, and what
    `service_steps.note_step` raises.
    """
    now = now or utcnow()
    if check.act not in NAMING or document not in documents_of(Way(check.way)):
        raise NotFound()
    rule, number = DOCUMENTS[document], plain_number(number)
    country = rule.country or country
    names = {"name": " ".join(name.split()), "other_name": " ".join(other_name.split())}
    for field, said in names.items():
        if len(said) > LONGEST_NAME or (field == "name" and not said):
            raise Invalid(field, N_("A name has 1 to 200 characters."))
    if not country:
        raise Invalid("country", N_("Choose the country that issued it."))
    if document == Document.COMPANY_ABROAD and country == "CN":
        raise Invalid("country", N_("A company of the PRC shows its business licence."))
    if not rule.number(number):
        raise Invalid("number", rule.slip)
    if valid_until is not None and valid_until < operators_day(now):
        raise Invalid("valid_until", N_("This document has expired; another one may fit."))
    if not consent:
        raise Invalid("consent", N_("Please tick that you agree, or choose another way."))
    text = names | {
        "number": number,
        "country": country,
        "valid_until": valid_until.isoformat() if valid_until else "",
    }
    blind = vault.blind_index("document", indexed(document, country, number))
    with transaction() as session:
        service_steps.note_step(actor, check, "check.details_given", now=now)
        service_steps.agree(actor, Purpose.DOCUMENT_NUMBER, now)
        place = queries.place_of(check.uid)
        sealed = vault.seal(check.stream, place, json.dumps(text, ensure_ascii=False))
        session.execute(delete(NameClaim).where(NameClaim.check_uid == check.uid))
        session.add(
            NameClaim(
                check_uid=check.uid,
                person_id=check.subject_id,
                document=document,
                sealed=sealed,
                blind=blind,
                at=now,
            )
        )
        session.flush()
        service_payments.drop_unlike(check, now)


def write_name(check: Check, now: datetime) -> None:
    """Write the name down that two people have found, inside the caller's transaction.

    A document that has verified another account refuses it, and so does a name that came in another way meanwhile,
    or an account that is the staff's by now.
    """
    claim, details = queries.claim_of(check), queries.details_of(check)
    if claim is None or details is None:
        raise NotAllowed()
    named = queries_names.verified_name_of(check.subject_id) is not None
    reason = "named" if named and check.act == Act.SET_REALNAME else ""
    if people.person(check.subject_id).kind != "member":
        reason = "staff"
    if not reason and not _use_document(claim, details, now):
        reason = "used"
    if reason:
        verification.move(SYSTEM, check, CheckState.REFUSED, now, reason=reason)
        return
    service_names.set_verified_name(
        SYSTEM,
        check.case,
        details.name,
        kind=details.rule.bears,
        source=check.way,
        other_name=details.other_name,
        number=details.number,
        act=Act(check.act),
        now=now,
    )
    verification.move(SYSTEM, check, CheckState.DONE, now)


def take_name_back(actor: Actor, check: Check, now: datetime) -> None:
    """Take back the name that a check has verified, inside the caller's transaction, as somebody decided."""
    service_names.take_verified_name_back(actor, check.subject_id, check.stream, now=now)


def _use_document(claim: NameClaim, details: queries.Details, now: datetime) -> bool:
    """Take the document for its person; False where it is another's, which the unique number decides."""
    if queries.used_by_another(claim, details):
        return False
    insert_new(UsedDocument, blind=claim.blind, person_id=claim.person_id, at=now)
    return not queries.used_by_another(claim, details)


def note_opinion(check: Check, opinion: Opinion) -> None:
    """Keep what the automatic comparison said, as a remark for the people who decide. Safe to run twice."""
    with transaction():
        mine = NameClaim.check_uid == check.uid
        changed(update(NameClaim).where(mine).values(face=opinion))


def follow_end(check: Check, new: CheckState, now: datetime) -> None:
    """Let go of what was written for a check that ends without a name, inside the caller's transaction."""
    if new in (CheckState.REFUSED, CheckState.WITHDRAWN):
        forget_details(check)


def forget_details(check: Check) -> None:
    """Let go of what was written for a check, also its blind index; a used document stays one."""
    db.session.execute(delete(NameClaim).where(NameClaim.check_uid == check.uid))
