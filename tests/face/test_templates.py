"""Every macro, shell and trouble page draws, in both languages, and keeps to the strict content policy."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po
from flask.testing import FlaskClient
from lucide.jinja import lucide

from support.core.icons import icon
from tests.face.gallery import PAGES, ROOT, STATUSES, create_gallery

TEMPLATES = ROOT / "templates"
MACROS = sorted((TEMPLATES / "_macros").glob("_*.html"))
OURS = [
    *MACROS,
    *sorted((TEMPLATES / "errors").glob("*.html")),
    *(TEMPLATES / f"{n}.html" for n in ("base", "member", "desk")),
]
CATALOGUE = ROOT / "translations/face/zh_Hans_CN/LC_MESSAGES/messages.po"
ADDRESSES = (
    [f"/page/{name}" for name in PAGES]
    + ["/page/member?bad=1"]
    + [f"/trouble/{status}" for status in STATUSES]
)


@pytest.fixture(scope="module")
def client(compiled: None) -> FlaskClient:
    """A client of the gallery app."""
    return create_gallery().test_client()


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("address", ADDRESSES)
def test_each_page_draws_with_one_heading_and_nothing_inline(
    client: FlaskClient, address: str, language: str
) -> None:
    answer = client.get(f"{address}{'&' if '?' in address else '?'}lang={language}")
    text = answer.get_data(as_text=True)
    assert answer.status_code == 200
    assert text.count("<h1") == 1
    assert f'<html lang="{"zh-Hans" if language == "zh" else "en"}"' in text
    assert not re.search(r"\sstyle=|<style|\son[a-z]+=|javascript:", text)
    assert re.findall(r"<script[^>]*>", text) == ['<script type="module" src="/static/js/app.js">']
    ids = re.findall(r'\sid="([^"]+)"', text)
    assert len(ids) == len(set(ids))


def test_each_macro_is_drawn_by_the_gallery_and_told_of_in_a_comment(client: FlaskClient) -> None:
    drawn = "".join(
        path.read_text("utf-8") for path in (Path(__file__).parent / "templates").glob("*.html")
    )
    drawn += "".join(path.read_text("utf-8") for path in OURS)
    for path in MACROS:
        text = path.read_text("utf-8")
        for name in re.findall(r"{% macro (\w+)\(", text):
            assert re.search(rf"(?<!macro )\b{name}[(,)]", drawn.replace(f"{{#- {name}(", "")), (
                f"{name} is drawn nowhere"
            )
            assert f"{{#- {name}(" in text, f"{name} has no comment line"


def test_each_icon_named_in_a_template_exists() -> None:
    named = set()
    for path in TEMPLATES.rglob("*.html"):
        text = path.read_text("utf-8")
        for call in re.findall(r"(?:icon|draw)\(([^()]*)", text):
            named |= set(re.findall(r'"([a-z][a-z0-9]*(?:-[a-z0-9]+)*)"', call.replace('== "', "")))
        named |= set(re.findall(r'{% set sign = "([a-z-]+)"', text))
    states = {"blocked", "light", "dark", "urgent", "high", "low", "ok", "warn", "bad"}
    for name in named - states:
        assert lucide(name)
    assert len(named) > 40


def test_an_unknown_icon_is_an_error_and_a_label_is_escaped() -> None:
    with pytest.raises(Exception, match="no-such-icon"):
        icon("no-such-icon")
    labelled = icon("inbox", 20, 'a "b" <c>')
    assert 'role="img"' in labelled
    assert "<c>" not in labelled
    assert 'width="20"' in labelled
    assert 'aria-hidden="true"' in icon("inbox")
    assert icon("inbox") is icon("inbox")


def test_the_text_of_a_person_is_escaped(client: FlaskClient) -> None:
    macro = create_gallery().jinja_env.from_string(
        '{% import "_macros/_thread.html" as t %}'
        '{{ t.lines([{"kind": "message", "author": "<b>", "text": "<script>x</script>"}]) }}'
    )
    assert "<script>" not in macro.render()
    assert "&lt;script&gt;" in macro.render()


def test_the_error_summary_leads_to_controls_that_exist(client: FlaskClient) -> None:
    text = client.get("/page/member?bad=1").get_data(as_text=True)
    targets = re.findall(r'<li><a href="#([^"]+)">', text)
    assert len(targets) >= 6
    for target in targets:
        assert f'id="{target}"' in text
    assert "<title>Error: " in text


def test_every_word_of_the_face_has_chinese() -> None:
    with CATALOGUE.open("rb") as file:
        catalogue = read_po(file, "zh_Hans_CN")
    options = {"trim_blocks": "true", "lstrip_blocks": "true"}
    found = set()
    for place in (TEMPLATES / "_macros", TEMPLATES / "errors"):
        found |= {
            m[2] for m in extract_from_dir(place, [("*.html", "jinja2")], {"*.html": options})
        }
    for path in (TEMPLATES / "base.html", TEMPLATES / "member.html", TEMPLATES / "desk.html"):
        found |= {
            m[2] for m in extract_from_dir(TEMPLATES, [(path.name, "jinja2")], {path.name: options})
        }
    ids = {message if isinstance(message, str) else message[0] for message in found}
    held = {(m.id if isinstance(m.id, str) else m.id[0]): m.string for m in catalogue if m.id}
    assert ids == set(held)
    for message, chinese in held.items():
        words = chinese if isinstance(chinese, str) else "".join(chinese or ())
        assert re.search(r"[\u4e00-\u9fff]", words), message
        assert set(re.findall(r"%\(\w+\)s|{\w}", words)) == set(
            re.findall(r"%\(\w+\)s|{\w}", message)
        ), message


def test_the_reply_box_tells_a_note_from_a_reply_without_script(client: FlaskClient) -> None:
    text = client.get("/page/order").get_data(as_text=True)
    box = text[text.index('id="reply"') :]
    assert box.index('value="reply"') < box.index('value="note"') < box.index("<textarea")
    assert "Save note" in box
    assert "idempotency_key" in box
    assert 'name="version" value="3"' in box
