"""What this room keeps of people: that they were told and agreed, under a number alone.

A publication about a person is redacted before it goes out and ends on its own date; the room that published it takes
it out, and then nothing of it is left here (`service_publications`).
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import func, select

from support.core.db import db
from support.core.holders import Holder, Item, Measure, NotPersonal, count_of, whole
from support.core.web_parts import words as gettext
from support.core.words import N_
from support.policies.data_classes import Class
from support.policies.models import (
    AnswerAct,
    Consent,
    ConsentAct,
    PolicyAnswer,
    PolicyVersion,
    Purpose,
)
from support.policies.models_revisions import Revision, RevisionComment
from support.policies.purposes import CONSENTS


def _consents(person_id: int) -> Iterator[Item]:
    found = (
        select(Consent, PolicyVersion.label)
        .join(PolicyVersion, PolicyVersion.id == Consent.version_id)
        .where(Consent.person_id == person_id)
        .order_by(Consent.id)
    )
    for consent, label in db.session.execute(found):
        fields: dict[str, str | datetime] = {
            N_("What for"): gettext(CONSENTS[Purpose(consent.purpose)].title),
            N_("Version of the policy"): label,
        }
        if consent.withdrawn_at is not None:
            fields[N_("Taken back")] = consent.withdrawn_at
        yield Item(_ACTS[ConsentAct(consent.act)], consent.at, fields)
    yield from _answers(person_id)


def _count(person_id: int) -> int:
    answers = count_of(PolicyAnswer, PolicyAnswer.person_id == person_id)
    return count_of(Consent, Consent.person_id == person_id) + answers


def _answers(person_id: int) -> Iterator[Item]:
    found = (
        select(PolicyAnswer, PolicyVersion.label)
        .join(PolicyVersion, PolicyVersion.id == PolicyAnswer.version_id)
        .where(PolicyAnswer.person_id == person_id)
        .order_by(PolicyAnswer.id)
    )
    for answer, label in db.session.execute(found):
        yield Item(_ANSWERS[AnswerAct(answer.act)], answer.at, {N_("Version of the policy"): label})


_ANSWERS = {
    AnswerAct.REFUSED: N_("You refused a version"),
    AnswerAct.READ: N_("You closed the notice of a version"),
}


def _comments(person_id: int) -> Iterator[Item]:
    found = (
        select(RevisionComment, Revision.label)
        .join(Revision, Revision.id == RevisionComment.revision_id)
        .where(RevisionComment.person_id == person_id)
        .order_by(RevisionComment.id)
    )
    for said, label in db.session.execute(found):
        fields = {N_("Version of the policy"): label, N_("Words"): said.text}
        yield Item(N_("You commented"), said.at, fields)


_ACTS = {ConsentAct.ACCEPTED: N_("You agreed"), ConsentAct.INFORMED: N_("You were informed")}


def _newest(person_id: int) -> datetime | None:
    newest = func.max(func.coalesce(Consent.withdrawn_at, Consent.at))
    found = db.session.execute(select(newest).where(Consent.person_id == person_id))
    at: datetime | None = found.scalar_one()
    return at


HOLDERS: tuple[Holder | NotPersonal, ...] = (
    Holder(
        code="policies.consents",
        title=N_("Consents"),
        data_class=Class.CONSENTS,
        columns={"consent": "person_id purpose act how", "policy_answer": "person_id act"},
        count=_count,
        collect=_consents,
        measures={Measure.KEEP: lambda removal: 0},
        since=_newest,
    ),
    whole(
        "policies.comments",
        N_("Comments on proposed versions of the policy"),
        Class.TRACES,
        RevisionComment,
        "person_id text language",
        _comments,
    ),
    NotPersonal(
        {
            "policy_version": "label text_en text_zh summary_en summary_zh tests reason",
            "policy_revision": "uid state label text_en text_zh summary_en summary_zh tests reason",
            "new_purpose": "uid code state title_en title_zh why classes basis assessment reason",
            "announcement": "uid state title_en title_zh body_en body_zh",
            # A file number of a court or an authority, and nothing that names anybody.
            "legal_hold": "uid about ground reference",
            "publication": "uid kind series facts text language withdrawal",
            "publication_count": "month kind outcome",
        }
    ),
)
