"""Supplying what a notice lacks: which fields are asked for, and writing them into it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import fields, replace
from datetime import date
from typing import Any

from support.core import files
from support.core.actors import Actor
from support.core.db import transaction
from support.core.errors import Invalid
from support.core.words import N_
from support.infringement import queries, service
from support.infringement.elements import PAPERS, Element, NoticeFacts
from support.infringement.models import Notice
from support.workorders.service_drafts import Saved

ASKED: Mapping[str, tuple[str, ...]] = {
    "identity": ("holder_name", "holder_id_type", "holder_id_no", "email", "phone"),
    "contact": ("holder_name", "address", "email", "phone"),
    "authority": ("agent_name",),
    "right_proof": ("right_no",),
    "in_force": ("territory", "valid_until"),
    "work": ("work",),
    "evidence": ("explanation",),
    "reasons": ("explanation",),
    "measure": ("measure",),
    "truth": ("truth",),
    "good_faith": ("good_faith",),
    "perjury": ("perjury",),
    "signature": ("signature",),
}
"""Which fields supply an element of `elements.NOTICE`."""

PAPERS_FOR: Mapping[str, tuple[str, ...]] = {
    "authority": ("authority",),
    "right_proof": ("right",),
    "in_force": ("right",),
    "evidence": ("evidence",),
    "patent": ("comparison", "evaluation"),
}
"""Which kinds of files supply it."""

STATEMENTS = ("truth", "good_faith", "perjury")


def fields_for(missing: Iterable[Element[Any]]) -> list[str]:
    """Return the fields that the page asks for, each once."""
    return list(dict.fromkeys(name for one in missing for name in ASKED.get(one.code, ())))


def papers_for(missing: Iterable[Element[Any]]) -> list[str]:
    """Return the kinds of files that the page asks for, each once."""
    return list(dict.fromkeys(name for one in missing for name in PAPERS_FOR.get(one.code, ())))


def uploads_of(notice: Notice) -> Saved:
    """Return under what name files come in that go with the next supplement."""
    return Saved(notice.uid, {}, notice.version, notice.at)


def supply(
    actor: Actor, notice: Notice, said: Mapping[str, str], *, paper: str, version: int
) -> Notice:
    """Write what was supplied into the notice, with the files that wait and are of the kind `paper`.

    What is blank stays as it was. Raises what `service.supplement_notice` raises.
    """
    owner = uploads_of(notice).files_owner
    with transaction():
        waiting = {file.uid: paper for file in files.waiting_files(owner)} if paper else {}
        return service.supplement_notice(
            actor,
            notice,
            merged(queries.facts_of(notice), said),
            papers=waiting,
            files_owner=owner,
            version=version,
        )


def merged(facts: NoticeFacts, said: Mapping[str, str]) -> NoticeFacts:
    """Return the facts with what was said; a blank field changes nothing."""
    known = {each.name for each in fields(NoticeFacts)}
    new: dict[str, Any] = {name: text for name, text in said.items() if text and name in known}
    if until := new.get("valid_until"):
        new["valid_until"] = date.fromisoformat(until)
    ticked = {code for code in STATEMENTS if said.get(code)}
    return replace(facts, **new, statements=facts.statements | ticked)


def known(facts: NoticeFacts) -> dict[str, Any]:
    """Return what stands in the fields before anything is typed; the number of an ID is never shown again."""
    shown = {name for names in ASKED.values() for name in names} - {"holder_id_no", *STATEMENTS}
    return {name: getattr(facts, name) for name in shown}


def paper_of(notice: Notice, said: str) -> str:
    """Return the kind that the waiting files are of, "" where none wait; raises `Invalid("paper")`."""
    if not files.waiting_files(uploads_of(notice).files_owner):
        return ""
    if said not in PAPERS:
        raise Invalid("paper", N_("Say what the files are."))
    return said
