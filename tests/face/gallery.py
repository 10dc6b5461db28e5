"""A small app that draws every macro and both shells with sample data, under the real content policy."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from flask import Flask, Response, flash, redirect, render_template, request
from flask_babel import Babel
from flask_wtf import CSRFProtect, FlaskForm
from jinja2 import ChoiceLoader, FileSystemLoader
from markupsafe import Markup
from wtforms import (
    BooleanField,
    DateField,
    FieldList,
    MultipleFileField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than its stubs
from wtforms.validators import Email, InputRequired
from wtforms.widgets import CheckboxInput, ListWidget

from support.core.icons import icon

ROOT = Path(__file__).resolve().parents[2]
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'; manifest-src 'self'"
)
NOW = datetime(2026, 11, 22, 9, 12, tzinfo=UTC)
PAGES = ("member", "pieces", "clash", "desk", "order", "charts")
STATUSES = (400, 403, 404, 409, 410, 411, 413, 415, 419, 422, 429, 500, 503)

SAMPLE = """
WO-26-001187-K7|Account locked after phone number change|en|breached|-18m|New|new|urgent|
WO-26-001186-3F|更换手机号后无法登录，需要人工核验身份|zh-Hans|soon|42m|Open|open|high|Mei
WO-26-001152-QA|Suspicious sign-in from a device I do not recognise|en|soon|1h 14m|Open|open|urgent|Jonas
WO-26-000342-9T|Infringement notice: 14 listings of the Halden mark|en|fine|3h 25m|In review|review|high|Arjun
WO-26-001179-M2|收款账户变更后结算延迟，附银行回单|zh-Hans|paused|paused|Waiting on member|wait|normal|Mei
WO-26-001133-8V|Update the company name on my invoices|en|met|Met|Resolved|mute|low|Jonas
"""


class SampleForm(FlaskForm):  # type: ignore[misc]  # it ships no types
    """One field of each sort."""

    topic = RadioField(
        "What is it about?",
        choices=[
            SelectChoice("access", "Account access"),
            SelectChoice("bill", "Billing"),
            SelectChoice("shop", "Listing or shop"),
            SelectChoice("data", "Privacy"),
        ],
        default="access",
    )
    subject = StringField("Summary", [InputRequired("Enter a short summary of the problem")])
    body = TextAreaField("What happened?")
    email = StringField(
        "Email", [InputRequired(), Email("Enter an email address in the format name@example.com")]
    )
    price = StringField("Amount")
    country = SelectField(
        "Country", choices=[SelectChoice("cn", "China"), SelectChoice("no", "Norway")]
    )
    born = DateField("Date of birth")
    code = StringField("Code")
    attached = MultipleFileField("Files")
    agree = BooleanField(
        "I have the right to report this", [InputRequired("Tick the box to go on")]
    )
    ways = SelectMultipleField(
        "How may we answer?",
        choices=[SelectChoice("mail", "Email"), SelectChoice("sms", "Text message")],
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
    )
    reason = RadioField(
        "Why does it infringe?",
        choices=[SelectChoice("copy", "It is a copy"), SelectChoice("mark", "It uses my mark")],
    )
    links = FieldList(StringField("Link", [InputRequired("Enter the first link")]), min_entries=1)


def rows() -> list[dict[str, Any]]:
    """Return the rows of a queue in every state."""
    sample = [line.split("|") for line in SAMPLE.strip().splitlines()]
    return [
        {
            "key": ref,
            "url": "/order",
            "subject": subject,
            "lang": lang,
            "reference": ref,
            "kind": "Account recovery",
            "fresh": state in ("breached", "soon"),
            "identity": (2, 4) if level in ("urgent", "high") else None,
            "viewers": "Arjun is viewing" if owner == "Mei" else None,
            "requester": "Lin Yuting",
            "status": status,
            "tone": tone,
            "priority": level,
            "priority_words": level.capitalize(),
            "owner": owner,
            "updated": "4 min",
            "due_state": state,
            "due_words": words,
            "due_at": NOW + timedelta(hours=1) if state in ("soon", "fine", "breached") else None,
            "version": 3,
        }
        for ref, subject, lang, state, words, status, tone, level, owner in sample
    ]


def time_tag(moment: datetime) -> Markup:
    """Stand in for the core's `time_tag`, which needs a signed-in person."""
    return Markup('<time datetime="{}">{:%H:%M}</time>').format(moment.isoformat(), moment)


