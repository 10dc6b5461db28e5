"""The house as it must stay: sizes, imports, views, words; floors and arrows are import-linter's."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path
from statistics import median

import pytest

ROOT = Path(__file__).resolve().parents[2]
OURS = ("support", "installer", "demo", "running", "app", "wiring", "commands")
SOURCES = sorted(
    path
    for folder in ("support", "installer", "demo", "running", ".")
    for path in (ROOT / folder).glob("*.py" if folder == "." else "**/*.py")
)
ROOM_FILES = {
    "__init__",
    "models",
    "lifecycle",
    "policy",
    "queries",
    "service",
    "forms",
    "views",
    "jobs",
    "kind",
}
WEB_CORE = re.compile(r"support/core/(web\w*|context|installation|worker|icons|search|db)\.py")


def tree_of(path: Path) -> ast.Module:
    """Parse a file of ours."""
    return ast.parse(path.read_text("utf-8"))


def test_no_import_of_ours_hides_inside_a_function() -> None:
    hidden = [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for path in SOURCES
        for function in ast.walk(tree_of(path))
        if isinstance(function, ast.FunctionDef)
        for node in ast.walk(function)
        if (isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] in OURS)
        or (isinstance(node, ast.Import) and any(n.name.split(".")[0] in OURS for n in node.names))
    ]
    assert hidden == []


def test_files_are_small() -> None:
    lengths = {path: len(path.read_text("utf-8").splitlines()) for path in SOURCES}
    tests = {
        path: len(path.read_text("utf-8").splitlines()) for path in (ROOT / "tests").rglob("*.py")
    }
    assert [str(path) for path, length in (lengths | tests).items() if length > 400] == []
    assert median(lengths.values()) <= 130


def test_no_drawer_for_everything() -> None:
    assert [path for path in SOURCES if path.stem in ("utils", "helpers", "common", "misc")] == []


def test_every_room_file_is_one_of_the_repeated_names_or_stands_in_the_architecture_page() -> None:
    page = (ROOT / "docs" / "architecture.md").read_text("utf-8")
    unnamed = [
        str(path.relative_to(ROOT))
        for path in SOURCES
        if path.parts[-3:-2] == ("support",)
        and path.parent.name != "core"
        and path.stem not in ROOM_FILES
        and f"`{path.stem}`" not in page
        and not re.match(r"(service|views|queries|desk)_", path.stem)
    ]
    assert unnamed == []


def _is_route(function: ast.FunctionDef) -> bool:
    return any(
        isinstance(decorator, ast.Call)
        and isinstance(decorator.func, ast.Attribute)
        and decorator.func.attr in ("get", "post", "route", "delete", "put")
        for decorator in function.decorator_list
    )


def test_a_view_is_short() -> None:
    long_views = []
    for path in SOURCES:
        for function in ast.walk(tree_of(path)):
            if isinstance(function, ast.FunctionDef) and _is_route(function):
                body = function.body[1:] if ast.get_docstring(function) else function.body
                lines = (body[-1].end_lineno or 0) - body[0].lineno + 1 if body else 0
                if lines > 24:
                    long_views.append(f"{path.relative_to(ROOT)} {function.name}: {lines}")
    assert long_views == []


def test_public_functions_and_classes_say_what_they_promise() -> None:
    silent = [
        f"{path.relative_to(ROOT)}:{node.lineno} {node.name}"
        for path in SOURCES
        for node in tree_of(path).body
        if isinstance(node, ast.FunctionDef | ast.ClassDef)
        and not node.name.startswith("_")
        and not ast.get_docstring(node)
    ]
    assert silent == []


def test_no_html_in_python() -> None:
    tag = re.compile(
        r"(?<!\?P)</?(div|p|span|a|ul|li|h[1-6]|table|tr|td|form|input|button|strong|br)[ >/]"
    )
    found = [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for path in SOURCES
        if path.stem not in ("icons", "letters")  # the icon's wheel; mail has its own document
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and tag.search(node.value)
    ]
    assert found == []


def test_only_pages_know_the_web() -> None:
    """`flask` is imported by views, forms' neighbours and the web ground only."""
    allowed = re.compile(
        r"(support/core/(web\w*|context|installation|worker)|support/\w+/(\w*views\w*|\w+_pages|\w+_web|desk_\w+|entries|cli|letters|jobs|account_notices|say|describe|uploads|timers)|installer/\w+|demo/\w+|app|commands)\.py$"
    )
    strangers = [
        str(path.relative_to(ROOT))
        for path in SOURCES
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.ImportFrom)
        and node.module in ("flask", "flask_login")
        and not allowed.match(str(path.relative_to(ROOT)))
    ]
    assert strangers == []


def test_templates_have_no_inline_style_or_script() -> None:
    bad = re.compile(r"""\sstyle=|\son[a-z]+=["']|<script(?![^>]*\ssrc=)|<style""")
    found = [
        str(path.relative_to(ROOT))
        for path in (ROOT / "templates").rglob("*.html")
        if not {"letters", "copy"} & set(path.parts)  # they leave us as files of their own
        and bad.search(path.read_text("utf-8"))
    ]
    assert found == []


def test_no_lock_file_names_a_host() -> None:
    for path in (ROOT / "requirements").glob("*.txt"):
        assert not re.search(r"https?://|--index-url|--find-links", path.read_text("utf-8")), path


def test_words_of_delay_are_absent() -> None:
    delay = re.compile(r"\b(T[O]DO|F[I]XME|X[X]X|raise NotImplement[e]dError)\b")
    found = [
        str(path.relative_to(ROOT))
        for path in [
            *SOURCES,
            *(ROOT / "templates").rglob("*.html"),
            *(ROOT / "static").rglob("*.js"),
        ]
        if delay.search(path.read_text("utf-8"))
    ]
    assert found == []


@pytest.mark.parametrize("folder", ["support", "installer"])
def test_no_two_public_functions_share_a_body(folder: str) -> None:
    bodies = Counter(
        ast.dump(ast.Module(node.body[1:], []))
        for path in (ROOT / folder).rglob("*.py")
        for node in tree_of(path).body
        if isinstance(node, ast.FunctionDef) and len(node.body) > 3
    )
    assert [count for count in bodies.values() if count > 1] == []


def test_what_few_requests_use_is_not_imported_by_every_web_process() -> None:
    seldom = {
        "phonenumbers",
        "holidays",
        "chinese_calendar",
        "PIL",
        "authlib",
        "requests",
        "webauthn",
    }
    told = "import app, sys; print(*sys.modules)"
    ran = subprocess.run(
        [sys.executable, "-c", told], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert seldom.isdisjoint(ran.stdout.split())
