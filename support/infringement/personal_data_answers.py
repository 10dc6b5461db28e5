"""What this room keeps of people who answer for content, and of those who began a notice.

A respondent's are the address at which they are reached, their answers, their counter-notice with its files, their
complaints, and what the platform knows of their content; the link itself stays for as long as the filer is there,
whose claim is about it. Who was never told of a notice is found by their proved addresses.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from sqlalchemy import literal, or_, select

from support.core import file_upkeep
from support.core.db import db
from support.core.files import StoredFile
from support.core.holders import BATCH, Holder, Item, Measure, Removal, count_of
from support.core.locking import shut, still_there
from support.core.vault import KeyDestroyed
from support.core.web_parts import words as gettext
from support.core.words import N_
from support.infringement import queries, queries_counters, removals, service_drafts
from support.infringement.elements import SEALED_COUNTER
from support.infringement.models import (
    CounterNotice,
    Notice,
    Paper,
    Respondent,
    address_place,
    answer_place,
    counter_place,
)
from support.infringement.models import Item as Link
from support.infringement.models_drafts import NoticeDraft
from support.infringement.removals import (
    RESPONDENT,
    complainers,
    fresh,
    mark,
    named_files,
    since_of,
    take_files,
    take_link,
    take_words,
    to_take,
)
from support.notifications import service_letters
from support.policies.data_classes import Class

_LABELS = {
    "name": N_("Respondent"),
    "id_no": N_("Number of the ID or licence"),
    "address": N_("Address"),
    "email": N_("E-mail"),
    "phone": N_("Phone"),
    "shown_name": N_("Name that the other side sees"),
    "shown_contact": N_("Contact that the other side sees"),
    "explanation": N_("Explanation"),
    "signature": N_("Signed"),
}
assert set(_LABELS) <= set(SEALED_COUNTER)


def _parts(person_id: int) -> Any:
    """Say which parts in notices are somebody's: told to them, or to an address of theirs."""
    waiting = (
        select(Respondent.id, Respondent.uid, Respondent.address_sealed)
        .join(Notice, Notice.id == Respondent.notice_id)
        .where(Respondent.person_id.is_(None), still_there(Respondent.address_sealed))
    )
    owner = literal("notice:").concat(Notice.uid)
    place = address_place("").rstrip(":")
    found = list(removals.reached_at(person_id, waiting, owner, place))
    return or_(Respondent.person_id == person_id, Respondent.id.in_(found))


def _their_parts(person_id: int) -> Iterator[Item]:
    mine = (_parts(person_id), Respondent.erasure == "")
    for part in db.session.execute(
        select(Respondent).where(*mine).order_by(Respondent.id)
    ).scalars():
        notice = queries.notice_by_id(part.notice_id)
        if address := queries.address_of(notice, part):
            yield Item(
                N_("An address of yours in a rights notice"), notice.at, {N_("Address"): address}
            )
        if part.forwarded_at is None:
            continue
        if (counter := queries_counters.counter_of(part)) is not None:
            yield _counter(notice, counter)
        answers, complained = queries_counters.answers_of(part), complainers(notice)
        for link in queries.items_of_respondent(part):
            listing, answer = queries.listing_of(notice, link), answers.get(link.id)
            own = complained.get(link.id) == person_id
            fields = {
                N_("Link"): listing.url,
                N_("Title"): listing.title,
                N_("Status"): gettext(link.status.title),
                N_("Your answer"): queries_counters.answer_words(notice, link, answer)
                if answer
                else "",
                N_("Your complaint"): queries.complaint_words(notice, link) if own else "",
            }
            kept = {label: value for label, value in fields.items() if value}
            yield Item(N_("A rights notice about content of yours"), part.forwarded_at, kept)


def _counter(notice: Notice, counter: CounterNotice) -> Item:
    said = asdict(queries_counters.counter_facts(notice, counter))
    fields = {label: said[name] for name, label in _LABELS.items() if said[name]}
    files = db.session.execute(_files(Paper.counter_id == counter.id)).scalars()
    return Item(N_("A counter-notice of yours"), counter.at, fields, tuple(files))


def _files(which: Any) -> Any:
    """Return the uids of files of counter-notices, those that are there."""
    found = (
        select(StoredFile.uid)
        .join(Paper, Paper.file_uid == StoredFile.uid)
        .join(CounterNotice, CounterNotice.id == Paper.counter_id)
        .join(Respondent, Respondent.id == CounterNotice.respondent_id)
    )
    return found.where(which).order_by(StoredFile.id)


