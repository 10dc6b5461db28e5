"""The vault: sealed is sealed, moved or altered is refused, destroyed is gone."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import literal, select, text, union_all

from support.core import vault
from support.core.clock import utcnow
from support.core.db import db, fetch, part, transaction
from tests.core.test_db import in_threads

PLACE = "contact_point.sealed:abc"


def sealed(words: str = "someone@example.com") -> bytes:
    """Seal `words` for person 1."""
    with transaction():
        return vault.seal("person:1", PLACE, words)


@pytest.mark.parametrize("words", ["", "someone@example.com", "王思远 \N{GRINNING FACE}" * 500])
def test_what_was_sealed_opens_again(app: Flask, words: str) -> None:
    with app.app_context():
        blob = sealed(words)
        db.session.remove()
        assert vault.unseal("person:1", PLACE, blob) == words


def test_the_text_is_not_in_the_sealed_bytes(app: Flask) -> None:
    with app.app_context():
        assert b"example" not in sealed()


def test_a_sealed_value_moved_to_another_row_or_person_is_refused(app: Flask) -> None:
    with app.app_context():
        blob = sealed()
        with transaction():
            vault.seal("person:2", PLACE, "x")
        for owner, place in (("person:1", PLACE + "d"), ("person:2", PLACE)):
            with pytest.raises(vault.SealBroken):
                vault.unseal(owner, place, blob)


def test_every_flipped_bit_is_refused(app: Flask) -> None:
    with app.app_context():
        blob = sealed("abc")
        for position in range(len(blob) * 8):
            forged = bytearray(blob)
            forged[position // 8] ^= 1 << position % 8
            with pytest.raises(vault.SealBroken):
                vault.unseal("person:1", PLACE, bytes(forged))


def test_a_destroyed_key_opens_nothing_and_seals_nothing(app: Flask) -> None:
    with app.app_context():
        blob = sealed()
        with transaction():
            assert vault.destroy("person:1")
            assert not vault.destroy("person:1")
        db.session.remove()
        with pytest.raises(vault.KeyDestroyed):
            vault.unseal("person:1", PLACE, blob)
        with pytest.raises(vault.KeyDestroyed):
            sealed()
        assert db.session.execute(select(vault.VaultKey.wrapped)).scalar_one() is None


def test_a_list_opens_as_one_by_one_without_the_erased_and_refuses_what_was_moved(
    app: Flask,
) -> None:
    people = {"person:1": "a@example.com", "person:2": "b@example.com", "person:3": "c@example.com"}
    with app.app_context():
        with transaction() as session:
            rows = [(one, vault.seal(one, f"t.s:{one}", said)) for one, said in people.items()]
            vault.destroy("person:2")
        session.expire_all()
        each = (
            select(literal(one).label("owner"), literal(said).label("sealed")) for one, said in rows
        )
        given = union_all(*each).subquery()
        listed = vault.with_key(select(given.c.owner, given.c.sealed), given.c.owner)
        opened, found = vault.opener(), fetch(listed).all()
        assert {
            row.owner: opened(f"t.s:{row.owner}", row.sealed, row[vault.KEY]) for row in found
        } == people | {"person:2": None}
        kept = next(row for row in found if row.owner == "person:1")
        with pytest.raises(vault.SealBroken):
            opened("t.s:elsewhere", kept.sealed, kept[vault.KEY])


def test_the_data_key_is_stored_only_wrapped(app: Flask) -> None:
    with app.app_context():
        blob = sealed()
        with transaction() as session:
            session.connection().execute(
                text("UPDATE vault_key SET owner = 'person:9' WHERE owner = 'person:1'")
            )
        db.session.remove()
        with pytest.raises(vault.SealBroken):
            vault.unseal("person:9", PLACE, blob)


def test_many_first_seals_at_once_make_one_key(app: Flask) -> None:
    blobs = in_threads(app, 8, lambda _index: sealed())
    with app.app_context():
        assert len(db.session.execute(select(vault.VaultKey)).all()) == 1
        for blob in blobs:
            assert isinstance(blob, bytes)
            assert vault.unseal("person:1", PLACE, blob) == "someone@example.com"


def test_blind_indexes_find_the_same_value_and_nothing_else(app: Flask) -> None:
    with app.app_context():
        assert vault.blind_index("email", "a@b.cn") == vault.blind_index("email", "a@b.cn")
        assert vault.blind_index("email", "a@b.cn") != vault.blind_index("mobile", "a@b.cn")


def restricted(blob: bytes, until: datetime) -> bytes:
    """Seal what person 1 has anew, as an erasure does, and destroy the person's key."""
    with transaction():
        key = vault.restriction_key("request7:invoices", until)
        kept = vault.restrict("person:1", PLACE, blob, key)
        vault.destroy("person:1")
    db.session.remove()
    return kept


