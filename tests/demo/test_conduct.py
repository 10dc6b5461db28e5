"""The demo shows conduct, content reports and penalties, some of them to be decided."""

from __future__ import annotations

from pathlib import Path

from flask import Flask
from sqlalchemy import delete, select

from demo.load import load_demo
from support.accounts import queries as accounts
from support.core.actors import Role
from support.core.clock import utcnow
from support.core.db import db, transaction
from support.disclosure.lifecycle import PenaltyState
from support.disclosure.models import Penalty
from support.infringement import queries_conduct as known
from support.infringement.conduct import StepKind, StepState
from support.infringement.lifecycle_reports import CaseState
from support.infringement.models_conduct import ConductAppeal
from support.infringement.models_reports import ReportedContent
from support.infringement.service_appeals import took_part
from support.policies.models import PolicyVersion


def test_conduct_reports_and_penalties_have_something_open_and_something_decided(
    app: Flask,
) -> None:
    with app.app_context():
        with transaction() as session:
            session.execute(delete(PolicyVersion))
        assert load_demo(Path(app.instance_path), list)
        watched = {one["name"]: one for one in known.under_watch(utcnow())}
        assert (watched["Sofia Rossi"]["signals"], watched["Sofia Rossi"]["appeals"]) == (2, 1)
        assert (StepKind.SUSPENSION, StepState.PROPOSED) in watched["北岸旧书店"]["steps"]
        mei = accounts.bound_contact("email", "member@example.com")
        assert mei is not None
        assert known.is_fast(mei[0])
        cases = set(db.session.execute(select(ReportedContent.state)).scalars())
        assert cases == {CaseState.CHECK, CaseState.APPEAL}
        penalties = set(db.session.execute(select(Penalty.state)).scalars())
        assert penalties == {PenaltyState.PUBLISHED, PenaltyState.PROPOSED}
        [appeal] = db.session.execute(select(ConductAppeal)).scalars()
        [legal] = [each.id for each in accounts.staff(Role.LEGAL) if each.name == "Xu Lan"]
        assert legal not in took_part(appeal)  # so that the login of legal can decide it
