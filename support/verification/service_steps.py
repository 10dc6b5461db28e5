"""What the person does in a check: a new address proved, an older one shown or named as lost, pictures given."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import BinaryIO

from sqlalchemy import update

from support.accounts import queries as people
from support.accounts import service_codes
from support.accounts.addresses import normalise_address
from support.accounts.policy import CodePurpose
from support.accounts.queries import ContactView
from support.assurance import service as assurance
from support.assurance.policy import TOO_NEW, ProofKind
from support.core import sealed_files, vault
from support.core.actors import Actor
from support.core.clock import utcnow
from support.core.db import changed, db, transaction
from support.core.errors import DomainError, IllegalMove, Invalid, NotFound
from support.core.words import N_
from support.policies import queries as policies
from support.policies import service as consents
from support.policies.models import Purpose
from support.verification import policy, queries
from support.verification.goal import goal_of, rule_of
from support.verification.lifecycle import DROPPABLE, CheckState
from support.verification.models import Check, Evidence
from support.verification.policy import Way
from support.verification.service import drop_payments, move, news, record

NO_ROUND = 0
"""Where a picture is put that a legal hold keeps although another one has taken its place; rounds count from 1."""


def request_address(
    actor: Actor,
    check: Check,
    text: str,
    *,
    visitor: str,
    address: str,
    now: datetime | None = None,
) -> None:
    """Send a code to the address that the account shall get; raises `Invalid("address")`, `TooMany`."""
    now = now or utcnow()
    _require_open(actor, check)
    kind, value = normalise_address("auto", text)
    service_codes.request_code(
        actor,
        CodePurpose.IDENTITY,
        kind=kind,
        value=value,
        visitor=visitor,
        address=address,
        language=actor.language,
        person_id=actor.id,
        about=check.uid,
        now=now,
    )


def prove_address(
    actor: Actor, check: Check, digits: str, *, visitor: str, now: datetime | None = None
) -> None:
    """Take the code of the new address; call it outside a transaction. Raises `Invalid("code")`."""
    now = now or utcnow()
    _require_open(actor, check)
    code = service_codes.check_code(CodePurpose.IDENTITY, visitor=visitor, digits=digits, now=now)
    if code.about != check.uid:
        raise Invalid("code", service_codes.WRONG)
    with transaction():
        _set(check)  # first: the key of a check that was given up meanwhile is gone
        service_codes.use_code(code.id, now=now)
        sealed = vault.seal(check.stream, queries.wanted_place(check.uid), code.value)
        _set(check, wanted_kind=code.kind, wanted_sealed=sealed)
        assurance.write_case_proof(actor, ProofKind.CODE, check.case, now=now)
        record(actor, check, "check.address_proved", now)


def request_old_address(
    actor: Actor,
    check: Check,
    text: str,
    *,
    visitor: str,
    address: str,
    now: datetime | None = None,
) -> None:
    """Send a code to an older address that the person names; the answer is the same whether it is the account's."""
    now = now or utcnow()
    _require_open(actor, check)
    kind, value = normalise_address("auto", text)
    found = _older(check, [(kind, value)], now)
    service_codes.request_code(
        actor,
        CodePurpose.OLD_ADDRESS,
        kind=kind,
        value=value,
        visitor=visitor,
        address=address,
        language=actor.language,
        person_id=check.subject_id if found else None,
        send=bool(found),
        about=check.uid,
        now=now,
    )


def prove_old_address(
    actor: Actor, check: Check, digits: str, *, visitor: str, now: datetime | None = None
) -> None:
    """Take the code of an older address; one that was changed within 72 hours never got one."""
    now = now or utcnow()
    _require_open(actor, check)
    code = service_codes.check_code(
        CodePurpose.OLD_ADDRESS, visitor=visitor, digits=digits, now=now
    )
    found = _older(check, [(code.kind, code.value)], now)
    if code.about != check.uid or not found:
        raise Invalid("code", service_codes.WRONG)
    with transaction():
        service_codes.use_code(code.id, now=now)
        _set(check, old_channel="proved", old_contact=found[0].id, named=[])
        assurance.write_case_proof(actor, ProofKind.SECOND_CHANNEL, check.case, now=now)
        record(actor, check, "check.old_address_proved", now)


def lack_old_address(
    actor: Actor,
    check: Check,
    how: str,
    named: Iterable[str] = (),
    *,
    now: datetime | None = None,
) -> None:
    """Say that no older address can be reached: "lost", or "stolen" with the addresses that somebody else has.

    What is named and is not the account's is passed over without a word.
    """
    now = now or utcnow()
    _require_open(actor, check)
    if how not in ("lost", "stolen"):
        raise NotFound()
    said = []
    for text in named if how == "stolen" else ():
        try:
            said.append(normalise_address("auto", text))
        except Invalid as error:
            raise Invalid("named", error.words, **error.facts) from error
    known = people.contacts_of(check.subject_id)
    ids = [one.id for one in known if (one.kind, one.address) in said]
    with transaction():
        _set(check, old_channel=how, old_contact=None, named=ids)
        assurance.withdraw_case_proofs([ProofKind.SECOND_CHANNEL], check.case, now=now)
        record(actor, check, f"check.old_address_{how}", now)


