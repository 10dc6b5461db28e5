"""What the filer's pages show, put into the shapes that the macros take."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from flask import jsonify, render_template, request, url_for
from flask_babel import format_date, ngettext
from flask_babel import gettext as _

from support.core.actors import Actor
from support.core.clock import utcnow
from support.core.errors import DomainError, NotFound
from support.core.files import LIMITS
from support.core.text import written_in
from support.core.web import current_actor
from support.core.web_countries import country_name
from support.core.web_parts import html_lang
from support.infringement import filing, queries, service_drafts
from support.infringement.filing import Part
from support.infringement.forms import EU, FilesForm
from support.infringement.regimes import RightType
from support.infringement.service_drafts import MOST_FILES, Draft
from support.workorders import drafts_web, limits_web, uploads
from support.workorders.uploads import described

MOST_RIGHTS = 10
NUMBERLESS = {"holder_id_no": ""}
"""What no page fills in again: the number of an ID, once it was given."""
_OF_RIGHT = {"right_name": "name", "right_no": "number", "right_class": "class"}
"""Which of what is kept of a right stands in which field."""


def papers_of(draft: Draft | None) -> dict[str, int]:
    """Return how many files each page has."""
    return service_drafts.papers(draft.uid) if draft is not None else {}


def kept_of(draft: Draft | None) -> Mapping[str, Any]:
    """Return what was filled in; nothing before the first page was saved."""
    return draft.fields if draft is not None else {}


def paper_named(code: str) -> Part:
    """Return the page that takes files called so; raise `NotFound` for any other."""
    part = filing.PARTS.get(f"files/{code}")
    if part is None:
        raise NotFound()
    return part


def url_of(part: Part) -> str:
    """Return the address of a page."""
    if part.paper:
        return url_for("notices.files", part=part.code)
    if part.code == "listings":
        return url_for("notices.listings")
    return url_for("notices.step", step=part.code)


def after(draft: Draft, code: str, paper: str = "") -> str:
    """Return where to go on behind a page: the next one that isn't done, else the list."""
    part = filing.next_part(draft.fields, papers_of(draft), code, paper)
    here = part is not None and (part.code, part.paper) == (code, paper)
    return url_for("notices.tasks") if part is None or here else url_of(part)


def task_list(draft: Draft | None) -> dict[str, Any]:
    """Return the groups of the task list, how far it is, and where to go on."""
    kept, papers = kept_of(draft), papers_of(draft)
    done, whole = filing.counted(kept, papers)
    blockers = filing.blockers(kept, papers)
    groups = [
        {
            "title": _(group.title),
            "items": [_item(part, kept, papers) for part in group.parts if part.asked(kept)],
        }
        for group in filing.GROUPS
    ]
    groups[-1]["items"].append(_last(ready=draft is not None and not blockers))
    ahead = filing.next_part(kept, papers)
    return {
        "draft": draft,
        "groups": groups,
        "done": done,
        "whole": whole,
        "ahead": {"url": url_of(ahead), "title": _(ahead.title)} if ahead else None,
        "ready": draft is not None and not blockers,
    }


def _item(part: Part, kept: Mapping[str, Any], papers: Mapping[str, int]) -> dict[str, Any]:
    begun = bool(kept.get(part.code)) and not part.paper
    done = part.done(kept, papers)
    words = _("Completed") if done else _("In progress") if begun else _("Not started")
    return {
        "title": _(part.title),
        "url": url_of(part),
        "text": summary(part, kept, papers),
        "words": words,
        "tone": "done" if done else "wait" if begun else "new",
    }


def _last(*, ready: bool) -> dict[str, Any]:
    return {
        "title": _("Check your answers and declare"),
        "url": url_for("notices.check") if ready else None,
        "text": None if ready else _("Available when the parts above are complete"),
        "words": _("Not sent yet") if ready else _("Can't start yet"),
        "tone": "new",
    }


def summary(part: Part, kept: Mapping[str, Any], papers: Mapping[str, int]) -> str:
    """Return one line of what was answered on a page; "" for nothing yet."""
    if part.paper:
        count = papers.get(part.code, 0)
        return str(ngettext("%(num)s file", "%(num)s files", count)) if count else ""
    said = filing.part_of(kept, part.code)
    if not said:
        return ""
    if part.code == "listings":
        return links_summary(kept)
    if part.code == "filer":
        role = _("for the rights holder") if filing.is_agent(kept) else _("rights holder")
        return str(_("%(name)s, %(role)s", name=said.get("signer"), role=role))
    if part.code == "holder":
        return ", ".join(filter(None, (said.get("holder_name"), place_name(said.get("country")))))
    if part.code == "right":
        return _right_words(said["right_type"], said.get("right_no"), said.get("right_name"))
    return str(said.get("shown_name" if part.code == "shown" else "explanation") or "")[:120]


