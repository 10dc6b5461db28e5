"""The check by which a lost account is given back to its owner with a new address."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from support.accounts import queries as people
from support.accounts import queries_names, service_recovery
from support.accounts.addresses import mask
from support.accounts.models import ContactKind
from support.assurance import service as assurance
from support.assurance.policy import TOO_NEW, Act, ProofKind
from support.core import platform
from support.core.actors import SYSTEM, Actor
from support.core.errors import NotAllowed
from support.core.platform_calls import Name
from support.core.words import N_
from support.verification import policy, queries
from support.verification.goal import Company, Goal, Step
from support.verification.lifecycle import CheckState
from support.verification.models import Check
from support.verification.policy import WAYS
from support.verification.service import move
from support.verification.steps import PAYMENT, RECORD, record_matched

_OLD = {"lost": N_("none can be reached"), "stolen": N_("somebody else has one")}
_OLD_AT_DESK = _OLD | {"proved": N_("shown by a code")}
_OLD_CLAIMED = {
    "proved": N_("shown by a code"),
    "lost": N_("the person can reach none"),
    "stolen": N_("the person says that somebody else has one"),
}


def recover(check: Check, now: datetime) -> None:
    """Give the account back, inside the caller's transaction; an address taken meanwhile refuses it.

    Whoever is signed in to the platform itself is put out too.
    """
    found = queries.wanted_address(check)
    if found is None:
        raise NotAllowed()
    taken = people.bound_contact(*found)
    if taken is not None and taken[0] != check.subject_id:
        move(SYSTEM, check, CheckState.REFUSED, now, reason="taken")
        return
    lost = check.named if check.old_channel == "stolen" else ()
    kind, value = ContactKind(found[0]), found[1]
    platform.call(  # first, since the platform's own account is unbound by what follows
        Name.END_SESSIONS,
        f"check:{check.uid}",
        about=check.about,
        reference=check.reference,
        person=check.subject_id,
        now=now,
    )
    service_recovery.recover_account(SYSTEM, check.case, kind, value, lost=lost, now=now)
    move(SYSTEM, check, CheckState.DONE, now)


def weigh_old_address(check: Check, now: datetime) -> None:
    """Let an older address count no more that was proved, and is the owner's no more or too new by now."""
    older = {
        one.id
        for one in people.contacts_of(check.subject_id)
        if one.bound and one.verified and one.changed_at <= now - TOO_NEW
    }
    if check.old_contact not in older:
        assurance.withdraw_case_proofs([ProofKind.SECOND_CHANNEL], check.case, now=now)


def require_opener(actor: Actor, asker_id: int, subject_id: int) -> None:
    """Let the people pass who work on orders: whoever is locked out asks them."""
    policy.require_desk(actor)


def claimed(check: Check) -> Mapping[str, Any]:
    """What is claimed, masked as far as deciding allows: name and addresses of the account, the new address."""
    known = [one for one in people.contacts_of(check.subject_id) if one.verified]
    wanted = queries.wanted_address(check)
    return {
        "account": people.names([check.subject_id]).get(check.subject_id, ""),
        "addresses": ", ".join(one.masked for one in known),
        "wanted": mask(*wanted) if wanted else "",
        "old": _OLD_CLAIMED.get(check.old_channel, ""),
        "record": record_matched(check),
    }


def company_of(check: Check) -> Company | None:
    """Return the company whose name the account bears; None for an account of a person or without a verified name."""
    known = queries_names.verified_name_of(check.subject_id)
    if known is None or known.kind != "company":
        return None
    return Company((known.name, known.other_name))


GOAL = Goal(
    act=Act.RECOVER_ACCOUNT,
    title=N_("Show that the account is yours"),
    page="verification/recovery.html",
    given_up=N_(
        "The account is not given back by this check. The work order stays open: write there if you want to begin "
        "anew, or to show it in another way."
    ),
    claim="verification/_recovery_claim.html",
    facts=claimed,
    steps=(
        Step(
            "address",
            N_("A new address that is yours"),
            N_("New address proved"),
            "checks.address",
            lambda check: check.wanted_sealed is not None,
        ),
        Step(
            "old-address",
            N_("An older address of the account"),
            N_("Older address"),
            "checks.old_address",
            lambda check: bool(check.old_channel),
            lambda check: _OLD.get(check.old_channel, ""),
            lambda check: _OLD_AT_DESK.get(check.old_channel, ""),
        ),
        RECORD,
        PAYMENT,
    ),
    rules=WAYS,
    may_open=require_opener,
    carry_out=recover,
    ways=lambda: tuple(WAYS),
    weigh=weigh_old_address,
    company_of=company_of,
)
