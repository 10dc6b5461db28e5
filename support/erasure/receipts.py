"""The proof of a deletion: facts without anything of the person, signed with Ed25519 (RFC 8032) so that anybody can
check them without us.

What is signed is the canonical JSON of `facts`: keys sorted, no blanks, UTF-8. The public key is published; who keeps
it beside the proof needs nobody's word. The private one is derived from the key of the audit trail.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from support.core.backup import KEPT_KEYS
from support.core.context import keys, settings
from support.core.platform_calls import Name, call_of
from support.erasure import execution, queries, queries_told
from support.erasure.models import Erasure, ErasureStep
from support.erasure.rules import ground_of
from support.policies.data_classes import rule_named
from support.workorders import queries as orders

FORMAT = "gongdan-deletion-receipt/1"
CESSATION = "gongdan-cessation-proof/1"
"""The proof that all is deleted after the service has ended (`ceasing_proof`); signed with the same key."""
LONGEST = 200_000
"""More characters than any proof has."""


class NotOurs(ValueError):
    """A text that is no proof of this kind, or whose signature is not of this key."""


@dataclass(frozen=True, slots=True)
class Receipt:
    """A proof whose signature was checked: its facts, and the name of the key that signed it."""

    facts: Mapping[str, Any]
    key: str


def facts_of(row: Erasure, now: datetime) -> dict[str, Any]:
    """Return what the proof says: the order's number, each class, each place, when; codes, numbers and dates alone."""
    order, titles = orders.order_by_id(row.order_id), execution.titles()
    return {
        "format": FORMAT,
        "operator": settings().public_url,
        "reference": order.reference,
        "request": row.uid,
        "ground": row.ground,
        "clause": ground_of(row.ground).clause,
        "region": row.region,
        "asked_at": row.at.isoformat(),
        "identity_shown_at": _iso(row.complete_at),
        "decided_at": _iso(row.decided_at),
        "agreed_at": _iso(row.approved_at),
        "finished_at": now.isoformat(),
        "ledger": row.ledger,
        "classes": [
            {
                "class": line.data_class,
                "title": rule_named(line.data_class).title,
                "measure": line.measure,
                "found": line.found,
                "until": _iso(line.until),
                "basis": rule_named(line.data_class).basis if line.until or line.reason else "",
            }
            for line in queries.lines_of(row)
        ],
        "places": [_place(step, titles) for step in queries.steps_of(row)],
        "platform": _platform(row),
        **_platform_dates(row),
        "backups": {
            "replayed": True,
            "keys_kept": KEPT_KEYS,
        },
    }


def _platform(row: Erasure) -> str:
    """Return where the call to the operator's own platform stands when the proof is written; "" where none was due."""
    call = call_of(Name.ERASE_PERSON, f"erasure:{row.uid}")
    return call.state if call is not None else ""


def _platform_dates(row: Erasure) -> dict[str, str | None]:
    """Return when the platform was told and, where it has answered by then, when; the proof does not wait for it."""
    told = queries_told.platform_told(row)
    return {
        "platform_told_at": _iso(told.at) if told is not None else None,
        "platform_answered_at": _iso(told.answered_at) if told is not None else None,
    }


def _place(step: ErasureStep, titles: Mapping[str, str]) -> dict[str, Any]:
    return {
        "place": step.code,
        "title": titles.get(step.code, step.code),
        "measure": step.measure,
        "taken": step.taken,
        "done_at": _iso(step.done_at),
    }


def _iso(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment is not None else None


def sign(facts: Mapping[str, Any]) -> dict[str, Any]:
    """Return the proof: the facts, the name of the key, the signature."""
    signature = _private().sign(canonical(facts))
    return {"facts": dict(facts), "key": key_name(), "signature": _text(signature)}


def verify(text: str, public: str = "") -> Receipt:
    """Return the proof in a JSON text whose signature is of the `public` key (base64), ours by default.

    Raises `NotOurs` for anything else, one altered byte of the facts included.
    """
    try:
        said = json.loads(text[:LONGEST])
        facts, signature = said["facts"], _bytes(said["signature"])
        if facts["format"] not in (FORMAT, CESSATION):
            raise NotOurs("another format")
        public_key = Ed25519PublicKey.from_public_bytes(_bytes(public or public_text()))
        public_key.verify(signature, canonical(facts))
    except (ValueError, KeyError, TypeError, RecursionError, InvalidSignature) as error:
        raise NotOurs(str(error)) from error
    return Receipt(facts, str(said.get("key", "")))


def canonical(facts: Mapping[str, Any]) -> bytes:
    """Return the bytes that are signed."""
    return json.dumps(
        facts, sort_keys=True, ensure_ascii=False, separators=(",", ":"), allow_nan=False
    ).encode()


def public_text() -> str:
    """Return the public key as it is published: base64 of its 32 bytes."""
    return _text(_private().public_key().public_bytes_raw())


def key_name() -> str:
    """Return the short name of the public key."""
    return hashlib.sha256(public_text().encode()).hexdigest()[:16]


def _private() -> Ed25519PrivateKey:
    seed = hmac.new(keys().audit, b"deletion receipts", hashlib.sha256).digest()
    return Ed25519PrivateKey.from_private_bytes(seed)


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode()


def _bytes(text: str) -> bytes:
    return base64.b64decode(text, validate=True)