def links_summary(kept: Mapping[str, Any]) -> str:
    """Return how many links there are, and how many of them need a look."""
    lines = filing.lines_of(kept)
    wrong = sum(not line.good for line in lines)
    added = str(ngettext("%(num)s link added", "%(num)s links added", len(lines)))
    if not wrong:
        return added
    fix = ngettext("%(num)s needs fixing", "%(num)s need fixing", wrong)
    return str(_("%(added)s, %(fix)s", added=added, fix=fix))


def lang_of(text: str) -> str:
    """Return the `lang` of a text that people wrote."""
    return html_lang(written_in(text))


def place_name(code: str | None) -> str:
    """Return a country or region in the words of the page."""
    if code == EU:
        return str(_("European Union"))
    return country_name(code) if code else ""


def day_name(said: str | None) -> str:
    """Return a day that a draft keeps, in the words of the page."""
    return format_date(date.fromisoformat(said), "long") if said else ""


def is_over(kept: Mapping[str, Any]) -> bool:
    """True for a right whose last day has passed."""
    until = filing.part_of(kept, "right").get("valid_until")
    return bool(until) and date.fromisoformat(str(until)) < utcnow().date()


def offered(step: str, draft: Draft | None) -> dict[str, Any]:
    """Return what stands in a page before it was filled in: what another page said already."""
    kept = kept_of(draft)
    filer, holder = filing.part_of(kept, "filer"), filing.part_of(kept, "holder")
    if step == "shown":
        agent = filing.is_agent(kept)
        name = (filer.get("agent_name") or filer.get("signer")) if agent else ""
        return {"shown_name": name or holder.get("holder_name", "")}
    if step == "holder" and filer and not filing.is_agent(kept):
        reach = str(filer.get("reach") or "")
        return {"email": reach if "@" in reach else "", "phone": "" if "@" in reach else reach}
    if step == "reason":
        return {"content_kind": "listing", "measure": "delete"}
    return {}


def facts_for(step: str, draft: Draft | None) -> dict[str, Any]:
    """Return what else a page shows."""
    kept = kept_of(draft)
    if step == "right":
        return {"over": is_over(kept), "rights": held_rights(current_actor())}
    if step == "shown":
        return {"agent": filing.is_agent(kept)}
    if step == "holder":
        return {"given": bool(filing.part_of(kept, "holder").get("holder_id_no"))}
    return {}


def with_number(step: str, said: dict[str, Any], draft: Draft | None) -> dict[str, Any]:
    """Return what a page says, with the number of an ID that was given before where none is typed for the same kind.

    It is not shown again, so a blank field says nothing about it; another kind of document leaves it out.
    """
    before = filing.part_of(kept_of(draft), "holder")
    same = said.get("holder_id_type") == before.get("holder_id_type")
    if step != "holder" or said.get("holder_id_no") or not same:
        return said
    return said | {"holder_id_no": before.get("holder_id_no", "")}


def held_right(actor: Actor, uid: str) -> dict[str, Any]:
    """Return what the page of the right would hold for one that the actor named before; raises `NotFound`."""
    for right, said in queries.rights_of(actor):
        if right.uid == uid:
            until = right.valid_until.isoformat() if right.valid_until else ""
            own = {"right_type": right.type, "territory": right.territory, "valid_until": until}
            return {**own, **{here: said.get(there, "") for here, there in _OF_RIGHT.items()}}
    raise NotFound()


def held_rights(actor: Actor) -> list[dict[str, str]]:
    """Return the rights that the actor named before, each in one line."""
    found = queries.rights_of(actor)[:MOST_RIGHTS]
    return [
        {"uid": right.uid, "words": _right_words(right.type, said.get("number"), said.get("name"))}
        for right, said in found
    ]


def _right_words(kind: str, number: str | None, name: str | None) -> str:
    return " · ".join(filter(None, (_(RightType(kind).title), number, name)))


def files_page(part: Part, form: FilesForm, draft: Draft | None) -> str:
    """Draw the page that takes the files of one part."""
    found = service_drafts.files_of(draft.uid, part.code) if draft is not None else []
    return render_template(
        "infringement/files.html",
        asked=part,
        form=form,
        files=[described(file) for file in found],
        most=MOST_FILES,
        limit=LIMITS.file_bytes // 1024**2,
    )


def take_alone(draft: Draft, part: str) -> drafts_web.Answer:
    """Take the one posted file into a part, or the one named by `remove_file` out of the draft."""
    if removed := request.form.get("remove_file"):
        service_drafts.drop_file(draft, removed)
        return jsonify(removed=removed)
    try:
        limits_web.count_megabytes()
        shown = uploads.take_one(draft.uploads, request.files["file"])
        service_drafts.keep_files(draft, part)
        return jsonify(shown)
    except DomainError as error:
        return jsonify(error=_(error.words, **error.facts)), error.status
