"""The form of an appeal against how reported content was decided."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import TextAreaField
from wtforms.validators import DataRequired, Length

from support.infringement.forms import LONGEST_TEXT, PartForm
from support.workorders.forms import block


class AppealForm(PartForm):
    """Why somebody thinks that a decision is wrong."""

    words = TextAreaField(
        _l("Why do you think that the decision is wrong?"),
        filters=[block],
        validators=[
            DataRequired(_l("Please write why.")),
            Length(max=LONGEST_TEXT, message=_l("Use at most %(max)d characters.")),
        ],
    )
