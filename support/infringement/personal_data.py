"""What this room keeps of people, first of the filer of a notice: what it says, its links, its files, their rights.

A notice is sealed under one key with both sides' words, so a side is taken out value by value and the key stays.
The filer's are the notice with its files, their reason for each link, disputes that they showed, complaints of theirs.
A link itself stays for as long as the other side is there, which answered for it, and so do the words in which the
desk decided about it; with the second side they go, too. Who filed stays as a number: the case and its dates belong to
both. Files are locked away as sealed copies (`core/locking`). What was published of a case is redacted already and
ends on its own date. Letters of the case, which hold the notice as it was sent on, read as of today from then on. What
is written under a destroyed key is emptied instead of locked away.

In their copy people read what they wrote and how each link stands; the other side's words and the desk's notes and
scores are left out.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict
from typing import Any

from sqlalchemy import select, update

from support.core.db import changed, db
from support.core.files import StoredFile
from support.core.holders import (
    BATCH,
    Holder,
    Item,
    Measure,
    NotPersonal,
    Removal,
    count_of,
    delete_some,
)
from support.core.locking import shut
from support.core.web_parts import words as gettext
from support.core.words import N_
from support.infringement import (
    personal_data_answers,
    personal_data_conduct,
    personal_data_reports,
    queries,
    removals,
)
from support.infringement.models import (
    HeldRight,
    Notice,
    Paper,
    facts_place,
    right_place,
)
from support.infringement.models import Item as Link
from support.infringement.models_conduct import NoticePrint
from support.infringement.policy import REASONS
from support.infringement.removals import (
    FILER,
    complainers,
    fresh,
    mark,
    named_files,
    own_value,
    respondents_there,
    since_of,
    take_files,
    take_link,
    take_words,
    to_take,
)
from support.notifications import service_letters
from support.policies.data_classes import Class
from support.workorders import queries as orders

LABELS: Mapping[str, str] = {
    "holder_name": N_("Rights holder"),
    "holder_id_no": N_("Number of the ID or licence"),
    "agent_name": N_("Agent of the rights holder"),
    "country": N_("Country"),
    "address": N_("Address"),
    "email": N_("E-mail"),
    "phone": N_("Phone"),
    "shown_name": N_("Name that the other side sees"),
    "shown_contact": N_("Contact that the other side sees"),
    "right_name": N_("Name of the right"),
    "right_no": N_("Number of the right"),
    "right_class": N_("Class"),
    "right_day": N_("Since when it exists"),
    "work": N_("The work in question"),
    "domain": N_("Confirmed domain"),
    "explanation": N_("Explanation"),
    "signature": N_("Signed"),
}


def _filed(person_id: int) -> Any:
    return select(Notice.id).where(Notice.person_id == person_id)


def _their_notices(person_id: int) -> Iterator[Item]:
    mine = (Notice.person_id == person_id, Notice.erasure == "")
    for notice in db.session.execute(select(Notice).where(*mine).order_by(Notice.id)).scalars():
        said = asdict(queries.facts_of(notice))
        reference = {N_("Reference"): orders.order_by_id(notice.order_id).reference}
        fields = reference | {label: said[name] for name, label in LABELS.items() if said[name]}
        files = tuple(db.session.execute(_files(Notice.id == notice.id)).scalars())
        yield Item(N_("A rights notice of yours"), notice.at, fields, files)
        for link in queries.items_of(notice):
            yield Item(
                N_("A link of your rights notice"), link.at, reference | _of_link(notice, link)
            )


def _files(which: Any) -> Any:
    """Return the uids of the filer's files of some notices, those that are there."""
    found = (
        select(StoredFile.uid)
        .join(Paper, Paper.file_uid == StoredFile.uid)
        .join(Notice, Notice.id == Paper.notice_id)
    )
    return found.where(which, Paper.counter_id.is_(None)).order_by(StoredFile.id)


def _of_link(notice: Notice, link: Link) -> dict[str, Any]:
    listing, dispute = queries.listing_of(notice, link), queries.dispute_of(notice, link)
    complained = complainers(notice).get(link.id) == notice.person_id
    fields = {
        N_("Link"): listing.url,
        N_("Your reason for it"): listing.words,
        N_("Status"): gettext(link.status.title),
        N_("Reason"): gettext(REASONS[link.reason]) if link.reason in REASONS else "",
        N_("Court or authority"): " · ".join(filter(None, dispute)),
        N_("Your complaint"): queries.complaint_words(notice, link) if complained else "",
    }
    return {label: value for label, value in fields.items() if value}


