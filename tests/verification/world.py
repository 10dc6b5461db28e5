"""Alice is locked out of her account and files as a guest; Mei takes the order, Vera verifies, Paul approves."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from flask import Flask
from sqlalchemy import select, update

from support.accounts import queries as people
from support.accounts import service_codes
from support.accounts.models import Code, ContactPoint
from support.accounts.policy import CodePurpose
from support.assurance import queries as assurance
from support.assurance import service_holds
from support.assurance.models import Hold
from support.core import audit, installation, outbox
from support.core.actors import Actor, Role
from support.core.clock import utcnow
from support.core.db import db, transaction
from support.policies import service as policies
from support.verification import queries, service_reviews, service_steps
from support.verification.goal import rule_of
from support.verification.models import Check
from support.verification.policy import Way
from support.workorders import service_checks
from support.workorders.queries import order_by_id
from tests.core.files.uploads import jpeg
from tests.fixtures.pages import PageClient
from tests.workorders.desk_world import client_of, make_agent, make_guest_order, make_member

NEW = "13900001111"
OLD = "alice@example.org"


class World:
    """The people, and what they do one after the other."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self.checks = list[Check]()
        self._enter()
        installation.mark(demo=True)
        policies.load_sample()
        self.alice = make_member("Alice", OLD)
        self.age_addresses(timedelta(days=30))
        self.mei = make_agent("Mei", Role.AGENT)
        self.vera = make_agent("Vera", Role.VERIFIER)
        self.paul = make_agent("Paul", Role.APPROVER)
        order = make_guest_order("locked.out@example.net", "I can't get into my account")
        self.order, self.guest = order.id, Actor("guest", order.requester_id)
        self.reference = order.reference

    def _enter(self) -> None:
        self._context = self.app.app_context()
        self._context.push()
        db.session.add_all(self.checks)

    def leave(self) -> None:
        """Leave the context in which verbs are called."""
        db.session.remove()
        self._context.pop()

    @contextmanager
    def outside(self) -> Iterator[None]:
        """Be a browser for a while: each request makes a context of its own."""
        self.leave()
        try:
            yield
        finally:
            self._enter()

    def age_addresses(self, age: timedelta) -> None:
        """Let the addresses of Alice be as old as `age`."""
        mine = ContactPoint.person_id == self.alice.id
        with transaction() as session:
            session.execute(update(ContactPoint).where(mine).values(changed_at=utcnow() - age))

    def open(self, who: str = "Alice", way: Way = Way.DOCUMENT) -> Check:
        """Mei asks the guest to show that the account is theirs."""
        order = order_by_id(self.order)
        check = service_checks.open_identity_check(self.mei, order, who, way)
        self.checks.append(check)
        return check

    def open_about(self, name: str) -> Check:
        """Mei asks the same guest to show that the account of a new member is theirs."""
        make_member(name, f"{name.lower()}@example.org")
        return self.open(name)

    def digits(self, purpose: CodePurpose) -> str:
        """Return the digits of the newest code, as its message says them."""
        newest = select(Code.id).where(Code.purpose == purpose).order_by(Code.id.desc()).limit(1)
        message = service_codes.reveal_code(db.session.execute(newest).scalar_one())
        assert message is not None, "no message goes out"
        db.session.rollback()
        return message.digits

    def prove_new(self, check: Check, address: str = NEW) -> None:
        """The guest proves the address that the account shall get."""
        service_steps.request_address(self.guest, check, address, visitor="v", address="192.0.2.1")
        service_steps.prove_address(
            self.guest, check, self.digits(CodePurpose.IDENTITY), visitor="v"
        )

    def prove_old(self, check: Check) -> None:
        """The guest reads a code from an older address of the account."""
        service_steps.request_old_address(self.guest, check, OLD, visitor="v", address="192.0.2.1")
        service_steps.prove_old_address(
            self.guest, check, self.digits(CodePurpose.OLD_ADDRESS), visitor="v"
        )

    def give_picture(
        self, check: Check, part: str = "photo", data: bytes | None = None, name: str = "photo.jpg"
    ) -> None:
        """The guest gives one picture, with consent."""
        stream = io.BytesIO(jpeg() if data is None else data)
        service_steps.add_evidence(self.guest, check, part, stream, name, None, consent=True)

    def given(self, *, old: str = "lost", named: tuple[str, ...] = ()) -> Check:
        """A check that waits for a verifier; `old` is what became of the older address."""
        check = self.open()
        self.give(check, old=old, named=named)
        return check

    def give(self, check: Check, *, old: str = "lost", named: tuple[str, ...] = ()) -> None:
        """The guest does every step of a check that waits for them, and gives it."""
        self.prove_new(check)
        if old == "proved":
            self.prove_old(check)
        else:
            service_steps.lack_old_address(self.guest, check, old, named)
        self.give_picture(check)
        service_steps.give_check(self.guest, check)

    def see(self, actor: Actor, check: Check) -> None:
        """Look at every picture of the check."""
        for each in list(queries.evidence_of(check).values()):
            view = service_reviews.open_picture(actor, check, each.uid, "first_review")
            assert service_reviews.look(actor, check, view.uid)

    def decide(self, actor: Actor, check: Check, verdict: str = "pass", reason: str = "") -> None:
        """See the evidence and decide."""
        self.see(actor, check)
        marks = points(check) if verdict == "pass" else ()
        service_reviews.decide(actor, check, verdict, reason, marks=marks, version=check.version)

    def passed(self, **how: object) -> Check:
        """A check on which both people decided well."""
        check = self.given(**how)  # type: ignore[arg-type]
        self.decide(self.vera, check)
        self.decide(self.paul, check)
        return check

    def bound(self) -> set[str]:
        """Return the addresses that sign in to Alice's account."""
        db.session.rollback()
        return {one.address for one in people.contacts_of(self.alice.id or 0) if one.bound}

    def run(self) -> None:
        """Carry out everything that is due."""
        while outbox.drain():
            pass
        db.session.add_all(self.checks)  # a drain gives its session back

    def contact(self, place: int = 0) -> int:
        """Return one of Alice's contact points, the oldest first."""
        mine = select(ContactPoint.id).where(ContactPoint.person_id == self.alice.id)
        return list(db.session.execute(mine.order_by(ContactPoint.id)).scalars())[place]

    def hold(self, check: Check) -> Hold:
        """Return the newest waiting period of a check, as it is now."""
        db.session.rollback()
        found = assurance.hold_of(check.stream)
        assert found is not None
        return found

    def link(self, check: Check, place: int = 0) -> str:
        """Return the link by which the holder of one of Alice's addresses stops it."""
        return service_holds.stop_path(self.hold(check), self.contact(place))

    def say_no(self, check: Check, place: int = 0) -> bool:
        """Use that link; return whether it is stopped."""
        stopped = service_holds.stop(self.link(check, place).removeprefix("/holds/"))
        self.run()
        return stopped

    def let_it_end(self, check: Check) -> Check:
        """Let the waiting period end, and return the check as it is then."""
        service_holds.end_holds(self.hold(check).ends_at)
        self.run()
        return self.fresh(check)

    def decide_anew(self, check: Check) -> Check:
        """Take a stopped check up again; both people find again that it is them."""
        check = self.fresh(check)
        service_reviews.take_up_again(self.vera, check)
        self.decide(self.vera, check)
        self.decide(self.paul, check)
        return self.fresh(check)

    def trail(self, stream: str) -> list[str]:
        """Return the actions on a stream, in order."""
        found = select(audit.Event.action).where(audit.Event.stream == stream)
        return list(db.session.execute(found.order_by(audit.Event.id)).scalars())

    def browser(self, actor: Actor) -> PageClient:
        """A browser of one of the people."""
        return client_of(self.app, actor)

    def stranger(self) -> PageClient:
        """A browser of nobody."""
        self.app.test_client_class = PageClient
        client = self.app.test_client()
        assert isinstance(client, PageClient)
        return client

    def fresh(self, check: Check) -> Check:
        """Return the check as it is now."""
        db.session.rollback()
        found = queries.check_by_stream(check.stream)
        assert found is not None
        return found


def points(check: Check) -> list[str]:
    """Return all that is compared before a check passes."""
    return [code for code, _words in rule_of(check).marks]


def moment(days: float) -> datetime:
    """Return the moment `days` from now."""
    return utcnow() + timedelta(days=days)
