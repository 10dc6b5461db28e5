"""What each side of a notice is told: the news of a state, what comes next, and the notice as it is forwarded."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import timedelta

from flask_babel import gettext as _

from support.core.words import N_
from support.infringement import filing_preview, queries
from support.infringement.lifecycle import ItemState
from support.infringement.models import Item, Notice
from support.infringement.news import Reader
from support.infringement.removals import TAKEN_OUT
from support.workorders.kind import Sentence

S = ItemState
_MINUTE = timedelta(minutes=1)

_EITHER: Mapping[ItemState, tuple[str, str]] = {
    S.FINAL: (
        N_("The measure stays"),
        N_("The measure stays. Each side can complain for six months; another person hears that."),
    ),
    S.WAITING: (
        N_("The waiting period has begun"),
        N_(
            "If the rights holder shows within it that they complained to the authority or sued, the measure stays; "
            "otherwise the content is restored."
        ),
    ),
    S.EXTENDED: (
        N_("The waiting period is longer now"),
        N_("Papers from abroad have to be notarised or legalised, so the period was extended."),
    ),
    S.PENDING: (
        N_("The measure stays while the dispute is pending"),
        N_(
            "The rights holder has shown that they complained to the authority or sued. The measure stays until that "
            "is decided."
        ),
    ),
    S.RESTORED: (
        N_("The content is restored"),
        N_("The platform says that the content is back. Each side can complain for six months."),
    ),
    S.DECIDED: (
        N_("A decision of a court or an authority is carried out"),
        N_("A court or an authority has decided, and we do as it says."),
    ),
    S.COMPLAINT: (
        N_("A complaint is heard"),
        N_("One side complained about how it ended. Somebody who had no part in it decides."),
    ),
    S.GONE: (
        N_("The content was removed by its owner"),
        N_("Whoever answers for the content has removed it, so there is nothing left to decide."),
    ),
    S.WITHDRAWN: (
        N_("The rights notice is withdrawn"),
        N_("The rights notice was withdrawn for these links. A measure that was taken ends."),
    ),
}

_HOLDER: Mapping[ItemState, tuple[str, str]] = {
    S.TO_COMPLETE: (
        N_("Your rights notice lacks something"),
        N_("Until it comes we can do nothing about the content."),
    ),
    S.NOT_QUALIFIED: (
        N_("Your rights notice does not count"),
        N_("It did not become a qualified notice. File a new one, or complain within six months."),
    ),
    S.QUALIFIED: (
        N_("Your rights notice is complete"),
        N_("It has all that the law asks for."),
    ),
    S.MEASURE_TAKEN: (
        N_("The content is taken down"),
        N_("The platform has confirmed that the measure is taken."),
    ),
    S.NO_MEASURE: (
        N_("No measure is taken"),
        N_("We take no measure against the content, for the reason below."),
    ),
    S.FORWARDED: (
        N_("Your rights notice was sent on"),
        N_(
            "The notice and the measure were sent to whoever answers for the content. They see the rights holder's "
            "name, the right, their links, your reasons and the contact that you chose to show; no number of an ID."
        ),
    ),
    S.NO_MEASURE_FORWARDED: (
        N_("Your rights notice was sent on, without a measure"),
        N_("You can complain about this within six months; another person hears that."),
    ),
    S.COUNTER_FORWARDED: (
        N_("A counter-notice to your rights notice"),
        N_(
            "The respondent declares that there is no infringement. You may complain to the competent authority or "
            "sue before a court. Show us in time that you did, and the measure stays; otherwise it ends. The "
            "counter-notice stands on the page of your notice."
        ),
    ),
}

_RESPONDENT: Mapping[ItemState, tuple[str, str]] = {
    S.FORWARDED: (
        N_("A rights notice about your content, and a measure"),
        N_(
            "Somebody says that content of yours infringes their right. That is a claim; nobody has found that it is "
            "so. The content is down while it is open. You can accept or contest it, link by link, on the page below."
        ),
    ),
    S.NO_MEASURE_FORWARDED: (
        N_("A rights notice about your content, without a measure"),
        N_(
            "Somebody says that content of yours infringes their right. We take no measure, for the reason below, and "
            "you need do nothing."
        ),
    ),
    S.COUNTER_CHECK: (
        N_("We have your counter-notice"),
        N_("We check whether it has all that the law asks for, and then send it on."),
    ),
    S.COUNTER_TO_COMPLETE: (
        N_("Your counter-notice lacks something"),
        N_("Until it comes it can't be sent on to the rights holder."),
    ),
    S.COUNTER_FORWARDED: (
        N_("Your counter-notice was sent on"),
        N_(
            "The rights holder was told that they may complain to the competent authority or sue before a court."
        ),
    ),
}

TOLD: Mapping[Reader, Mapping[ItemState, tuple[str, str]]] = {
    "holder": {**_EITHER, **_HOLDER},
    "respondent": {**_EITHER, **_RESPONDENT},
}
"""The heading and the news of each state that a side is told of."""

AGAIN = N_("It is looked at again. You need do nothing.")

NEXT: Mapping[ItemState, str] = {
    S.FORWARDED: N_(
        "The time for your answer runs from when the notice reaches you; the page then shows the date."
    ),
    S.NO_MEASURE_FORWARDED: N_("No measure was taken. You need do nothing."),
    S.AWAITING: N_(
        "You can answer until %(until)s; without an answer the measure stays. A later answer is still handled while "
        "it stands."
    ),
    S.FINAL: N_("The measure stays. You can still contest it, unless you have accepted it."),
    S.COUNTER_CHECK: N_("We check your counter-notice by %(until)s."),
    S.COUNTER_TO_COMPLETE: N_(
        "Your counter-notice lacks something: please complete it by %(until)s, or the measure stays."
    ),
    S.COUNTER_FORWARDED: N_(
        "Your counter-notice was sent to the rights holder; the waiting period runs once it has arrived."
    ),
    S.WAITING: N_(
        "It is restored unless the rights holder shows by %(until)s that they complained to the authority or sued."
    ),
    S.EXTENDED: N_(
        "The period was extended: it is restored unless the rights holder shows by %(until)s that they complained to "
        "the authority or sued."
    ),
    S.PENDING: N_("The measure stays while an authority or a court decides."),
    S.RESTORE_ASKED: N_(
        "We have asked the platform to restore it, which should be done by %(until)s."
    ),
    S.RESTORED: N_("It is restored. You need do nothing."),
    S.DECIDED: N_("It stands as a court or an authority decided."),
    S.COMPLAINT: N_(
        "A complaint about the decision is heard by another person, who decides by %(until)s."
    ),
    S.GONE: N_("It was removed by its owner. You need do nothing."),
    S.WITHDRAWN: N_("The notice was withdrawn. You need do nothing."),
}
"""The one neutral sentence of each state for a respondent."""


SHOWN = N_(
    "The rights holder has shown that they complained or sued; we look at it by %(until)s, and nothing is restored "
    "until then."
)


def next_of(item: Item) -> Sentence:
    """Return what comes next for the respondent of an item."""
    words, due = NEXT.get(item.status, AGAIN), queries.due_of(item)
    if (look := queries.look_of(item)) is not None:
        words, due = SHOWN, look
    if "%(until)s" not in words:
        return Sentence(words)
    return Sentence(words, {"until": due.at - _MINUTE}) if due else Sentence(AGAIN)


def forwarded_rows(notice: Notice) -> list[tuple[str, str]]:
    """Return what the other side sees of a notice: no number of an ID, no address at which we reach the filer."""
    facts = queries.facts_of(notice)
    until = facts.valid_until.isoformat() if facts.valid_until else ""
    said = filing_preview.veiled(
        asdict(facts) | {"content_kind": notice.content_kind, "valid_until": until}
    )
    rows = [
        (_("The notice"), _(TAKEN_OUT) if notice.erasure else ""),
        (_("Rights holder"), facts.holder_name),
        (_("Represented by"), facts.agent_name if facts.filer_type == "agent" else ""),
        *filing_preview.right_rows(said),
        *filing_preview.reason_rows(said),
        (_("Contact"), filing_preview.contact_words(said)),
    ]
    return [(label, value) for label, value in rows if value]
