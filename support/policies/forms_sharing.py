"""The forms of the register of partners, and of a look at somebody's ledger."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import DateField, RadioField, SelectField, SelectMultipleField, StringField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # stubs are older
from wtforms.validators import InputRequired, Length, Optional
from wtforms.widgets import CheckboxInput, ListWidget

from support.core.clock import utcnow
from support.core.errors import Invalid, Stale
from support.core.web_countries import countries
from support.core.web_parts import lang_of
from support.policies.models_gates import SharingGate
from support.policies.models_partners import Partner
from support.policies.queries_gates import export_gates, gate_by_id
from support.policies.service_partners import Facts
from support.policies.sharing_words import EXCEPTIONS, Aim, Basis, Data, Look, PartnerRole, Titled

_NEEDED = InputRequired(_l("Please fill this in."))
_CHOOSE = InputRequired(_l("Please choose one."))
_LISTED = ("role", "aim", "basis", "region", "gate")


@contextmanager
def refusals(form: FlaskForm) -> Iterator[None]:
    """Show an `Invalid` beside the field that it names, and a lost race above the form; what was typed stays."""
    try:
        yield
    except Invalid as error:
        words = gettext(error.words, **error.facts)
        if error.field in form:
            form[error.field].errors = [*form[error.field].errors, words]
        else:
            form.form_errors.append(words)
    except Stale as error:
        form.form_errors.append(gettext(error.words))


def options(*words: Titled) -> list[SelectChoice]:
    """Return the options of a choice, in the language of the page."""
    return [SelectChoice(each.value, gettext(each.title)) for each in words]


def _choice(gate: SharingGate) -> SelectChoice:
    """A gate by its number and the name of who receives, which stands as somebody wrote it."""
    words = f"{gate.number} {gate.receiver}"
    return SelectChoice(gate.uid, words, {"lang": lang_of(gate.receiver)})


class PartnerForm(FlaskForm):  # type: ignore[misc]  # it has no types
    """What the register holds of a partner."""

    name_en = StringField(_l("Name in English"), [_NEEDED, Length(max=120)])
    name_zh = StringField(_l("Name in Chinese"), [_NEEDED, Length(max=120)])
    contact = StringField(_l("Where it takes requests for deletion"), [_NEEDED, Length(max=200)])
    region = SelectField(_l("Where it keeps the data"), [_CHOOSE])
    gate = SelectField(_l("Gate"), [Optional()])
    role = RadioField(_l("What it may do with the data"), [_CHOOSE])
    data = SelectMultipleField(
        _l("What goes there"), widget=ListWidget(prefix_label=False), option_widget=CheckboxInput()
    )
    aim = SelectField(_l("What for"), [_CHOOSE])
    basis = SelectField(_l("Basis"), [_CHOOSE])
    assessment = StringField(_l("Impact assessment"), [_NEEDED, Length(max=80)])
    starts = DateField(_l("Contract from"), [Optional()])
    ends = DateField(_l("Contract until"), [Optional()])

    def offer(self) -> PartnerForm:
        """Fill the choices in the reader's language."""
        self.region.choices = [SelectChoice(code, words) for code, words in countries()]
        gates = export_gates(utcnow())
        self.gate.choices = [
            SelectChoice("", "–"),
            *(_choice(each) for each in gates),
        ]
        self.role.choices = options(*PartnerRole)
        self.data.choices = options(*Data)
        blank = SelectChoice("", "–")
        self.aim.choices = [blank, *options(*Aim)]
        self.basis.choices = [blank, *options(*(each for each in Basis if each not in EXCEPTIONS))]
        return self

    def facts(self) -> Facts:
        """Return what was typed."""
        texts = ("name_en", "name_zh", "contact", "assessment", *_LISTED)
        return Facts(
            **{name: self[name].data or "" for name in texts},
            data=tuple(self.data.data or ()),
            starts=self.starts.data,
            ends=self.ends.data,
        )


def partner_form(partner: Partner | None) -> PartnerForm:
    """Return the form of a partner as it is written down, or an empty one."""
    gate = gate_by_id(partner.gate_id) if partner is not None and partner.gate_id else None
    return PartnerForm(obj=partner, data={"gate": gate.uid if gate else ""}).offer()


class LookForm(FlaskForm):  # type: ignore[misc]  # it has no types
    """Whose ledger, and why."""

    whose = StringField(_l("Work order, or number of the person"), [_NEEDED, Length(max=24)])
    reason = SelectField(_l("Why do you look at it?"), [_CHOOSE])

    def offer(self) -> LookForm:
        """Fill the reasons in the reader's language."""
        self.reason.choices = [SelectChoice("", "–"), *options(*Look)]
        return self
