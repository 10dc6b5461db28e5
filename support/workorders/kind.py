"""What a kind of work order is, and the three plain kinds. Nothing in this room asks `if kind ==`.

A room with a special kind declares one `Kind`, keeps its own row beside the order with its own
lifecycle, and hands the declaration to `app.py`; queue, member page and desk page draw it from here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, Literal

from support.core.actors import Actor, Role
from support.core.context import hooks
from support.core.errors import NotFound
from support.core.words import N_
from support.workorders.lifecycle import Status

if TYPE_CHECKING:
    from support.workorders.models import WorkOrder
    from support.workorders.why import Clock

Viewer = Literal["requester", "staff"]
ERASED = "erased"
"""Why an order was closed whose requester's data was deleted at their request."""


@dataclass(frozen=True, slots=True)
class Sentence:
    """What happens now, who acts, until when, what you can do: one message id with its facts (moments stay moments)."""

    words: str
    facts: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Stage:
    """One step of the progress timeline: `reached` says from which coarse statuses on it is done.

    While the requester is asked whether it is solved, the last one says that instead, unless it is `firm`.
    """

    title: str
    reached: frozenset[Status]
    firm: bool = False


@dataclass(frozen=True, slots=True)
class Topic:
    """One tile of the first question, "What is it about?"."""

    code: str
    title: str
    hint: str
    icon: str


@dataclass(frozen=True, slots=True)
class Question:
    """A question of a kind's own in the common form.

    `guide` is a template above the form. `read(text)` returns what the answer means, asking others, so that no
    transaction is open; it raises `Invalid`. `keep(actor, order, meaning, now=now)` runs in the one that files the
    order.
    """

    label: str
    hint: str
    guide: str
    read: Callable[[str], Any]
    keep: Callable[..., object]


@dataclass(frozen=True, slots=True)
class Kind:
    """The declaration of one kind.

    `entry` is the endpoint of its first page, None for the common form, which asks `question` too where there is one;
    with `needs_account` guests are led to none; `asks` are the words that head its topics where they name the order,
    so that no summary is asked for; `guide` is a template above the common
    form, which may lead to what is `elsewhere`, ways of asking with a page of their own; `panel` the
    template that the desk page includes beside the thread,
    `note` the one on the requester's page, both with what `facts(order)` finds;
    `path(order)` are the stages of this very order, where they can differ from `stages`;
    `guard(order, status)` raises when the kind's own state forbids a move; `own_end(order)` is true while the requester
    ends it by an act of the kind's own, which `note` offers, and is offered no closing beside that;
    `task(order)` is the endpoint of what its requester owes instead of an answer, "" where it is one;
    `on_move(order, status, now)` follows it in the same transaction; `next_step(order, viewer, now)` makes the one
    sentence; `targets` names the row of `workorders/targets.py`, and `clocks(order)` explains the dates that a kind has
    instead; `assurance` is the level that the requester must have shown before the desk solves or closes an order
    (`assurance/policy.py`).
    `keep(actor, order, now=now)` writes the kind's own row in the transaction that files an order, by whatever way.
    One that is filed `after_intake`, when the service takes in nothing new any more, is a right until the end.
    With `recuses`, an order that names another is kept from the staff who worked on that one until then.
    """

    code: str
    title: str
    summary: str
    icon: str
    topics: tuple[Topic, ...] = ()
    asks: str = ""
    guide: str = ""
    elsewhere: tuple[Topic, ...] = ()
    question: Question | None = None
    keep: Callable[..., object] = lambda actor, order, *, now: None
    entry: str | None = None
    needs_account: bool = False
    panel: str | None = None
    note: str | None = None
    facts: Callable[[WorkOrder], Mapping[str, Any]] = lambda order: {}
    stages: tuple[Stage, ...] = ()
    path: Callable[[WorkOrder], tuple[Stage, ...]] | None = None
    guard: Callable[[WorkOrder, Status], None] = lambda order, status: None
    task: Callable[[WorkOrder], str] = lambda order: ""
    own_end: Callable[[WorkOrder], bool] = lambda order: False
    on_move: Callable[[WorkOrder, Status, datetime], None] = lambda order, status, now: None
    next_step: Callable[[WorkOrder, Viewer, datetime], Sentence] | None = None
    clocks: Callable[[WorkOrder], Sequence[Clock]] | None = None
    targets: str = "question"
    first_team: str = "support"
    first_roles: frozenset[Role] = frozenset({Role.AGENT})
    assurance: int = 0
    recuses: bool = False
    after_intake: bool = False

    def stages_of(self, order: WorkOrder) -> tuple[Stage, ...]:
        """The stages of the progress timeline of this order."""
        return self.stages if self.path is None else self.path(order)

    def sentence(self, order: WorkOrder, viewer: Viewer, now: datetime) -> Sentence:
        """The one sentence for this order as `viewer` sees it at `now`."""
        return (self.next_step or plain_next_step)(order, viewer, now)


def kinds() -> tuple[Kind, ...]:
    """Return all kinds in the order in which `app.py` named them."""
    return hooks(Kind)


