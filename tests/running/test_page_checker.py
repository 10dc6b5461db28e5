"""The page checker finds each planted fault, and nothing in a good page."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask, request

from tests.fixtures.pages import Page, PageClient

GOOD = """<!doctype html>
<html lang="en"><head><title>Orders</title><link rel="stylesheet" href="/a.css">
<script type="module" src="/a.js"></script></head>
<body><h1>Orders</h1><img src="/a.png" alt="">
<svg role="img" aria-label="New"><title>New</title><path d="M0 0"/></svg>
<form method="post" action="/orders"><input type="hidden" name="csrf_token" value="t">
<label for="subject">Subject</label><input id="subject" name="subject" value="Hello">
<label>Urgent <input type="checkbox" name="urgent"></label>
<label for="kind">Kind</label>
<select id="kind" name="kind"><option value="q">Question</option><option value="s" selected>Suggestion</option></select>
<label for="text">Text</label><textarea id="text" name="text">
Line</textarea>
<button name="act" value="send">Send</button><button name="act" value="save">Save</button></form>
<form action="/search" role="search"><label for="q">Search</label><input type="search" id="q" name="q">
<button aria-label="Search"><svg><path d="M0 0"/></svg></button></form>
</body></html>"""


def test_a_good_page_has_no_problems() -> None:
    assert Page(GOOD).problems() == []


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("<title>Orders</title>", "", "no title"),
        ("<title>Orders</title>", "<title> </title>", "no title"),
        ("<h1>Orders</h1>", "", "0 h1"),
        ("<h1>Orders</h1>", "<h1>Orders</h1><h1>More</h1>", "2 h1"),
        ("<h1>Orders</h1>", "<h1></h1>", "h1 with words"),
        (' lang="en"', "", "no lang"),
        (' alt=""', "", "no alt"),
        ('<label for="subject">Subject</label>', "", "no label (name='subject')"),
        ('<label for="subject">Subject</label>', '<label for="subject"></label>', "no label"),
        ("<label>Urgent ", "<label>", "no label (name='urgent')"),
        ('<label for="kind">Kind</label>', "", "no label (name='kind')"),
        ('<label for="text">Text</label>', "", "no label (name='text')"),
        ('<label for="text">', '<label for="body">', "points at 'body'"),
        ('name="csrf_token" value="t"', 'name="token" value="t"', "without csrf_token"),
        ('name="csrf_token" value="t"', 'name="csrf_token" value=""', "without csrf_token"),
        ('aria-label="Search"', "", "no named submit button"),
        (">Send</button>", "></button>", "has no name"),
        ("<body>", '<body style="color:red">', "inline style"),
        ("<body>", "<body><style>p{}</style>", "inline style"),
        ("<body>", "<body><script>run()</script>", "inline script"),
        ("<body>", '<body onload="run()">', "inline handler onload"),
        ("<body>", '<body><a href=" JavaScript:run()">x</a>', "javascript: address"),
        ("<body>", '<body><p id="q">x</p>', "id 'q' stands 2 times"),
    ],
)
def test_each_planted_fault_is_found(old: str, new: str, problem: str) -> None:
    assert GOOD.count(old) == 1
    assert any(problem in each for each in Page(GOOD.replace(old, new)).problems())


def test_a_fragment_needs_no_title_but_is_checked() -> None:
    assert Page("<p>Two new orders</p>").problems() == []
    assert Page('<input name="x">').problems() == ["line 1: <input> has no label (name='x')"]


@pytest.fixture
def pages() -> PageClient:
    """A client of a toy application: `/` is a good page, `/bad` a faulty one, `/orders` tells what it got."""
    toy = Flask("toy")
    toy.test_client_class = PageClient
    toy.add_url_rule("/", view_func=lambda: GOOD, endpoint="good")
    toy.add_url_rule(
        "/bad", view_func=lambda: (GOOD.replace(' lang="en"', ""), 404), endpoint="bad"
    )

    def echo() -> dict[str, Any]:
        return dict(request.values)

    toy.add_url_rule("/orders", view_func=echo, methods=["POST"])
    toy.add_url_rule("/search", view_func=echo, endpoint="search")
    client = toy.test_client()
    assert isinstance(client, PageClient)
    return client


def test_the_client_refuses_a_faulty_page_also_when_it_is_an_error_page(pages: PageClient) -> None:
    assert pages.get("/").status_code == 200
    with pytest.raises(AssertionError, match=r"/bad \(404\)\s+html has no lang"):
        pages.get("/bad")


def test_the_client_sends_what_a_browser_would(pages: PageClient) -> None:
    untouched = {"csrf_token": "t", "subject": "Hello", "kind": "s", "text": "Line"}
    assert pages.submit("/").json == {**untouched, "act": "send"}
    assert pages.submit("/", {"urgent": "on", "subject": "New"}, button="Save").json == {
        **untouched,
        "subject": "New",
        "urgent": "on",
        "act": "save",
    }
    assert pages.submit("/", {"q": "phone"}, action="/search").json == {"q": "phone"}
    with pytest.raises(AssertionError, match="no field nonsense"):
        pages.submit("/", {"nonsense": "x"})
