"""What is decided above the desk: extensions, disputes before authority or court, and complaints about decisions."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from support.core import audit
from support.core.actors import Actor
from support.core.clock import utcnow
from support.core.db import transaction
from support.core.errors import IllegalMove, Invalid, NotAllowed, NotFound
from support.core.platform_calls import Name
from support.core.words import N_
from support.infringement import complaints, moves, policy, queries
from support.infringement.lifecycle import Content, ItemState
from support.infringement.models import Item, Respondent, item_place
from support.infringement.news import Reader
from support.infringement.regimes import regime_of

CHOOSE = N_("Choose at least one link.")
WRITE_WHY = N_("Please write why.")
NAME_IT = N_("Which court or authority, and under which number?")


def extend_wait(
    actor: Actor,
    item: Item,
    *,
    days: int,
    words: str,
    version: int,
    now: datetime | None = None,
) -> Item:
    """Lengthen the waiting period, as legal, once, by up to 20 cn working days, on proof that is described in `words`.

    For notarisation or legalisation abroad (SPC Reply of 2020, 3). Raises `Invalid` for more than the regime allows.
    """
    now = now or utcnow()
    policy.require_legal(actor)
    if item.law is None:
        raise IllegalMove(item.status, ItemState.EXTENDED)
    most = regime_of(item.law, item.rules).wait.extension
    if not 1 <= days <= most:
        raise Invalid("days", N_("At most %(most)s working days."), most=most)
    if not words.strip():
        raise Invalid("words", WRITE_WHY)
    with transaction():
        return moves.move_item(
            actor,
            item,
            ItemState.EXTENDED,
            version=version,
            now=now,
            start=item.clock_start,
            extended_days=days,
            reason_sealed=_words(item, words),
        )


def keep_pending(
    actor: Actor,
    item: Item,
    *,
    authority: str,
    number: str,
    version: int,
    now: datetime | None = None,
) -> Item:
    """Keep the measure, as a clerk, since the holder showed that they complained or sued: where, under which number."""
    now = now or utcnow()
    policy.require_clerk(actor)
    with transaction():
        return moves.move_item(
            actor,
            item,
            ItemState.PENDING,
            version=version,
            now=now,
            dispute_sealed=_dispute(item, authority, number),
        )


def record_decision(
    actor: Actor,
    item: Item,
    *,
    keep: bool,
    authority: str,
    number: str,
    version: int,
    now: datetime | None = None,
) -> Item:
    """Carry out, as legal, what a court or an authority decided: the content stays down (`keep`), or comes back."""
    now = now or utcnow()
    policy.require_legal(actor)
    if item.status is ItemState.COMPLAINT:
        require_no_part(actor, item)
    with transaction():
        item = moves.move_item(
            actor,
            item,
            ItemState.DECIDED,
            version=version,
            now=now,
            reason="down" if keep else "up",
            dispute_sealed=_dispute(item, authority, number),
        )
        if not keep:
            moves.end_measure(actor, item, now)
        elif item.standing in (Content.UP, Content.UP_REFUSED, Content.DOWN_REFUSED):
            moves.ask_platform(actor, item, Name.TAKE_DOWN, now=now, measure="block")
    return item


def complain(
    actor: Actor, item: Item, *, words: str, version: int, now: datetime | None = None
) -> Item:
    """Complain about how an item ended, once, as the side that it goes against, within six months; a person hears it.

    Raises `NotFound` for others, `IllegalMove` where there is nothing to complain about, or no longer.
    """
    now = now or utcnow()
    side = _side(actor, item)
    if not words.strip():
        raise Invalid("words", WRITE_WHY)
    if not complaints.may_complain(item, side, now):
        raise IllegalMove(item.status, ItemState.COMPLAINT)
    with transaction():
        return moves.move_item(
            actor,
            item,
            ItemState.COMPLAINT,
            version=version,
            now=now,
            before=item.state,
            reason_before=item.reason,
            complaint_sealed=_words(item, words, "complaint_sealed"),
        )


def complain_about(
    actor: Actor, items: Sequence[Item], *, words: str, now: datetime | None = None
) -> None:
    """Complain about several items of a notice at once, about all or none, as `complain` does; no item is `Invalid`."""
    now = now or utcnow()
    if not items:
        raise Invalid("items", CHOOSE)
    notice = queries.notice_by_id(items[0].notice_id)
    with transaction(), moves.as_one_act(notice, now):
        for item in items:
            complain(actor, item, words=words, version=item.version, now=now)


def require_no_part(actor: Actor, item: Item) -> None:
    """Raise `NotAllowed` for staff who qualified an item or acted on it before."""
    stream = queries.notice_by_id(item.notice_id).stream
    if actor.id == item.qualified_by or actor.id in audit.staff_of(stream, item.id):
        raise NotAllowed(policy.SECOND_LOOK)


UPHELD = {
    ItemState.NOT_QUALIFIED: ItemState.CHECKING,
    ItemState.NO_MEASURE_FORWARDED: ItemState.QUALIFIED,
    ItemState.FINAL: ItemState.RESTORE_ASKED,
    ItemState.RESTORED: ItemState.QUALIFIED,
}
"""Where an upheld complaint leads from where the item stood."""


def settle_complaint(
    actor: Actor,
    item: Item,
    *,
    upheld: bool,
    version: int,
    now: datetime | None = None,
) -> Item:
    """Decide a complaint, as somebody of legal who had no part in the first decision (never by a machine alone)."""
    now = now or utcnow()
    policy.require_legal(actor)
    require_no_part(actor, item)
    if item.status is not ItemState.COMPLAINT:
        raise IllegalMove(item.status, item.before or ItemState.COMPLAINT)
    before = ItemState(item.before)
    new = UPHELD[before] if upheld else before
    reason = "upheld" if upheld else "dismissed"
    with transaction():
        item = moves.move_item(actor, item, new, version=version, now=now, reason=reason)
        if new is ItemState.RESTORE_ASKED:
            moves.end_measure(actor, item, now)
    return item


def _side(actor: Actor, item: Item) -> Reader:
    """Return which side of an item the actor is; who gave notice of their own content is heard as its respondent."""
    notice = queries.notice_by_id(item.notice_id)
    for respondent in queries.respondents_of(notice):
        if respondent.id == item.respondent_id and _is_own(actor, respondent):
            return "respondent"
    if actor.id is not None and actor.id == notice.person_id:
        return "holder"
    raise NotFound()


def _is_own(actor: Actor, respondent: Respondent) -> bool:
    own = actor.id is not None and respondent.person_id == actor.id
    return own and respondent.forwarded_at is not None


def _words(item: Item, words: str, column: str = "reason_sealed") -> bytes:
    notice = queries.notice_by_id(item.notice_id)
    return moves.sealed_json(notice, item_place(item.uid, column), words=words)


def _dispute(item: Item, authority: str, number: str) -> bytes:
    if not authority.strip() or not number.strip():
        raise Invalid("number", NAME_IT)
    notice = queries.notice_by_id(item.notice_id)
    place = item_place(item.uid, "dispute_sealed")
    return moves.sealed_json(notice, place, authority=authority, number=number)
