"""The services whose accounts sign in here (PP-2.1.5): what is different about each, as data.

Only those that the operator has registered with (`OAUTH_<NAME>_ID`) exist for anybody.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import partial
from typing import Any, Literal

from support.accounts.policy import Method
from support.core.config import Config
from support.core.context import settings
from support.core.errors import NotFound
from support.core.partners import OutsideDoor


class Speech(StrEnum):
    """How a code is turned into an account: what the token endpoint is sent, and what it answers."""

    FORM = "form"
    """RFC 6749 with the secret in the form; the account stands in the answer or on a profile page."""
    JSON = "json"
    """DingTalk: JSON in camel case, the token in a header of its own."""
    SIGNED = "signed"
    """Alipay: one gateway for all, each call signed with our private key."""
    OIDC = "oidc"
    """OpenID Connect: endpoints are discovered, the account stands in a signed ID token."""


@dataclass(frozen=True, slots=True)
class Naming:
    """How a service tells the name that it has verified: the scope, and the fields of its answer.

    `certified` is the field and value that say so; a `kind` of `company` makes it a company's name.
    """

    scope: str
    certified: tuple[str, str]
    kind: str
    company: str
    person_name: tuple[str, ...]
    company_name: tuple[str, ...]
    number: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Provider:
    """One service. Addresses may hold `{id}`; of the fields `subject` and `name` of its answer the first filled counts.

    `code_name` is what its callback calls the code; `sends` are further parameters of its sign-in page and `asks` of
    its token endpoint; a `quoted` name comes percent-encoded. One with `naming` carries real names: its sign-in never
    asks for them.
    """

    method: Method
    speech: Speech
    authorise: str = ""
    token: str = ""
    profile: str = ""
    scope: str = ""
    subject: tuple[str, ...] = ()
    name: tuple[str, ...] = ()
    code_name: str = "code"
    id_name: str = "client_id"
    sends: Mapping[str, str] = field(default_factory=dict)
    asks: Mapping[str, str] = field(default_factory=dict)
    pkce: bool = False
    quoted: bool = False
    naming: Naming | None = None


@dataclass(frozen=True, slots=True)
class Service:
    """A provider as this installation uses it: our registration there, and the addresses that count."""

    provider: Provider
    client_id: str
    secret: str = field(repr=False)
    authorise: str
    token: str
    profile: str
    issuer: str

    @property
    def method(self) -> Method:
        """The way of signing in that the log names."""
        return self.provider.method


@dataclass(frozen=True, slots=True)
class Identity:
    """Who somebody is at another service: `subject` never changes there, `name` is what they call themself."""

    method: Method
    subject: str
    name: str


@dataclass(frozen=True, slots=True)
class Named:
    """The name that a service has verified, of the account `identity` there; `last` is the end of its document."""

    identity: Identity
    name: str
    kind: Literal["individual", "company"]
    last: str


PROVIDERS: tuple[Provider, ...] = (
    Provider(
        Method.OIDC,
        Speech.OIDC,
        scope="openid profile",
        subject=("sub",),
        name=("preferred_username", "name", "nickname"),
        pkce=True,
    ),
    Provider(
        Method.TAOBAO,
        Speech.FORM,
        "https://oauth.taobao.com/authorize",
        "https://oauth.taobao.com/token",
        subject=("taobao_open_uid", "taobao_user_id"),
        name=("taobao_user_nick",),
        sends={"view": "web"},
        quoted=True,
        naming=Naming(
            "",
            ("is_certified", "T"),
            "user_type",
            "1",
            ("real_name",),
            ("company_name",),
            ("cert_no",),
        ),
    ),
    Provider(
        Method.ALI1688,
        Speech.FORM,
        "https://auth.1688.com/oauth/authorize",
        "https://gw.open.1688.com/openapi/http/1/system.oauth2/getToken/{id}",
        subject=("aliId",),
        name=("resource_owner",),
        sends={"site": "1688"},
        asks={"need_refresh_token": "false"},
    ),
    Provider(
        Method.DINGTALK,
        Speech.JSON,
        "https://login.dingtalk.com/oauth2/auth",
        "https://api.dingtalk.com/v1.0/oauth2/userAccessToken",
        "https://api.dingtalk.com/v1.0/contact/users/me",
        scope="openid",
        subject=("unionId",),
        name=("nick",),
        code_name="authCode",
        sends={"prompt": "consent"},
    ),
    Provider(
        Method.ALIPAY,
        Speech.SIGNED,
        "https://openauth.alipay.com/oauth2/publicAppAuthorize.htm",
        "https://openapi.alipay.com/gateway.do",
        scope="auth_base",
        subject=("open_id", "user_id"),
        code_name="auth_code",
        id_name="app_id",
        naming=Naming(
            "auth_user",
            ("is_certified", "T"),
            "user_type",
            "1",
            ("user_name",),
            ("firm_name", "user_name"),
            ("cert_no",),
        ),
    ),
    Provider(
        Method.WEIBO,
        Speech.FORM,
        "https://api.weibo.com/oauth2/authorize",
        "https://api.weibo.com/oauth2/access_token",
        "https://api.weibo.com/2/users/show.json",
        subject=("uid",),
        name=("screen_name",),
    ),
)
"""In the order of their buttons: the operator's own account service first."""


def _is_set(provider: Provider, config: Config) -> bool:
    return bool(_set(config, provider, "id"))


def services() -> list[Service]:
    """Return the services that the operator has set up; none of them, and no page mentions any."""
    config = settings()
    return [_service(one, config) for one in PROVIDERS if _set(config, one, "id")]


DOORS: tuple[OutsideDoor, ...] = tuple(
    OutsideDoor(
        one.method.value,
        one.method.title,
        role="controller",
        data=("sign_in",),
        aim="sign_in",
        basis="consent",
        is_set=partial(_is_set, one),
    )
    for one in PROVIDERS
)
"""Of what we send, all that these services learn of somebody is that they sign in here."""


def carries_names(service: Service) -> bool:
    """True where a verified name can be asked for: at Alipay, and where the operator has an address for it."""
    naming = service.provider.naming
    return naming is not None and (
        service.provider.speech == Speech.SIGNED or bool(service.profile)
    )


def service(code: str) -> Service:
    """Return the service whose method is named `code`; `NotFound` for one that is not set up."""
    found = next((one for one in services() if one.method == code), None)
    if found is None:
        raise NotFound()
    return found


def title(method: Method, language: str) -> str:
    """Return what a service is called: a message id, or the operator's own words for its account service."""
    config = settings()
    if method != Method.OIDC:
        return method.title
    own = {"zh": config.oidc_title_zh, "en": config.oidc_title}
    return own.get(language) or config.oidc_title or config.oidc_title_zh or method.title


def _service(provider: Provider, config: Config) -> Service:
    """Addresses that the operator gives replace the usual ones, by place."""
    given: tuple[str, ...] = _set(config, provider, "urls") if provider.authorise else ()
    usual = (provider.authorise, provider.token, provider.profile)
    authorise, token, profile = (*given, *usual[len(given) :])
    client_id: str = _set(config, provider, "id")
    return Service(
        provider,
        client_id,
        _set(config, provider, "secret"),
        authorise,
        token.replace("{id}", client_id),
        profile,
        config.oidc_issuer if provider.speech == Speech.OIDC else "",
    )


def _set(config: Config, provider: Provider, what: str) -> Any:
    """Return what the operator set, such as `oauth_taobao_id`."""
    return getattr(config, f"oauth_{provider.method}_{what}")
