"""Working days: calendars with their weekdays, public holidays and days closed by hand."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from inventory import calendars as verbs
from inventory.forms import VersionedForm
from inventory.imports.closed_days import import_closed_days
from inventory.models import Calendar
from inventory.setup_history import versions_of
from inventory.working_days import holidays_ahead, known_subdivisions
from kernel.bounds import read_day
from kernel.errors import DomainError
from orders.queries.setup_words import DAYS
from orders.views.setup.frame import keep, manage, setup_page, who
from orders.views.setup.uploads import Uploaded, upload

HERE = "orders:setup_calendars"
KINDS = (verbs.SETUP_KIND,)
AHEAD_SHOWN = 8


class WeekdaysField(forms.MultipleChoiceField):
    """Seven boxes; as the verb takes them, ``1111100``."""

    def __init__(self) -> None:
        super().__init__(
            label="Works on",
            choices=[(str(n), day) for n, day in enumerate(DAYS)],
            widget=forms.CheckboxSelectMultiple,
            required=False,
        )

    def clean(self, value: Any) -> str:
        chosen = super().clean(value)
        return "".join("1" if str(n) in chosen else "0" for n in range(7))


def countries() -> list[tuple[str, str]]:
    return [("", "None"), *((code, code) for code in sorted(known_subdivisions()))]


class CalendarForm(VersionedForm):
    name = forms.CharField(label="Name", max_length=100)
    country = forms.ChoiceField(label="Public holidays of", choices=countries, required=False)
    subdivision = forms.CharField(label="Part of it", max_length=10, required=False, help_text="Such as ENG or BY")
    weekdays = WeekdaysField()
    is_company = forms.BooleanField(label="The company’s: for everybody who has none of their own", required=False)


class NewCalendarForm(CalendarForm):
    code = forms.CharField(label="Code", max_length=20)
    field_order = ["code", "name"]


@require_safe
@manage
def calendars(request: HttpRequest) -> HttpResponse:
    """List calendars; each is changed in place."""
    return _page(request)


@require_POST
@manage
def add(request: HttpRequest) -> HttpResponse:
    """Add a calendar."""
    form = NewCalendarForm(request.POST)
    if not form.is_valid():
        return _page(request, new_form=form, status=422)
    data = {name: value for name, value in form.cleaned_data.items() if name != "version"}
    code = data["code"].strip()
    gone, refusal = keep(
        request,
        HERE,
        verbs.SETUP_KIND,
        lambda: verbs.create_calendar(**data, **who(request)),
        f"{code} is added",
    )
    return gone or _page(request, new_form=form, refusal=refusal)


@require_POST
@manage
def change(request: HttpRequest, code: str) -> HttpResponse:
    """Change a calendar; the whole backlog is planned anew."""
    form = CalendarForm(request.POST)
    if not form.is_valid():
        return _page(request, code=code, form=form, status=422)
    data = dict(form.cleaned_data)
    data["is_company"] = data["is_company"] or None  # only another calendar takes that away
    gone, refusal = keep(
        request,
        HERE,
        verbs.SETUP_KIND,
        lambda: verbs.change_calendar(code, **data, **who(request)),
        f"{code} is changed. The backlog is planned anew",
    )
    return gone or _page(request, code=code, form=form, refusal=refusal)


@require_POST
@manage
def close(request: HttpRequest, code: str) -> HttpResponse:
    """Close a day."""

    def change() -> None:
        day = read_day(request.POST.get("day", ""), field="day")
        note = request.POST.get("note", "")
        verbs.close_day(code, day=day, note=note, **who(request))

    gone, refusal = keep(request, HERE, verbs.SETUP_KIND, change, f"{code} is closed that day")
    return gone or _page(request, refusal=refusal)


@require_POST
@manage
def open_again(request: HttpRequest, code: str) -> HttpResponse:
    """Take back that a day is closed."""

    def change() -> None:
        day = read_day(request.POST.get("day", ""), field="day")
        verbs.open_day(code, day=day, **who(request))

    gone, refusal = keep(request, HERE, verbs.SETUP_KIND, change, f"{code} works that day again")
    return gone or _page(request, refusal=refusal)


@require_POST
@manage
def take_in(request: HttpRequest) -> HttpResponse:
    """Close the days of a file: calendar, day, note."""
    uploaded = upload(request, HERE, import_closed_days, "days closed")
    return uploaded.response or _page(request, uploaded=uploaded)


def _page(
    request: HttpRequest,
    *,
    code: str = "",
    form: CalendarForm | None = None,
    new_form: NewCalendarForm | None = None,
    uploaded: Uploaded | None = None,
    refusal: DomainError | None = None,
    status: int = 200,
) -> HttpResponse:
    today, versions = timezone.localdate(), versions_of(verbs.SETUP_KIND)
    rows = []
    for calendar in Calendar.objects.prefetch_related("closed_days").order_by("-is_company", "code"):
        is_this = calendar.code == code and form is not None
        closed = sorted((day for day in calendar.closed_days.all() if day.day >= today), key=lambda day: day.day)
        rows.append(
            {
                "calendar": calendar,
                "works": [(day, flag == "1") for day, flag in zip(DAYS, calendar.weekdays, strict=True)],
                "closed": closed,
                "holidays": holidays_ahead(calendar, today)[:AHEAD_SHOWN],
                "form": form if is_this else CalendarForm(initial=_initial(calendar, versions)),
                "is_open": is_this,
            }
        )
    shown = refusal or (uploaded.refusal if uploaded else None)
    context = {
        "rows": rows,
        "new_form": new_form or NewCalendarForm(initial={"weekdays": list("01234")}),
        "refusal": shown,
        "outcome": uploaded.outcome if uploaded else None,
    }
    status = shown.status if shown else 422 if uploaded else status
    return setup_page(request, "setup/calendars.html", KINDS, context, status=status)


def _initial(calendar: Calendar, versions: dict[str, int]) -> dict[str, Any]:
    names = ("name", "country", "subdivision", "is_company")
    return {
        **{name: getattr(calendar, name) for name in names},
        "weekdays": [str(n) for n, flag in enumerate(calendar.weekdays) if flag == "1"],
        "version": versions.get(calendar.code, 0),
    }
