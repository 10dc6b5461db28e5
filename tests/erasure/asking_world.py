"""Gina asks without an account, for herself, a child, or somebody who died; Vera and Paul look at who she is."""

from __future__ import annotations

import io
from dataclasses import replace
from typing import Any

from flask import Flask

from support.accounts import queries as people
from support.accounts import service_contacts
from support.accounts.models import ContactKind, ContactPoint
from support.assurance import service_holds
from support.core.actors import Actor, Role
from support.core.db import db, transaction
from support.erasure import queries_asking, service_asking, service_matching
from support.erasure.models import Erasure
from support.erasure.queries_asking import Asked
from support.verification import queries as checks
from support.verification import service_reviews, service_steps
from support.verification.goal import rule_of
from support.verification.models import Check
from support.workorders import service as workorders
from support.workorders.kind import kind_named
from support.workorders.models import WorkOrder
from tests.core.files.uploads import jpeg
from tests.erasure.world import EMAIL, ErasureWorld
from tests.workorders.desk_world import make_agent

GINA = "gina@example.org"
LOST = Asked("Alice Liddell", ["Alice"])
WARD = Asked("Gina Liddell", [EMAIL], subject="Alice Liddell", age="child")
HEIR = Asked(
    "Gina Liddell",
    [EMAIL],
    subject="Alice Liddell",
    kin="parent",
    wish="none",
    purpose="canary purpose: her letters.",
)
ANYBODY = Actor("anonymous", None)
ASKED = {"lost": LOST, "ward": WARD, "heir": HEIR}


class AskingWorld(ErasureWorld):
    """The people, and what they do about requests for others."""

    def __init__(self, app: Flask) -> None:
        super().__init__(app)
        self.vera, self.paul = make_agent("Vera", Role.VERIFIER), make_agent("Paul", Role.APPROVER)
        with transaction():
            ref = service_contacts.guest_for(ContactKind.EMAIL, GINA, "en", self.now)
            db.session.get_one(ContactPoint, ref.contact_id).verified_at = self.now
        self.gina, self.gina_contact = Actor("guest", ref.person_id, session=1), ref.contact_id

    def ask(self, ground: str = "ward", who: Actor | None = None, **more: Any) -> Erasure:
        """Gina, or `who`, files a request, with `more` of what is written changed."""
        asker = who or self.gina

        def file() -> WorkOrder:
            return workorders.file_order(
                asker,
                kind_named("erasure"),
                requester_id=asker.id or 0,
                contact_id=None if who else self.gina_contact,
                subject="Deletion of data",
                body="canary facts",
                topic=ground,
                language="en",
                now=self.now,
            )

        asked = replace(ASKED[ground], **more)
        order = service_asking.ask(
            who or ANYBODY, ground, asked, file, contact_id=None, region="cn", now=self.now
        )
        return self.of(order)

    def check(self, row: Erasure) -> Check:
        """The check of who asks, as it is now."""
        known = queries_asking.asking_of(self.fresh(row))
        assert known is not None
        found = checks.check_by_uid(known.check_uid)
        assert found is not None
        return found

    def give(self, row: Erasure) -> Check:
        """Who asks gives every picture, and the check."""
        check = self.check(row)
        asker = Actor("guest", check.asker_id, session=1)
        for part, _words in rule_of(check).parts:
            picture = io.BytesIO(jpeg())
            service_steps.add_evidence(
                asker, check, part, picture, "photo.jpg", None, consent=True, now=self.now
            )
        service_steps.give_check(asker, check, now=self.now)
        return check

    def look(self, actor: Actor, check: Check, verdict: str = "pass", reason: str = "") -> None:
        """See every picture and decide."""
        for each in list(checks.evidence_of(check).values()):
            view = service_reviews.open_picture(
                actor, check, each.uid, "first_review", now=self.now
            )
            assert service_reviews.look(actor, check, view.uid, now=self.now)
        marks = [code for code, _words in rule_of(check).marks] if verdict == "pass" else ()
        service_reviews.decide(
            actor, check, verdict, reason, marks=marks, version=check.version, now=self.now
        )

    def shown_by(self, ground: str = "ward", **more: Any) -> Erasure:
        """A request of which two people have found that who asks may ask."""
        row = self.ask(ground, **more)
        check = self.give(row)
        self.look(self.vera, check)
        self.look(self.paul, self.check(row))
        return self.fresh(row)

    def found(self, row: Erasure | None = None, **more: Any) -> Erasure:
        """A request whose account Priya has found: Alice's."""
        row = self.fresh(row) if row is not None else self.shown_by(**more)
        return service_matching.match(
            self.priya, row, self.alice.id or 0, version=row.version, now=self.now
        )

    def waited(self, row: Erasure | None = None, **more: Any) -> Erasure:
        """A request whose account had its 72 hours to say no."""
        row = row or self.found(**more)
        hold = queries_asking.hold_of(row)
        assert hold is not None
        self.now = hold.ends_at
        service_holds.end_holds(self.now)
        self.drain()
        return self.fresh(row)

    def say_no(self, row: Erasure, place: int = 0) -> Erasure:
        """One of Alice's addresses stops it."""
        hold = queries_asking.hold_of(row)
        assert hold is not None
        contact = people.contacts_of(self.alice.id or 0)[place].id
        service_holds.stop(
            service_holds.stop_path(hold, contact).removeprefix("/holds/"), now=self.now
        )
        self.drain()
        return self.fresh(row)
