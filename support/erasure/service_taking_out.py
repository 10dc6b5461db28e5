"""Taking the mentions of a person out of what other people wrote: in a deletion, and done again after a restore.

A text in which two deletions meet is known by the same keyed hash to both: what either names goes in one stroke, so
that whoever comes second, in the desk or in a replay, never finds another text than the one that was looked over.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select, update

from support.core import ledger
from support.core.db import changed, db, insert_new, transaction
from support.erasure import mentions, service_ledger
from support.erasure.lifecycle import ErasureState
from support.erasure.mentions import Mention, What
from support.erasure.models import Erasure, ErasureMention
from support.erasure.service_mentions import blind, identity_for, mentions_of, written_down
from support.policies import queries_legal_holds
from support.workorders import queries as orders
from support.workorders import service_redactions as texts
from support.workorders.service_redactions import Text

Spans = Sequence[Sequence[Any]]


def take_out(row: Erasure, now: datetime) -> None:
    """Redact the chosen mentions but for those that a legal hold keeps; safe to run twice."""
    if row.ledger is not None and row.ledger <= (ledger.applied() or 0):
        _tell_ledger(row)  # not while it is done again: what is behind it is still to come
    for mention in _to_do(row):
        with transaction():
            text = texts.text_of(mention.kind, mention.thing_id)
            if text is not None and (_is_held(text) or not _take_out(row, mention, text, now)):
                continue
            _set(now, ErasureMention.id == mention.id)


def _tell_ledger(row: Erasure) -> None:
    """Write down what the entry of a request does not know, before it goes: texts that were written, or that another
    deletion changed, since."""
    new = []
    for mention in _to_do(row):
        text = texts.text_of(mention.kind, mention.thing_id)
        if text is None or _is_held(text):
            continue
        if (known := blind(text.body)) != mention.blind:
            spans = written_down(mentions.find(text.body, identity_for(row)))
            with transaction():
                mine = update(ErasureMention).where(ErasureMention.id == mention.id)
                changed(mine.values(blind=known, spans=spans))
            new.append([mention.kind, mention.thing_id, known.hex(), spans])
        else:
            new.append([mention.kind, mention.thing_id, known.hex(), mention.spans])
    told = {(kind, number, known) for kind, number, known, _spans in _told(row)}
    new = [one for one in new if one[3] and tuple(one[:3]) not in told]
    if new:
        number = ledger.append(service_ledger.addition(row, new))
        with transaction():
            ledger.mark_applied(number)


def _told(row: Erasure) -> Iterator[Sequence[Any]]:
    """Yield the mentions that the ledger knows of a request."""
    for _number, entry in ledger.entries((row.ledger or 1) - 1):
        if ledger.subject(entry) == row.uid:
            yield from entry["mentions"]


def _take_out(row: Erasure, mention: ErasureMention, text: Text, now: datetime) -> bool:
    """Redact one with what other deletions that have begun take out of the same text; return whether it is done.

    It is looked for anew where something else changed the text between the ledger and now.
    """
    known, spans = mention.blind, mention.spans
    if blind(text.body) != known:
        found = mentions.find(text.body, identity_for(row))
        return not found or _redact(text, [written_down(found)])
    begun = select(Erasure.id).where(Erasure.state == ErasureState.EXECUTING, Erasure.ledger > 0)
    same = (
        ErasureMention.kind == mention.kind,
        ErasureMention.thing_id == mention.thing_id,
        ErasureMention.blind == known,
        ErasureMention.erasure_id.in_(begun),
        ErasureMention.erasure_id != row.id,
        ErasureMention.chosen,
        ErasureMention.done_at.is_(None),
    )
    others = db.session.execute(select(ErasureMention.spans).where(*same)).scalars().all()
    if not _redact(text, [spans, *others]):
        return False
    _set(now, *same)
    return True


def _set(now: datetime, *which: Any) -> None:
    changed(update(ErasureMention).where(*which).values(done_at=now))


def is_held_back(row: Erasure) -> bool:
    """True while a mention that has to go stands in a text that a legal hold keeps."""
    return bool(_to_do(row))


def _to_do(row: Erasure) -> list[ErasureMention]:
    return [one for one in mentions_of(row) if one.chosen and one.done_at is None]


def _is_held(text: Text) -> bool:
    """True while a hold keeps the thread, or all that its requester has: what stands in it is theirs, or evidence."""
    order = orders.order_by_id(text.order_id)
    return queries_legal_holds.is_held(order.stream, f"person:{order.requester_id}")


def _redact(text: Text, noted: Iterable[Spans]) -> bool:
    """Take stretches out of a text, all at once; return whether it said still what it said when they were noted."""
    found = {(start, end, what) for spans in noted for start, end, what in spans}
    taken = [Mention(start, end, What(what)) for start, end, what in sorted(found)]
    return texts.rewrite(text, lambda body: mentions.redact(body, taken))


def redo(noted: Iterable[Sequence[Any]]) -> None:
    """Take out of restored texts what ledger entries noted (kind, row id, hash of the text, stretches), as far as no
    legal hold keeps them. Safe to run twice.

    Each text is known by its hash; what was noted of the text that comes of it follows.
    """
    by_text: dict[tuple[str, int], dict[bytes, list[Spans]]] = defaultdict(
        lambda: defaultdict(list)
    )
    for kind, thing_id, known, spans in noted:
        by_text[kind, thing_id][bytes.fromhex(known)].append(spans)
    for (kind, thing_id), versions in by_text.items():
        while (text := texts.text_of(kind, thing_id)) is not None and not _is_held(text):
            spans_of = versions.pop(blind(text.body), None)
            if spans_of is None:
                break
            with transaction():
                _redact(text, spans_of)


def note(row: Erasure, noted: Iterable[Sequence[Any]]) -> None:
    """Keep with a request that is done again what the ledger says is to go, for the texts that are held.

    Of several entries about one text the one stays that knows it as it stands.
    """
    with transaction():
        for kind, thing_id, known, spans in noted:
            which = {"erasure_id": row.id, "kind": kind, "thing_id": thing_id}
            said = {"blind": bytes.fromhex(known), "spans": spans, "chosen": True}
            if insert_new(ErasureMention, **which, **said):
                continue
            text, mine = texts.text_of(kind, thing_id), update(ErasureMention).filter_by(**which)
            stands = blind(text.body) if text is not None else b""
            changed(mine.where(ErasureMention.blind != stands).values(**said, done_at=None))
