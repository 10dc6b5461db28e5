"""The calls to other services: what each is asked, what counts as an answer, what is refused (M6)."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from flask import Flask

from support.accounts import provider_door, providers
from support.accounts.provider_door import identify, sign_in_address
from support.accounts.providers import Identity
from support.core.config import Config, ConfigError, is_guarded
from support.core.errors import NotAllowed, NotFound, Unavailable
from tests.accounts.other_accounts import Services
from tests.fixtures.servers import free_port

pytestmark = pytest.mark.usefixtures("context")
BACK = "http://localhost/back"
NAMES = ("oidc", "taobao", "1688", "dingtalk", "alipay", "weibo")


@pytest.fixture
def config(config: Config, other_services: Services) -> Config:
    """Every service is set up."""
    return other_services.set_up(config)


def code_for(name: str, *, state: str = "s" * 43, mode: str = "", who: str = "2088") -> str:
    """Be `who` at a service and return the code that it hands out."""
    address = sign_in_address(providers.service(name), state=state, back=BACK)
    there = {"as": who, "called": " Al\u200bice\n", "mode": mode}
    sent = requests.get(address, params=there, allow_redirects=False, timeout=10)
    given = parse_qs(urlsplit(sent.headers["Location"]).query)
    return given[providers.service(name).provider.code_name][0]


def asked(name: str, **how: str) -> Identity:
    """Return whom a service vouches for."""
    code = code_for(name, **how)
    return identify(providers.service(name), code=code, state="s" * 43, back=BACK)


@pytest.mark.parametrize("name", NAMES)
def test_each_service_tells_who_it_is_once_for_each_code(name: str) -> None:
    service, code = providers.service(name), code_for(name)
    found = identify(service, code=code, state="s" * 43, back=BACK)
    issuer = f"{service.issuer} " if name == "oidc" else ""
    assert (found.method, found.subject) == (name, f"{issuer}2088")
    assert found.name == ("" if name == "alipay" else "Alice")
    with pytest.raises(NotAllowed):
        identify(service, code=code, state="s" * 43, back=BACK)


@pytest.mark.parametrize("name", NAMES)
def test_an_answer_that_names_nobody_is_refused(name: str) -> None:
    with pytest.raises(NotAllowed, match="did not confirm"):
        asked(name, mode="nobody")


@pytest.mark.parametrize("name", NAMES)
def test_what_is_no_answer_is_told_from_silence(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(NotAllowed):
        asked(name, mode="garbage")
    for mode in ("broken", "endless", "elsewhere"):
        with pytest.raises(Unavailable):
            asked(name, mode=mode)
    monkeypatch.setattr(provider_door, "PATIENCE", (1.0, 0.3))
    with pytest.raises(Unavailable):
        asked(name, mode="hang")


@pytest.mark.parametrize(
    "mode", ["other_key", "other_issuer", "other_audience", "other_nonce", "old_token"]
)
def test_an_id_token_that_is_not_for_this_sign_in_is_refused(mode: str) -> None:
    with pytest.raises(NotAllowed):
        asked("oidc", mode=mode)


def test_a_code_is_worth_nothing_without_the_run_that_asked_for_it() -> None:
    """PKCE: a stolen code comes with another state, and so with another verifier."""
    code = code_for("oidc")
    with pytest.raises(NotAllowed):
        identify(providers.service("oidc"), code=code, state="t" * 43, back=BACK)


def test_an_account_service_that_is_away_is_said_before_anybody_is_sent_there(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    away = f"http://127.0.0.1:{free_port()}"
    ground = app.extensions["ground"]
    monkeypatch.setitem(
        app.extensions,
        "ground",
        type(ground)(ground.config.with_changes(oidc_issuer=away), ground.keys),
    )
    with pytest.raises(Unavailable):
        sign_in_address(providers.service("oidc"), state="s", back=BACK)


@pytest.mark.parametrize("name", NAMES)
def test_the_sign_in_page_is_asked_for_the_least(name: str) -> None:
    address = sign_in_address(providers.service(name), state="abc", back=BACK)
    given = {key: value[0] for key, value in parse_qs(urlsplit(address).query).items()}
    assert (given["state"], given["redirect_uri"], given["response_type"]) == ("abc", BACK, "code")
    assert ("code_challenge" in given) == ("nonce" in given) == (name == "oidc")
    scopes = {"oidc": "openid profile", "dingtalk": "openid", "alipay": "auth_base"}
    assert given.get("scope", "") == scopes.get(name, "")
    assert provider_door._derived("pkce", "abc") not in address


def test_usual_addresses_hold_our_id_where_the_service_wants_it(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    ground = app.extensions["ground"]
    plain = Config(ground.config.instance_dir, oauth_1688_id="777", oauth_1688_secret="x")
    monkeypatch.setitem(app.extensions, "ground", type(ground)(plain, ground.keys))
    [only] = providers.services()
    assert only.token.endswith("/system.oauth2/getToken/777")
    assert only.authorise == "https://auth.1688.com/oauth/authorize"
    assert "x" not in repr(only).split("authorise")[0].split("secret")[-1]
    with pytest.raises(NotFound):
        providers.service("weibo")


def test_every_usual_address_is_guarded() -> None:
    for each in providers.PROVIDERS:
        for address in filter(None, (each.authorise, each.token, each.profile)):
            assert is_guarded(address)
            assert address.startswith("https://")


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"oauth_weibo_id": "1"}, "oauth_weibo_secret is missing"),
        ({"oauth_oidc_id": "1"}, "oidc_issuer is missing"),
        ({"oidc_issuer": "http://account.example.com"}, "must be https"),
        (
            {"oauth_weibo_urls": ("https://ok.example.com", "http://10.0.0.9/token")},
            "must be https",
        ),
        ({"oauth_weibo_urls": ("ftp://localhost/x",)}, "must be https"),
        ({"oauth_weibo_urls": ("https://a.example.com",) * 4}, "at most three"),
    ],
)
def test_settings_that_are_unsafe_or_half_are_refused_at_start(
    app: Flask, settings: dict[str, object], words: str
) -> None:
    folder = app.extensions["ground"].config.instance_dir
    with pytest.raises(ConfigError, match=words):
        Config(folder).with_changes(**settings)


def test_secrets_stand_in_no_picture_of_the_settings(app: Flask) -> None:
    config = app.extensions["ground"].config
    for name in ("taobao", "1688", "dingtalk", "alipay", "weibo", "oidc"):
        secret = getattr(config, f"oauth_{name}_secret")
        assert secret
        assert secret not in repr(config)
