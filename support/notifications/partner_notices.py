"""What those who keep the register of partners are told: a contract ends soon, and then nothing goes there any more."""

from __future__ import annotations

from typing import Any

from flask_babel import format_date

from support.accounts import queries as people
from support.core.actors import SYSTEM, Actor
from support.core.clock import utcnow
from support.core.errors import NotFound
from support.core.outbox import Subscription
from support.core.words import N_
from support.notifications.models import Channel, Purpose
from support.notifications.service import tell
from support.notifications.templates import Template
from support.policies import queries_partners as partners
from support.policies.models_partners import Partner
from support.policies.policy_sharing import KEEPERS
from support.policies.service_partners import ENDS
from support.policies.today import today

CONTRACT = "notifications.partner_contract"


def _ending(ids: dict[str, Any]) -> Partner | None:
    """Return the partner whose contract ends as the news says; None once it was renewed, or has ended."""
    try:
        partner = partners.partner_for(SYSTEM, ids["partner"])
    except NotFound:
        return None
    if partner.ends is None or partner.ends < today(utcnow()):
        return None
    return partner if str(partner.ends) == ids["ends"] else None


def _contract_facts(ids: dict[str, Any], reader: Actor) -> dict[str, Any] | None:
    """Nothing for who does not keep the register (any more)."""
    partner = _ending(ids)
    if partner is None or partner.ends is None or not reader.has(*KEEPERS):
        return None
    chinese = reader.language.startswith("zh")
    return {
        "name": partner.name_zh if chinese else partner.name_en,
        "day": format_date(partner.ends, "long"),
        "uid": partner.uid,
    }


def tell_keepers(payload: dict[str, Any]) -> None:
    """Tell everybody who keeps the register. Safe to run twice."""
    ids = {"partner": payload["partner"], "ends": payload["ends"]}
    for keeper in people.all_staff() if _ending(ids) else []:
        if not keeper.disabled and KEEPERS & set(keeper.roles):
            tell(keeper.id, CONTRACT, about="system", key=payload["key"], ids=ids)


HOOKS: tuple[object, ...] = (
    Subscription(ENDS, tell_keepers),
    Template(
        CONTRACT,
        Purpose.ORDERS,
        N_("A contract with a partner ends soon"),
        _contract_facts,
        frozenset({Channel.MAIL, Channel.INBOX}),
        "/desk/partners/{uid}",
    ),
)
