"""Asking for the deletion of data without signing in to its account: filed, shown in a check, followed to its end.

Nothing that is known of anybody is read here: whether an account is there is looked at only once two people have found
that who asks may ask (`service_matching`).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any

from support.assurance import service as assurance
from support.assurance.policy import Act
from support.core import vault
from support.core.actors import SYSTEM, Actor
from support.core.clock import utcnow
from support.core.db import compare_and_set, transaction
from support.core.errors import Invalid, NotAllowed
from support.core.words import N_
from support.erasure import asking, queries, queries_asking, service
from support.erasure.lifecycle import ENDED, ErasureState
from support.erasure.models import Erasure
from support.erasure.models_asking import Asking
from support.erasure.queries_asking import Asked
from support.erasure.rules import REGIONS, due_of
from support.verification import service as verification
from support.verification.lifecycle import CheckState
from support.verification.models import Check
from support.verification.policy import Way
from support.workorders import queries as orders
from support.workorders.models import WorkOrder

S = ErasureState
WRITE_NAME = N_("A name has 1 to 200 characters.")
WRITE_HANDLE = N_(
    "Write how the account is found: a member name, an e-mail or a mobile, up to five, one a line."
)
WRITE_PURPOSE = N_("Please say what for, in up to 2 000 characters.")


def ask(
    actor: Actor,
    ground: str,
    asked: Asked,
    file: Callable[[], WorkOrder],
    *,
    contact_id: int | None,
    region: str,
    now: datetime | None = None,
) -> WorkOrder:
    """File a request of `rules.FOR_OTHERS` and begin the check of who asks; return its work order.

    `file` files the order, with `ground` as its topic. Somebody signed in who asks the same twice gets the first one
    back while it is under way; without a sign-in that would tell a stranger of it. Raises `Invalid` at the field.
    """
    now = now or utcnow()
    relation = asking.RELATIONS[ground]
    require_whole(ground, asked)
    if region not in REGIONS:
        raise Invalid("region", service.CHOOSE)
    with transaction() as session:
        if actor.signed_in:
            blind = queries_asking.blind_of(actor.id or 0, ground, asked)
            earlier = queries_asking.under_way(actor.id or 0, blind)
            if earlier is not None:
                return orders.order_by_id(earlier.order_id)
        order = file()
        row = queries.erasure_of(order)
        assert row is not None
        row.region = region
        check = verification.open_check(
            SYSTEM,
            about=order.stream,
            reference=order.reference,
            asker_id=row.told_id,
            asker_contact=contact_id,
            subject_id=row.told_id,
            act=relation.act,
            way=Way.DOCUMENT,
            now=now,
        )
        text = json.dumps(asdict(asked), ensure_ascii=False)
        session.add(
            Asking(
                erasure_id=row.id,
                asker_id=row.told_id,
                about=order.stream,
                check_uid=check.uid,
                sealed=vault.seal(row.stream, queries_asking.place_of(row), text),
                blind=queries_asking.blind_of(row.told_id, ground, asked),
            )
        )
        session.flush()
        return compare_and_set(
            order, version=order.version, identity_check=check.uid, updated_at=now
        )


def require_whole(ground: str, asked: Asked) -> None:
    """Raise `Invalid` at the first thing that lacks, or is too much, for this way of asking."""
    names = {"name": asked.name} | ({"subject": asked.subject} if ground != "lost" else {})
    for field, said in names.items():
        if not said or len(said) > asking.LONGEST_NAME:
            raise Invalid(field, WRITE_NAME)
    lengths = [len(each) for each in asked.handles]
    if not 0 < len(lengths) <= asking.MOST_HANDLES or max(lengths) > asking.LONGEST_HANDLE:
        raise Invalid("handles", WRITE_HANDLE)
    chosen: Mapping[str, tuple[str, Mapping[str, str]]] = {
        "age": ("ward", asking.AGES),
        "kin": ("heir", asking.KINS),
        "wish": ("heir", asking.WISHES),
    }
    for field, (asks, known) in chosen.items():
        if ground == asks and getattr(asked, field) not in known:
            raise Invalid(field, service.CHOOSE)
    if ground == "heir" and not 0 < len(asked.purpose) <= asking.LONGEST_PURPOSE:
        raise Invalid("purpose", WRITE_PURPOSE)


def require_filed(actor: Actor, asker_id: int, subject_id: int) -> None:
    """Let a check begin only with a request that is filed, and only about who asks."""
    if actor.kind != "system" or asker_id != subject_id:
        raise NotAllowed()


_BY_CHECK: Mapping[CheckState, ErasureState] = {
    CheckState.OPEN: S.IDENTITY,
    CheckState.REVIEW: S.CHECKING,
    CheckState.APPROVAL: S.CHECKING,
    CheckState.DONE: S.MATCHING,
    CheckState.REFUSED: S.UNVERIFIED,
    CheckState.WITHDRAWN: S.WITHDRAWN,
}


def follow_check(check: Check, new: CheckState, now: datetime) -> None:
    """Let a request and its work order follow a move of the check of who asks, inside its transaction."""
    row = queries_asking.erasure_of_check(check)
    if row is None or row.status in ENDED or row.status is _BY_CHECK[new]:
        return
    state, said = _BY_CHECK[new], {}
    if state is S.MATCHING:
        said = _begun(row, now)
    elif state in ENDED:
        said = {"ended_at": now}
    reason = "refused" if state is S.UNVERIFIED else "requester"
    service.move(SYSTEM, row, state, row.version, now, reason=reason, **said)
    if state is S.MATCHING:
        service.tell(row, "review")


def _begun(row: Erasure, now: datetime) -> dict[str, Any]:
    """The clock runs from the moment at which it is known that they may ask."""
    due = due_of(row.region, row.at, now)
    return {"complete_at": now, "due_at": due.at, "due_estimated": due.estimated}


def note_shown(check: Check, now: datetime) -> None:
    """Both people have found that who asks may ask: the account is looked for now. In the check's transaction."""
    acts = {each.value: each for each in (Act.ERASE_LOST, Act.ERASE_WARD, Act.ERASE_HEIR)}
    assurance.require(SYSTEM, acts[check.act], now=now, case=check.case)
    verification.move(SYSTEM, check, CheckState.DONE, now)
