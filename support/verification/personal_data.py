"""What this room keeps of people: checks of identity with their pictures and payments, and who looked at them.

A check about an account goes whole with it, whoever asked for it. Of one that somebody asked for about another's
account a shell stays, for that account's owner: that there was one, when, and how it ended. What was given in a check
is the asker's; the account's owner reads in their copy that it was asked for, and who looked at pictures, no more.

The pictures themselves are sealed and no stored files: a copy names them. What the two people compared and found is
theirs, and left out.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select, update

from support.assurance import service_holds
from support.assurance.policy import ACTS, Act
from support.core import sealed_files, vault
from support.core.actors import SYSTEM
from support.core.db import changed, db
from support.core.holders import (
    BATCH,
    Holder,
    Item,
    Measure,
    NotPersonal,
    Removal,
    count_of,
    delete_some,
)
from support.core.web_parts import words as gettext
from support.core.words import N_
from support.notifications import outgoing
from support.policies.data_classes import Class
from support.verification import queries, queries_payments, service
from support.verification.goal import goal_of
from support.verification.lifecycle import ENDED, UNDER_REVIEW, CheckState
from support.verification.models import Check, Evidence, EvidenceView, Payment, RecordTries, Review
from support.verification.policy import REASONS, VIEW_REASONS

_NOBODY = 0
"""The asker of a shell: no person has this row id."""


def _about(person_id: int) -> Any:
    """Say which checks are about somebody: asked for by them, or for their account."""
    return (Check.asker_id == person_id) | (Check.subject_id == person_id)


def _ids(person_id: int) -> Any:
    return select(Check.id).where(_about(person_id))


def _asked(person_id: int) -> Any:
    return select(Check.id).where(Check.asker_id == person_id)


def _checks(*which: Any) -> Sequence[Check]:
    return db.session.execute(select(Check).where(*which).order_by(Check.id)).scalars().all()


def _readings(person_id: int) -> Iterator[Item]:
    opened = (
        select(EvidenceView.at, EvidenceView.reason, EvidenceView.viewer_id)
        .join(Evidence, Evidence.id == EvidenceView.evidence_id)
        .where(Evidence.check_id.in_(_ids(person_id)), EvidenceView.opened_at.is_not(None))
        .order_by(EvidenceView.id)
    )
    for at, reason, viewer in db.session.execute(opened):
        fields: dict[str, Any] = {
            N_("Why"): gettext(VIEW_REASONS[reason]),
            N_("By the agent with number"): viewer,
        }
        yield Item(N_("A picture was looked at"), at, fields)


def _pictures(person_id: int) -> Iterator[Item]:
    found = select(Evidence).where(
        Evidence.check_id.in_(_asked(person_id)), Evidence.destroyed_at.is_(None)
    )
    for each in db.session.execute(found.order_by(Evidence.id)).scalars():
        size = f"{each.width} × {each.height}"
        yield Item(N_("A picture of a document, sealed"), each.at, {N_("Pixels"): size})


def _payments(person_id: int) -> Iterator[Item]:
    found = (
        select(Payment, Check)
        .join(Check, Check.id == Payment.check_id)
        .where(Check.asker_id == person_id)
        .order_by(Payment.id)
    )
    for payment, check in db.session.execute(found):
        fields: dict[str, Any] = {N_("Status"): gettext(payment.status.title)}
        if (account := queries_payments.account_of(check, payment)) is not None:
            fields |= {
                N_("Company"): account.company,
                N_("Licence number"): account.licence,
                N_("Bank"): account.bank,
                N_("Province and city of the bank's branch"): account.region,
                N_("Account holder"): account.holder,
                N_("Account number"): account.number,
            }
        yield Item(N_("A payment to a company's account"), payment.asked_at, fields)


def _tries(person_id: int) -> Iterator[Item]:
    found = select(RecordTries).where(RecordTries.subject_id == person_id)
    for row in db.session.execute(found).scalars():
        fields = {N_("How often"): row.tries}
        yield Item(N_("Somebody named the verified record of your account"), row.last_at, fields)


def _own_checks(person_id: int) -> Iterator[Item]:
    for check in _checks(_about(person_id)):
        fields: dict[str, Any] = {
            N_("What for"): gettext(ACTS[Act(check.act)].title),
            N_("Status"): gettext(check.status.title),
            N_("Reference"): check.reference,
        }
        if check.closed_at:
            fields[N_("It ended")] = check.closed_at
        mine = check.asker_id == person_id
        if mine and check.reason in REASONS:
            fields[N_("Reason")] = gettext(REASONS[check.reason])
        if mine and (wanted := queries.wanted_address(check)) is not None:
            fields[N_("New address")] = wanted[1]
        title = N_("An identity check") if mine else N_("Somebody said that this account is theirs")
        yield Item(title, check.opened_at, fields)


def _streams(person_id: int) -> Iterator[str]:
    yield f"person:{person_id}"
    for check in _checks(_about(person_id)):
        yield check.stream
        yield check.about
        yield f"person:{check.subject_id}"


def _erase_readings(removal: Removal) -> int:
    pictures = select(Evidence.id).where(Evidence.check_id.in_(_ids(removal.person_id)))
    return delete_some(EvidenceView, EvidenceView.evidence_id.in_(pictures))


def _erase_pictures(removal: Removal) -> int:
    """The keys first: whatever becomes of the bytes, nobody reads them from then on. The sweep takes what is left."""
    some = select(Evidence.id, Evidence.uid, Check.uid).join(Check, Check.id == Evidence.check_id)
    rows = db.session.execute(
        some.where(_about(removal.person_id)).order_by(Evidence.id).limit(BATCH)
    ).all()
    for uid in {check_uid for _id, _uid, check_uid in rows}:
        vault.destroy(f"check:{uid}")
    _forget([number for number, _uid, _check in rows], [uid for _id, uid, _check in rows])
    return len(rows)


def _forget(evidence: Collection[int], uids: list[str]) -> None:
    """Delete pictures with the log of who looked at them, and their bytes once that is committed."""
    db.session.execute(delete(EvidenceView).where(EvidenceView.evidence_id.in_(evidence)))
    db.session.execute(delete(Evidence).where(Evidence.id.in_(evidence)))
    if uids:
        sealed_files.forget_later(uids)


def _erase_payments(removal: Removal) -> int:
    """The files of a demo's bank first: without the row nobody would know whose they are."""
    mine = select(Payment.uid).where(Payment.check_id.in_(_ids(removal.person_id)))
    outgoing.forget_of(db.session.execute(mine).scalars().all())
    return delete_some(Payment, Payment.check_id.in_(_ids(removal.person_id)))


