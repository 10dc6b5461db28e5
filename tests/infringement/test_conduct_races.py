"""Two at once about one person: whoever comes second sees what the first one did."""

from __future__ import annotations

from threading import Event, Thread

from support.core.actors import Actor, Role
from support.core.db import db, transaction
from support.core.errors import NotAllowed
from support.infringement import queries_conduct as known
from support.infringement import service_appeals, service_conduct
from support.infringement.conduct import StepState
from support.infringement.models_conduct import ConductAppeal, ConductStep
from tests.infringement.conduct_world import proposed, warned
from tests.infringement.world import NoticeWorld
from tests.workorders.desk_world import make_agent

LOOK = 0.5
"""Seconds for the second one to come as far as the first one lets it."""


def test_a_suspension_is_not_approved_on_a_warning_that_is_lifted_at_the_same_moment(
    world: NoticeWorld,
) -> None:
    warning = warned(world, world.hana)
    step = proposed(world, world.hana)
    appeal = service_appeals.appeal_step(world.hana, warning, words="It is wrong.", now=world.now)
    lin, step_id, appeal_id, now = make_agent("Lin", Role.LEGAL), step.id, appeal.id, world.now
    db.session.remove()
    lifted, answer = Event(), list[str]()

    def lift(lin: Actor) -> None:
        with world.app.app_context(), transaction():
            own = db.session.get_one(ConductAppeal, appeal_id)
            service_appeals.decide_appeal(
                lin, own, upheld=True, words="You are right.", version=own.version, now=now
            )
            lifted.set()
            approving.join(LOOK)  # what was lifted is not there for others yet

    def approve() -> None:
        with world.app.app_context():
            lifted.wait(10)
            own = db.session.get_one(ConductStep, step_id)
            try:
                service_conduct.decide_suspension(
                    world.lena, own, approve=True, version=own.version, now=now
                )
            except NotAllowed as refusal:
                answer.append(str(refusal))

    approving, lifting = Thread(target=approve), Thread(target=lift, args=(lin,))
    lifting.start()
    approving.start()
    lifting.join()
    approving.join()
    assert len(answer) == 1, "the second one is told why not"
    states = {one.kind: one.status for one in known.steps_of(world.hana.id or 0)}
    assert states == {"warning": StepState.LIFTED, "suspension": StepState.PROPOSED}
