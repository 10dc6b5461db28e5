"""What the ledger of sharing keeps of people: what was given of them, under a number alone."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import func, select

from support.core.db import db
from support.core.holders import Holder, Item, Measure, NotPersonal, count_of, deleting
from support.core.web_parts import words as gettext
from support.core.words import N_
from support.policies.data_classes import Class
from support.policies.models_grants import AccessGrant
from support.policies.models_sharing import Sharing
from support.policies.queries_partners import partners_with
from support.policies.sharing_pages import data_words, recipient_words


def _rows(person_id: int) -> Iterator[Item]:
    found = select(Sharing).where(Sharing.person_id == person_id).order_by(Sharing.id)
    rows = db.session.execute(found).scalars().all()
    partners = partners_with([row.partner for row in rows])
    for row in rows:
        fields: dict[str, str] = {
            N_("Given to"): recipient_words(row, partners),
            N_("What was given"): data_words(row.what),
            N_("What for"): gettext(row.why.title),
            N_("Basis"): f"{gettext(row.ground.title)} ({row.ground.source})",
            N_("Decided by"): gettext(row.decided.title),
        }
        if row.reference:
            fields[N_("Work order")] = row.reference
        yield Item(row.how.title, row.at, fields)


def _grants(person_id: int) -> Iterator[Item]:
    found = select(AccessGrant).where(AccessGrant.person_id == person_id).order_by(AccessGrant.id)
    for grant in db.session.execute(found).scalars():
        fields: dict[str, str | int | datetime | None] = {
            N_("Who may read it"): grant.grantee,
            N_("What they may read"): data_words(grant.what),
            N_("Until"): grant.revoked_at or grant.ends_at,
            N_("Reads"): grant.reads,
        }
        yield Item(N_("Access that you give"), grant.at, fields)


def _newest(person_id: int) -> datetime | None:
    newest = select(func.max(Sharing.at)).where(Sharing.person_id == person_id)
    at: datetime | None = db.session.execute(newest).scalar_one()
    return at


HOLDERS: tuple[Holder | NotPersonal, ...] = (
    Holder(
        code="policies.sharing",
        title=N_("Records of sharing"),
        data_class=Class.SHARING,
        columns={
            "sharing": "key person_id kind partner recipient data aim basis approval reference"
        },
        count=lambda person_id: count_of(Sharing, Sharing.person_id == person_id),
        collect=_rows,
        measures={Measure.KEEP: lambda removal: 0},
        since=_newest,
    ),
    Holder(
        code="policies.grants",
        title=N_("Access that you give"),
        data_class=Class.TRACES,
        columns={"access_grant": "uid person_id grantee data nonce"},
        count=lambda person_id: count_of(AccessGrant, AccessGrant.person_id == person_id),
        collect=_grants,
        measures={Measure.ERASE: deleting(AccessGrant)},
    ),
    NotPersonal(
        {
            "sharing_gate": "uid receiver kind region data aim basis necessity assessment ends state words"
        }
    ),
    NotPersonal(
        # Organisations: where they take requests for deletion is no person's own address.
        {
            "partner": "uid code name_en name_zh contact region role data aim basis assessment"
            " starts ends told_end"
        }
    ),
)
