"""The statement of reasons for who answers for content, where recipients in the EU are affected (DSA, article 17)."""

from __future__ import annotations

from flask_babel import gettext as _

from support.infringement import queries
from support.infringement.lifecycle import MEASURED
from support.infringement.models import Item, Notice
from support.infringement.policy import MEASURES, REASONS
from support.infringement.regimes import RULES


def rows_of(notice: Notice, item: Item, *, named: bool) -> list[tuple[str, str]]:
    """Return what is decided, on which facts, on which ground, whether by a machine, and what can be done about it.

    In the reader's language. `named`: the reader may read who sent the notice; an address that nobody proved may not.
    Empty where nothing is restricted, or nobody in the EU is affected.
    """
    if not notice.eu or item.law is None or item.status not in MEASURED:
        return []
    if not RULES[item.rules].dsa.statement_of_reasons:
        return []
    who = queries.facts_of(notice).holder_name if named else ""
    facts = _("A notice of somebody who claims a right, and the evidence that came with it.")
    if who:
        facts = _("A notice of %(who)s, and the evidence that came with it.", who=who)
    ground = _(
        "%(law)s. The notice claims: %(right)s. Content that infringes it is illegal content.",
        law=_(item.law.title),
        right=_(notice.right.title),
    )
    measure = (
        _(REASONS[item.reason]) if item.reason in MEASURES else _("The content is down.")
    ).rstrip(".")
    decision = _(
        "%(measure)s, everywhere on the platform, until it is decided otherwise.", measure=measure
    )
    redress = _(
        "Contest it link by link; complain to us within six months, free of charge, and another person decides; turn "
        "to a certified body for the settlement of disputes out of court; go to court."
    )
    return [
        (_("Decision"), decision),
        (_("Facts relied on"), facts),
        (_("Legal ground"), ground),
        (
            _("Automated means"),
            _("None: people decided, and no machine of ours found the content."),
        ),
        (_("What you can do"), redress),
    ]
