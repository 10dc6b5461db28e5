"""The form of a grant."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import IntegerField, SelectMultipleField, StringField
from wtforms.validators import InputRequired, Length, NumberRange
from wtforms.widgets import CheckboxInput, ListWidget

from support.policies.forms_sharing import options
from support.policies.queries_grants import offered
from support.policies.service_grants import DAYS, LONGEST

_NEEDED = InputRequired(_l("Please fill this in."))


class GrantForm(FlaskForm):  # type: ignore[misc]  # it has no types
    """Who may read what, and for how long."""

    grantee = StringField(_l("Who may read it"), [_NEEDED, Length(max=120)])
    data = SelectMultipleField(
        _l("What they may read"),
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
    )
    days = IntegerField(_l("For how many days"), [_NEEDED, NumberRange(1, LONGEST, _l(DAYS))])

    def offer(self) -> GrantForm:
        """Fill the choices in the reader's language."""
        self.data.choices = options(*offered())
        return self
