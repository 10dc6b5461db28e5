"""The form of a counter-notice: who answers, why, what the rights holder sees, the statements and the signature."""

from __future__ import annotations

from collections.abc import Collection

from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, MultipleFileField, StringField, TextAreaField
from wtforms.validators import Length, Optional

from support.infringement.elements import NEWEST_STATEMENTS, STATEMENTS
from support.infringement.forms import LONGEST_LINE, LONGEST_TEXT, PartForm
from support.workorders.forms import block, line

DECLARED = ("no_infringement", "truth", "mistake", "jurisdiction")
TYPED = (
    "name", "id_no", "address", "email", "phone", "shown_name", "shown_contact", "explanation",
    "signature",
)  # fmt: skip
_SHORT = [Optional(), Length(max=LONGEST_LINE, message=_l("Use at most %(max)d characters."))]
_LONG = [Optional(), Length(max=LONGEST_TEXT, message=_l("Use at most %(max)d characters."))]


class AnswerForm(PartForm):
    """What is asked for where something is contested; what lacks is named by the check, so nothing is demanded."""

    explanation = TextAreaField(_l("Why there is no infringement"), _LONG, filters=[block])
    files = MultipleFileField(_l("Evidence"))
    name = StringField(_l("Your true name, or your company's"), _SHORT, filters=[line])
    id_no = StringField(_l("Number of an ID or a licence"), _SHORT, filters=[line])
    address = StringField(_l("Postal address"), _SHORT, filters=[line])
    email = StringField(_l("E-mail"), _SHORT, filters=[line])
    phone = StringField(_l("Phone"), _SHORT, filters=[line])
    shown_name = StringField(_l("Name that the rights holder sees"), _SHORT, filters=[line])
    shown_contact = StringField(_l("Contact that the rights holder sees"), _SHORT, filters=[line])
    no_infringement = BooleanField()
    truth = BooleanField()
    mistake = BooleanField()
    jurisdiction = BooleanField()
    signature = StringField(_l("Your full name, as your signature"), _SHORT, filters=[line])

    def ask(self, codes: Collection[str]) -> AnswerForm:
        """Keep the statements of `codes`, with their words."""
        for code in DECLARED:
            if code in codes:
                self[code].label.text = gettext(STATEMENTS[NEWEST_STATEMENTS][code])
            else:
                del self[code]
        return self

    def texts(self) -> dict[str, str]:
        """Return what was typed."""
        return {name: self[name].data or "" for name in TYPED}

    def ticked(self) -> frozenset[str]:
        """Return the statements that were ticked."""
        return frozenset(code for code in DECLARED if code in self and self[code].data)
