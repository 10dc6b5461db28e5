"""Alibaba Cloud's short message service (Dysmsapi 2017-05-25: `SendSms`, `QuerySendDetails`), without its SDK.

Requests are signed by ACS3-HMAC-SHA256, "Request syntax and signature method V3",
https://help.aliyun.com/en/sdk/product-overview/v3-request-structure-and-signature. The provider sends no text of ours:
it fills templates that were approved beforehand, whose ids stand in `sms-templates.toml` (`docs/sms.md`).
"""

from __future__ import annotations

import hashlib
import hmac
import http.client
import json
import re
import secrets
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import SplitResult, quote, unquote, urlsplit

from support.core import outward
from support.core.breaker import Breaker, DoorAway
from support.core.clock import utcnow
from support.core.config import ConfigError, is_guarded
from support.core.outbox import GiveUp, Retry
from support.core.words import N_
from support.notifications import approved

if TYPE_CHECKING:
    from support.notifications.sms import Sms

VERSION = "2017-05-25"
LONGEST_VALUE = 35
"""Characters: the provider refuses a longer variable (isv.PARAM_LENGTH_LIMIT)."""
DELIVERED, FAILED = "delivered", "failed"
_BEIJING = timezone(timedelta(hours=8))
_CODE = re.compile(r"[A-Za-z0-9_.:-]{1,60}")
_NOBODY, _UNKNOWN = "13000000000", "unknown"

_LATER = (
    "isv.BUSINESS_LIMIT",
    "isv.DAY_LIMIT",
    "isv.MONTH_LIMIT",
    "isv.SMS_OVER_LIMIT",
    "Throttling",
)
"""Beginnings of codes: this number, or we, had enough for a while."""
_AWAY = (
    "isp.",
    "isv.OUT_OF_SERVICE",
    "isv.AMOUNT_NOT_ENOUGH",
    "isv.ACCOUNT_",
    "isv.PRODUCT_UN",
    "InvalidAccessKeyId",
    "SignatureDoesNotMatch",
    "IncompleteSignature",
    "InvalidTimeStamp",
    "Forbidden",
    "NoPermission",
    "ServiceUnavailable",
    "InternalError",
)
"""Beginnings of codes: no text at all leaves until somebody pays, grants, or mends; what waits is tried again."""


class AliyunDoor:
    """Has each text sent by the provider, and asks what became of it."""

    def __init__(self, url: str, sign_name: str, sign_abroad: str, folder: Path) -> None:
        self._url, self._key_id, self._secret = checked_url(url)
        self._signs = {approved.MAINLAND: sign_name, approved.ABROAD: sign_abroad}
        self._folder = folder
        self._breaker = Breaker("SMS door")

    def send(self, sms: Sms) -> str:
        """Have the text sent and return the provider's number for it (BizId); raises `Retry` or `GiveUp`.

        What can't be right is not sent: a number abroad where there is no sign for it, a message without an approved
        template, a variable that is too long.
        """
        area = approved.area_of(sms.to)
        if not self._signs[area]:
            raise GiveUp(f"sms no sign for {area}")
        template = approved.template_id(self._folder, area, sms.language, sms.approved)
        if not template:
            raise GiveUp(f"sms no template {area} {sms.language} {sms.approved}")
        for name, value in sms.fields.items():
            if not value or len(value) > LONGEST_VALUE:
                raise GiveUp(f"sms variable {name} is {'too long' if value else 'empty'}")
        answer = self._call(
            "SendSms",
            {
                "PhoneNumbers": _number(sms.to),
                "SignName": self._signs[area],
                "TemplateCode": template,
                "TemplateParam": json.dumps(dict(sms.fields), ensure_ascii=False),
                "OutId": sms.id,
            },
        )
        reference = _constant(answer.get("BizId"))
        return "" if reference == _UNKNOWN else reference

    def receipt(self, number: str, reference: str, day: str) -> str:
        """Return "delivered" or "failed: REASON"; raises `Retry` while the carrier has said nothing."""
        details = self._details(_number(number), day, BizId=reference)
        for each in details:
            status = str(each.get("SendStatus"))
            if status == "3":
                return DELIVERED
            if status == "2":
                return f"{FAILED}: {_constant(each.get('ErrCode'))}"
        raise Retry("sms no receipt yet")

    def ping(self) -> None:
        """Ask after a text that was never sent, for `flask setup`: key, secret and permission are tried by it."""
        self._details(_NOBODY, day_of(utcnow()))

    def _details(self, number: str, day: str, **more: str) -> Iterable[Mapping[str, Any]]:
        page = {"PageSize": "10", "CurrentPage": "1"}
        asked = {"PhoneNumber": number, "SendDate": day, **page, **more}
        found = self._call("QuerySendDetails", asked).get("SmsSendDetailDTOs")
        listed = found.get("SmsSendDetailDTO") if isinstance(found, dict) else None
        return [each for each in listed if isinstance(each, dict)] if listed else []

    def _call(self, action: str, asked: Mapping[str, str]) -> Mapping[str, Any]:
        with self._breaker.guard():
            try:
                reply = self._post(action, asked)
            except (OSError, http.client.HTTPException) as trouble:
                raise DoorAway(f"sms {type(trouble).__name__}") from trouble
            try:
                answer = json.loads(reply.body)
            except ValueError:
                answer = None
            if not isinstance(answer, dict):
                raise DoorAway(f"sms {reply.status}")
            code = _constant(answer.get("Code"))
            if code != "OK":
                raise _refusal(reply.status, code)
            return answer

    def _post(self, action: str, asked: Mapping[str, str]) -> outward.Reply:
        query, at = _query(asked), f"{utcnow():%Y-%m-%dT%H:%M:%SZ}"
        url, nonce = self._url._replace(query=query), secrets.token_hex(16)
        headers = signed_headers(
            url, action, VERSION, at=at, nonce=nonce, key_id=self._key_id, secret=self._secret
        )
        return outward.post(url, b"", headers)


