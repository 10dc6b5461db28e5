"""The table of a case's links: narrowed to one state or one respondent, a page at a time, chosen one by one or all."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from support.accounts import queries as people
from support.infringement import desk_case
from support.infringement.lifecycle import ItemState
from support.infringement.models import Item
from support.infringement.queries_case import Case, Row

PAGE = 40
_MOST_DIGITS = 18


@dataclass(frozen=True, slots=True)
class View:
    """Which links are looked at: those in a state, of a respondent (by number, 0: of nobody known), from a page."""

    state: ItemState | None = None
    respondent: int | None = None
    page: int = 1

    def address(self, **changes: object) -> dict[str, object]:
        """Return the parts of the address of this view with some changed; what is None is left out."""
        parts = {"state": self.state, "respondent": self.respondent, "page": self.page} | changes
        return {name: value for name, value in parts.items() if value is not None}


@dataclass(frozen=True, slots=True)
class Table:
    """A page of links. `every` names all links of the view with their versions, for a decision about all of them."""

    lines: list[desk_case.Line]
    number: int
    page: int
    pages: int
    every: str
    states: list[tuple[ItemState, int]]
    respondents: list[tuple[int, str, int]]


def view_of(said: Mapping[str, str]) -> View:
    """Read a view from an address; what makes no sense is as if it were not said."""
    state = said.get("state", "")
    return View(
        ItemState(state) if state in set(ItemState) else None,
        _number(said.get("respondent", "")),
        _number(said.get("page", "")) or 1,
    )


def _number(text: str) -> int | None:
    return int(text) if text.isdecimal() and len(text) < _MOST_DIGITS else None


def table_of(case: Case, view: View) -> Table:
    """Return the page of links; only those on it are opened."""
    found = [row for row in case.rows if _fits(case, row, view)]
    pages = max(1, -(-len(found) // PAGE))
    page = min(max(view.page, 1), pages)
    shown = found[(page - 1) * PAGE : page * PAGE]
    return Table(
        lines=[line_of(case, row) for row in shown],
        number=len(found),
        page=page,
        pages=pages,
        every=written([row.item for row in found]),
        states=_states(case),
        respondents=_respondents(case),
    )


def line_of(case: Case, row: Row) -> desk_case.Line:
    """Return one link of a case, opened."""
    number = case.number_of(row.item.respondent_id)
    return desk_case.line_of(case.notice, row.item, number, row.said)


def _fits(case: Case, row: Row, view: View) -> bool:
    return (view.state is None or row.item.status is view.state) and (
        view.respondent is None or case.number_of(row.item.respondent_id) == view.respondent
    )


def _states(case: Case) -> list[tuple[ItemState, int]]:
    states = [row.item.status for row in case.rows]
    return [(state, states.count(state)) for state in ItemState if state in states]


def _respondents(case: Case) -> list[tuple[int, str, int]]:
    """Return number, name (a guest's is their masked address) and links of each respondent; 0 for nobody known."""
    wanted = [one.person_id for one in case.respondents.values() if one.person_id is not None]
    names = people.names(wanted)
    numbers = [case.number_of(row.item.respondent_id) for row in case.rows]
    known = [(0, "")] + [
        (case.number_of(one.id), names.get(one.person_id or 0, ""))
        for one in case.respondents.values()
    ]
    return [(number, name, numbers.count(number)) for number, name in known if number in numbers]


def written(items: Sequence[Item]) -> str:
    """Return items with their versions as one text that a form carries."""
    return " ".join(f"{item.id}:{item.version}" for item in items)


def read(text: str) -> dict[int, int]:
    """Return row id and version of each item that a form names; what makes no sense is left out."""
    pairs = (value.partition(":") for value in text.split())
    read_pairs = ((_number(item), _number(version)) for item, _colon, version in pairs)
    return {item: version for item, version in read_pairs if item and version is not None}
