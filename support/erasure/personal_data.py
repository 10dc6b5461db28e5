"""What this room keeps of people: that they asked, the proof, and copies that they asked for; no word of theirs."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import select

from support.core.db import db
from support.core.holders import Holder, Item, Measure, NotPersonal, Removal, count_of
from support.core.words import N_
from support.erasure import queries_asking, service_retention
from support.erasure.models import Erasure
from support.erasure.models_asking import Asking
from support.erasure.models_copies import DataCopy
from support.erasure.service_copies import erase_copies
from support.policies.data_classes import Class


def copies(person: int) -> Iterator[Item]:
    """Yield each copy that somebody asked for; what is in it stands elsewhere."""
    mine = select(DataCopy).where(DataCopy.person_id == person).order_by(DataCopy.id)
    for row in db.session.execute(mine).scalars():
        ends = {N_("Made at"): row.ready_at, N_("Deleted here at"): row.ends_at}
        yield Item(N_("A copy of your data"), row.asked_at, ends)


def askings(person: int) -> Iterator[Item]:
    """Yield what somebody wrote to ask for deletion without signing in."""
    mine = select(Erasure, Asking).join(Asking, Asking.erasure_id == Erasure.id)
    found = mine.where(Asking.asker_id == person, Asking.sealed.is_not(None)).order_by(Asking.id)
    for row, _asking in db.session.execute(found).all():
        asked = queries_asking.asked_in(row)
        if asked is not None:
            fields: dict[str, str | int | datetime | None] = {
                N_("Your name"): asked.name,
                N_("Whose data it is"): asked.subject,
                N_("How the account is found"): " · ".join(asked.handles),
                N_("What it is needed for"): asked.purpose,
            }
            title = N_("Asking for deletion without signing in")
            yield Item(title, row.at, {label: said for label, said in fields.items() if said})


def erase_askings(removal: Removal) -> int:
    """Let go of what the person wrote; that they asked stays under a number alone."""
    return service_retention.forget(Asking.asker_id == removal.person_id)


HOLDERS = (
    Holder(
        code="erasure.askings",
        title=N_("Asking for deletion without signing in"),
        data_class=Class.IDENTITY,
        columns={"erasure_asking": "sealed blind"},
        count=lambda person_id: count_of(
            Asking, Asking.asker_id == person_id, Asking.sealed.is_not(None)
        ),
        collect=askings,
        measures={Measure.ERASE: erase_askings},
        streams=lambda person_id: service_retention.streams(person_id),
    ),
    Holder(
        code="data_copy",
        title=N_("Copies of your data"),
        data_class=Class.TRACES,
        columns={"data_copy": "uid person_id state language run"},
        count=lambda person_id: count_of(DataCopy, DataCopy.person_id == person_id),
        collect=copies,
        measures={Measure.ERASE: erase_copies},
    ),
    NotPersonal(
        {
            # `identity` is there only while a deletion is carried out, and ends with the person's key.
            "erasure": "uid order_id person_id state ground scope region extension remark receipt identity",
            "erasure_line": "data_class measure reason",
            "erasure_step": "code measure note",
            "erasure_mention": "kind spans blind",
            "erasure_asking": "about check_uid refusal",
        }
    ),
)
"""The row is the evidence of a deletion under a number alone (SZ 25); a remark is the desk's."""
