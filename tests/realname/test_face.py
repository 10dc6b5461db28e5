"""A face is used only where its impact was assessed and an administrator has switched it on; people decide."""

from __future__ import annotations

import io
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import func, select

from support.core.actors import Role
from support.core.clock import utcnow
from support.core.db import db
from support.core.errors import Invalid, NotAllowed, NotFound
from support.policies.models import Consent, Purpose
from support.realname import queries, queries_face, service, service_face
from support.realname.documents import Document
from support.realname.matcher import Opinion
from support.realname.models import FaceAssessment
from support.verification import service_steps
from support.verification.lifecycle import CheckState
from support.verification.models import Check
from support.verification.policy import Way
from tests.core.files.uploads import jpeg
from tests.realname.world import ID_CARD, NameWorld
from tests.workorders.desk_world import make_agent

PAPER = {"assessor": "Privacy office", "document": "PIA-2026-004", "assessed_on": date(2026, 3, 2)}


def switch_on(world: NameWorld) -> None:
    """Record the assessment, and switch the way on."""
    service_face.record_assessment(world.ada, **PAPER)  # type: ignore[arg-type]
    service_face.switch_face(world.ada, on=True)


def by_face(world: NameWorld) -> Check:
    """A check by face that waits for a verifier."""
    check = world.begin(way=Way.FACE)
    service.write_details(world.alice, check, Document.CN_ID, **ID_CARD)
    world.show(check)
    return check


def test_the_way_is_neither_shown_nor_taken_before_it_is_assessed_and_switched_on(
    world: NameWorld,
) -> None:
    title = "Both sides of your ID card and your face"
    with world.outside():
        client = world.browser(world.alice)
        assert title not in client.page("/account/realname").text
        page = client.page("/account/realname")
        values = page.values(page.form(button="A document that people look at"))
        answer = client.post("/account/realname/checks", data=values | {"way": "face"})
        assert answer.status_code == 404
    check = world.begin()
    with pytest.raises(NotFound):
        world.verification_way(check, Way.FACE)
    with pytest.raises(NotAllowed):
        service_face.switch_face(world.ada, on=True)
    service_face.record_assessment(world.ada, **PAPER)  # type: ignore[arg-type]
    assert not queries_face.is_on(), "recorded is not switched on"
    service_face.switch_face(world.ada, on=True)
    world.verification_way(check, Way.FACE)
    with world.outside():
        tasks = world.browser(world.alice).page(f"/checks/{check.uid}").text
    assert "Your face beside a paper" in tasks


def test_only_administrators_record_and_switch_and_the_trail_knows(world: NameWorld) -> None:
    for who in (world.mei, world.vera, make_agent("Olga", Role.PRIVACY_OFFICER)):
        with pytest.raises(NotAllowed):
            service_face.record_assessment(who, **PAPER)  # type: ignore[arg-type]
    switch_on(world)
    service_face.switch_face(world.ada, on=True)
    service_face.switch_face(world.ada, on=False)
    for who in (world.mei, world.alice):
        with pytest.raises((NotAllowed, NotFound)):
            service_face.switch_face(who, on=True)
    trail = [each for each in world.trail("system") if each.startswith("face.")]
    assert trail == ["face.assessed", "face.switched_on", "face.switched_off"]


@pytest.mark.parametrize(
    ("field", "said"),
    [("assessor", " "), ("document", ""), ("assessed_on", utcnow().date() + timedelta(days=2))],
)
def test_an_assessment_names_who_when_and_the_paper(
    world: NameWorld, field: str, said: object
) -> None:
    with pytest.raises(Invalid) as refused:
        service_face.record_assessment(world.ada, **(PAPER | {field: said}))  # type: ignore[arg-type]
    assert refused.value.field == field
    assert db.session.execute(select(func.count()).select_from(FaceAssessment)).scalar_one() == 0


def test_the_day_of_an_assessment_is_that_of_the_operator(world: NameWorld) -> None:
    evening = datetime(2026, 3, 2, 17, tzinfo=UTC)  # the third of March in Shanghai
    said = PAPER | {"assessed_on": date(2026, 3, 3)}
    assert service_face.record_assessment(world.ada, **said, now=evening)  # type: ignore[arg-type]
    said = PAPER | {"assessed_on": date(2026, 3, 4)}
    with pytest.raises(Invalid):
        service_face.record_assessment(world.ada, **said, now=evening)  # type: ignore[arg-type]


