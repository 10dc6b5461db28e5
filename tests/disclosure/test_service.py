"""Penalties: two people, the appeal first, one entry in the ledger, corrected or taken out in its place."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text, update
from sqlalchemy.exc import IntegrityError

from support.core.actors import Actor
from support.core.calendars import cn_working_days, months
from support.core.db import changed, db, transaction
from support.core.errors import (
    AlreadyDone,
    DomainError,
    Expired,
    IllegalMove,
    Invalid,
    NotAllowed,
    NotFound,
    Stale,
)
from support.disclosure import queries, redaction, service, service_appeals, service_publishing
from support.disclosure.lifecycle import LIFECYCLE, PenaltyState
from support.disclosure.models import Penalty
from support.notifications.models import Delivery
from support.policies.models_publications import PublicationCount
from tests.accounts.names import verify
from tests.disclosure.world import PenaltyWorld
from tests.fixtures.penalties import REASONS, SAID

S = PenaltyState


def test_the_way_to_the_ledger_passes_a_second_person_and_the_member() -> None:
    ways = {old for old, new, legal in LIFECYCLE.pairs() if legal and new is S.PUBLISHED}
    assert ways == {S.TOLD, S.UPHELD}
    assert {old for old, new, legal in LIFECYCLE.pairs() if legal and new is S.TOLD} == {S.APPROVED}
    with pytest.raises(IllegalMove):
        LIFECYCLE.check_move(S.APPEALED, S.PUBLISHED)


def test_nobody_approves_their_own_and_the_database_refuses_it_too(world: PenaltyWorld) -> None:
    row = world.proposed()
    for actor, refusal in (
        (world.lena, NotAllowed),
        (world.mei, NotAllowed),
        (world.alice, NotFound),
    ):
        with pytest.raises(refusal):
            service.approve_penalty(actor, row, version=row.version)
    with pytest.raises(IntegrityError), transaction():
        changed(update(Penalty).where(Penalty.id == row.id).values(approved_by=Penalty.proposed_by))
    row = world.fresh(row)
    assert (row.status, row.approved_by) == (S.PROPOSED, None)
    for _click in range(2):
        service.approve_penalty(world.paul, row, version=2)
    assert row.status is S.APPROVED
    with pytest.raises(IllegalMove):
        service.approve_penalty(world.leo, row, version=row.version)


def test_only_its_author_changes_a_draft_and_what_is_sent_back_is_one_again(
    world: PenaltyWorld,
) -> None:
    row = world.proposed()
    more: dict[str, Any] = {"reasons": REASONS, "months": 6, "orders": ()}
    with pytest.raises(NotAllowed):
        service.change_penalty(world.lena, row, SAID, version=row.version, **more)
    with pytest.raises(Invalid):
        service.return_penalty(world.paul, row, " ", version=row.version)
    service.return_penalty(world.paul, row, "Which rule?", version=row.version)
    with pytest.raises(NotAllowed):
        service.change_penalty(world.leo, row, SAID, version=row.version, **more)
    with pytest.raises(NotAllowed):
        service.propose_penalty(world.leo, row, version=row.version)
    with pytest.raises(Stale):
        service.change_penalty(world.lena, row, SAID, version=1, **more)
    service.change_penalty(
        world.lena, row, replace(SAID, rule_en="Rule 5"), version=row.version, **more
    )
    said = queries.wording_of(row)
    assert (row.status, row.months) == (S.DRAFT, 6)
    assert said is not None
    assert said.rule_en == "Rule 5"
    for _click in range(2):
        service.drop_penalty(world.leo, row, version=row.version)
    with pytest.raises(NotFound):
        queries.own_penalty(world.alice, row.uid)


def test_the_member_is_told_and_the_time_to_appeal_runs_from_the_letter(
    world: PenaltyWorld,
) -> None:
    row = world.told()
    assert row.status is S.TOLD
    assert row.told_at is not None
    term = queries.appeal_term(row)
    assert term is not None
    assert (row.appeal_until, row.appeal_estimated) == (term.at, term.estimated)
    assert term.at == cn_working_days(row.told_at, 10).at
    assert term.steps
    version = row.version
    world.tick()
    assert world.fresh(row).version == version


def test_the_tick_publishes_once_when_nobody_appealed_in_time(world: PenaltyWorld) -> None:
    row = world.told()
    assert row.appeal_until is not None
    world.tick(row.appeal_until - timedelta(minutes=1))
    assert world.entries(row) == []
    world.after(row)
    world.tick()
    (entry,) = world.entries(row)
    world.tick()
    assert [each.id for each in world.entries(row)] == [entry.id]
    assert entry.facts == SAID.facts(personal=True)
    assert (entry.personal, entry.ends_at) == (True, months(world.now, 12).at)
    counted = {each.outcome: each.number for each in db.session.query(PublicationCount)}
    assert counted == {"notice": 1, "taken_down": 1, "closed_for": 1}
    with pytest.raises(IllegalMove):
        service_appeals.appeal_penalty(world.alice, row, "Too late", now=world.now)


def test_a_kill_between_entry_and_state_leaves_neither(
    world: PenaltyWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = world.told()
    world.after(row)

    def killed(*_args: object, **_more: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(service_publishing, "move", killed)
        with pytest.raises(KeyboardInterrupt):
            world.tick()
    assert (world.entries(row), world.fresh(row).status) == ([], S.TOLD)
    world.tick()
    assert len(world.entries(row)) == 1


def test_nothing_is_published_while_an_appeal_runs(world: PenaltyWorld) -> None:
    row = world.appealed()
    first = queries.appeal_of(row)
    assert first is not None
    again = service_appeals.appeal_penalty(world.alice, row, "Once more", now=world.now)
    assert again.id == first.id
    assert first.due_at == cn_working_days(world.now, 10).at
    world.after(row)
    world.tick(world.now + timedelta(days=90))
    assert (world.fresh(row).status, world.entries(row)) == (S.APPEALED, [])
    with pytest.raises(IllegalMove):
        service_appeals.overturn_penalty(world.leo, row, "no", version=row.version)
    for actor in (world.lena, world.paul):
        with pytest.raises(NotAllowed):
            service_appeals.decide_appeal(
                actor, row, stands=True, words="So it is.", version=row.version
            )
    for _click in range(2):
        world.decide(row, stands=True)
    assert world.fresh(row).status is S.UPHELD
    world.tick()
    assert (world.fresh(row).status, len(world.entries(row))) == (S.PUBLISHED, 1)


def test_an_appeal_that_succeeds_ends_it_and_a_late_one_is_refused(world: PenaltyWorld) -> None:
    row = world.appealed()
    world.decide(row, stands=False)
    world.tick(world.now + timedelta(days=90))
    assert (world.fresh(row).status, world.entries(row)) == (S.OVERTURNED, [])
    other = world.told()
    world.after(other)
    with pytest.raises(Expired):
        service_appeals.appeal_penalty(world.alice, other, "Too late", now=world.now)
    with pytest.raises(NotFound):
        service_appeals.appeal_penalty(world.bob, other, "Not mine", now=world.now)


def test_a_correction_takes_the_place_and_leaves_one_tombstone(world: PenaltyWorld) -> None:
    row = world.published()
    found = service_publishing.propose_correction(world.lena, row, replace(SAID, days=7))
    with pytest.raises(AlreadyDone):
        service_publishing.propose_correction(world.leo, row, SAID)
    with pytest.raises(NotAllowed):
        service_publishing.settle_correction(
            world.lena, row, found, made=True, version=found.version
        )
    assert world.entries(row)[0].withdrawn_at is None
    for _click in range(2):
        service_publishing.settle_correction(world.paul, row, found, made=True, version=1)
    first, second = world.entries(row)
    assert (first.facts, first.withdrawal, second.replaces_id) == (None, "corrected", first.id)
    assert second.facts == replace(SAID, days=7).facts(personal=True)
    assert second.ends_at == world.fresh(row).ends_at
    assert {each.number for each in db.session.query(PublicationCount)} == {1}
    refused = service_publishing.propose_correction(world.lena, row, SAID)
    service_publishing.settle_correction(world.lena, row, refused, made=False, version=1)
    assert len(world.entries(row)) == 2


def test_what_is_overturned_later_and_what_is_over_leaves_the_ledger(world: PenaltyWorld) -> None:
    row = world.published()
    with pytest.raises(NotAllowed):
        service_appeals.overturn_penalty(world.paul, row, "Wrong.", version=row.version)
    for _click in range(2):
        service_appeals.overturn_penalty(world.leo, row, "The court says so.", version=row.version)
    (entry,) = world.entries(row)
    assert (entry.facts, entry.withdrawal) == (None, "overturned")
    other = world.published()
    assert other.ends_at is not None
    world.tick(other.ends_at)
    world.tick(other.ends_at)
    assert (world.fresh(other).status, world.entries(other)[0].withdrawal) == (S.ENDED, "term")


def test_a_verified_company_is_shown_by_its_name_and_a_person_never(world: PenaltyWorld) -> None:
    verify(world.alice.id or 0, name="Alice Liddell")
    with pytest.raises(Invalid) as refused:
        world.draft(words_en="It was Alice Liddell.")
    assert refused.value.words == redaction.OWN_NAME
    verify(world.bob.id or 0, name="茶叶公司", kind="company")
    row = service.write_penalty(
        world.lena, "Bob", replace(SAID, name="Typed"), reasons=REASONS, now=world.now
    )
    said = queries.wording_of(row)
    assert said is not None
    assert (said.name, row.personal) == ("茶叶公司", False)


@pytest.mark.parametrize(
    ("shown", "why"),
    [
        ("Call 138 0013 8000 for more", redaction.PHONE),
        ("电话：０１０－６２７８１２３４", redaction.PHONE),
        ("+44 20 7946 0958", redaction.PHONE),
        ("身份证11010519491231002X", redaction.NUMBER),
        ("No. 110105 19491231 0021", redaction.NUMBER),
        ("write to a.b@shop.example.org", redaction.MAIL),
        ("a＠shop.cn", redaction.MAIL),
        ("住在解放路12号", redaction.HOME),
        ("幸福小区3号楼", redaction.HOME),
        ("12 Baker Street", redaction.HOME),
        ("2026年11月3日查实，共3件。", None),
        ("On 3 November 2026 the court found 12 bags; rule 4.2, 30 days.", None),
        ("不知道商品来源，9月3号下架", None),
    ],
)
def test_what_identifies_a_person_is_refused_in_shown_texts(shown: str, why: str | None) -> None:
    assert redaction.refused(shown) == why


def test_every_shown_field_is_checked_and_what_is_missing_is_named(world: PenaltyWorld) -> None:
    wrong: dict[str, Any] = {
        "name": "Shop 13800138000",
        "rule_en": "a@b.example",
        "rule_zh": "",
        "words_en": "12 Baker Street",
        "words_zh": "字" * 2001,
        "grounds": (),
        "measures": ("prison",),
        "days": 0,
    }
    for field, value in wrong.items():
        with pytest.raises(Invalid) as refused:
            world.draft(**{field: value})
        assert refused.value.field == field
    more: list[tuple[str, Callable[[], object]]] = [
        ("member", lambda: service.write_penalty(world.lena, "Mei", SAID, reasons=REASONS)),
        ("reasons", lambda: service.write_penalty(world.lena, "Alice", SAID, reasons="")),
        (
            "months",
            lambda: service.write_penalty(world.lena, "Alice", SAID, reasons="x", months=37),
        ),
        (
            "orders",
            lambda: service.write_penalty(world.lena, "Alice", SAID, reasons="x", orders=["WO-1"]),
        ),
    ]
    for field, act in more:
        with pytest.raises(Invalid) as refused:
            act()
        assert refused.value.field == field
    for actor in (world.paul, world.mei):
        with pytest.raises(NotAllowed):
            service.write_penalty(actor, "Alice", SAID, reasons=REASONS)


def test_a_name_that_was_verified_meanwhile_stops_the_approval(world: PenaltyWorld) -> None:
    row = world.proposed()
    verify(world.alice.id or 0, name="茶叶公司", kind="company")
    with pytest.raises(DomainError):
        service.approve_penalty(world.paul, row, version=row.version)
    assert world.fresh(row).status is S.PROPOSED


def test_nothing_that_was_written_lies_open_before_it_is_published(world: PenaltyWorld) -> None:
    row = world.appealed()
    world.decide(row, stands=True)
    world.drain()
    tables = (
        "penalty", "penalty_appeal", "penalty_correction", "publication", "event", "outbox",
        "delivery",
    )  # fmt: skip
    rows = [
        repr(tuple(each))
        for table in tables
        for each in db.session.execute(text(f"SELECT * FROM {table}"))
    ]
    assert [each for each in rows if "anary" in each or "金丝雀" in each] == []


def test_each_step_is_told_to_the_member_alone(world: PenaltyWorld) -> None:
    row = world.appealed()
    world.drain()
    world.decide(row, stands=True)
    world.tick()
    world.drain()
    world.correct(world.fresh(row), days=7)
    world.drain()
    told = [
        (each.person_id, each.ids["what"])
        for each in db.session.query(Delivery).order_by(Delivery.id)
        if each.template == "disclosure.penalty" and each.channel == "inbox"
    ]
    steps = ("told", "appealed", "upheld", "published", "corrected")
    assert told == [(world.alice.id, what) for what in steps]


def _seats(world: PenaltyWorld, *, without: Actor) -> list[str]:
    with transaction() as session:
        session.execute(
            text("UPDATE person SET disabled_at = :at WHERE id = :id"),
            {"at": world.now.isoformat(), "id": without.id},
        )
    return queries.unstaffed()


def test_what_nobody_is_there_for_is_named(world: PenaltyWorld) -> None:
    assert queries.unstaffed() == []
    world.appealed()
    assert queries.unstaffed_waiting() == 0
    assert _seats(world, without=world.leo) == ["hear"]
    assert queries.unstaffed_waiting() == 1
    assert _seats(world, without=world.paul) == ["approve", "hear"]
    assert _seats(world, without=world.lena) == ["propose", "approve", "hear"]
