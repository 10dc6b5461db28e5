"""The lifecycle: every pair of states, and a sentence for each state and viewer in both languages."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from flask_babel import force_locale

from support.core.clock import utcnow
from support.core.errors import IllegalMove
from support.workorders import targets
from support.workorders.kind import COMPLAINT, QUESTION, SUGGESTION, Kind, Viewer
from support.workorders.lifecycle import LIFECYCLE, Status
from support.workorders.models import NEVER, WorkOrder
from support.workorders.say import say

LEGAL = {
    ("new", "open"), ("new", "waiting"), ("new", "resolved"), ("new", "closed"),
    ("open", "waiting"), ("open", "resolved"), ("open", "closed"),
    ("waiting", "open"), ("waiting", "resolved"), ("waiting", "closed"),
    ("resolved", "open"), ("resolved", "waiting"), ("resolved", "closed"),
    ("closed", "open"),
}  # fmt: skip


@pytest.mark.parametrize("old", list(Status))
@pytest.mark.parametrize("new", list(Status))
def test_every_pair_of_states_is_legal_or_refused_as_the_rule_says(
    old: Status, new: Status
) -> None:
    if (old.value, new.value) in LEGAL:
        LIFECYCLE.check_move(old, new)
    else:
        with pytest.raises(IllegalMove):
            LIFECYCLE.check_move(old, new)


def order_in(state: Status, kind: Kind, *, late: bool, reopened: bool) -> WorkOrder:
    """An order that was never stored, in `state`."""
    now = utcnow()
    order = WorkOrder(kind=kind.code, subject="x", status=state, status_at=now - timedelta(days=1))
    order.due_at = (
        NEVER if state not in ("new", "open") else now + timedelta(hours=-1 if late else 1)
    )
    order.reopened_at = now if reopened else None
    due = targets.term(state, order.status_at)
    order.term_ends_at = due.at if due else None
    return order


@pytest.mark.parametrize("kind", [QUESTION, SUGGESTION, COMPLAINT], ids=lambda kind: kind.code)
@pytest.mark.parametrize("state", list(Status))
@pytest.mark.parametrize("viewer", ["requester", "staff"])
@pytest.mark.parametrize("late", [False, True])
@pytest.mark.parametrize("reopened", [False, True])
def test_every_state_has_one_true_sentence_in_both_languages(
    app_once: Flask, kind: Kind, state: Status, viewer: Viewer, late: bool, reopened: bool
) -> None:
    sentence = kind.sentence(order_in(state, kind, late=late, reopened=reopened), viewer, utcnow())
    with app_once.test_request_context():
        with force_locale("en"):
            english = say(sentence)
        with force_locale("zh_Hans_CN"):
            chinese = say(sentence)
    assert "%(" not in english + chinese
    assert "9999" not in english + chinese
    assert any("\u4e00" <= letter <= "\u9fff" for letter in chinese)
    assert not any("\u4e00" <= letter <= "\u9fff" for letter in english)
