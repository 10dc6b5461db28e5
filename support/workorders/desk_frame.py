"""The frame of a queue: filters, sort, heads, bulk bar. It hangs on view and language only, so it is drawn once.

A process keeps it while its list of colleagues is fresh; a view with typed words in it is never kept.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import current_app, url_for
from flask_babel import get_locale, gettext
from markupsafe import Markup

from support.core.words import N_
from support.workorders.describe import team_title
from support.workorders.desk_filters import (
    DUE,
    LABELS,
    LANGUAGES,
    PRIORITIES,
    STATUS_CHOICES,
    View,
)
from support.workorders.desk_rows import pieces
from support.workorders.desk_sorts import SORTS
from support.workorders.desk_staff import colleagues, takers
from support.workorders.kind import kinds

MOST_KEPT = 200

BULK_ACTS = (
    ("assign", N_("Assign"), "user-plus", "a"),
    ("status", N_("Status"), "circle-dot", "s"),
    ("tag", N_("Tag"), "tag", "t"),
    ("priority", N_("Priority"), "chevrons-up-down", "p"),
)


@dataclass(frozen=True, slots=True)
class Frame:
    """The drawn parts of a queue's page."""

    toolbar: Markup
    heads: Markup
    bulk: Markup


def frame(view: View) -> Frame:
    """Return the frame of `view` in the language of this request."""
    if view.value("q"):
        return _drawn(view)
    people = colleagues()
    kept: dict[Any, tuple[object, Frame]] = current_app.extensions.setdefault("desk_frames", {})
    key = (str(get_locale()), *view.address().items())
    found = kept.get(key)
    if found is None or found[0] is not people:
        if len(kept) >= MOST_KEPT:
            kept.clear()
        found = kept[key] = (people, _drawn(view))
    return found[1]


def _drawn(view: View) -> Frame:
    draw: Any = current_app.jinja_env.get_template("workorders/desk/_frame.html").module
    acts = [(act, gettext(words), sign, key) for act, words, sign, key in BULK_ACTS]
    return Frame(
        toolbar=draw.toolbar(view, _chips(view), _choices(), SORTS),
        heads=draw.heads(view, SORTS, pieces()),
        bulk=draw.bulk_bar(acts),
    )


def words_of(name: str, value: str) -> str:
    """Return how a filter's value is called on the page."""
    titles: dict[str, Any] = {
        "status": STATUS_CHOICES,
        "priority": PRIORITIES,
        "due": DUE,
        "kind": {kind.code: kind.title for kind in kinds()},
    }
    if name == "assignee":
        if value in ("me", "none"):
            return str(gettext("me") if value == "me" else gettext("nobody"))
        found = colleagues().get(int(value))
        return found.name if found else value
    if name == "team":
        return team_title(value)
    if name in titles:
        return str(gettext(titles[name].get(value, value)))
    return LANGUAGES.get(value, value) if name == "language" else value


def _chips(view: View) -> list[dict[str, str]]:
    return [
        {
            "words": gettext(
                "%(label)s: %(value)s", label=gettext(LABELS[name]), value=words_of(name, value)
            ),
            "remove_url": url_for("desk.queue", **view.address(**{name: ""})),  # type: ignore[arg-type]
        }
        for name, value in view.own.items()
    ]


def _choices() -> list[dict[str, Any]]:
    """Return the filters that are chosen from a list, for the form that adds one."""
    known: dict[str, list[str]] = {
        "status": list(STATUS_CHOICES),
        "assignee": ["me", "none", *(str(one.id) for one in takers())],
        "team": sorted({kind.first_team for kind in kinds()}),
        "kind": [kind.code for kind in kinds()],
        "priority": list(PRIORITIES),
        "language": list(LANGUAGES),
        "due": list(DUE),
    }
    return [
        {
            "name": name,
            "label": gettext(LABELS[name]),
            "choices": [(value, words_of(name, value)) for value in values],
        }
        for name, values in known.items()
    ]
