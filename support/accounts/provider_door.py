"""The door to the services whose accounts sign in here: where a browser is sent, and who came back with a code.

Authlib and requests cost a process 13 MB: they are imported where somebody signs in this way, and not before.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import logging
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta, timezone
from functools import lru_cache
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_der_private_key

from support.accounts.providers import Identity, Named, Service, Speech
from support.core.clock import utcnow
from support.core.config import is_guarded
from support.core.context import keys
from support.core.errors import NotAllowed, Unavailable
from support.core.words import N_

if TYPE_CHECKING:
    from authlib.integrations.requests_client import OAuth2Session
    from requests import RequestException, Response

log = logging.getLogger(__name__)

PATIENCE = (3.0, 4.0)
"""Seconds to connect and to wait for the next byte: somebody is waiting for the page."""
LARGEST = 65_536
LONGEST_SUBJECT = 300
LONGEST_NAME = 60
LONGEST_REAL_NAME = 200
LAST_SIGNS = 4
_SIGNATURES = ("RS256", "RS384", "RS512", "PS256", "ES256", "ES384", "ES512", "EdDSA")
_BEIJING = timezone(timedelta(hours=8))

_AWAY = N_("The other service does not answer right now. Nothing has changed; please try again.")
_NO_NAME = N_("That service has verified no name for this account. Nothing has changed.")
_REFUSED = N_(
    "The other service did not confirm who you are there. Nothing has changed; please start again."
)


def sign_in_address(service: Service, *, state: str, back: str, naming: bool = False) -> str:
    """Return the address of the service's own sign-in page, which sends the browser to `back` with a code.

    With `naming` the page asks whether we may read the verified name. Raises `Unavailable` where the service must
    be asked for the address and does not answer.
    """
    with _guarded(service), _wire(service, back) as wire:
        if naming and service.provider.naming is not None:
            wire.scope = service.provider.naming.scope or None
        page, extra = service.authorise, dict(service.provider.sends)
        if service.provider.speech == Speech.OIDC:
            page = str(_discovered(service)["authorization_endpoint"])
            extra["nonce"] = _derived("nonce", state)
        if service.provider.id_name != "client_id":
            extra[service.provider.id_name] = service.client_id
        verifier = _derived("pkce", state) if service.provider.pkce else None
        address, _state = wire.create_authorization_url(
            page, state=state, code_verifier=verifier, **extra
        )
    return str(address)


def identify(service: Service, *, code: str, state: str, back: str) -> Identity:
    """Exchange `code` for the account that it stands for; call it with no transaction open.

    Raises `Unavailable` when the service is silent or broken, `NotAllowed` when it does not vouch for anybody.
    """
    with _guarded(service), _wire(service, back) as wire:
        facts = _SPEAK[service.provider.speech](wire, service, code, state)
        return _identity(service, facts)


def read_name(service: Service, *, code: str, state: str, back: str) -> Named:
    """Exchange `code` for the account that it stands for and its verified name, as `identify` does.

    Raises `NotAllowed` also where the service has verified no name, or tells one of another account.
    """
    with _guarded(service), _wire(service, back) as wire:
        facts = _SPEAK[service.provider.speech](wire, service, code, state)
        identity, token = _identity(service, facts), str(facts.get("access_token", ""))
        if service.provider.speech == Speech.SIGNED:
            told = _gateway(wire, service, "alipay.user.info.share", auth_token=token)
        else:
            asked = {"access_token": token}
            told = _facts(wire.get(service.profile, params=asked, withhold_token=True))
        return _named(service, identity, told)


@contextmanager
def _guarded(service: Service) -> Iterator[None]:
    """Turn what can go wrong on the wire into two refusals that a person understands; what it said is not logged."""
    from authlib.integrations.base_client import OAuthError
    from joserfc.errors import JoseError
    from requests import RequestException

    try:
        yield
    except (RequestException, OAuthError, JoseError, ValueError) as error:
        away = isinstance(error, RequestException) and not _is_refusal(error)
        event = "other_account_away" if away else "other_account_refused"
        facts = {"provider": service.method.value, "error": type(error).__name__}
        log.warning(event, extra=facts)
        raise (Unavailable(_AWAY) if away else NotAllowed(_REFUSED)) from error


def _is_refusal(error: RequestException) -> bool:
    """True when the service did answer, and said no (or nothing that can be read)."""
    from requests.exceptions import HTTPError, InvalidJSONError

    answer = error.response
    if isinstance(error, HTTPError) and answer is not None:
        return answer.status_code < 500 and answer.status_code != 429
    return isinstance(error, InvalidJSONError)


def _wire(service: Service, back: str) -> OAuth2Session:
    """A session that waits only briefly, follows no redirect with our secret, and reads no endless answer."""
    from authlib.integrations.requests_client import OAuth2Session

    wire = OAuth2Session(
        service.client_id,
        service.secret or None,
        token_endpoint_auth_method="client_secret_post" if service.secret else "none",
        scope=service.provider.scope or None,
        redirect_uri=back,
        code_challenge_method="S256" if service.provider.pkce else None,
        default_timeout=PATIENCE,
    )
    wire.max_redirects = 0
    wire.hooks["response"].append(_read_some)
    return wire


def _read_some(answer: Response, **_how: Any) -> None:
    from requests.exceptions import ContentDecodingError

    body = b""
    for part in answer.iter_content(LARGEST):
        body += part
        if len(body) > LARGEST:
            answer.close()
            raise ContentDecodingError("too long")
    answer._content = body  # where requests keeps what was read


def _speak_form(wire: Any, service: Service, code: str, _state: str) -> Mapping[str, Any]:
    facts = dict(_fetch(wire, service.token, code, **service.provider.asks))
    if service.profile and service.provider.naming is None:
        asked = {"access_token": facts.get("access_token"), "uid": facts.get("uid")}
        facts |= _facts(wire.get(service.profile, params=asked, withhold_token=True))
    return facts


def _speak_json(wire: Any, service: Service, code: str, _state: str) -> Mapping[str, Any]:
    asked = {
        "clientId": service.client_id,
        "clientSecret": service.secret,
        "code": code,
        "grantType": "authorization_code",
    }
    token = _facts(wire.post(service.token, json=asked, withhold_token=True)).get("accessToken")
    headers = {"x-acs-dingtalk-access-token": str(token)}
    return _facts(wire.get(service.profile, headers=headers, withhold_token=True))


def _speak_signed(wire: Any, service: Service, code: str, _state: str) -> Mapping[str, Any]:
    how = {"grant_type": "authorization_code", "code": code}
    return _gateway(wire, service, "alipay.system.oauth.token", **how)


def _gateway(wire: Any, service: Service, method: str, **more: str) -> Mapping[str, Any]:
    """Call one method of Alipay's gateway, signed with our key, and return what it answers."""
    asked = {
        "app_id": service.client_id,
        "method": method,
        "format": "JSON",
        "charset": "utf-8",
        "sign_type": "RSA2",
        "timestamp": f"{utcnow().astimezone(_BEIJING):%Y-%m-%d %H:%M:%S}",
        "version": "1.0",
        **more,
    }
    asked["sign"] = _signed(asked, service.secret)
    answer = _facts(wire.post(service.token, data=asked, withhold_token=True))
    facts = answer.get(f"{method.replace('.', '_')}_response")
    return facts if isinstance(facts, dict) else {}


