"""The secrets of codes: digits and link tokens are derived when needed, and stored nowhere (design section 5)."""

from __future__ import annotations

import hashlib
import hmac

from support.accounts.models import Code
from support.accounts.policy import CODE_DIGITS, CodePurpose
from support.core.context import keys


def _derived(code: Code, what: str) -> bytes:
    text = f"{what}\0{code.uid}\0{code.purpose}\0".encode() + code.nonce
    return hmac.new(keys().codes, text, hashlib.sha256).digest()


def digits(code: Code) -> str:
    """Return the six digits of a code."""
    number = int.from_bytes(_derived(code, "digits"), "big") % 10**CODE_DIGITS
    return f"{number:0{CODE_DIGITS}d}"


def token(code: Code) -> str:
    """Return the secret of a link that stands for a code: 256 bits in hex."""
    return _derived(code, "token").hex()


def path(code: Code) -> str:
    """Return the address of ours that goes with the message of a code, or ""."""
    if code.purpose == CodePurpose.INVITE:
        return invitation_path(code)
    if code.purpose == CodePurpose.NOTICE_LINK:
        return f"/notices/resume/{code.about}"
    if code.purpose == CodePurpose.CONTACT and code.about:
        return f"/contact-persons/{code.about}/{opt_out_token(code.about)}"
    return ""


def invitation_path(code: Code) -> str:
    """Return the path of an invitation's link; the command line prints it for the first admin."""
    return f"/join/{code.uid}/{token(code)}"


def opt_out_token(contact_person_uid: str) -> str:
    """Return the token by which a contact person opts out, for as long as they are one (M5)."""
    return hmac.new(
        keys().codes, f"opt_out\0{contact_person_uid}".encode(), hashlib.sha256
    ).hexdigest()
