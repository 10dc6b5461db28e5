"""What pages show of purposes: those of the first version and the new ones, alike."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from support.core.db import db
from support.core.web_pages import language
from support.core.web_parts import words as gettext
from support.policies import queries_purposes
from support.policies.data_classes import RULES, Class
from support.policies.models import PolicyVersion
from support.policies.models_purposes import NewUse
from support.policies.processing import USES, Basis, Use

Row = dict[str, Any]


def register(rows: Sequence[NewUse]) -> Row:
    """Return the whole register."""
    return {"uses": [_first(use) for use in USES.values()], "rows": [drawn(each) for each in rows]}


def _first(use: Use) -> Row:
    return {
        "title": gettext(use.title),
        "classes": _classes(use.classes),
        "basis": gettext(use.basis.title),
        "source": use.source,
    }


def drawn(use: NewUse) -> Row:
    """Return one new purpose as pages show it."""
    version = db.session.get(PolicyVersion, use.version_id) if use.version_id else None
    return {
        "uid": use.uid,
        "code": use.code,
        "title": use.title_zh if language() == "zh" else use.title_en,
        "why": use.why,
        "classes": _classes([Class(code) for code in use.classes.split()]),
        "basis": gettext(Basis(use.basis).title),
        "status": use.status,
        "allowed": queries_purposes.purpose_allowed(use.code),
        "label": version.label if version else "",
        "screen": [
            (gettext(words), getattr(use, name))
            for name, words in _ASKED.items()
            if getattr(use, name) is not None
        ],
        "assessment": use.assessment,
        "reason": use.reason,
        "proposed_at": use.proposed_at,
        "decided_at": use.decided_at,
    }


_ASKED = {
    "related": "Is it directly or reasonably related to what the data was given for?",
    "sensitive": "Does it use sensitive data: faces, documents, accounts at banks?",
    "needs_consent": "Does everybody agree to it first?",
}
"""As in `forms_purposes.ScreenForm`."""


def _classes(classes: Sequence[Class]) -> str:
    return " · ".join(gettext(RULES[each].title) for each in classes)
