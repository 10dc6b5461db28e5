"""What the desk's page shows of somebody who asks without signing in, and of the account that they mean."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import request
from flask_wtf import FlaskForm

from support.core.actors import Actor
from support.core.errors import NotFound
from support.core.text import written_in
from support.core.web_parts import html_lang
from support.erasure import asking, policy, queries_asking
from support.erasure.forms_asking import MatchForm, RefusalForm
from support.erasure.lifecycle import ErasureState
from support.erasure.models import Erasure


def asking_page(actor: Actor, row: Erasure, forms: Mapping[str, FlaskForm]) -> dict[str, Any]:
    """Return what was written, whom it may mean, what its addresses said; nothing for a request of one's own."""
    known = queries_asking.asking_of(row)
    if known is None:
        return {"asking": None}
    asked = queries_asking.asked_in(row)
    return {
        "asking": {
            "asked": asked,
            "ages": asking.AGES,
            "kins": asking.KINS,
            "wishes": asking.WISHES,
            "named": queries_asking.NAMED,
            "lang_of": lambda name: html_lang(written_in(name)),
            "refusal": asking.REFUSALS.get(known.refusal, ""),
            "found": _found(row, asked),
            "stopped": queries_asking.stopped_for(row),
            "hold": queries_asking.hold_of(row) if row.person_id != row.asker_id else None,
            "waits": queries_asking.waits_for(row),
            **_search(actor, row, asked),
        },
        "match": forms.get("match") or MatchForm(),
        "refusal": forms.get("refusal") or RefusalForm(),
    }


def _found(row: Erasure, asked: Any) -> Any:
    """Return the account that was found, as long as anything of it stands."""
    if asked is None or row.person_id == row.asker_id:
        return None
    try:
        return queries_asking.candidate(row, asked, row.person_id)
    except NotFound:
        return None


def _search(actor: Actor, row: Erasure, asked: Any) -> dict[str, Any]:
    """Return whom the words name exactly; looked at by who finds the account alone."""
    looks = row.status is ErasureState.MATCHING and actor.has(*policy.DECIDERS)
    sought = request.args.get("q", "")[: asking.LONGEST_HANDLE] if looks else ""
    found = queries_asking.candidates(row, asked, sought) if looks and asked is not None else []
    return {"sought": sought, "candidates": found}
