"""What the messages about checks of a name say."""

from __future__ import annotations

from support.core.words import N_
from support.notifications.models import Purpose
from support.notifications.templates import Template
from support.verification.letters import check_facts

TEMPLATES = (Template("realname.check", Purpose.ORDERS, N_("Verifying your name"), check_facts),)
