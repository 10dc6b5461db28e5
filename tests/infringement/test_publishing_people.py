"""What is published of a notice tells no person's name, and what is about a person has an end."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from support.core.errors import Invalid
from support.infringement import publishing, redaction, service_publishing
from support.infringement.redaction import NAME, Known
from support.policies.service_publications import NEEDS_END
from tests.infringement.test_publishing import ENDS, NATURAL, page_of, publish, rows
from tests.infringement.world import FACTS, LISTINGS, NoticeWorld


def test_what_is_about_a_person_ends_also_after_a_correction(world: NoticeWorld) -> None:
    notice = world.qualified(facts=NATURAL)
    world.awaiting(notice)
    world.drain()
    (row,) = rows(notice)
    more: dict[str, Any] = {"text": "", "named": False, "ends_at": None, "now": world.now}
    with pytest.raises(Invalid) as refused:
        service_publishing.publish_due(world.ivy, row, version=row.version, **more)
    assert (refused.value.field, refused.value.words) == ("ends_on", NEEDS_END)
    publish(world, row)
    (row,) = rows(notice, "published")
    with pytest.raises(Invalid) as refused:
        service_publishing.correct_entry(world.ivy, row, version=row.version, **more)
    assert refused.value.field == "ends_on"


def test_a_clerk_may_say_that_an_organisations_entry_is_about_a_person(world: NoticeWorld) -> None:
    notice = world.qualified()
    world.awaiting(notice)
    world.drain()
    (row,) = rows(notice)
    assert not publishing.draft_of(row).personal
    entry = service_publishing.publish_due(
        world.ivy, row, text="", named=False, ends_at=ENDS, version=row.version, now=world.now
    )
    assert entry.personal


def test_the_form_says_at_its_date_that_an_end_lacks(world: NoticeWorld) -> None:
    notice = world.qualified(facts=NATURAL)
    world.awaiting(notice)
    world.drain()
    path = f"/desk/publications/{rows(notice)[0].uid}"
    client = page_of(world, world.app, world.ivy)
    page = client.page(path)
    said = page.values(page.form(button="Publish"))
    said.pop("personal")
    refused = client.post(path, data=said)
    assert refused.status_code == 422
    assert refused.get_data(as_text=True).count(NEEDS_END) >= 1


@pytest.mark.parametrize("name", ["Zhang San", "Ab Rahman", "Sal Khan", "李四"])
def test_a_persons_name_beside_a_companys_code_is_a_persons(world: NoticeWorld, name: str) -> None:
    facts = replace(FACTS, holder_name=name, holder_id_type="")
    notice = world.qualified(facts=facts, links=LISTINGS[:1])
    world.awaiting(notice)
    world.drain()
    draft = publishing.draft_of(rows(notice)[0])
    assert (draft.named, draft.personal, draft.holder) == (False, True, "")


def test_a_long_name_is_found_also_where_its_blanks_are_others() -> None:
    known = [Known("Hana Canary", NAME), Known("Li Na", NAME)]
    for said in ("HanaCanary", "H a n a Canary", "hana\u200bcanary"):
        assert redaction.left_in(f"By {said}.", known) == ["Hana Canary"]
    assert redaction.left_in("Carolina", known) == []
