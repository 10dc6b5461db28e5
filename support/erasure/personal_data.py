"""What this room keeps of people: that they asked, the proof, and copies that they asked for; no word of theirs."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import select

from support.core.db import db
from support.core.holders import Holder, Item, Measure, NotPersonal, count_of
from support.core.words import N_
from support.erasure.models_copies import DataCopy
from support.erasure.service_copies import erase_copies
from support.policies.data_classes import Class


def copies(person: int) -> Iterator[Item]:
    """Yield each copy that somebody asked for; what is in it stands elsewhere."""
    mine = select(DataCopy).where(DataCopy.person_id == person).order_by(DataCopy.id)
    for row in db.session.execute(mine).scalars():
        ends = {N_("Made at"): row.ready_at, N_("Deleted here at"): row.ends_at}
        yield Item(N_("A copy of your data"), row.asked_at, ends)


HOLDERS = (
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
        }
    ),
)
"""The row is the evidence of a deletion under a number alone (SZ 25); a remark is the desk's."""