def _erase_tries(removal: Removal) -> int:
    return delete_some(RecordTries, RecordTries.subject_id == removal.person_id)


def _erase_checks(removal: Removal) -> int:
    some = select(Check).where(_about(removal.person_id)).order_by(Check.id).limit(BATCH)
    rows = db.session.execute(some.execution_options(populate_existing=True)).scalars().all()
    for check in rows:
        _empty(check)
        if check.subject_id == removal.person_id:
            db.session.execute(delete(Check).where(Check.id == check.id))
        else:
            _leave_shell(check, removal.now)
    return len(rows)


def _empty(check: Check) -> None:
    """Take everything away that was given in a check or decided on it, and what can open it."""
    mine = select(Evidence.id, Evidence.uid).where(Evidence.check_id == check.id)
    rows = db.session.execute(mine).all()
    _forget([number for number, _uid in rows], [uid for _id, uid in rows])
    paid = select(Payment.uid).where(Payment.check_id == check.id)
    outgoing.forget_of(db.session.execute(paid).scalars().all())
    for table in (Payment, Review):
        db.session.execute(delete(table).where(table.check_id == check.id))
    vault.destroy(check.stream)
    goal_of(check).forget(check)


def _leave_shell(check: Check, now: datetime) -> None:
    """End a check whose asker is gone, and leave of it what the account's owner is told."""
    if check.state == CheckState.OPEN or check.state in UNDER_REVIEW:
        service.move(SYSTEM, check, CheckState.WITHDRAWN, now)
    elif check.state not in ENDED:
        service_holds.void_hold(check.case, now=now)
        service.move(SYSTEM, check, CheckState.REFUSED, now, reason="given_up")
    bare = {
        "asker_id": _NOBODY,
        "asker_contact": None,
        "wanted_kind": None,
        "wanted_sealed": None,
        "old_channel": "",
        "evidence_until": None,
    }
    changed(update(Check).where(Check.id == check.id).values(**bare))
    db.session.refresh(check)


def _erased(code: str, title: str, columns: dict[str, str], *how: Any) -> Holder:
    """A holder of this room: `how` counts, collects and erases."""
    count, collect, erase = how
    return Holder(
        code=f"verification.{code}",
        title=title,
        data_class=Class.IDENTITY,
        columns=columns,
        count=count,
        collect=collect,
        measures={Measure.ERASE: erase},
        streams=_streams,
    )


def _count_readings(person_id: int) -> int:
    pictures = select(Evidence.id).where(Evidence.check_id.in_(_ids(person_id)))
    seen = (EvidenceView.evidence_id.in_(pictures), EvidenceView.opened_at.is_not(None))
    return count_of(EvidenceView, *seen)


HOLDERS: tuple[Holder | NotPersonal, ...] = (
    _erased(
        "readings",
        N_("Who looked at pictures of documents"),
        {"evidence_view": "reason"},
        _count_readings,
        _readings,
        _erase_readings,
    ),
    _erased(
        "evidence",
        N_("Pictures of documents"),
        {"evidence": "sha256"},
        lambda person_id: count_of(
            Evidence, Evidence.check_id.in_(_asked(person_id)), Evidence.destroyed_at.is_(None)
        ),
        _pictures,
        _erase_pictures,
    ),
    _erased(
        "payments",
        N_("Payments to a company's account"),
        {"bank_payment": "sealed blind nonce"},
        lambda person_id: count_of(Payment, Payment.check_id.in_(_asked(person_id))),
        _payments,
        _erase_payments,
    ),
    _erased(
        "tries",
        N_("Tries to name a verified record"),
        {"record_tries": "subject_id"},
        lambda person_id: count_of(RecordTries, RecordTries.subject_id == person_id),
        _tries,
        _erase_tries,
    ),
    _erased(
        "checks",
        N_("Identity checks"),
        {
            "identity_check": "asker_id asker_contact subject_id wanted_kind wanted_sealed "
            "old_channel old_contact named"
        },
        lambda person_id: count_of(Check, _about(person_id)),
        _own_checks,
        _erase_checks,
    ),
    NotPersonal(
        {
            # `about` is an order's number, or `realname:` with a uid; `reference` the number people quote.
            "identity_check": "uid about reference act state way reason",
            "bank_payment": "uid state",
            "evidence": "uid part media_type",
            # Who decided, and which points they compared; the rows go with their check.
            "identity_review": "seat person_id verdict reason marks",
            "evidence_view": "uid",
        }
    ),
)
