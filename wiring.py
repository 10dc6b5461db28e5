"""What every room hands to the application: pages, hooks, commands, and who may call which endpoint.

`PUBLIC` is the whole list of endpoints that need no sign-in; a test compares it with the routes.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import commands
import demo.commands
import installer.commands
import installer.condition
from support.accounts import (  # noqa: F401  (most add their routes)
    admin_views,
    cli,
    confirm_views,
    entries,
    identity_views,
    passkey_views,
    platform_views,
    register_views,
    security_views,
    session_views,
    source_views,
    system_views,
)
from support.accounts import personal_data as account_data
from support.accounts import views as account_views
from support.accounts.console import AdminEntry, AdminNotice, ConsoleEntry
from support.assurance import personal_data as proof_data
from support.assurance import service_holds
from support.assurance import views as hold_views
from support.core import (  # noqa: F401  (web_platform adds its route)
    conditions,
    keepings,
    platform_jobs,
    platform_queries,
    vault,
    web_platform,
    worker,
)
from support.core import personal_data as ground_data
from support.core.file_upkeep import BytesOf
from support.core.outbox import AfterDrain, Subscription
from support.core.web_health import Figure
from support.core.web_nav import NavItem, Unread
from support.core.words import N_
from support.core.worker import Periodic
from support.disclosure import entries as penalties
from support.disclosure import personal_data as penalty_data
from support.erasure import entries as erasure
from support.infringement import entries as infringement
from support.infringement import personal_data as infringement_data
from support.notifications import (  # noqa: F401  (views_mailbox adds its routes)
    account_notices,
    cessation_notices,
    jobs,
    mail,
    partner_notices,
    platform_notices,
    policy_notices,
    views_mailbox,
)
from support.notifications import cli as notice_cli
from support.notifications import conditions as notice_conditions
from support.notifications import personal_data as notice_data
from support.notifications import policy as notice_policy
from support.notifications import queries as notice_queries
from support.notifications import service_retention as notice_retention
from support.notifications import views as notice_views
from support.notifications import views_desk as delivery_views
from support.notifications.templates import MisuseForm
from support.policies import cli as retention_cli
from support.policies import entries as policy_entries
from support.policies import entries_sharing as sharing
from support.policies import personal_data as policy_data
from support.policies import retention_pages
from support.policies import views as policy_views
from support.policies.open_data import OpenData
from support.realname import goals as realname_goals
from support.realname import jobs as realname_jobs
from support.realname import kind as realname_kind
from support.realname import letters as realname_letters
from support.realname import personal_data as realname_data
from support.realname import views as realname_views
from support.realname import views_face as face_views
from support.verification import jobs as check_jobs
from support.verification import letters as check_letters
from support.verification import personal_data as check_data
from support.verification import queries as check_queries
from support.verification import recovery as check_recovery
from support.verification import service as check_service
from support.verification import (  # noqa: F401  (they add their routes to the checks)
    service_payments,
    views_payments,
    views_records,
    views_returns,
)
from support.verification import service_retention as check_retention
from support.verification import views as check_views
from support.verification import views_desk as review_views
from support.workorders import (  # noqa: F401  (most add their routes to the desk)
    desk_bulk_views,
    desk_counts,
    desk_figures,
    desk_history_views,
    desk_hold_views,
    desk_identity_views,
    desk_live,
    desk_nav,
    desk_order_views,
    desk_phone_views,
    desk_reports_views,
    desk_saved_views,
    desk_search_views,
    desk_views,
    queries_open,
    service_drafts,
    service_saved,
    timers,
    views_new,
    views_reply,
    why_views,
)
from support.workorders import jobs as order_jobs
from support.workorders import letters as order_letters
from support.workorders import personal_data as order_data
from support.workorders import queries as order_queries
from support.workorders import service_retention as order_retention
from support.workorders import views as order_views
from support.workorders.kind import COMPLAINT, QUESTION, SUGGESTION

BLUEPRINTS: list[Any] = [
    session_views.blueprint,
    account_views.blueprint,
    admin_views.blueprint,
    policy_views.blueprint,
    *policy_entries.BLUEPRINTS,
    notice_views.blueprint,
    delivery_views.blueprint,
    hold_views.blueprint,
    check_views.blueprint,
    review_views.blueprint,
    views_returns.blueprint,
    realname_views.blueprint,
    face_views.blueprint,
    *infringement.BLUEPRINTS,
    *penalties.BLUEPRINTS,
    *erasure.BLUEPRINTS,
    order_views.blueprint,
    desk_views.blueprint,
]

HOOKS: list[object] = [
    *infringement_data.HOLDERS,
    *penalty_data.HOLDERS,
    *realname_data.HOLDERS,
    *order_data.HOLDERS,
    *check_data.HOLDERS,
    *notice_data.HOLDERS,
    *account_data.HOLDERS,
    *policy_data.HOLDERS,
    *sharing.HOLDERS,
    *proof_data.HOLDERS,
    *ground_data.HOLDERS,
    *desk_nav.NAV_ITEMS,
    AdminNotice(desk_nav.unstaffed_notices),
    AdminNotice(retention_pages.notices),
    AdminNotice(sharing.notices),
    Periodic("fold_counts", timedelta(seconds=5), desk_counts.fold_counts),
    Periodic("fold_arrivals", timedelta(minutes=1), desk_counts.fold_arrivals),
    Periodic("fold_days", timedelta(minutes=1), desk_figures.fold_days),
    *entries.HOOKS,
    Periodic("forget_old_runs", timedelta(hours=6), worker.forget_old_runs),
    *keepings.KEEPINGS,
    Periodic("forget_old_forms", timedelta(hours=1), keepings.forget_old_forms),
    Periodic("rescan_files", timedelta(minutes=1), commands.rescan_files),
    Periodic("sweep_orphan_files", timedelta(days=1), commands.sweep_orphan_files),
    Periodic("end_restrictions", timedelta(hours=1), vault.end_restrictions),
    Periodic("write_audit_heads", timedelta(days=1), commands.write_heads),
    installer.condition.CONDITION,
    *conditions.GROUND,
    *platform_jobs.HOOKS,
    platform_queries.CONDITION,
    *notice_conditions.HOOKS,
    Subscription("delivery.due", jobs.send_delivery, jobs.settle_delivery),
    Subscription("code.due", jobs.send_code, jobs.settle_code),
    Subscription("receipt.due", jobs.ask_receipt, jobs.settle_receipt),
    Periodic("forget_code_files", timedelta(minutes=1), jobs.forget_code_files),
    *account_notices.SUBSCRIPTIONS,
    *account_notices.TEMPLATES,
    *platform_notices.SUBSCRIPTIONS,
    *platform_notices.TEMPLATES,
    *partner_notices.HOOKS,
    *cessation_notices.SUBSCRIPTIONS,
    *cessation_notices.TEMPLATES,
    *policy_notices.HOOKS,
    MisuseForm(order_letters.misuse_path),
    AfterDrain(mail.close_doors),
    Unread(notice_queries.unread_of),
    Figure("gongdan_deliveries", "Messages by state", "state", notice_queries.states),
    ConsoleEntry(
        N_("What we tell you"),
        N_("By e-mail, text message or here; what can't be switched off is said there."),
        "notifications.notices",
        "bell",
        60,
    ),
    NavItem(
        N_("Administration"),
        N_("Not delivered"),
        "deliveries.index",
        "mail-x",
        count=desk_nav.dead_letters,
        roles=notice_policy.DELIVERY_ROLES,
    ),
    AdminEntry(
        N_("Not delivered"),
        N_("Messages that were refused or that nobody took for 24 hours; try them again."),
        "deliveries.index",
        "mail-x",
        30,
    ),
    NavItem("footer", N_("Did support write this?"), "notifications.check", "search-check"),
    check_recovery.GOAL,
    *check_jobs.HOOKS,
    *check_letters.TEMPLATES,
    Periodic("end_holds", timedelta(seconds=30), service_holds.end_holds),
    Periodic("give_up_checks", timedelta(hours=1), check_service.give_up_forgotten_checks),
    Periodic(
        "destroy_expired_evidence", timedelta(hours=1), check_retention.destroy_expired_evidence
    ),
    Periodic("expire_payments", timedelta(minutes=10), service_payments.expire_payments),
    BytesOf(check_queries.known_bytes),
    ConsoleEntry(
        N_("Identity checks"),
        N_("Who said that this account is theirs, and who looked at the evidence."),
        "checks.index",
        "shield-check",
        85,
    ),
    *review_views.HOOKS,
    AdminEntry(
        N_("Payments to companies"),
        N_("What left for the accounts of companies; saying that the bank gave one back."),
        "payments.index",
        "landmark",
        55,
    ),
    realname_goals.AUTHENTICATION,
    realname_goals.CHANGE,
    *realname_letters.TEMPLATES,
    *realname_jobs.SUBSCRIPTIONS,
    AdminEntry(
        N_("Verifying names by face"),
        N_("The assessment of its impact, and the switch; off until both are there."),
        "face.index",
        "scan-face",
        60,
    ),
    ConsoleEntry(
        N_("Real name"),
        N_("Whether your name is verified, and how to have it verified."),
        "realname.index",
        "badge-check",
        15,
    ),
    QUESTION,
    SUGGESTION,
    COMPLAINT,
    realname_kind.REALNAME,
    *infringement.HOOKS,
    *penalties.HOOKS,
    *erasure.HOOKS,
    views_new.INTAKE,
    *order_letters.TEMPLATES,
    *order_jobs.SUBSCRIPTIONS,
    *timers.PERIODIC,
    Periodic("forget_deleted_saved", timedelta(hours=6), service_saved.forget_deleted_saved),
    session_views.AtSignIn(service_drafts.move_drafts),
    NavItem("member", N_("New work order"), "workorders.new", "plus"),
    NavItem(
        "member",
        N_("My work orders"),
        "workorders.index",
        "inbox",
        count=order_queries.open_count,
        kinds=frozenset({"member", "guest"}),
    ),
    infringement.MEMBER_NAV,
    *policy_views.NAV_ITEMS,
    *policy_entries.HOOKS,
    *(ConsoleEntry(*each) for each in sharing.CONSOLE),
    OpenData("orders", queries_open.open_orders),
    *order_retention.HOOKS,
    *notice_retention.KEEPINGS,
    *check_retention.KEEPINGS,
    AdminEntry(
        N_("Announcements"),
        N_("What everybody should know, in both languages; dated, pinned, as a feed."),
        "announcing.index",
        "megaphone",
        20,
    ),
]

COMMANDS: list[Any] = [
    commands.worker_command,
    commands.tick_command,
    commands.ready_command,
    commands.audit_group,
    commands.vault_group,
    commands.backup_command,
    commands.restore_command,
    cli.admin_group,
    notice_cli.sms_group,
    retention_cli.retention_group,
    *erasure.COMMANDS,
    *installer.commands.COMMANDS,
    demo.commands.demo_command,
]

PUBLIC = frozenset(
    {
        "static",
        "web.switch_language",
        "web.switch_theme",
        "web.healthz",
        "web.readyz",
        "web.metrics",
        "web.kept",
        "web.platform_answers",
        "payments.bank_returns",
        *entries.PUBLIC,
        *policy_views.PUBLIC,
        *policy_entries.PUBLIC,
        "workorders.start",
        "workorders.new",
        "workorders.new_order",
        "workorders.check_order",
        "workorders.send_order",
        "workorders.save_draft",
        "workorders.upload",
        "workorders.other_draft",
        "workorders.discard",
        "workorders.receipt",
        "workorders.follow",
        "workorders.follow_code",
        *infringement.PUBLIC,
        *erasure.PUBLIC,
        "assurance.hold",
        "assurance.stop",
        "notifications.check",
        "notifications.unsubscribe",
        "notifications.mailbox",
        "notifications.mailbox_item",
        "notifications.mailbox_html",
    }
)

GUEST: frozenset[str] = frozenset(
    {
        "checks.show",
        "checks.address",
        "checks.address_code",
        "checks.old_address",
        "checks.old_address_code",
        "checks.no_old_address",
        "checks.match_record",
        "checks.payment",
        "checks.bank_account",
        "checks.skip_payment",
        "checks.evidence",
        "checks.way",
        "checks.person",
        "checks.send",
        "checks.withdraw",
        *infringement.GUEST,
        *erasure.GUEST,
        *policy_entries.GUEST,
        "workorders.why",
        "workorders.index",
        "workorders.show",
        "workorders.answer",
        "workorders.save_reply_draft",
        "workorders.upload_reply",
        "workorders.close",
        "workorders.rate",
        "workorders.reopen",
        "workorders.download",
        "workorders.thumbnail",
    }
)