def _speak_oidc(wire: Any, service: Service, code: str, state: str) -> Mapping[str, Any]:
    """The ID token must be signed by the issuer, for us, for this very sign-in (OpenID Connect Core 3.1.3.7)."""
    from joserfc import jwt
    from joserfc.jwk import KeySet

    about = _discovered(service)
    basic = "client_secret_basic"
    if service.secret and basic in about.get("token_endpoint_auth_methods_supported", [basic]):
        wire.token_endpoint_auth_method = basic
    endpoint, verifier = str(about["token_endpoint"]), _derived("pkce", state)
    token = _fetch(wire, endpoint, code, code_verifier=verifier).get("id_token")
    published: Any = _facts(wire.get(str(about["jwks_uri"]), withhold_token=True))
    signers = KeySet.import_key_set(published)
    claims = jwt.decode(str(token), signers, algorithms=_SIGNATURES).claims
    jwt.JWTClaimsRegistry(
        leeway=60,
        iss={"essential": True, "value": about["issuer"]},
        aud={"essential": True, "value": service.client_id},
        exp={"essential": True},
        nonce={"essential": True, "value": _derived("nonce", state)},
    ).validate(claims)
    if claims.get("azp", service.client_id) != service.client_id:
        raise ValueError("the ID token is for somebody else")
    return claims