def choose_way(actor: Actor, check: Check, way: Way, *, now: datetime | None = None) -> None:
    """Take another way that is offered now; pictures and payments of the former way are let go."""
    now = now or utcnow()
    _require_open(actor, check)
    if way not in goal_of(check).ways():
        raise NotFound()
    with transaction():
        before = check.way
        _set(check, way=way, unpaid=False)  # first, so that a picture on its way finds the new one
        if before != way:
            for each in queries.evidence_of(check).values():
                _drop(check, each, now)
            drop_payments(check, now, DROPPABLE)
            record(actor, check, "check.way_chosen", now, way=way.value)


def add_evidence(
    actor: Actor,
    check: Check,
    part: str,
    stream: BinaryIO,
    name: str,
    length: int | None,
    *,
    consent: bool,
    now: datetime | None = None,
) -> Evidence:
    """Take one picture, with the person's separate consent to it; an earlier one of this part is destroyed.

    Call it outside a transaction. Raises `Invalid("consent")`, `IllegalMove` where the check was given or given up
    while the picture came, and what `sealed_files.keep` raises.
    """
    now = now or utcnow()
    _require_open(actor, check)
    _require_part(check, part)
    if Way(check.way) not in goal_of(check).ways():
        raise Invalid("picture", N_("This way is offered no more; please choose another one."))
    if not consent:
        raise Invalid("consent", N_("Please tick that you agree, or choose another way."))
    try:
        kept = sealed_files.keep(check.stream, stream, name, length)
    except vault.KeyDestroyed as error:
        raise IllegalMove(check.status, CheckState.OPEN) from error
    try:
        return _note_evidence(actor, check, part, kept, now)
    except DomainError:
        sealed_files.forget([kept.uid])
        raise


def _note_evidence(
    actor: Actor, check: Check, part: str, kept: sealed_files.Kept, now: datetime
) -> Evidence:
    """Write the picture and the consent down, if the check still waits for it."""
    with transaction() as session:
        _set(check)
        _require_part(check, part)
        agree(actor, rule_of(check).purpose, now)
        before = queries.evidence_of(check).get(part)
        if before is not None:
            _drop(check, before, now)
        row = Evidence(
            uid=kept.uid,
            check_id=check.id,
            round=check.round,
            part=part,
            media_type=kept.media_type,
            width=kept.width,
            height=kept.height,
            size=kept.size,
            sha256=kept.sha256,
            at=now,
        )
        session.add(row)
        session.flush()
        record(actor, check, "check.evidence_given", now, evidence=row.id)
    return row


def agree(actor: Actor, purpose: Purpose, now: datetime) -> None:
    """Write the person's separate consent to one purpose down, inside the caller's transaction."""
    version = policies.current_version(now)
    if version is not None and actor.id is not None:
        consents.record_acceptance(
            actor,
            person_id=actor.id,
            version_id=version.id,
            how="check",
            purpose=purpose,
            now=now,
        )


def give_check(actor: Actor, check: Check, *, now: datetime | None = None) -> None:
    """Hand the check to the people who decide; raises `Invalid` while a step is missing."""
    now = now or utcnow()
    _require_open(actor, check)
    with transaction():
        if not queries.is_ready(check):
            raise Invalid("steps", N_("A step is still missing."))
        if Way(check.way) not in goal_of(check).ways():
            raise Invalid("steps", policy.NOT_OFFERED)
        move(actor, check, CheckState.REVIEW, now, given_at=now, reason="")


def ask_for_person(actor: Actor, check: Check, step: str, *, now: datetime | None = None) -> None:
    """Say that a step can't be done at all: a person takes over, by message or call on the work order.

    Raises `NotFound` for a check without one, since nobody would be told.
    """
    now = now or utcnow()
    _require_open(actor, check)
    if not check.of_order:
        raise NotFound()
    with transaction():
        record(actor, check, "check.stuck", now, step=step)
        news(check, f"stuck_{step}")


def note_step(actor: Actor, check: Check, action: str, *, now: datetime, **values: object) -> None:
    """Note that the person did a step that is kept elsewhere, inside its transaction; the check must be open.

    `values` are columns of the check that it changes.
    """
    _require_open(actor, check)
    _set(check, **values)
    record(actor, check, action, now)


def _require_open(actor: Actor, check: Check) -> None:
    if not policy.is_party(actor, check):
        raise NotFound()
    if check.state != CheckState.OPEN:
        raise IllegalMove(check.status, CheckState.OPEN)


def _require_part(check: Check, part: str) -> None:
    if part not in {each for each, _words in rule_of(check).parts}:
        raise NotFound()


def _older(check: Check, said: list[tuple[str, str]], now: datetime) -> list[ContactView]:
    """Return those of the addresses that sign in to the account and have done so for 72 hours."""
    return [
        one
        for one in people.contacts_of(check.subject_id)
        if one.bound and (one.kind, one.address) in said and one.changed_at <= now - TOO_NEW
    ]


def _set(check: Check, **values: object) -> None:
    """Change what the person may change, while the check waits for them."""
    here = (Check.id == check.id, Check.state == CheckState.OPEN)
    if changed(update(Check).where(*here).values(version=Check.version + 1, **values)) != 1:
        raise IllegalMove(check.status, CheckState.OPEN)
    db.session.refresh(check)


def _drop(check: Check, evidence: Evidence, now: datetime) -> None:
    """Destroy a picture that another one replaces; under a legal hold it is put aside, into no round, and kept."""
    if queries.is_held(check):
        evidence.round = NO_ROUND
        return
    evidence.destroyed_at = now
    sealed_files.forget_later([evidence.uid])
