"""Every protected act with the verbs that do it and the pages that lead to them, as data."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from support.accounts import (
    service_contact_persons,
    service_contacts,
    service_factors,
    service_identities,
    service_passkeys,
    service_profile,
    service_register,
    service_sessions,
    service_sources,
    service_staff,
    service_training,
)
from support.accounts.policy import Method
from support.accounts.providers import Identity
from support.assurance.policy import Act
from support.core.actors import Actor, Role
from support.erasure import queries as erasures
from support.erasure import service as erasure
from support.erasure import service_copies
from tests.accounts.people import SECRET
from tests.assurance.world import VISITOR, World

Do = Callable[[World, Actor], Any]


@dataclass(frozen=True, slots=True)
class Verb:
    """A verb that does `act`: `do` calls it with everything right, as `who` (a person of the world)."""

    act: Act
    verb: Callable[..., Any]
    who: str
    do: Do

    @property
    def name(self) -> tuple[str, str]:
        """The file and the function."""
        return self.verb.__module__.rpartition(".")[2], self.verb.__name__


@dataclass(frozen=True, slots=True)
class Page:
    """A page that asks for the proof before it is drawn: its endpoint, and what its address takes."""

    act: Act
    endpoint: str
    who: str
    values: Callable[[World], dict[str, Any]] = lambda _world: {}


VERBS: tuple[Verb, ...] = (
    Verb(
        Act.CHANGE_PASSWORD,
        service_register.change_password,
        "alice",
        lambda world, actor: service_register.change_password(
            actor, "four blue umbrellas", now=world.now
        ),
    ),
    Verb(
        Act.CHANGE_CONTACT,
        service_contacts.request_binding,
        "alice",
        lambda world, actor: service_contacts.request_binding(
            actor, "fresh@example.org", visitor="w" * 32, address="192.0.2.7", now=world.now
        ),
    ),
    Verb(
        Act.CHANGE_CONTACT,
        service_contacts.bind_contact,
        "alice",
        lambda world, actor: service_contacts.bind_contact(
            actor, world.digits, visitor=VISITOR, now=world.now
        ),
    ),
    Verb(
        Act.CHANGE_CONTACT,
        service_contacts.unbind_contact,
        "alice",
        lambda world, actor: service_contacts.unbind_contact(actor, world.contact, now=world.now),
    ),
    Verb(
        Act.CHANGE_CONTACT,
        service_contact_persons.add_contact_person,
        "alice",
        lambda world, actor: service_contact_persons.add_contact_person(
            actor, name="Grace", position="", authorised=True, now=world.now
        ),
    ),
    Verb(
        Act.CHANGE_CONTACT,
        service_contact_persons.request_contact_code,
        "alice",
        lambda world, actor: service_contact_persons.request_contact_code(
            actor,
            world.named,
            "erin@example.org",
            visitor="w" * 32,
            address="192.0.2.7",
            now=world.now,
        ),
    ),
    Verb(
        Act.CHANGE_CONTACT,
        service_contact_persons.remove_contact_person,
        "alice",
        lambda world, actor: service_contact_persons.remove_contact_person(
            actor, world.named, now=world.now
        ),
    ),
    Verb(
        Act.CHANGE_CONTACT,
        service_identities.bind_identity,
        "alice",
        lambda world, actor: service_identities.bind_identity(
            actor, Identity(Method.WEIBO, "20880002", "Alice"), now=world.now
        ),
    ),
    Verb(
        Act.CHANGE_CONTACT,
        service_sources.use_name,
        "alice",
        lambda world, actor: service_sources.use_name(
            actor, world.carried(actor), consent=True, now=world.now
        ),
    ),
    Verb(
        Act.CHANGE_CONTACT,
        service_identities.unbind_identity,
        "charlie",
        lambda world, actor: service_identities.unbind_identity(
            actor, world.identity, now=world.now
        ),
    ),
    Verb(
        Act.CHANGE_SECOND_FACTOR,
        service_factors.switch_on_factor,
        "alice",
        lambda world, actor: service_factors.switch_on_factor(
            actor, SECRET, world.totp(), now=world.now
        ),
    ),
    Verb(
        Act.CHANGE_SECOND_FACTOR,
        service_factors.switch_off_factor,
        "charlie",
        lambda world, actor: service_factors.switch_off_factor(actor, now=world.now),
    ),
    Verb(
        Act.CHANGE_SECOND_FACTOR,
        service_factors.renew_recovery_codes,
        "charlie",
        lambda world, actor: service_factors.renew_recovery_codes(actor, now=world.now),
    ),
    Verb(
        Act.CHANGE_SECOND_FACTOR,
        service_passkeys.begin_passkey,
        "alice",
        lambda world, actor: service_passkeys.begin_passkey(actor, visitor=VISITOR, now=world.now),
    ),
    Verb(
        Act.CHANGE_SECOND_FACTOR,
        service_passkeys.add_passkey,
        "alice",
        lambda world, actor: service_passkeys.add_passkey(
            actor, world.new_key, name="Key", visitor=VISITOR, now=world.now
        ),
    ),
    Verb(
        Act.CHANGE_SECOND_FACTOR,
        service_passkeys.remove_passkey,
        "charlie",
        lambda world, actor: service_passkeys.remove_passkey(actor, world.passkey, now=world.now),
    ),
    Verb(
        Act.CHANGE_PROFILE,
        service_profile.save_profile,
        "alice",
        lambda world, actor: service_profile.save_profile(
            actor, enterprise=True, values={"organisation": "Umbrella"}, version=0, now=world.now
        ),
    ),
    Verb(
        Act.END_SESSIONS,
        service_sessions.end_session,
        "alice",
        lambda world, actor: service_sessions.end_session(
            actor, world.other_session, now=world.now
        ),
    ),
    Verb(
        Act.END_SESSIONS,
        service_sessions.end_other_sessions,
        "alice",
        lambda world, actor: service_sessions.end_other_sessions(actor, now=world.now),
    ),
    Verb(
        Act.RESET_OTHERS_FACTOR,
        service_staff.ask_factor_reset,
        "ada",
        lambda world, actor: service_staff.ask_factor_reset(actor, world.dora, now=world.now),
    ),
    Verb(
        Act.RESET_OTHERS_FACTOR,
        service_staff.decide_factor_reset,
        "ada",
        lambda world, actor: service_staff.decide_factor_reset(
            actor, world.reset, approve=True, now=world.now
        ),
    ),
    Verb(
        Act.CHANGE_ROLES,
        service_staff.invite_staff,
        "ada",
        lambda world, actor: service_staff.invite_staff(
            actor, name="Heidi", email="heidi@example.org", roles=[Role.AGENT], now=world.now
        ),
    ),
    Verb(
        Act.CHANGE_ROLES,
        service_staff.renew_invitation,
        "ada",
        lambda world, actor: service_staff.renew_invitation(
            actor, world.invited, email="frank@example.org", now=world.now
        ),
    ),
    Verb(
        Act.CHANGE_ROLES,
        service_staff.change_roles,
        "ada",
        lambda world, actor: service_staff.change_roles(
            actor, world.bob, [Role.AGENT, Role.LEGAL], now=world.now
        ),
    ),
    Verb(
        Act.CHANGE_ROLES,
        service_training.record_training,
        "ada",
        lambda world, actor: service_training.record_training(
            actor, world.bob, passed_on=world.now.date(), now=world.now
        ),
    ),
    Verb(
        Act.CHANGE_ROLES,
        service_staff.disable_person,
        "ada",
        lambda world, actor: service_staff.disable_person(actor, world.bob, now=world.now),
    ),
    Verb(
        Act.CHANGE_ROLES,
        service_staff.enable_person,
        "ada",
        lambda world, actor: service_staff.enable_person(actor, world.gail, now=world.now),
    ),
    Verb(
        Act.ERASE_ACCOUNT,
        erasure.confirm_request,
        "alice",
        lambda world, actor: _confirm(world, actor, world.request),
    ),
    Verb(
        Act.ERASE_GUEST,
        erasure.confirm_request,
        "guest",
        lambda world, actor: _confirm(world, actor, world.guests_request),
    ),
    Verb(
        Act.EXPORT_DATA,
        service_copies.ask_copy,
        "alice",
        lambda world, actor: service_copies.ask_copy(actor, now=world.now),
    ),
    Verb(
        Act.EXPORT_DATA,
        service_copies.open_copy,
        "alice",
        lambda world, actor: service_copies.open_copy(
            actor, world.copy, now=world.now
        ).pieces.close(),
    ),
)


def _confirm(world: World, actor: Actor, request: int) -> None:
    row = erasures.erasure_by_id(request)
    erasure.confirm_request(actor, row, region="cn", version=row.version, now=world.now)


def _of_bob(world: World) -> dict[str, Any]:
    return {"uid": world.uid_of(world.bob)}


PAGES: tuple[Page, ...] = (
    Page(Act.CHANGE_PASSWORD, "accounts.password", "alice"),
    Page(Act.CHANGE_CONTACT, "accounts.bind_code", "alice"),
    Page(Act.CHANGE_CONTACT, "accounts.unbind", "alice", lambda world: {"uid": world.contact}),
    Page(
        Act.CHANGE_CONTACT,
        "accounts.remove_contact_person",
        "alice",
        lambda world: {"uid": world.named},
    ),
    Page(
        Act.CHANGE_CONTACT, "accounts.carried_name", "alice", lambda _world: {"provider": "taobao"}
    ),
    Page(Act.CHANGE_CONTACT, "accounts.fetch_name", "alice", lambda _world: {"provider": "taobao"}),
    Page(
        Act.CHANGE_CONTACT, "accounts.other_binding", "alice", lambda _world: {"provider": "weibo"}
    ),
    Page(
        Act.CHANGE_CONTACT,
        "accounts.other_removal",
        "charlie",
        lambda world: {"uid": world.identity},
    ),
    Page(Act.CHANGE_SECOND_FACTOR, "accounts.factor", "alice"),
    Page(Act.CHANGE_SECOND_FACTOR, "accounts.factor_qr", "alice"),
    Page(Act.CHANGE_SECOND_FACTOR, "accounts.factor_app", "alice"),
    Page(Act.CHANGE_SECOND_FACTOR, "accounts.new_passkey", "alice"),
    Page(
        Act.CHANGE_SECOND_FACTOR,
        "accounts.passkey_removal",
        "charlie",
        lambda world: {"uid": world.passkey},
    ),
    Page(Act.CHANGE_SECOND_FACTOR, "accounts.new_codes", "charlie"),
    Page(Act.CHANGE_SECOND_FACTOR, "accounts.factor_off", "charlie"),
    Page(Act.CHANGE_ROLES, "admin.invite", "ada"),
    Page(Act.CHANGE_ROLES, "admin.roles", "ada", _of_bob),
    Page(Act.CHANGE_ROLES, "admin.training", "ada", _of_bob),
    Page(Act.CHANGE_ROLES, "admin.invitation", "ada", _of_bob),
    Page(Act.CHANGE_ROLES, "admin.access", "ada", _of_bob),
    Page(Act.RESET_OTHERS_FACTOR, "admin.factor_reset", "ada", _of_bob),
)
