"""Who acts: the value that every verb takes first and every policy asks about."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Literal

from support.core.words import N_


class Role(StrEnum):
    """What a member of staff may do (`law.md` 5.1); members and guests have none."""

    AGENT = "agent"
    VERIFIER = "verifier"
    APPROVER = "approver"
    IP_CLERK = "ip_clerk"
    LEGAL = "legal"
    PRIVACY_OFFICER = "privacy_officer"
    SECURITY_OFFICER = "security_officer"
    ADMIN = "admin"

    @property
    def title(self) -> str:  # type: ignore[override]  # a role's name, not str.title()
        """The role's name, a message id."""
        return _ROLE_TITLES[self]


_ROLE_TITLES = {
    Role.AGENT: N_("Agent"),
    Role.VERIFIER: N_("Verifier"),
    Role.APPROVER: N_("Approver"),
    Role.IP_CLERK: N_("IP clerk"),
    Role.LEGAL: N_("Legal"),
    Role.PRIVACY_OFFICER: N_("Privacy officer"),
    Role.SECURITY_OFFICER: N_("Security officer"),
    Role.ADMIN: N_("Administrator"),
}

UNTRAINED = N_(
    "Your training is missing or has lapsed, and without one nobody reads personal data here. Administrators record it."
)

FOR_MEMBERS = N_(
    "This page belongs to an account, and you are here as a guest. Register or sign in to have one."
)

ADMINISTRATION = frozenset({Role.ADMIN})
"""The roles of what administrators alone reach, also without a training: it shows nobody's personal data."""

ActorKind = Literal["anonymous", "guest", "member", "staff", "system"]


@dataclass(frozen=True, slots=True)
class Actor:
    """A person (or the system) as seen by one request, job or command.

    `id` is the person's row id, None for the anonymous and the system; `session` the row id of the
    session that speaks; `name` is for display only and never decides anything.
    """

    kind: ActorKind
    id: int | None = None
    roles: frozenset[Role] = field(default_factory=frozenset)
    session: int | None = None
    name: str = ""
    language: str = "en"
    timezone: str = "Asia/Shanghai"
    untrained: bool = False
    """A member of staff whose training is asked for and missing or lapsed: what is left is administration."""

    @property
    def is_staff(self) -> bool:
        """True for people who work at the desk."""
        return self.kind == "staff"

    @property
    def signed_in(self) -> bool:
        """True when a session stands behind the actor."""
        return self.kind in ("guest", "member", "staff")

    def has(self, *roles: Role) -> bool:
        """True when the actor holds at least one of `roles`."""
        return bool(self.roles.intersection(roles))

    @property
    def ref(self) -> str:
        """The stream name of the person, `person:<id>`, or the bare kind."""
        return f"person:{self.id}" if self.id is not None else self.kind


ANONYMOUS = Actor("anonymous")
SYSTEM = Actor("system")
