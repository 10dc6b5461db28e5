"""People with something to protect, and sessions at every level that a session can have."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import chain, combinations

import pyotp
from sqlalchemy import delete, select

from support.accounts import (
    queries,
    queries_passkeys,
    service_codes,
    service_contacts,
    service_factors,
    service_passkeys,
    service_sessions,
    service_sources,
    service_staff,
)
from support.accounts.models import ContactKind, ExternalIdentity, FactorReset
from support.accounts.policy import CodePurpose, Method
from support.accounts.providers import Identity, Named
from support.accounts.service_contact_persons import add_contact_person
from support.accounts.service_identities import add_identity
from support.assurance import service as assurance
from support.assurance.models import Proof
from support.assurance.policy import PROOF_LIVES, SESSION_PROOFS, Level, ProofKind, level_of
from support.core.actors import SYSTEM, Actor, Role
from support.core.clock import utcnow
from support.core.db import db, new_uid, transaction
from support.erasure import copying, service_copies
from support.erasure import queries as erasures
from support.workorders import service as workorders
from support.workorders.kind import kind_named
from tests.accounts.authenticator import Authenticator
from tests.accounts.people import SECRET, make_member, make_staff

VISITOR = "v" * 32


def proofs_by_level() -> dict[Level, tuple[ProofKind, ...]]:
    """The fewest proofs that make each level which a session can show by itself."""
    kinds = sorted(SESSION_PROOFS)
    sets = chain.from_iterable(combinations(kinds, size) for size in range(len(kinds) + 1))
    found: dict[Level, tuple[ProofKind, ...]] = {}
    for proofs in sets:
        found.setdefault(level_of(proofs), proofs)
    return found


class World:
    """Alice (no second factor), Charlie (with one) and the administrator Ada; Bob and Dora work here, Gail did.

    Whatever a verb needs beside the level is there, so that the level alone decides.
    """

    def __init__(self) -> None:
        self.now = utcnow()
        self.secrets: dict[int, str] = {}
        self.alice = make_member("Alice", "alice@example.org", "old@example.org")
        self.charlie = make_member("Charlie")
        self.ada = make_staff("Ada", Role.ADMIN)
        self.bob, self.dora = make_staff("Bob"), make_staff("Dora", Role.ADMIN)
        self.gail = make_staff("Gail")
        with transaction():
            service_factors.set_factor(self.charlie, SECRET)
            self.identity = self._identity()
            self.other_session = self._session(self.alice).session or 0
        self.contact = queries.contacts_of(self.alice)[1].uid
        self.digits = self._code("new@example.org")
        alice = self.at_level("alice", Level.TWO_WAYS)
        self.key = Authenticator()
        self.new_key = self.key.create(service_passkeys.begin_passkey(alice, visitor=VISITOR))
        self.passkey = self._passkey()
        self.named = add_contact_person(alice, name="Erin", position="Buyer", authorised=True)
        self.invited = self._invited()
        service_staff.disable_person(SYSTEM, self.gail, now=self.now)
        self.reset = self._reset(self.bob, by=self.dora)
        self.guest = self._guest()
        self.request, self.guests_request = self._asks("alice"), self._asks("guest")
        self.copy = self._copy()

    def at_level(self, who: str, level: Level, *, proved_at: datetime | None = None) -> Actor:
        """A session of a person with just the proofs that make `level`, as a request finds it."""
        with transaction():
            actor = self._session(getattr(self, who))
            db.session.execute(delete(Proof).where(Proof.session_id == actor.session))
            for kind in proofs_by_level()[level]:
                assurance.write_proof(
                    actor, kind, session_id=actor.session or 0, now=proved_at or self.now
                )
        return actor

    def expired(self, who: str) -> Actor:
        """A session that once had every proof there is."""
        ago = self.now - max(PROOF_LIVES.values()) - timedelta(seconds=1)
        return self.at_level(who, max(proofs_by_level()), proved_at=ago)

    def lent(self, who: str) -> Actor:
        """A session without proofs beside another one of the same person that has them all."""
        self.at_level(who, max(proofs_by_level()))
        return self.at_level(who, Level.NOBODY)

    @staticmethod
    def uid_of(person_id: int) -> str:
        """The public id of somebody."""
        return queries.person(person_id).uid

    def totp(self) -> str:
        """What an authenticator app shows for the secret that Alice would set."""
        return pyotp.TOTP(SECRET).at(self.now)

    def _session(self, person_id: int) -> Actor:
        opened = service_sessions.open_session(
            person_id, Method.PASSWORD, "192.0.2.7", "tests", self.now, second=True
        )
        self.secrets[opened.session_id] = opened.secret
        who = queries.person(person_id)
        return Actor(who.kind.value, who.id, who.roles, opened.session_id, who.name, who.language)

    def _code(self, address: str) -> str:
        code = service_codes.request_code(
            SYSTEM,
            CodePurpose.BIND,
            kind=ContactKind.EMAIL,
            value=address,
            visitor=VISITOR,
            address="192.0.2.7",
            language="en",
            person_id=self.alice,
            now=self.now,
        )
        message = service_codes.reveal_code(code.id, now=self.now)
        assert message is not None
        return message.digits

    def carried(self, actor: Actor) -> str:
        """What the browser of a session keeps of a verified name that another service told."""
        named = Named(Identity(Method.TAOBAO, "20880009", "Alice"), "Alice", "individual", "231X")
        with transaction():
            return service_sources.seal_carried(actor, named, self.now)

    def _identity(self) -> str:
        add_identity(
            SYSTEM, self.charlie, Identity(Method.WEIBO, "20880001", "Charlie"), now=self.now
        )
        return db.session.execute(select(ExternalIdentity.uid)).scalar_one()

    def _passkey(self) -> str:
        """Charlie's, beside the app."""
        charlie, key = self.at_level("charlie", Level.TWO_WAYS), Authenticator()
        made = key.create(service_passkeys.begin_passkey(charlie, visitor=VISITOR))
        service_passkeys.add_passkey(charlie, made, name="Key", visitor=VISITOR)
        return queries_passkeys.passkeys_of(self.charlie)[0].uid

    def _invited(self) -> int:
        service_staff.invite_staff(
            SYSTEM, name="Frank", email="frank@example.org", roles=[Role.AGENT], now=self.now
        )
        return queries.person_id_by_name("Frank") or 0

    def _guest(self) -> int:
        with transaction():
            address = (ContactKind.EMAIL, "guest@example.org")
            return service_contacts.guest_for(*address, "en", now=self.now).person_id

    def _asks(self, who: str) -> int:
        """A request for deletion of somebody who has not yet shown who they are."""
        order = workorders.file_order(
            self.at_level(who, Level.NOBODY),
            kind_named("erasure"),
            requester_id=getattr(self, who),
            contact_id=None,
            subject="Deletion of my data",
            body="All of it.",
            topic="closing",
            language="en",
            now=self.now,
        )
        row = erasures.erasure_of(order)
        assert row is not None
        return row.id

    def _copy(self) -> str:
        """A copy of Alice's data that is ready."""
        row = service_copies.ask_copy(self.at_level("alice", Level.SAME_PERSON), now=self.now)
        copying.make_copy(row.id)
        return row.uid

    def _reset(self, person_id: int, *, by: int) -> str:
        uid = new_uid()
        with transaction() as session:
            session.add(
                FactorReset(
                    uid=uid, person_id=person_id, asked_by=by, asked_at=self.now, approved=False
                )
            )
        return uid
