"""What this room keeps of people: the account and the ways into it, what they told of themselves, codes, sign-ins.

The ways to reach and to know somebody come last, the person's own row at the very end: it stays without anything of
theirs (`Person.erased_at`), since orders and decisions point to it. Contact persons are third people whom the member
named; what the member wrote of them is in the member's copy and goes with it. Trainings and the resetting of factors
are of the staff, whose accounts are no matter of a member's request.

Nothing is unsealed to be erased: where the key is gone already, plain columns and blind indexes still go.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime

from sqlalchemy import func, select, update

from support.accounts import personal_data_account as account
from support.accounts import policy, queries_codes
from support.accounts.models import (
    BasicInformation,
    Code,
    ContactPerson,
    ExternalIdentity,
    PasskeyChallenge,
    RealName,
    Session,
    SignIn,
)
from support.core import vault
from support.core.db import changed, db
from support.core.holders import (
    BATCH,
    Holder,
    Item,
    Measure,
    NotPersonal,
    Removal,
    Verb,
    count_of,
    delete_some,
    deleting,
    whole,
)
from support.core.web_parts import words as gettext
from support.core.words import N_
from support.policies.data_classes import Class


def _codes(person_id: int) -> Iterator[Item]:
    found = select(Code).where(*queries_codes.about_person(person_id)).order_by(Code.id)
    for code in db.session.execute(found).scalars():
        to = vault.unseal("codes", queries_codes.code_place(code.uid), code.target_sealed)
        fields = {N_("Sent to"): to, N_("Network address"): code.address}
        yield Item(N_("One-time code"), code.created_at, fields)


def _sessions(person_id: int) -> Iterator[Item]:
    found = select(Session).where(Session.person_id == person_id).order_by(Session.id)
    for session in db.session.execute(found).scalars():
        fields: dict[str, str | datetime] = {
            N_("Device"): session.device,
            N_("Network address"): session.address,
            N_("Last used"): session.seen_at,
        }
        yield Item(N_("Session"), session.created_at, fields)


def _sign_ins(person_id: int) -> Iterator[Item]:
    found = select(SignIn).where(SignIn.person_id == person_id).order_by(SignIn.id)
    for each in db.session.execute(found).scalars():
        fields = {
            N_("With"): gettext(policy.Method(each.method).title),
            N_("Outcome"): gettext(policy.Outcome(each.outcome).title),
            N_("Network address"): each.address,
            N_("Device"): each.device,
        }
        yield Item(N_("Sign-in"), each.at, fields)


def _last_sign_in(person_id: int) -> datetime | None:
    newest = select(func.max(SignIn.at)).where(SignIn.person_id == person_id)
    found: datetime | None = db.session.execute(newest).scalar_one()
    return found


def _erase_codes(removal: Removal) -> int:
    """Also those that were sent to one of the person's addresses before anybody knew whose it is."""
    mine = PasskeyChallenge.person_id == removal.person_id
    which = queries_codes.about_person(removal.person_id)
    return delete_some(PasskeyChallenge, mine) or delete_some(Code, *which)


def _cut_sign_ins(removal: Removal) -> int:
    """Leave of each try when, how and from which network it came; the rest, and what finds it by an address, goes.

    The row itself goes with the others of its age (`service.forget_sign_ins`), later than the law asks for.
    """
    whole = (SignIn.person_id == removal.person_id, SignIn.target_blind != b"")
    some = select(SignIn.id, SignIn.address).where(*whole).order_by(SignIn.id).limit(BATCH)
    rows = db.session.execute(some).all()
    bare = {"network": None, "device": "", "device_hash": None, "target_blind": b""}
    for number, address in rows:
        cut = policy.cut_address(address) if address else ""
        changed(update(SignIn).where(SignIn.id == number).values(address=cut, **bare))
    return len(rows)


