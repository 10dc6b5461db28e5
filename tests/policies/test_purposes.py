"""A new purpose blocks until a second person has screened it and people are told of it (PP-7.8)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from flask import Flask

from support.core.actors import Actor, Role
from support.core.clock import utcnow
from support.core.errors import IllegalMove, Invalid, NotAllowed, NotFound
from support.policies import queries_purposes, service, service_purposes
from support.policies.data_classes import Class
from support.policies.lifecycle import USE_LIFECYCLE, UseState
from support.policies.models import Purpose
from support.policies.models_purposes import NewUse
from support.policies.processing import USES, Screen
from support.policies.queries_purposes import purpose_allowed, require_purpose
from support.policies.service_purposes import Proposal
from tests.fixtures.pages import PageClient
from tests.fixtures.versions import put_in_force
from tests.policies.conftest import AGENT, ALICE

LEGAL = Actor("staff", 3, frozenset({Role.LEGAL}))
OFFICER = Actor("staff", 4, frozenset({Role.PRIVACY_OFFICER}))
PLAN = Proposal(
    "size_advice", "Advice on sizes", "尺码建议", "Members ask for it.", ("orders",), "contract"
)
FINE = Screen(related=True, sensitive=False, needs_consent=False)


def proposed(plan: Proposal = PLAN) -> NewUse:
    return service_purposes.propose_purpose(LEGAL, plan)


def allow(use: NewUse, screen: Screen = FINE, by: Actor = OFFICER, label: str = "1") -> NewUse:
    return service_purposes.allow_purpose(
        by, use, screen, label=label, reason="It is fine.", version=use.version
    )


@pytest.mark.parametrize(("old", "new", "legal"), list(USE_LIFECYCLE.pairs()))
def test_every_move_is_as_the_table_says(old: UseState, new: UseState, legal: bool) -> None:
    assert USE_LIFECYCLE.can(old, new) is legal


def test_every_consent_and_every_class_has_a_purpose() -> None:
    assert {each.value for each in Purpose} <= set(USES)
    assert {each for use in USES.values() for each in use.classes} == set(Class)


@pytest.mark.usefixtures("app_context")
class TestVerbs:
    def test_what_nobody_proposed_or_decided_is_blocked(self) -> None:
        put_in_force("1")
        for _state in ("unknown", "proposed"):
            assert not purpose_allowed("size_advice")
            with pytest.raises(NotAllowed):
                require_purpose("size_advice")
            if _state == "unknown":
                use = proposed()
        allow(use)
        require_purpose("size_advice")

    def test_it_stays_blocked_until_people_are_told_of_it(self) -> None:
        put_in_force("1")
        put_in_force("2", ago=-timedelta(days=3))
        use = allow(proposed(), label="2")
        assert use.status is UseState.ALLOWED
        assert not purpose_allowed("size_advice")
        assert purpose_allowed("size_advice", utcnow() + timedelta(days=4))

    def test_whoever_proposed_it_does_not_decide_it(self) -> None:
        put_in_force("1")
        use = service_purposes.propose_purpose(OFFICER, PLAN)
        other = replace(OFFICER, id=5)
        for by in (OFFICER, LEGAL, AGENT):
            with pytest.raises(NotAllowed):
                allow(use, by=by)
            with pytest.raises(NotAllowed):
                service_purposes.refuse_purpose(by, use, reason="No.", version=use.version)
        with pytest.raises(NotFound):
            allow(use, by=ALICE)
        assert allow(use, by=other).status is UseState.ALLOWED
        assert allow(use, by=other).decided_by == 5, "twice is harmless"

    @pytest.mark.parametrize(
        ("screen", "field"),
        [
            (Screen(related=False, sensitive=False, needs_consent=False), "needs_consent"),
            (Screen(related=True, sensitive=True, needs_consent=False), "needs_consent"),
            (Screen(related=True, sensitive=True, needs_consent=True), "assessment"),
        ],
    )
    def test_the_screen_forbids_what_needs_consent_or_an_assessment(
        self, screen: Screen, field: str
    ) -> None:
        put_in_force("1")
        use = proposed()
        with pytest.raises(Invalid) as refusal:
            allow(use, screen)
        assert refusal.value.field == field
        assert not purpose_allowed("size_advice")
        good = replace(screen, needs_consent=True, assessment="DPIA 2026-7")
        assert allow(use, good).assessment == "DPIA 2026-7"

    def test_a_purpose_that_needs_consent_is_blocked_for_who_has_not_agreed(self) -> None:
        version = put_in_force("1")
        allow(proposed(), replace(FINE, needs_consent=True))
        with pytest.raises(NotAllowed):
            require_purpose("size_advice", person_id=11)
        with pytest.raises(NotAllowed):
            require_purpose("face", person_id=11)
        service.record_acceptance(
            ALICE, person_id=11, version_id=version.id, how="check", purpose=Purpose.FACE
        )
        require_purpose("face", person_id=11)
        service.withdraw_consent(ALICE, person_id=11, purpose=Purpose.FACE)
        with pytest.raises(NotAllowed):
            require_purpose("face", person_id=11)
        require_purpose("requests", person_id=11)

    def test_an_allowed_purpose_can_be_stopped_and_a_refused_one_not_revived(self) -> None:
        put_in_force("1")
        use = allow(proposed())
        for _twice in "ab":
            use = service_purposes.refuse_purpose(
                OFFICER, use, reason="No more.", version=use.version
            )
        assert not purpose_allowed("size_advice")
        with pytest.raises(IllegalMove):
            allow(use)

    @pytest.mark.parametrize(
        ("change", "field"),
        [
            ({"code": "Size Advice"}, "code"),
            ({"code": "requests"}, "code"),
            ({"classes": ("none",)}, "classes"),
            ({"title_zh": " "}, "why"),
        ],
    )
    def test_a_proposal_is_whole(self, change: dict[str, object], field: str) -> None:
        with pytest.raises(Invalid) as refusal:
            proposed(replace(PLAN, **change))  # type: ignore[arg-type]
        assert refusal.value.field == field

    def test_a_short_name_is_used_once(self) -> None:
        proposed()
        with pytest.raises(Invalid):
            proposed()
        assert len(queries_purposes.uses_for(OFFICER)) == 1
        with pytest.raises(NotAllowed):
            queries_purposes.uses_for(AGENT)


@pytest.mark.usefixtures("published")
def test_a_purpose_is_proposed_and_decided_on_its_pages(
    app: Flask, staff_client: Callable[[Role], PageClient]
) -> None:
    legal = staff_client(Role.LEGAL)
    typed = {
        "code": "size_advice",
        "title_en": "Advice on sizes",
        "title_zh": "尺码建议",
        "why": "Members ask for it.",
        "classes": ["orders"],
        "basis": "consent",
    }
    answer = legal.submit("/desk/purposes/new", typed, button="Propose")
    address = answer.headers["Location"]
    assert "A privacy officer decides" in legal.page(address).text
    officer = staff_client(Role.PRIVACY_OFFICER)
    said = {
        "related": "no",
        "sensitive": "no",
        "needs_consent": "no",
        "label": "2026-1",
        "reason": "Members ask for it.",
    }
    assert officer.submit(address, said, button="Allow").status_code == 422
    assert (
        officer.submit(address, said | {"needs_consent": "yes"}, button="Allow").status_code == 303
    )
    assert "Allowed" in officer.page("/desk/purposes").text
    answer = officer.submit(address, {"refusal": "No more."}, button="Stop it")
    assert answer.status_code == 303
    assert "Refused for good" in officer.page(address).text


def test_the_register_is_closed_to_everybody_else(
    staff_client: Callable[[Role], PageClient],
) -> None:
    assert staff_client(Role.AGENT).get("/desk/purposes").status_code == 403
