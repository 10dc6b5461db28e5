"""The pages of conduct: for clerks, for legal and approvers, and for the person alone."""

from __future__ import annotations

from support.core.clock import utcnow
from support.core.db import db
from support.infringement import queries_conduct as known
from support.infringement import service_appeals, service_signals
from support.infringement.conduct import Side
from support.infringement.models_conduct import ConductStep
from tests.filing.test_answers import Browser, browser
from tests.infringement.conduct_world import codes, outcomes, suspended, uid_of, warned
from tests.infringement.world import LISTINGS, NoticeWorld
from tests.workorders.desk_world import counted


def test_the_ladder_is_climbed_on_the_pages(world: NoticeWorld) -> None:
    outcomes(world, 3, 2)
    hana = uid_of(world.hana)
    desk = f"/desk/conduct/people/{hana}"
    leo, lena, own = (browser(world, who) for who in (world.leo, world.lena, world.hana))
    assert "40%" in leo.page(desk).text, "2 of 5 came back"
    empty = leo.submit(f"{desk}/filer/warning", {"words": "Please stop."}, button="Warn")
    assert empty.status_code == 422
    assert "Please stop." in empty.get_data(as_text=True)
    said = {"words": "Please stop.", "grounds": ["unfounded"]}
    assert leo.submit(f"{desk}/filer/warning", said, button="Warn").status_code == 303
    proposal = said | {"days": "30", "number": "2", "share": "40", "gravity": "Much."}
    form = f"{desk}/filer/suspension"
    assert leo.submit(form, proposal, button="Propose it").status_code == 422, "no intent"
    proposal |= {"intent": "Told twice."}
    assert leo.submit(form, proposal, button="Propose it").status_code == 303
    assert "Another person of legal" in leo.page(desk).text
    assert "Suspension" not in own.page("/account/conduct").text, "only proposed"
    assert lena.submit(desk, {}, button="Approve").status_code == 303
    mine = own.page("/account/conduct").text
    assert "A suspension is running" in mine
    assert "Told twice." in mine
    assert "suspended" in own.page("/notices").text, "said before sending"
    notice = world.file(links=LISTINGS[:1])
    order = f"/orders/{world.order(notice).reference}"
    assert (
        "Handling suspended" in browser(world, world.ivy).page(f"/desk{order}/notice/conduct").text
    )
    assert "handling of your notices is suspended" in own.page(order).text


def test_a_double_click_takes_a_step_once(world: NoticeWorld) -> None:
    world.file()
    hana = uid_of(world.hana)
    leo = browser(world, world.leo)
    said = {"words": "Stop.", "grounds": ["unfounded"]}
    proposal = said | {"days": 30, "number": 2, "share": 40, "gravity": "Much.", "intent": "Told."}
    for kind, button, words in (
        ("note", "Keep the note", {"words": "Odd."}),
        ("warning", "Warn", said),
        ("suspension", "Propose it", proposal),
    ):
        path = f"/desk/conduct/people/{hana}/filer/{kind}"
        shown = leo.page(path)
        sent = dict(shown.values(shown.form(button=button))) | words
        assert [leo.post(path, data=sent).status_code for _click in range(2)] == [303, 303], kind
        assert leo.post(path, data=sent | {"words": "Other."}).status_code == 422, kind
    db.session.rollback()
    assert [step.kind for step in known.steps_of(world.hana.id or 0)] == [
        "suspension", "warning", "note",
    ]  # fmt: skip


