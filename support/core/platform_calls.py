"""What the platform can be asked for, where a call stands, and its row (`platform` has the verbs)."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Index, String, select
from sqlalchemy.orm import Mapped, mapped_column

from support.core.db import Id, Model, db
from support.core.errors import NotFound
from support.core.lifecycle import Lifecycle, State
from support.core.words import N_


class Name(StrEnum):
    """What the platform can be asked to do; `title` is a message id."""

    TAKE_DOWN = "take_down"
    RESTORE = "restore"
    LOCK_ACCOUNT = "lock_account"
    UNLOCK_ACCOUNT = "unlock_account"
    END_SESSIONS = "end_sessions"
    SET_REALNAME = "set_realname"
    ERASE_PERSON = "erase_person"
    EXPORT_PERSON = "export_person"
    CHECK_TRANSACTION = "check_transaction"
    PING = "ping"

    @property
    def title(self) -> str:  # type: ignore[override]  # a call's title, not str.title()
        """A message id."""
        return _TITLES[self]


_TITLES = {
    Name.TAKE_DOWN: N_("Take content down"),
    Name.RESTORE: N_("Restore content"),
    Name.LOCK_ACCOUNT: N_("Lock the account"),
    Name.UNLOCK_ACCOUNT: N_("Unlock the account"),
    Name.END_SESSIONS: N_("End the account's sessions"),
    Name.SET_REALNAME: N_("Set the verified name"),
    Name.ERASE_PERSON: N_("Erase the person's data"),
    Name.EXPORT_PERSON: N_("Export the person's data"),
    Name.CHECK_TRANSACTION: N_("Check a transaction"),
    Name.PING: N_("Test call"),
}
URGENT = frozenset({Name.LOCK_ACCOUNT, Name.END_SESSIONS})
"""They stop somebody who is inside: first in line, and soon missed."""


class CallState(State):
    """Where a call stands."""

    ASKED = "asked", N_("On its way"), "open"
    LATER = "later", N_("Taken up, answer to come"), "wait"
    DONE = "done", N_("Done by the platform"), "ok"
    NOT_DONE = "not_done", N_("Not done"), "bad"
    FAILED = "failed", N_("Refused or given up"), "bad"


LIFECYCLE = Lifecycle(
    CallState,
    CallState.ASKED,
    {CallState.DONE, CallState.NOT_DONE, CallState.FAILED},
    {
        CallState.ASKED: {
            CallState.LATER,
            CallState.DONE,
            CallState.NOT_DONE,
            CallState.FAILED,
        },
        CallState.LATER: {CallState.ASKED, CallState.DONE, CallState.NOT_DONE},
        CallState.FAILED: {CallState.ASKED, CallState.DONE, CallState.NOT_DONE},
        CallState.NOT_DONE: {CallState.ASKED},
        CallState.DONE: set(),
    },
)
EVENT_TITLES = {
    "platform.asked": N_("Asked"),
    "platform.again": N_("Asked again"),
    "platform.silent": N_("No answer in time: administrators were told"),
    **{f"platform.{state}": state.title for state in CallState if state is not CallState.ASKED},
}
"""What stands on a call's own page; the values are message ids."""
OPEN = (CallState.ASKED, CallState.LATER)


class PlatformCall(Model):
    """One call. `round` counts how often it was asked anew, `attempts` the tries of this round.

    `note` is what the platform said, or why the last try failed, in a constant word. `sealed` goes with the key of the
    call once it is done.
    """

    __tablename__ = "platform_call"
    __table_args__ = (Index(None, "state", "id"), Index(None, "state", "due_at"))

    id: Mapped[Id]
    uid: Mapped[str] = mapped_column(String(32), unique=True)
    dedup_key: Mapped[str] = mapped_column(String(160), unique=True)
    name: Mapped[str] = mapped_column(String(24))
    about: Mapped[str] = mapped_column(String(80))
    reference: Mapped[str] = mapped_column(String(24))
    payload: Mapped[dict[str, Any]]
    sealed: Mapped[bytes | None]
    state: Mapped[str] = mapped_column(String(10))
    round: Mapped[int]
    attempts: Mapped[int]
    note: Mapped[str] = mapped_column(String(120))
    answer: Mapped[dict[str, Any]]
    asked_at: Mapped[datetime]
    due_at: Mapped[datetime]
    answered_at: Mapped[datetime | None]
    silent_at: Mapped[datetime | None]

    @property
    def status(self) -> CallState:
        """The state with its title and tone."""
        return CallState(self.state)


class PlatformMessage(Model):
    """One message of the platform that was taken, so that it is not taken again."""

    __tablename__ = "platform_message"

    id: Mapped[Id]
    digest: Mapped[str] = mapped_column(String(64), unique=True)
    at: Mapped[datetime] = mapped_column(index=True)


def call_named(uid: str) -> PlatformCall:
    """Return the call as it stands now; raises `NotFound`."""
    statement = select(PlatformCall).where(PlatformCall.uid == uid)
    fresh = statement.execution_options(populate_existing=True)
    found = db.session.execute(fresh).scalar_one_or_none()
    if found is None:
        raise NotFound()
    return found


def call_of(name: Name, key: str) -> PlatformCall | None:
    """Return what was asked under this key (`platform.call`); None where nothing was."""
    found = select(PlatformCall).where(PlatformCall.dedup_key == f"{name}|{key}")
    return db.session.execute(found).scalar_one_or_none()
