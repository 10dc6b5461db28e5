"""The desk's search page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import render_template, request, url_for
from markupsafe import Markup

from support.accounts import queries as people
from support.accounts import queries_names
from support.core.clock import utcnow
from support.core.web import current_actor, row_number
from support.core.web_parts import html_lang
from support.workorders import desk_queries, desk_search
from support.workorders.desk_filters import View
from support.workorders.desk_rows import Row, shown
from support.workorders.desk_search import Asked
from support.workorders.desk_staff import colleagues
from support.workorders.desk_views import blueprint

MOST_PEOPLE = 5
_ALL = View()


@dataclass(slots=True)
class Found:
    """One order that was found: its row, and its subject and the text around the words, both with the words marked."""

    row: Row
    subject: Markup
    excerpt: Markup
    lang: str
    note: bool


@blueprint.get("/search")
def search() -> str:
    """Find orders and people; the newest first, more pages behind."""
    asked = desk_search.read_query(request.args.get("q", ""))
    before = request.args.get("before", type=row_number)
    found, after = _found(asked, before) if asked.words else ([], None)
    named = desk_search.exact(current_actor(), asked) if asked.words and before is None else None
    return render_template(
        "workorders/desk/search.html",
        asked=asked,
        exact=shown([desk_queries.row_of(named)], _ALL, utcnow()) if named else [],
        persons=_persons(asked) if asked.words and before is None else [],
        found=found,
        next_url=url_for("desk.search", q=asked.said, before=after) if after else None,
    )


def _found(asked: Asked, before: int | None) -> tuple[list[Found], int | None]:
    owners = [
        one.id for one in colleagues().values() if one.name.casefold().startswith(asked.owner)
    ]
    hits, after = desk_search.find(current_actor(), asked, owners, before=before)
    rows = desk_search.rows([hit.thing_id for hit in hits])
    drawn = {row.id: row for row in shown(rows.values(), _ALL, utcnow())}
    texts = desk_search.texts(hits)
    found = []
    for hit in hits:
        if (row := drawn.get(hit.thing_id)) is None:
            continue
        text, language = texts.get(hit.part, ("", ""))
        piece = Markup("")
        if text:
            piece = desk_search.marked(desk_search.excerpt(text, asked.words), asked.words)
        found.append(
            Found(
                row=row,
                subject=desk_search.marked(row.subject, asked.words),
                excerpt=piece,
                lang=html_lang(language),
                note=hit.part.startswith("note:"),
            )
        )
    return found, after


def _persons(asked: Asked) -> list[dict[str, Any]]:
    actor, ids = current_actor(), queries_names.find_people(asked.words)[:MOST_PEOPLE]
    names = people.names(ids)
    return [
        {
            "name": names.get(person_id, ""),
            "addresses": [one.masked for one in people.contacts_of(person_id)],
            "orders": shown(desk_queries.orders_of(person_id, actor), _ALL, utcnow()),
        }
        for person_id in ids
        if person_id not in colleagues()
    ]
