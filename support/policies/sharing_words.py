"""The words of sharing: what is given, to whom, what for and on which basis, as codes with titles.

Sources: the privacy policy (`PP`), PIPL and the E-Commerce Law (`ECL`); `law.md` 1.2, 3.1.
"""

from __future__ import annotations

from enum import StrEnum

from support.core.words import N_


class Titled(StrEnum):
    """A code with its title (a message id) and, where it has one, its source in a law or in the policy."""

    _title: str
    _source: str

    def __new__(cls, code: str, title: str = "", source: str = "") -> Titled:
        """Make a member whose value is `code`."""
        member = str.__new__(cls, code)
        member._value_ = code
        member._title, member._source = title, source
        return member

    @property
    def title(self) -> str:  # type: ignore[override]  # a code's title, not str.title()
        """A message id."""
        return self._title

    @property
    def source(self) -> str:
        """Where it is written; "" where nowhere."""
        return self._source


class Kind(Titled):
    """What was done with the data, as the law tells it apart."""

    ENTRUSTED = "entrusted", N_("Given to a processor"), "PIPL 21"
    SHARED = "shared", N_("Given to somebody else"), "PP-3.1, PIPL 23"
    TRANSFERRED = "transferred", N_("Handed over with the business"), "PP-3.2, PIPL 22"
    PUBLISHED = "published", N_("Made public"), "PP-3.3, PIPL 25"
    EXPORTED = "exported", N_("Sent out of the Chinese mainland"), "PP-7.6, PIPL 38"


class PartnerRole(Titled):
    """What a partner may do with what it gets."""

    PROCESSOR = "processor", N_("Works for us only, as we tell it"), "PIPL 21"
    CONTROLLER = "controller", N_("Decides itself what it does with the data"), "PIPL 23"
    PLATFORM = "platform", N_("The operator's own platform")


class Recipient(Titled):
    """Who got the data where it is no partner: a role, never a name."""

    RESPONDENT = "respondent", N_("Who answers for the content")
    HOLDER = "holder", N_("Who gave notice of the infringement")
    PUBLIC = "public", N_("Everybody")
    GRANTEE = "grantee", N_("Whom you gave access yourself")


class Data(Titled):
    """What was given."""

    NAME = "name", N_("Name")
    CONTACT = "contact", N_("E-mail, mobile or postal address")
    ACCOUNT = "account", N_("Account number there")
    SIGN_IN = "sign_in", N_("That you sign in here")
    REAL_NAME = "real_name", N_("Verified name")
    BANK = "bank", N_("Bank account of the company")
    WORDS = "words", N_("What was written")
    DECISION = "decision", N_("A measure and why it was taken")
    LISTING = "listing", N_("Links to content")
    ORGANISATION = "organisation", N_("Verified name of the organisation")
    ORDERS = "orders", N_("Work orders: reference and status")


class Aim(Titled):
    """What the data was given for."""

    SIGN_IN = "sign_in", N_("Signing in with an account there")
    MESSAGES = "messages", N_("Delivering our messages")
    REAL_NAME = "real_name", N_("Keeping the verified name the same there")
    PAYMENT = "payment", N_("A payment that shows whose bank account it is")
    NOTICE = "notice", N_("Answering a rights notice")
    COUNTER = "counter", N_("Deciding about a counter-notice")
    REPORT = "report", N_("Answering a report of content")
    SECURITY = "security", N_("Protecting the account")
    CONDUCT = "conduct", N_("Carrying out a suspension there")
    ERASURE = "erasure", N_("Deleting the data there too")
    COPY = "copy", N_("A copy of the data that is kept there")
    TRANSACTION = "transaction", N_("Checking a transaction")
    CONTENT = "content", N_("Finding, removing and restoring content")
    PENALTY = "penalty", N_("Telling the public of a penalty")
    OWN = "own", N_("What the member wants it for")
    OTHER = "other", N_("Something else, as the assessment says")


class Basis(Titled):
    """Why it may be given; the last six are exceptions that somebody of legal has to agree to (`law.md` 0.8)."""

    CONSENT = "consent", N_("Consent of the person"), "PP-3.1.1, PIPL 13(1), 23"
    CONTRACT = "contract", N_("Needed for a contract with the person"), "PIPL 13(2)"
    DUTY = "duty", N_("A duty by law"), "PP-3.1.2, PIPL 13(3)"
    NOTICE = "notice", N_("A rights notice has to be sent on"), "ECL 42, 43"
    DISPUTE = "dispute", N_("Settling a dispute between the parties"), "PP-3.1.3"
    PARTNER = "partner", N_("A service provided by a partner"), "PP-3.1.4, PIPL 21"
    SUCCESSION = "succession", N_("The business goes to a successor"), "PP-3.2.2, PIPL 22"
    CHOICE = "choice", N_("The person's own choice"), "PP-3.3.1"
    PENALTY = "penalty", N_("Publication of penalties under the rules"), "PP-3.3.2, ECL 36"
    NATIONAL = "national", N_("National security and defence"), "PP-3.4.1"
    HEALTH = "health", N_("Public security, public health, a major public interest"), "PP-3.4.2"
    CRIME = "crime", N_("A criminal investigation, trial or sentence"), "PP-3.4.3"
    LIFE = "life", N_("Life or property, where consent is hard to get"), "PP-3.4.4"
    OPEN = "open", N_("The person published it themself"), "PP-3.4.5, PIPL 27"
    LAWFUL = "lawful", N_("It comes from lawful public sources"), "PP-3.4.6, PIPL 27"


EXCEPTIONS = frozenset(
    {Basis.NATIONAL, Basis.HEALTH, Basis.CRIME, Basis.LIFE, Basis.OPEN, Basis.LAWFUL}
)


class Approval(Titled):
    """Who decided that it was given."""

    OWN = "own", N_("Your own act")
    STAFF = "staff", N_("Somebody of the desk")
    RULE = "rule", N_("By rule, as the case asked for it")


class Look(Titled):
    """Why a privacy officer looks at somebody's ledger."""

    ASKED = "asked", N_("The person asked about it")
    REVIEW = "review", N_("A review of our records")
    AUTHORITY = "authority", N_("An authority asks for it")
    INCIDENT = "incident", N_("An incident is looked into")


HOME = "CN"
"""The region where data is kept (PP-7.6); every other one, Hong Kong, Macao and Taiwan too, is an export."""
