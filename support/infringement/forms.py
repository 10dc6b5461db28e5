"""The forms of a notice: one question a page. What may come later is not demanded here, only said where it lacks."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import (
    BooleanField,
    MultipleFileField,
    RadioField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # stubs are older
from wtforms.validators import DataRequired, Length, Optional

from support.core.web_countries import countries
from support.core.web_fields import DayField
from support.infringement.elements import NEWEST_STATEMENTS, PAPERS, STATEMENTS
from support.infringement.policy import MEASURES
from support.infringement.regimes import ContentKind, RightType
from support.workorders.forms import block, line

LONGEST_LINE = 200
LONGEST_TEXT = 5_000
_SHORT = Length(max=LONGEST_LINE, message=_l("Use at most %(max)d characters."))
_LONG = Length(max=LONGEST_TEXT, message=_l("Use at most %(max)d characters."))
_CHOOSE = _l("Please choose one.")
EU = "EU"
ID_TYPES = [
    SelectChoice("", "–"),
    SelectChoice("licence", _l("Company or business registration")),
    SelectChoice("id_card", _l("Identity card of the PRC")),
    SelectChoice("passport", _l("Passport")),
    SelectChoice("other", _l("Another document")),
]


def _short(words: Any, needed: Any = None) -> StringField:
    return StringField(
        words, [DataRequired(needed) if needed else Optional(), _SHORT], filters=[line]
    )


def _long(words: Any, needed: Any = None) -> TextAreaField:
    return TextAreaField(
        words, [DataRequired(needed) if needed else Optional(), _LONG], filters=[block]
    )


def places() -> list[Any]:
    """Return where a right can hold, in the words of the page."""
    found = [SelectChoice(code, name) for code, name in countries()]
    return [*found[:1], SelectChoice(EU, gettext("European Union")), *found[1:]]


def _measures() -> list[Any]:
    return [SelectChoice(code, gettext(words)) for code, words in MEASURES.items()]


class PartForm(FlaskForm):
    """One page of a notice."""

    def offer(self) -> None:
        """Fill choices in the reader's language; most pages have none."""

    def said(self) -> dict[str, Any]:
        """Return what the draft keeps of it, as texts."""
        apart = ("csrf_token", "files")
        return {each.name: as_text(each.data) for each in self if each.name not in apart}


def as_text(value: Any) -> str:
    """Return the value of a field as a text: a day as it is written, a ticked box as "y"."""
    if isinstance(value, date):
        return value.isoformat()
    return "y" if value is True else value or ""


class FilerForm(PartForm):
    """Who files; `reach` is asked of people who aren't signed in."""

    filer_type = RadioField(
        _l("You file"),
        [DataRequired(_CHOOSE)],
        choices=[
            SelectChoice("holder", _l("As the rights holder, or as somebody who works there")),
            SelectChoice("agent", _l("For the rights holder, as a lawyer or an agent")),
        ],
    )
    signer = _short(_l("Your full name"), _l("Enter your name: you sign with it at the end."))
    agent_name = _short(_l("Your firm, when you file for somebody else"))
    reach = _short(_l("Where we reach you: e-mail or mobile"))


class HolderForm(PartForm):
    """Who the holder is; the number is never forwarded."""

    holder_name = _short(
        _l("Name of the rights holder"), _l("Enter the name of the rights holder.")
    )
    country = SelectField(_l("Country or region"), [DataRequired(_CHOOSE)])
    address = _short(_l("Postal address"))
    email = _short(_l("E-mail of the rights holder"))
    phone = _short(_l("Phone of the rights holder"))
    holder_id_type = SelectField(
        _l("What the number is"),
        [Optional()],
        choices=ID_TYPES,
    )
    holder_id_no = _short(_l("Its number"))

    def offer(self) -> None:
        """Fill the countries."""
        self.country.choices = [SelectChoice(code, name) for code, name in countries()]


class RightForm(PartForm):
    """The right."""

    right_type = SelectField(_l("Kind of right"), [DataRequired(_CHOOSE)])
    right_name = _short(
        _l("What it is called"), _l("Enter the mark, the title of the work, or of the patent.")
    )
    right_no = _short(_l("Its number, where it is registered"))
    right_class = _short(_l("Classes"))
    territory = SelectField(_l("Where it holds"), [DataRequired(_CHOOSE)])
    right_day = DayField(_l("Since when it exists"), [Optional()])
    valid_until = DayField(_l("Valid until"), [Optional()])
    work = _long(_l("Description"))

    def offer(self) -> None:
        """Fill kinds and places."""
        kinds = [SelectChoice(each.value, gettext(each.title)) for each in RightType]
        self.right_type.choices = [SelectChoice("", "–"), *kinds]
        self.territory.choices = places()


