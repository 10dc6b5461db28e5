"""The first call of `flask demo`: all of the demo in one transaction, or nothing of it."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import select

from demo.announcements import publish_announcements
from demo.askings import begin_askings
from demo.checks import begin_checks
from demo.erasures import carry_one_out
from demo.gates import write_gates
from demo.names import begin_names
from demo.notices import take_in_papers
from demo.operator import write_operator
from demo.partners import write_partners
from demo.people import create_people
from demo.photo import draw_photo
from demo.platform_calls import ask_platform
from demo.private_files import write_private
from demo.proposal import propose_purpose, propose_version
from demo.saved_replies import write_saved_replies
from demo.stories import Teller, tell_stories
from support.accounts.models import Person
from support.core import files, installation
from support.core.clock import utcnow
from support.core.db import db, new_uid, transaction
from support.policies import service as policies

LOGINS = "demo-logins.json"
_AGE = timedelta(days=90)


class NotEmpty(Exception):
    """This instance is a real desk, or has people in it: no demo is put over it."""


def load_demo(instance: Path, progress: Callable[[Any], Any], now: datetime | None = None) -> bool:
    """Fill an empty instance; return False, and change nothing, where the demo is already. Raises `NotEmpty`.

    The logins lie on the disk before the database commits and get their name after it, so that a demo whose
    start was cut off at any moment either is not there at all or has its logins.
    """
    now = now or utcnow()
    logins, waiting = instance / LOGINS, instance / f"{LOGINS}.new"
    write_operator(instance)
    if _is_loaded():
        if waiting.exists():
            waiting.replace(logins)
        return False
    photo_owner = f"draft:{new_uid()}"
    photo = files.intake(io.BytesIO(draw_photo()), "IMG_2041.jpg", None, photo_owner).uid
    papers = take_in_papers()
    with transaction():
        installation.mark(demo=True)
        policies.load_sample(now=now - _AGE)
        cast = create_people(now, joined=now - _AGE)
        write_partners(cast, now)
        write_gates(cast, now)
        publish_announcements(cast.actors["admin"], now)
        propose_version(cast.actors, now)
        propose_purpose(cast.actors, now)
        write_saved_replies(cast.actors["agent"], now - _AGE)
        teller = Teller(cast, now, photo_owner, [photo], papers)
        tell_stories(teller, progress)
        ask_platform(cast, teller.keys, now)
        write_private(waiting, json.dumps(cast.logins, indent=2) + "\n")
    waiting.replace(logins)
    begin_checks(cast, teller.keys, now)
    begin_names(cast, now)
    begin_askings(cast, now)
    carry_one_out()
    return True


def _is_loaded() -> bool:
    marked = db.session.execute(
        select(installation.Installation.demo).where(installation.Installation.id == 1)
    ).scalar_one_or_none()
    peopled = db.session.execute(select(Person.id).limit(1)).first() is not None
    if marked is False or (marked is None and peopled):
        raise NotEmpty
    return marked is True and peopled
