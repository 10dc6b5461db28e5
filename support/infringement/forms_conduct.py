"""The forms of the ladder and of appeals; the verbs say what is out of range."""

from __future__ import annotations

from collections.abc import Mapping

from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from wtforms import IntegerField, RadioField, SelectMultipleField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # stubs are older
from wtforms.validators import InputRequired, Length
from wtforms.widgets import CheckboxInput, ListWidget

from support.infringement.conduct import GROUNDS, Side, StepKind
from support.infringement.forms import PartForm
from support.infringement.service_conduct import LONGEST
from support.workorders.forms import block, line

_NEEDED = InputRequired(_l("Please fill this in."))
_A_NUMBER = InputRequired(_l("Please enter a number."))
_LONG = Length(max=LONGEST, message=_l("Use at most %(max)d characters."))


class StepForm(PartForm):
    """A note, a warning, or a proposed suspension: `ask` keeps the fields of one of them."""

    grounds = SelectMultipleField(
        _l("Grounds, as the person reads them"),
        [InputRequired(_l("Choose at least one ground."))],
        option_widget=CheckboxInput(),
        widget=ListWidget(prefix_label=False),
    )
    days = IntegerField(_l("Days, 1 to 180"), [_A_NUMBER])
    number = IntegerField(_l("How many, in all"), [_A_NUMBER])
    share = IntegerField(_l("Share of all that came, in percent"), [_A_NUMBER])
    gravity = TextAreaField(_l("How grave it is, and what came of it"), [_NEEDED, _LONG], [block])
    intent = TextAreaField(_l("What shows the intent"), [_NEEDED, _LONG], [block])
    words = TextAreaField(_l("Your words"), [_NEEDED, _LONG], [block])

    def ask(self, side: Side, kind: StepKind) -> StepForm:
        """Keep what this step asks for."""
        if kind is not StepKind.SUSPENSION:
            for name in ("days", "number", "share", "gravity", "intent"):
                del self[name]
        if kind is StepKind.NOTE:
            del self.grounds
        else:
            self.grounds.choices = _choices(GROUNDS[side])
        return self


def _choices(grounds: Mapping[str, str]) -> list[SelectChoice]:
    return [SelectChoice(code, gettext(words)) for code, words in grounds.items()]


class AppealForm(PartForm):
    """Why somebody appeals; `reference` names a notice that counts wrongly."""

    reference = StringField(_l("Number of the notice"), [_NEEDED], [line])
    words = TextAreaField(_l("Why it is wrong"), [_NEEDED, _LONG], [block])

    def of_step(self) -> AppealForm:
        """Keep the words alone."""
        del self.reference
        return self


class AnswerAppealForm(PartForm):
    """What is decided about an appeal, and why."""

    upheld = RadioField(_l("The appeal"), [InputRequired(_l("Please choose one."))])
    words = TextAreaField(_l("The answer, as the person reads it"), [_NEEDED, _LONG], [block])

    def answers(self) -> AnswerAppealForm:
        """Fill the choices."""
        both = (("yes", _l("is upheld")), ("no", _l("is dismissed")))
        self.upheld.choices = [SelectChoice(code, words) for code, words in both]
        return self
