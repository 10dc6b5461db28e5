"""What is known of those who ask without signing in, and the accounts that they may mean."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from sqlalchemy import select

from support.accounts import queries as people
from support.accounts import queries_names
from support.accounts.addresses import fold_name, normalise_address
from support.assurance import queries as assurance
from support.assurance.lifecycle import HoldState
from support.assurance.models import Hold
from support.core import vault
from support.core.db import db
from support.core.errors import Invalid, NotFound
from support.core.words import N_
from support.erasure.lifecycle import ENDED, RUNNING, ErasureState
from support.erasure.models import Erasure
from support.erasure.models_asking import Asking
from support.verification.models import Check


@dataclass(frozen=True, slots=True)
class Asked:
    """What was written: the asker's name, whose data it is (a name; "" for one's own), and how the account is found.

    `age` is one of `asking.AGES`, `kin` of `KINS`, `wish` of `WISHES`, each "" where it isn't asked; `purpose` is what
    a relative needs it for.
    """

    name: str
    handles: Sequence[str]
    subject: str = ""
    age: str = ""
    kin: str = ""
    wish: str = ""
    purpose: str = ""

    @property
    def whose(self) -> str:
        """Whose name the account's verified name should be."""
        return self.subject or self.name


@dataclass(frozen=True, slots=True)
class Candidate:
    """An account, or a guest, that was named: by which words, and whether its verified name is the one that was said.

    `named` is "same", "other" or "none".
    """

    person_id: int
    name: str
    kind: str
    named: str
    addresses: tuple[str, ...]
    by: list[str] = field(default_factory=list)


def asking_of(row: Erasure) -> Asking | None:
    """Return what belongs to a request of somebody who did not sign in; None for everybody else's."""
    if row.asker_id is None:
        return None
    found = select(Asking).where(Asking.erasure_id == row.id)
    return db.session.execute(found).scalar_one_or_none()


def erasure_of_check(check: Check) -> Erasure | None:
    """Return the request that a check of who asks belongs to; none before it is filed in full."""
    found = select(Erasure).join(Asking, Asking.erasure_id == Erasure.id)
    return db.session.execute(found.where(Asking.check_uid == check.uid)).scalar_one_or_none()


def asked_in(row: Erasure) -> Asked | None:
    """Return what was written; None once it is gone."""
    known = asking_of(row)
    if known is None or known.sealed is None:
        return None
    try:
        return Asked(**json.loads(vault.unseal(row.stream, place_of(row), known.sealed)))
    except vault.KeyDestroyed:
        return None


def place_of(row: Erasure) -> str:
    """Return the vault place of what was written."""
    return f"erasure_asking.sealed:{row.uid}"


def blind_of(asker_id: int, ground: str, asked: Asked) -> bytes:
    """Return the blind index by which the same, asked by the same person, is known again."""
    handles = sorted({fold_name(each) for each in asked.handles})
    text = "\0".join([str(asker_id), ground, queries_names.plain_signs(asked.whose), *handles])
    return vault.blind_index("erasure_asking", text)


def under_way(asker_id: int, blind: bytes) -> Erasure | None:
    """Return a request of the same person for the same that has not ended."""
    found = select(Erasure).join(Asking, Asking.erasure_id == Erasure.id)
    same = (Asking.asker_id == asker_id, Asking.blind == blind)
    newest = found.where(*same, Erasure.state.not_in([*ENDED])).order_by(Erasure.id.desc())
    return db.session.execute(newest.limit(1)).scalar_one_or_none()


def same_subject(row: Erasure, person_id: int) -> Erasure | None:
    """Return another request of the same asker about this person that is under way."""
    states = [*RUNNING, ErasureState.HELD]
    same = (Erasure.asker_id == row.asker_id, Erasure.person_id == person_id)
    found = select(Erasure).where(*same, Erasure.state.in_(states), Erasure.id != row.id).limit(1)
    return db.session.execute(found).scalar_one_or_none()


def candidates(row: Erasure, asked: Asked, sought: str = "") -> list[Candidate]:
    """Return whom the words of a request name exactly, or those of `sought`: by member name or whole address.

    Staff, erased people and who asks are never among them.
    """
    found: dict[int, Candidate] = {}
    for words in dict.fromkeys([*asked.handles, *filter(None, [sought.strip()])]):
        for person_id in _named(words):
            if person_id not in found:
                try:
                    found[person_id] = candidate(row, asked, person_id)
                except NotFound:
                    continue
            found[person_id].by.append(words)
    return [*found.values()]


def candidate(row: Erasure, asked: Asked, person_id: int) -> Candidate:
    """Return one person as somebody whom a request may mean; raise `NotFound` for whom none ever means."""
    one = people.person(person_id)
    if one.kind not in ("member", "guest") or one.erased or person_id == row.asker_id:
        raise NotFound()
    verified = queries_names.verified_name_of(person_id)
    said = queries_names.plain_signs(asked.whose)
    names = (
        {queries_names.plain_signs(each) for each in (verified.name, verified.other_name)}
        if verified
        else set()
    )
    return Candidate(
        person_id,
        people.names([person_id]).get(person_id, ""),
        one.kind.value,
        "none" if verified is None else "same" if said in names else "other",
        tuple(each.masked for each in people.contacts_of(person_id)),
    )


def is_company(person_id: int) -> bool:
    """True for an account whose verified name is a company's."""
    verified = queries_names.verified_name_of(person_id)
    return verified is not None and verified.kind == "company"


def _named(words: str) -> Iterator[int]:
    by_name = people.person_id_by_name(words)
    if by_name is not None:
        yield by_name
    try:
        kind, value = normalise_address("auto", words)
    except Invalid:
        return
    for each in people.contacts_by_address(kind, value):
        if each.verified or each.bound:
            yield each.person_id


def hold_of(row: Erasure) -> Hold | None:
    """Return the newest waiting period of a request whose account was found."""
    return assurance.hold_of(hold_stream(row, row.person_id))


def stopped_for(row: Erasure) -> list[int]:
    """Return whose addresses have stopped this request, by the account that was found then."""
    beyond = f"{row.stream};"  # the sign after ":"
    which = (Hold.about > f"{row.stream}:", Hold.about < beyond, Hold.state == HoldState.CANCELLED)
    return sorted(set(db.session.execute(select(Hold.person_id).where(*which)).scalars()))


def waits_for(row: Erasure) -> Erasure | None:
    """Return the other request about the same data for which this one waits, its own time being over."""
    if row.status is not ErasureState.HELD:
        return None
    found = select(Erasure).where(Erasure.person_id == row.person_id, Erasure.state.in_([*RUNNING]))
    return db.session.execute(found.limit(1)).scalar_one_or_none()


def hold_stream(row: Erasure, person_id: int) -> str:
    """Return what a waiting period of a request is about: one account; another one found instead has its own."""
    return f"{row.stream}:{person_id}"


def erasure_of_hold(about: str) -> Erasure | None:
    """Return the request that waits in a hold, while it is about the person whom that hold is about."""
    kind, _, rest = about.partition(":")
    uid, _, person = rest.partition(":")
    if kind != "erasure" or not person.isdecimal():
        return None
    which = (Erasure.uid == uid, Erasure.person_id == int(person))
    return db.session.execute(select(Erasure).where(*which)).scalar_one_or_none()


NAMED = {
    "same": N_("the name that was verified is the one they wrote"),
    "other": N_("another name was verified"),
    "none": N_("no name was verified"),
}
