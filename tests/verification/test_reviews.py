"""The evidence and the people who decide on it: each look is told, nobody decides alone or on their own work."""

from __future__ import annotations

import io
from datetime import timedelta

import pytest
from PIL import Image, ImageChops
from sqlalchemy import update

from support.core import files
from support.core.actors import Actor, Role
from support.core.clock import utcnow
from support.core.db import transaction
from support.core.errors import (
    Expired,
    IllegalMove,
    Invalid,
    NotAllowed,
    NotFound,
    Stale,
    TooLarge,
    WrongType,
)
from support.verification import queries, service, service_retention, service_reviews, service_steps
from support.verification.lifecycle import CheckState
from support.verification.models import Evidence, EvidenceView
from support.verification.policy import Way
from tests.core.files.uploads import jpeg
from tests.fixtures.pages import Page
from tests.verification.world import World, moment, points
from tests.workorders.desk_world import make_agent


def test_each_look_needs_a_reason_is_told_and_works_once_within_a_minute(world: World) -> None:
    check = world.given()
    [picture] = queries.evidence_of(check).values()
    with pytest.raises(Invalid):
        service_reviews.open_picture(world.vera, check, picture.uid, "curious")
    view = service_reviews.open_picture(world.vera, check, picture.uid, "first_review")
    with pytest.raises(Expired):
        service_reviews.look(world.paul, check, view.uid)
    assert service_reviews.look(world.vera, check, view.uid)
    with pytest.raises(Expired):
        service_reviews.look(world.vera, check, view.uid)
    late = service_reviews.open_picture(world.vera, check, picture.uid, "first_review")
    with pytest.raises(Expired):
        service_reviews.look(world.vera, check, late.uid, now=utcnow() + timedelta(seconds=61))
    for stream in (f"order:{world.order}", f"person:{world.alice.id}"):
        assert world.trail(stream).count("check.evidence_opened") == 2
    path = f"/checks/{check.uid}"
    with world.outside():
        alice = world.browser(world.alice).page("/account/checks").text
        guest = world.browser(world.guest).page(path).text
    for page in (alice, guest):
        assert f"Agent {world.vera.id} opened" in page
        assert "To decide on this check" in page


def test_what_is_shown_is_marked_and_what_is_stored_is_noise(world: World) -> None:
    check = world.given()
    [picture] = queries.evidence_of(check).values()
    view = service_reviews.open_picture(world.vera, check, picture.uid, "first_review")
    shown = Image.open(io.BytesIO(service_reviews.look(world.vera, check, view.uid)))
    plain = Image.new("RGB", shown.size, "teal")
    assert ImageChops.difference(shown, plain).getbbox() is not None
    with files.store().open(picture.uid) as stream:
        stored = stream.read()
    assert not stored.startswith(b"\xff\xd8")
    assert b"Exif" not in stored
    assert b"JFIF" not in stored


