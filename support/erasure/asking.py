"""Who asks for whom, as data: what is asked of each, what they have to show and why, and why it may be refused."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from support.assurance.policy import Act, ProofKind
from support.core.words import N_
from support.verification.policy import GENUINE, PHRASE, WayRule

MOST_HANDLES = 5
LONGEST_NAME, LONGEST_HANDLE, LONGEST_PURPOSE = 200, 320, 2_000

AGES: Mapping[str, str] = {
    "child": N_("Under 14"),
    "minor": N_("14 to 17"),
    "adult": N_("18 or older, and a court has named me as guardian"),
}
KINS: Mapping[str, str] = {
    "spouse": N_("Husband or wife"),
    "parent": N_("Father or mother"),
    "child": N_("Son or daughter"),
    "sibling": N_("Brother or sister"),
    "other": N_("Another near relative"),
}
WISHES: Mapping[str, str] = {
    "none": N_("They left no word about it, as far as I know"),
    "delete": N_("They wanted it deleted"),
    "other": N_("They arranged something else"),
}
"""What the dead arranged themselves comes first (PIPL 49)."""

REFUSALS: Mapping[str, str] = {
    "nothing": N_("By what you named we found nothing that is theirs."),
    "unrelated": N_("What was found does not belong to whom you named."),
    "owner": N_("Whoever holds the account has said no."),
    "arranged": N_("The person who died arranged it otherwise."),
    "interest": N_("It is not needed for a lawful interest of your own."),
    "twice": N_("You have asked for this before; the other request is decided on."),
}
"""Why it is refused before anything is touched, in words to who asks."""

_PHOTO = ("photo", N_("Your own document beside a paper with the phrase"))
_PHOTO_WHY = N_(
    "We have to know who asks. Identity card, passport, residence or travel permit: whichever you have. Cover what we "
    "don't need; name, picture and the end of its validity are enough."
)
_NAMED = ("name", N_("The name, as it was written down"))
_CONSENT = N_("I agree that this picture is used to find out whether I may ask for this")


@dataclass(frozen=True, slots=True)
class Relation:
    """One way of asking: the act it is, and what has to be shown. Texts are message ids."""

    act: Act
    way: WayRule


RELATIONS: Mapping[str, Relation] = {
    "lost": Relation(
        Act.ERASE_LOST,
        WayRule(
            N_("A photo of your ID document"),
            _PHOTO_WHY,
            (_PHOTO,),
            ProofKind.DOCUMENT,
            (PHRASE, _NAMED, GENUINE),
            consent=_CONSENT,
        ),
    ),
    "ward": Relation(
        Act.ERASE_WARD,
        WayRule(
            N_("Your ID document, and proof that you are the guardian"),
            _PHOTO_WHY,
            (_PHOTO, ("guardian", N_("Proof that you are the guardian"))),
            ProofKind.DOCUMENT,
            (
                PHRASE,
                _NAMED,
                GENUINE,
                ("guardian", N_("The proof names both: who asks, and the child or ward")),
                ("age", N_("Under 18, or a court has named who asks as guardian")),
            ),
            consent=_CONSENT,
            whys={
                "guardian": N_(
                    "A guardian decides for a child (PIPL 31). The page of the household register with both names, a "
                    "birth certificate or a court's decision: one of them is enough. Cover everybody else and all "
                    "numbers."
                )
            },
        ),
    ),
    "heir": Relation(
        Act.ERASE_HEIR,
        WayRule(
            N_("Your ID document, the death certificate, and proof that you are a near relative"),
            _PHOTO_WHY,
            (
                _PHOTO,
                ("death", N_("The death certificate")),
                ("kinship", N_("Proof that you are a near relative")),
            ),
            ProofKind.DOCUMENT,
            (
                PHRASE,
                _NAMED,
                GENUINE,
                ("death", N_("The certificate names who died")),
                ("kin", N_("The proof names both, and that they are near relatives")),
            ),
            consent=_CONSENT,
            whys={
                "death": N_(
                    "Nobody may be called dead by mistake. Cover the cause of death and all numbers; name and date are "
                    "enough."
                ),
                "kinship": N_(
                    "Only near relatives may ask (PIPL 49). The page of the household register, a marriage or birth "
                    "certificate, or a notary's paper: one of them is enough. Cover everybody else and all numbers."
                ),
            },
        ),
    ),
}
REASONS = ("unreadable", "no_phrase", "expired", "altered", "wrong_kind", "unrelated", "of_age")
