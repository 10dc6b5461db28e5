"""The clerk's case: links chosen by state, decisions looked at first, letters that print, clocks, history."""

from __future__ import annotations

import contextvars
import io
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask

from support.accounts import queries as people
from support.core import files
from support.core.db import db
from support.core.errors import IllegalMove, Invalid
from support.infringement import jobs, queries, service_disputes, service_rulings
from support.infringement.letters import HOLDER, RESPONDENT
from support.infringement.lifecycle import ItemState
from support.infringement.models import Item, Notice
from support.notifications import letters as writing
from support.notifications.aliyun import LONGEST_VALUE
from support.notifications.service import reader_of
from support.notifications.templates import facts_for, template
from tests.architecture.test_routes import dump
from tests.fixtures.pages import PageClient
from tests.infringement.test_desk import address, browser
from tests.infringement.test_letters import told
from tests.infringement.world import PDF, NoticeWorld, without

S = ItemState


def chosen(items: list[Item]) -> list[str]:
    """Links as the table's boxes name them."""
    return [f"{item.id}:{item.version}" for item in items]


def say(client: PageClient, case: str, to: str, **said: object) -> str:
    """Post a decision, or a look at one, and return what comes of it."""
    page = client.page(f"{case}/links")
    given = page.values(page.form(action=f"{case}/look"))
    answer = client.post(f"{case}/{to}", data=given | said)
    if answer.status_code == 303:
        return client.page(answer.headers["Location"]).text
    return answer.get_data(as_text=True)


def fresh(act: Callable[..., Any], path: str) -> Any:
    """Do it in a request of its own: what a request before it knew of its visitor is gone."""
    return contextvars.Context().run(act, path)


def show_dispute(world: NoticeWorld, notice: Notice, item: Item) -> None:
    """Hana shows that she sued."""
    owner = service_disputes.uploads_of(notice).files_owner
    files.intake(io.BytesIO(PDF), "receipt.pdf", len(PDF), owner)
    service_disputes.show_dispute(
        world.hana, notice, [item], authority="Nanshan court", number="7", now=world.now
    )


def test_a_look_shows_the_letters_of_a_decision_and_does_nothing(
    world: NoticeWorld, app: Flask
) -> None:
    notice = world.qualified()
    case = address(world, notice) + "/notice"
    client = browser(world, app, world.ivy)
    before = dump()
    look = say(client, case, "look", act="measure", ids=chosen(world.items(notice)[:2]))
    assert "The platform has confirmed that the measure is taken." in look
    assert "平台已确认" in look or "已下架" in look, "in the other language too"
    assert dump() == before
    done = say(
        client,
        case,
        "decisions",
        act="measure",
        measure="delete",
        every="",
        ids=chosen(world.items(notice)[:2]),
    )
    assert "Done. Links: 2." in done
    assert world.states(notice) == [S.MEASURE_ASKED, S.MEASURE_ASKED, S.QUALIFIED]


def test_all_links_of_a_state_are_decided_in_one_act_with_one_letter_to_each_side(
    world: NoticeWorld, app: Flask
) -> None:
    notice = world.qualified(links=tuple(f"https://market.example/{n}" for n in range(60)))
    case = address(world, notice) + "/notice"
    for position in range(1, 46):
        world.taken(notice, position)
    world.drain()
    client = browser(world, app, world.ivy)
    page = client.page(f"{case}/links?state=measure_taken")
    assert "All 45 of these" in page.text
    assert "Qualified notice" not in {chip.text for chip in page.all("td")}
    every = page.values(page.form(action=f"{case}/look"))["every"]
    text = say(client, case, "decisions", act="forward", every=every, all="1")
    assert "Done. Links: 45." in text
    world.drain()
    (letter,) = told(world.rong.id, RESPONDENT)
    assert len(letter.ids["items"]) == 45
    history = client.page(f"{case}/history").text
    assert "1–45" in history


def test_what_was_typed_is_kept_where_every_link_is_refused_for_it(
    world: NoticeWorld, app: Flask
) -> None:
    notice = world.qualified()
    item = world.waiting(notice)
    case = address(world, notice) + "/notice"
    client = browser(world, app, world.leo)
    kept = say(
        client, case, "decisions", act="extend", days="25", words="Apostille", ids=chosen([item])
    )
    assert "At most 20 working days." in kept
    assert 'value="Apostille"' in kept
    mixed = world.items(notice)[:2]
    text = say(
        client, case, "decisions", act="extend", days="5", words="Apostille", ids=chosen(mixed)
    )
    assert "Done. Links: 1." in text
    assert "Link 2:" in text
    assert world.item(notice).status is S.EXTENDED


def test_a_dispute_that_was_shown_has_a_date_by_which_a_clerk_looks_at_it(
    world: NoticeWorld, app: Flask
) -> None:
    notice = world.qualified(links=("https://market.example/1",))
    item = world.waiting(notice)
    show_dispute(world, notice, item)
    look = queries.look_of(world.item(notice))
    assert look is not None
    assert look.last_day.isoformat() == "2026-03-03", "one working day after Monday"
    assert world.order(notice).resolve_due == look.at
    case = address(world, notice) + "/notice"
    clock = browser(world, app, world.ivy).page(f"{case}/clock").text
    assert "Look at what shows a complaint or a lawsuit" in clock
    assert "Overdue since" in clock, "the clerk has let it lie"
    world.pass_time(days=60)
    world.tick()
    assert world.item(notice).status is S.WAITING, "nothing is restored until somebody has looked"
    item = world.item(notice)
    service_rulings.keep_pending(
        world.ivy, item, authority="Nanshan court", number="7", version=item.version, now=world.now
    )
    assert queries.look_of(world.item(notice)) is None


