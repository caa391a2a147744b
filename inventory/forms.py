"""What people type about stock and purchase orders; the verbs decide, these only read."""

from __future__ import annotations

from typing import Any

from django import forms

from inventory.models import Calendar, GivenUpBy, Warehouse
from kernel.bounds import FIRST_DAY, LAST_DAY, MAX_QTY
from kernel.forms import VerbForm


def warehouse_choices() -> list[tuple[str, str]]:
    """Return active warehouses as planning prefers them."""
    rows = Warehouse.objects.filter(is_active=True).order_by("preference", "pk")
    return [(code, f"{name} ({code})") for code, name in rows.values_list("code", "name")]


def calendar_choices() -> list[tuple[str, str]]:
    """Return the working calendars; the first stands for the company's, whichever that is."""
    rows = Calendar.objects.order_by("code").values_list("code", "name")
    return [("", "The company's"), *((code, f"{name} ({code})") for code, name in rows)]


class VersionedForm(VerbForm):
    """A form that says which version of a thing it shows (inventory.setup_history)."""

    version = forms.IntegerField(widget=forms.HiddenInput, required=False)


class SupplierForm(VersionedForm):
    name = forms.CharField(label="Name", max_length=200)
    email = forms.CharField(label="E-mail", max_length=254, required=False)
    delay_p50_days = forms.IntegerField(label="Usual delay, working days", min_value=0, max_value=730)
    delay_p90_days = forms.IntegerField(label="Nine in ten within, working days", min_value=0, max_value=730)
    calendar = forms.ChoiceField(label="Works by", choices=calendar_choices, required=False)
    is_active = forms.BooleanField(label="We order from it", required=False)


class ReceiveForm(VerbForm):
    sku = forms.CharField(label="SKU", max_length=40)
    warehouse = forms.ChoiceField(label="Warehouse", choices=warehouse_choices)
    qty = forms.IntegerField(label="Units", min_value=1, max_value=MAX_QTY)
    reference = forms.CharField(
        label="Reference", max_length=80, required=False, help_text="Delivery note or whatever finds it again"
    )


class AdjustForm(VerbForm):
    warehouse = forms.ChoiceField(label="Warehouse", choices=warehouse_choices)
    qty_delta = forms.IntegerField(
        label="Difference", min_value=-MAX_QTY, max_value=MAX_QTY, help_text="−3 when three are gone, 3 when found"
    )
    reason = forms.CharField(label="Reason", max_length=200)


class RedateForm(VerbForm):
    expected_on = forms.DateField(
        label="Expected on", widget=forms.DateInput(attrs={"min": FIRST_DAY.isoformat(), "max": LAST_DAY.isoformat()})
    )
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)


class GiveUpForm(VersionedForm):
    """Whose doing it is that nothing more comes."""

    by = forms.ChoiceField(
        label="Who gave it up",
        choices=GivenUpBy.choices,
        help_text="The dates that move for it count as theirs.",
    )


class ArrivalForm(VerbForm):
    """The units of each line of a purchase order that arrived, as fields ``qty_<position>``."""

    received_on = forms.DateField(label="Arrived on")

    def __init__(self, *args: Any, positions: dict[int, int], **kwargs: Any) -> None:
        """Take ``positions``: what is outstanding of each open line, by its position."""
        super().__init__(*args, **kwargs)
        for position, outstanding in positions.items():
            self.fields[f"qty_{position}"] = forms.IntegerField(
                label=f"Units of line {position}", min_value=0, max_value=MAX_QTY, required=False, initial=outstanding
            )

    @property
    def arrived(self) -> dict[int, int]:
        """Return the units given, by position, without lines that are left empty or 0."""
        values = {name: value for name, value in self.cleaned_data.items() if name.startswith("qty_") and value}
        return {int(name.removeprefix("qty_")): value for name, value in values.items()}
