"""A letter that was sent reads later as it left: its words are kept, sealed, and no longer than both keys live."""

from __future__ import annotations

from flask import Flask
from sqlalchemy import select, update

from support.accounts.models import Person
from support.core import installation, vault
from support.core.actors import Actor
from support.core.db import db, transaction
from support.infringement import jobs, service
from support.infringement.letters import HOLDER, RESPONDENT
from support.infringement.models import Notice
from support.notifications import service as notifications
from support.notifications.models import Channel, Delivery, SentText
from support.notifications.queries_letters import Said, said_in
from tests.infringement.test_case import fresh
from tests.infringement.test_desk import address, browser
from tests.infringement.test_letters import told
from tests.infringement.world import FACTS, NoticeWorld

COMING = ("You can answer until", "The time for your answer runs from when the notice reaches you")


def read(world: NoticeWorld, app: Flask, who: Actor, path: str) -> str:
    """What somebody reads at an address, in the words of the page alone."""
    page = fresh(browser(world, app, who).page, path)
    return str(page.all("main")[0].text)


def forwarded(world: NoticeWorld) -> Notice:
    """A notice whose first link was sent on to its respondent, by mail as well."""
    installation.mark(demo=True)
    notice = world.qualified()
    world.forwarded(notice, 1)
    world.drain()
    return notice


def withdraw(world: NoticeWorld, notice: Notice) -> None:
    """The filer withdraws the first link, and the respondent has another name from now on."""
    item = world.item(notice)
    service.withdraw_item(world.hana, item, version=item.version)
    with transaction() as session:
        session.execute(update(Person).where(Person.id == world.rong.id).values(name="Other"))
    world.drain()


def ways(person_id: int | None, code: str) -> list[Delivery]:
    """All deliveries of a template to somebody."""
    mine = (Delivery.person_id == person_id, Delivery.template == code)
    return list(db.session.execute(select(Delivery).where(*mine).order_by(Delivery.id)).scalars())


def kept(delivery: Delivery) -> Said | None:
    """What is kept of the words of one delivery, for somebody who opens no key that an earlier request had open."""
    person_id, uid = delivery.person_id or 0, delivery.uid
    db.session.remove()
    return said_in(person_id, [uid])


def test_a_change_of_the_case_changes_no_letter_that_was_sent(
    world: NoticeWorld, app: Flask
) -> None:
    notice = forwarded(world)
    (letter,) = told(world.rong.id, RESPONDENT)
    (line,) = (one for one in ways(world.rong.id, RESPONDENT) if one.channel == Channel.INBOX)
    uid, desk = (
        world.respondent(notice).uid,
        f"{address(world, notice)}/notice/letters/{letter.uid}",
    )
    pages = [
        (world.ivy, desk),
        (world.rong, f"/notices/answers/{uid}/letters/{letter.uid}"),
        (world.rong, f"/account/inbox/{line.uid}"),
    ]
    before = [read(world, app, *page) for page in pages]
    assert all(any(words in text for words in COMING) for text in before)
    withdraw(world, notice)
    assert [read(world, app, *page) for page in pages] == before
    anew = read(world, app, world.ivy, f"{desk}?language=zh")
    assert "This page was written today" in anew


def test_each_way_keeps_its_own_words_and_none_stands_in_the_clear(world: NoticeWorld) -> None:
    forwarded(world)
    found = ways(world.rong.id, RESPONDENT)
    assert {one.channel for one in found} >= {Channel.MAIL, Channel.INBOX}
    for one in found:
        said = kept(one)
        assert said is not None
        assert FACTS.holder_name in str(said.paragraphs)
    for row in db.session.execute(select(SentText)).scalars():
        assert FACTS.holder_name.encode() not in row.sealed


def test_the_words_are_gone_with_the_key_of_their_reader_or_of_the_case(world: NoticeWorld) -> None:
    notice = forwarded(world)
    mine, theirs = ways(world.rong.id, RESPONDENT)[0], ways(world.hana.id, HOLDER)[0]
    assert kept(mine) is not None
    with transaction():
        vault.destroy(world.rong.ref)
    assert kept(mine) is None
    assert kept(theirs) is not None, "the other side keeps its letters"
    with transaction():
        vault.destroy(notice.stream)
    assert kept(theirs) is None


def test_what_is_no_letter_of_a_case_is_not_kept(world: NoticeWorld) -> None:
    ids = {"person": world.rong.id, "how": "changed"}
    with transaction():
        notifications.tell(
            world.rong.id or 0,
            "notifications.password_changed",
            about=world.rong.ref,
            key="once",
            ids=ids,
        )
    world.drain()
    assert ways(world.rong.id, "notifications.password_changed")
    assert db.session.execute(select(SentText)).first() is None


def test_a_guest_s_mail_is_kept_as_it_left(world: NoticeWorld) -> None:
    installation.mark(demo=True)
    notice = world.qualified(owner_address="seller@example.org")
    world.forwarded(notice)
    world.drain()
    (letter,) = ways(world.respondent(notice).person_id, RESPONDENT)
    said = kept(letter)
    assert said is not None
    assert "The page opens after a code" in str(said.paragraphs)


def test_telling_again_keeps_the_first_words(world: NoticeWorld) -> None:
    notice = forwarded(world)
    found = ways(world.rong.id, RESPONDENT)
    before = [kept(one) for one in found]
    withdraw(world, notice)
    key = found[0].dedup_key.split("|")[1]
    jobs.tell_sides({"notice": notice.id, "key": key})
    assert [kept(one) for one in found] == before