def test_what_is_no_proof_lets_the_waiting_period_count_again(world: NoticeWorld) -> None:
    notice = world.qualified(links=("https://market.example/1",))
    item = world.waiting(notice)
    with pytest.raises(IllegalMove):
        service_disputes.dismiss_dispute(world.ivy, item, words="No", version=item.version)
    show_dispute(world, notice, item)
    item = world.item(notice)
    with pytest.raises(Invalid):
        service_disputes.dismiss_dispute(world.ivy, item, words=" ", version=item.version)
    service_disputes.dismiss_dispute(
        world.ivy, item, words="A draft is no filing.", version=item.version, now=world.now
    )
    world.pass_time(days=60)
    world.tick()
    assert world.item(notice).status is S.RESTORE_ASKED


def test_letters_print_in_both_languages_sent_or_not(world: NoticeWorld, app: Flask) -> None:
    notice = world.qualified()
    world.forwarded(notice)
    world.drain()
    case = address(world, notice) + "/notice"
    client = browser(world, app, world.ivy)
    page = client.page(f"{case}/letters")
    links = [
        link.attributes["href"]
        for link in page.all("a")
        if "/letters/" in link.attributes.get("href", "")
    ]
    before = dump()
    texts = [client.page(link).text for link in links]
    for form in page.all("form"):
        if form.attributes.get("action", "").endswith("/preview"):
            shown = client.post(form.attributes["action"], data=page.values(form))
            assert shown.status_code == 200
            texts.append(shown.get_data(as_text=True))
    assert dump() == before
    assert any("A draft: this letter was not sent." in text for text in texts)
    assert any("草稿" in text for text in texts)
    assert any("Check code" in text for text in texts)
    token = next(filter(None, (page.values(form).get("csrf_token") for form in page.all("form"))))
    lacking = address(world, world.file(without("truth"))) + "/notice/letters"
    for early in (
        f"{case}/letters/holder-restored/preview",
        f"{case}/letters/respondent-7-final/preview",
        f"{lacking}/holder-qualified/preview",
    ):
        assert client.post(early, data={"csrf_token": token}).status_code == 404, early
        assert client.get(early.removesuffix("/preview")).status_code == 404, "nothing was sent"


def test_each_side_reads_and_prints_its_own_letters_alone(world: NoticeWorld, app: Flask) -> None:
    notice = world.qualified()
    world.forwarded(notice)
    world.drain()
    uid = world.respondent(notice).uid
    mine = f"/orders/{world.order(notice).reference}/notice"
    (holder, *_more), (respondent,) = told(world.hana.id, HOLDER), told(world.rong.id, RESPONDENT)
    own = {
        world.hana: f"{mine}/letters/{holder.uid}",
        world.rong: f"/notices/answers/{uid}/letters/{respondent.uid}",
    }
    for who, path in own.items():
        page = mine if who is world.hana else f"/notices/answers/{uid}"
        listed = fresh(browser(world, app, who).page, page)
        assert path in {link.attributes.get("href") for link in listed.all("a")}
        assert fresh(browser(world, app, who).get, f"{path}?language=zh").status_code == 200
        for stranger in {world.rong, world.hana, world.eve} - {who}:
            assert fresh(browser(world, app, stranger).get, path).status_code == 404


def test_a_restricted_respondent_in_the_eu_has_a_statement_of_reasons(
    world: NoticeWorld, app: Flask
) -> None:
    said = {}
    for eu in (True, False):
        notice = world.qualified(eu=eu, links=(f"https://market.example/{eu}",))
        world.forwarded(notice)
        world.drain()
        uid = world.respondent(notice).uid
        letter = told(world.rong.id, RESPONDENT)[-1]
        client = browser(world, app, world.rong)
        page = client.page(f"/notices/answers/{uid}/letters/{letter.uid}").text
        said[eu] = page + client.page(f"/notices/answers/{uid}").text
    for part in (
        "article 17",
        "Facts relied on",
        "Legal ground",
        "Automated means",
        "free of charge",
        "certified body",
    ):
        assert part in said[True]
        assert part not in said[False]


def test_a_text_message_has_addresses_that_a_provider_takes(world: NoticeWorld) -> None:
    notice = world.qualified()
    world.forwarded(notice)
    items = [item.id for item in world.items(notice)]
    for person, code, whats in (
        (world.hana, HOLDER, ("to_complete", "counter_sent", "final")),
        (world.rong, RESPONDENT, ("forwarded", "counter_lacks", "final")),
    ):
        reader = reader_of(people.person(person.id or 0))
        for what in whats:
            ids = {"notice": notice.id, "what": what, "items": items}
            facts = facts_for(template(code), ids, reader)
            assert facts is not None
            short = writing.write_sms(code, reader, facts | {"check_code": "AAAA-BBBB"})
            assert max(map(len, short.fields.values())) <= LONGEST_VALUE, short


def test_the_history_says_who_did_what_when_and_why(world: NoticeWorld, app: Flask) -> None:
    notice = world.qualified(links=("https://market.example/1",))
    world.contested(notice)
    jobs.note_arrivals(world.now)
    db.session.rollback()
    text = browser(world, app, world.ivy).page(address(world, notice) + "/notice/history").text
    parts = "Notice filed|Qualified notice|Ivy|Delete the content|Hana|Counter-notice written|Rong"
    assert [part for part in parts.split("|") if part not in text] == []