class FilesForm(PartForm):
    """Files of one kind."""

    files = MultipleFileField(_l("Files"))


class ListingsForm(PartForm):
    """Links, one a line."""

    links = TextAreaField(_l("Links, one a line"))


class ReasonForm(PartForm):
    """Why they infringe, and what is asked for."""

    content_kind = RadioField(_l("What stands behind the links?"), [DataRequired(_CHOOSE)])
    explanation = _long(
        _l("Why they infringe your right"), _l("Say in your words why they infringe the right.")
    )
    measure = RadioField(_l("What should we do?"), [DataRequired(_CHOOSE)])
    us_law = BooleanField(_l("I file under United States copyright law (DMCA)"))
    eu = BooleanField(_l("People in the European Union are affected"))

    def offer(self) -> None:
        """Fill the kinds of content and the measures."""
        self.content_kind.choices = [
            SelectChoice(each.value, gettext(each.title)) for each in ContentKind
        ]
        self.measure.choices = _measures()


class ShownForm(PartForm):
    """The contact that the other side sees: a lawyer, an agent or a business address does."""

    shown_name = _short(_l("Name that they see"), _l("Enter a name."))
    shown_contact = _short(
        _l("E-mail, phone or postal address that they see"), _l("Enter one way to reach you.")
    )


class SignForm(FlaskForm):
    """The statements, each with a box of its own that nobody ticked before, and the signature."""

    truth = BooleanField()
    good_faith = BooleanField()
    perjury = BooleanField()
    signature = _short(_l("Your full name, as your signature"), _l("Type your name to sign."))

    def ask(self, codes: tuple[str, ...]) -> SignForm:
        """Keep the boxes of `codes`, with their words."""
        for code in ("truth", "good_faith", "perjury"):
            if code in codes:
                self[code].label.text = gettext(STATEMENTS[NEWEST_STATEMENTS][code])
                self[code].validators = [DataRequired(_l("Please tick this statement to go on."))]
            else:
                del self[code]
        return self


FORMS: dict[str, type[PartForm]] = {
    "filer": FilerForm,
    "holder": HolderForm,
    "right": RightForm,
    "reason": ReasonForm,
    "shown": ShownForm,
}


class ReachForm(FlaskForm):
    """Where the link to go on goes to."""

    address = _short(
        _l("E-mail or mobile number"), _l("Enter an e-mail address or a mobile number.")
    )


class SupplementForm(PartForm):
    """What was missing: the fields that supply it, and files of one kind at a time."""

    holder_name = _short(_l("Name of the rights holder"))
    holder_id_type = SelectField(_l("What the number is"), [Optional()], choices=ID_TYPES)
    holder_id_no = _short(_l("Its number"))
    address = _short(_l("Postal address"))
    email = _short(_l("E-mail of the rights holder"))
    phone = _short(_l("Phone of the rights holder"))
    agent_name = _short(_l("Name of the agent"))
    right_no = _short(_l("Its number, where it is registered"))
    territory = SelectField(_l("Where it holds"), [Optional()])
    valid_until = DayField(_l("Valid until"), [Optional()])
    work = _long(_l("Description"))
    explanation = _long(_l("Why they infringe your right"))
    measure = SelectField(_l("What should we do?"), [Optional()])
    truth = BooleanField()
    good_faith = BooleanField()
    perjury = BooleanField()
    signature = _short(_l("Your full name, as your signature"))
    paper = RadioField(_l("What the files are"), [Optional()], validate_choice=False)
    files = MultipleFileField(_l("Files"))

    def ask(self, names: Sequence[str], papers: Sequence[str]) -> SupplementForm:
        """Keep the fields that are asked for, with their words and choices."""
        for name in [each.name for each in self]:
            wanted = name in names or (bool(papers) and name in ("paper", "files"))
            if not wanted and name != "csrf_token":
                del self[name]
        for code in ("truth", "good_faith", "perjury"):
            if code in self:
                self[code].label.text = gettext(STATEMENTS[NEWEST_STATEMENTS][code])
        if "territory" in self:
            self.territory.choices = places()
        if "measure" in self:
            self.measure.choices = [SelectChoice("", "–"), *_measures()]
        if "paper" in self:
            self.paper.choices = [SelectChoice(each, gettext(PAPERS[each])) for each in papers]
        return self


class DomainForm(FlaskForm):
    """An address on the domain of the rights holder."""

    address = _short(
        _l("E-mail address on that domain"), _l("Enter an e-mail address on the domain.")
    )