def test_a_new_assessment_switches_it_off_until_somebody_looks(world: NameWorld) -> None:
    switch_on(world)
    service_face.record_assessment(world.ada, **(PAPER | {"document": "PIA-2027-001"}))  # type: ignore[arg-type]
    assert not queries_face.is_on()


def test_two_people_decide_and_the_machine_only_remarks(world: NameWorld) -> None:
    switch_on(world)
    check = by_face(world)
    world.run()
    claim = queries.claim_of(check)
    assert claim is not None
    assert claim.face == Opinion.NONE
    with world.outside():
        desk = world.browser(world.vera).page(f"/desk/checks/{check.uid}").text
    assert "Automatic comparison of the faces: no opinion" in desk
    assert world.name(world.alice) is None
    world.agree(check)
    found = world.name(world.alice)
    assert found is not None
    assert (found.name, found.source) == ("李爱丽", "face")


def test_faces_that_differ_are_refused_with_their_reason(world: NameWorld) -> None:
    switch_on(world)
    check = by_face(world)
    world.decide(world.vera, check, "fail", "face")
    world.decide(world.paul, check)
    assert world.fresh(check).state == CheckState.REFUSED


def test_the_consent_to_a_face_is_one_of_its_own(world: NameWorld) -> None:
    switch_on(world)
    agreed = select(Consent.purpose).where(Consent.person_id == world.alice.id)
    check = world.begin()
    world.write(check)
    world.show(check)
    assert Purpose.FACE not in set(db.session.execute(agreed).scalars())
    other = world.begin(world.bob, Way.FACE)
    with world.outside():
        page = world.browser(world.bob).page(f"/checks/{other.uid}/evidence/selfie")
        assert "compare my face with my ID card" in page.text
        assert "A document that people look at" in page.text, "the other way stands beside it"
    service.write_details(world.bob, other, Document.CN_ID, **ID_CARD)
    world.show(other)
    agreed = select(Consent.purpose).where(Consent.person_id == world.bob.id)
    assert Purpose.FACE in set(db.session.execute(agreed).scalars())


def test_once_switched_off_no_face_is_taken_any_more(world: NameWorld) -> None:
    switch_on(world)
    check = world.begin(way=Way.FACE)
    service_face.switch_face(world.ada, on=False)
    with pytest.raises(Invalid):
        service_steps.add_evidence(
            world.alice, check, "selfie", io.BytesIO(jpeg()), "me.jpg", None, consent=True
        )
    world.verification_way(check, Way.DOCUMENT)
    world.write(check)
    world.show(check)


def test_the_administrator_does_it_on_one_page(world: NameWorld) -> None:
    with world.outside():
        client = world.browser(world.ada)
        assert "Verifying names by face" in client.page("/admin").text
        page = client.page("/admin/face")
        assert not [each for each in page.all("button") if "Switch it on" in each.text]
        said = {"assessed_on": "2026-03-02", "assessor": "Privacy office", "document": "PIA-4"}
        client.submit("/admin/face", said, button="Record it")
        client.submit("/admin/face", button="Switch it on")
        assert "PIA-4" in client.page("/admin/face").text
        assert "your face" in world.browser(world.alice).page("/account/realname").text
        client.submit("/admin/face", button="Switch it off")
        assert "your face" not in world.browser(world.alice).page("/account/realname").text
        assert world.browser(world.mei).get("/admin/face").status_code == 403


def test_switched_off_it_stops_what_is_on_its_way(world: NameWorld) -> None:
    switch_on(world)
    waiting, begun = by_face(world), world.begin(world.bob, way=Way.FACE)
    service.write_details(world.bob, begun, Document.CN_ID, **ID_CARD)
    for part in ("front", "back", "selfie"):
        picture = io.BytesIO(jpeg())
        service_steps.add_evidence(world.bob, begun, part, picture, "photo.jpg", None, consent=True)
    service_face.switch_face(world.ada, on=False)
    with pytest.raises(Invalid, match="offered no more"):
        service_steps.give_check(world.bob, begun)
    with pytest.raises(Invalid, match="offered no more"):
        world.decide(world.vera, waiting)
    world.decide(world.vera, waiting, "again", "wrong_kind")
    world.verification_way(world.fresh(waiting), Way.DOCUMENT)