def test_what_a_law_keeps_of_an_erased_person_opens_only_as_restricted(app: Flask) -> None:
    with app.app_context():
        blob = sealed("an invoice")
        kept = restricted(blob, utcnow() + timedelta(days=1))
        assert vault.unseal_restricted(PLACE, kept) == "an invoice"
        for value in (blob, kept):
            with pytest.raises(vault.KeyDestroyed):
                vault.unseal("person:1", PLACE, value)
        with pytest.raises(vault.SealBroken):
            vault.unseal_restricted(PLACE + "d", kept)
        with pytest.raises(vault.SealBroken):
            vault.unseal_restricted(PLACE, blob)


def test_every_flipped_bit_of_what_is_restricted_is_refused(app: Flask) -> None:
    with app.app_context():
        kept = restricted(sealed("abc"), utcnow() + timedelta(days=1))
        for position in range(len(kept) * 8):
            forged = bytearray(kept)
            forged[position // 8] ^= 1 << position % 8
            with pytest.raises(vault.SealBroken):
                vault.unseal_restricted(PLACE, bytes(forged))
        for stump in (b"", kept[:1], kept[:2], kept[:20], bytes([2, 1, 0])):
            with pytest.raises(vault.SealBroken):
                vault.unseal_restricted(PLACE, stump)


def test_a_restriction_ends_on_its_date_for_good(app: Flask) -> None:
    with app.app_context():
        end = utcnow() + timedelta(days=1)
        kept = restricted(sealed(), end)
        with transaction():
            vault.restriction_key("request7:invoices", end + timedelta(days=9))
        vault.end_restrictions(end - timedelta(seconds=1))
        db.session.remove()
        assert vault.unseal_restricted(PLACE, kept)
        for _again in range(2):
            vault.end_restrictions(end)
        db.session.remove()
        with pytest.raises(vault.KeyDestroyed):
            vault.unseal_restricted(PLACE, kept)


def undone(work: Callable[[], object]) -> None:
    """Do `work` in a transaction that is rolled back."""
    with suppress(ZeroDivisionError), transaction():
        work()
        raise ZeroDivisionError


def test_a_key_of_a_transaction_that_was_rolled_back_seals_nothing_in_the_next_one(
    app: Flask,
) -> None:
    with app.app_context():
        undone(lambda: vault.seal("person:1", PLACE, "lost"))
        blob = sealed("kept")
        db.session.remove()
        assert vault.unseal("person:1", PLACE, blob) == "kept"


def test_a_key_whose_destruction_was_rolled_back_opens_as_before(app: Flask) -> None:
    def erase() -> None:
        vault.destroy("person:1")
        with pytest.raises(vault.KeyDestroyed):
            vault.unseal("person:1", PLACE, blob)

    with app.app_context():
        blob = sealed("kept")
        undone(erase)
        assert vault.unseal("person:1", PLACE, blob) == "kept"


@pytest.mark.parametrize("fails", [True, False])
def test_a_key_is_forgotten_with_its_transaction_also_after_a_part_of_it_ended(
    app: Flask, fails: bool
) -> None:
    def do_part() -> None:
        try:
            with part():
                vault.seal("person:2", "t.c:1", "b")
                if fails:
                    raise KeyError
        except KeyError:
            vault.seal("person:2", "t.c:1", "c")

    with app.app_context():
        with pytest.raises(ValueError), transaction():  # noqa: PT011, PT012
            vault.seal("person:1", "t.c:1", "a")
            do_part()
            vault.seal("person:1", "t.c:1", "again")
            raise ValueError
        with transaction():
            sealed = [vault.seal(owner, "t.c:1", "a") for owner in ("person:1", "person:2")]
        db.session.remove()
        opened = [
            vault.unseal(owner, "t.c:1", one)
            for owner, one in zip(("person:1", "person:2"), sealed, strict=True)
        ]
        assert opened == ["a", "a"]
