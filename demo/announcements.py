"""Two announcements, so that the page is not empty."""

from __future__ import annotations

from datetime import datetime, timedelta

from support.core.actors import Actor
from support.policies import service_announcements as announcements

_TEXTS = (
    (
        timedelta(days=21),
        True,
        {
            "title_en": "Opening hours around the holidays",
            "title_zh": "节假日服务时间",
            "body_en": "On public holidays the desk is closed. You can file a work order at any time; "
            "the clock of our answer runs on when we open again. **Leaked accounts are handled every day.**",
            "body_zh": "法定节假日客服休息。您可以随时提交工单，答复时限自恢复服务时起继续计算。"
            "**账号泄露每天都会处理。**",
        },
    ),
    (
        timedelta(days=6),
        False,
        {
            "title_en": "Sign-in with a second step",
            "title_zh": "登录支持两步验证",
            "body_en": "You can now ask for a code of your app at each sign-in. Switch it on under Account, Security. "
            "Keep the ten recovery codes where you find them without your phone.",
            "body_zh": "现在您可以在每次登录时要求输入验证器应用中的动态码。请在“账户—安全”中开启，"
            "并妥善保存十个恢复码。",
        },
    ),
)


def publish_announcements(admin: Actor, now: datetime) -> None:
    """Write and publish them inside the caller's transaction, backdated; the first one is pinned."""
    for age, pinned, texts in _TEXTS:
        at = now - age
        draft = announcements.write_announcement(admin, **texts, now=at)
        draft = announcements.publish_announcement(admin, draft, version=draft.version, now=at)
        announcements.pin_announcement(admin, draft, pinned=pinned, version=draft.version, now=at)
