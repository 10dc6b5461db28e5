"""Announcements: written, previewed, published, pinned, ended."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from support.core.actors import ANONYMOUS, Role
from support.core.clock import utcnow
from support.core.errors import IllegalMove, NotAllowed, NotFound, Stale
from support.policies import queries, service_announcements
from support.policies.lifecycle import LIFECYCLE, AnnouncementState
from support.policies.models import Announcement
from tests.fixtures.pages import PageClient
from tests.policies.conftest import ADMIN, AGENT, ALICE

NOW = utcnow()
TEXTS: dict[str, Any] = {
    "title_en": "News",
    "title_zh": "新闻",
    "body_en": "Body",
    "body_zh": "正文",
}


def make_announcement(
    title: str = "News", *, minutes: int | None = 0, pinned: bool = False
) -> Announcement:
    """Write an announcement; unless `minutes` is None, publish it that many minutes after NOW."""
    row = service_announcements.write_announcement(ADMIN, **TEXTS | {"title_en": title}, now=NOW)
    if minutes is not None:
        at = NOW + timedelta(minutes=minutes)
        row = service_announcements.publish_announcement(ADMIN, row, version=row.version, now=at)
    if pinned:
        row = service_announcements.pin_announcement(ADMIN, row, pinned=True, version=row.version)
    return row


def move(row: Announcement, new: AnnouncementState) -> None:
    """Carry out the verb that leads to `new`."""
    if new == AnnouncementState.DRAFT:
        service_announcements.change_announcement(ADMIN, row, version=row.version, **TEXTS)
    elif new == AnnouncementState.PUBLISHED:
        service_announcements.publish_announcement(ADMIN, row, version=row.version)
    else:
        service_announcements.end_announcement(ADMIN, row, version=row.version)


@pytest.mark.usefixtures("app_context")
@pytest.mark.parametrize(("old", "new", "legal"), list(LIFECYCLE.pairs()))
def test_every_move_is_made_or_refused_as_the_table_says(
    old: AnnouncementState, new: AnnouncementState, legal: bool
) -> None:
    row = make_announcement(minutes=None)
    if old != AnnouncementState.DRAFT:
        move(row, old)
    if legal or old == new:  # the same again is harmless, and a draft may be changed
        move(row, new)
        assert row.status == new
    else:
        with pytest.raises(IllegalMove):
            move(row, new)
        assert row.status == old


@pytest.mark.usefixtures("app_context")
def test_publishing_pinning_and_ending_twice_is_harmless() -> None:
    row = make_announcement(pinned=True)
    version = row.version
    service_announcements.publish_announcement(ADMIN, row, version=1)
    service_announcements.pin_announcement(ADMIN, row, pinned=True, version=1)
    assert row.version == version
    service_announcements.end_announcement(ADMIN, row, version=version)
    service_announcements.end_announcement(ADMIN, row, version=version)
    assert row.version == version + 1


@pytest.mark.usefixtures("app_context")
def test_what_was_changed_meanwhile_is_not_published_unseen() -> None:
    row = make_announcement(minutes=None)
    seen = row.version
    service_announcements.change_announcement(
        ADMIN, row, version=seen, **TEXTS | {"body_en": "Other"}
    )
    with pytest.raises(Stale):
        service_announcements.publish_announcement(ADMIN, row, version=seen)
    with pytest.raises(Stale):
        service_announcements.change_announcement(ADMIN, row, version=seen, **TEXTS)


@pytest.mark.usefixtures("app_context")
def test_only_administrators_announce() -> None:
    row = make_announcement(minutes=None)
    for actor, refusal in ((AGENT, NotAllowed), (ALICE, NotFound), (ANONYMOUS, NotFound)):
        for act in (
            lambda actor: service_announcements.write_announcement(actor, **TEXTS),
            lambda actor: service_announcements.change_announcement(actor, row, version=1, **TEXTS),
            lambda actor: service_announcements.publish_announcement(actor, row, version=1),
            lambda actor: service_announcements.pin_announcement(
                actor, row, pinned=True, version=1
            ),
            lambda actor: service_announcements.end_announcement(actor, row, version=1),
            lambda actor: queries.announcement_for(actor, row.uid),
            queries.announcements_for,
        ):
            with pytest.raises(refusal):
                act(actor)
    assert row.status == AnnouncementState.DRAFT


@pytest.mark.usefixtures("app_context")
def test_the_list_has_pages_without_gaps_and_pinned_ones_apart() -> None:
    for number in range(queries.PAGE + 3):
        make_announcement(f"News {number:02}", minutes=number // 2)
    make_announcement("On top", pinned=True)
    first = queries.announcements()[: queries.PAGE]
    second = queries.announcements(before=first[-1].uid)
    assert len(second) == 3
    titles = [row.title_en for row in [*first, *second]]
    assert titles == [f"News {number:02}" for number in reversed(range(queries.PAGE + 3))]
    assert [row.title_en for row in queries.pinned_announcements()] == ["On top"]


@pytest.mark.usefixtures("app_context")
def test_a_draft_is_nobodys_business_and_an_ended_one_stays_readable() -> None:
    draft = make_announcement(minutes=None)
    with pytest.raises(NotFound):
        queries.published_announcement(draft.uid)
    ended = make_announcement()
    service_announcements.end_announcement(ADMIN, ended, version=ended.version)
    assert queries.published_announcement(ended.uid).uid == ended.uid
    assert queries.announcements(pinned_too=True) == []


@pytest.mark.usefixtures("published")
def test_an_administrator_writes_previews_publishes_pins_and_ends(
    staff_client: Callable[[Role], PageClient],
) -> None:
    client = staff_client(Role.ADMIN)
    answer = client.submit(
        "/admin/announcements/new",
        {
            "title_en": "Night work",
            "title_zh": "夜间维护",
            "body_en": "From **2**",
            "body_zh": "从 2 点",
        },
        button="Save and preview",
    )
    assert answer.status_code == 303
    preview = answer.location
    page = client.page(preview)
    assert "Night work" in page.text
    assert "夜间维护" in page.text
    assert "Night work" not in client.page("/announcements").text
    client.submit(preview, button="Publish")
    assert "Night work" in client.page("/announcements").text
    client.submit(preview, button="Pin on top")
    assert "Pinned" in client.page("/announcements").text
    client.submit(preview, button="Take off the top")
    assert "Pinned" not in client.page("/announcements").text
    client.submit(preview, button="End announcement")
    assert "Night work" not in client.page("/announcements").text
    assert "Night work" in client.page("/admin/announcements").text


@pytest.mark.usefixtures("published")
def test_a_text_missing_in_one_language_is_asked_for(
    staff_client: Callable[[Role], PageClient],
) -> None:
    client = staff_client(Role.ADMIN)
    answer = client.submit(
        "/admin/announcements/new",
        {"title_en": "Half", "body_en": "Half"},
        button="Save and preview",
    )
    assert answer.status_code == 422
    assert "There are 2 problems to fix" in answer.get_data(as_text=True)


@pytest.mark.usefixtures("published")
def test_sending_the_same_new_announcement_twice_makes_one(
    staff_client: Callable[[Role], PageClient],
) -> None:
    client = staff_client(Role.ADMIN)
    page = client.page("/admin/announcements/new")
    sent = page.values(page.form(button="Save and preview")) | TEXTS
    first, second = (client.post("/admin/announcements/new", data=sent) for _ in "ab")
    assert first.location == second.location


@pytest.mark.usefixtures("published")
def test_an_agent_can_not_open_the_pages_of_announcers(
    staff_client: Callable[[Role], PageClient],
) -> None:
    client = staff_client(Role.AGENT)
    for path in ("/admin/announcements", "/admin/announcements/new", "/admin/announcements/x"):
        assert client.get(path).status_code == 403
