"""What the letters about content reports say, and who may still read them at the moment of sending.

Whoever answers for the content is told what was decided and why; nothing that the reporter typed, and no name, is in
it. A reporter whose address nobody has proved is told reference and state only.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from support.core.actors import Actor
from support.core.clock import utcnow
from support.core.context import settings
from support.core.errors import NotFound
from support.core.words import N_
from support.infringement import moves_reports as moves
from support.infringement import queries_reports as queries
from support.infringement import report_pages
from support.infringement.lifecycle_reports import CaseState, Ground
from support.notifications.models import Purpose
from support.notifications.templates import Template
from support.workorders import queries as orders
from support.workorders.kind import kind_named
from support.workorders.say import moment_words, say

REPORTER, RESPONDENT = "infringement.reporter", "infringement.reported"
Facts = dict[str, Any] | None

REPORTER_NEWS: Mapping[str, tuple[str, str]] = {
    moves.DECIDED: (
        N_("Your content report is decided"),
        N_("Every link of your report is decided. People decided this; no machine did."),
    ),
    moves.APPEALED: (
        N_("An appeal about your content report is heard"),
        N_("Somebody who had no part in the decision looks at it again."),
    ),
    moves.REVEAL: (
        N_("About your name on a content report"),
        N_("Legal has decided whether the other side may know who reported. The reason stands on your report's page."),
    ),
}  # fmt: skip
RESPONDENT_NEWS: Mapping[CaseState, tuple[str, str]] = {
    CaseState.REMOVED: (
        N_("Content of yours was removed"),
        N_("Content that you answer for was reported, and we had it removed. People decided this; no machine did."),
    ),
    CaseState.KEPT: (
        N_("Reported content of yours stays"),
        N_("Content that you answer for was reported. We looked at it, and it stays."),
    ),
    CaseState.APPEAL: (
        N_("An appeal about content of yours is heard"),
        N_("Somebody who had no part in the decision looks at it again."),
    ),
    CaseState.RESTORED: (
        N_("Content of yours is restored"),
        N_("The platform says that the content is back."),
    ),
}  # fmt: skip


def reporter_facts(ids: dict[str, Any], reader: Actor) -> Facts:
    """Facts for who reported; None for anybody else. Links and reasons only to an address that was proved."""
    try:
        report = queries.report_by_id(ids["report"])
    except NotFound:
        return None
    order = orders.order_by_id(report.order_id)
    party = orders.party_of(reader, order)
    if reader.id != report.person_id or party is None:
        return None
    proved = party.contact_id is None or party.proved_at is not None
    what, lines = ids["what"], report_pages.lines_of(report) if proved else []
    title, news = REPORTER_NEWS[what]
    link = f"{settings().public_url}/orders/{order.reference}"
    if reader.kind == "guest":
        link = f"{settings().public_url}/follow?reference={order.reference}"
    shown = what == moves.REVEAL and proved
    return {
        "what": what,
        "title": title,
        "news": news,
        "lines": lines if what == moves.DECIDED else [],
        "reveal": shown,
        "reveal_reason": queries.reveal_reason(report) if shown else "",
        "reveal_at": moment_words(report.reveal_at) if shown and report.reveal_at else "",
        "reference": order.reference,
        "next": say(kind_named(order.kind).sentence(order, "requester", utcnow()), reader=reader),
        "link": link,
    }


def respondent_facts(ids: dict[str, Any], reader: Actor) -> Facts:
    """Facts for who answers for a link: a statement of reasons; None for anybody else."""
    try:
        case = queries.case_by_id(ids["content"])
    except NotFound:
        return None
    if reader.id is None or reader.id != case.person_id or case.told_at is None:
        return None
    what = CaseState(ids["what"])
    title, news = RESPONDENT_NEWS[what]
    guest = reader.kind == "guest"
    return {
        "what": what.value,
        "title": title,
        "news": news,
        "url": "" if guest else queries.url_of(case),
        "ground": Ground(case.ground).title if case.ground and not guest else "",
        "reason": "" if guest or what is CaseState.APPEAL else queries.reason_of(case),
        "next": say(report_pages.next_of(case, utcnow()), reader=reader),
        "guest": guest,
        "link": f"{settings().public_url}/reports/answers/{case.uid}{'/open' if guest else ''}",
    }


TEMPLATES = (
    Template(REPORTER, Purpose.ORDERS, N_("News of your content report"), reporter_facts),
    Template(
        RESPONDENT,
        Purpose.ORDERS,
        N_("News of a report about content of yours"),
        respondent_facts,
    ),
)
