"""A next version of the policy that is open for comment, with what members said of it, and a new purpose."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from support.core.actors import Actor
from support.core.text import written_in
from support.policies import queries, service_purposes, service_revisions
from support.policies.service_purposes import Proposal
from support.policies.service_revisions import Words

_CHANGES = {
    "text_en": (
        (
            "after thirty days it is shortened, and later it is deleted.",
            "after thirty days it is shortened, and after six months it is deleted.",
        ),
        (
            "We give data to others only if you agree, or if the law obliges us; each time is recorded with its "
            "ground.",
            "We give data to others only if you agree, or if the law obliges us; each time is recorded with its "
            "ground. **Text messages are sent by a provider in Shenzhen,** who gets your mobile number and the "
            "message, and nothing else.",
        ),
    ),
    "text_zh": (
        ("不得放弃的权利，不因本声明而受影响。", "不得放弃的权利，不因本声明的任何条款而受影响。"),
    ),
}
_ADDED = {
    "text_en": "Whenever the provider of text messages changes, it is announced here thirty days ahead.",
    "text_zh": "短信由深圳的服务商代为发送，其仅获得您的手机号和短信内容。更换服务商的，提前三十天在此公布。",
}
_SAID = (
    "请写明是哪一家服务商，以及如何联系。",
    "Six months are clear; thank you for naming the time.",
)


def propose_version(actors: Mapping[str, Actor], now: datetime) -> None:
    """Write it, open it for comment, and comment on it, inside the caller's transaction."""
    before = queries.current_version(now)
    assert before is not None
    begun = now - timedelta(days=2)
    admin = actors["admin"]
    members = [actor for actor in actors.values() if actor.kind == "member"]
    row = service_revisions.write_revision(admin, _words(before.text_en, before.text_zh), now=begun)
    row = service_revisions.open_comments(admin, row, version=row.version, days=14, now=begun)
    for number, text in enumerate(_SAID, 1):
        member = members[number % len(members)]
        at = begun + timedelta(hours=7 * number)
        service_revisions.comment(member, row, text, language=written_in(text), now=at)


def propose_purpose(actors: Mapping[str, Actor], now: datetime) -> None:
    """Propose a purpose that a privacy officer has to decide on, inside the caller's transaction."""
    service_purposes.propose_purpose(
        actors["legal"],
        Proposal(
            code="answer_quality",
            title_en="Checking the quality of answers by samples",
            title_zh="抽查答复质量",
            why="Once a month a team lead reads ten answered work orders, to see where training is needed.",
            classes=("orders", "messages"),
            basis="contract",
        ),
        now=now - timedelta(days=1),
    )


def _words(text_en: str, text_zh: str) -> Words:
    texts = {"text_en": text_en, "text_zh": text_zh}
    for name, changes in _CHANGES.items():
        text = texts[name].split("\n", 1)[1]  # without the mark of the sample
        for old, new in changes:
            text = text.replace(old, new)
        texts[name] = f"{text}\n\n{_ADDED[name]}\n"
    return Words(
        label="2027-1",
        summary_en="Text messages are sent by a provider, and the log of sign-ins has a fixed end.",
        summary_zh="短信改由服务商发送，并写明登录记录的保存期限。",
        tests=("8.4.1", "8.4.3"),
        text_en=texts["text_en"],
        text_zh=texts["text_zh"],
    )