def _streams(person_id: int) -> Iterator[str]:
    found = select(Notice.order_id).join(Respondent, Respondent.notice_id == Notice.id)
    mine = found.where(_parts(person_id))
    yield from removals.streams_of(db.session.execute(mine).scalars().all())


def _take_parts(removal: Removal) -> int:
    """Files first, then a part at a time with all of its links, until a batch is full."""
    mine = _parts(removal.person_id)
    if taken := take_files(removal, _files(mine)):
        return taken
    found = select(Respondent).where(mine, to_take(removal, Respondent.erasure))
    for part in fresh(found.order_by(Respondent.id).limit(BATCH)):
        taken += 1 + _take_part(removal, part)
        if taken >= BATCH:
            break
    db.session.flush()
    return taken


def _take_part(removal: Removal, part: Respondent) -> int:
    notice = queries.notice_by_id(part.notice_id)
    links, answers = queries.items_of_respondent(part), queries_counters.answers_of(part)
    complained = complainers(notice)
    for link in links:
        take_link(removal, notice, link, RESPONDENT, other=notice.erasure == "")
        if complained.get(link.id) is not None and complained[link.id] == part.person_id:
            take_words(removal, notice, link, "complaint_sealed")
        link.version += 1
        if (answer := answers.get(link.id)) is not None:
            answer.sealed = shut(removal, notice.stream, answer_place(link.uid), answer.sealed)
    counter = queries_counters.counter_of(part)
    if counter is not None:
        place = counter_place(counter.uid)
        counter.sealed = shut(removal, notice.stream, place, counter.sealed)
        counter.version += 1
    place = address_place(part.uid)
    part.address_sealed = shut(removal, notice.stream, place, part.address_sealed)
    part.address_blind, part.contact_id, part.erasure = None, None, mark(removal)
    service_letters.forget_words(notice.stream)
    return len(links)


def _their_drafts(person_id: int) -> Iterator[Item]:
    found = select(NoticeDraft).where(NoticeDraft.person_id == person_id).order_by(NoticeDraft.id)
    for row in db.session.execute(found).scalars():
        try:
            draft = service_drafts.opened(row)
        except KeyDestroyed:
            continue
        files = tuple(file.uid for file in service_drafts.all_files(row.uid))
        text = "\n".join(
            _texts({name: draft.part(name) for name in draft.fields if name[:1] != "_"})
        )
        yield Item(N_("Begun and not sent"), row.updated_at, {N_("Text"): text}, files)


def _texts(value: Any) -> Iterator[str]:
    """Yield what was typed into a form, however deep it stands."""
    if isinstance(value, str) and value:
        yield value
    elif isinstance(value, dict):
        for each in value.values():
            yield from _texts(each)
    elif isinstance(value, list):
        for each in value:
            yield from _texts(each)


def _take_drafts(removal: Removal) -> int:
    """Give begun notices up, with their files and keys; files that came in last and belong to no part yet as well."""
    mine = NoticeDraft.person_id == removal.person_id
    found = select(NoticeDraft.uid).where(mine).order_by(NoticeDraft.id).limit(BATCH)
    uids = db.session.execute(found).scalars().all()
    waiting = select(StoredFile.uid).where(StoredFile.owner.in_([f"draft:{uid}" for uid in uids]))
    loose = waiting.where(StoredFile.attached_to.is_(None))
    file_upkeep.discard(db.session.execute(loose).scalars().all())
    for uid in uids:
        service_drafts.discard_draft(uid)
    return len(uids)


HOLDERS: tuple[Holder, ...] = (
    Holder(
        code="infringement.answers",
        title=N_("Rights notices about your content, and what you answered"),
        data_class=Class.RIGHTS,
        columns={
            "respondent": "person_id contact_id address_sealed address_blind",
            "counter_notice": "sealed",
            "item_answer": "sealed",
        },
        count=lambda person_id: count_of(Respondent, _parts(person_id), Respondent.erasure == ""),
        collect=_their_parts,
        measures={Measure.RESTRICT: _take_parts, Measure.ERASE: _take_parts},
        since=lambda person_id: since_of(
            Link.respondent_id.in_(select(Respondent.id).where(_parts(person_id)))
        ),
        streams=_streams,
        keyed=lambda person_id: named_files(person_id, _files(_parts(person_id))),
    ),
    Holder(
        code="infringement.drafts",
        title=N_("Begun rights notices"),
        data_class=Class.TRACES,
        columns={"notice_draft": "person_id sealed"},
        count=lambda person_id: count_of(NoticeDraft, NoticeDraft.person_id == person_id),
        collect=_their_drafts,
        measures={Measure.ERASE: _take_drafts},
    ),
)