_SPEAK: Mapping[Speech, Callable[[Any, Service, str, str], Mapping[str, Any]]] = {
    Speech.FORM: _speak_form,
    Speech.JSON: _speak_json,
    Speech.SIGNED: _speak_signed,
    Speech.OIDC: _speak_oidc,
}


def _fetch(wire: Any, endpoint: str, code: str, **more: str) -> Mapping[str, Any]:
    token: Mapping[str, Any] = wire.fetch_token(
        endpoint, code=code, grant_type="authorization_code", **more
    )
    return token


def _facts(answer: Response) -> dict[str, Any]:
    answer.raise_for_status()
    facts = answer.json()
    if not isinstance(facts, dict):
        raise ValueError("the answer is no JSON object")
    return facts


def _identity(service: Service, facts: Mapping[str, Any]) -> Identity:
    subject = _first(facts, service.provider.subject)
    if not subject or len(subject) > LONGEST_SUBJECT:
        raise ValueError("the answer names no account")
    name = _first(facts, service.provider.name)
    name = unquote(name) if service.provider.quoted else name
    shown = "".join(sign for sign in name if sign.isprintable())[:LONGEST_NAME].strip()
    # OpenID Connect: a subject is unique within its issuer only.
    whole = f"{service.issuer} {subject}" if service.issuer else subject
    return Identity(service.method, whole, shown)


def _named(service: Service, identity: Identity, told: Mapping[str, Any]) -> Named:
    naming = service.provider.naming
    assert naming is not None
    field, value = naming.certified
    if _first(told, (field,)) != value:
        raise NotAllowed(_NO_NAME)
    subject = _first(told, service.provider.subject)
    if subject and subject != identity.subject:
        raise ValueError("the name is of another account")
    company = _first(told, (naming.kind,)) == naming.company
    name = _first(told, naming.company_name if company else naming.person_name)
    name = " ".join("".join(sign for sign in name if sign.isprintable()).split())
    if not name or len(name) > LONGEST_REAL_NAME:
        raise NotAllowed(_NO_NAME)
    signs = "".join(sign for sign in _first(told, naming.number) if sign.isalnum())
    last = signs[-LAST_SIGNS:] if len(signs) >= LAST_SIGNS else ""
    return Named(identity, name, "company" if company else "individual", last)


def _first(facts: Mapping[str, Any], names: tuple[str, ...]) -> str:
    """Return the first filled field as text; a list or a truth value is no account and no name."""
    for name in names:
        value = facts.get(name)
        if isinstance(value, str | int) and not isinstance(value, bool) and str(value).strip():
            return str(value).strip()
    return ""


def _derived(what: str, state: str) -> str:
    """PKCE's verifier and the nonce are derived from the run's random state, and stored nowhere."""
    made = hmac.new(keys().codes, f"other_account\0{what}\0{state}".encode(), hashlib.sha256)
    return base64.urlsafe_b64encode(made.digest()).rstrip(b"=").decode()


def _signed(asked: Mapping[str, str], secret: str) -> str:
    key = load_der_private_key(base64.b64decode(secret), None)
    if not isinstance(key, rsa.RSAPrivateKey):
        raise ValueError("the key is no RSA key")
    text = "&".join(f"{name}={value}" for name, value in sorted(asked.items()))
    return base64.b64encode(key.sign(text.encode(), padding.PKCS1v15(), SHA256())).decode()


def _discovered(service: Service) -> Mapping[str, Any]:
    return _document(service.issuer.rstrip("/"), int(time.time() // 3600))


@lru_cache(maxsize=4)
def _document(issuer: str, _hour: int) -> Mapping[str, Any]:
    """What the issuer says about itself, asked once an hour; every address in it must be as safe as its own."""
    from requests import Session

    with Session() as wire:
        wire.max_redirects = 0
        wire.hooks["response"].append(_read_some)
        about = _facts(wire.get(f"{issuer}/.well-known/openid-configuration", timeout=PATIENCE))
    needed = ("authorization_endpoint", "token_endpoint", "jwks_uri")
    if str(about.get("issuer", "")).rstrip("/") != issuer or not all(
        is_guarded(str(about.get(name, ""))) for name in needed
    ):
        raise ValueError("the issuer's document is not its own")
    return about
