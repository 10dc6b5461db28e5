"""A passkey in software: answers the options of our pages as a browser and its authenticator would."""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
from typing import Any

import cbor2
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

ORIGIN = "http://localhost"
PRESENT, VERIFIED, BACKED_UP, ATTESTED = 0x01, 0x04, 0x18, 0x40


def _text(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _bytes(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


class Authenticator:
    """One key pair. `count` goes up with each use; a test sets it, or says what else is wrong with an answer."""

    def __init__(self, *, backed_up: bool = False) -> None:
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.id = secrets.token_bytes(16)
        self.count = 0
        self.handle = b""
        self.backed_up = backed_up

    def create(self, options: str, *, origin: str = ORIGIN, rp_id: str = "") -> str:
        """Answer the options of a new passkey."""
        asked = json.loads(options)
        self.handle = _bytes(asked["user"]["id"])
        public = self.key.public_key().public_numbers()
        cose = cbor2.dumps(
            {1: 2, 3: -7, -1: 1, -2: public.x.to_bytes(32, "big"), -3: public.y.to_bytes(32, "big")}
        )
        attested = bytes(16) + len(self.id).to_bytes(2, "big") + self.id + cose
        data = self._data(rp_id or asked["rp"]["id"], ATTESTED | VERIFIED) + attested
        return self._answer(
            clientDataJSON=self._client("webauthn.create", asked, origin),
            attestationObject=cbor2.dumps({"fmt": "none", "attStmt": {}, "authData": data}),
            transports=["internal"],
        )

    def get(
        self, options: str, *, origin: str = ORIGIN, rp_id: str = "", verified: bool = True
    ) -> str:
        """Answer the options of signing in; counts the use."""
        asked = json.loads(options)
        self.count += 1
        data = self._data(rp_id or asked["rpId"], VERIFIED if verified else 0)
        client = self._client("webauthn.get", asked, origin)
        signed = data + hashlib.sha256(client).digest()
        return self._answer(
            clientDataJSON=client,
            authenticatorData=data,
            signature=self.key.sign(signed, ec.ECDSA(hashes.SHA256())),
            userHandle=self.handle,
        )

    def _data(self, rp_id: str, flags: int) -> bytes:
        flags |= PRESENT | (BACKED_UP if self.backed_up else 0)
        return (
            hashlib.sha256(rp_id.encode()).digest() + bytes([flags]) + self.count.to_bytes(4, "big")
        )

    @staticmethod
    def _client(kind: str, asked: dict[str, Any], origin: str) -> bytes:
        said = {
            "type": kind,
            "challenge": asked["challenge"],
            "origin": origin,
            "crossOrigin": False,
        }
        return json.dumps(said).encode()

    def _answer(self, **response: Any) -> str:
        packed = {
            name: _text(value) if isinstance(value, bytes) else value
            for name, value in response.items()
        }
        named = _text(self.id)
        return json.dumps({"id": named, "rawId": named, "type": "public-key", "response": packed})
