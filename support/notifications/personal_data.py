"""What this room keeps of people: what was sent to them, and what they want to be told.

A message's words are not kept, but for letters of a case and the files of a demo's door. Of a delivery a shell stays
without its reader: that something left, and when, is evidence for others' cases, and its key keeps the same thing from
being told again.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from email.utils import parseaddr
from typing import Any

from sqlalchemy import String, cast, delete, literal, or_, select, update

from support.accounts import queries as people
from support.accounts import queries_codes
from support.accounts.addresses import normalise_address
from support.accounts.models import Code
from support.core import vault
from support.core.db import changed, db
from support.core.errors import Invalid
from support.core.holders import (
    BATCH,
    Holder,
    Item,
    Measure,
    NotPersonal,
    Removal,
    count_of,
    whole,
)
from support.core.web_parts import words as gettext
from support.core.words import N_
from support.notifications import outgoing, queries
from support.notifications.models import (
    Channel,
    Delivery,
    DeliveryState,
    Preference,
    Purpose,
    SentText,
)
from support.notifications.outgoing import Kept
from support.policies.data_classes import Class

_UNSENT = (DeliveryState.WAITING, DeliveryState.DEAD)


def _theirs(person_id: int) -> Any:
    """Say, as SQL, which deliveries went to somebody: theirs, and those of codes about them, which name nobody."""
    codes = select(literal("code:") + cast(Code.id, String)).where(
        *queries_codes.about_person(person_id)
    )
    return or_(Delivery.person_id == person_id, Delivery.about.in_(codes))


def _sent(person_id: int) -> Iterator[Item]:
    addresses = {one.id: one.address for one in people.contacts_of(person_id)}
    found = select(Delivery).where(_theirs(person_id)).order_by(Delivery.id)
    for row in db.session.execute(found).scalars():
        fields = {
            N_("What"): gettext(queries.title_of(row.template)),
            N_("Sent by"): gettext(Channel(row.channel).title),
            N_("Status"): gettext(DeliveryState(row.state).title),
        }
        if row.contact_id in addresses:
            fields[N_("Address")] = addresses[row.contact_id]
        yield Item(N_("Message"), row.sent_at or row.created_at, fields)


def _choices(person_id: int) -> Iterator[Item]:
    found = select(Preference).where(Preference.person_id == person_id).order_by(Preference.id)
    for row in db.session.execute(found).scalars():
        fields = {
            N_("What"): gettext(Purpose(row.purpose).title),
            N_("Sent by"): gettext(Channel(row.channel).title),
            N_("Wanted"): gettext("Yes") if row.wanted else gettext("No"),
        }
        yield Item(N_("What you want to be told"), row.changed_at, fields)


def _erase_sent(removal: Removal) -> int:
    """Remove kept files first: a row without its file is found again, a file without its row would be nobody's."""
    some = select(Delivery.id, Delivery.uid).where(_theirs(removal.person_id))
    rows = db.session.execute(some.order_by(Delivery.id).limit(BATCH)).all()
    uids = [uid for _id, uid in rows]
    outgoing.forget_of(uids)
    db.session.execute(delete(SentText).where(SentText.delivery_uid.in_(uids)))
    these = Delivery.id.in_([number for number, _uid in rows])
    db.session.execute(delete(Delivery).where(these, Delivery.template == queries.CODE_TEMPLATE))
    unsent = (these, Delivery.state.in_(_UNSENT))
    changed(update(Delivery).where(*unsent).values(state=DeliveryState.CANCELLED))
    bare = {"person_id": None, "contact_id": None, "read_at": None}
    changed(update(Delivery).where(these).values(**bare))
    return len(rows) or outgoing.forget_which(_names(removal.person_id))


def _names(person_id: int) -> Callable[[Kept], bool]:
    """Return what says whether a kept message went to one of somebody's addresses, or names them.

    It needs no key: the address in the file is looked up as one that signs in is.
    """
    blinds, name = people.blinds_of(person_id), people.person(person_id).name
    spoken = re.compile(rf"(?<![A-Za-z0-9]){re.escape(name)}(?![A-Za-z0-9])", re.IGNORECASE)

    def is_theirs(kept: Kept) -> bool:
        if kept.kind == "transfer":
            return False
        said = f"{kept.subject}\n{kept.text}\n{kept.html}"
        return _blind(kept) in blinds or bool(name and spoken.search(said))

    return is_theirs


def _blind(kept: Kept) -> bytes:
    try:
        kind, value = normalise_address("auto", parseaddr(kept.to)[1] or kept.to)
    except Invalid:
        return b""
    return vault.blind_index(kind, value)


HOLDERS: tuple[Holder | NotPersonal, ...] = (
    Holder(
        code="notifications.sent",
        title=N_("Messages we sent you"),
        data_class=Class.MESSAGES,
        columns={"delivery": "person_id contact_id", "sent_text": "delivery_uid owner sealed"},
        count=lambda person_id: count_of(Delivery, _theirs(person_id)),
        collect=_sent,
        measures={Measure.ERASE: _erase_sent},
        keyed=lambda person_id: count_of(
            SentText, SentText.delivery_uid.in_(select(Delivery.uid).where(_theirs(person_id)))
        ),
    ),
    whole(
        "notifications.choices",
        N_("What you want to be told"),
        Class.ACCOUNT,  # without them somebody who stays would be told again what they refused
        Preference,
        "person_id purpose channel",
        _choices,
    ),
    NotPersonal(
        {
            # `dedup_key` and `ids` hold row ids and public references, `last_error` the word of a door.
            "delivery": "uid dedup_key channel template purpose about ids language check_code state "
            "last_error",
        }
    ),
)
