"""The demo's partners: with a contract that runs, ends soon, or has ended, and one whose details are missing."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from demo.people import Cast
from support.policies import queries_partners as queries
from support.policies import service_partners as service
from support.policies.service_partners import Facts
from support.policies.today import today

_DOORS = ("platform", "mail", "sms", "alipay")
_FACTS = (
    ("platform", Facts(
        "Example Platform", "示例平台", "privacy@platform.example", "CN", "platform",
        ("account", "real_name", "decision", "listing"), "content", "contract", "PIA-2026-1",
    ), None),
    ("mail", Facts(
        "Swift Post Co.", "迅达邮件有限公司", "dpo@swiftpost.example", "CN", "processor",
        ("name", "contact", "words"), "messages", "partner", "PIA-2026-2",
    ), timedelta(days=20)),
    ("sms", Facts(
        "Clear Signal Ltd.", "清讯短信有限公司", "privacy@clearsignal.example", "CN", "processor",
        ("contact", "words"), "messages", "partner", "PIA-2026-3",
    ), timedelta(days=400)),
    ("", Facts(
        "Old Post Bureau", "旧邮通讯社", "office@oldpost.example", "CN", "processor",
        ("name", "contact"), "messages", "partner", "PIA-2024-7",
    ), timedelta(days=-40)),
)  # fmt: skip


def write_partners(cast: Cast, now: datetime) -> None:
    """Write them down, inside the caller's transaction."""
    officer, day = cast.actors["privacy_officer"], today(now)
    service.register_doors(now, codes=_DOORS)
    for code, facts, left in _FACTS:
        starts, ends = day - timedelta(days=300), day + left if left else None
        dated = replace(facts, starts=starts, ends=ends)
        partner = queries.partner_with(code)
        if partner is None:
            service.add_partner(officer, dated, now=now)
        else:
            service.change_partner(officer, partner, dated, version=partner.version, now=now)
