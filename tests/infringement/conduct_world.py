"""What the tests of conduct do: warn, suspend, end links in some way, read the letters."""

from __future__ import annotations

from collections.abc import Sequence

from support.accounts import queries as people
from support.core.actors import Actor
from support.core.db import db, new_uid, transaction
from support.infringement import queries, service_conduct, service_signals
from support.infringement.conduct import Side
from support.infringement.lifecycle import ItemState
from support.infringement.models import Notice, Respondent
from support.infringement.models_conduct import ConductSignal, ConductStep
from support.infringement.service_conduct import Factors
from support.notifications.models import Delivery
from tests.infringement.world import NoticeWorld

FACTORS = Factors(12, 60, "Shops stood still for a week.", "The same claim after it was refused.")
LONG = "This listing copies our mark in every detail, as anybody can see at a glance."


def warned(world: NoticeWorld, who: Actor, side: Side = Side.FILER) -> ConductStep:
    """Somebody is warned by Leo."""
    ground = ["unfounded"] if side is Side.FILER else ["repeated"]
    return service_conduct.warn(
        world.leo, who.id or 0, side=side, grounds=ground, words="Please stop.", now=world.now
    )


def proposed(
    world: NoticeWorld,
    who: Actor,
    side: Side = Side.FILER,
    *,
    by: Actor | None = None,
    days: int = 30,
) -> ConductStep:
    """A suspension that waits for another person."""
    return service_conduct.propose_suspension(
        by or world.leo,
        who.id or 0,
        side=side,
        grounds=["unfounded", "repeated"],
        days=days,
        factors=FACTORS,
        words="It went on.",
        now=world.now,
    )


def suspended(world: NoticeWorld, who: Actor, side: Side = Side.FILER) -> ConductStep:
    """Somebody is suspended for 30 days by Leo and Lena."""
    warned(world, who, side)
    step = proposed(world, who, side)
    return service_conduct.decide_suspension(
        world.lena, step, approve=True, version=step.version, now=world.now
    )


def fresh(step: ConductStep) -> ConductStep:
    """The step as it is now."""
    db.session.rollback()
    return db.session.get_one(ConductStep, step.id, populate_existing=True)


def letters(who: Actor) -> list[str]:
    """What the conduct letters told somebody."""
    NoticeWorld.drain()
    mine = (Delivery.person_id == who.id, Delivery.template == "infringement.conduct")
    rows = db.session.query(Delivery).filter(*mine, Delivery.channel == "mail").all()
    return [row.ids["told"] for row in rows]


def codes(who: Actor) -> dict[str, dict[str, int]]:
    """The signals about somebody."""
    rows = db.session.query(ConductSignal).filter(ConductSignal.person_id == who.id)
    return {row.code: row.figures for row in rows}


def outcomes(
    world: NoticeWorld,
    taken: int,
    restored: int,
    *,
    who: Actor | None = None,
    owners: Sequence[Actor] = (),
) -> Notice:
    """A notice whose links ended in these ways, and the news of it; Rong answers for them, or these in turn."""
    links = tuple(
        f"https://market.example/items/{world.now:%j%H}{n}" for n in range(taken + restored)
    )
    notice = world.file(links=links, who=who)
    db.session.rollback()
    with transaction():
        answering = [_respondent(notice, owner) for owner in owners]
        for number, item in enumerate(queries.items_of(notice)):
            if answering:
                item.respondent_id = answering[number % len(answering)].id
            back = number >= taken
            item.state = ItemState.RESTORED if back else ItemState.FINAL
            item.reason = "no_proof" if back else "no_counter"
            item.changed_at = world.now
    service_signals.note_outcome(notice, world.now)
    return notice


def _respondent(notice: Notice, owner: Actor) -> Respondent:
    for found in queries.respondents_of(notice):
        if found.person_id == owner.id:
            return found
    row = Respondent(uid=new_uid(), notice_id=notice.id, person_id=owner.id, language="en")
    db.session.add(row)
    db.session.flush()
    return row


def uid_of(who: Actor) -> str:
    """The public id of somebody."""
    return people.person(who.id or 0).uid
