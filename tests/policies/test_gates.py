"""The gate: two people before a new kind of sharing or an export, and no partner abroad without it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import insert, select, update
from sqlalchemy.exc import IntegrityError

from support.core import partners
from support.core.actors import Role
from support.core.audit import Event
from support.core.backup_parts import BackupError
from support.core.clock import utcnow
from support.core.config import Config, ConfigError
from support.core.db import db, transaction
from support.core.errors import IllegalMove, Invalid, NotAllowed, NotFound, Stale
from support.policies import queries_gates as queries
from support.policies import service_gates as service
from support.policies import service_partners, service_sharing
from support.policies.lifecycle_gates import LIFECYCLE, GateState
from support.policies.models_gates import SharingGate
from support.policies.models_partners import Partner
from support.policies.service_gates import Weighed
from support.policies.sharing_words import Aim, Basis, Data
from tests.fixtures import sharing
from tests.fixtures.sharing import PARTNER as FACTS
from tests.policies.test_sharing import rows
from tests.workorders.desk_world import client_of, make_agent, make_member

PAGE = "/desk/gates"


def weighed(**more: object) -> Weighed:
    return replace(sharing.weighed(), **more)  # type: ignore[arg-type]


def test_a_gate_needs_two_people_and_by_the_database_too(app: Flask) -> None:
    with app.app_context():
        pia, leo = make_agent("Pia", Role.PRIVACY_OFFICER), make_agent("Leo", Role.LEGAL)
        gate = service.propose_gate(pia, weighed())
        with pytest.raises(NotAllowed):
            service.approve_gate(pia, gate, version=gate.version)
        with pytest.raises(NotAllowed):
            service.refuse_gate(pia, gate, words="No.", version=gate.version)
        itself = update(SharingGate).values(state="approved", decided_by=pia.id)
        nobody = update(SharingGate).values(state="approved")
        for statement in (itself, nobody):
            with pytest.raises(IntegrityError), transaction() as session:
                session.execute(statement)
        gate = service.approve_gate(leo, gate, version=1)
        again = service.approve_gate(leo, gate, version=1)
        assert again.version == gate.version == 2, "twice is harmless"
        with pytest.raises(IllegalMove):
            service.refuse_gate(leo, gate, words="No.", version=2)


def test_an_exception_from_consent_is_decided_by_legal_alone(app: Flask) -> None:
    with app.app_context():
        pia, paul = (make_agent(each, Role.PRIVACY_OFFICER) for each in ("Pia", "Paul"))
        gate = service.propose_gate(pia, weighed(basis="crime"))
        with pytest.raises(NotAllowed):
            service.approve_gate(paul, gate, version=1)
        leo = make_agent("Leo", Role.LEGAL)
        assert service.approve_gate(leo, gate, version=1).status is GateState.APPROVED


def test_what_was_not_weighed_whole_is_refused_at_its_field(app: Flask) -> None:
    wrong = (
        ("receiver", {"receiver": ""}),
        ("necessity", {"necessity": " "}),
        ("assessment", {"assessment": ""}),
        ("kind", {"kind": "published"}),
        ("region", {"region": "CN"}),
        ("kind", {"kind": "shared"}),
        ("data", {"data": ()}),
        ("consent", {"basis": "consent"}),
        ("ends", {"ends": today_before()}),
        ("ends", {"ends": None}),
    )
    with app.app_context():
        pia = make_agent("Pia", Role.PRIVACY_OFFICER)
        for field, values in wrong:
            with pytest.raises(Invalid) as error:
                service.propose_gate(pia, weighed(**values))
            assert error.value.field == field
        for actor, refusal in (
            (make_agent("Ada", Role.ADMIN), NotAllowed),
            (make_member("Al"), NotFound),
        ):
            with pytest.raises(refusal):
                service.propose_gate(actor, weighed())


def today_before() -> object:
    return (utcnow() - timedelta(days=2)).date()


def test_a_partner_abroad_is_opened_by_an_approved_gate_alone(app: Flask) -> None:
    with app.app_context():
        pia, leo = make_agent("Pia", Role.PRIVACY_OFFICER), make_agent("Leo", Role.LEGAL)
        gate = service.propose_gate(pia, weighed())
        abroad = replace(FACTS, region="SG", gate=gate.uid)
        refused = (
            replace(FACTS, region="SG"),
            abroad,
        )
        for facts in refused:
            with pytest.raises(Invalid) as error:
                service_partners.add_partner(leo, facts)
            assert error.value.field == "gate"
        gate = service.approve_gate(leo, gate, version=1)
        for facts in (replace(abroad, region="US"), replace(abroad, data=("bank",))):
            with pytest.raises(Invalid):
                service_partners.add_partner(leo, facts)
        partner = service_partners.add_partner(leo, abroad)
        assert partners.partner_open(partner.code)
        give = {"data": (Data.WORDS,), "aim": Aim.MESSAGES, "basis": Basis.CONTRACT}
        service_sharing.record_sharing(leo, 7, key="x", to=partner.code, **give)  # type: ignore[arg-type]
        assert [row.kind for row in rows()] == ["exported"]
        service.end_gate(pia, gate, version=gate.version)
        assert not partners.partner_open(partner.code), "with its gate the feed ends"
        values = {"code": "x", "role": "processor", "data": [], "aim": "own", "basis": "consent"}
        fresh = {**values, "uid": "x", "region": "SG", "created_at": utcnow()}
        with pytest.raises(IntegrityError), transaction() as session:
            session.execute(insert(Partner).values(**fresh, changed_at=utcnow()))


def test_a_gate_whose_last_day_is_over_lets_nothing_out(app: Flask) -> None:
    with app.app_context():
        pia, leo = make_agent("Pia", Role.PRIVACY_OFFICER), make_agent("Leo", Role.LEGAL)
        gate = service.propose_gate(pia, weighed())
        gate = service.approve_gate(leo, gate, version=1)
        now = utcnow()
        assert queries.lets_out(gate, "SG", ("words",), now)
        assert not queries.lets_out(gate, "SG", ("words",), now + timedelta(days=31))
        assert queries.export_gate_to("US", now) is None


@pytest.mark.parametrize(("old", "new", "legal"), list(LIFECYCLE.pairs()))
def test_moves_of_a_gate(old: GateState, new: GateState, legal: bool) -> None:
    assert LIFECYCLE.can(old, new) is legal


def test_it_is_proposed_refused_and_taken_back_on_the_pages(app: Flask) -> None:
    with app.app_context():
        pia, leo = make_agent("Pia", Role.PRIVACY_OFFICER), make_agent("Leo", Role.LEGAL)
        ada = make_agent("Ada", Role.ADMIN)
        mine = service.propose_gate(pia, weighed()).uid
        ends = weighed().ends
    officer, legal, admin = (client_of(app, each) for each in (pia, leo, ada))
    typed = {
        "receiver": "Reef Inc.", "kind": "exported", "region": "US", "data": ["name"], "aim": "other",
        "basis": "contract", "necessity": "Needed.", "assessment": "P-1", "ends": str(ends),
    }  # fmt: skip
    bad = officer.submit(f"{PAGE}/new", {**typed, "region": "CN"}, button="Propose")
    assert bad.status_code == 422
    made = officer.submit(f"{PAGE}/new", typed, button="Propose")
    assert made.status_code == 303
    uid = str(made.location).rpartition("/")[2]
    assert "Approve" not in officer.page(f"{PAGE}/{uid}").text
    assert "Approve" not in admin.page(f"{PAGE}/{uid}").text
    assert legal.submit(f"{PAGE}/{uid}", {"words": ""}, button="Refuse").status_code == 422
    refused = legal.submit(f"{PAGE}/{uid}", {"words": "Too much."}, button="Refuse")
    assert refused.status_code == 303
    assert "Too much." in officer.page(f"{PAGE}/{uid}").text
    assert officer.submit(f"{PAGE}/{mine}", {}, button="Withdraw the proposal").status_code == 303
    with app.app_context():
        gate = db.session.query(SharingGate).filter_by(uid=mine).one()
        assert gate.status is GateState.WITHDRAWN
        with pytest.raises(Stale):
            service.end_gate(pia, _approved(pia, leo), version=7)


def _approved(pia: object, leo: object) -> SharingGate:
    gate = service.propose_gate(pia, weighed())  # type: ignore[arg-type]
    return service.approve_gate(leo, gate, version=1)  # type: ignore[arg-type]


def test_a_backup_abroad_is_refused_without_a_gate_and_an_event_with_one(
    app: Flask, tmp_path: Path
) -> None:
    with app.app_context():
        pia, leo = make_agent("Pia", Role.PRIVACY_OFFICER), make_agent("Leo", Role.LEGAL)
        service.export_backup("CN")
        with pytest.raises(BackupError):
            service.export_backup("SG")
    runner = app.test_cli_runner()
    refused = runner.invoke(args=["backup", str(tmp_path / "b"), "--region", "sg"])
    assert refused.exit_code == 1
    assert "approved gate" in refused.output
    assert not (tmp_path / "b").exists()
    with app.app_context():
        _approved(pia, leo)
        service.export_backup("SG")
        with pytest.raises(BackupError):
            service.export_backup("US")
        found = select(Event.data).where(Event.action == "backup.exported")
        assert db.session.execute(found).scalar_one()["region"] == "SG"


def test_a_region_is_two_letters() -> None:
    for wrong in ("China", "cn", ""):
        with pytest.raises(ConfigError):
            Config(instance_dir=Path("/x")).with_changes(backup_region=wrong)
