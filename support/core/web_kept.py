"""A form that came too late is kept: the person signs in (or just confirms) and sends it again, nothing lost."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from flask import render_template, request
from flask_babel import gettext
from flask_wtf import FlaskForm
from sqlalchemy import String, func, select
from sqlalchemy.orm import Mapped, mapped_column
from wtforms import BooleanField, HiddenField, RadioField, SelectField

from support.core import vault
from support.core.clock import utcnow
from support.core.db import Id, Model, db, new_uid, transaction
from support.core.errors import Expired
from support.core.text import written_in
from support.core.web import visitor_id
from support.core.web_pages import blueprint
from support.core.web_parts import html_lang
from support.core.words import N_

KEPT = timedelta(hours=24)
OWNER = "kept_forms"
LARGEST = 300_000
"""Characters of one kept form: above what any form of ours takes."""
LONGEST_PATH = 500
MOST_FROM_ONE_ADDRESS = "60 per hour"
"""A late form needs no account and no token, so without a limit anybody could fill the disk with them."""
MOST_BYTES = 256 * 1024 * 1024
"""Of all kept forms together, since there are more addresses than one. Beyond it the text is only shown."""
NO_ROOM = N_(
    "What you typed could not be kept. Copy it from here, open the page again and send it."
)
OLD = N_("This page was open for too long")
OLD_KEPT = N_("What you typed is kept: look it over and send it again.")
TOO_LONG = N_(
    "It could not be kept here. Go back in your browser: what you typed may still be there."
)
_NEVER_KEPT = ("csrf_token", "password", "code", "totp", "secret")
_NUMBERS = frozenset({"number", "last", "licence", "holder", "holder_id_no"})
"""Fields with numbers of documents and accounts: they lie under the key of their case, or nowhere."""


class KeptForm(Model):
    """The sealed fields of one late form, bound to the browser that sent it."""

    __tablename__ = "kept_form"

    id: Mapped[Id]
    uid: Mapped[str] = mapped_column(String(32), unique=True)
    visitor: Mapped[str] = mapped_column(String(32))
    path: Mapped[str] = mapped_column(String(500))
    fields: Mapped[bytes]
    created_at: Mapped[datetime]


def worth_keeping() -> bool:
    """True for a request with a form of a size that a person fills in."""
    size = sum(len(name) + len(value) for name, value in request.form.items(multi=True))
    return 0 < size <= LARGEST and len(request.path) <= LONGEST_PATH


def typed() -> list[tuple[str, str]]:
    """Return the fields of this request's form, but never passwords, codes or numbers of documents and accounts."""
    return [
        (name, value)
        for name, value in request.form.items(multi=True)
        if name not in _NUMBERS and not any(word in name for word in _NEVER_KEPT)
    ]


def keep_form() -> str | None:
    """Seal what was typed and return the kept form's uid; None when so much is kept already that it has no room."""
    uid = new_uid()
    with transaction() as session:
        kept = session.execute(select(func.sum(func.length(KeptForm.fields)))).scalar_one()
        if (kept or 0) >= MOST_BYTES:
            return None
        sealed = vault.seal(
            OWNER, f"kept_form.fields:{uid}", json.dumps(typed(), ensure_ascii=False)
        )
        session.add(
            KeptForm(
                uid=uid, visitor=visitor_id(), path=request.path, fields=sealed, created_at=utcnow()
            )
        )
    return uid


@blueprint.get("/kept/<uid>")
def kept(uid: str) -> str:
    """Show what was kept, to the browser that typed it, with one button that sends it again."""
    row = db.session.execute(
        select(KeptForm).where(
            KeptForm.uid == uid,
            KeptForm.visitor == visitor_id(),
            KeptForm.created_at > utcnow() - KEPT,
        )
    ).scalar_one_or_none()
    if row is None:
        raise Expired()
    fields = json.loads(vault.unseal(OWNER, f"kept_form.fields:{uid}", row.fields))
    return render_template("core/kept.html", path=row.path, fields=fields, rows=shown(fields))


def shown(fields: Iterable[tuple[str, str]]) -> list[dict[str, str]]:
    """Return what was typed as the rows of a page, by the labels of the form that it was typed into.

    What a form sends of its own, and a choice that only its page can put into words, is sent again but not shown.
    """
    fields = list(fields)
    form = _form_of({name for name, _value in fields})
    rows = ((form[name], value) for name, value in fields if name in form and value.strip())
    return [
        {"label": str(field.args[0]), "value": words, "lang": html_lang(written_in(words))}
        for field, value in rows
        if field.args and (words := _words(field, value))
    ]


def _form_of(names: set[str]) -> dict[str, Any]:
    """Return the fields of that form of ours which has most of `names`, and least beside them."""
    return max(_forms(), key=lambda form: (len(names & form.keys()), -len(form)))


@cache
def _forms() -> list[dict[str, Any]]:
    found, waiting = [], FlaskForm.__subclasses__()
    while waiting:
        form = waiting.pop(0)
        waiting += form.__subclasses__()
        found.append(
            {name: each for name in dir(form) if hasattr(each := getattr(form, name), "_formfield")}
        )
    return found


def _words(field: Any, value: str) -> str:
    if issubclass(field.field_class, HiddenField):
        return ""
    if issubclass(field.field_class, BooleanField):
        return str(gettext("Yes"))
    if not issubclass(field.field_class, (SelectField, RadioField)):
        return value
    offered = {each.value: str(each.label) for each in field.kwargs.get("choices") or ()}
    return offered.get(value, "")
