"""Warehouses: where they stand in the order of preference, when they work, and how much they pick in a day."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_POST, require_safe

from inventory import catalogue
from inventory.forms import VersionedForm, calendar_choices
from inventory.models import Warehouse
from inventory.setup_history import versions_of
from kernel.bounds import read_day
from kernel.errors import DomainError, Invalid
from orders import hands
from orders.queries.setup_words import DAYS
from orders.views.setup.frame import keep, manage, setup_page, who
from orders.views.setup.reading import units_in, version_in

HERE = "orders:setup_warehouses"
KINDS = (catalogue.WAREHOUSE_KIND, hands.SETUP_KIND)
BLANK_DAYS = 2


class WarehouseForm(VersionedForm):
    name = forms.CharField(label="Name", max_length=100)
    preference = forms.IntegerField(
        label="Place", min_value=0, max_value=1000, initial=1, help_text="Stock is taken from the lowest first."
    )
    calendar = forms.ChoiceField(label="Works by", choices=calendar_choices, required=False)
    handling_days = forms.IntegerField(
        label="Days to hand over", min_value=0, max_value=60, initial=0, help_text="Working days from stock to leaving."
    )
    is_active = forms.BooleanField(label="In use", required=False)


class NewWarehouseForm(forms.Form):
    code = forms.CharField(label="Code", max_length=20)
    name = forms.CharField(label="Name", max_length=100)
    preference = forms.IntegerField(label="Place", min_value=0, max_value=1000, initial=1)


@require_safe
@manage
def warehouses(request: HttpRequest) -> HttpResponse:
    """List warehouses with their figures; each is changed in place."""
    return _page(request)


@require_POST
@manage
def add(request: HttpRequest) -> HttpResponse:
    """Add a warehouse."""
    form = NewWarehouseForm(request.POST)
    if not form.is_valid():
        return _page(request, new_form=form, status=422)
    data = form.cleaned_data
    code = data["code"].strip()
    gone, refusal = keep(
        request,
        HERE,
        catalogue.WAREHOUSE_KIND,
        lambda: catalogue.create_warehouse(**data, **who(request)),
        f"{code} is added. Give it working days and a limit where it has any",
    )
    return gone or _page(request, new_form=form, refusal=refusal)


@require_POST
@manage
def change(request: HttpRequest, code: str) -> HttpResponse:
    """Change a warehouse."""
    form = WarehouseForm(request.POST)
    if not form.is_valid():
        return _page(request, code=code, form=form, status=422)
    gone, refusal = keep(
        request,
        HERE,
        catalogue.WAREHOUSE_KIND,
        lambda: catalogue.change_warehouse(code, **form.cleaned_data, **who(request)),
        f"{code} is changed",
    )
    return gone or _page(request, code=code, form=form, refusal=refusal)


@require_POST
@manage
def capacity(request: HttpRequest, code: str) -> HttpResponse:
    """Replace how many units a warehouse picks, by weekday and on days of their own."""

    def replace() -> None:
        hands.change_capacity(
            code,
            weekdays=[_limit(request.POST.get(f"weekday_{n}", ""), f"weekdays.{n}") for n in range(7)],
            days=_days(request),
            version=version_in(request),
            **who(request),
        )

    gone, refusal = keep(
        request, HERE, hands.SETUP_KIND, replace, f"Picking in {code} is changed. Dates follow within seconds"
    )
    return gone or _page(request, code=code, typed=request.POST, refusal=refusal)


def _limit(text: str, field: str) -> int | None:
    """Return the units of a day; None, no limit, for an empty field."""
    return units_in(text, field=field) if text.strip() else None


def _days(request: HttpRequest) -> dict[date, int]:
    found: dict[date, int] = {}
    rows = zip(request.POST.getlist("day"), request.POST.getlist("day_units"), strict=False)
    for text, units in ((text, units) for text, units in rows if text.strip() and units.strip()):
        day = read_day(text, field=f"days.{text[:10]}")
        if day in found:
            wrong = f"{day:%-d %B %Y} is given twice."
            raise Invalid(wrong, fields={f"days.{day}": wrong})
        found[day] = units_in(units, field=f"days.{day}")
    return found


def _page(
    request: HttpRequest,
    *,
    code: str = "",
    form: WarehouseForm | None = None,
    new_form: NewWarehouseForm | None = None,
    typed: Any = None,
    refusal: DomainError | None = None,
    status: int = 200,
) -> HttpResponse:
    found = (
        Warehouse.objects.select_related("calendar").prefetch_related("pick_capacities").order_by("preference", "pk")
    )
    own, limits = versions_of(catalogue.WAREHOUSE_KIND), versions_of(hands.SETUP_KIND)
    rows = []
    for warehouse in found.order_by("preference", "pk"):
        is_this = warehouse.code == code
        is_typed = is_this and typed is not None
        stored = _stored(hands.capacity_of(warehouse.pick_capacities.all()))
        rows.append(
            {
                "warehouse": warehouse,
                "form": form if is_this and form else WarehouseForm(initial=_initial(warehouse, own)),
                "is_form_open": is_this and form is not None,
                "own_days": [(each.day, each.units) for each in warehouse.pick_capacities.all() if each.day],
                "limits": [(day, units) for _, day, units in stored["weekdays"]],
                **(_typed(typed) if is_typed else stored),
                "is_capacity_open": is_typed,
                "is_limited": any(units != "" for _, _, units in stored["weekdays"]),
                "capacity_version": typed.get("version", "") if is_typed else limits.get(warehouse.code, 0),
            }
        )
    context = {"rows": rows, "new_form": new_form or NewWarehouseForm(), "refusal": refusal}
    return setup_page(request, "setup/warehouses.html", KINDS, context, status=refusal.status if refusal else status)


def _stored(document: dict[str, Any]) -> dict[str, Any]:
    """Return stored figures as the fields show them, with blank rows for more days."""
    days = [*document["days"].items(), *[("", "")] * BLANK_DAYS]
    weekdays = [
        (index, DAYS[index], "" if units is None else units) for index, units in enumerate(document["weekdays"])
    ]
    return {"weekdays": weekdays, "days": days}


def _typed(fields: Any) -> dict[str, Any]:
    weekdays = [(n, DAYS[n], fields.get(f"weekday_{n}", "")) for n in range(7)]
    days = list(zip(fields.getlist("day"), fields.getlist("day_units"), strict=False))
    return {"weekdays": weekdays, "days": days}


def _initial(warehouse: Warehouse, versions: dict[str, int]) -> dict[str, Any]:
    return {
        "name": warehouse.name,
        "preference": warehouse.preference,
        "calendar": warehouse.calendar.code if warehouse.calendar else "",
        "handling_days": warehouse.handling_days,
        "is_active": warehouse.is_active,
        "version": versions.get(warehouse.code, 0),
    }
