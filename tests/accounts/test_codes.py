"""One-time codes: bound, short-lived, counted, used once, sent within limits (faults.md B 6.5, 6.6, C 12)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select, text

from app import create_app
from support.accounts import queries_codes, service, service_codes, service_retention
from support.accounts.models import Code, ContactKind, Session
from support.accounts.policy import CodePurpose
from support.accounts.service_sessions import OpenedSession
from support.core import keeping as places
from support.core.actors import ANONYMOUS
from support.core.clock import utcnow
from support.core.config import Config
from support.core.db import db, transaction
from support.core.errors import Invalid, TooMany, Unavailable
from support.core.outbox_rows import OutboxRow
from tests.accounts.people import HERE, make_member, newest_code, news, sent_digits, wrong


def ask(
    purpose: CodePurpose = CodePurpose.FOLLOW, value: str = "dora@example.org", **more: object
) -> Code:
    """Ask for a code as an anonymous visitor."""
    facts = {"visitor": "browser-a", "address": "192.0.2.7", "language": "en", **more}
    kind = ContactKind.EMAIL if "@" in value else ContactKind.MOBILE
    return service_codes.request_code(ANONYMOUS, purpose, kind=kind, value=value, **facts)  # type: ignore[arg-type]


def check(
    digits: str,
    purpose: CodePurpose = CodePurpose.FOLLOW,
    visitor: str = "browser-a",
    **more: object,
) -> None:
    """Try a code and use it up."""
    code = service_codes.check_code(purpose, visitor=visitor, digits=digits, **more)  # type: ignore[arg-type]
    with transaction():
        service_codes.use_code(code.id, now=more.get("now", utcnow()))  # type: ignore[arg-type]


def refused(digits: str, *args: object, **more: object) -> None:
    """The code is refused."""
    with pytest.raises(Invalid):
        check(digits, *args, **more)  # type: ignore[arg-type]


def test_a_right_code_works_once(context: None) -> None:
    ask()
    digits = sent_digits("follow")
    check(digits)
    refused(digits)


def test_full_width_digits_and_spaces_are_fine(context: None) -> None:
    ask()
    digits = sent_digits("follow").translate(str.maketrans("0123456789", "０１２３４５６７８９"))
    check(f" {digits[:3]}　{digits[3:]} ")


def test_after_five_wrong_tries_the_right_code_fails(context: None) -> None:
    ask()
    digits = sent_digits("follow")
    for _ in range(5):
        refused(wrong(digits))
    refused(digits)


def test_a_code_is_bound_to_its_browser_and_purpose(context: None) -> None:
    ask()
    digits = sent_digits("follow")
    refused(digits, CodePurpose.FOLLOW, "browser-b")
    refused(digits, CodePurpose.LOGIN)
    check(digits)


def test_a_code_lives_ten_minutes(context: None) -> None:
    code = ask()
    digits = sent_digits("follow")
    refused(digits, now=code.created_at + timedelta(minutes=10, seconds=1))
    check(digits, now=code.created_at + timedelta(minutes=10, seconds=-1))


def test_a_new_code_kills_the_older_one(context: None) -> None:
    first = ask(now=utcnow() - timedelta(minutes=2))
    older = sent_digits("follow")
    ask()
    newer = sent_digits("follow")
    if older != newer:
        refused(older)
    assert service_codes.reveal_code(first.id) is None
    check(newer)


def test_a_try_is_counted_even_when_what_follows_fails(context: None) -> None:
    ask()
    with transaction(), pytest.raises(RuntimeError):
        service_codes.check_code(CodePurpose.FOLLOW, visitor="browser-a", digits="000000")
    digits = sent_digits("follow")
    service_codes.check_code(CodePurpose.FOLLOW, visitor="browser-a", digits=digits)
    assert db.session.execute(select(Code.tries)).scalar_one() == 1


def test_twenty_right_codes_at_once_open_one_session(app: Flask) -> None:
    with app.app_context():
        make_member("Alice")
        service.request_sign_in_code(
            "alice@example.org", visitor="v", address="192.0.2.7", language="en"
        )
        digits = sent_digits("login")
        db.session.remove()

    def sign_in(_number: int) -> str:
        with app.app_context():
            try:
                step = service.sign_in_with_code(digits, visitor="v", **HERE)
            except Invalid:
                return "refused"
            finally:
                db.session.remove()
            return type(step).__name__

    with ThreadPoolExecutor(20) as pool:
        results = Counter(pool.map(sign_in, range(20)))
    assert results == {OpenedSession.__name__: 1, "refused": 19}
    with app.app_context():
        assert db.session.execute(select(func.count()).select_from(Session)).scalar_one() == 1


def test_sending_is_limited_for_each_target(context: None) -> None:
    moment = utcnow()
    ask(now=moment)
    with pytest.raises(TooMany) as refusal:
        ask(now=moment + timedelta(seconds=30), visitor="browser-b", address="198.51.100.1")
    assert refusal.value.retry_after == 30
    for minute in range(1, 5):
        ask(now=moment + timedelta(minutes=2 * minute))
    with pytest.raises(TooMany):
        ask(now=moment + timedelta(minutes=20))
    ask(value="erin@example.org", now=moment + timedelta(minutes=20))
    for hour in range(1, 6):
        ask(now=moment + timedelta(hours=2 * hour))
    with pytest.raises(TooMany):
        ask(now=moment + timedelta(hours=13))
    ask(now=moment + timedelta(hours=25))


def test_a_hundred_addresses_cannot_flood_one_phone(context: None) -> None:
    sent = 0
    for number in range(100):
        try:
            ask(value="+8613800138000", address=f"198.51.100.{number}", visitor=f"v{number}")
            sent += 1
        except TooMany:
            continue
    assert sent == 1


def test_one_address_cannot_flood_many_targets(context: None) -> None:
    for number in range(30):
        ask(value=f"p{number}@example.org", visitor=f"v{number}")
    with pytest.raises(TooMany):
        ask(value="p99@example.org", visitor="v99")
    ask(value="p99@example.org", visitor="v99", address="198.51.100.1")


def test_two_requests_at_once_send_one_code(app: Flask) -> None:
    def request(number: int) -> bool:
        with app.app_context():
            try:
                ask(visitor=f"v{number}")
            except TooMany:
                return False
            finally:
                db.session.remove()
            return True

    with ThreadPoolExecutor(6) as pool:
        assert sum(pool.map(request, range(6))) == 1


def test_no_digits_are_kept_anywhere(context: None) -> None:
    code = ask()
    digits = sent_digits("follow")
    row = db.session.execute(text("SELECT * FROM code")).one()
    assert digits not in " ".join(str(value) for value in row)
    payload = db.session.execute(select(OutboxRow.payload)).scalar_one()
    assert payload["code"] == code.id
    assert digits not in str(payload)


def test_nothing_is_sent_to_unknown_people_but_the_row_is_there(context: None) -> None:
    code = ask(CodePurpose.LOGIN, send=False)
    assert service_codes.reveal_code(code.id) is None
    assert queries_codes.open_code("browser-a", CodePurpose.LOGIN) is not None


def test_an_address_with_an_account_gets_that_news_instead_of_a_code(context: None) -> None:
    make_member("Alice")
    code = ask(CodePurpose.REGISTER, "alice@example.org")
    message = service_codes.reveal_code(code.id)
    assert message is not None
    assert (message.purpose, message.digits) == ("account_exists", "")


@pytest.mark.parametrize(
    ("purpose", "shown"), [(CodePurpose.REGISTER, True), (CodePurpose.FOLLOW, False)]
)
def test_a_failed_message_is_shown_where_that_tells_nobody_that_somebody_is_known(
    context: None, purpose: CodePurpose, shown: bool
) -> None:
    code = ask(purpose)
    service_codes.mark_failed(code.id)
    db.session.expire_all()
    waiting = queries_codes.open_code("browser-a", purpose)
    assert waiting is not None
    assert waiting.failed is shown


def test_a_code_can_be_asked_for_again(app: Flask, context: None) -> None:
    now = utcnow()
    ask(now=now - timedelta(minutes=2))
    service_codes.request_again(
        ANONYMOUS, CodePurpose.FOLLOW, visitor="browser-a", address="192.0.2.7"
    )
    assert len(news(app, "code.due")) == 2
    check(sent_digits("follow"))


def test_codes_are_deleted_after_two_days(context: None) -> None:
    ask()
    places.sweep(service_retention.CODES, utcnow() + timedelta(days=1))
    assert newest_code("follow")
    places.sweep(service_retention.CODES, utcnow() + timedelta(days=3))
    assert db.session.execute(select(func.count()).select_from(Code)).scalar_one() == 0


class TestWithoutDoors:
    """A desk whose mail and SMS are not set up yet."""

    @pytest.fixture
    def app(self, config: Config) -> Iterator[Flask]:
        """The application without any door."""
        application = create_app(config)
        yield application
        with application.app_context():
            db.session.remove()
            db.engine.dispose()

    def test_no_code_is_promised(self, context: None) -> None:
        with pytest.raises(Unavailable):
            ask()
        with pytest.raises(Unavailable):
            ask(value="+8613800138000")
