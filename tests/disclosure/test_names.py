"""Whom a penalty names in public: an organisation by its verified name, a person never, whatever was verified since."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import Literal

import pytest

from support.accounts import service_names
from support.assurance.policy import Act, ProofKind
from support.core.actors import SYSTEM
from support.core.errors import DomainError, Invalid
from support.disclosure import queries, redaction, service, service_appeals, service_publishing
from support.disclosure.lifecycle import PenaltyState
from tests.accounts.names import SHOWN, case_of, verify
from tests.disclosure.world import PenaltyWorld
from tests.fixtures.penalties import REASONS, SAID
from tests.workorders.desk_world import client_of

OWN = ("张三", "Wei Zhang")
HOSTILE = (
    "[at]",
    "a@",
    "@.",
    "路1",
    "1",
    "+1 ",
    "1 a ",
    "1-",
    "a.",
    "12 ",
    "\u0301\u0316",
    "大道 ",
)


def renamed(
    world: PenaltyWorld, name: str, kind: Literal["individual", "company"] = "individual"
) -> None:
    """Alice's verified name is another one by now."""
    case = case_of(world.alice.id or 0, *SHOWN, ProofKind.SETTLED, about="check:two")
    act = Act.CHANGE_REALNAME
    service_names.set_verified_name(SYSTEM, case, name, kind=kind, source="document", act=act)


@pytest.mark.parametrize("heard", [False, True])
def test_a_company_that_became_a_person_is_not_published_and_the_desk_is_told(
    world: PenaltyWorld, heard: bool
) -> None:
    verify(world.alice.id or 0, "Canary Trading Ltd", kind="company")
    row = world.appealed() if heard else world.told()
    assert not row.personal
    if heard:
        world.decide(row, stands=True)
    renamed(world, "Alice Liddell")
    world.after(world.fresh(row))
    world.tick()
    row = world.fresh(row)
    assert row.status is (PenaltyState.UPHELD if heard else PenaltyState.TOLD)
    assert world.entries(row) == []
    uid = row.uid
    with world.outside():
        desk = client_of(world.app, world.leo)
        assert "It can't be published as it is" in desk.page(f"/desk/penalties/{uid}").text
        listed = "Can't be published" in desk.page("/desk/penalties").text
        assert listed is heard, "while the time to appeal runs, nothing is late"
        counts = [
            {each.text for each in page.all("span") if each.attributes.get("class") == "count"}
            for page in (
                desk.page("/desk/penalties"),
                client_of(world.app, world.paul).page("/desk"),
            )
        ]
        assert counts[0] == ({"1"} if heard else set()), "it waits for legal"
        assert counts[1] == set(), "an approver can do nothing about it"
        mine = client_of(world.app, world.alice).page(f"/account/penalties/{uid}").text
        assert ("It is not published for now" in mine) is heard
        assert "published now" not in mine
    row = world.fresh(row)
    service_appeals.overturn_penalty(world.leo, row, "Anew.", version=row.version, now=world.now)


def test_a_person_that_became_a_company_is_published_as_the_person_that_was_told(
    world: PenaltyWorld,
) -> None:
    row = world.told()
    verify(world.alice.id or 0, "Canary Trading Ltd", kind="company")
    world.after(row)
    world.tick()
    (entry,) = world.entries(row)
    assert entry.personal
    assert "Canary Trading" not in str(entry.facts)


@pytest.mark.parametrize(
    "name",
    [
        "张三百货店",
        "Hangzhou Tea House",
        "Sal Khan",
        "Ab Rahman",
        "RAHMAN AB",
        "西湖区李四茶叶商行",
    ],
)
def test_a_trader_without_a_word_of_an_organisation_in_its_name_is_a_person(
    world: PenaltyWorld, name: str
) -> None:
    verify(world.alice.id or 0, name, kind="company")
    shown = queries.shown_of(world.alice.id or 0)
    assert (shown.name, shown.personal) == ("", True)
    with pytest.raises(Invalid) as refused:
        world.draft(words_en=f"Two bags of {name}.")
    assert refused.value.words == redaction.OWN_NAME


@pytest.mark.parametrize(
    "said",
    [
        "张 三", "张\u3000三", "张·三", "张\u200b三", "wei  zhang", "ＷＥＩ\nZhang", "ZhangWei", "W e i Zhang",
        "Wei\u200bZhang", "Zhang, Wei",
    ],
)  # fmt: skip
def test_own_names_are_found_however_they_are_spelt(said: str) -> None:
    assert redaction.refused(f"The shop of {said}.", own=OWN) == redaction.OWN_NAME


