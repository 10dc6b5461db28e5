"""What is published of a notice: facts derived from it, the words of who speaks, and what may not stand in them."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask_babel import force_locale
from flask_babel import gettext as _
from stdnum.cn import uscc

from support.accounts import queries as accounts
from support.core.calendars import cn_day
from support.core.web_pages import locale_of
from support.infringement import queries, queries_counters, redaction
from support.infringement.elements import CounterFacts
from support.infringement.lifecycle import ItemState
from support.infringement.models import CounterNotice, Item, Notice, Respondent
from support.infringement.models_publishing import DuePublication, Entry
from support.infringement.redaction import Known, Piece
from support.policies.public_names import names_organisation

_SOLE_TRADER = "92"
"""How the code of an individual business begins: a person, whatever its name."""

_A_NUMBER = 6


@dataclass(frozen=True, slots=True)
class Draft:
    """An entry as it would be published now. `named` is whether its facts may name the holder: an organisation.

    `pieces` is the text with what is proposed to be taken out; `known` may not stand in it. `personal`: about a person.
    """

    notice: Notice
    items: Sequence[Item]
    facts: Mapping[str, Any]
    holder: str
    named: bool
    personal: bool
    pieces: Sequence[Piece]
    known: Sequence[Known]
    language: str
    counts: Mapping[str, int]

    @property
    def proposed(self) -> str:
        """The text without what is proposed to be taken out, in the language that it is written in."""
        with force_locale(locale_of(self.language)):
            return "".join(words_of(piece) for piece in self.pieces)


def words_of(piece: Piece) -> str:
    """Return what stands in the place of a run of text, in the language of the moment."""
    if not piece.mark:
        return piece.text
    words: str = _(piece.mark, number=piece.number) if piece.number else _(piece.mark)
    return words


def draft_of(row: DuePublication) -> Draft:
    """Return what is published for a row, derived from the case as it stands."""
    notice = queries.notice_by_id(row.notice_id)
    wanted = set(row.item_ids)
    every = queries.items_of(notice)
    items = [item for item in every if item.id in wanted]
    holder = queries.facts_of(notice)
    named = is_organisation(holder.holder_id_type, holder.holder_id_no, holder.holder_name)
    counters = list(_counters(notice))
    sides = {item.respondent_id for item in items}
    own = [each for each in counters if each[0].id in sides]
    firm = bool(own) and all(_is_firm(facts) for _one, _row, facts in own)
    text, language = _text(row, notice, items, own)
    if _is_taken_out(notice):
        text = ""  # nobody can look for the names of somebody whom we don't know any more
    known = list(dict.fromkeys(_known(notice, every, counters, natural=not named)))
    unknown = {
        Entry.NOTICE: not named,
        Entry.COUNTER: not firm,
        Entry.RESULT: not named or (bool(own) and not firm),
    }
    facts = _facts(row, notice, items, named=named, firm=firm)
    return Draft(
        notice=notice,
        items=items,
        facts=facts,
        holder=holder.holder_name if named else "",
        named=named,
        personal=unknown[row.entry],
        pieces=redaction.pieces(text, known),
        known=known,
        language=language,
        counts={"declared" if row.entry is Entry.COUNTER else row.what: len(items)},
    )


def _is_taken_out(notice: Notice) -> bool:
    if notice.erasure:
        return True
    return any(side.erasure for side in queries.respondents_of(notice))


def series_of(notice: Notice) -> str:
    """Return what joins the entries of a case in public; the case can't be found by it."""
    return hashlib.sha256(f"publication:{notice.uid}".encode()).hexdigest()[:32]


def is_organisation(id_type: str, number: str, name: str) -> bool:
    """Tell an organisation from a person by its name and what it shows, for anybody may type a code that is valid.

    In doubt it is a person.
    """
    if id_type not in ("", "licence") or not names_organisation(name):
        return False
    plain = re.sub(r"[\s-]", "", number).upper()
    if uscc.is_valid(plain):
        return not plain.startswith(_SOLE_TRADER)
    return id_type == "licence" and bool(number)


def _is_firm(facts: CounterFacts) -> bool:
    return is_organisation(facts.id_type, facts.id_no, facts.name)


Said = tuple[Respondent, CounterNotice, CounterFacts]


def _counters(notice: Notice) -> Iterator[Said]:
    for respondent in queries.respondents_of(notice):
        if (row := queries_counters.counter_of(respondent)) is not None:
            yield respondent, row, queries_counters.counter_facts(notice, row)


