"""Content reports of the demo: one whose removal is appealed against, and a new one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial

from demo.moments import moment_of
from demo.people import Cast
from support.core import platform
from support.core.actors import Actor
from support.core.platform_calls import call_named
from support.core.platform_door import CONSOLE, Answer
from support.infringement import queries_reports as queries
from support.infringement import service_report_decisions as decisions
from support.infringement import service_reports
from support.infringement.kind_report import REPORT
from support.infringement.models_reports import ReportedContent
from support.infringement.service import Listing
from support.workorders import service as workorders
from support.workorders.models import WorkOrder


@dataclass(slots=True)
class _Told:
    """The report of a portrait while it is told."""

    cast: Cast
    _order: list[WorkOrder] = field(default_factory=list)

    @property
    def case(self) -> ReportedContent:
        report = queries.report_of(self._order[0])
        assert report is not None
        return queries.named_in(report)[0].case

    def file(self, at: datetime) -> None:
        text = (
            "The third picture of this listing shows me at the market in October. Nobody asked me."
        )
        order = _file(self.cast, "mei", "portrait", "My picture in a listing", text, "2249", at)
        self._order.append(order)

    def remove(self, at: datetime) -> None:
        case, words = self.case, "图中可辨认本人，店铺没有提供其同意使用肖像的证明。"
        said = {"ground": "portrait", "measure": "block", "words": words, "version": case.version}
        decisions.remove_content(self.cast.actors["ip_clerk"], case, **said, now=at)  # type: ignore[arg-type]

    def done(self, at: datetime) -> None:
        uid = self.case.call_uid or ""
        platform.note_answer(uid, Answer(done=True, note=CONSOLE), at)
        decisions.follow_platform(call_named(uid), at)

    def appeal(self, at: datetime) -> None:
        words = "照片是在市集公开活动上拍摄的，拍摄前征得了在场摊主的同意，她只是背景中的一个侧影。"
        decisions.appeal(self.cast.actors["beian"], self.case, "respondent", words=words, now=at)


def acts_of_reports(cast: Cast, now: datetime) -> Iterator[tuple[datetime, Callable[[], None]]]:
    """Return all that happens to the reports, each with its moment."""
    told = _Told(cast)
    acts = (
        ("7d 10:05", told.file),
        ("6d 11:10", told.remove),
        ("6d 11:15", told.done),
        ("1d 16:20", told.appeal),
        ("65m", partial(_file_new, cast)),
    )
    for when, act in acts:
        at = moment_of(when, now)
        yield at, partial(act, at)


def _file_new(cast: Cast, at: datetime) -> None:
    text = "这家店收款后不发货，还要求加微信再付一次“保证金”。聊天记录我都留着。"
    _file(cast, "guest_heping", "fraud", "收了钱不发货的店", text, "2259", at)


def _file(
    cast: Cast, by: str, ground: str, subject: str, text: str, item: str, at: datetime
) -> WorkOrder:
    writer, contact = cast.actors[by], cast.contacts.get(by)
    actor = writer if contact is None else Actor("anonymous")
    order = workorders.file_order(
        actor,
        REPORT,
        requester_id=writer.id or 0,
        contact_id=contact,
        subject=subject,
        body=text,
        topic=ground,
        language=writer.language,
        now=at,
    )
    link = Listing(
        f"https://market.example/item/{item}",
        f"item {item}",
        item,
        owner_id=cast.actors["beian"].id,
    )
    service_reports.keep_report(actor, order, [link], now=at)
    return order
