"""A name that a check proved, without the check."""

from __future__ import annotations

from typing import Any

from support.accounts import service_names
from support.assurance import service as gate
from support.assurance.policy import Act, ProofKind
from support.assurance.queries import Case
from support.core.actors import SYSTEM
from support.core.clock import utcnow

SHOWN = (ProofKind.DOCUMENT, ProofKind.DECISION, ProofKind.APPROVAL)


def case_of(person_id: int, *proofs: ProofKind, about: str = "check:one") -> Case:
    """A check about the person in which just these proofs were given."""
    case = Case(person_id, about)
    for kind in proofs:
        gate.write_case_proof(SYSTEM, kind, case, now=utcnow())
    return case


def verify(
    person_id: int, name: str = "Alice Liddell", about: str = "check:one", **more: Any
) -> None:
    """Write a name down after a check in which everything was shown."""
    given: dict[str, Any] = {"kind": "individual", "source": "document", "act": Act.SET_REALNAME}
    case = case_of(person_id, *SHOWN, about=about)
    service_names.set_verified_name(SYSTEM, case, name, **(given | more))
