"""The demo's saved replies, written by its agents."""

from __future__ import annotations

import tomllib
from datetime import datetime
from pathlib import Path

from sqlalchemy import update

from support.core.actors import Actor
from support.core.db import changed
from support.workorders import service_saved
from support.workorders.models import SavedReply

REPLIES = Path(__file__).with_name("saved_replies.toml")


def write_saved_replies(agent: Actor, now: datetime) -> None:
    """Write what `saved_replies.toml` says inside the caller's transaction."""
    for reply in tomllib.loads(REPLIES.read_text("utf-8"))["reply"]:
        saved = service_saved.write_saved(
            agent,
            title=reply["title"],
            text_en=reply["en"].strip(),
            text_zh=reply["zh"].strip(),
            now=now,
        )
        changed(update(SavedReply).where(SavedReply.id == saved.id).values(used=reply["used"]))
