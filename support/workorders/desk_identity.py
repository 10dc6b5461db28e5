"""The panel beside an order that says who is asking: the steps of its check, and what is locked until it ends well."""

from __future__ import annotations

from typing import Any

from flask import url_for

from support.assurance.policy import ACTS, Act
from support.core.actors import Actor
from support.core.web_parts import words as gettext
from support.verification import queries, service_reviews
from support.verification.goal import steps_of
from support.verification.lifecycle import ENDED, CheckState
from support.verification.models import Check
from support.verification.policy import REVIEWERS
from support.workorders.models import WorkOrder

_PASSED_TO_SECOND = (CheckState.APPROVAL, CheckState.HELD, CheckState.STOPPED, CheckState.DONE)


def identity_of(actor: Actor, order: WorkOrder) -> dict[str, Any] | None:
    """Return what the panel shows; None where nobody was asked to show who they are."""
    check = queries.check_by_uid(order.identity_check) if order.identity_check else None
    if check is None:
        return None
    reviews = actor.has(*REVIEWERS) and actor.id not in (check.asker_id, check.subject_id)
    return {
        "state": check.status,
        "act": gettext(
            "Locked until it is proved: %(act)s", act=gettext(ACTS[Act(check.act)].title)
        )
        if check.state != CheckState.DONE
        else gettext("Done: %(act)s", act=gettext(ACTS[Act(check.act)].title)),
        "done": check.state == CheckState.DONE,
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
    now = next((place for place, step in enumerate(given) if not step[1]), len(given))
    return [
        {
            "title": title,
            "text": text,
            "state": "done" if step_done else "now" if place == now else "next",
        }
        for place, (title, step_done, text) in enumerate(given)
    ]
