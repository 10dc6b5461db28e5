"""Mentions of a person in what other people wrote: looked for, and looked over at the desk.

They are looked for in the threads in which the person takes part, and by the index in all others.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Sequence
from dataclasses import asdict
from typing import Any

from sqlalchemy import select, update

from support.accounts import queries as people
from support.accounts import queries_names, service_profile
from support.core import vault
from support.core.db import changed, db, insert_new, transaction
from support.core.vault import KeyDestroyed
from support.erasure import mentions
from support.erasure.mentions import Identity, Mention, What
from support.erasure.models import Erasure, ErasureMention
from support.workorders import queries as orders
from support.workorders import service_redactions as texts
from support.workorders.service_redactions import Text

MOST_ORDERS = 500
_CLOSEST = 40


def identity_of(person_id: int) -> Identity:
    """Return what names somebody in a text, opened; empty where their key is gone."""
    who, known = people.person(person_id), queries_names.verified_name_of(person_id)
    addresses = people.contacts_of(person_id)
    names = [known.name, known.other_name] if known is not None and known.kind != "company" else []
    firms = [known.name, known.other_name] if known is not None and known.kind == "company" else []
    try:
        told = service_profile.profile_of(person_id).values
    except KeyDestroyed:
        told = {}
    firms.append(told.get("organisation", ""))
    return Identity(
        names=tuple(filter(None, names)),
        member_name=who.name,
        mobiles=tuple(one.address for one in addresses if one.kind == "mobile"),
        emails=tuple(one.address for one in addresses if one.kind == "email"),
        organisations=tuple(filter(None, firms)),
        addresses=tuple(filter(None, [told.get("street", "")])),
    )


def identity_for(row: Erasure) -> Identity:
    """Return what names the person of a request: as it was noted for it, once their data may be gone."""
    place = f"erasure.identity:{row.uid}"
    if row.identity is None:
        return identity_of(row.person_id)
    try:
        said = json.loads(vault.unseal(f"person:{row.person_id}", place, row.identity))
    except KeyDestroyed:
        return identity_of(row.person_id)
    values: dict[str, Any] = {
        name: tuple(value) if isinstance(value, list) else value for name, value in said.items()
    }
    return Identity(**values)


def note_identity(row: Erasure) -> None:
    """Note what names the person, sealed under their key, before their data goes; twice is harmless."""
    owner, place = f"person:{row.person_id}", f"erasure.identity:{row.uid}"
    who = json.dumps(asdict(identity_of(row.person_id)), ensure_ascii=False)
    with transaction():
        try:
            sealed = vault.seal(owner, place, who)
        except KeyDestroyed:
            return
        mine = update(Erasure).where(Erasure.id == row.id, Erasure.identity.is_(None))
        changed(mine.values(identity=sealed))
    db.session.refresh(row)


def look_for(row: Erasure) -> int:
    """Look for mentions and note them as proposals, chosen until somebody says no; return how many texts have some.

    Looked for again it adds what was written since, and where a text was changed meanwhile, by the deletion of somebody
    else who is named in it too, finds the places anew. What was decided about a text stays decided.
    """
    who = identity_for(row)
    found = 0
    for text in _candidates(row.person_id, who):
        spans = mentions.find(text.body, who)
        if not spans:
            continue
        found += 1
        known = {"erasure_id": row.id, "kind": text.kind, "thing_id": text.id}
        said = {"spans": written_down(spans), "blind": blind(text.body)}
        mine = update(ErasureMention).filter_by(**known).where(ErasureMention.done_at.is_(None))
        with transaction():
            if not insert_new(ErasureMention, **known, **said, chosen=True):
                changed(mine.where(ErasureMention.blind != said["blind"]).values(**said))
    return found


def written_down(spans: Sequence[Mention]) -> list[list[Any]]:
    """Return stretches as rows and the ledger keep them: offsets, and what each is."""
    return [[one.start, one.end, one.what.value] for one in spans]


def _candidates(person_id: int, who: Identity) -> Iterator[Text]:
    seen: set[tuple[str, int]] = set()
    for text in [*texts.texts_beside(person_id), *_elsewhere(person_id, who)]:
        if (text.kind, text.id) not in seen:
            seen.add((text.kind, text.id))
            yield text


def _elsewhere(person_id: int, who: Identity) -> Iterator[Text]:
    for words in dict.fromkeys(_search_words(who)):
        yield from texts.texts_with(words, person_id, MOST_ORDERS)


def _search_words(who: Identity) -> Iterator[str]:
    """Yield what the index is asked for: each value whole, a number also as people group it."""
    yield from (*who.names, *who.organisations, *who.addresses, *who.emails)
    if who.member_name:
        yield who.member_name
    for number in who.mobiles:
        local = number.removeprefix("+86")
        yield from (local, number.removeprefix("+"), f"{local[:3]} {local[3:7]} {local[7:]}")


def choose(row: Erasure, spared: Collection[int]) -> None:
    """Keep which mentions stay (row ids), and that the others go; inside the transaction of the proposal."""
    mine = update(ErasureMention).where(ErasureMention.erasure_id == row.id)
    changed(mine.values(chosen=ErasureMention.id.not_in([*spared])))


def mentions_of(row: Erasure) -> Sequence[ErasureMention]:
    """Return the texts in which the person is mentioned."""
    found = select(ErasureMention).where(ErasureMention.erasure_id == row.id)
    fresh = found.execution_options(populate_existing=True)
    return db.session.execute(fresh.order_by(ErasureMention.id)).scalars().all()


def shown(row: Erasure) -> list[dict[str, Any]]:
    """Return each mention with the words around it, for who decides: {id, reference, chosen, parts}."""
    lines: list[dict[str, Any]] = []
    for mention in mentions_of(row):
        text = texts.text_of(mention.kind, mention.thing_id)
        if text is None or blind(text.body) != mention.blind:
            continue
        parts = [
            {
                "before": text.body[max(0, start - _CLOSEST) : start],
                "said": text.body[start:end],
                "after": text.body[end : end + _CLOSEST],
                "what": What(what).title,
            }
            for start, end, what in mention.spans
        ]
        said = {"id": mention.id, "order": text.order_id, "parts": parts}
        lines.append({**said, "chosen": mention.chosen})
    references = orders.references_of({line["order"] for line in lines})
    return [line | {"reference": references[line["order"]]} for line in lines]


def written(row: Erasure) -> list[list[Any]]:
    """Return the chosen mentions as the ledger keeps them: kind, row id, hash of the text, offsets; no words."""
    return [
        [one.kind, one.thing_id, one.blind.hex(), one.spans]
        for one in mentions_of(row)
        if one.chosen
    ]


def blind(body: str) -> bytes:
    """Return the keyed hash by which a text is known again."""
    return vault.blind_index("text", body)
