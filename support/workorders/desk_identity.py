"""The panel beside an order that says who is asking: the steps of its check, and what is locked until it ends well."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import url_for

from support.assurance.policy import ACTS, Act
from support.core.actors import Actor
from support.core.lifecycle import State
from support.core.web_parts import words as gettext
from support.core.words import N_
from support.verification import queries, queries_payments, service_reviews
from support.verification.goal import steps_of
from support.verification.lifecycle import ENDED, Aftermath, CheckState
from support.verification.models import Check
from support.verification.policy import REVIEWERS
from support.workorders.models import WorkOrder

_PASSED_TO_SECOND = (CheckState.APPROVAL, CheckState.HELD, CheckState.STOPPED, CheckState.DONE)

_LOCKED = N_("Locked until it is proved: %(act)s")
_ACT: Mapping[State, str] = {
    CheckState.DONE: N_("Done: %(act)s"),
    Aftermath.DOUBTED: N_("Done, and to be looked at again: %(act)s"),
    Aftermath.UNDONE: N_("Taken back: %(act)s"),
}


def identity_of(actor: Actor, order: WorkOrder) -> dict[str, Any] | None:
    """Return what the panel shows; None where nobody was asked to show who they are."""
    check = queries.check_by_uid(order.identity_check) if order.identity_check else None
    if check is None:
        return None
    standing = queries_payments.standing(check)
    reviews = actor.has(*REVIEWERS) and actor.id not in (check.asker_id, check.subject_id)
    return {
        "state": standing,
        "act": gettext(_ACT.get(standing, _LOCKED), act=gettext(ACTS[Act(check.act)].title)),
        "done": check.state == CheckState.DONE and standing != Aftermath.UNDONE,
        "ended": check.state in ENDED,
        "steps": _steps(check),
        "unstaffed": check.status in service_reviews.SEAT_OF and bool(queries.unstaffed_seats()),
        "review_url": url_for("reviews.show", uid=check.uid) if reviews else None,
    }


def _steps(check: Check) -> list[dict[str, Any]]:
    done = queries.steps_done(check)
    given = [
        (
            gettext(step.desk),
            done[step.code],
            gettext(note) if (note := step.desk_note(check)) else None,
        )
        for step in steps_of(check)
        if done[step.code] or not step.optional
    ]
    given += [
        (gettext("Evidence"), done["evidence"] or check.given_at is not None, None),
        (gettext("Verifier"), check.state in _PASSED_TO_SECOND, None),
        (
            gettext("Second person"),
            check.state in (CheckState.HELD, CheckState.STOPPED, CheckState.DONE),
            None,
        ),
    ]
    left = [place for place, step in enumerate(given) if not step[1]]
    now = left[0] if left and check.state not in ENDED else len(given)
    return [
        {
            "title": title,
            "text": text,
            "state": "done" if step_done else "now" if place == now else "next",
        }
        for place, (title, step_done, text) in enumerate(given)
    ]
