"""Alice wants her name verified, or changed; Vera verifies and Paul approves, as in the world of checks."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from typing import Any, Literal

from flask import Flask
from sqlalchemy import update
from sqlalchemy.orm import Session

from support.accounts import queries as people
from support.accounts import (
    queries_identities,
    queries_names,
    service_contacts,
    service_factors,
    service_identities,
    service_names,
)
from support.accounts.models import ContactKind, ContactPoint, Passkey
from support.accounts.policy import Method
from support.accounts.providers import Identity
from support.accounts.queries_names import VerifiedName
from support.assurance import service as assurance
from support.assurance.policy import Act, ProofKind
from support.assurance.queries import Case
from support.core.actors import SYSTEM, Actor, Role
from support.core.clock import utcnow
from support.core.db import db, new_uid, transaction
from support.realname import service, service_changes
from support.realname.documents import Document
from support.verification import queries as checks
from support.verification import queries_payments, service_payments, service_steps
from support.verification.goal import rule_of
from support.verification.models import Check
from support.verification.policy import Way
from support.workorders.models import WorkOrder
from tests.core.files.uploads import jpeg
from tests.verification.world import World
from tests.workorders.desk_world import make_agent, make_member

PASSPORT: dict[str, Any] = {
    "name": "LIDDELL ALICE",
    "other_name": "爱丽丝",
    "number": "p1234 5678",
    "country": "GB",
    "valid_until": utcnow().date() + timedelta(days=400),
    "consent": True,
}
LICENCE: dict[str, Any] = {"name": "茶叶公司", "number": "91110000600037341L", "consent": True}
ID_CARD: dict[str, Any] = {"name": "李爱丽", "number": "11010519491231002x", "consent": True}


class _Undone(Exception):
    pass


class NameWorld(World):
    """The people, and what they do about names."""

    def __init__(self, app: Flask) -> None:
        super().__init__(app)
        self.bob = make_member("Bob", "bob@example.org")
        self.ada = make_agent("Ada", Role.ADMIN)

    def begin(self, who: Actor | None = None, way: Way = Way.DOCUMENT) -> Check:
        """A member begins to verify their name."""
        check = service.begin_authentication(who or self.alice, way)
        self.checks.append(check)
        return check

    def write(self, check: Check, document: Document = Document.PASSPORT, **more: Any) -> None:
        """The member writes what a passport says, with `more` of it changed."""
        said = PASSPORT | more
        service.write_details(self.asker(check), check, document, **said)

    def show(self, check: Check) -> None:
        """The member gives every picture of the way, and the check."""
        if queries_payments.asks_for_payment(check):
            service_payments.skip_payment(self.asker(check), check)
        for part, _words in rule_of(check).parts:
            picture = io.BytesIO(jpeg())
            service_steps.add_evidence(
                self.asker(check), check, part, picture, "photo.jpg", None, consent=True
            )
        service_steps.give_check(self.asker(check), check)

    def asked(self, who: Actor | None = None, **more: Any) -> Check:
        """A check that waits for a verifier."""
        check = self.begin(who)
        self.write(check, **more)
        self.show(check)
        return check

    def agree(self, check: Check) -> Check:
        """Both people find that it is so."""
        self.decide(self.vera, check)
        self.decide(self.paul, check)
        return self.fresh(check)

    def verification_way(self, check: Check, way: Way) -> None:
        """The member takes another way."""
        service_steps.choose_way(self.asker(check), check, way)

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """A transaction of the test's own."""
        with transaction() as session:
            yield session

    @staticmethod
    def case_passed(who: Actor) -> Case:
        """A check of elsewhere in which everything was shown."""
        case = Case(who.id or 0, "check:elsewhere")
        for kind in (ProofKind.DOCUMENT, ProofKind.DECISION, ProofKind.APPROVAL):
            assurance.write_case_proof(SYSTEM, kind, case, now=utcnow())
        return case

    @staticmethod
    def set_name(case: Case, name: str, source: str = "document", voucher: bytes = b"") -> None:
        """Write a name down that another way has found."""
        service_names.set_verified_name(
            SYSTEM,
            case,
            name,
            kind="individual",
            source=source,
            voucher=voucher,
            act=Act.SET_REALNAME,
        )

    def bind_service(self, method: Method, at: datetime | None = None) -> bytes:
        """An account elsewhere signs in as Alice; return its blind index."""
        identity = Identity(method, "2088", "Alice")
        with transaction():
            service_identities.add_identity(
                self.alice, self.alice.id or 0, identity, now=at or utcnow()
            )
        return queries_identities.blind(identity)

    def unbind_service(self) -> None:
        """Alice's account elsewhere is taken off."""
        session = Actor("member", self.alice.id, session=1)
        assurance.write_proof(session, ProofKind.FRESH_SESSION, session_id=1, now=utcnow())
        [bound] = queries_identities.identities_of(self.alice.id or 0)
        service_identities.unbind_identity(session, bound.uid)

    def verified(self) -> None:
        """Alice's name is verified already, by a passport."""
        if self.name(self.alice) is None:
            self.agree(self.asked())

    def ask(
        self,
        name: str,
        bears: Literal["individual", "company"] = "individual",
        way: Way = Way.DOCUMENT,
    ) -> WorkOrder:
        """Alice asks for another name."""
        wish = service_changes.Wish(name, bears, "changed", way)
        return service_changes.ask_change(
            self.alice, wish, subject="Another name", body="Married.", language="en"
        )

    def check_of(self, order: WorkOrder) -> Check:
        """The check that an order waits for."""
        check = checks.check_by_uid(order.identity_check)
        assert check is not None
        self.checks.append(check)
        return check

    def asked_change(self, name: str) -> Check:
        """A change that waits for a verifier."""
        self.verified()
        check = self.check_of(self.ask(name))
        self.write(check, name=name)
        self.show(check)
        return check

    def contacts(self) -> list[int]:
        """The row ids of all addresses of Alice."""
        return sorted(one.id for one in people.contacts_of(self.alice.id or 0))

    def bind_second(self) -> None:
        """A second address is bound right now."""
        with transaction():
            service_contacts.add_bound(
                self.alice.id or 0, ContactKind.EMAIL, "new@example.org", now=utcnow()
            )

    def new_way_in(self, what: str, at: datetime) -> None:
        """Another way into Alice's account: an account elsewhere, a passkey, or a second factor."""
        alice = self.alice.id or 0
        if what == "service":
            self.bind_service(Method.ALIPAY, at)
            return
        with transaction() as session:
            if what == "passkey":
                session.add(
                    Passkey(
                        uid=new_uid(),
                        person_id=alice,
                        credential_id=b"credential",
                        public_key=b"key",
                        sign_count=0,
                        name="Phone",
                        created_at=at,
                    )
                )
            else:
                service_factors.tell_changed(self.alice, alice, "on", at)

    def unbind_oldest(self) -> None:
        """The way of a thief: a second address is bound, and the first one taken off."""
        self.bind_second()
        oldest = people.contacts_of(self.alice.id or 0)[0].id
        with transaction() as session:
            session.execute(
                update(ContactPoint)
                .where(ContactPoint.id == oldest)
                .values(bound=False, changed_at=utcnow())
            )

    def current(self, who: Actor) -> str:
        """The verified name that stands now."""
        db.session.rollback()
        found = self.name(who)
        return found.name if found else ""

    @contextmanager
    def undone(self) -> Iterator[None]:
        """A transaction that is rolled back."""
        try:
            with transaction():
                yield
                raise _Undone
        except _Undone:
            pass

    def asker(self, check: Check) -> Actor:
        """Whose check it is."""
        return self.alice if check.asker_id == self.alice.id else self.bob

    @staticmethod
    def name(who: Actor) -> VerifiedName | None:
        """The verified name of somebody."""
        return queries_names.verified_name_of(who.id or 0)


def yesterday() -> date:
    """A day on which a document has expired."""
    return utcnow().date() - timedelta(days=2)
