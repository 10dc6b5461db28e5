"""Every page that a person can reach, as data."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import PurePosixPath

SEND = "main form button.primary"


@dataclass(frozen=True, slots=True)
class Place:
    """One page: who sees it and how they come to it.

    From `path`, the first link that fits `follow` and then `further` is taken, or the fields of `fill` are
    filled and `press` is pressed.
    `again` is True when only the pressing shows the page (a form with errors), so that its address is not enough.
    `letters` is True for a page that shows letters in the language of whom they were written to.
    """

    endpoint: str
    who: str
    path: str
    follow: str = ""
    further: str = ""
    fill: tuple[tuple[str, str], ...] = ()
    press: str = ""
    again: bool = False
    status: int = 200
    letters: bool = False

    def __str__(self) -> str:
        return " > ".join(
            filter(None, (f"{self.who} {self.path}", self.follow, self.further, self.press))
        )


def order_link(path: str) -> str:
    """Return the selector of a link to one order below `path`."""
    return f"main a[href^='{PurePosixPath(path)}/WO']"


def _by_form(endpoint: str, who: str, path: str, **values: str) -> Place:
    return Place(endpoint, who, path, fill=tuple(values.items()), press=SEND)


QUESTION = {
    "subject": "更换手机号后无法登录",
    "body": "我上周四更换了手机号，验证码仍发到旧号码。",
}
NOTICE = "/notices/new"
CASES, CASE = "/desk?kind=infringement", "a[href$='/notice']"
SENT_NOTICE = Place("notices.receipt", "notifier", f"{NOTICE}/check")
STATUS = Place("notices.status", "notifier", "/orders")
SUPPLEMENT = Place("notices.supplement", "notifier", "/orders")
START = Place("workorders.start", "visitor", "/")
NEW = Place("workorders.new_order", "visitor", "/orders/new/question")
LOGIN = Place("accounts.login", "visitor", "/login")
CHECK = _by_form("workorders.check_order", "member", "/orders/new/question", **QUESTION)
RECEIPT = Place("workorders.receipt", "sender", "/orders/new/question")
MINE = Place("workorders.index", "member", "/orders")
ORDER = Place("workorders.show", "member", "/orders", order_link("/orders"))
QUEUE = Place("desk.queue", "agent", "/desk")
DESK_ORDER = Place("desk.show", "agent", "/desk", order_link("/desk/orders"))
SEARCH = Place("desk.search", "agent", "/desk/search?q=shop")
MAIN = (START, NEW, CHECK, RECEIPT, MINE, ORDER, LOGIN, QUEUE, DESK_ORDER, SEARCH)

OPEN_ORDER = ".orders ~ h2 ~ .orders a, .orders a >> nth=1"
PERSON = "main a[href^='/admin/people/']:not([href$=invite])"
OWN_CHECK, OLD_ADDRESS = "main a[href^='/checks/']", "main a[href$='/old-address']"
SAVED = "main .orders a"
ABOUT_OWN, OWN_PART = "/notices/answers", "main .orders a"
HEARD_PART = ", ".join(f"main .orders li:has-text('{each}') a" for each in ("Complaint", "申诉"))
ASKED_DELETION = ", ".join(
    f"main .orders a:has-text('{each}')" for each in ("Deletion of my data", "删除我的数据")
)
OVER, PROOF = "/desk/deletions?show=over", "main a[href^='/deletions/']"
MOBILE = "13912345678"
ADDRESS = "faces-pages@example.org"

PLACES = (
    *MAIN,
    # Anybody
    Place("workorders.new", "visitor", "/orders/new"),
    Place("workorders.new_order", "visitor", "/orders/new/complaint"),
    Place("workorders.new_order", "visitor", "/orders/new/report"),
    Place(
        "workorders.new_order", "visitor", "/orders/new/report", press=SEND, again=True, status=422
    ),
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
    Place("policies.changes", "visitor", "/policies/sample/changes"),
    Place("policies.proposal", "visitor", "/policies", "main a[href^='/proposals/']"),
    Place("policies.proposal", "member", "/policies", "main a[href^='/proposals/']"),
    Place("policies.own_version", "member", "/account/policy"),
    Place("policies.consents", "member", "/account/consents"),
    Place("policies.announcements", "visitor", "/announcements"),
    Place("policies.announcement", "visitor", "/announcements", "main a[href^='/announcements/']"),
    Place("policies.contact", "visitor", "/contact"),
    Place("transparency.index", "visitor", "/transparency"),
    Place("ceased.show", "visitor", "/cessation"),
    Place("policies.cookies", "visitor", "/cookies"),
    Place("notifications.check", "visitor", "/check"),
    Place("notifications.mailbox", "visitor", "/mailbox", letters=True),
    Place(
        "notifications.mailbox_item",
        "visitor",
        "/mailbox",
        "main a[href^='/mailbox/']",
        letters=True,
    ),
    Place("trouble", "visitor", "/nowhere", status=404),
    # Who answers for content that notices name
    Place("notices.parts", "respondent", ABOUT_OWN),
    Place("notices.answers", "respondent", ABOUT_OWN, OWN_PART),
    Place("notices.answer", "respondent", ABOUT_OWN, OWN_PART, "main a[href$='/answer']"),
    Place(
        "notices.answers_complaint",
        "respondent",
        ABOUT_OWN,
        HEARD_PART,
        "main a[href$='/complaint']",
    ),
    # Somebody who has sent a notice without an account, and begun another
    Place("notices.start", "notifier", "/notices"),
    Place("notices.tasks", "notifier", NOTICE),
    *(
        Place("notices.step", "notifier", f"{NOTICE}/{step}")
        for step in ("filer", "holder", "right", "reason", "shown")
    ),
    Place("notices.domain", "notifier", f"{NOTICE}/domain", press=SEND, again=True, status=422),
    *(
        Place("notices.files", "notifier", f"{NOTICE}/files/{part}")
        for part in ("authority", "right", "evidence", "comparison", "evaluation")
    ),
    Place("notices.listings", "notifier", f"{NOTICE}/listings"),
    Place("notices.reasons", "notifier", f"{NOTICE}/listings/reasons"),
    Place("notices.link", "notifier", f"{NOTICE}/link"),
    Place("notices.domain", "notifier", f"{NOTICE}/domain"),
    _by_form("notices.domain_code", "notifier", f"{NOTICE}/domain", address="a@halden.example"),
    Place("notices.check", "notifier", f"{NOTICE}/check"),
    SENT_NOTICE,
    STATUS,
    SUPPLEMENT,
    # A guest who has filed an order, and somebody between password and code
    Place("workorders.follow_code", "sender", "/follow/code"),
    _by_form("accounts.register_code", "sender", "/register", address=MOBILE),
    _by_form("accounts.retrieve_code", "sender", "/retrieve", address=ADDRESS),
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
    Place("accounts.factor_app", "member", "/account/second-factor/app"),
    Place("accounts.new_passkey", "member", "/account/second-factor/passkeys/new"),
    Place("accounts.sessions", "member", "/account/sessions"),
    Place("accounts.other_accounts", "member", "/account/other-accounts"),
    Place("accounts.sign_ins", "member", "/account/sign-ins"),
    Place("accounts.own_settings", "member", "/account/settings"),
    Place("accounts.confirm", "member", "/account/confirm"),
    Place("notifications.notices", "member", "/account/notices"),
    Place("notifications.inbox", "member", "/account/inbox"),
    Place(
        "notifications.message",
        "member",
        "/account/inbox",
        "main a[href^='/account/inbox/']",
        letters=True,
    ),
    Place("workorders.why", "member", "/orders", OPEN_ORDER, "main a[href$='/why']"),
    Place("own_data.index", "member", "/account/data"),
    Place("own_data.copies", "member", "/account/data/copies"),
    Place("own_sharing.index", "member", "/account/sharing"),
    Place("own_grants.index", "member", "/account/grants"),
    Place("realname.index", "member", "/account/realname"),
    Place("conduct.mine", "member", "/account/conduct"),
    Place("conduct.objection", "member", "/account/conduct/objection"),
    Place("own_penalties.index", "member", "/account/penalties"),
    Place("checks.index", "member", "/account/checks"),
    Place("checks.show", "member", "/account/checks", OWN_CHECK),
    Place("checks.withdraw", "member", "/account/checks", OWN_CHECK, "a[href$='/withdrawal']"),
    Place("checks.address", "member", "/account/checks", OWN_CHECK, "main a[href$='/address']"),
    Place("checks.old_address", "member", "/account/checks", OWN_CHECK, OLD_ADDRESS),
    Place("checks.match_record", "member", "/account/checks", OWN_CHECK, "main a[href$='/record']"),
    Place("checks.evidence", "member", "/account/checks", OWN_CHECK, "main a[href$='/photo']"),
    Place("trouble", "member", "/desk", status=404),
    # An agent
    Place("desk.why", "agent", "/desk", order_link("/desk/orders"), "main a[href$='/why']"),
    Place("desk.history", "agent", "/desk", order_link("/desk/orders"), "a[href$='/history']"),
    Place("desk.mine", "agent", "/desk/mine"),
    Place("desk.new_order", "agent", "/desk/orders/new"),
    Place("desk.search", "agent", "/desk/search?q=zzzz"),
    Place("desk.saved_replies", "agent", "/desk/saved-replies"),
    Place("desk.saved_reply", "agent", "/desk/saved-replies", SAVED),
    Place("desk.new_saved", "agent", "/desk/saved-replies/new"),
    Place("desk.new_saved", "agent", "/desk/saved-replies/new", press=SEND, again=True, status=422),
    Place("desk.edit_saved", "agent", "/desk/saved-replies", SAVED, "main a[href$='/text']"),
    Place("desk.reports", "agent", "/desk/reports?days=90"),
    Place("desk.reports", "agent", "/desk/reports?since=yesterday&until=2026-01-01", status=422),
    Place(
        "desk.reports", "agent", "/desk/reports?since=2020-01-01&until=2020-01-31&team=complaints"
    ),
    Place("desk.search", "agent", "/desk/search"),
    Place("accounts.console", "agent", "/account"),
    Place("desk.identity", "agent", "/desk", order_link("/desk/orders"), "a[href$='/identity']"),
    # Somebody who asked for deletion, who decides on it, and whoever has the address of a proof
    Place("erasure.confirm", "member", "/orders", ASKED_DELETION, "main a[href$='/deletion']"),
    *(
        Place("asking.ask", "visitor", f"/orders/new/erasure/{ground}")
        for ground in ("lost", "ward", "heir")
    ),
    Place("asking.ask", "visitor", "/orders/new/erasure/heir", press=SEND, again=True, status=422),
    Place("erasures.index", "privacy_officer", "/desk/deletions"),
    Place("erasures.figures", "privacy_officer", "/desk/deletions/figures"),
    Place("erasures.show", "privacy_officer", "/desk/deletions", "main .orders a"),
    Place("deletions.show", "privacy_officer", OVER, "main .orders a", PROOF),
    Place("deletions.verify", "visitor", "/deletions/check"),
    # A clerk, and somebody of legal
    Place("publishing.index", "ip_clerk", "/desk/publications"),
    Place("conduct_desk.index", "ip_clerk", "/desk/conduct"),
    Place("notice_desk.show", "ip_clerk", CASES, order_link("/desk/orders"), CASE),
    Place("penalties.index", "legal", "/desk/penalties"),
    Place("penalties.new", "legal", "/desk/penalties/new"),
    Place("desk.all_holds", "legal", "/desk/holds"),
    Place("retention.index", "privacy_officer", "/desk/retention"),
    Place("partners.index", "privacy_officer", "/desk/partners"),
    Place("partners.show", "privacy_officer", "/desk/partners", "main td a, main th a"),
    Place(
        "partners.edit",
        "privacy_officer",
        "/desk/partners",
        "main td a, main th a",
        "main a[href$='/details']",
    ),
    Place(
        "partners.end",
        "privacy_officer",
        "/desk/partners",
        "main td a, main th a",
        "main a[href$='/end']",
    ),
    Place("partners.new", "legal", "/desk/partners/new"),
    Place("gates.index", "legal", "/desk/gates"),
    Place("gates.show", "legal", "/desk/gates", "main .orders a"),
    Place("gates.new", "legal", "/desk/gates/new"),
    Place("sharing_desk.look", "privacy_officer", "/desk/sharing"),
    Place("desk.order_holds", "legal", "/desk/holds", "main a[href$='/holds']"),
    # A verifier
    Place("reviews.index", "verifier", "/desk/checks"),
    Place("reviews.show", "verifier", "/desk/checks", "main a[href^='/desk/checks/']"),
    # An administrator
    Place("admin.index", "admin", "/admin"),
    Place("admin.system", "admin", "/admin/system"),
    Place("admin.platform_calls", "admin", "/admin/platform"),
    Place(
        "admin.platform_call",
        "admin",
        "/admin/platform",
        "main td a[href^='/admin/platform/'], main th a[href^='/admin/platform/']",
    ),
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
    Place("cessation.index", "admin", "/admin/cessation"),
    Place("purposes.index", "admin", "/desk/purposes"),
    Place("purposes.new", "admin", "/desk/purposes/new"),
    Place("purposes.show", "privacy_officer", "/desk/purposes", "main .orders a"),
    Place("policy_desk.index", "admin", "/desk/policies"),
    Place("policy_desk.new", "admin", "/desk/policies/new"),
    Place("policy_desk.show", "admin", "/desk/policies", "main .orders a[href^='/desk/policies/']"),
    Place("admin.access", "admin", "/admin/people", PERSON, "main a[href$='/access']"),
    Place("admin.roles", "admin", "/admin/people", PERSON, "main a[href$='/roles']"),
    Place("admin.training", "admin", "/admin/people", PERSON, "main a[href$='/training']"),
    Place("admin.factor_reset", "admin", "/admin/people", PERSON, "main a[href$='/factor-reset']"),
    Place("face.index", "admin", "/admin/face"),
    Place("payments.index", "admin", "/admin/payments"),
    Place("deliveries.index", "admin", "/admin/deliveries"),
)
WHO = tuple(dict.fromkeys(place.who for place in PLACES))
