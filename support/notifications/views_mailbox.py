"""The demo's mailbox: what would have been sent, for a visitor on this machine only."""

from __future__ import annotations

import re

from flask import Response, render_template

from support.core.context import settings
from support.core.errors import NotAllowed, NotFound
from support.core.installation import is_demo
from support.core.web import is_local_request
from support.notifications import outgoing
from support.notifications.views import blueprint

_HTML_POLICY = "sandbox; default-src 'none'; style-src 'unsafe-inline'"


@blueprint.get("/mailbox")
def mailbox() -> str:
    """List the newest mails and texts."""
    _only_here()
    return render_template("notifications/mailbox.html", messages=outgoing.kept_messages())


@blueprint.get("/mailbox/<name>")
def mailbox_item(name: str) -> str:
    """Show one message as text; its HTML part stands behind a link, under a policy of its own."""
    kept = _kept(name)
    site = re.escape(settings().public_url)
    paths = dict.fromkeys(re.findall(rf"{site}(/[^\s<>\"']+)", kept.text))
    return render_template("notifications/mailbox_item.html", kept=kept, paths=list(paths))


@blueprint.get("/mailbox/<name>/html")
def mailbox_html(name: str) -> Response:
    """Give the HTML part of a mail, in a sandbox: no script, no form, no request to anywhere."""
    kept = _kept(name)
    if not kept.html:
        raise NotFound()
    return Response(kept.html, headers={"Content-Security-Policy": _HTML_POLICY})


def _kept(name: str) -> outgoing.Kept:
    _only_here()
    kept = outgoing.kept_message(name)
    if kept is None:
        raise NotFound()
    return kept


def _only_here() -> None:
    """Without the demo mark there is no mailbox; with it, only a visitor on this machine sees it."""
    if not is_demo():
        raise NotFound()
    if not is_local_request():
        raise NotAllowed()
