"""Leading zeros of a number from elsewhere: printed by some, left out by others, and one document all the same."""

from __future__ import annotations

from itertools import product

import pytest

from support.accounts.queries_names import plain_signs
from support.core import vault
from support.core.clock import utcnow
from support.core.db import transaction
from support.realname import queries
from support.realname.documents import Document, indexed
from support.realname.models import UsedDocument
from support.verification.models import Check
from support.verification.policy import Way
from tests.realname.world import NameWorld


def is_anothers(check: Check) -> bool:
    claim, details = queries.claim_of(check), queries.details_of(check)
    assert claim is not None
    assert details is not None
    return queries.used_by_another(claim, details)


@pytest.mark.parametrize("used", ["SC0012345", "SC012345", "SC12345"])
def test_a_document_is_found_whose_index_still_counted_its_zeros(
    world: NameWorld, used: str
) -> None:
    with transaction() as session:
        said = f"{Document.COMPANY_ABROAD}\0GB\0{plain_signs(used)}"
        blind = vault.blind_index("document", said)
        session.add(UsedDocument(blind=blind, person_id=world.alice.id, at=utcnow()))
    check = world.begin(world.bob, Way.COMPANY)
    world.write(check, Document.COMPANY_ABROAD, number="SC-012345", country="GB")
    assert is_anothers(check)
    details = queries.details_of(check)
    assert details is not None
    assert details.number == "SC-012345", "shown as it was typed"
    world.write(check, Document.COMPANY_ABROAD, number="SC-012345", country="IE")
    assert not is_anothers(check)


def test_two_numbers_of_one_length_never_become_one() -> None:
    signs = ["".join(each) for each in product("0A1", repeat=5)]
    made = {indexed(Document.COMPANY_ABROAD, "GB", each) for each in signs}
    assert len(made) == len(signs)


def test_zeros_count_in_a_number_that_check_digits_hold() -> None:
    for document in (Document.TAIWAN_PERMIT, Document.CN_ID, Document.COMPANY_CN):
        assert indexed(document, "CN", "00123456") != indexed(document, "CN", "123456")
