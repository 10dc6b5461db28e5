"""Conduct and penalties of the demo: who was warned, who waits for a second person, what was announced."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from functools import partial

from demo.moments import moment_of
from demo.people import Cast
from support.disclosure import service as penalties
from support.disclosure import service_appeals as telling
from support.disclosure import service_publishing as publishing
from support.disclosure.models import Penalty
from support.disclosure.wording import Wording
from support.infringement import queries_conduct as known
from support.infringement import service_appeals, service_conduct, service_signals
from support.infringement.conduct import Side
from support.infringement.service_conduct import Factors

_SOLD = Wording(
    grounds=("counterfeit",),
    measures=("taken_down", "closed_for"),
    rule_en="Rules of the shop, section 4: no goods under somebody else's mark.",
    rule_zh="《店铺规则》第四节：不得销售假冒他人注册商标的商品。",
    words_en="Two listings offered belts under a mark without the consent of its owner. "
    "The shop could show no invoice. Both listings were taken down, and the shop is closed for seven days.",
    words_zh="店铺的两个商品未经商标权人许可使用其商标，且无法提供进货凭证。相关商品已下架，店铺停业七天。",
    name="木纹工房",
    days=7,
)
_AGAIN = Wording(
    grounds=("repeated",),
    measures=("warning",),
    rule_en="Rules of the shop, section 6: who infringes rights again is named.",
    rule_zh="《店铺规则》第六节：重复侵权的，予以公示。",
    words_en="Within a year more than ten listings of the shop were taken down after notices of rights holders.",
    words_zh="一年内，该店铺十余个商品因权利人通知被下架。",
)


def acts_of_conduct(cast: Cast, now: datetime) -> Iterator[tuple[datetime, Callable[[], None]]]:
    """Return all that people do about conduct and penalties, each with its moment."""
    for when, act in _ACTS:
        at = moment_of(when, now)
        yield at, partial(act, cast, at)


def _warn_shop(cast: Cast, at: datetime) -> None:
    service_conduct.warn(
        cast.actors["ren"],
        cast.actors["beian"].id or 0,
        side=Side.RESPONDENT,
        grounds=["repeated"],
        words="一年内已有十余个链接因权利人通知被下架。请在上架前核对授权；再次发生，将提请暂停账号。",
        now=at,
    )


def _propose_suspension(cast: Cast, at: datetime) -> None:
    service_conduct.propose_suspension(
        cast.actors["ren"],
        cast.actors["beian"].id or 0,
        side=Side.RESPONDENT,
        grounds=["repeated"],
        days=14,
        factors=Factors(12, 60, "商品为扫描书稿和仿冒文具，受影响的权利人有三家。", "警告后仍上架同类商品。"),
        words="警告之后又有商品因侵权通知被下架，店铺没有提出任何授权凭证。",
        now=at,
    )  # fmt: skip


def _count_lane(cast: Cast, at: datetime) -> None:
    service_signals.count_record(cast.actors["mei"].id or 0, at)


def _warn_filer(cast: Cast, at: datetime) -> None:
    service_conduct.warn(
        cast.actors["ren"],
        cast.actors["sofia"].id or 0,
        side=Side.FILER,
        grounds=["unfounded"],
        words="Your notice repeats, word for word, the explanation of another rights holder, and the goods were on "
        "sale before the right that you name begins. Please file only what you have looked at yourself.",
        now=at,
    )


def _appeal_warning(cast: Cast, at: datetime) -> None:
    sofia = cast.actors["sofia"]
    [warning] = known.steps_of(sofia.id or 0)
    service_appeals.appeal_step(
        sofia,
        warning,
        words="The same lawyer wrote for both of us, so the sentences are alike. I looked at every belt myself.",
        now=at,
    )


def _announce(cast: Cast, at: datetime) -> None:
    row = _write(cast, "阿木手作", _SOLD, at)
    telling.note_told(_approved(cast, row, at), at, now=at)


def _approved(cast: Cast, row: Penalty, at: datetime) -> Penalty:
    return penalties.approve_penalty(cast.actors["approver"], row, version=row.version, now=at)


def _propose_announcement(cast: Cast, at: datetime) -> None:
    _write(cast, "北岸旧书店", _AGAIN, at)


def _write(cast: Cast, member: str, wording: Wording, at: datetime) -> Penalty:
    ren = cast.actors["ren"]
    reasons = "依据权利人通知的处理结果；已核对店铺规则和处理记录。"
    row = penalties.write_penalty(ren, member, wording, reasons=reasons, now=at)
    return penalties.propose_penalty(ren, row, version=row.version, now=at)


def _publish(_cast: Cast, at: datetime) -> None:
    publishing.publish_due(at)


_ACTS: tuple[tuple[str, Callable[[Cast, datetime], None]], ...] = (
    ("24d 10:20", _announce),
    ("11d 15:00", _warn_shop),
    ("9d 10:00", _publish),
    ("5d 11:00", _count_lane),
    ("1d 14:00", _warn_filer),
    ("1d 15:00", _propose_suspension),
    ("1d 15:30", _propose_announcement),
    ("80m", _appeal_warning),
)
