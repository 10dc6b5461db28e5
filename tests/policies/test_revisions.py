"""Next versions: prepared, commented, announced; what was announced is never changed."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from support.core.actors import ANONYMOUS, Actor, Role
from support.core.clock import utcnow
from support.core.db import db
from support.core.errors import IllegalMove, Invalid, NotAllowed, NotFound, Stale
from support.core.keeping import sweep
from support.policies import keepings, queries, queries_revisions, service_revisions
from support.policies.lifecycle import REVISIONS, RevisionState
from support.policies.models import PolicyVersion
from support.policies.models_revisions import Revision, RevisionComment
from support.policies.revisions import TESTS
from support.policies.service_revisions import Words
from tests.policies.conftest import ADMIN, AGENT, ALICE, BOB

pytestmark = pytest.mark.usefixtures("version")
LEGAL = Actor("staff", 3, frozenset({Role.LEGAL}))
GUEST = Actor("guest", 13)
NOW = utcnow() + timedelta(hours=1)  # after the version before was published
DAY = timedelta(days=1)
MINOR = Words(
    label="2027-1",
    text_en="# Own policy\n\nOurs, better said.",
    text_zh="# 自己的政策\n\n我们的，说得更清楚。",
    summary_en="Clearer words.",
    summary_zh="措辞更清楚。",
    reason="Only words.",
)
MAJOR = replace(MINOR, tests=("8.4.1",), reason="")


def written(words: Words = MAJOR) -> Revision:
    return service_revisions.write_revision(LEGAL, words, now=NOW)


def opened(words: Words = MAJOR, days: int = 7) -> Revision:
    row = written(words)
    return service_revisions.open_comments(LEGAL, row, version=row.version, days=days, now=NOW)


def announced(row: Revision, at: datetime, day: datetime | None = None) -> PolicyVersion:
    return service_revisions.announce_revision(
        LEGAL, row, version=row.version, effective_from=day, now=at
    )


@pytest.mark.parametrize(("old", "new", "legal"), list(REVISIONS.pairs()))
def test_every_move_is_as_the_table_says(
    old: RevisionState, new: RevisionState, legal: bool
) -> None:
    assert REVISIONS.can(old, new) is legal


def test_only_editors_write_and_see_next_versions() -> None:
    row = written()
    for stranger in (AGENT, ALICE, ANONYMOUS):
        with pytest.raises(NotAllowed):
            service_revisions.write_revision(stranger, MINOR)
        with pytest.raises(NotAllowed):
            queries_revisions.revision_for(stranger, row.uid)
    assert queries_revisions.revision_for(ADMIN, row.uid).label == "2027-1"
    with pytest.raises(NotFound):
        queries_revisions.proposal(row.uid)


@pytest.mark.parametrize("code", TESTS)
def test_any_test_of_the_policy_makes_a_version_major(code: str) -> None:
    assert written(replace(MINOR, tests=(code,))).major
    assert not written(MINOR).major


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"reason": " "}, "reason"),
        ({"shrinks": True}, "tests"),
        ({"label": "a b"}, "label"),
        ({"label": "2026-1"}, "label"),
        ({"text_zh": ""}, "text_zh"),
    ],
)
def test_a_minor_version_says_why_and_one_that_cuts_rights_is_never_minor(
    change: dict[str, object], field: str
) -> None:
    with pytest.raises(Invalid) as refusal:
        written(replace(MINOR, **change))  # type: ignore[arg-type]
    assert refusal.value.field == field


def test_a_minor_version_may_be_in_force_at_once() -> None:
    version = announced(written(MINOR), NOW)
    current = queries.current_version(NOW)
    assert current is not None
    assert current.id == version.id
    assert (version.reason, version.major, version.shrinks) == ("Only words.", False, False)


def test_a_version_that_changes_nothing_is_not_published() -> None:
    same = replace(MINOR, text_zh="# 自己的政策\n\n我们的。")
    with pytest.raises(Invalid) as refusal:
        announced(written(same), NOW)
    assert refusal.value.field == "text_zh"


def test_a_major_version_is_commented_then_announced_thirty_days_ahead() -> None:
    with pytest.raises(Invalid):
        announced(written(), NOW, NOW + 90 * DAY)
    row = opened()
    with pytest.raises(Invalid):
        announced(row, NOW + 6 * DAY, NOW + 90 * DAY)
    over = NOW + 7 * DAY
    for day in (None, over + 29 * DAY):
        with pytest.raises(Invalid):
            announced(row, over, day)
    version = announced(row, over, over + 31 * DAY)
    assert version.tests == "8.4.1"
    assert version.summary_zh == "措辞更清楚。"
    current = queries.current_version(over)
    assert current is not None
    assert current.id != version.id
    assert announced(row, over).id == version.id, "twice is harmless"


def test_words_are_not_changed_while_they_are_commented_and_other_words_are_commented_anew() -> (
    None
):
    row = opened()
    with pytest.raises(IllegalMove):
        service_revisions.change_revision(LEGAL, row, MAJOR, version=row.version)
    row = service_revisions.take_back(LEGAL, row, version=row.version)
    other = replace(MAJOR, text_en="# Own policy\n\nQuite another.")
    row = service_revisions.change_revision(LEGAL, row, other, version=row.version)
    with pytest.raises(Invalid) as refusal:
        announced(row, NOW + 90 * DAY, NOW + 180 * DAY)
    assert refusal.value.field == "day"


def test_what_was_announced_or_discarded_is_never_changed() -> None:
    gone = written(replace(MINOR, label="x"))
    gone = service_revisions.drop_revision(LEGAL, gone, version=gone.version)
    row = written(MINOR)
    announced(row, NOW)
    for each in (gone, row):
        with pytest.raises(IllegalMove):
            service_revisions.change_revision(
                LEGAL, each, replace(MINOR, label="y"), version=each.version
            )
        with pytest.raises(IllegalMove):
            service_revisions.open_comments(LEGAL, each, version=each.version, days=7)


def test_who_was_slower_changes_nothing() -> None:
    row = written(MINOR)
    seen = row.version
    service_revisions.change_revision(LEGAL, row, replace(MINOR, reason="A"), version=seen)
    for act in (
        lambda: service_revisions.change_revision(ADMIN, row, MINOR, version=seen),
        lambda: service_revisions.open_comments(ADMIN, row, version=seen, days=7),
        lambda: service_revisions.announce_revision(ADMIN, row, version=seen, effective_from=None),
        lambda: service_revisions.drop_revision(ADMIN, row, version=seen),
    ):
        with pytest.raises(Stale):
            act()
    assert queries.version_by_label("2026-1").text_en.startswith("# Own")


def test_a_member_comments_until_the_time_ends_and_nobody_else_does() -> None:
    row = opened()
    said = service_revisions.comment(ALICE, row, " Too long. ", language="en", now=NOW + DAY)
    assert said.text == "Too long."
    assert [each.text for each in queries_revisions.comments_of(LEGAL, row)] == ["Too long."]
    assert [each.id for each in queries_revisions.own_comments(row, 11)] == [said.id]
    assert queries_revisions.own_comments(row, 12) == []
    for other in (GUEST, AGENT, ANONYMOUS):
        with pytest.raises(NotAllowed):
            service_revisions.comment(other, row, "x", language="en", now=NOW)
    for text in ("", "x" * 4_001):
        with pytest.raises(Invalid):
            service_revisions.comment(BOB, row, text, language="en", now=NOW)
    with pytest.raises(Invalid):
        service_revisions.comment(BOB, row, "Late.", language="en", now=NOW + 7 * DAY)


def test_a_comment_ends_half_a_year_after_it_was_written() -> None:
    service_revisions.comment(ALICE, opened(), "x", language="en", now=NOW)
    assert sweep(keepings.COMMENTS, NOW + timedelta(weeks=25)) == 0
    assert sweep(keepings.COMMENTS, NOW + timedelta(weeks=27)) == 1
    assert db.session.execute(select(RevisionComment)).first() is None
