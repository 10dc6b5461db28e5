"""What the pages of sharing and of partners show, in the language of the page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from flask import url_for
from flask_babel import format_date

from support.core.clock import utcnow
from support.core.context import settings
from support.core.web_countries import country_name
from support.core.web_parts import page_language
from support.core.web_parts import words as gettext
from support.core.words import N_
from support.policies import queries_partners as queries
from support.policies.models_partners import Partner
from support.policies.models_sharing import Sharing
from support.policies.queries_gates import export_gate_to, gate_by_id
from support.policies.sharing_words import HOME, Data
from support.policies.today import today

Row = dict[str, Any]
ENDED_TITLE = N_("A contract has ended: nothing is sent to %(partner)s")
ENDED_TEXT = N_(
    "What should go there waits for a day and then fails. "
    "Renew the contract, or use another service."
)
_NO_GATE = N_("abroad, without a gate")
_UNSAID = N_("not written down yet")


def partner_name(partner: Partner | None, code: str) -> str:
    """Return what a partner is called: its name, else what its door does, else its code."""
    if partner is not None:
        own = partner.name_zh if page_language() == "zh" else partner.name_en
        if own:
            return own
    door = queries.door_of(code)
    return gettext(door.title) if door is not None else code


def data_words(data: Sequence[Data]) -> str:
    """Return what was given, as a list in words."""
    return " · ".join(gettext(each.title) for each in data)


def region_words(code: str) -> str:
    """Return where a partner keeps the data."""
    return country_name(code) if code else gettext(_UNSAID)


def recipient_words(row: Sharing, partners: Mapping[str, Partner]) -> str:
    """Return who got it."""
    if row.who is not None:
        return gettext(row.who.title)
    return partner_name(partners.get(row.partner), row.partner)


def ledger(rows: Sequence[Sharing]) -> list[Row]:
    """Return rows of the ledger as they are drawn."""
    partners = queries.partners_with([row.partner for row in rows if row.partner])
    return [
        {
            "at": row.at,
            "to": recipient_words(row, partners),
            "how": gettext(row.how.title),
            "what": data_words(row.what),
            "why": gettext(row.why.title),
            "basis": gettext(row.ground.title),
            "source": row.ground.source,
            "decided": gettext(row.decided.title),
            "own": row.approved_by is None,
            "by": row.approved_by,
            "reference": row.reference,
        }
        for row in rows
    ]


def partner_row(partner: Partner, now: datetime) -> Row:
    """Return one partner as lists and its own page draw it."""
    return {
        "uid": partner.uid,
        "name": partner_name(partner, partner.code),
        "state": partner.state_on(today(now)),
        "complete": partner.complete,
        "role": gettext(partner.part.title),
        "what": data_words(partner.what),
        "why": gettext(partner.why.title),
        "basis": gettext(partner.ground.title),
        "source": partner.ground.source,
        "region": region_words(partner.region),
        "abroad": partner.abroad,
        "gate": gate_by_id(partner.gate_id) if partner.gate_id else None,
        "gated": not partner.abroad or queries.has_gate(partner, now),
        "door": queries.door_of(partner.code),
        "starts": format_date(partner.starts, "long") if partner.starts else "",
        "ends": format_date(partner.ends, "long") if partner.ends else "",
        "row": partner,
    }


def stores() -> list[Row]:
    """Return where each store of this installation stands, and whether a gate lets data go there."""
    config, now = settings(), utcnow()
    return [_store(title, region, now) for title, region in (
        (N_("Database"), config.database_region),
        (N_("Files"), config.files_region),
        (N_("Backups"), config.backup_region),
        (N_("Messages that leave"), config.outgoing_region),
    )]  # fmt: skip


def _store(title: str, region: str, now: datetime) -> Row:
    words, gate = region_words(region), export_gate_to(region, now) if region != HOME else None
    note = ""
    if region != HOME:
        found = {"number": gate.number} if gate else {}
        note = gettext(N_("abroad, by gate %(number)s") if gate else _NO_GATE, **found)
    return {"title": gettext(title), "region": words, "note": note, "bad": bool(note) and not gate}


def our_partners() -> list[Row]:
    """Return, for everybody who has an account, the services whose contract is in force."""
    now = utcnow()
    return [
        partner_row(each, now) for each in queries.all_partners() if queries.is_in_force(each, now)
    ]


def notices() -> list[tuple[str, str, str]]:
    """Return what stands on the administrators' page while a door is shut: (title, text, address)."""
    return [
        (
            gettext(ENDED_TITLE, partner=partner_name(each, each.code)),
            gettext(ENDED_TEXT),
            url_for("partners.show", uid=each.uid),
        )
        for each in queries.shut_doors(utcnow())
    ]
