"""What narrows a list of the desk. A view is an address: every filter, the sort and the words stand in it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from support.core.text import clean_line
from support.core.words import N_
from support.workorders.kind import kinds
from support.workorders.lifecycle import Priority, Status

DEFAULT_SORT = "due"

STAFF_STATUS: Mapping[str, str] = {
    Status.NEW: N_("New"),
    Status.OPEN: N_("In progress"),
    Status.WAITING: N_("Waiting on requester"),
    Status.RESOLVED: N_("Solved, to be confirmed"),
    Status.CLOSED: N_("Closed"),
}
"""A status in the words of the desk; the enum's own titles speak to the requester."""

STATUS_CHOICES: Mapping[str, str] = {**STAFF_STATUS, "any": N_("Any status")}
LANGUAGES: Mapping[str, str] = {"en": "English", "zh": "中文"}
DUE: Mapping[str, str] = {"late": N_("Overdue"), "soon": N_("Late or due in 2 h")}
PRIORITIES: Mapping[str, str] = {each.name.lower(): each.title for each in Priority}

LABELS: Mapping[str, str] = {
    "status": N_("Status"),
    "assignee": N_("Owner"),
    "team": N_("Team"),
    "kind": N_("Kind"),
    "priority": N_("Priority"),
    "language": N_("Language"),
    "tag": N_("Tag"),
    "due": N_("Due"),
    "q": N_("Words"),
}


def _one_of(values: Callable[[], Mapping[str, str]]) -> Callable[[str], bool]:
    return lambda text: text in values()


_ASSIGNEE = re.compile(r"me|none|[1-9][0-9]{0,17}")
_TEAM = re.compile(r"[a-z][a-z_]{0,23}")

_TAKES: Mapping[str, Callable[[str], bool]] = {
    "status": _one_of(lambda: STATUS_CHOICES),
    "assignee": lambda text: bool(_ASSIGNEE.fullmatch(text)),
    "team": lambda text: bool(_TEAM.fullmatch(text)),
    "kind": _one_of(lambda: {kind.code: kind.title for kind in kinds()}),
    "priority": _one_of(lambda: PRIORITIES),
    "language": _one_of(lambda: LANGUAGES),
    "tag": lambda text: len(text) <= 40,
    "due": _one_of(lambda: DUE),
    "q": lambda text: len(text) <= 200,
}


@dataclass(frozen=True, slots=True)
class Preset:
    """A view that the rail names: its title, what it narrows, and the folded count that says how many."""

    title: str
    fields: Mapping[str, str]
    counts: tuple[str, ...]


PRESETS: Mapping[str, Preset] = {
    "": Preset(N_("All open"), {}, ("open",)),
    "mine": Preset(N_("Assigned to me"), {"assignee": "me"}, ()),
    "unassigned": Preset(N_("Unassigned"), {"assignee": "none"}, ("unassigned",)),
    "due": Preset(N_("Late or due in 2 h"), {"due": "soon"}, ("breached", "due_soon")),
    "waiting": Preset(N_("Awaiting requester"), {"status": "waiting"}, ("waiting",)),
}


@dataclass(frozen=True, slots=True)
class View:
    """One list of the desk: a preset, the filters set by hand, the sort."""

    preset: str = ""
    own: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    sort: str = DEFAULT_SORT

    def value(self, name: str) -> str:
        """What the filter `name` is set to, by hand or by the preset; "" for not at all."""
        return self.own.get(name) or PRESETS[self.preset].fields.get(name, "")

    @property
    def title(self) -> str:
        """A message id."""
        return PRESETS[self.preset].title

    @property
    def counted(self) -> tuple[str, ...]:
        """The folded counts whose sum is the number of rows; empty where nobody counted."""
        return () if self.own else PRESETS[self.preset].counts

    def address(self, **changes: str) -> dict[str, str]:
        """The query arguments of this view, with `changes` ("" takes a filter away)."""
        said = {
            "view": self.preset,
            **self.own,
            "sort": "" if self.sort == DEFAULT_SORT else self.sort,
            **changes,
        }
        return {name: value for name, value in said.items() if value}


def read_view(args: Mapping[str, str], sorts: Mapping[str, object]) -> View:
    """Return the view that an address asks for; a value that no filter takes is left out."""
    own = {}
    for name, takes in _TAKES.items():
        said = clean_line(args.get(name, ""), 201)
        if said and takes(said):
            own[name] = said
    preset, sort = args.get("view", ""), args.get("sort", "")
    return View(
        preset if preset in PRESETS else "",
        MappingProxyType(own),
        sort if sort in sorts else DEFAULT_SORT,
    )