def signed_headers(
    url: SplitResult, action: str, version: str, *, at: str, nonce: str, key_id: str, secret: str
) -> dict[str, str]:
    """Return the headers of a POST without a body, signed by ACS3-HMAC-SHA256; `url.query` must be canonical."""
    digest = hashlib.sha256(b"").hexdigest()
    headers = {
        "host": url.netloc.rpartition("@")[2],
        "x-acs-action": action,
        "x-acs-content-sha256": digest,
        "x-acs-date": at,
        "x-acs-signature-nonce": nonce,
        "x-acs-version": version,
    }
    names = ";".join(headers)
    lines = "".join(f"{name}:{value}\n" for name, value in headers.items())
    canonical = f"POST\n/\n{url.query}\n{lines}\n{names}\n{digest}"
    to_sign = f"ACS3-HMAC-SHA256\n{hashlib.sha256(canonical.encode()).hexdigest()}"
    signature = hmac.new(secret.encode(), to_sign.encode(), hashlib.sha256).hexdigest()
    headers["Authorization"] = (
        f"ACS3-HMAC-SHA256 Credential={key_id},SignedHeaders={names},Signature={signature}"
    )
    return headers


def checked_url(url: str) -> tuple[SplitResult, str, str]:
    """Return where the provider answers, and the id and secret of the key; raise `ConfigError` for anything else."""
    parts = urlsplit(url)
    host = parts.netloc.rpartition("@")[2]
    address = urlsplit(f"https://{host}/")
    if is_guarded(f"http://{host}/"):
        address = address._replace(scheme="http")  # on this machine
    key_id, secret = unquote(parts.username or ""), unquote(parts.password or "")
    if not (parts.hostname and key_id and secret) or parts.path.strip("/") or parts.query:
        raise ConfigError(
            N_(
                "sms_url must be like aliyun://KEY_ID:SECRET@dysmsapi.aliyuncs.com, with nothing behind"
            )
        )
    return address, key_id, secret


def day_of(moment: datetime) -> str:
    """Return the day that a text is asked after by, in the provider's own time zone."""
    return f"{moment.astimezone(_BEIJING):%Y%m%d}"


def _number(number: str) -> str:
    """The provider wants mainland numbers bare, all others with their country and without a plus."""
    return number.removeprefix("+86").removeprefix("+")


def _query(asked: Mapping[str, str]) -> str:
    pairs = (
        f"{quote(name, safe='~')}={quote(value, safe='~')}" for name, value in sorted(asked.items())
    )
    return "&".join(pairs)


def _constant(said: Any) -> str:
    """A code of theirs, never a sentence: that could hold a number."""
    return said if isinstance(said, str) and _CODE.fullmatch(said.replace("^", ".")) else _UNKNOWN


def _refusal(status: int, code: str) -> Exception:
    words = f"sms {code}"
    if code.startswith(_AWAY) or (status >= 500 and not code.startswith("isv.")):
        return DoorAway(words)
    return Retry(words) if code.startswith(_LATER) or status == 429 else GiveUp(words)
