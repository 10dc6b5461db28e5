"""What happens to an account stands in its audit trail, with who did it and nothing of what was said."""

from __future__ import annotations

from sqlalchemy import select

from support.accounts import (
    code_secrets,
    service_contact_persons,
    service_register,
    service_sessions,
)
from support.accounts.policy import CodePurpose
from support.core.audit import Event
from support.core.db import db
from tests.accounts.people import (
    HERE,
    PASSWORD,
    actor_of,
    make_member,
    make_staff,
    opened,
    sent_digits,
    signed_in,
    trail,
)
from tests.accounts.test_contacts import named

NEW = "another four umbrellas"


def newest(person_id: int, action: str) -> Event:
    """Return the newest event of this name in a person's trail."""
    theirs = select(Event).where(Event.stream == f"person:{person_id}", Event.action == action)
    return db.session.execute(theirs.order_by(Event.seq.desc()).limit(1)).scalar_one()


def test_each_session_is_opened_and_ended_once(context: None) -> None:
    alice = make_member("Alice")
    actor = actor_of(opened("Alice"))
    event = newest(alice, "session.opened")
    assert (event.actor_kind, event.actor_id) == ("member", alice)
    assert event.data == {"session": actor.session, "method": "password"}
    service_sessions.sign_out(actor)
    service_sessions.sign_out(actor)
    told = [action for action in trail(alice) if action.startswith("session.")]
    assert told == ["session.opened", "session.ended"]


def test_a_session_of_staff_is_opened_by_the_second_step_alone(context: None) -> None:
    bob = make_staff("Bob")
    opened("Bob")
    assert trail(bob).count("session.opened") == 1


def test_a_changed_password_is_an_event(context: None) -> None:
    alice = make_member("Alice")
    actor = signed_in("Alice")
    service_register.change_password(actor, NEW)
    event = newest(alice, "password.changed")
    assert (event.actor_kind, event.actor_id, event.data) == ("member", alice, {})


def test_a_retrieved_password_is_an_event(context: None) -> None:
    alice = make_member("Alice")
    service_register.request_retrieval(
        "alice@example.org", visitor="v", address=HERE["address"], language="en"
    )
    proved = service_register.prove_address(
        CodePurpose.RETRIEVE, sent_digits("retrieve"), visitor="v"
    )
    service_register.retrieve_password(proved, visitor="v", password=NEW)
    assert newest(alice, "password.retrieved").actor_kind == "anonymous"
    assert "password.changed" not in trail(alice)


def test_naming_and_removing_a_contact_person_are_events(context: None) -> None:
    alice = make_member("Alice")
    actor = signed_in("Alice")
    uid = named(actor)
    service_contact_persons.remove_contact_person(actor, uid)
    assert trail(alice)[-3:] == [
        "contact_person.added",
        "contact_person.proved",
        "contact_person.removed",
    ]
    assert newest(alice, "contact_person.removed").actor_id == alice


def test_a_contact_person_who_leaves_is_one_event(context: None) -> None:
    alice = make_member("Alice")
    uid = named(signed_in("Alice"))
    for _ in range(2):
        service_contact_persons.opt_out(uid, code_secrets.opt_out_token(uid))
    assert trail(alice).count("contact_person.opted_out") == 1
    assert newest(alice, "contact_person.opted_out").actor_kind == "anonymous"


def test_no_event_holds_a_name_an_address_or_a_password(context: None) -> None:
    make_member("Alice")
    actor = signed_in("Alice")
    named(actor)
    service_register.change_password(actor, NEW)
    said = " ".join(str(data) for data in db.session.execute(select(Event.data)).scalars())
    for word in ("Frank", "frank@example.net", "Accounts", "Alice", PASSWORD, NEW):
        assert word not in said