def _text(
    row: DuePublication, notice: Notice, items: Sequence[Item], counters: Sequence[Said]
) -> tuple[str, str]:
    """Return the words of who speaks, with those about single links, and their language; none of a result."""
    if row.entry is Entry.NOTICE:
        said = {item.position: queries.listing_of(notice, item).words for item in items}
        return _joined(queries.facts_of(notice).explanation, said, notice.language), notice.language
    if row.entry is Entry.COUNTER and counters:
        respondent, counter, facts = counters[0]
        answers = queries_counters.answers_of(respondent)
        said = {
            item.position: queries_counters.answer_words(notice, item, answers[item.id])
            for item in items
            if item.id in answers
        }
        return _joined(facts.explanation, said, counter.language), counter.language
    return "", notice.language


def _joined(text: str, said: Mapping[int, str], language: str) -> str:
    with force_locale(locale_of(language)):
        lines = [
            _("Link %(number)s: %(words)s", number=position, words=words)
            for position, words in said.items()
            if words
        ]
    return "\n".join(filter(None, (text.strip(), *lines)))


def _facts(
    row: DuePublication, notice: Notice, items: Sequence[Item], *, named: bool, firm: bool
) -> dict[str, Any]:
    parts: dict[str, list[int]] = {}
    for item in items:
        parts.setdefault(row.reason_of(item.id), []).append(item.position)
    facts: dict[str, Any] = {
        "links": [item.position for item in items],
        "regime": row.regime,
        "day": cn_day(row.event_at).isoformat(),
        "parts": [{"reason": reason, "links": links} for reason, links in parts.items()],
    }
    if row.entry is Entry.NOTICE:
        facts |= {
            "holder": "organisation" if named else "person",
            "agent": notice.filer_type == "agent",
            "right": notice.right_type,
            "territory": notice.territory,
            "content": notice.content_kind,
            "measure": row.reached is ItemState.FORWARDED,
        }
    elif row.entry is Entry.COUNTER:
        facts["respondent"] = "organisation" if firm else "person"
    else:
        facts["outcome"] = row.what
    return facts


def _known(
    notice: Notice, items: Sequence[Item], counters: Sequence[Said], *, natural: bool
) -> Iterator[Known]:
    """Every value of the case that tells who somebody is, or where the content stands."""
    facts = queries.facts_of(notice)
    numbers = (facts.holder_id_no, facts.right_no if natural else "")
    yield from _about_one(
        (facts.holder_name, facts.agent_name, facts.shown_name, facts.signature),
        facts.address,
        (facts.email, facts.phone, facts.shown_contact),
        numbers,
    )
    for _respondent, _counter, said in counters:
        yield from _about_one(
            (said.name, said.shown_name, said.signature),
            said.address,
            (said.email, said.phone, said.shown_contact),
            (said.id_no,),
        )
    yield from _people(notice)
    if facts.domain:
        yield Known(facts.domain, redaction.WEBSITE)
    for item in items:
        listing = queries.listing_of(notice, item)
        for value in filter(None, (listing.url, listing.normal)):
            yield Known(value, redaction.LINK, item.position)
            yield Known(re.sub(r"^https?://(?:www\.)?", "", value), redaction.LINK, item.position)
        number = queries.dispute_of(notice, item)[1]
        if number:
            yield Known(number, redaction.NUMBER)


def _about_one(
    names: Sequence[str], address: str, contacts: Sequence[str], numbers: Sequence[str]
) -> Iterator[Known]:
    said = (
        (names, redaction.NAME),
        ((address,), redaction.ADDRESS),
        (contacts, redaction.CONTACT),
        (numbers, redaction.NUMBER),
    )
    for values, mark in said:
        for value in filter(None, (each.strip() for each in values)):
            yield Known(value, mark)
    for value in contacts:  # one may hold several: a name, a phone, an address
        for part in re.split(r"[,;/，；、\n]|\s{2,}", value):
            if "@" in part or sum(map(str.isdigit, part)) >= _A_NUMBER:
                yield Known(part.strip(), redaction.CONTACT)


def _people(notice: Notice) -> Iterator[Known]:
    """The accounts of both sides: names and addresses."""
    respondents: Sequence[Respondent] = queries.respondents_of(notice)
    ids = [notice.person_id, *(one.person_id for one in respondents if one.person_id is not None)]
    for person_id in ids:
        if name := accounts.person(person_id).name.strip():  # somebody who was deleted has none
            yield Known(name, redaction.NAME)
        for contact in accounts.contacts_of(person_id):
            yield Known(contact.address, redaction.CONTACT)
    for one in respondents:
        if address := queries.address_of(notice, one):
            yield Known(address, redaction.CONTACT)
