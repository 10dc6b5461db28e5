"""What somebody is told of their conduct: a warning, a suspension and its end, the fast lane, an appeal decided.

The letter names the grounds and the next date; what a person of legal wrote stands on the page alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from support.core.actors import Actor
from support.core.context import settings
from support.core.db import db
from support.core.words import N_
from support.infringement import conduct
from support.infringement.conduct import Side
from support.infringement.models import Notice, Respondent
from support.infringement.models_conduct import ConductAppeal, ConductStep
from support.notifications.models import Purpose
from support.notifications.templates import Template
from support.workorders.queries import order_by_id

CONDUCT = "infringement.conduct"


@dataclass(frozen=True, slots=True)
class News:
    """A heading, what happened, and what can be done; message ids."""

    title: str
    words: str
    then: str = ""


_APPEAL = N_(
    "You can appeal on the page below, within six months; somebody decides who had no part in it. You can also go to "
    "court."
)
NEWS: Mapping[str, Mapping[Side, News]] = {
    "warned": {
        Side.FILER: News(
            N_("A warning about your rights notices"),
            N_(
                "If it goes on, the handling of your notices can be suspended for a time. The warning counts until "
                "%(until)s."
            ),
            _APPEAL,
        ),
        Side.RESPONDENT: News(
            N_("A warning about your content"),
            N_(
                "If it goes on, your account can be suspended for a time. The warning counts until %(until)s."
            ),
            _APPEAL,
        ),
    },
    "suspended": {
        Side.FILER: News(
            N_("The handling of your rights notices is suspended"),
            N_(
                "It is suspended until %(until)s. You can still send notices: they are accepted, and checked after "
                "that. Two people decided this; no machine did."
            ),
            _APPEAL,
        ),
        Side.RESPONDENT: News(
            N_("Your account is suspended"),
            N_(
                "It is suspended until %(until)s. You can still answer rights notices. Two people decided this; no "
                "machine did."
            ),
            _APPEAL,
        ),
    },
    "ended": {
        Side.FILER: News(
            N_("The suspension is over"),
            N_(
                "Your notices are handled again, those too that you sent meanwhile. You need do nothing."
            ),
        ),
        Side.RESPONDENT: News(
            N_("The suspension is over"),
            N_("We have asked the platform to open your account again. You need do nothing."),
        ),
    },
    "lane_lost": {
        Side.FILER: News(
            N_("Your notices left the fast lane"),
            N_(
                "Too many of the links that you named did not stay down. Your notices are handled in their usual turn; "
                "from %(until)s on, the fast lane opens again by itself when your record allows it."
            ),
            _APPEAL,
        ),
    },
}
APPEALED: Mapping[str, News] = {
    "upheld": News(
        N_("Your appeal was upheld"),
        N_(
            "What you appealed against is lifted, or counts no more. The answer is on the page below."
        ),
    ),
    "dismissed": News(
        N_("Your appeal was dismissed"),
        N_("It stays as it was. The answer is on the page below; you can go to court."),
    ),
}


def conduct_facts(ids: dict[str, Any], reader: Actor) -> dict[str, Any] | None:
    """Facts for the person whom a step or an appeal is about; None for anybody else."""
    told = ids["told"]
    row = _row(ids)
    if row is None or reader.id != row.person_id:
        return None
    step = row if isinstance(row, ConductStep) else None
    news = NEWS[told].get(step.about) if step is not None else APPEALED[told]
    if news is None:
        return None
    grounds = conduct.GROUNDS[step.about] if step is not None else {}
    until: datetime | None = step.until_at if step is not None else None
    return {
        "news": news,
        "told": told,
        "until": until,
        "reasons": [grounds[code] for code in step.grounds if code in grounds] if step else [],
        "link": settings().public_url + _path(reader),
        "guest": reader.kind == "guest",
    }


def _row(ids: dict[str, Any]) -> ConductStep | ConductAppeal | None:
    if ids["told"] in APPEALED:
        return db.session.get(ConductAppeal, ids.get("appeal") or 0)
    return db.session.get(ConductStep, ids.get("step") or 0)


def _path(reader: Actor) -> str:
    """Return where the reader sees it: a guest opens a page of theirs with a code first."""
    if reader.kind != "guest":
        return "/account/conduct"
    filed = select(Notice.order_id).where(Notice.person_id == reader.id).order_by(Notice.id.desc())
    if order_id := db.session.execute(filed.limit(1)).scalar_one_or_none():
        return f"/follow?reference={order_by_id(order_id).reference}"
    mine = (Respondent.person_id == reader.id, Respondent.forwarded_at.is_not(None))
    found = select(Respondent.uid).where(*mine).order_by(Respondent.id.desc()).limit(1)
    uid = db.session.execute(found).scalar_one_or_none()
    return f"/notices/answers/{uid}/open" if uid else "/account/conduct"


TEMPLATES = (
    Template(CONDUCT, Purpose.ORDERS, N_("News about your rights notices"), conduct_facts),
)
