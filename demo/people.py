"""Who lives in the demo: ten people to sign in as, and those who wrote the other work orders."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

import pyotp

from support.accounts import queries as accounts
from support.accounts import service_contacts, service_register, service_staff, service_training
from support.accounts.models import ContactKind, PersonKind
from support.core.actors import SYSTEM, Actor, Role
from support.notifications.service import reader_of
from support.policies import queries as policy_queries
from support.policies import service as policies

MEMBER_LOGINS = {"member": ("mei", "Mei Lin", "en"), "respondent": ("beian", "北岸旧书店", "zh")}
STAFF_LOGINS = {
    Role.AGENT: ("Chen Yu", "en", "/desk"),
    Role.VERIFIER: ("Zhao Ning", "zh", "/desk"),
    Role.APPROVER: ("Sun Hao", "zh", "/desk"),
    Role.IP_CLERK: ("Gao Fei", "zh", "/desk"),
    Role.LEGAL: ("Xu Lan", "zh", "/desk"),
    Role.PRIVACY_OFFICER: ("He Jia", "zh", "/desk"),
    Role.SECURITY_OFFICER: ("Ma Chao", "zh", "/desk"),
    Role.ADMIN: ("Lin Qing", "en", "/admin"),
}
# They have no password: who wants to be one of them signs in with a code, read at /mailbox.
OTHER_MEMBERS = {
    "oliver": ("Oliver Hart", "en"),
    "priya": ("Priya Nair", "en"),
    "jonas": ("Jonas Weber", "en"),
    "sofia": ("Sofia Rossi", "en"),
    "qinghe": ("青禾茶叶", "zh"),
    "amu": ("阿木手作", "zh"),
    "yu": ("小渔的海货铺", "zh"),
    "noodle": ("老街面馆", "zh"),
}
COLLEAGUES = {"tang": ("Tang Wei", Role.AGENT), "ren": ("Ren Yi", Role.LEGAL)}
"""Second people of two roles: who has decided something does not hear the appeal."""
GUESTS = {
    "guest_nora": ("nora.fields@example.com", "en"),
    "guest_heping": ("he.ping@example.com", "zh"),
}
_SIGNS = "abcdefghjkmnpqrstuvwxyz23456789"


@dataclass(frozen=True, slots=True)
class Cast:
    """The people by the names that the stories use; `contacts` are the guests' addresses."""

    actors: dict[str, Actor]
    contacts: dict[str, int]
    logins: dict[str, dict[str, str | None]]


def create_people(now: datetime, *, joined: datetime) -> Cast:
    """Make everybody inside the caller's transaction, members since `joined`; return them with their logins."""
    ids: dict[str, int] = {}
    contacts: dict[str, int] = {}
    logins: dict[str, dict[str, str | None]] = {}
    for role, (key, name, language) in MEMBER_LOGINS.items():
        password = _password()
        mobile = "+12025550142" if role == "member" else "+12025550143"
        addresses = [(ContactKind.EMAIL, f"{role}@example.com"), (ContactKind.MOBILE, mobile)]
        ids[key] = service_register.create_member(
            SYSTEM, name=name, password=password, contacts=addresses, language=language, now=joined
        )
        logins[role] = _login(role, password, None, "/orders")
    for staff_role, (name, language, place) in STAFF_LOGINS.items():
        password, secret = _password(), pyotp.random_base32()
        ids[staff_role.value] = _staff(
            staff_role.value, name, staff_role, language, password, secret, joined
        )
        logins[staff_role.value] = _login(staff_role.value, password, secret, place)
    for key, (name, staff_role) in COLLEAGUES.items():
        secret = pyotp.random_base32()
        ids[key] = _staff(key, name, staff_role, "zh", _password(), secret, joined)
    for key, (name, language) in OTHER_MEMBERS.items():
        ids[key] = service_register.add_person(
            PersonKind.MEMBER, name, password=None, language=language, now=joined
        )
        service_contacts.add_bound(ids[key], ContactKind.EMAIL, f"{key}@example.com", now=joined)
    for key, (address, language) in GUESTS.items():
        guest = service_contacts.guest_for(ContactKind.EMAIL, address, language, joined)
        ids[key], contacts[key] = guest.person_id, guest.contact_id
    actors = {key: reader_of(accounts.person(person_id)) for key, person_id in ids.items()}
    _accept(actors, now)
    return Cast(actors, contacts, logins)


def _staff(
    key: str, name: str, role: Role, language: str, password: str, secret: str, now: datetime
) -> int:
    person_id = service_staff.create_staff(
        SYSTEM,
        name=name,
        email=f"{key}@example.com",
        roles=[role],
        password=password,
        totp_secret=secret,
        language=language,
        now=now,
    )
    passed_on = (now - timedelta(days=1)).date()
    service_training.record_training(SYSTEM, person_id, passed_on=passed_on, now=now)
    return person_id


def _accept(actors: dict[str, Actor], now: datetime) -> None:
    """Write down what registration and the order form would have: who accepted, who was shown the policy."""
    version = policy_queries.current_version(now)
    assert version is not None
    for actor in actors.values():
        person_id = actor.id or 0
        if actor.kind == "member":
            policies.record_acceptance(
                actor, person_id=person_id, version_id=version.id, how="registration", now=now
            )
        elif actor.kind == "guest":
            policies.record_notice(
                actor, person_id=person_id, version_id=version.id, how="order_form", now=now
            )


def _login(key: str, password: str, secret: str | None, place: str) -> dict[str, str | None]:
    return {
        "login": f"{key}@example.com",
        "password": password,
        "totp_secret": secret,
        "login_path": "/login",
        "url": place,
    }


def _password() -> str:
    """Return 80 random bits in four groups that can be typed."""
    return "-".join("".join(secrets.choice(_SIGNS) for _sign in range(4)) for _group in range(4))