def _facts() -> dict[str, Any]:
    zh = request.args.get("lang") == "zh"
    person = {"name": "Mei Tanaka", "is_staff": True, "signed_in": True, "kind": "staff"}
    groups = [
        {
            "title": "Queues",
            "items": [
                {
                    "words": "All open",
                    "url": "/page/desk",
                    "current": request.path == "/page/desk",
                    "icon": "inbox",
                    "count": 38,
                    "tab": True,
                },
                {"words": "Mine", "url": "/desk/mine", "icon": "user", "count": 9, "tab": True},
                {
                    "words": "Unassigned",
                    "url": "/desk?view=none",
                    "icon": "circle-dashed",
                    "count": 4,
                    "tone": "bad",
                },
            ],
        },
        {
            "title": "Teams",
            "items": [
                {"words": "Identity checks", "url": "/checks", "icon": "shield-check", "count": 5}
            ],
        },
        {
            "title": "More",
            "items": [{"words": "Search", "url": "/desk/search", "icon": "search", "tab": True}],
        },
    ]
    return {
        "lang": "zh-Hans" if zh else "en",
        "theme": request.args.get("theme", "auto"),
        "demo": True,
        "doors": False,
        "unread": 3,
        "actor": person,
        "time_zone": "Asia/Shanghai (UTC+8)",
        "places": {
            "key": "gallery" + request.full_path,
            "member": [
                {
                    "words": "New work order",
                    "url": "/page/member",
                    "current": request.path == "/page/member",
                },
                {"words": "My work orders", "url": "/orders", "count": 2},
            ],
            "account": [
                {"words": "My account", "url": "/account", "icon": "circle-user-round"},
                {"words": "Sign out", "url": "/logout", "icon": "log-out", "post": True},
            ],
            "footer": [
                {"words": "Policies", "url": "/policies"},
                {"words": "Contact", "url": "/contact"},
            ],
            "desk": groups,
        },
        "operator": {
            "name": "客服工单" if zh else "Support desk",
            "phone": "+86 571 0000 0000",
            "hours": "Mon-Fri 09:00-18:00",
            "department": "Member services",
            "complaint_channel": "complaints@example.com",
            "filing_numbers": ["ICP 00000000"],
        },
    }


def create_gallery() -> Flask:
    """Build the gallery app; `?lang=zh` and `?theme=dark` choose how a page is drawn."""
    app = Flask(__name__, static_folder=str(ROOT / "static"))
    app.config.update(
        SECRET_KEY="gallery",
        BABEL_TRANSLATION_DIRECTORIES=str(ROOT / "translations" / "face"),
        TESTING=True,
    )
    app.jinja_loader = ChoiceLoader(
        [
            FileSystemLoader(ROOT / "templates"),
            FileSystemLoader(Path(__file__).parent / "templates"),
        ]
    )
    Babel(app, locale_selector=lambda: "zh_Hans_CN" if request.args.get("lang") == "zh" else "en")
    CSRFProtect(app)
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_env.globals.update(
        part=lambda _name, draw, *facts, key=None: draw(*facts),
        icon=icon,
        file_limit=20,
        here=lambda: request.path,
        static_url=lambda name: f"/static/{name}",
        time_tag=time_tag,
        relative_time=lambda moment: f"{moment:%H:%M}",
    )
    app.context_processor(_facts)

    @app.get("/page/<name>")
    def page(name: str) -> str:
        form = SampleForm(meta={"csrf": False})
        if request.args.get("bad"):
            form.validate()
        if name == "pieces":
            flash("Saved.", "success")
            flash("That did not work.", "error")
        return render_template(f"gallery_{name}.html", form=form, rows=rows(), now=NOW)

    @app.get("/trouble/<int:status>")
    def trouble(status: int) -> str:
        return render_template(
            f"errors/{status}.html",
            title="That did not work",
            words="Here is why.",
            reference="01HZX7",
            retry_after=300,
            limit="20 MB",
            channel="+86 571 0000 0000",
            next_url=request.args.get("next"),
        )

    @app.post("/language")
    def switch() -> Response:
        return redirect(request.form["next"], 303)  # type: ignore[return-value]  # Werkzeug's own class

    @app.after_request
    def policy(response: Response) -> Response:
        response.headers["Content-Security-Policy"] = POLICY
        return response

    return app
