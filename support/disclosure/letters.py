"""What the letters about penalties say, and who may still read them at the moment of sending."""

from __future__ import annotations

from typing import Any

from support.core.actors import Actor
from support.core.context import settings
from support.core.errors import NotFound
from support.core.words import N_
from support.disclosure import penalty_pages, queries
from support.disclosure.lifecycle import UNSEEN
from support.notifications.models import Purpose
from support.notifications.templates import Template

PENALTY = "disclosure.penalty"

TITLES = {
    "told": N_("A penalty against your account, and how to appeal"),
    "appealed": N_("We have your appeal"),
    "upheld": N_("Your appeal was dismissed"),
    "overturned": N_("A penalty against your account is set aside"),
    "published": N_("The penalty is published"),
    "corrected": N_("What is published about a penalty was corrected"),
}


def penalty_facts(ids: dict[str, Any], reader: Actor) -> dict[str, Any] | None:
    """Facts for the member whom it is about; None for anybody else."""
    try:
        row = queries.penalty_by_id(ids["penalty"])
    except NotFound:
        return None
    if reader.id != row.person_id or row.status in UNSEEN:
        return None
    what, appeal = ids["what"], queries.appeal_of(row)
    term = queries.appeal_term(row) if what == "told" else None
    if appeal is not None and what == "appealed":
        term = queries.decision_term(appeal)
    stands = what in ("published", "corrected")
    previews = penalty_pages.previews(queries.wording_of(row), personal=row.personal)
    answer = queries.opened(row, "answer", appeal.answer) if appeal else ""
    remark = queries.opened(row, "remark", row.remark) if what == "overturned" else ""
    return {
        "what": what,
        "title": TITLES[what],
        "previews": previews if stands or what == "told" else [],
        "reasons": queries.opened(row, "reasons", row.reasons) if what == "told" else "",
        "answer": (answer or remark) if what in ("upheld", "overturned") else "",
        "until": penalty_pages.before_midnight(term.at if term else None),
        "ends": penalty_pages.before_midnight(row.ends_at) if stands else None,
        "months": row.months,
        "why": penalty_pages.why(term, reader=reader),
        "zone": reader.timezone,
        "link": f"{settings().public_url}/account/penalties/{row.uid}",
    }


TEMPLATES = (
    Template(PENALTY, Purpose.ORDERS, N_("Penalties against your account"), penalty_facts),
)