def _holder(
    code: str,
    title: str,
    data_class: Class,
    columns: Mapping[str, str],
    collect: Callable[[int], Iterable[Item]],
    *,
    count: Callable[[int], int],
    measures: Mapping[Measure, Verb],
    since: Callable[[int], datetime | None] = lambda person: None,
    keyed: bool = False,
) -> Holder:
    place = Holder(f"accounts.{code}", title, data_class, columns, count, collect, measures, since)
    return replace(place, keyed=count) if keyed else place


HOLDERS: tuple[Holder | NotPersonal, ...] = (
    _holder(
        "codes",
        N_("One-time codes"),
        Class.TRACES,
        {
            "code": "visitor person_id target_kind target_sealed target_blind about address network",
            "passkey_challenge": "visitor person_id",
        },
        _codes,
        count=lambda person_id: count_of(Code, *queries_codes.about_person(person_id)),
        measures={Measure.ERASE: _erase_codes},
    ),
    _holder(
        "sessions",
        N_("Sessions"),
        Class.SIGN_INS,
        {"session": "secret_hash person_id kind address device"},
        _sessions,
        count=lambda person_id: count_of(Session, Session.person_id == person_id),
        measures={
            Measure.ERASE: deleting(Session),
            Measure.RESTRICT: deleting(Session),  # the law's log is the one of sign-ins
        },
    ),
    _holder(
        "sign_ins",
        N_("Tries to sign in"),
        Class.SIGN_INS,
        {"sign_in": "person_id target_blind method outcome address network device device_hash"},
        _sign_ins,
        count=lambda person_id: count_of(SignIn, SignIn.person_id == person_id),
        measures={Measure.ERASE: deleting(SignIn), Measure.RESTRICT: _cut_sign_ins},
        since=_last_sign_in,
    ),
    _holder(
        "basic_information",
        N_("What you told about yourself"),
        Class.PROFILE,
        {"basic_information": "person_id sealed", "name_start": "blind person_id"},
        account.information,
        count=lambda person_id: count_of(BasicInformation, BasicInformation.person_id == person_id),
        measures={Measure.ERASE: account.erase_information},
        keyed=True,
    ),
    _holder(
        "contact_persons",
        N_("Contact persons"),
        Class.PROFILE,
        {"contact_person": "uid person_id sealed"},
        account.contact_persons,
        count=lambda person_id: count_of(ContactPerson, ContactPerson.person_id == person_id),
        measures={Measure.ERASE: account.erase_contact_persons},
        keyed=True,
    ),
    whole(
        "accounts.real_name",
        N_("Verified name"),
        Class.IDENTITY,
        RealName,
        "person_id kind source voucher sealed records about",
        account.real_name,
        keyed=True,
    ),
    whole(
        "accounts.identities",
        N_("Accounts of other services"),
        Class.ACCOUNT,
        ExternalIdentity,
        "uid person_id provider subject_blind sealed",
        account.identities,
    ),
    _holder(
        "factors",
        N_("Passkeys and recovery codes"),
        Class.ACCOUNT,
        {
            "passkey": "uid person_id credential_id public_key transports name",
            "recovery_code": "person_id code_hash",
            "factor_reset": "uid person_id",
        },
        account.factors,
        count=account.count_factors,
        measures={Measure.ERASE: account.erase_factors},
    ),
    _holder(
        "addresses",
        N_("E-mail addresses and mobile numbers"),
        Class.ACCOUNT,
        {"contact_point": "uid person_id kind sealed blind"},
        account.addresses,
        count=account.count_addresses,
        measures={Measure.ERASE: account.erase_addresses},
    ),
    _holder(
        "account",
        N_("Member name, password, settings"),
        Class.ACCOUNT,
        {
            "person": "uid name name_folded password_hash roles language timezone totp_sealed",
        },
        account.person,
        count=account.count_person,
        measures={Measure.ERASE: account.erase_person},
    ),
    NotPersonal(
        {
            "person": "kind",
            "code": "uid nonce purpose language",
            "passkey_challenge": "challenge ceremony",
            "door": "kind",
            "factor_reset": "asked_by decided_by",
            # Which trainings somebody of the staff passed: the desk's record of its own people.
            "training": "person_id recorded_by note",
        }
    ),
)
