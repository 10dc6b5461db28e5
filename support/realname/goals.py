"""What the checks of real names ask, show and do."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from support.accounts import queries as people
from support.accounts import queries_names
from support.assurance.policy import Act
from support.core.text import written_in
from support.core.web_countries import country_name
from support.core.web_parts import html_lang
from support.core.words import N_
from support.policies.models import Purpose
from support.realname import (
    policy,
    queries,
    queries_changes,
    queries_face,
    service,
    service_changes,
)
from support.realname.documents import DOCUMENTS, Document
from support.realname.matcher import Opinion
from support.verification.goal import Company, Goal, Step
from support.verification.lifecycle import DECIDED_ON
from support.verification.models import Check
from support.verification.policy import Way
from support.verification.steps import PAYMENT


def _document(check: Check) -> str:
    claim = queries.claim_of(check)
    return DOCUMENTS[Document(claim.document)].title if claim is not None else ""


def claimed(check: Check) -> Mapping[str, Any]:
    """What the people who decide compare with the picture; nothing of it once the check has ended."""
    claim = queries.claim_of(check)
    details = queries.details_of(check) if check.state in DECIDED_ON else None
    return {
        "account": people.names([check.subject_id]).get(check.subject_id, ""),
        "details": details,
        "lang_of": language_of,
        "country": country_name(details.country) if details is not None else "",
        "used": claim is not None
        and details is not None
        and queries.used_by_another(claim, details),
        "face": Opinion(claim.face) if claim is not None and check.way == Way.FACE else None,
    }


def language_of(name: str) -> str:
    """Return the `lang` of a name, which is its bearer's and no word of the page."""
    return html_lang(written_in(name))


def changed(check: Check) -> Mapping[str, Any]:
    """What was verified until now beside what shall be, and what happened to the account lately."""
    return {
        **claimed(check),
        "before": queries_names.verified_name_of(check.subject_id),
        "wanted": queries_changes.wanted_name(check) if check.state in DECIDED_ON else "",
        "risks": queries_changes.risks_of(check),
    }


def company_of(check: Check) -> Company | None:
    """Return the company whose papers were written down."""
    details = queries.details_of(check)
    if details is None or details.rule.bears != "company":
        return None
    return Company((details.name, details.other_name), details.number)


def offered() -> tuple[Way, ...]:
    """Return the ways by which a name is verified here now; a face only once its impact was assessed."""
    return tuple(way for way in policy.RULES if way != Way.FACE or queries_face.is_on())


DETAILS = Step(
    "details",
    N_("What the document says"),
    N_("Details of the document"),
    "realname.details",
    lambda check: queries.claim_of(check) is not None,
    _document,
    _document,
    consent=Purpose.DOCUMENT_NUMBER,
)

AUTHENTICATION = Goal(
    act=Act.SET_REALNAME,
    title=N_("Verify your name"),
    page="realname/check.html",
    given_up=N_("Your name is not verified then. You can begin anew whenever you like."),
    claim="realname/_claim.html",
    facts=claimed,
    steps=(DETAILS, PAYMENT),
    rules=policy.RULES,
    may_open=service.require_self_opened,
    carry_out=service.write_name,
    ways=offered,
    on_move=service.follow_end,
    forget=service.forget_details,
    take_back=service.take_name_back,
    company_of=company_of,
    letter="realname.check",
    reasons=policy.REASONS,
)
CHANGE = Goal(
    act=Act.CHANGE_REALNAME,
    title=N_("Prove your new name"),
    page="realname/change_check.html",
    given_up=N_(
        "Your verified name stays as it is, and the work order of this change is closed. You can ask for a change "
        "again whenever you like."
    ),
    claim="realname/_change_claim.html",
    facts=changed,
    steps=(DETAILS, PAYMENT),
    rules=policy.RULES,
    may_open=service.require_self_opened,
    carry_out=service.write_name,
    ways=offered,
    weigh=service_changes.weigh_account,
    on_move=service_changes.follow_check,
    forget=service_changes.forget_change,
    take_back=service.take_name_back,
    company_of=company_of,
    letter="realname.check",
    reasons=policy.REASONS,
)
