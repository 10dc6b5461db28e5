"""The change of a verified name (PP-5.2): filed as a work order, sent to the source or checked, held, written down."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy import update

from support.accounts import queries as people
from support.accounts import queries_names
from support.accounts.policy import require_self
from support.accounts.queries_names import VerifiedName
from support.assurance import queries as assurance_queries
from support.assurance import service as assurance
from support.assurance import service_holds
from support.assurance.policy import Act, ProofKind
from support.core import audit, vault
from support.core.actors import SYSTEM, Actor
from support.core.clock import utcnow
from support.core.db import changed, compare_and_set, db, transaction
from support.core.errors import Invalid, NotAllowed
from support.core.words import N_
from support.realname import queries_changes
from support.realname.lifecycle import BY_CHECK, COARSE, ENDED, LIFECYCLE, ChangeState
from support.realname.models import NameChange
from support.realname.policy import CHANGE_REASONS, LONGEST_NAME
from support.realname.service import follow_end, forget_details
from support.verification import queries as checks
from support.verification import service as verification
from support.verification.lifecycle import CheckState
from support.verification.models import Check
from support.verification.policy import Way
from support.workorders import moves
from support.workorders import queries as orders
from support.workorders import service as workorders
from support.workorders.kind import kind_named
from support.workorders.lifecycle import Status
from support.workorders.models import WorkOrder
from support.workorders.targets import DAY, office_hours

KIND = "realname"


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody wants their verified name to be: whose name it is then, why, and by which way they show it."""

    name: str
    bears: Literal["individual", "company"]
    reason: str
    way: Way


def ask_change(
    actor: Actor,
    wish: Wish,
    *,
    subject: str,
    body: str,
    language: str,
    now: datetime | None = None,
) -> WorkOrder:
    """File a change of the actor's verified name; one that came from a service is sent there at once.

    That needs the account there to be bound still; else it is proved here like any other name.

    `subject` and `body` never hold the name. Raises `Invalid` without a verified name, and while a change runs.
    """
    person_id, now = require_self(actor), now or utcnow()
    before = _require_name(person_id)
    name = " ".join(wish.name.split())
    if not name or len(name) > LONGEST_NAME:
        raise Invalid("name", N_("A name has 1 to 200 characters."))
    if wish.reason not in CHANGE_REASONS:
        raise Invalid("reason", N_("Please choose one."))
    if (wish.way == Way.COMPANY) != (wish.bears == "company"):
        raise Invalid(
            "way", N_("A company's name is shown by its papers, a person's by a document.")
        )
    with transaction() as session:
        people.lock_person(person_id)
        if queries_changes.running_change(person_id) is not None:
            raise Invalid("name", N_("A change of this name is running already."))
        order = workorders.file_order(
            actor,
            kind_named(KIND),
            requester_id=person_id,
            contact_id=None,
            subject=subject,
            body=body,
            language=language,
            now=now,
        )
        row = NameChange(
            order_id=order.id,
            person_id=person_id,
            bears=wish.bears,
            reason=wish.reason,
            source=before.source,
            at=now,
            changed_at=now,
        )
        session.add(row)
        session.flush()
        if queries_names.is_vouched_still(person_id):
            _set(row, ChangeState.REDIRECTED, now)
            _coarse(order, Status.CLOSED, now, reason="redirected")
        else:
            _begin_check(actor, order, row, wish.way, name, now)
    return order


def _require_name(person_id: int) -> VerifiedName:
    before = queries_names.verified_name_of(person_id)
    if before is None:
        raise Invalid("name", N_("No name is verified yet: verify it first."))
    return before


def _begin_check(
    actor: Actor, order: WorkOrder, row: NameChange, way: Way, name: str, now: datetime
) -> None:
    check = verification.open_check(
        actor,
        about=order.stream,
        reference=order.reference,
        asker_id=row.person_id,
        subject_id=row.person_id,
        act=Act.CHANGE_REALNAME,
        way=way,
        now=now,
    )
    row.check_uid = check.uid
    row.sealed = vault.seal(check.stream, queries_changes.place_of(order.id), name)
    _set(row, ChangeState.IDENTITY, now)
    order = compare_and_set(
        order, version=order.version, identity_check=check.uid, first_replied_at=now
    )
    _coarse(order, Status.WAITING, now)


def follow_check(check: Check, new: CheckState, now: datetime) -> None:
    """Let the change and its work order follow a move of their check, inside its transaction."""
    follow_end(check, new, now)
    row = queries_changes.change_of_check(check)
    if row is None:
        return
    _set(row, BY_CHECK[new], now)
    order = orders.order_by_id(row.order_id)
    if new == CheckState.HELD:
        hold = assurance_queries.hold_of(check.stream)
        assert hold is not None
        due = office_hours().add(hold.ends_at, DAY).at
        order = compare_and_set(
            order, version=order.version, resolve_due=max(order.resolve_due, due)
        )
        moves.reset_clock(order)
    _coarse(order, COARSE[new], now, reason="refused" if new == CheckState.REFUSED else "requester")


def follow_order(order: WorkOrder, status: Status, now: datetime) -> None:
    """Give the check up when its work order is closed, by whomever; what waits ends without any change."""
    row = queries_changes.change_of(order)
    if status is not Status.CLOSED or row is None or row.status in ENDED:
        return
    check = checks.check_by_uid(row.check_uid or "")
    if check is None:
        return
    if check.state in (CheckState.HELD, CheckState.STOPPED):
        service_holds.void_hold(check.case, now=now)
        verification.move(SYSTEM, check, CheckState.REFUSED, now, reason="given_up")
    else:
        verification.move(SYSTEM, check, CheckState.WITHDRAWN, now)
        verification.destroy_evidence(check, now)


def guard_order(order: WorkOrder, status: Status) -> None:
    """Raise `NotAllowed` where somebody calls a change solved that is not decided."""
    row = queries_changes.change_of(order)
    if status is Status.RESOLVED and row is not None and row.status not in ENDED:
        raise NotAllowed(
            N_("A verifier and another person decide on this; it is not solved before.")
        )


def weigh_account(check: Check, now: datetime) -> None:
    """Write down that no way into the account changed lately and no dispute is open, if so: then it need not wait."""
    if not queries_changes.risks_of(check):
        assurance.write_case_proof(SYSTEM, ProofKind.SETTLED, check.case, now=now)


def forget_change(check: Check) -> None:
    """Let go of the wanted name and of what was written, once their key is destroyed."""
    forget_details(check)
    gone = NameChange.check_uid == check.uid
    changed(update(NameChange).where(gone).values(sealed=None))


def _set(row: NameChange, state: ChangeState, now: datetime) -> None:
    if row.status == state:
        return
    LIFECYCLE.check_move(row.status, state)
    row.state, row.changed_at = state, now
    audit.record(f"order:{row.order_id}", f"name_change.{state}", actor=SYSTEM, at=now)
    db.session.flush()


def _coarse(order: WorkOrder, status: Status, now: datetime, *, reason: str = "") -> None:
    """Move the work order along, where it is not there already and was not closed meanwhile."""
    if order.state in (status, Status.CLOSED):
        return
    moves.move(SYSTEM, order, status, version=order.version, now=now, reason=reason, fresh=True)
