"""Every page that a person can reach, as data."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import PurePosixPath

SEND = "main form button.primary"


@dataclass(frozen=True, slots=True)
class Place:
    """One page: who sees it and how they come to it.

    From `path`, the first link that fits `follow` is taken, or the fields of `fill` are filled and `press` is pressed.
    `again` is True when only the pressing shows the page (a form with errors), so that its address is not enough.
    """

    endpoint: str
    who: str
    path: str
    follow: str = ""
    fill: tuple[tuple[str, str], ...] = ()
    press: str = ""
    again: bool = False
    status: int = 200

    def __str__(self) -> str:
        way = f" > {self.follow or self.press}" if self.follow or self.press else ""
        return f"{self.who} {self.path}{way}"


def order_link(path: str) -> str:
    """Return the selector of a link to one order below `path`."""
    return f"main a[href^='{PurePosixPath(path)}/WO']"


def _by_form(endpoint: str, who: str, path: str, **values: str) -> Place:
    return Place(endpoint, who, path, fill=tuple(values.items()), press=SEND)


QUESTION = {
    "subject": "更换手机号后无法登录",
    "body": "我上周四更换了手机号，验证码仍发到旧号码。",
}
START = Place("workorders.start", "visitor", "/")
NEW = Place("workorders.new_order", "visitor", "/orders/new/question")
LOGIN = Place("accounts.login", "visitor", "/login")
CHECK = _by_form("workorders.check_order", "member", "/orders/new/question", **QUESTION)
RECEIPT = Place("workorders.receipt", "sender", "/orders/new/question")
MINE = Place("workorders.index", "member", "/orders")
ORDER = Place("workorders.show", "member", "/orders", order_link("/orders"))
QUEUE = Place("desk.queue", "agent", "/desk")
DESK_ORDER = Place("desk.show", "agent", "/desk", order_link("/desk/orders"))
SEARCH = Place("desk.search", "agent", "/desk/search?q=login")
MAIN = (START, NEW, CHECK, RECEIPT, MINE, ORDER, LOGIN, QUEUE, DESK_ORDER, SEARCH)

PLACES = (
    *MAIN,
    # Anybody
    Place("workorders.new", "visitor", "/orders/new"),
    Place("workorders.new_order", "visitor", "/orders/new/complaint"),
    Place(
        "workorders.new_order",
        "visitor",
        "/orders/new/question",
        press=SEND,
        again=True,
        status=422,
    ),
    Place("workorders.follow", "visitor", "/follow"),
    Place("accounts.login", "visitor", "/login", press=SEND, again=True, status=422),
    Place("accounts.register", "visitor", "/register"),
    Place("accounts.retrieve", "visitor", "/retrieve"),
    Place("policies.version", "visitor", "/policies"),
    Place("policies.announcements", "visitor", "/announcements"),
    Place("policies.announcement", "visitor", "/announcements", "main a[href^='/announcements/']"),
    Place("policies.contact", "visitor", "/contact"),
    Place("policies.cookies", "visitor", "/cookies"),
    Place("notifications.check", "visitor", "/check"),
    Place("notifications.mailbox", "visitor", "/mailbox"),
    Place("notifications.mailbox_item", "visitor", "/mailbox", "main a[href^='/mailbox/']"),
    Place("trouble", "visitor", "/nowhere", status=404),
    # A guest who has filed an order, and somebody between password and code
    Place("workorders.follow_code", "sender", "/follow/code"),
    Place("accounts.second_step", "halfway", "/login/second"),
    # A member
    Place("workorders.start", "member", "/"),
    Place("workorders.new_order", "member", "/orders/new/question"),
    Place("accounts.console", "member", "/account"),
    Place("accounts.profile", "member", "/account/basic"),
    Place("accounts.contacts", "member", "/account/contacts"),
    Place("accounts.unbind", "member", "/account/contacts", "main a[href$='/removal']"),
    Place("accounts.contact_persons", "member", "/account/contact-persons"),
    Place("accounts.password", "member", "/account/password"),
    Place("accounts.factor", "member", "/account/second-factor"),
    Place("accounts.sessions", "member", "/account/sessions"),
    Place("accounts.sign_ins", "member", "/account/sign-ins"),
    Place("accounts.own_settings", "member", "/account/settings"),
    Place("accounts.confirm", "member", "/account/confirm"),
    Place("notifications.notices", "member", "/account/notices"),
    Place("notifications.inbox", "member", "/account/inbox"),
    Place("notifications.message", "member", "/account/inbox", "main a[href^='/account/inbox/']"),
    Place("trouble", "member", "/desk", status=404),
    # An agent
    Place("desk.mine", "agent", "/desk/mine"),
    Place("desk.new_order", "agent", "/desk/orders/new"),
    Place("desk.search", "agent", "/desk/search?q=zzzz"),
    Place("desk.search", "agent", "/desk/search"),
    Place("accounts.console", "agent", "/account"),
    # An administrator
    Place("admin.index", "admin", "/admin"),
    Place("admin.people", "admin", "/admin/people"),
    Place(
        "admin.person",
        "admin",
        "/admin/people",
        "main a[href^='/admin/people/']:not([href$=invite])",
    ),
    Place("admin.invite", "admin", "/admin/people/invite"),
    Place("announcing.index", "admin", "/admin/announcements"),
    Place("announcing.new", "admin", "/admin/announcements/new"),
    Place(
        "announcing.show",
        "admin",
        "/admin/announcements",
        "main a[href^='/admin/announcements/']:not([href$=new])",
    ),
    Place("deliveries.index", "admin", "/admin/deliveries"),
)
WHO = tuple(dict.fromkeys(place.who for place in PLACES))
