"""Forms of the notifications room."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import BooleanField, StringField
from wtforms.validators import InputRequired, Length

from support.notifications.models import Channel, Purpose


class CheckForm(FlaskForm):
    """The check code at the end of a message."""

    code = StringField(
        _l("Check code"),
        validators=[InputRequired(_l("Enter the check code of the message.")), Length(max=40)],
    )


class NoticesForm(FlaskForm):
    """What a person chooses to be told, and how; security and the inbox of orders are no choice."""

    orders_mail = BooleanField(_l("E-mail"))
    orders_sms = BooleanField(_l("Text message"))
    news_mail = BooleanField(_l("E-mail"))
    news_sms = BooleanField(_l("Text message"))
    news_inbox = BooleanField(_l("Inbox"))

    def chosen(self) -> dict[tuple[Purpose, Channel], bool]:
        """Return the choices by purpose and channel."""
        return {CHOICES[name]: bool(self[name].data) for name in CHOICES}


CHOICES = {
    "orders_mail": (Purpose.ORDERS, Channel.MAIL),
    "orders_sms": (Purpose.ORDERS, Channel.SMS),
    "news_mail": (Purpose.NEWS, Channel.MAIL),
    "news_sms": (Purpose.NEWS, Channel.SMS),
    "news_inbox": (Purpose.NEWS, Channel.INBOX),
}
