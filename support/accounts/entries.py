"""What this room hands to the application: its entries in console, admin and navigation, its periodic work."""

from __future__ import annotations

from datetime import timedelta

from support.accounts import (
    limits,
    providers,
    queries,
    queries_identities,
    queries_names,
    service_profile,
    service_retention,
    service_sources,
    service_training,
)
from support.accounts.console import AdminEntry, ConsoleEntry
from support.core.actors import Role
from support.core.outbox import Subscription
from support.core.platform import Addressee
from support.core.web_health import Figure
from support.core.web_nav import NavItem
from support.core.words import N_
from support.core.worker import Periodic
from support.policies.intake import Intake
from support.policies.open_data import OpenData
from support.policies.service import WITHDRAWN

_ADMIN = frozenset({Role.ADMIN})
_WITH_ACCOUNT = frozenset({"member", "staff"})

INTAKE = Intake(
    frozenset({"accounts.register", "accounts.register_code", "accounts.register_details"})
)

HOOKS: tuple[object, ...] = (
    INTAKE,
    *service_retention.KEEPINGS,
    Subscription(WITHDRAWN, service_sources.consent_withdrawn),
    Periodic(
        "make_organisations_known", timedelta(minutes=1), service_profile.make_organisations_known
    ),
    Periodic("forget_challenges", timedelta(hours=1), service_retention.forget_challenges),
    Periodic("tell_lapses", timedelta(hours=1), service_training.tell_lapses),
    Periodic("log_alarms", timedelta(minutes=1), limits.log_alarms),
    Figure("gongdan_limit_alarms", "Limit alarms: 1 sounds", "alarm", limits.alarm_figures),
    Addressee(queries_identities.known_as),
    *providers.DOORS,
    OpenData("name", lambda person_id: queries.names([person_id]).get(person_id, "")),
    OpenData("organisation", queries_names.organisation_of),
    NavItem("account", N_("Sign in"), "accounts.login", "log-in", kinds=frozenset({"anonymous"})),
    NavItem("account", N_("My account"), "accounts.console", "circle-user", kinds=_WITH_ACCOUNT),
    NavItem(
        "account",
        N_("Sign out"),
        "accounts.logout",
        "log-out",
        kinds=frozenset({"guest", "member", "staff"}),
        post=True,
    ),
    NavItem(N_("Administration"), N_("Administration"), "admin.index", "settings", roles=_ADMIN),
    NavItem(N_("Administration"), N_("Staff"), "admin.people", "users", roles=_ADMIN),
    NavItem(N_("Administration"), N_("System state"), "admin.system", "activity", roles=_ADMIN),
    NavItem(
        N_("Administration"),
        N_("Calls to the platform"),
        "admin.platform_calls",
        "plug",
        roles=_ADMIN,
    ),
    ConsoleEntry(
        N_("E-mail and mobile"),
        N_("The addresses that sign in and get our messages."),
        "accounts.contacts",
        "at-sign",
        10,
    ),
    ConsoleEntry(
        N_("Password"),
        N_("Choose a new one; your other sessions end."),
        "accounts.password",
        "key-round",
        20,
    ),
    ConsoleEntry(
        N_("Second factor"),
        N_("A code from an app on your phone, or a passkey, asked after the password."),
        "accounts.factor",
        "smartphone",
        30,
    ),
    ConsoleEntry(
        N_("Other accounts"),
        N_("Accounts with other services that sign in here."),
        "accounts.other_accounts",
        "link-2",
        35,
        lambda: bool(providers.services()),
    ),
    ConsoleEntry(
        N_("Where you are signed in"),
        N_("See each browser, end one or all others."),
        "accounts.sessions",
        "monitor",
        40,
    ),
    ConsoleEntry(
        N_("Sign-ins"),
        N_("Who tried to sign in, when, from where; and how long we keep it."),
        "accounts.sign_ins",
        "history",
        50,
    ),
    ConsoleEntry(
        N_("Basic information"),
        N_("Individual or enterprise; all of it may stay blank."),
        "accounts.profile",
        "id-card",
        70,
    ),
    ConsoleEntry(
        N_("Contact persons"),
        N_("People whom you name for messages and bills."),
        "accounts.contact_persons",
        "contact",
        80,
    ),
    ConsoleEntry(
        N_("Settings"),
        N_("Language, time zone, keyboard shortcuts."),
        "accounts.own_settings",
        "sliders-horizontal",
        90,
    ),
    AdminEntry(
        N_("Staff"),
        N_(
            "Invite, give roles, record trainings, disable, reset a second factor with a second person."
        ),
        "admin.people",
        "users",
        10,
    ),
    AdminEntry(
        N_("System state"),
        N_("Database, space, queue, jobs, mail, scanner, keys; what failed, and trying it again."),
        "admin.system",
        "activity",
        40,
    ),
    AdminEntry(
        N_("Calls to the platform"),
        N_("What was asked of the platform's own side, and what it answered; asking again."),
        "admin.platform_calls",
        "plug",
        50,
    ),
)

PUBLIC = frozenset(
    {
        "accounts.login",
        "accounts.login_code",
        "accounts.second_step",
        "accounts.second_passkey",
        "accounts.passkey_challenge",
        "accounts.passkey_login",
        "accounts.logout",
        "accounts.other_start",
        "accounts.other_back",
        "accounts.register",
        "accounts.register_code",
        "accounts.register_details",
        "accounts.retrieve",
        "accounts.retrieve_code",
        "accounts.retrieve_password",
        "accounts.code_again",
        "accounts.join",
        "accounts.opt_out",
    }
)
