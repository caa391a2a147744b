"""What people type about a customer; the verbs decide, these only read."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import get_language_info

from inventory.forms import VersionedForm
from kernel.forms import VerbForm
from notifications.models import Channel, Preference
from notifications.texts.languages import codes
from orders.handling.terms import MAX_RELEASES, MAX_SOURCES
from orders.models import Customer, FillMeasure, ShipPolicy, SubstituteConsent, Tier

CONTACT = ("contact_name", "email", "phone", "language", "zone", "wants_email")
STANDING = ("name", "tier", "country")
PLACES = [("", "not used"), ("1", "first"), ("2", "second"), ("3", "third"), ("4", "fourth")]


def language_choices() -> list[tuple[str, str]]:
    """Return the languages that we write to customers in."""
    return [(code, get_language_info(code)["name"]) for code in codes()]


class PercentsField(forms.CharField):
    """Percents, one a release: ``80, 0``."""

    def to_python(self, value: Any) -> Any:
        parts = [part.strip().removesuffix("%").strip() for part in (super().to_python(value) or "").split(",")]
        given = [part for part in parts if part]
        if any(not part.isascii() or not part.isdigit() or len(part) > 3 for part in given):
            raise forms.ValidationError("Give whole percent from 0 to 100, one a delivery, such as 80, 0.")
        return [int(part) for part in given]

    def prepare_value(self, value: Any) -> Any:
        return ", ".join(map(str, value)) if isinstance(value, list) else value

    def validate(self, value: Any) -> None:
        if len(value) > MAX_RELEASES:
            raise forms.ValidationError(f"Give at most {MAX_RELEASES}.")

    def run_validators(self, value: Any) -> None:
        """A list has no length in characters to check."""


class ContactForm(VersionedForm):
    contact_name = forms.CharField(label="Contact", max_length=200, required=False)
    email = forms.CharField(label="E-mail", max_length=254, required=False)
    phone = forms.CharField(label="Telephone", max_length=40, required=False)
    language = forms.ChoiceField(label="Language", choices=language_choices)
    zone = forms.CharField(label="Time zone", max_length=60, help_text="Such as Europe/London; quiet hours follow it.")
    wants_email = forms.BooleanField(label="Tell them by e-mail when a date changes", required=False)


class StandingForm(VersionedForm):
    name = forms.CharField(label="Name", max_length=200)
    tier = forms.ChoiceField(label="Priority tier", choices=Tier.choices)
    country = forms.CharField(label="Country", max_length=60, required=False)


class PreferenceForm(VerbForm):
    email = forms.ChoiceField(label="E-mail", choices=PLACES, required=False)
    sms = forms.ChoiceField(label="SMS", choices=PLACES, required=False)
    chat = forms.ChoiceField(label="Chat", choices=PLACES, required=False)
    push = forms.ChoiceField(label="Push", choices=PLACES, required=False)
    uses_all = forms.BooleanField(label="All news on each of them, not on the first that works", required=False)
    sms_to = forms.CharField(label="Number for SMS", required=False, max_length=40, help_text="Empty: their telephone.")
    chat_to = forms.CharField(label="Name or number in the chat", required=False, max_length=200)
    push_to = forms.CharField(label="Device or topic for push", required=False, max_length=200)
    quiet_from = forms.TimeField(label="No messages from", required=False, help_text="Empty: as for everybody.")
    quiet_to = forms.TimeField(label="until", required=False)

    @property
    def places(self) -> list[forms.BoundField]:
        """The channels' fields."""
        return [self[channel.value] for channel in Channel]

    def said(self) -> dict[str, Any]:
        """Return what the verb asks for: the channels in the order of their places, the others as they are."""
        given = dict(self.cleaned_data)
        places = {channel.value: given.pop(channel.value) for channel in Channel}
        given["channels"] = sorted((name for name, place in places.items() if place), key=lambda name: places[name])
        return given


class TermsForm(VersionedForm):
    order_fills = PercentsField(
        label="Of an order at least, %",
        required=False,
        help_text="One figure a delivery, the last for all later ones: 80, 0",
    )
    line_fills = PercentsField(label="Of a line at least, %", required=False)
    fill_by = forms.ChoiceField(label="Counted in", choices=FillMeasure.choices)
    max_sources = forms.IntegerField(
        label="Warehouses at a time", min_value=0, max_value=MAX_SOURCES, help_text="0 for any"
    )


class OrderTermsForm(TermsForm):
    ship_policy = forms.ChoiceField(label="Ships", choices=ShipPolicy.choices)
    substitutes = forms.ChoiceField(label="Substitutes", required=False, choices=SubstituteConsent.choices)
    field_order = ["ship_policy", "substitutes"]


def initial_of(customer: Customer, names: tuple[str, ...], version: int) -> dict[str, Any]:
    """Return what a form about a customer shows."""
    return {**{name: getattr(customer, name) for name in names}, "version": version}


def chosen_fields(chosen: Preference | None) -> dict[str, Any]:
    """Return what a form about a preference shows; without one, that mails are sent."""
    if chosen is None:
        return {"email": "1"}
    places = {name: str(place) for place, name in enumerate(chosen.channels, start=1)}
    kept = ("uses_all", "sms_to", "chat_to", "push_to", "quiet_from", "quiet_to")
    return {**places, **{name: getattr(chosen, name) for name in kept}}
