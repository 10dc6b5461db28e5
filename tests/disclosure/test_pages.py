"""The whole way of a penalty through the pages, and what others are answered there."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import select

from support.core.db import db
from support.disclosure.models import PenaltyAppeal
from support.notifications import outgoing
from support.policies.models_publications import Publication
from support.policies.publication_pages import figures
from support.policies.queries_publications import counts_by_month
from tests.disclosure.world import PenaltyWorld
from tests.fixtures.pages import PageClient
from tests.fixtures.penalties import REASONS, SAID
from tests.workorders.desk_world import client_of

DESK, OWN = "/desk/penalties", "/account/penalties"
TYPED: dict[str, Any] = {
    "member": "alice",
    "name": SAID.name,
    "grounds": list(SAID.grounds),
    "measures": list(SAID.measures),
    "days": "30",
    "rule_en": SAID.rule_en,
    "rule_zh": SAID.rule_zh,
    "words_en": SAID.words_en,
    "words_zh": SAID.words_zh,
    "reasons": REASONS,
}


def act(client: PageClient, path: str, name: str, words: str = "") -> str:
    """Press one button of the decision bar, and return the page that follows."""
    page = client.page(path)
    form = page.form(action=f"{path}/decisions")
    sent = page.values(form) | {"act": name, "words": words}
    answer = client.post(f"{path}/decisions", data=sent, follow_redirects=True)
    assert answer.status_code == 200
    return answer.text


def test_the_whole_way_of_a_penalty(world: PenaltyWorld) -> None:
    app = world.app
    lena, paul, leo, alice = (
        client_of(app, who) for who in (world.lena, world.paul, world.leo, world.alice)
    )
    with world.outside():
        assert "No penalty was announced" in lena.get(DESK).text
        wrong = TYPED | {"words_zh": "请拨打13800138000"}
        refused = lena.submit(f"{DESK}/new", wrong, action=f"{DESK}/new")
        assert refused.status_code == 422
        assert "telephone number" in refused.text
        assert SAID.rule_zh in refused.text
        page = lena.page(f"{DESK}/new")
        sent = page.values(page.form(action=f"{DESK}/new")) | TYPED
        paths = {lena.post(f"{DESK}/new", data=sent).headers["Location"] for _click in range(2)}
        assert len(paths) == 1
        (path,) = paths
        uid = path.rpartition("/")[2]
        preview = lena.get(path).text
        assert SAID.words_en in preview
        assert SAID.words_zh in preview
        assert "关闭店铺 30 天" in preview
        changing = lena.submit(f"{path}/text", {"months": "6"}, action=f"{path}/text")
        assert changing.status_code == 303
        assert "6 months" in lena.get(path).text
        page = lena.page(path)
        late = page.values(page.form(action=f"{path}/decisions"))
        act(lena, path, "propose")
        assert 'value="approve"' not in lena.get(path).text
        assert alice.get(f"{OWN}/{uid}").status_code == 404
        act(paul, path, "approve")
        late |= {"act": "return", "words": "My late words"}
        answer = lena.post(f"{path}/decisions", data=late)
        assert (answer.status_code, "My late words" in answer.text) == (422, True)
    world.drain()
    mail = next(each for each in outgoing.kept_messages() if OWN in each.text)
    for said in (SAID.words_en, SAID.words_zh, REASONS, f"{OWN}/{uid}", "Working day 10 is"):
        assert said in mail.text, said
    with world.outside():
        own = f"{OWN}/{uid}"
        shown = alice.get(own).text
        for said in (SAID.words_en, SAID.words_zh, REASONS, "You can appeal until", "10 is"):
            assert said in shown, said
        assert f"{OWN}/{uid}" in alice.get(OWN).text
        empty = alice.submit(own, {"words": " "}, action=f"{own}/appeal")
        assert empty.status_code == 422
        page = alice.page(own)
        sent = page.values(page.form(action=f"{own}/appeal")) | {"words": "They are real."}
        for _click in range(2):
            assert alice.post(f"{own}/appeal", data=sent).status_code == 303
        assert "Nothing is published meanwhile" in alice.get(own).text
        assert 'value="stands"' not in paul.get(path).text
        answered = act(leo, path, "stands", "The report was checked again.")
        assert "Appeal dismissed" in answered
    assert len(db.session.execute(select(PenaltyAppeal)).all()) == 1
    world.tick()
    world.drain()
    with world.outside():
        assert "The report was checked again." in alice.get(own).text
        assert "It is published until" in alice.get(own).text
        corrected = {"words_en": "Two buyers received bags of another maker."}
        assert (
            lena.submit(f"{path}/correction", corrected, action=f"{path}/correction").status_code
            == 303
        )
        again = lena.submit(f"{path}/correction", corrected, action=f"{path}/correction")
        assert (again.status_code, "waits for a second person already" in again.text) == (422, True)
        page = paul.page(path)
        sent = page.values(page.form(button="Agree and publish"), button="Agree and publish")
        for _click in range(2):
            answer = paul.post(f"{path}/correction/decisions", data=sent)
            assert answer.status_code == 303
        assert corrected["words_en"] in alice.get(own).text
        act(leo, path, "overturn", "A court decided otherwise.")
        assert "A court decided otherwise." in alice.get(own).text
    entries = db.session.execute(select(Publication).order_by(Publication.id)).scalars().all()
    assert [each.withdrawal for each in entries] == ["corrected", "overturned"]
    assert {each.facts for each in entries} == {None}


def test_a_penalty_of_another_member_is_not_found_and_the_desk_is_closed(
    world: PenaltyWorld,
) -> None:
    row = world.told()
    own, path = f"{OWN}/{row.uid}", f"{DESK}/{row.uid}"
    bob, mei, paul = (client_of(world.app, who) for who in (world.bob, world.mei, world.paul))
    with world.outside():
        token = {
            "csrf_token": bob.page(OWN[: -len("/penalties")] + "/settings")
            .all("input")[0]
            .attributes["value"]
        }
        assert bob.get(own).status_code == 404
        assert bob.post(f"{own}/appeal", data=token | {"words": "Mine?"}).status_code == 404
        assert "There is no penalty" in bob.get(OWN).text
        for address in (DESK, f"{DESK}/new", path, f"{path}/text", f"{path}/correction"):
            assert bob.get(address).status_code == 404, address
            assert mei.get(address).status_code == 403, address
        assert paul.get(f"{DESK}/new").status_code == 403
        assert paul.get(f"{path}/text").status_code == 403


def test_the_rail_counts_what_waits_for_its_reader(world: PenaltyWorld) -> None:
    world.proposed()
    clients = [client_of(world.app, who) for who in (world.lena, world.paul)]
    with world.outside():
        pages = [client.page(DESK) for client in clients]
    counts = [
        {each.text for each in page.all("span") if each.attributes.get("class") == "count"}
        for page in pages
    ]
    assert counts == [set(), {"1"}]


def test_an_appeal_that_nobody_decided_in_time_is_seen_as_late(world: PenaltyWorld) -> None:
    world.now -= timedelta(days=60)
    world.appealed()
    leo = client_of(world.app, world.leo)
    with world.outside():
        assert "Overdue" in leo.get(DESK).text


def test_what_may_not_be_shown_is_refused_on_the_form_of_a_correction_too(
    world: PenaltyWorld,
) -> None:
    row = world.published()
    lena = client_of(world.app, world.lena)
    path = f"{DESK}/{row.uid}/correction"
    with world.outside():
        answer = lena.submit(path, {"rule_en": "a@b.example"}, action=path)
    assert answer.status_code == 422
    assert "e-mail address" in answer.text


def test_an_empty_form_names_all_that_lacks_at_once(world: PenaltyWorld) -> None:
    lena = client_of(world.app, world.lena)
    with world.outside():
        answer = lena.submit(f"{DESK}/new", {}, action=f"{DESK}/new")
    assert answer.status_code == 422
    assert "There are 8 problems to fix" in answer.text


def test_a_penalty_with_two_measures_is_one_notice_and_no_link(world: PenaltyWorld) -> None:
    row = world.told()
    world.after(row)
    world.tick()
    with world.outside():
        page = world.app.test_client().get("/transparency").get_data(as_text=True)
    assert "Links" not in page.split("<h1>")[1]
    assert "Penalty notices, by the month of publication." in page
    with world.app.test_request_context():
        (group,) = figures(counts_by_month())
    assert [values for _title, values, _tone in group["series"]] == [[1]]
    assert dict(group["outcomes"]) == {"Goods taken down": 1, "Shop closed for a time": 1}
