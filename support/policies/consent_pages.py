"""What the member's pages show: the version that binds them, and the ledger of their consents."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from support.policies import queries_consents, queries_revisions
from support.policies.models import ConsentAct, PolicyVersion, Purpose
from support.policies.purposes import CONSENTS, WAYS
from support.policies.revision_pages import about, day_words, difference, name_of

Row = dict[str, Any]


def own_version(person_id: int, now: datetime, code: str) -> Row:
    """Return which version binds somebody, and, where one waits for their answer, what it would change."""
    standing = queries_consents.standing(person_id, now)
    facts: Row = {
        "standing": standing,
        "bound": _named(standing.bound),
        "current": _named(standing.current),
        "coming": [_named(each) for each in queries_revisions.coming(now)],
        "code": code,
    }
    if standing.cut is not None and standing.bound is not None and standing.current is not None:
        facts["about"] = about(standing.cut, code)
        facts["difference"] = difference(standing.bound, standing.current, code)
    cut = standing.cut or (queries_consents.last_cut(now) if standing.may_refuse else None)
    return facts | {"cut_id": cut.id if cut else None}


def _named(version: PolicyVersion | None) -> Row | None:
    if version is None:
        return None
    return {
        "id": version.id,
        "label": version.label,
        "name": name_of(version),
        "day": day_words(version.effective_from),
        "shrinks": version.shrinks,
    }


def ledger(person_id: int, now: datetime) -> Row:
    """Return what the ledger shows somebody: the consents of each purpose, what they were told of and refused."""
    entries = queries_consents.ledger(person_id)
    given = [each for each in entries if each.act is ConsentAct.ACCEPTED]
    return {
        "bound": _named(queries_consents.standing(person_id, now).bound),
        "purposes": [
            {
                "code": purpose.value,
                "title": words.title,
                "follows": words.follows,
                "standing": any(one.withdrawn_at is None for one in rows),
                "service": purpose is Purpose.SERVICE,
                "rows": [_entry(one) for one in rows],
            }
            for purpose, words in CONSENTS.items()
            if (rows := [one for one in given if one.purpose is purpose])
        ],
        "told": [_entry(each) for each in entries if each.act is ConsentAct.INFORMED],
        "refused": queries_consents.refusals(person_id),
    }


def _entry(one: queries_consents.Entry) -> Row:
    return {
        "label": one.label,
        "sample": one.sample,
        "how": WAYS.get(one.how, ""),
        "at": one.at,
        "withdrawn_at": one.withdrawn_at,
    }
