"""No network address and no device stays whole for longer than 30 days, wherever one is kept (M8, PP-2.2.4)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select, update

from support.accounts import policy, service_retention, service_sessions
from support.accounts.models import Session, SignIn
from support.accounts.policy import Method, Outcome
from support.core import vault, web_kept
from support.core.clock import utcnow
from support.core.context import hooks
from support.core.db import changed, db, transaction
from support.core.keeping import Keeping, sweep
from tests.workorders.desk_world import make_member

NOW = utcnow()
OLD = NOW - timedelta(days=31)
ADDRESS, DEVICE = "203.0.113.77", "Firefox, Windows"

PLACES = {
    "sign_in": "accounts.sign_ins_whole",
    "session": "accounts.sessions_whole",
    "code": "accounts.codes",
    "passkey_challenge": "accounts.challenges",
    "kept_form": "core.late_forms",
}
"""Every table with an address, a device or a browser, and what ends it there."""
TELLING = {"address", "network", "device", "visitor", "browser", "ip", "user_agent"}


@pytest.fixture
def app_context(app: Flask) -> Iterator[None]:
    with app.app_context():
        yield


def test_every_table_with_an_address_or_device_is_ended_or_cut_within_thirty_days(
    app_context: None,
) -> None:
    tables = db.metadatas[None].tables.values()
    found = {table.name for table in tables if TELLING & {each.name for each in table.columns}}
    assert found == set(PLACES)
    kept = {each.code: each.kept for each in hooks(Keeping)}
    longest = max(policy.CODE_LIVES, policy.INVITATION_LIVES, policy.NOTICE_LINK_LIVES)
    for code in PLACES.values():
        term = kept[code]
        assert term is not None, code
        assert term + longest * (code == "accounts.codes") <= timedelta(days=30), code
    assert timedelta(days=30) >= web_kept.KEPT


def opened(person_id: int, *, ended: bool = False, address: str = ADDRESS) -> int:
    """A session that was opened 31 days ago and is used still, or was ended since."""
    with transaction():
        row = service_sessions.open_session(
            person_id, Method.PASSWORD, address, DEVICE, OLD, second=False
        )
        values = {"created_at": OLD, "expires_at": NOW + timedelta(days=9)}
        mine = update(Session).where(Session.id == row.session_id)
        changed(mine.values(**values, ended_at=NOW - timedelta(days=1) if ended else None))
    return row.session_id or 0


def session(session_id: int) -> tuple[str, str]:
    db.session.expire_all()
    row = db.session.execute(select(Session).where(Session.id == session_id)).scalar_one()
    return row.address, row.device


def test_a_session_that_is_used_for_months_keeps_its_device_but_no_whole_address(
    app_context: None,
) -> None:
    alice = make_member("Alice", "alice@example.org")
    alive, over = opened(alice.id or 0), opened(alice.id or 0, ended=True)
    six = opened(alice.id or 0, address="2001:db8:1:2::")
    nowhere = opened(alice.id or 0, address="")
    assert sweep(service_retention.WHOLE_SESSIONS, NOW) == 3
    assert session(alive) == ("203.0.113.x", DEVICE)
    assert session(six) == ("2001:db8:x", DEVICE)
    assert session(over) == ("203.0.113.x", "")
    assert session(nowhere) == ("", DEVICE)
    assert sweep(service_retention.WHOLE_SESSIONS, NOW) == 0


def test_a_session_of_this_month_stays_whole(app_context: None) -> None:
    alice = make_member("Alice", "alice@example.org")
    row = opened(alice.id or 0)
    assert sweep(service_retention.WHOLE_SESSIONS, NOW, before=OLD) == 0
    assert session(row) == (ADDRESS, DEVICE)


def test_sign_ins_are_cut_in_batches_and_their_device_is_hashed(app_context: None) -> None:
    alice = make_member("Alice", "alice@example.org")
    many = 2 * service_retention.WHOLE_SIGN_INS.most + 1
    blind = vault.blind_index("login", "alice@example.org")
    with transaction() as opened_session:
        opened_session.add_all(
            SignIn(
                person_id=alice.id,
                at=OLD - timedelta(seconds=number),
                target_blind=blind,
                method=Method.PASSWORD,
                outcome=Outcome.OK,
                address=ADDRESS,
                network=None,
                device=DEVICE,
            )
            for number in range(many)
        )
    assert sweep(service_retention.WHOLE_SIGN_INS, NOW) == many
    db.session.expire_all()
    kept = db.session.execute(select(SignIn.address, SignIn.device).distinct()).all()
    assert [row.address for row in kept] == ["203.0.113.x"]
    assert DEVICE not in {row.device for row in kept}
    assert sweep(service_retention.WHOLE_SIGN_INS, NOW) == 0
