"""The checks of those who ask for deletion without signing in: who they are, and by what right they ask."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from support.core.text import written_in
from support.core.web_parts import html_lang
from support.core.words import N_
from support.erasure import asking, queries_asking, rules
from support.erasure.asking import RELATIONS
from support.erasure.service_asking import follow_check, note_shown, require_filed
from support.verification.goal import Goal
from support.verification.lifecycle import DECIDED_ON
from support.verification.models import Check
from support.verification.policy import Way

GIVEN_UP = N_(
    "Your request ends with it, and nothing has been looked at. You may ask again whenever you like."
)
_TITLES = {
    "lost": N_("Show who you are"),
    "ward": N_("Show that you are the guardian"),
    "heir": N_("Show that you are a near relative"),
}


def claimed(check: Check) -> Mapping[str, Any]:
    """What the people who decide compare with the pictures; never by what the account is found."""
    row = queries_asking.erasure_of_check(check)
    asked = queries_asking.asked_in(row) if row is not None and check.state in DECIDED_ON else None
    return {
        "ground": rules.ground_of(row.ground) if row is not None else None,
        "asked": asked,
        "ages": asking.AGES,
        "kins": asking.KINS,
        "lang_of": lambda name: html_lang(written_in(name)),
    }


def _goal(ground: str) -> Goal:
    relation = RELATIONS[ground]
    return Goal(
        act=relation.act,
        title=_TITLES[ground],
        page="erasure/check.html",
        given_up=GIVEN_UP,
        claim="erasure/_asking_claim.html",
        facts=claimed,
        steps=(),
        rules={Way.DOCUMENT: relation.way},
        may_open=require_filed,
        carry_out=note_shown,
        ways=lambda: (Way.DOCUMENT,),
        on_move=follow_check,
        letter="erasure.check",
        reasons=asking.REASONS,
        subjects=frozenset({"member", "guest"}),
    )


GOALS = tuple(_goal(ground) for ground in RELATIONS)