def test_an_appeal_is_written_by_its_person_and_decided_by_another(world: NoticeWorld) -> None:
    world.now = utcnow()
    world.file()
    step = warned(world, world.hana).uid
    own, eve = browser(world, world.hana), browser(world, world.eve)
    path = f"/account/conduct/steps/{step}/appeal"
    assert eve.get(path).status_code == 404
    assert own.submit(path, {"words": ""}, button="Send the appeal").status_code == 422
    sent = own.submit(path, {"words": "You mix me up."}, button="Send the appeal")
    assert sent.status_code == 303
    again = own.submit(path, {"words": "Once more."}, button="Send the appeal")
    assert again.status_code == 422
    desk = f"/desk/conduct/people/{uid_of(world.hana)}"
    leo, lena = browser(world, world.leo), browser(world, world.lena)
    link = next(
        link.attributes["href"] or ""
        for link in lena.page(desk).all("a")
        if "/appeals/" in (link.attributes.get("href") or "")
    )
    assert "Decide the appeal" not in leo.page(link).text, "Leo warned her"
    said = {"upheld": "yes", "words": "You are right."}
    assert lena.submit(link, said, button="Decide the appeal").status_code == 303
    mine = own.page("/account/conduct").text
    assert "You are right." in mine
    assert "Lifted on appeal" in mine


def test_a_notice_that_counts_wrongly_is_named_by_its_own_filer(world: NoticeWorld) -> None:
    notice = outcomes(world, 1, 1)
    reference = world.order(notice).reference
    path = "/account/conduct/objection"
    said = {"reference": reference, "words": "The court gave it back."}
    stranger = browser(world, world.eve).submit(path, said, button="Send the appeal")
    assert stranger.status_code == 422
    own = browser(world, world.hana)
    assert own.submit(path, said, button="Send the appeal").status_code == 303
    assert reference in own.page("/account/conduct").text


def test_signals_are_for_staff_and_nobody_else_comes_to_the_desks_pages(world: NoticeWorld) -> None:
    notice = outcomes(world, 3, 2)
    service_signals.note_outcome(notice, world.now)
    desk = f"/desk/conduct/people/{uid_of(world.hana)}"
    assert "Many counter-notices won" in browser(world, world.ivy).page(desk).text
    own = browser(world, world.hana)
    assert "Many counter-notices won" not in own.page("/account/conduct").text
    for who, status in ((world.agent, 403), (world.hana, 404), (world.rong, 404)):
        client = browser(world, who)
        for path in ("/desk/conduct", desk, f"{desk}/filer/note"):
            assert client.get(path).status_code == status, path
    ivy = browser(world, world.ivy)
    assert ivy.get(f"/desk/conduct/people/{uid_of(world.eve)}").status_code == 404, "never filed"
    assert ivy.get(f"{desk}/filer/warning").status_code == 403
    assert ivy.get(f"{desk}/filer/lane").status_code == 404
    assert "Hana" in ivy.page("/desk/conduct").text


def test_a_filer_in_the_fast_lane_is_listed_without_any_signal(world: NoticeWorld) -> None:
    outcomes(world, 21, 0, owners=(world.rong, world.eve, world.agent))
    assert known.is_fast(world.hana.id)
    assert codes(world.hana) == {}
    page = browser(world, world.ivy).page("/desk/conduct").text
    assert "Hana" in page
    assert "Fast lane" in page


def test_the_pages_cost_the_same_however_much_there_is(world: NoticeWorld) -> None:
    notice = outcomes(world, 3, 2)
    service_signals.note_outcome(notice, world.now)
    suspended(world, world.hana)
    desk = f"/desk/conduct/people/{uid_of(world.hana)}"
    paths = ("/desk/conduct", desk, f"/desk/orders/{world.order(notice).reference}/notice/conduct")
    ivy = browser(world, world.ivy)
    few = [asked(ivy, path) for path in paths]
    for _more in range(4):
        world.pass_time(hours=3)
        more = outcomes(world, 2, 2)
        service_signals.fold_notice(more)
        step = warned(world, world.hana)
        service_appeals.appeal_step(world.hana, step, words="No.", now=world.now)
        warned(world, world.eve if _more else world.rong, Side.RESPONDENT)
    assert db.session.query(ConductStep).count() > 8
    assert [asked(ivy, path) for path in paths] == few


def asked(client: Browser, path: str) -> int:
    """How many queries a page costs once it was shown before."""
    db.session.rollback()
    client.page(path)
    with counted() as statements:
        client.page(path)
    return len(statements)