@pytest.mark.parametrize("name", ["杭州茶叶有限公司", "Example Tea Co., Ltd.", "Halden Outdoor AS"])
def test_an_organisation_is_told_by_a_word_of_its_name(world: PenaltyWorld, name: str) -> None:
    verify(world.alice.id or 0, name, kind="company")
    assert queries.shown_of(world.alice.id or 0) == queries.Shown(name, False, ("Alice",))


def test_a_short_name_is_no_part_of_another_word() -> None:
    assert redaction.refused("Carolina found it in a listing.", own=("Li Na", "Li")) is None


def test_the_name_of_the_account_stands_nowhere(world: PenaltyWorld) -> None:
    for field in ("name", "words_en", "rule_zh"):
        with pytest.raises(Invalid) as refused:
            world.draft(**{field: "Shop of Alice"})
        assert (refused.value.field, refused.value.words) == (field, redaction.OWN_NAME)


def test_a_name_that_was_verified_meanwhile_may_not_stand_in_the_text(world: PenaltyWorld) -> None:
    row = world.draft(words_en="The shop of A. Liddell sold them.")
    row = service.propose_penalty(world.lena, row, version=row.version, now=world.now)
    other = world.draft(words_en="The shop of A. Liddell sold them.")
    other = service.propose_penalty(world.lena, other, version=other.version, now=world.now)
    service.approve_penalty(world.paul, other, version=other.version, now=world.now)
    world.drain()
    verify(world.alice.id or 0, "A. Liddell")
    row, other = world.fresh(row), world.fresh(other)
    with pytest.raises(DomainError):
        service.approve_penalty(world.paul, row, version=row.version, now=world.now)
    world.after(other)
    world.tick()
    assert (world.fresh(other).status, world.entries(other)) == (PenaltyState.TOLD, [])


def test_no_sign_that_turns_a_text_round_is_kept(world: PenaltyWorld) -> None:
    row = world.draft(
        words_en="\u202eabc \u2066zz", name="\u202eshop\r\nX", rule_zh="平台\u2067规则"
    )
    said = queries.wording_of(row)
    assert said is not None
    assert (said.words_en, said.name, said.rule_zh) == ("abc zz", "shop X", "平台规则")


@pytest.mark.parametrize("hostile", HOSTILE)
def test_no_text_takes_the_redaction_longer_than_its_length_says(hostile: str) -> None:
    def taken(part: str) -> float:
        text = (part * 20_000)[:20_000]
        best = 9.0
        for _try in range(3):
            start = time.perf_counter()
            redaction.refused(text, own=OWN)
            best = min(best, time.perf_counter() - start)
        return best

    assert taken(hostile) < 60 * taken("Two buyers got bags. ")


@pytest.mark.parametrize("over", [False, True])
def test_a_correction_waits_no_longer_once_the_penalty_is_gone(
    world: PenaltyWorld, over: bool
) -> None:
    row = world.published()
    wording = replace(SAID, rule_en="Rule 9")
    found = service_publishing.propose_correction(world.lena, row, wording, now=world.now)
    assert queries.waiting_for(world.paul) == 1
    if over:
        world.tick(row.ends_at)
    else:
        service_appeals.overturn_penalty(
            world.leo, row, "Wrong.", version=row.version, now=world.now
        )
    assert queries.waiting_for(world.paul) == 0
    settled = queries.correction_by_uid(world.fresh(row), found.uid)
    assert (settled.made, settled.settled_at is not None) == (False, True)


def test_the_list_with_a_persons_shop_in_it_is_no_matter_for_search_engines(
    world: PenaltyWorld,
) -> None:
    verify(world.bob.id or 0, "Canary Trading Ltd", kind="company")
    firm = service.write_penalty(world.lena, "Bob", SAID, reasons=REASONS, now=world.now)
    service.propose_penalty(world.lena, firm, version=firm.version, now=world.now)
    service.approve_penalty(world.paul, firm, version=firm.version, now=world.now)
    world.drain()
    world.after(world.fresh(firm))
    world.tick()
    assert "noindex" not in _list(world)
    row = world.published()
    assert _list(world).count("noindex") == 2
    row = world.fresh(row)
    service_appeals.overturn_penalty(world.leo, row, "Wrong.", version=row.version, now=world.now)
    assert "noindex" not in _list(world)


def _list(world: PenaltyWorld) -> str:
    """The list as everybody gets it: its headers and its page."""
    with world.outside():
        said = world.app.test_client().get("/transparency")
    return f"{said.headers}{said.get_data(as_text=True)}"
