"""Rights notices of the demo, in each of the states that somebody signs in to see, told by the verbs alone."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import cycle
from typing import Literal

from demo.cases import CASES, DEFENCE, SHOP, Case
from demo.moments import moment_of
from demo.people import Cast
from demo.photo import draw_photo
from support.core import files, platform
from support.core.actors import SYSTEM, Actor
from support.core.db import new_uid
from support.core.platform_calls import call_named
from support.core.platform_door import CONSOLE, Answer
from support.infringement import (
    moves,
    queries,
    queries_counters,
    service,
    service_checks,
    service_counter,
    service_forwarding,
    service_measures,
    service_rulings,
    service_signals,
)
from support.infringement.lifecycle import ItemState
from support.infringement.models import Item, Notice
from support.infringement.regimes import ContentKind
from support.infringement.service_counter import Choice, Response

S = ItemState


@dataclass(slots=True)
class Papers:
    """Files of one notice that were taken in and not attached yet."""

    owner: str
    uids: list[str]

    def take(self, *kinds: str) -> dict[str, str]:
        """Return one file for each purpose."""
        return {self.uids.pop(): kind for kind in kinds}


def take_in_papers() -> list[Papers]:
    """Take in the papers of each notice, as many owners as there are notices, outside of any transaction."""
    pages = _page()
    return [_take_in(case, pages) for case in CASES]


def _take_in(case: Case, pages: bytes) -> Papers:
    owner = f"draft:{new_uid()}"
    wanted = len(case.papers) + sum(step[1] == "contest" for step in case.steps)
    return Papers(
        owner,
        [
            files.intake(io.BytesIO(pages), f"scan-{number + 1:02}.pdf", None, owner).uid
            for number in range(wanted)
        ],
    )


def _page() -> bytes:
    from PIL import Image  # web processes import this room too, and draw nothing

    out = io.BytesIO()
    Image.open(io.BytesIO(draw_photo())).save(out, "PDF")
    return out.getvalue()


@dataclass(slots=True)
class _Told:
    """A notice while it is told."""

    case: Case
    cast: Cast
    papers: Papers
    _notice: list[Notice] = field(default_factory=list)

    @property
    def notice(self) -> Notice:
        return queries.notice_by_id(self._notice[0].id)

    def items(self, state: ItemState, places: Sequence[int] = ()) -> list[Item]:
        """Return the links that stand in a state, those of `places` where some are named."""
        found = queries.items_of(self.notice, {state})
        return [item for item in found if not places or item.position in places]

    def act(self, do: str, places: Sequence[int], at: datetime) -> None:
        """Carry out one step."""
        STEPS[do](self, places, at)


def acts_of(
    cast: Cast, papers: Sequence[Papers], now: datetime
) -> Iterator[tuple[datetime, Callable[[], None]]]:
    """Return all that happens to the notices, each with its moment."""
    for case, pages in zip(CASES, papers, strict=True):
        told = _Told(case, cast, pages)
        for step in case.steps:
            at = moment_of(step[0], now)
            places = step[2] if len(step) == 3 else ()
            yield at, lambda told=told, do=step[1], places=places, at=at: told.act(do, places, at)  # type: ignore[misc]


def _file(told: _Told, _places: Sequence[int], at: datetime) -> None:
    case, filer = told.case, told.cast.actors[told.case.filer]
    contact = told.cast.contacts.get(case.filer)
    owners = cycle(told.cast.actors[name].id for name in case.owners)
    listings = [
        service.Listing(
            f"https://market.example/item/{number}",
            f"item {number}",
            number,
            title,
            next(owners),
            since=case.since,
        )
        for number, title in case.links.items()
    ]
    zh = filer.language == "zh"
    notice = service.file_notice(
        filer if contact is None else Actor("anonymous"),
        service.Filing(
            case.facts,
            ContentKind.LISTING,
            listings,
            told.papers.take(*case.papers),
            told.papers.owner,
        ),
        requester_id=filer.id or 0,
        contact_id=contact,
        subject="侵权通知" if zh else "Notice of infringement",
        body=f"链接数：{len(listings)}" if zh else f"Links: {len(listings)}",
        language=filer.language,
        now=at,
    )
    told._notice.append(notice)
    service_signals.fold_notice(notice)


def _check(told: _Told, _places: Sequence[int], at: datetime) -> None:
    clerk, notice = told.cast.actors["ip_clerk"], told.notice
    regime = service_checks.proposal(notice)
    service_checks.check_formally(clerk, notice, regime=regime, version=notice.version, now=at)


def _measure(told: _Told, places: Sequence[int], at: datetime) -> None:
    clerk = told.cast.actors["ip_clerk"]
    for item in told.items(S.QUALIFIED, places):
        service_measures.take_measure(clerk, item, measure="delete", version=item.version, now=at)


def _done(told: _Told, _places: Sequence[int], at: datetime) -> None:
    """The platform answers what it was asked."""
    for item in [*told.items(S.MEASURE_ASKED), *told.items(S.RESTORE_ASKED)]:
        uid = item.call_uid or ""
        platform.note_answer(uid, Answer(done=True, note=CONSOLE), at)
        service_measures.follow_platform(call_named(uid), at)


def _forward(told: _Told, places: Sequence[int], at: datetime) -> None:
    clerk = told.cast.actors["ip_clerk"]
    for item in told.items(S.MEASURE_TAKEN, places):
        service_forwarding.forward_notice(clerk, item, version=item.version, now=at)


def _arrive(told: _Told, _places: Sequence[int], at: datetime) -> None:
    """What was sent on is in the inbox."""
    for what, (state, _new) in service_forwarding.ARRIVES.items():
        for item in told.items(state):
            service_forwarding.note_arrival(SYSTEM, item, what, channel="inbox", at=at, now=at)


def _answer(
    choice: Literal["accept", "contest"],
) -> Callable[[_Told, Sequence[int], datetime], None]:
    def answer(told: _Told, places: Sequence[int], at: datetime) -> None:
        chosen = {item.id: Choice(choice) for item in told.items(S.AWAITING, places)}
        papers = told.papers.take("evidence") if choice == "contest" else {}
        response = Response(chosen, DEFENCE, papers, told.papers.owner, "zh")
        shop = told.cast.actors[SHOP]
        respondent = queries.respondents_of(told.notice)[0]
        service_counter.answer_items(shop, respondent, response, now=at)

    return answer


def _check_counter(told: _Told, _places: Sequence[int], at: datetime) -> None:
    counter = queries_counters.counter_of(queries.respondents_of(told.notice)[0])
    assert counter is not None
    service_counter.check_counter(
        told.cast.actors["ip_clerk"], counter, version=counter.version, now=at
    )


def _forward_counter(told: _Told, places: Sequence[int], at: datetime) -> None:
    for item in told.items(S.COUNTER_CHECK, places):
        service_forwarding.forward_counter(
            told.cast.actors["ip_clerk"], item, version=item.version, now=at
        )


def _restore(told: _Told, places: Sequence[int], at: datetime) -> None:
    for item in told.items(S.WAITING, places):
        service_measures.restore_item(SYSTEM, item, version=item.version, now=at)


def _lapse(told: _Told, places: Sequence[int], at: datetime) -> None:
    """No answer came in time."""
    for item in told.items(S.AWAITING, places):
        moves.move_item(SYSTEM, item, S.FINAL, version=item.version, now=at, reason="no_counter")


def _complain(told: _Told, places: Sequence[int], at: datetime) -> None:
    words = "通知送达时店里正停业整修，现附上授权经销商的进货单，请复核。"
    for item in told.items(S.FINAL, places):
        service_rulings.complain(
            told.cast.actors[SHOP], item, words=words, version=item.version, now=at
        )


STEPS: dict[str, Callable[[_Told, Sequence[int], datetime], None]] = {
    "file": _file,
    "check": _check,
    "measure": _measure,
    "done": _done,
    "forward": _forward,
    "arrive": _arrive,
    "contest": _answer("contest"),
    "accept": _answer("accept"),
    "check_counter": _check_counter,
    "forward_counter": _forward_counter,
    "restore": _restore,
    "lapse": _lapse,
    "complain": _complain,
}
