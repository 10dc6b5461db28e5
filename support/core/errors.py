"""The one small tree of domain errors; `core.web` maps each to a status and a page."""

from __future__ import annotations

from typing import Any, ClassVar

from support.core.words import N_


class DomainError(Exception):
    """A refusal that a person can understand: `words` is a message id with `%(name)s` fields in `facts`."""

    status: ClassVar[int] = 400
    default_words: ClassVar[str] = N_("That did not work.")

    def __init__(self, words: str | None = None, **facts: Any) -> None:
        self.words = words or self.default_words
        self.facts = facts
        super().__init__(self.words)


class NotFound(DomainError):
    """The thing is not there, or this person may not know that it is."""

    status = 404
    default_words = N_("We can't find that page.")


class NotAllowed(DomainError):
    """The person is known and the thing is visible, but this act is not theirs."""

    status = 403
    default_words = N_("You can't do this.")


class NeedsSignIn(DomainError):
    """Nobody is signed in, or the session ended."""

    status = 401
    default_words = N_("Please sign in first.")


class NeedsProof(NotAllowed):
    """The act asks for a higher assurance level than the session has (`assurance.require`)."""

    default_words = N_("Please prove first that it is you.")

    def __init__(self, act: str, needed: int, held: int) -> None:
        super().__init__(act=act, needed=needed, held=held)
        self.act, self.needed, self.held = act, needed, held


class IllegalMove(DomainError):
    """A lifecycle has no move between these two states."""

    status = 409
    default_words = N_("This can't be done in the present state.")

    def __init__(self, old: object, new: object) -> None:
        super().__init__(old=str(old), new=str(new))
        self.old, self.new = old, new


class Stale(DomainError):
    """Somebody else changed the thing since the form was opened."""

    status = 409
    default_words = N_("Somebody else changed this a moment ago.")


class AlreadyDone(DomainError):
    """The act was done before and can't be done twice."""

    status = 409
    default_words = N_("This was done already.")


class Invalid(DomainError):
    """A value can't be taken; `field` names the form field that shows the words."""

    status = 422
    default_words = N_("Please check what you entered.")

    def __init__(self, field: str, words: str, **facts: Any) -> None:
        super().__init__(words, **facts)
        self.field = field


class Expired(DomainError):
    """A link, code or draft had a time limit, and it has passed."""

    status = 410
    default_words = N_("This has expired.")


class TooLarge(DomainError):
    """A body or file is above its limit (`limit_bytes`)."""

    status = 413
    default_words = N_("That is too large.")

    def __init__(self, limit_bytes: int, words: str | None = None, **facts: Any) -> None:
        super().__init__(words, limit_bytes=limit_bytes, **facts)
        self.limit_bytes = limit_bytes


class WrongType(DomainError):
    """A file's content is of a type that is not accepted, or differs from its name."""

    status = 415
    default_words = N_("That type of file can't be accepted.")


class TooMany(DomainError):
    """A limit on tries or requests is reached; `retry_after` is in seconds."""

    status = 429
    default_words = N_("Too many tries. Please wait a little.")

    def __init__(self, retry_after: int, words: str | None = None, **facts: Any) -> None:
        super().__init__(words, retry_after=retry_after, **facts)
        self.retry_after = retry_after


class Unavailable(DomainError):
    """A part that we need (database, disk, provider) does not answer now."""

    status = 503
    default_words = N_(
        "We can't do this right now. Nothing was lost; please try again in a moment."
    )
