"""The member's own pages under `/account`: what a member sees and changes without a work order (M16)."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from functools import lru_cache
from typing import Any

from flask import flash, redirect, request, url_for
from flask_babel import get_locale
from flask_babel import gettext as _
from flask_login import current_user
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # stubs are older

from support.accounts import (
    queries,
    service_contact_persons,
    service_contacts,
    service_profile,
)
from support.accounts.console import ConsoleEntry
from support.accounts.forms import (
    AddressForm,
    CodeForm,
    ContactPersonForm,
    ProfileForm,
    SettingsForm,
    choices,
    refusals_on,
    said,
)
from support.accounts.policy import CodePurpose, lapse_step
from support.accounts.session_views import code_scope, page
from support.accounts.views import Answer, blueprint, code_page
from support.assurance import service as assurance
from support.assurance.policy import Act
from support.core.clock import utcnow
from support.core.context import hooks
from support.core.db import new_uid
from support.core.errors import NotAllowed, Stale
from support.core.once import once
from support.core.web import client_address, current_actor, form_scope, posted_version
from support.core.web_countries import countries, sound_of
from support.core.web_late import late_form
from support.core.web_times import distance_words, zones


@blueprint.get("/account")
def console() -> Answer:
    """List what the person can see and change here; every room adds its own entries."""
    shown = (entry for entry in hooks(ConsoleEntry) if entry.shown())
    entries = sorted(shown, key=lambda entry: entry.order)
    until: datetime | None = getattr(current_user, "trained_until", None)
    step = lapse_step(until, utcnow()) if until else None
    return page("accounts/console.html", entries=entries, trained_until=until, step=step)


@blueprint.route("/account/contacts", methods=["GET", "POST"])
def contacts() -> Answer:
    """List the addresses that sign in, and send a code to a new one."""
    form = AddressForm()
    if form.validate_on_submit():
        with refusals_on(form):
            service_contacts.request_binding(
                current_actor(), said(form.address), visitor=code_scope(), address=client_address()
            )
            return redirect(url_for("accounts.bind_code"), 303)
    mine = [one for one in queries.contacts_of(own_id()) if one.bound]
    return page("accounts/contacts.html", form, contacts=mine)


@blueprint.route("/account/contacts/code", methods=["GET", "POST"])
def bind_code() -> Answer:
    """Bind the address whose code is typed."""
    _prove_first(Act.CHANGE_CONTACT)
    form = CodeForm()
    if form.validate_on_submit():
        with refusals_on(form):
            service_contacts.bind_contact(current_actor(), said(form.code), visitor=code_scope())
            flash(_("You can sign in with this address from now on."), "success")
            return redirect(url_for("accounts.contacts"), 303)
    return code_page(form, CodePurpose.BIND, _("Add an address"), url_for("accounts.contacts"))


@blueprint.route("/account/contacts/<uid>/removal", methods=["GET", "POST"])
def unbind(uid: str) -> Answer:
    """Ask, then stop signing in with an address."""
    _prove_first(Act.CHANGE_CONTACT)
    found = queries.own_contact(current_actor(), uid)
    if request.method == "POST":
        service_contacts.unbind_contact(current_actor(), uid)
        flash(_("This address no longer signs in."), "success")
        return redirect(url_for("accounts.contacts"), 303)
    return page("accounts/contact_remove.html", contact=found)


@blueprint.route("/account/basic", methods=["GET", "POST"])
def profile() -> Answer:
    """Show and keep basic information."""
    known = service_profile.profile_of(own_id())
    form = ProfileForm(data={**known.values, "enterprise": "yes" if known.enterprise else "no"})
    form.country.choices = choices(*countries())
    if form.validate_on_submit():
        try:
            _save_profile(form)
        except Stale as error:
            return _late_profile(form, error)
        flash(_("Your basic information is saved."), "success")
        return redirect(url_for("accounts.profile"), 303)
    return page("accounts/profile.html", form, profile=known)


def _save_profile(form: ProfileForm) -> None:
    service_profile.save_profile(
        current_actor(),
        enterprise=form.enterprise.data == "yes",
        values={name: form[name].data or "" for name in service_profile.FIELDS},
        version=posted_version(),
    )


def _late_profile(form: ProfileForm, error: Stale) -> Answer:
    kept = service_profile.profile_of(own_id())
    shown = {**kept.values, "enterprise": "yes" if kept.enterprise else "no"}
    back = url_for("accounts.profile")
    return late_form(form, shown, error, version=kept.version, back=back)


@blueprint.route("/account/contact-persons", methods=["GET", "POST"])
def contact_persons() -> Answer:
    """List the contact persons, and name another one."""
    form = ContactPersonForm()
    if form.validate_on_submit():
        with refusals_on(form):
            return redirect(url_for("accounts.contact_person", uid=_named_once(form)), 303)
    people = service_contact_persons.contact_persons(own_id())
    key = request.form.get("idempotency_key") or new_uid()
    return page("accounts/contact_persons.html", form, people=people, key=key)


@blueprint.route("/account/contact-persons/<uid>", methods=["GET", "POST"])
def contact_person(uid: str) -> Answer:
    """Show one contact person, and send a code to their address."""
    person, form = service_contact_persons.contact_person(current_actor(), uid), AddressForm()
    if form.validate_on_submit():
        with refusals_on(form):
            service_contact_persons.request_contact_code(
                current_actor(),
                uid,
                said(form.address),
                visitor=code_scope(),
                address=client_address(),
            )
            return redirect(url_for("accounts.contact_code"), 303)
    return page("accounts/contact_person.html", form, person=person)


@blueprint.route("/account/contact-persons/code", methods=["GET", "POST"])
def contact_code() -> Answer:
    """Take the code that a contact person read back."""
    form = CodeForm()
    if form.validate_on_submit():
        with refusals_on(form):
            uid = service_contact_persons.prove_contact_address(
                current_actor(), said(form.code), visitor=code_scope()
            )
            flash(_("This address belongs to your contact person now."), "success")
            return redirect(url_for("accounts.contact_person", uid=uid), 303)
    other = url_for("accounts.contact_persons")
    return code_page(form, CodePurpose.CONTACT, _("Contact persons"), other)


@blueprint.route("/account/contact-persons/<uid>/removal", methods=["GET", "POST"])
def remove_contact_person(uid: str) -> Answer:
    """Ask, then delete a contact person."""
    person = service_contact_persons.contact_person(current_actor(), uid)
    _prove_first(Act.CHANGE_CONTACT)
    if request.method == "POST":
        service_contact_persons.remove_contact_person(current_actor(), uid)
        flash(_("The contact person is removed."), "success")
        return redirect(url_for("accounts.contact_persons"), 303)
    return page("accounts/contact_person_remove.html", person=person)


@blueprint.route("/account/settings", methods=["GET", "POST"])
def own_settings() -> Answer:
    """Language, time zone and single-key shortcuts."""
    actor = current_actor()
    keys = service_profile.character_keys(own_id())
    form = SettingsForm(
        data={"language": actor.language, "timezone": actor.timezone, "character_keys": keys}
    )
    form.timezone.choices = _zones(actor.timezone, str(get_locale()), utcnow().date())
    if form.validate_on_submit():
        with refusals_on(form):
            service_profile.save_settings(
                actor,
                language=form.language.data,
                timezone=form.timezone.data,
                character_keys=form.character_keys.data,
            )
            flash(_("Your settings are saved."), "success")
            return redirect(url_for("accounts.own_settings"), 303)
    return page("accounts/settings.html", form)


def _named_once(form: ContactPersonForm) -> str:
    """The public id of the contact person that the form names, however often it is sent."""
    name, position, agreed = said(form.name), said(form.position), bool(form.authorised.data)

    def act() -> str:
        return service_contact_persons.add_contact_person(
            current_actor(), name=name, position=position, authorised=agreed
        )

    key = request.form.get("idempotency_key", "")
    return once(form_scope(), key, "\0".join([name, position, str(agreed)]), act)


def own_id() -> int:
    """Return the row id of the signed-in person."""
    actor = current_actor()
    if actor.id is None:
        raise NotAllowed()
    return actor.id


def _prove_first(act: Act) -> None:
    """Ask for the proof before the page, so that nobody types something and is then sent away."""
    assurance.require(current_actor(), act, now=utcnow())


@lru_cache(maxsize=64)
def _zones(own: str, _locale: str, day: date) -> list[Any]:
    """The choices of a time zone: one's own, then all by their distance from UTC on `day`, then by city."""
    noon = datetime.combine(day, time(12), UTC)
    found = [(offset, city, zone) for offset, zone, city in zones(noon)]
    found.sort(key=lambda each: (each[0], sound_of(each[1])))
    named = {zone: f"{city} ({distance_words(offset)})" for offset, city, zone in found}
    return [SelectChoice(own, named.get(own, own), optgroup=_("Chosen now"))] + [
        SelectChoice(zone, city, optgroup=distance_words(offset))
        for offset, city, zone in found
        if zone != own
    ]
