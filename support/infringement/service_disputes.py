"""What a rights holder does about a counter-notice: show that they complained or sued, or accept it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from support.core import audit, files
from support.core.actors import Actor
from support.core.clock import utcnow
from support.core.db import compare_and_set, transaction
from support.core.errors import IllegalMove, Invalid, NotFound
from support.core.words import N_
from support.infringement import moves, policy, queries, service
from support.infringement.lifecycle import ANSWERABLE, ItemState
from support.infringement.models import Item, Notice, item_place
from support.workorders import queries as orders
from support.workorders import service as workorders
from support.workorders.lifecycle import Status
from support.workorders.service_drafts import Saved

CHOOSE = N_("Choose at least one link.")
NAME_IT = N_("Which court or authority, and under which number?")
WRITE_WHY = N_("Please write why.")
SHOW_IT = N_("Please add the receipt of the authority or the court as a file.")


def uploads_of(notice: Notice) -> Saved:
    """Return under what name files come in that show a dispute."""
    return Saved(notice.uid, {}, notice.version, notice.at)


def show_dispute(
    actor: Actor,
    notice: Notice,
    items: Sequence[Item],
    *,
    authority: str,
    number: str,
    now: datetime | None = None,
) -> None:
    """Tell us, as the filer, that they complained or sued, with the receipt among the files that wait.

    Nothing is restored by itself from then on: a clerk looks at the receipt, and keeps the measure or restores. The
    words stand on the thread of the work order. Raises `Invalid`, `IllegalMove` after the period.
    """
    now = now or utcnow()
    _require(actor, notice, items)
    if not authority.strip() or not number.strip():
        raise Invalid("number", NAME_IT)
    owner = uploads_of(notice).files_owner
    waiting = {file.uid: "evidence" for file in files.waiting_files(owner)}
    if not waiting:
        raise Invalid("files", SHOW_IT)
    with transaction():
        service.attach_papers(notice, waiting, owner, notice.person_id)
        for item in items:
            place = item_place(item.uid, "dispute_sealed")
            sealed = moves.sealed_json(notice, place, authority=authority, number=number)
            compare_and_set(item, version=item.version, dispute_sealed=sealed, shown_at=now)
        ids = [item.id for item in items]
        audit.record(notice.stream, "dispute.shown", actor=actor, at=now, items=ids)
        order = orders.order_by_id(notice.order_id)
        body = f"{authority} · {number}\n# {', '.join(str(item.position) for item in items)}"
        workorders.answer(actor, order, body=body, language=notice.language, now=now)
        moves.follow_items(notice, now)


def dismiss_dispute(
    actor: Actor, item: Item, *, words: str, version: int, now: datetime | None = None
) -> Item:
    """Decide, as a clerk, that what the holder showed is no proof of a dispute: the waiting period counts again.

    `words` tell the holder why, as a message of the work order. Raises `IllegalMove` where nothing was shown.
    """
    now = now or utcnow()
    policy.require_clerk(actor)
    if item.shown_at is None or item.status not in ANSWERABLE:
        raise IllegalMove(item.status, item.status)
    if not words.strip():
        raise Invalid("words", WRITE_WHY)
    with transaction():
        notice = queries.notice_by_id(item.notice_id)
        item = compare_and_set(item, version=version, dispute_sealed=None, shown_at=None)
        audit.record(notice.stream, "dispute.dismissed", actor=actor, at=now, items=[item.id])
        order = orders.order_by_id(notice.order_id)
        body = f"# {item.position}\n{words}"
        workorders.reply(
            actor,
            order,
            body=body,
            version=order.version,
            then=Status.OPEN,
            language=notice.language,
            now=now,
        )
        moves.follow_items(notice, now)
    return item


def accept_counter(
    actor: Actor, notice: Notice, items: Sequence[Item], *, now: datetime | None = None
) -> None:
    """Accept a counter-notice, as the filer: the content comes back without waiting. Raises `IllegalMove` after it."""
    now = now or utcnow()
    _require(actor, notice, items)
    with transaction(), moves.as_one_act(notice, now):
        for item in items:
            moved = moves.move_item(
                actor,
                item,
                ItemState.RESTORE_ASKED,
                version=item.version,
                now=now,
                reason="holder_accepts",
            )
            moves.end_measure(actor, moved, now)


def _require(actor: Actor, notice: Notice, items: Sequence[Item]) -> None:
    if actor.id is None or actor.id != notice.person_id:
        raise NotFound()
    if not items:
        raise Invalid("items", CHOOSE)
    for item in items:
        if item.status not in ANSWERABLE:
            raise IllegalMove(item.status, ItemState.PENDING)
