"""The public ledger: appended and never changed; what is taken out leaves page, JSON and Atom behind a tombstone."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask

from support.core.actors import SYSTEM
from support.core.clock import utcnow
from support.core.context import register
from support.core.db import db
from support.core.errors import AlreadyDone, Invalid, NotAllowed
from support.core.words import N_
from support.policies import queries_publications as queries
from support.policies.models_publications import Publication, Withdrawal
from support.policies.publications import PublicKind
from support.policies.service_publications import end_publications, publish, withdraw
from tests.policies.conftest import AGENT, ALICE
from tests.workorders.desk_world import counted

ATOM = "{http://www.w3.org/2005/Atom}"
NOW = utcnow()
SAID = "Canary words of an entry"


def draw(facts: Mapping[str, Any]) -> list[tuple[str, str]]:
    """A toy's facts."""
    return [("Number", str(facts["number"]))]


TOY = PublicKind("toy", N_("Announcement"), "rss", N_("Published"), draw, {"made": N_("Published")})


@pytest.fixture
def ledger(app: Flask) -> Iterator[Flask]:
    """The application with a toy kind of entry, in a context."""
    register(app, TOY)
    with app.app_context():
        yield app


def entry(number: int = 1, **more: Any) -> Publication:
    """Publish one."""
    said: dict[str, Any] = {
        "kind": "toy", "series": "case", "facts": {"number": number}, "event_at": NOW, "text": SAID,
        "language": "en", "personal": False, "counts": {"made": 1}, "now": NOW,
    }  # fmt: skip
    return publish(SYSTEM, **said | more)


def everywhere(app: Flask, *entries: Publication) -> dict[str, str]:
    """What the public gets to read: the list, each entry, JSON and Atom in both languages."""
    paths = ["/transparency", *(f"/transparency/{each.uid}" for each in entries)]
    paths += [
        f"/transparency.{kind}?language={code}"
        for kind in ("json", "atom")
        for code in ("en", "zh")
    ]
    db.session.rollback()
    client = app.test_client()
    return {path: client.get(path).get_data(as_text=True) for path in paths}


def test_what_is_taken_out_leaves_page_json_and_atom_behind_a_tombstone(ledger: Flask) -> None:
    old = entry()
    before = everywhere(ledger, old)
    assert all(SAID in body for path, body in before.items() if path != "/transparency")
    entry(4, text="<b>&", series="other")
    ET.fromstring(everywhere(ledger)["/transparency.atom?language=zh"])
    new = entry(2, text="Other words", replaces=old, now=NOW + timedelta(hours=1))
    after = everywhere(ledger, old)
    assert not any(SAID in body for body in after.values())
    client = ledger.test_client()
    gone = client.get(f"/transparency/{old.uid}")
    assert gone.status_code == 410
    assert f"/transparency/{new.uid}" in gone.get_data(as_text=True)
    data = {each["number"]: each for each in client.get("/transparency.json").get_json()["entries"]}
    tomb = data[old.number]
    assert (tomb["text"], tomb["facts"]) == (None, [])
    assert tomb["withdrawn"]["correction"] == data[new.number]["url"]
    feed = ET.fromstring(after["/transparency.atom?language=en"])
    atom = {each.findtext(f"{ATOM}id"): each for each in feed.iter(f"{ATOM}entry")}
    assert atom[tomb["id"]].findtext(f"{ATOM}updated") == tomb["updated"] > tomb["published"]
    assert db.session.get_one(Publication, old.id).text is None


def test_readers_that_have_it_get_304_at_one_query_until_something_changes(ledger: Flask) -> None:
    old = entry()
    client = ledger.test_client()
    for path in ("/transparency.json?language=en", "/transparency.atom?language=zh"):
        first = client.get(path)
        asked = {"If-None-Match": first.headers["ETag"]}
        with counted() as seen:
            again = client.get(path, headers=asked)
        assert (again.status_code, again.data, len(seen)) == (304, b"", 1)
        assert again.headers["Cache-Control"] == "public, no-cache"
        db.session.rollback()
        # the clock of another machine is behind: the change is told all the same
        entry(9, now=NOW - timedelta(hours=1))
        second = client.get(path, headers=asked)
        assert second.status_code == 200
        asked = {"If-None-Match": second.headers["ETag"]}
        withdraw(SYSTEM, entry(3), why=Withdrawal.ORDERED, now=NOW - timedelta(hours=2))
        assert client.get(path, headers=asked).status_code == 200
    assert old.withdrawn_at is None


def test_pages_and_feeds_leaf_through_entries_of_one_moment_and_cost_the_same(
    ledger: Flask,
) -> None:
    client = ledger.test_client()
    client.get("/transparency")  # what a process reads once
    made = [entry(number).number for number in range(3)]
    costs: list[list[int]] = []
    for _round in range(2):
        costs.append([])
        for path in ("", f"/{queries.entries()[0].uid}", ".json"):
            db.session.rollback()
            ledger.extensions.pop("transparency_feeds", None)
            with counted() as seen:
                client.get(f"/transparency{path}")
            costs[-1].append(len(seen))
        made += [entry(number, series=f"s{number}").number for number in range(45)]
    assert costs[0] == costs[1] == [3, 3, 3]
    found, path = [], "/transparency.json?language=en"
    while path:
        said = client.get(path).get_json()
        found += [each["number"] for each in said["entries"]]
        path = (said["next"] or "").removeprefix("http://localhost")
    assert found == made[::-1]
    rows, before = [], None
    while page := queries.entries(before=before)[: queries.PAGE]:
        rows += [row.number for row in page]
        before = page[-1].id
    assert rows == made[::-1]


def test_what_is_about_a_person_has_an_end_and_is_kept_from_search_engines(ledger: Flask) -> None:
    with pytest.raises(Invalid):
        entry(personal=True)
    ends = NOW + timedelta(days=1)
    own = entry(personal=True, ends_at=ends)
    client = ledger.test_client()
    answer = client.get(f"/transparency/{own.uid}")
    assert answer.headers["X-Robots-Tag"].startswith("noindex")
    assert '<meta name="robots" content="noindex' in answer.get_data(as_text=True)
    assert "It is taken out on" in answer.get_data(as_text=True)
    assert client.get("/transparency.json").headers["X-Robots-Tag"].startswith("noindex")
    open_one = client.get(f"/transparency/{entry(2).uid}")
    assert "X-Robots-Tag" not in open_one.headers
    db.session.rollback()
    end_publications(ends)
    assert client.get(f"/transparency/{own.uid}").status_code == 410
    assert own.number not in client.get("/transparency").get_data(as_text=True)
    assert SAID not in str(client.get("/transparency.json").get_json()["entries"][0])


def test_only_the_house_publishes_and_a_correction_counts_and_happens_once(ledger: Flask) -> None:
    with pytest.raises(NotAllowed):
        withdraw(ALICE, entry(), why=Withdrawal.ORDERED)
    old = entry()
    fixed = publish(
        AGENT, kind="toy", series="case", facts={"number": 2}, event_at=NOW, personal=False,
        replaces=old, counts={"made": 1}, now=NOW,
    )  # fmt: skip
    with pytest.raises(AlreadyDone):
        entry(3, replaces=db.session.get_one(Publication, old.id))
    withdraw(AGENT, fixed, why=Withdrawal.ORDERED)
    again = withdraw(AGENT, fixed, why=Withdrawal.ERASED)
    assert again.withdrawal == Withdrawal.ORDERED
    assert [each.number for each in queries.counts_by_month()] == [2]