def _their_rights(person_id: int) -> Iterator[Item]:
    found = select(HeldRight).where(HeldRight.person_id == person_id).order_by(HeldRight.id)
    for right in db.session.execute(found).scalars():
        said = queries.opened(f"person:{person_id}", right_place(right.uid), right.sealed)
        fields = {
            N_("Name of the right"): said.get("name"),
            N_("Number of the right"): said.get("number"),
            N_("Class"): said.get("class"),
            N_("Holds in"): right.territory,
        }
        kept = {label: value for label, value in fields.items() if value}
        yield Item(N_("A right that you entered"), right.at, kept)


def _streams(person_id: int) -> Iterator[str]:
    found = select(Notice.order_id).where(Notice.person_id == person_id)
    yield from removals.streams_of(db.session.execute(found).scalars().all())


def _take_notices(removal: Removal) -> int:
    """Files first, then a notice at a time with all of its links, until a batch is full."""
    person_id = removal.person_id
    if taken := take_files(removal, _files(Notice.person_id == person_id)):
        return taken
    mine = (Notice.person_id == person_id, to_take(removal, Notice.erasure))
    for notice in fresh(select(Notice).where(*mine).order_by(Notice.id).limit(BATCH)):
        taken += 1 + _take_notice(removal, notice)
        if taken >= BATCH:
            break
    db.session.flush()
    return taken


def _take_notice(removal: Removal, notice: Notice) -> int:
    links, there = queries.items_of(notice), respondents_there(notice)
    complained = complainers(notice)
    for link in links:
        take_link(removal, notice, link, FILER, other=link.respondent_id in there)
        own = complained.get(link.id) == notice.person_id
        take_words(removal, notice, link, "dispute_sealed", *["complaint_sealed"] * own)
        link.version += 1
    notice.sealed = shut(removal, notice.stream, facts_place(notice), notice.sealed)
    notice.holder_blind, notice.valid_until = own_value(notice.uid), None
    notice.erasure, notice.version = mark(removal), notice.version + 1
    print_of = update(NoticePrint).where(NoticePrint.notice_id == notice.id)
    changed(print_of.values(text_blind=None))
    service_letters.forget_words(notice.stream)
    return len(links)


def _take_rights(removal: Removal) -> int:
    """Delete the rights: what a notice says of its right stands in the notice."""
    mine = HeldRight.person_id == removal.person_id
    some = select(HeldRight.id).where(mine).order_by(HeldRight.id).limit(BATCH)
    changed(update(Notice).where(Notice.right_id.in_(some)).values(right_id=None))
    return delete_some(HeldRight, mine)


NOTICES = Holder(
    code="infringement.notices",
    title=N_("Rights notices"),
    data_class=Class.RIGHTS,
    columns={
        "notice": "person_id sealed holder_blind valid_until",
        "notice_item": "url_blind sealed platform_item reason_sealed complaint_sealed "
        "dispute_sealed",
        "notice_print": "text_blind",
    },
    count=lambda person_id: count_of(Notice, Notice.person_id == person_id, Notice.erasure == ""),
    collect=_their_notices,
    measures={Measure.RESTRICT: _take_notices, Measure.ERASE: _take_notices},
    since=lambda person_id: since_of(Link.notice_id.in_(_filed(person_id))),
    streams=_streams,
    keyed=lambda person_id: named_files(person_id, _files(Notice.person_id == person_id)),
)

RIGHTS = Holder(
    code="infringement.rights",
    title=N_("Rights entered for notices"),
    data_class=Class.RIGHTS,
    columns={"held_right": "person_id type territory valid_until sealed number_blind"},
    count=lambda person_id: count_of(HeldRight, HeldRight.person_id == person_id),
    collect=_their_rights,
    measures={Measure.RESTRICT: _take_rights, Measure.ERASE: _take_rights},
    streams=_streams,
    keyed=lambda person_id: count_of(HeldRight, HeldRight.person_id == person_id),
)

HOLDERS: tuple[Holder | NotPersonal, ...] = (
    NOTICES,
    RIGHTS,
    *personal_data_answers.HOLDERS,
    *personal_data_reports.HOLDERS,
    *personal_data_conduct.HOLDERS,
    NotPersonal(
        {
            "notice": "uid language filer_type right_type territory content_kind statements erasure",
            "respondent": "uid language erasure",
            "notice_item": "uid state before content regime reason reason_before qualified_by "
            "call_uid",
            # Files by number; what each is for.
            "notice_paper": "kind file_uid",
            "counter_notice": "uid language statements checked_by",
            "item_answer": "choice",
            "notice_arrival": "what channel delivery",
            # Links by number, with codes; what is published of them is a row of the public ledger.
            "due_publication": "uid kind what regime day items state",
            "held_right": "uid",
            "notice_draft": "uid",
            "content_report": "uid ground state reveal_by erasure",
            "reported_content": "uid language state before content ground measure decided_by call_uid "
            "erasure",
            "report_appeal": "uid side heard_by",
            "conduct_signal": "code",
            "conduct_step": "uid side kind state imposed_by decided_by",
            "conduct_appeal": "uid state decided_by",
        }
    ),
)
