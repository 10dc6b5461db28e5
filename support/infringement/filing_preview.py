"""A begun notice in full: everything that was filled in, and exactly what the other side will see of it."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _

from support.core.masking import mask_secrets
from support.infringement import filing, filing_pages, service_drafts
from support.infringement.filing import Part
from support.infringement.policy import MEASURES
from support.infringement.regimes import ContentKind
from support.infringement.service_drafts import Draft

Row = dict[str, Any]


def sections(draft: Draft) -> list[dict[str, Any]]:
    """Return the groups of the check page: each answer with the way to change it."""
    kept = draft.fields
    return [
        {
            "title": _(group.title),
            "rows": [row for part in group.parts if part.asked(kept) for row in _rows(draft, part)],
        }
        for group in filing.GROUPS
    ]


def _rows(draft: Draft, part: Part) -> list[Row]:
    if part.paper:
        names = [file.name for file in service_drafts.files_of(draft.uid, part.code)]
        return [_row(part, _(part.title), ", ".join(names))]
    said = filing.part_of(draft.fields, part.code)
    if part.code == "listings":
        return [_row(part, _(part.title), filing_pages.links_summary(draft.fields))]
    return [_row(part, label, value) for label, value in _said(part.code, said)]


def _row(part: Part, label: str, value: str) -> Row:
    lang = filing_pages.lang_of(value) if value else None
    return {"label": label, "value": value, "lang": lang, "change_url": filing_pages.url_of(part)}


def _said(code: str, said: Any) -> list[tuple[str, str]]:
    get = said.get
    if code == "filer":
        agent = get("filer_type") == "agent"
        rows = [
            (_("You file"), _("For the rights holder") if agent else _("As the rights holder")),
            (_("Your full name"), get("signer")),
            (_("Your firm"), get("agent_name")),
            (_("Where we reach you"), get("reach")),
        ]
    elif code == "holder":
        number = _("Given, not shown again") if get("holder_id_no") else ""
        rows = [
            (_("Name of the rights holder"), get("holder_name")),
            (_("Country or region"), filing_pages.place_name(get("country"))),
            (_("Postal address"), get("address")),
            (_("E-mail of the rights holder"), get("email")),
            (_("Phone of the rights holder"), get("phone")),
            (_("Number of a registration or of an ID"), number),
        ]
    elif code == "right":
        rows = right_rows(said)
    elif code == "reason":
        rows = reason_rows(said)
        rows.append((_("Under United States law"), _("Yes") if get("us_law") else ""))
    else:
        rows = [(_("Contact the other side sees"), contact_words(said))]
    return [(label, value) for label, value in rows if value]


def right_rows(said: Any) -> list[tuple[str, str]]:
    """Return what is said of the right."""
    kind = filing.right_of({"right": said})
    return [
        (_("Kind of right"), _(kind.title) if kind else ""),
        (_("What it is called"), said.get("right_name", "")),
        (_("Its number"), said.get("right_no", "")),
        (_("Classes"), said.get("right_class", "")),
        (_("Where it holds"), filing_pages.place_name(said.get("territory"))),
        (_("Since when it exists"), filing_pages.day_name(said.get("right_day"))),
        (_("Valid until"), filing_pages.day_name(said.get("valid_until"))),
        (_("Description"), said.get("work", "")),
    ]


def reason_rows(said: Any) -> list[tuple[str, str]]:
    """Return why it infringes and what is asked for."""
    content = said.get("content_kind")
    return [
        (_("What stands behind the links"), _(ContentKind(content).title) if content else ""),
        (_("Why they infringe"), said.get("explanation", "")),
        (_("What we should do"), _(MEASURES.get(said.get("measure", ""), ""))),
    ]


def contact_words(said: Any) -> str:
    """Return the contact as it is shown."""
    return ", ".join(filter(None, (said.get("shown_name"), said.get("shown_contact"))))


def veil(text: str) -> str:
    """Return what one side wrote as the other reads it: numbers of IDs and cards, and passwords, are covered."""
    return mask_secrets(text).text


def veiled(said: Any) -> dict[str, Any]:
    """Return a part of a notice with its longer texts as the other side reads them."""
    return {**said, **{name: veil(said.get(name) or "") for name in ("work", "explanation")}}


def forwarded(draft: Draft) -> dict[str, Any]:
    """Return exactly what the other side will see: no number of an ID, no address at which we reach the filer."""
    kept = draft.fields
    filer, holder = filing.part_of(kept, "filer"), filing.part_of(kept, "holder")
    rows = [(_("Rights holder"), holder.get("holder_name", ""))]
    if filing.is_agent(kept):
        rows.append((_("Represented by"), filer.get("agent_name") or filer.get("signer", "")))
    rows += right_rows(veiled(filing.part_of(kept, "right")))
    rows += reason_rows(veiled(filing.part_of(kept, "reason")))
    rows.append((_("Contact"), contact_words(filing.part_of(kept, "shown"))))
    shown = ("evidence", "comparison", "evaluation")
    names = [file.name for part in shown for file in service_drafts.files_of(draft.uid, part)]
    rows.append((_("Files"), ", ".join(names)))
    return {
        "rows": [_plain(label, value) for label, value in rows if value],
        "lines": [
            {
                "number": line.number,
                "url": line.url,
                "reason": veil(line.reason),
                "lang": filing_pages.lang_of(line.reason),
            }
            for line in filing.good_lines(kept)
        ],
    }


def _plain(label: str, value: str) -> Row:
    return {"label": label, "value": value, "lang": filing_pages.lang_of(value)}
