"""The domain of a rights holder: shown by a code to an address on it, kept as a fact with its day."""

from __future__ import annotations

from datetime import datetime

from support.accounts.addresses import normalise_address
from support.core.errors import Invalid
from support.core.words import N_

OPEN_TO_ALL = frozenset(
    """
    126.com 139.com 163.com 189.cn 21cn.com aliyun.com aol.com daum.net foxmail.com free.fr gmail.com gmx.com gmx.de
    gmx.net googlemail.com hanmail.net hotmail.com icloud.com libero.it live.com mac.com mail.com mail.ru me.com msn.com
    naver.com orange.fr outlook.com pm.me proton.me protonmail.com qq.com sina.cn sina.com sohu.com t-online.de tom.com
    tutanota.com web.de wo.cn yahoo.co.jp yahoo.com yandex.com yandex.ru yeah.net ymail.com zoho.com
    """.split()  # noqa: SIM905  (a list of fifty strings is no clearer)
)
"""Where anybody gets an address: one there says nothing about a holder."""


def checked_address(text: str) -> str:
    """Return the spelling of an e-mail address on a domain of somebody's own; raises `Invalid("address")`."""
    _kind, value = normalise_address("email", text)
    if domain_of(value) in OPEN_TO_ALL:
        raise Invalid(
            "address",
            N_(
                "Anybody can have an address at %(domain)s. Use one on the rights holder's own domain."
            ),
            domain=domain_of(value),
        )
    return value


def domain_of(address: str) -> str:
    """Return what stands behind the @."""
    return address.rpartition("@")[2]


def fact(address: str, now: datetime) -> dict[str, str]:
    """Return what is kept of a proof: the domain and the day, not the address."""
    return {"domain": domain_of(address), "domain_day": now.date().isoformat()}
