"""What the desk's pages of deletion requests show."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from flask_babel import gettext
from flask_wtf import FlaskForm

from support.accounts import queries as people
from support.core.actors import Actor
from support.core.clock import utcnow
from support.erasure import policy, queries, queries_plan, queries_told, rules, service_mentions
from support.erasure.asking_pages import asking_page
from support.erasure.forms import DecisionForm, ExtensionForm, proposal_form
from support.erasure.kind import due_of
from support.erasure.lifecycle import PROVED, SEARCHED, ErasureState
from support.erasure.models import Erasure
from support.erasure.proof_pages import step_lines
from support.erasure.queries_plan import Planned
from support.policies.data_classes import rule_named
from support.policies.sharing_pages import partner_name
from support.workorders import queries as orders
from support.workorders.say import say
from support.workorders.why import line_of

_MINUTE = timedelta(minutes=1)
_TO_DECIDE = frozenset({ErasureState.REVIEW, ErasureState.EXTENDED})
Row = dict[str, Any]


def listed(rows: Sequence[Erasure]) -> list[Row]:
    """Return the lines of the list."""
    now = utcnow()
    references = orders.references_of({row.order_id for row in rows})
    return [
        {
            "uid": row.uid,
            "reference": references[row.order_id],
            "ground": rules.ground_of(row.ground).title,
            "status": row.status,
            "at": row.at,
            "until": _last_minute(row),
            "late": row.due_at is not None and row.due_at <= now,
        }
        for row in rows
    ]


def desk_page(actor: Actor, row: Erasure, forms: Mapping[str, FlaskForm], now: datetime) -> Row:
    """Return what the page of one request shows, and the forms of what its reader may decide."""
    order = orders.order_by_id(row.order_id)
    due, may = due_of(row), acts_of(actor, row)
    plan = []
    if row.status in _TO_DECIDE:
        plan = held(queries_plan.plan_of(row.person_id, now, row.scope))
    proposal = forms.get("proposal") or proposal_form(plan)
    return {
        "reference": order.reference,
        "ground": rules.ground_of(row.ground),
        "region": rules.REGIONS.get(row.region),
        "scope": [gettext(rule_named(code).title) for code in row.scope],
        "until": _last_minute(row),
        "late": row.due_at is not None
        and row.due_at <= now
        and row.status in _TO_DECIDE | SEARCHED,
        "why": [say(line_of(step)) for step in due.steps] if due is not None else [],
        "plan": plan,
        "lines": [(line, rule_named(line.data_class)) for line in queries.lines_of(row)],
        "refusals": rules.REFUSALS,
        "step_lines": step_lines(queries.steps_of(row)),
        "told": queries_told.platform_told(row),
        "partners": _partners(row),
        "remark": queries.remark_of(row),
        "names": people.names({row.decided_by or 0, row.approved_by or 0} - {0}),
        "may": may,
        "proposal": proposal,
        "mentions": service_mentions.shown(row) if "propose" in may or "decide" in may else [],
        "extension": forms.get("extension") or ExtensionForm(),
        "decision": forms.get("decision") or DecisionForm(),
        **asking_page(actor, row, forms),
    }


def _partners(row: Erasure) -> list[tuple[str, str]]:
    """Return whom the desk tells by hand once a deletion was agreed to: what they are called, and where to write."""
    if row.status not in PROVED:
        return []
    found = queries_told.partners_to_tell(row)
    return [(partner_name(each, each.code), each.contact) for each in found]


def held(plan: Sequence[Planned]) -> list[Planned]:
    """Return the classes in which anything stands."""
    return [each for each in plan if each.found]


def acts_of(actor: Actor, row: Erasure) -> list[str]:
    """Return what this reader may do with a request now."""
    may = []
    if row.status in _TO_DECIDE and actor.has(*policy.DECIDERS):
        may = ["propose"] if row.extended_at is not None else ["propose", "extend"]
    if row.status is ErasureState.MATCHING and actor.has(*policy.DECIDERS):
        may = ["match"]
    if row.status is ErasureState.UNFOUND and policy.may_approve(actor, row.decided_by):
        may = ["decide_early"]
    if row.status is ErasureState.PROPOSED and policy.may_approve(actor, row.decided_by):
        may = ["decide"]
    return may


def unstaffed() -> list[str]:
    """Return what nobody could do now: "propose", "approve" (another person)."""
    deciders = {one.id for role in policy.DECIDERS for one in people.staff(role)}
    desk = {one.id for role in policy.DESK for one in people.staff(role)}
    seats = {"propose": bool(deciders), "approve": len(desk) > 1}
    return [seat for seat, held_by in seats.items() if not held_by]


def _last_minute(row: Erasure) -> datetime | None:
    return row.due_at - _MINUTE if row.due_at is not None else None