def kinds_for(actor: Actor) -> list[Kind]:
    """Return the kinds that `actor` is led to; whoever is not signed in may still do so."""
    return [kind for kind in kinds() if not (kind.needs_account and actor.kind == "guest")]


def kind_named(code: str) -> Kind:
    """Return the kind called `code`; raise `NotFound` for a kind that nobody declared."""
    for kind in kinds():
        if kind.code == code:
            return kind
    raise NotFound()


def is_open_after_intake(code: str) -> bool:
    """True for a kind that is filed also when the service takes in nothing new any more."""
    return any(kind.code == code and kind.after_intake for kind in kinds())


def plain_next_step(order: WorkOrder, viewer: Viewer, now: datetime) -> Sentence:
    """The sentence of a kind without states of its own, for every status and viewer, true also when late."""
    state = order.state
    if state is Status.CLOSED and order.is_anonymous:
        return Sentence(_ANONYMOUS)
    until = order.last_minute or order.due_at
    if state in (Status.NEW, Status.OPEN) and until < now:
        return Sentence(_LATE[viewer], {"until": until})
    over = order.term_ends_at is not None and order.term_ends_at <= now
    if state is Status.CLOSED and (over or order.reopened_at is not None):
        return Sentence(_OVER[viewer], {"until": order.status_at})
    if state is Status.OPEN and order.first_replied_at is None:
        return Sentence(_TAKEN[viewer], {"until": until})
    return Sentence(_SENTENCES[state, viewer], {"until": until})


_ANONYMOUS = N_(
    "Closed for good: what its requester wrote was removed, at their request or since its time was over."
)

_TAKEN: dict[Viewer, str] = {
    "requester": N_(
        "An agent has taken it and answers by %(until)s; until then you can add to it at any time."
    ),
    "staff": N_("Somebody has taken it; the desk owes a first reply by %(until)s."),
}

_LATE: dict[Viewer, str] = {
    "requester": N_(
        "We are late: our answer was due by %(until)s and the team's lead has been told; you can add to it meanwhile."
    ),
    "staff": N_(
        "Overdue since %(until)s: the desk must act now; the requester sees that we are late."
    ),
}

_OVER: dict[Viewer, str] = {
    "requester": N_(
        "This work order was closed on %(until)s; if you need more, file a new one and name this one."
    ),
    "staff": N_("Closed for good on %(until)s; a new matter needs a new work order."),
}

_SENTENCES: dict[tuple[Status, Viewer], str] = {
    (Status.NEW, "requester"): N_(
        "Your work order is in line; an agent answers by %(until)s, and until then you can add to it."
    ),
    (Status.NEW, "staff"): N_("Nobody has answered yet; the desk owes a first reply by %(until)s."),
    (Status.OPEN, "requester"): N_(
        "An agent is working on it and means to finish by %(until)s; you can add to it at any time."
    ),
    (Status.OPEN, "staff"): N_("The desk is working on it and should solve it by %(until)s."),
    (Status.WAITING, "requester"): N_(
        "We need your answer to go on; please reply by %(until)s, or the work order closes (you can open it again)."
    ),
    (Status.WAITING, "staff"): N_(
        "The requester has been asked and may answer until %(until)s; then the work order closes by itself."
    ),
    (Status.RESOLVED, "requester"): N_(
        "We think this is solved; please confirm or say what is missing by %(until)s, then it closes."
    ),
    (Status.RESOLVED, "staff"): N_(
        "The requester is asked to confirm; without an answer it closes on %(until)s."
    ),
    (Status.CLOSED, "requester"): N_(
        "This work order is closed; if it comes back, you can open it once more until %(until)s."
    ),
    (Status.CLOSED, "staff"): N_("Closed; the requester can open it once more until %(until)s."),
}

PLAIN_STAGES = (
    Stage(N_("Received"), frozenset(Status)),
    Stage(N_("An agent is on it"), frozenset(Status) - {Status.NEW}),
    Stage(N_("Solved"), frozenset({Status.RESOLVED, Status.CLOSED})),
    Stage(N_("Closed"), frozenset({Status.CLOSED})),
)

QUESTION = Kind(
    code="question",
    title=N_("Question"),
    summary=N_("Ask for help with your account, an order, a listing or anything else."),
    icon="circle-question-mark",
    topics=(
        Topic("access", N_("Account access"), N_("Locked out, codes, sign-in"), "key-round"),
        Topic("billing", N_("Billing"), N_("Charges, refunds, invoices"), "receipt"),
        Topic("listing", N_("Listing or shop"), N_("Removed, rejected, edited"), "store"),
        Topic("privacy", N_("Privacy and data"), N_("Export, correct, delete"), "shield-user"),
    ),
    stages=PLAIN_STAGES,
)

SUGGESTION = Kind(
    code="suggestion",
    title=N_("Suggestion"),
    summary=N_("Tell us what would make this better."),
    icon="lightbulb",
    stages=PLAIN_STAGES,
    targets="suggestion",
)

COMPLAINT = Kind(
    code="complaint",
    title=N_("Complaint"),
    summary=N_("Something was not handled well; a different person will read it."),
    icon="megaphone",
    stages=PLAIN_STAGES,
    targets="complaint",
    first_team="complaints",
    recuses=True,
)
