"""The forms of deletion requests, and of the end of the service: what is said and decided."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import DateField, RadioField, SelectField, SelectMultipleField, TextAreaField
from wtforms.validators import DataRequired, InputRequired, Optional
from wtforms.widgets import CheckboxInput, ListWidget

from support.accounts.forms import choices
from support.core.holders import Measure
from support.erasure.queries_plan import Planned
from support.erasure.rules import EXTENSIONS, REFUSALS, REGIONS
from support.policies.data_classes import RULES

ALL = "all"
_BOTH = _l("This is needed in both languages.")


class ConfirmForm(FlaskForm):
    """What the person says of their request when they show who they are."""

    scope = RadioField(
        _l("What shall be deleted?"),
        choices=choices(
            (ALL, _l("Everything that no law keeps")), ("some", _l("Only a part of it"))
        ),
        default=ALL,
    )
    classes = SelectMultipleField(
        _l("Which part?"),
        choices=choices(*((each.value, _l(rule.title)) for each, rule in RULES.items())),
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
        validators=[Optional()],
    )
    region = RadioField(
        _l("Where do you live?"),
        choices=choices(*((code, _l(region.title)) for code, region in REGIONS.items())),
        validators=[InputRequired(_l("Please choose one."))],
    )

    def said(self) -> dict[str, Any]:
        """Return what was chosen, as an address can carry it: none of it is personal."""
        chosen = {"scope": self.scope.data, "region": self.region.data}
        return chosen | {"classes": self.classes.data or []}

    def wanted(self) -> tuple[str, ...]:
        """Return the classes that are asked for, none for all."""
        return tuple(self.classes.data or ()) if self.scope.data == "some" else ()


class ProposalForm(FlaskForm):
    """What a privacy officer proposes; a field for each class that holds anything, by its code, and why it stays."""

    words = TextAreaField(_l("To the person"))


def why_field(code: str) -> str:
    """Return the name of the field that says why a class stays."""
    return f"why_{code}"


def proposal_form(plan: Sequence[Planned]) -> ProposalForm:
    """Return the form for a dry run: the table's proposal is chosen already."""
    fields: dict[str, object] = {}
    for each in plan:
        code = each.data_class.value
        fields[code] = RadioField(
            _(each.rule.title),
            choices=choices(*((choice.value, _(choice.title)) for choice in each.choices)),
            default=each.measure.value,
        )
        if each.rule.measure is Measure.KEEP:
            continue  # the law's own reason stands in the table
        fields[why_field(code)] = SelectField(
            _("Why it stays"),
            choices=choices(("", ""), *((reason, _(words)) for reason, words in REFUSALS.items())),
            default="" if each.asked else "scope",
        )
    kind: type[ProposalForm] = type("ProposalForm", (ProposalForm,), fields)
    return kind()


class ExtensionForm(FlaskForm):
    """Why more time is needed."""

    reason = RadioField(
        _l("Why is more time needed?"),
        choices=choices(*((code, _l(words)) for code, words in EXTENSIONS.items())),
        validators=[InputRequired(_l("Please choose one."))],
    )


class DecisionForm(FlaskForm):
    """What the second person says with their decision."""

    words = TextAreaField(_l("Why"))


class ProofForm(FlaskForm):
    """A proof, pasted."""

    proof = TextAreaField(_l("The proof, the whole text of its file"))


class EndingForm(FlaskForm):
    """When the service ends, and why."""

    last_day = DateField(_l("Last day"), validators=[InputRequired(_l("Please choose a day."))])
    reason_en = TextAreaField(_l("Reason in English"), validators=[DataRequired(_BOTH)])
    reason_zh = TextAreaField(_l("Reason in Chinese"), validators=[DataRequired(_BOTH)])

    def said(self) -> dict[str, Any]:
        """Return what was filled in, as the verb takes it."""
        fields = (self.last_day, self.reason_en, self.reason_zh)
        return {each.name: each.data for each in fields}


class CallOffForm(FlaskForm):
    """Why it goes on after all."""

    words_en = TextAreaField(_l("Reason in English"), validators=[DataRequired(_BOTH)])
    words_zh = TextAreaField(_l("Reason in Chinese"), validators=[DataRequired(_BOTH)])

    def said(self) -> dict[str, Any]:
        """Return what was filled in, as the verb takes it."""
        return {each.name: each.data for each in (self.words_en, self.words_zh)}
