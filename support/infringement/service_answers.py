"""The answer of a respondent on its way from a form to the counter-notice: what is known, what is merged, its files."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, replace
from datetime import datetime
from typing import Literal, cast

from support.accounts import queries as people
from support.accounts.models import ContactKind
from support.core import files
from support.core.actors import SYSTEM, Actor
from support.core.clock import utcnow
from support.core.db import transaction
from support.infringement import queries, queries_counters, service_counter, service_forwarding
from support.infringement.elements import SEALED_COUNTER, CounterFacts
from support.infringement.lifecycle import ItemState
from support.infringement.models import CounterNotice, Respondent
from support.infringement.service_counter import Choice, Response
from support.workorders.service_drafts import Saved


def uploads_of(respondent: Respondent) -> Saved:
    """Return under what name files come in that go with the answer."""
    return Saved(respondent.uid, {}, 1, respondent.forwarded_at or utcnow())


def known(respondent: Respondent) -> dict[str, str]:
    """Return what stands in the fields before anything is typed; the number of an ID is never shown again."""
    said = asdict(_facts(respondent))
    if queries_counters.counter_of(respondent) is None and respondent.person_id is not None:
        for one in reversed(people.contacts_of(respondent.person_id)):
            said["email" if one.kind == ContactKind.EMAIL else "phone"] = one.address
    return {name: said[name] for name in SEALED_COUNTER if name not in ("id_no", "signature")}


def merged(
    respondent: Respondent, texts: Mapping[str, str], ticked: frozenset[str]
) -> CounterFacts:
    """Return the facts as they were written now; a number of an ID that is left blank stays as it was."""
    before = _facts(respondent)
    said = {name: text for name, text in texts.items() if text or name != "id_no"}
    return replace(before, **said, statements=ticked)  # type: ignore[arg-type]  # all of them are texts


def send(
    actor: Actor,
    respondent: Respondent,
    texts: Mapping[str, str],
    ticked: frozenset[str],
    choices: Mapping[int, tuple[str, str]],
    language: str,
) -> CounterNotice | None:
    """Send an answer with the files that wait; raises what `service_counter.answer_items` raises."""
    owner = uploads_of(respondent).files_owner
    chosen = {
        item: Choice(cast(Literal["accept", "contest"], said), words)
        for item, (said, words) in choices.items()
    }
    with transaction():
        waiting = {file.uid: "evidence" for file in files.waiting_files(owner)}
        response = Response(chosen, merged(respondent, texts, ticked), waiting, owner, language)
        return service_counter.answer_items(actor, respondent, response)


def note_opened(respondent: Respondent, now: datetime) -> None:
    """Note that the notice was opened by its respondent: evidence of its arrival where no earlier one is known."""
    for item in queries.items_of_respondent(respondent):
        if item.status is ItemState.FORWARDED:
            service_forwarding.record_arrival(
                SYSTEM, item, "notice", channel="opened", at=now, now=now
            )


def _facts(respondent: Respondent) -> CounterFacts:
    counter = queries_counters.counter_of(respondent)
    if counter is None:
        return CounterFacts()
    return queries_counters.counter_facts(queries.notice_by_id(respondent.notice_id), counter)
