"""What of this room ends by its own time: consents taken back, records of sharing, comments on proposed versions."""

from __future__ import annotations

from datetime import timedelta

from support.core.holders import NotPersonal
from support.core.keeping import Keeping, plain
from support.core.words import N_
from support.policies.data_classes import Class
from support.policies.models import Consent, PolicyAnswer
from support.policies.models_grants import AccessGrant
from support.policies.models_revisions import RevisionComment
from support.policies.models_sharing import Sharing
from support.policies.queries_legal_holds import on_person

CONSENTS = plain(
    "policies.consents",
    (N_("Consents that were taken back"), N_("after taking it back")),
    Class.CONSENTS,
    Consent,
    Consent.withdrawn_at,
    None,
    held=on_person(Consent.person_id),
)
SHARING = plain(
    "policies.sharing",
    (N_("Records of sharing"), N_("after the sharing")),
    Class.SHARING,
    Sharing,
    Sharing.at,
    None,
    held=on_person(Sharing.person_id),
)
COMMENTS = plain(
    "policies.comments",
    (N_("Comments on proposed versions of the policy"), N_("26 weeks after it was written")),
    Class.TRACES,
    RevisionComment,
    RevisionComment.at,
    timedelta(weeks=26),
    held=on_person(RevisionComment.person_id),
)
ANSWERS = plain(
    "policies.answers",
    (N_("Answers to versions of the policy"), N_("after the answer")),
    Class.CONSENTS,
    PolicyAnswer,
    PolicyAnswer.at,
    None,
    held=on_person(PolicyAnswer.person_id),
)
"""A refusal that is over changes nothing: who has not agreed is bound by the version before as well."""
GRANTS = plain(
    "policies.grants",
    (N_("Access that was given by a key"), N_("after its last day")),
    Class.TRACES,
    AccessGrant,
    AccessGrant.ends_at,
    timedelta(days=90),
    held=on_person(AccessGrant.person_id),
)
KEEPINGS: tuple[Keeping, ...] = (CONSENTS, ANSWERS, COMMENTS, SHARING, GRANTS)
RECORD = NotPersonal(
    {
        "retention_run": "night state reason worker",
        "retention_part": "code data_class state error",
        "cessation": "uid state last_day last_export_day reason_en reason_zh called_en called_zh proof",
    }
)