def test_one_flipped_bit_is_refused_and_alarmed(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    from support.core.errors import Unavailable

    check = world.given()
    [picture] = queries.evidence_of(check).values()
    path = files.store()._path(picture.uid)  # type: ignore[attr-defined]
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.chmod(0o600)
    path.write_bytes(data)
    view = service_reviews.open_picture(world.vera, check, picture.uid, "first_review")
    with pytest.raises(Unavailable):
        service_reviews.look(world.vera, check, view.uid)
    assert "seal_broken" in [each.message for each in caplog.records]


@pytest.mark.parametrize(
    ("data", "refusal"),
    [
        (b"no picture at all", WrongType),
        (b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n", WrongType),
        (jpeg()[:400], WrongType),
        (b"", Invalid),
    ],
    ids=["text", "pdf", "cut", "empty"],
)
def test_what_is_no_picture_is_refused_and_the_check_stays_usable(
    world: World, data: bytes, refusal: type[Exception]
) -> None:
    check = world.open()
    with pytest.raises(refusal):
        world.give_picture(check, data=data)
    assert queries.evidence_of(check) == {}
    world.give_picture(check)
    assert set(queries.evidence_of(check)) == {"photo"}


def test_a_picture_of_too_many_pixels_is_refused(world: World) -> None:
    check, out = world.open(), io.BytesIO()
    Image.new("1", (20_000, 20_000)).save(out, "PNG")
    with pytest.raises(TooLarge):
        world.give_picture(check, data=out.getvalue(), name="photo.png")


def test_no_picture_is_taken_without_its_own_consent(world: World) -> None:
    check = world.open()
    path = f"/checks/{check.uid}/evidence/photo"
    with world.outside():
        guest = world.browser(world.guest)
        assert not [
            box.attributes for box in guest.page(path).all("input")
            if box.type == "checkbox" and "checked" in box.attributes
        ]  # fmt: skip
        picture = (io.BytesIO(jpeg()), "photo.jpg")
        answer = guest.submit(path, {"picture": picture}, button="Give this picture")
        assert answer.status_code == 422
        assert "tick that you agree" in answer.get_data(as_text=True)
        picture = (io.BytesIO(jpeg()), "photo.jpg")
        agreed = {"picture": picture, "consent": "y"}
        assert guest.submit(path, agreed, button="Give this picture").status_code == 303
    assert set(queries.evidence_of(world.fresh(check))) == {"photo"}


def test_nobody_decides_alone_unseen_on_their_own_or_what_they_opened(world: World) -> None:
    check = world.given()
    both = make_agent("Wanda", Role.VERIFIER, Role.APPROVER)
    with pytest.raises(Invalid):
        service_reviews.decide(both, check, "pass", marks=points(check), version=check.version)
    with pytest.raises(NotAllowed):
        service_reviews.decide(
            world.paul, check, "pass", marks=points(check), version=check.version
        )
    opener = Actor("staff", world.mei.id, frozenset({Role.VERIFIER, Role.APPROVER}))
    world.see(opener, check)
    with pytest.raises(NotAllowed):
        service_reviews.decide(opener, check, "pass", marks=points(check), version=check.version)
    world.decide(both, check)
    with pytest.raises(NotAllowed):
        world.decide(both, check)
    assert check.state == CheckState.APPROVAL
    world.decide(world.paul, check)
    assert check.state == CheckState.HELD


def test_the_second_person_sees_the_first_ones_verdict_only_after_their_own(world: World) -> None:
    check = world.given()
    world.decide(world.vera, check, "fail", "mismatch")
    assert check.state == CheckState.APPROVAL, "a failed first verdict looks like a passed one"
    assert queries.shown_verdicts(world.paul, check) == {}
    page = f"/desk/checks/{check.uid}"
    with world.outside():
        before = world.browser(world.paul).page(page).text
    assert "does not match" not in before.split("Why it fails")[0]
    world.decide(world.paul, check)
    assert check.state == CheckState.REFUSED
    assert set(queries.shown_verdicts(world.paul, check)) == {"verifier", "approver"}


def test_a_late_click_loses_and_a_second_one_changes_nothing(world: World) -> None:
    check = world.given()
    world.see(world.vera, check)
    with pytest.raises(Stale):
        service_reviews.decide(
            world.vera, check, "pass", marks=points(check), version=check.version - 1
        )
    service_reviews.decide(world.vera, check, "pass", marks=points(check), version=check.version)
    with pytest.raises((Stale, NotAllowed, IllegalMove)):
        service_reviews.decide(
            world.vera, check, "pass", marks=points(check), version=check.version
        )
    assert len(queries.verdicts(check)) == 1


def test_asked_again_the_person_reads_why_and_gives_a_new_picture(world: World) -> None:
    check = world.given()
    world.decide(world.vera, check, "again", "no_phrase")
    before = service.phrase_of(check)
    assert check.state == CheckState.OPEN
    assert queries.evidence_of(check) == {}
    page = f"/checks/{check.uid}"
    with world.outside():
        assert "The phrase is missing" in world.browser(world.guest).page(page).text
    world.give_picture(check)
    service_steps.give_check(world.guest, check)
    assert check.round == 2
    assert service.phrase_of(check) == before
    world.decide(world.vera, check)
    world.decide(world.paul, check)
    assert check.state == CheckState.HELD


def test_the_phrase_is_another_for_each_check_and_round(world: World) -> None:
    check = world.given()
    first = service.phrase_of(check)
    world.decide(world.vera, check, "again", "no_phrase")
    assert service.phrase_of(check) != first
    assert first.startswith(world.reference)


def test_evidence_of_another_check_is_not_found(world: World) -> None:
    check = world.given()
    [picture] = queries.evidence_of(check).values()
    other = service.open_check(
        world.mei, about="order:999", reference="WO-26-000999-AA", asker_id=world.guest.id or 0,
        subject_id=world.alice.id or 0,
    )  # fmt: skip
    with pytest.raises(NotFound):
        service_reviews.open_picture(world.vera, other, picture.uid, "first_review")
    view = service_reviews.open_picture(world.vera, check, picture.uid, "first_review")
    with pytest.raises(NotFound):
        service_reviews.look(world.vera, other, view.uid)


def test_another_way_destroys_the_pictures_of_the_first(world: World) -> None:
    check = world.open()
    world.give_picture(check)
    [picture] = queries.evidence_of(check).values()
    uid = picture.uid
    service_steps.choose_way(world.guest, check, Way.COMPANY)
    assert queries.evidence_of(check) == {}
    assert uid not in files.store().names(uid[:2])
    with pytest.raises(NotFound):
        world.give_picture(check, "photo")
    world.give_picture(check, "licence")
    world.give_picture(check, "letter")
    assert queries.steps_done(check)["evidence"]


def test_pictures_go_with_their_key_when_given_up_and_30_days_after_the_end(world: World) -> None:
    check = world.given(old="proved")
    [picture] = queries.evidence_of(check).values()
    uid = picture.uid
    world.decide(world.vera, check)
    world.decide(world.paul, check)
    service_retention.destroy_expired_evidence(moment(29))
    assert uid in files.store().names(uid[:2])
    service_retention.destroy_expired_evidence(moment(31))
    assert uid not in files.store().names(uid[:2])
    service_retention.destroy_expired_evidence(moment(32))
    trail = world.trail(f"person:{world.alice.id}")
    assert trail.count("check.evidence_destroyed") == 1


def test_withdrawing_destroys_at_once(world: World) -> None:
    check = world.given()
    [picture] = queries.evidence_of(check).values()
    uid = picture.uid
    service.withdraw_check(world.guest, check)
    assert check.state == CheckState.WITHDRAWN
    assert uid not in files.store().names(uid[:2])


def test_the_sweep_of_stray_files_leaves_evidence_alone(world: World) -> None:
    from support.core import file_upkeep

    check = world.given()
    [picture] = queries.evidence_of(check).values()
    uid = picture.uid
    file_upkeep.sweep_orphans(moment(3))
    assert uid in files.store().names(uid[:2])


def test_nobody_can_decide_is_told_where_people_look(world: World) -> None:
    from support.accounts.models import Person

    world.given()
    assert queries.unstaffed_seats() == []
    with transaction() as session:
        session.execute(update(Person).where(Person.id == world.paul.id).values(roles=["agent"]))
    assert queries.unstaffed_seats() == ["approver"]
    with world.outside():
        page = world.browser(world.vera).page("/desk/checks").text
        order = world.browser(world.mei).page(f"/desk/orders/{world.reference}").text
    assert "Not staffed" in page
    assert "Not staffed" in order


def test_the_desk_sees_where_it_stands_and_never_the_evidence(world: World) -> None:
    check = world.given()
    [picture] = queries.evidence_of(check).values()
    path = f"/desk/checks/{check.uid}"
    with world.outside():
        mei = world.browser(world.mei)
        page = mei.page(f"/desk/orders/{world.reference}").text
        assert "Locked until it is proved" in page
        assert "Look at the evidence" not in page
        for closed in ("/desk/checks", path, f"{path}/pictures/{picture.uid}"):
            assert mei.get(closed).status_code == 403
        assert (
            "Look at the evidence"
            in world.browser(world.vera).page(f"/desk/orders/{world.reference}").text
        )


@pytest.mark.usefixtures("world")
def test_rows_of_looks_stay_when_the_pictures_are_gone(world: World) -> None:
    check = world.given()
    world.see(world.vera, check)
    service.withdraw_check(world.guest, check)
    assert len(queries.readings([check])[check.id]) == 1
    assert Evidence.__tablename__ != EvidenceView.__tablename__


def test_it_passes_only_where_every_point_was_compared_and_fits(world: World) -> None:
    check = world.given()
    world.see(world.vera, check)
    every = points(check)
    for marks in ([], every[1:], ["nothing that is compared", *every[:-1]]):
        with pytest.raises(Invalid, match="mark each point"):
            service_reviews.decide(world.vera, check, "pass", marks=marks, version=check.version)
    page = f"/desk/checks/{check.uid}"
    with world.outside():
        vera = world.browser(world.vera)
        said = {"verdict": "pass", "marks": every[:1]}
        answer = vera.submit(page, said, action=f"{page}/verdicts")
        assert answer.status_code == 422
        kept = Page(answer.get_data(as_text=True)).all("input")
        assert [
            each.attributes["value"]
            for each in kept
            if each.attributes.get("name") == "marks" and "checked" in each.attributes
        ] == every[:1]
        assert (
            vera.submit(page, said | {"marks": every}, action=f"{page}/verdicts").status_code == 303
        )
    [review] = queries.verdicts(world.fresh(check)).values()
    assert review.marks == every
