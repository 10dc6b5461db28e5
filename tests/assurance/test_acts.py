"""Every protected act at every level: by the gate, by each verb that does it, by each page that leads to it."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask, url_for

from support.assurance import service as assurance
from support.assurance.policy import ACTS, Act, ActRule, Level
from support.core.actors import ANONYMOUS, SYSTEM, Actor
from support.core.errors import NeedsProof
from tests.architecture.test_routes import dump
from tests.assurance.table import PAGES, VERBS, Page, Verb
from tests.assurance.world import World, proofs_by_level
from tests.fixtures.pages import PageClient

ROOT = Path(__file__).parents[2]
HELD = list(proofs_by_level())
"""The levels that a session can have. The highest is a verifier's to give: no proof of one's own makes it."""


BY_CHECK = {act for act, rule in ACTS.items() if rule.by_check}
BY_CHECK_VERBS = {
    ("service_recovery", "recover_account", Act.RECOVER_ACCOUNT),
    ("service_names", "set_verified_name", Act.SET_REALNAME),
    ("service_names", "set_verified_name", Act.CHANGE_REALNAME),
    ("service_sources", "use_name", Act.SET_REALNAME),
    ("service_asking", "note_shown", Act.ERASE_LOST),
    ("service_asking", "note_shown", Act.ERASE_WARD),
    ("service_asking", "note_shown", Act.ERASE_HEIR),
}
"""What only a check opens; `tests/verification`, `tests/accounts/test_names.py` and `tests/erasure/test_asking.py` walk
these at every level that a check reaches."""


def test_proofs_make_every_level_below_a_verifiers() -> None:
    assert sorted(HELD) == [Level.NOBODY, Level.SAME_PERSON, Level.TWO_WAYS]


def test_every_act_has_a_rule_and_a_verb_that_does_it() -> None:
    assert set(ACTS) == set(Act)
    assert {verb.act for verb in VERBS} == set(Act) - BY_CHECK
    assert {act.name for _file, _name, act in BY_CHECK_VERBS} == {act.name for act in BY_CHECK}


@pytest.mark.usefixtures("context")
@pytest.mark.parametrize("act", Act)
def test_the_gate_lets_each_level_pass_that_suffices_and_no_other(world: World, act: Act) -> None:
    needed = ACTS[act].level
    if act in BY_CHECK:
        for actor in (world.at_level("alice", max(HELD)), ANONYMOUS, SYSTEM):
            assert not passes(actor, act, world), "only the proofs of a check open it"
        return
    for who in ("alice", "ada"):
        for held in HELD:
            actor = world.at_level(who, held)
            assert passes(actor, act, world) == (held >= needed), (who, held)
        for weak in (world.expired(who), world.lent(who)):
            assert passes(weak, act, world) == (needed == Level.NOBODY)
    assert passes(ANONYMOUS, act, world) == (needed == Level.NOBODY)
    assert passes(SYSTEM, act, world)


def passes(actor: Actor, act: Act, world: World) -> bool:
    """Say whether the gate lets the actor pass."""
    try:
        assurance.require(actor, act, now=world.now)
    except NeedsProof:
        return False
    return True


def raised(monkeypatch: pytest.MonkeyPatch, act: Act) -> Iterator[Level]:
    """Yield each level after having set that `act` needs it, the policy's own at last.

    So an act that needs nothing today is walked too: a verb that forgets to ask would pass unseen otherwise.
    """
    rule = ACTS[act]
    for level in Level:
        monkeypatch.setitem(ACTS, act, ActRule(level, rule.title))
        yield level
    monkeypatch.setitem(ACTS, act, rule)
    yield rule.level


@pytest.mark.usefixtures("context")
@pytest.mark.parametrize("verb", VERBS, ids=lambda verb: ".".join(verb.name))
def test_a_verb_refuses_every_level_that_does_not_suffice_and_changes_nothing(
    world: World, verb: Verb, monkeypatch: pytest.MonkeyPatch
) -> None:
    actors = {held: world.at_level(verb.who, held) for held in HELD}
    weak = [world.expired(verb.who), world.lent(verb.who)]
    before = dump()
    for needed in raised(monkeypatch, verb.act):
        short = [actors[held] for held in HELD if held < needed]
        for actor in [*short, *(weak if needed else ())]:
            with pytest.raises(NeedsProof):
                verb.do(world, actor)
    assert dump() == before
    lowest = min(held for held in HELD if held >= ACTS[verb.act].level)
    verb.do(world, actors[lowest])
    assert dump() != before, "else the verb was not really called"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.endpoint)
def test_a_page_asks_for_the_proof_before_anything_is_typed(
    app: Flask, world: World, page: Page, monkeypatch: pytest.MonkeyPatch
) -> None:
    with app.test_request_context():
        address = url_for(page.endpoint, **page.values(world))
        secrets = {held: secret_of(world, page.who, held) for held in HELD}
    clients = {held: browser(app, secret) for held, secret in secrets.items()}
    for needed in raised(monkeypatch, page.act):
        for held, client in clients.items():
            answer = client.get(address)
            refused = (answer.location or "").startswith("/account/confirm?next=")
            assert refused == (held < needed), (needed, held, answer.status)
            assert answer.status_code in (200, 303)


def secret_of(world: World, who: str, held: Level) -> str:
    """What the cookie of a session at this level holds."""
    return world.secrets[world.at_level(who, held).session or 0]


def browser(app: Flask, secret: str) -> PageClient:
    """A browser with this cookie."""
    client = app.test_client()
    assert isinstance(client, PageClient)
    client.set_cookie("sid", secret)
    return client


def asking(pattern: str) -> set[tuple[str, str, str]]:
    """(file, function, act) of every function in files like `pattern` that asks the gate, by itself or by a helper."""
    found = set()
    for path in ROOT.glob(pattern):
        functions = [
            node
            for node in ast.parse(path.read_text("utf-8")).body
            if isinstance(node, ast.FunctionDef)
        ]
        helpers = {
            function.name: acts_in(function)
            for function in functions
            if function.name.startswith("_") and calls(function, {"require"})
        }
        for function in functions:
            if function.name.startswith("_") or not calls(function, {"require", *helpers}):
                continue
            by_helper = [helpers[name] for name in helpers if calls(function, {name})]
            acts = acts_in(function).union(*by_helper)
            found |= {(path.stem, function.name, act) for act in acts}
    return found


def calls(function: ast.FunctionDef, names: set[str]) -> bool:
    """Say whether a function calls `assurance.require` or a helper of its own file, whichever are in `names`."""
    return any(
        isinstance(node, ast.Call)
        and (
            (isinstance(node.func, ast.Name) and node.func.id in names - {"require"})
            or (
                isinstance(node.func, ast.Attribute)
                and ast.unparse(node.func) == "assurance.require"
                and "require" in names
            )
        )
        for node in ast.walk(function)
    )


def acts_in(function: ast.FunctionDef) -> set[str]:
    """The acts that a function names."""
    return {
        node.attr
        for node in ast.walk(function)
        if isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Name)
        and node.value.id == "Act"
    }


def test_the_table_has_every_verb_that_asks_the_gate_and_no_other() -> None:
    listed = {(*verb.name, verb.act.name) for verb in VERBS}
    listed |= {(file, name, act.name) for file, name, act in BY_CHECK_VERBS}
    assert asking("support/*/service*.py") == listed


def test_the_table_has_every_page_that_asks_the_gate_and_no_other() -> None:
    listed = {(page.endpoint.partition(".")[2], page.act.name) for page in PAGES}
    assert {(name, act) for _file, name, act in asking("support/*/*views*.py")} == listed
