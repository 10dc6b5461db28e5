"""New purposes: proposed by one person, decided by a privacy officer who is another; blocked meanwhile (PP-7.8)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

from support.core import audit
from support.core.actors import Actor
from support.core.clock import utcnow
from support.core.db import compare_and_set, insert_new, new_uid, transaction
from support.core.errors import Invalid, NotAllowed
from support.core.words import N_
from support.policies import queries, queries_purposes
from support.policies.data_classes import Class
from support.policies.lifecycle import USE_LIFECYCLE, UseState
from support.policies.models_purposes import NewUse
from support.policies.policy import check_may_decide_purpose, check_may_propose_purpose
from support.policies.processing import USES, Basis, Screen, failing
from support.policies.prose import clean

_CODE = re.compile(r"[a-z][a-z0-9_]{2,31}")
ANOTHER_PERSON = N_("Whoever proposed it can't decide it; another privacy officer does.")


@dataclass(frozen=True, slots=True)
class Proposal:
    """What somebody wants to use data for."""

    code: str
    title_en: str
    title_zh: str
    why: str
    classes: tuple[str, ...]
    basis: str


def propose_purpose(actor: Actor, proposal: Proposal, *, now: datetime | None = None) -> NewUse:
    """Write a new purpose down; it stays blocked until it is decided. Raises `Invalid` at the field that is wrong."""
    now = now or utcnow()
    with transaction():
        check_may_propose_purpose(actor)
        if not _CODE.fullmatch(proposal.code):
            raise Invalid("code", N_("Small letters, digits and underscores, 3 to 32."))
        classes = [each.value for each in Class if each.value in proposal.classes]
        if not classes:
            raise Invalid("classes", N_("Choose at least one class of data."))
        titles = [clean(each) for each in (proposal.title_en, proposal.title_zh, proposal.why)]
        if not all(titles):
            raise Invalid("why", N_("Say what it is for, in both languages, and why."))
        taken = proposal.code in USES or not insert_new(
            NewUse,
            uid=new_uid(),
            code=proposal.code,
            state=UseState.PROPOSED,
            title_en=titles[0],
            title_zh=titles[1],
            why=titles[2],
            classes=" ".join(classes),
            basis=Basis(proposal.basis).value,
            proposed_by=actor.id or 0,
            proposed_at=now,
            assessment="",
            reason="",
            version=1,
        )
        if taken:
            raise Invalid("code", N_("Another purpose has this short name."))
        use = queries_purposes.by_code(proposal.code)
        assert use is not None
        audit.record("system", "purpose.proposed", actor=actor, at=now, purpose=use.id)
    return use


def allow_purpose(
    actor: Actor,
    use: NewUse,
    screen: Screen,
    *,
    label: str,
    reason: str,
    version: int,
    now: datetime | None = None,
) -> NewUse:
    """Allow a purpose after its screen, from the day on which version `label` tells people of it; twice is harmless.

    Raises `Invalid` where the screen forbids it or the version is not there, `NotAllowed` for whoever proposed it.
    """
    now = now or utcnow()
    with transaction():
        _check_decider(actor, use)
        if use.status is UseState.ALLOWED:
            return use
        wrong = failing(screen)
        if wrong is not None:
            raise Invalid(*wrong)
        if use.basis == Basis.CONSENT and not screen.needs_consent:
            raise Invalid("needs_consent", N_("It rests on consent, so consent is needed."))
        told = {each.label: each.id for each in queries.versions()}.get(label)
        if told is None:
            raise Invalid("label", N_("Choose the version of the policy that tells of it."))
        return _decide(
            actor,
            use,
            UseState.ALLOWED,
            now,
            version=version,
            reason=reason,
            related=screen.related,
            sensitive=screen.sensitive,
            needs_consent=screen.needs_consent,
            assessment=screen.assessment,
            version_id=told,
        )


def refuse_purpose(
    actor: Actor, use: NewUse, *, reason: str, version: int, now: datetime | None = None
) -> NewUse:
    """Refuse a purpose, or stop one that was allowed; twice is harmless."""
    now = now or utcnow()
    with transaction():
        _check_decider(actor, use)
        if use.status is UseState.REFUSED:
            return use
        return _decide(actor, use, UseState.REFUSED, now, version=version, reason=reason)


def _check_decider(actor: Actor, use: NewUse) -> None:
    check_may_decide_purpose(actor)
    if actor.id == use.proposed_by:
        raise NotAllowed(ANOTHER_PERSON)


def _decide(
    actor: Actor, use: NewUse, new: UseState, now: datetime, *, reason: str, **values: object
) -> NewUse:
    USE_LIFECYCLE.check_move(use.status, new)
    reason = clean(reason)
    if not reason:
        raise Invalid("reason", N_("Say why."))
    values |= {"state": new, "reason": reason, "decided_by": actor.id, "decided_at": now}
    use = compare_and_set(use, **values)  # type: ignore[arg-type]  # the version is among them
    audit.record("system", f"purpose.{new}", actor=actor, at=now, purpose=use.id)
    return use
