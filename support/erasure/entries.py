"""What this room hands to `wiring.py`."""

from __future__ import annotations

from flask import url_for
from flask_babel import gettext

from support.accounts.console import AdminNotice, ConsoleEntry
from support.core.file_upkeep import BytesOf
from support.core.ledger import UnderWay
from support.core.restore import AfterRestore
from support.core.web import current_actor
from support.core.web_nav import NavItem
from support.core.words import N_
from support.erasure import (  # noqa: F401  (two add their routes to the desk)
    cli,
    desk_pages,
    goals,
    jobs,
    kind,
    letters,
    personal_data,
    policy,
    queries,
    queries_copies,
    service_ledger,
    service_retention,
    views,
    views_asking,
    views_cessation,
    views_data,
    views_desk,
    views_figures,
    views_matching,
    views_proof,
)
from support.erasure.replay import replay

BLUEPRINTS = (
    views.blueprint,
    views_data.blueprint,
    views_desk.blueprint,
    views_proof.blueprint,
    views_asking.blueprint,
    views_cessation.blueprint,
    views_cessation.public_blueprint,
)
COMMANDS = (cli.erasure_group, cli.receipt_group)
PUBLIC = (*views_proof.PUBLIC, *views_asking.PUBLIC, *views_cessation.PUBLIC)
GUEST = (*views.GUEST, *views_data.GUEST)


def replay_all() -> None:
    """Do again what the restored data does not know of."""
    replay()


def _unstaffed() -> list[tuple[str, str, str]]:
    """Return the notice for administrators where nobody could decide on a deletion."""
    if not desk_pages.unstaffed():
        return []
    title, words = (
        gettext("Deletions are not staffed"),
        gettext("A deletion needs a privacy officer and another person. Give somebody the role."),
    )
    return [(title, words, url_for("erasures.index"))]


HOOKS: tuple[object, ...] = (
    *views_cessation.HOOKS,
    kind.ERASURE,
    *goals.GOALS,
    *service_retention.KEEPINGS,
    *personal_data.HOLDERS,
    UnderWay(service_ledger.under_way),
    AfterRestore(N_("Deletions since the backup are done again"), replay_all),
    *jobs.SUBSCRIPTIONS,
    *jobs.PERIODIC,
    *letters.TEMPLATES,
    AdminNotice(_unstaffed),
    BytesOf(queries_copies.bytes_in_store),
    ConsoleEntry(
        N_("Your data"),
        N_("What is kept about you, why and for how long; a copy of it, or its deletion."),
        "own_data.index",
        "database",
        95,
        lambda: not current_actor().is_staff,
    ),
    NavItem(
        N_("More"),
        N_("Deletions"),
        "erasures.index",
        "eraser",
        count=queries.waiting_for,
        roles=policy.DESK,
    ),
    NavItem("footer", N_("Check a proof of deletion"), "deletions.verify", "file-check"),
)
