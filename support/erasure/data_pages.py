"""What the console's pages about one's own data show."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import url_for
from flask_babel import format_decimal
from flask_babel import gettext as _

from support.accounts.console import ConsoleEntry
from support.core.actors import Actor
from support.core.clock import utcnow
from support.core.context import hooks
from support.core.holders import Measure
from support.core.web_nav import NavItem
from support.core.words import N_
from support.erasure import queries_plan
from support.erasure.models_copies import UNFINISHED, CopyState, DataCopy
from support.erasure.queries_plan import Planned
from support.policies.data_classes import Class
from support.policies.retention_pages import months_words

_MEGABYTE = 1024**2

PAGES: Mapping[Class, tuple[str, ...]] = {
    Class.ACCOUNT: ("accounts.contacts", "accounts.factor", "accounts.other_accounts"),
    Class.PROFILE: ("accounts.profile", "accounts.contact_persons"),
    Class.SIGN_INS: ("accounts.sessions", "accounts.sign_ins"),
    Class.IDENTITY: ("realname.index", "checks.index"),
    Class.ORDERS: ("workorders.index",),
    Class.MESSAGES: ("notifications.notices",),
    Class.RIGHTS: ("notices.parts",),
    Class.CONDUCT: ("conduct.mine",),
    Class.PENALTIES: ("own_penalties.index",),
}
"""Where each class is seen whole, and changed, by the endpoints of the console and the navigation."""
_FOR_GUESTS = frozenset({"workorders.index"})

ON_REQUEST = {
    Measure.ERASE: N_("When you ask for it, it is deleted."),
    Measure.ANONYMISE: N_(
        "When you ask for it, your words and your name are taken out; the case itself stays, without you."
    ),
    Measure.RESTRICT: N_(
        "When you ask for it, it is locked away for as long as the law says, and deleted after that."
    ),
    Measure.KEEP: N_("It stays for as long as the law says."),
}


def shown(actor: Actor) -> dict[str, Any]:
    """Return what is kept about somebody, class by class; what holds nothing is named in one line."""
    assert actor.id is not None
    plan = queries_plan.plan_of(actor.id, utcnow())
    titles = _titles()
    return {
        "classes": [_class(each, actor, titles) for each in plan if each.found],
        "nothing": [_(each.rule.title) for each in plan if not each.found],
    }


def _titles() -> dict[str, str]:
    """Return how pages are called, by endpoint; those that this installation has not are not there."""
    entries = [(each.endpoint, each.title) for each in hooks(ConsoleEntry) if each.shown()]
    items = [(each.endpoint, each.title) for each in hooks(NavItem) if each.where == "member"]
    return dict(items) | dict(entries)


def _class(each: Planned, actor: Actor, titles: Mapping[str, str]) -> dict[str, Any]:
    rule = each.rule
    links = [
        (url_for(endpoint), _(titles[endpoint]))
        for endpoint in PAGES.get(each.data_class, ())
        if endpoint in titles and (actor.kind != "guest" or endpoint in _FOR_GUESTS)
    ]
    return {
        "title": _(rule.title),
        "holds": _(rule.holds),
        "found": each.found,
        "stores": [(_(title), number) for title, number in each.stores if number],
        "on_request": _(ON_REQUEST[each.measure]),
        "term": months_words(rule.months) if rule.months else "",
        "reason": _(rule.reason) if rule.reason and rule.months else "",
        "basis": rule.basis,
        "until": each.until,
        "held": each.held,
        "links": links,
    }


def copy_line(row: DataCopy) -> dict[str, Any]:
    """Return one copy as its page shows it."""
    ready = row.status is CopyState.READY
    return {
        "uid": row.uid,
        "status": row.status,
        "asked_at": row.asked_at,
        "ends_at": row.ends_at if ready else None,
        "size": _size(row.bytes) if ready else "",
        "ready": ready,
        "running": row.status in UNFINISHED,
        "done": min(row.done, row.total),
        "total": row.total,
    }


def _size(count: int) -> str:
    return f"{format_decimal(max(count / _MEGABYTE, 0.1), format='#,##0.0')} MB"
