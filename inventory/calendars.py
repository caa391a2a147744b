"""Working calendars: who works when. A change plans the whole backlog anew, by way of its fact.

Locks: the calendar's row; nothing else is touched.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from inventory.catalogue import tell_changed
from inventory.dirty import ask_for_full_plan
from inventory.models import Calendar, ClosedDay, Supplier, Warehouse
from inventory.setup_history import check_version, record_change
from inventory.working_days import known_subdivisions
from kernel.bounds import FIRST_DAY, LAST_DAY, check_day
from kernel.errors import Conflict, Invalid, NotFound
from kernel.people import Actor
from kernel.rows import change_row, check_row, insert_row
from kernel.text import clean_code, clean_text, is_plain
from kernel.transactions import entry_verb

SETUP_KIND = "calendar"
FIELDS = ("name", "country", "subdivision", "weekdays")
MOST_CLOSED_DAYS = 1000


@entry_verb
def create_calendar(
    *,
    code: str,
    name: str,
    country: str = "",
    subdivision: str = "",
    weekdays: str = "1111100",
    is_company: bool = False,
    actor: Actor | None,
    now: datetime,
) -> Calendar:
    """Add a calendar; ``weekdays`` has a 1 for each working day, Monday first. Only one can be the company's."""
    calendar = Calendar(
        code=clean_code(code, field="code", max_length=20),
        name=name,
        country=country.upper(),
        subdivision=subdivision.upper(),
        weekdays=weekdays,
    )
    check_row(calendar, ("code", "name", "country", "subdivision", "weekdays"))
    _check(calendar)
    insert_row(calendar, code="code")
    company = _company()
    if is_company:
        _make_company(calendar)
    after = {**document_of(calendar), "company_before": company}
    record_change(SETUP_KIND, calendar.code, before=None, after=after, actor=actor, now=now)
    tell_changed(calendar, calendar.code, {"created"}, actor=actor, now=now)
    ask_for_full_plan(calendar.code, actor=actor, now=now)
    return calendar


@entry_verb
def change_calendar(
    code: str,
    *,
    name: str | None = None,
    country: str | None = None,
    subdivision: str | None = None,
    weekdays: str | None = None,
    is_company: bool | None = None,
    actor: Actor | None,
    now: datetime,
    version: int | None = None,
) -> Calendar:
    """Change what is given. The company's calendar stays the company's until another is: Conflict.

    So it is where somebody changed the calendar since ``version`` (inventory.setup_history).
    """
    calendar, before = _lock(code, version=version)
    if is_company is False and calendar.is_company:
        raise Conflict("Some calendar must be the company's. Make another one the company's instead.", code="company")
    given = {
        "name": name,
        "country": None if country is None else country.upper(),
        "subdivision": None if subdivision is None else subdivision.upper(),
        "weekdays": weekdays,
    }
    _check(Calendar(**{name: getattr(calendar, name) if value is None else value for name, value in given.items()}))
    changed = change_row(calendar, given)
    if is_company and not calendar.is_company:
        _make_company(calendar)
        changed |= {"is_company"}
    _record(calendar, before, actor, now)
    tell_changed(calendar, calendar.code, changed, actor=actor, now=now)
    if changed - {"name"}:
        ask_for_full_plan(calendar.code, actor=actor, now=now)
    return calendar


@entry_verb
def close_day(
    code: str, *, day: date, note: str = "", actor: Actor | None, now: datetime, version: int | None = None
) -> ClosedDay:
    """Close a day on which a calendar would work; closing it again changes its note."""
    calendar, before = _lock(code, version=version)
    check_day(day, field="day", first=FIRST_DAY, last=LAST_DAY)
    words = clean_text(note, field="note", max_length=100)
    if calendar.closed_days.count() >= MOST_CLOSED_DAYS:
        raise Conflict(f"{calendar.code} has {MOST_CLOSED_DAYS} closed days already. Open some that have passed.")
    closed, _ = ClosedDay.objects.update_or_create(calendar=calendar, day=day, defaults={"note": words})
    _record(calendar, before, actor, now)
    tell_changed(calendar, calendar.code, {f"closed {day}"}, actor=actor, now=now)
    ask_for_full_plan(calendar.code, actor=actor, now=now)
    return closed


@entry_verb
def open_day(code: str, *, day: date, actor: Actor | None, now: datetime, version: int | None = None) -> None:
    """Take back that a day is closed; NotFound where it is not, as for a public holiday."""
    calendar, before = _lock(code, version=version)
    if not calendar.closed_days.filter(day=day).delete()[0]:
        raise NotFound(f"{calendar.code} is not closed by hand on {day:%-d %B %Y}.")
    _record(calendar, before, actor, now)
    tell_changed(calendar, calendar.code, {f"opened {day}"}, actor=actor, now=now)
    ask_for_full_plan(calendar.code, actor=actor, now=now)


@entry_verb
def restore_calendar(
    code: str, *, document: Mapping[str, Any] | None, company: str, actor: Actor | None, now: datetime, version: int
) -> None:
    """Make a calendar what ``document`` says (``document_of``): the undoing of the change that made ``version``.

    None takes a calendar away that was new; Conflict while a warehouse or a supplier works by it. Where it no longer is
    the company's, ``company`` is, as it was before.
    """
    calendar, before = _lock(code, version=version)
    if calendar.is_company and (document is None or not document["is_company"]):
        _make_company(Calendar.objects.filter(code=company).exclude(pk=calendar.pk).first())
        calendar.is_company = False
    if document is None:
        _remove(calendar)
    else:
        change_row(calendar, {name: document[name] for name in FIELDS})
        if document["is_company"] and not calendar.is_company:
            _make_company(calendar)
        calendar.closed_days.all().delete()
        ClosedDay.objects.bulk_create(
            ClosedDay(calendar=calendar, day=day, note=note) for day, note in document["closed"].items()
        )
    record_change(SETUP_KIND, code, before=before, after=document or {}, actor=actor, now=now)
    tell_changed(calendar, code, {"undone"}, actor=actor, now=now)
    ask_for_full_plan(code, actor=actor, now=now)


def document_of(calendar: Calendar) -> dict[str, Any]:
    """Return a calendar as a document: its fields, and its closed days with their notes."""
    closed = calendar.closed_days.order_by("day").values_list("day", "note")
    return {
        **{name: getattr(calendar, name) for name in FIELDS},
        "is_company": calendar.is_company,
        "closed": {day.isoformat(): note for day, note in closed},
    }


def _lock(code: str, *, version: int | None) -> tuple[Calendar, dict[str, Any]]:
    """Lock a calendar; return it with what it says before the change."""
    named = Calendar.objects.filter(code=code) if is_plain(code) else Calendar.objects.none()
    calendar = named.select_for_update(of=("self",), no_key=True).first()
    if calendar is None:
        raise NotFound(f"There is no calendar {code[:20]}.")
    check_version(SETUP_KIND, calendar.code, version)
    return calendar, {**document_of(calendar), "company_before": _company()}


def _record(calendar: Calendar, before: Mapping[str, Any], actor: Actor | None, now: datetime) -> None:
    after = {**document_of(calendar), "company_before": before["company_before"]}
    record_change(SETUP_KIND, calendar.code, before=before, after=after, actor=actor, now=now)


def _remove(calendar: Calendar) -> None:
    for users in (Warehouse, Supplier):
        if users._default_manager.filter(calendar=calendar).exists():
            raise Conflict(
                f"A {users._meta.model_name} works by {calendar.code}. Give it another calendar first.", code="in_use"
            )
    calendar.delete()


def _company() -> str:
    return Calendar.objects.filter(is_company=True).values_list("code", flat=True).first() or ""


def _make_company(calendar: Calendar | None) -> None:
    Calendar.objects.filter(is_company=True).update(is_company=False)
    if calendar is not None:
        calendar.is_company = True
        calendar.save(update_fields=["is_company"])


def _check(calendar: Calendar) -> None:
    wrong = {}
    if len(calendar.weekdays) != 7 or set(calendar.weekdays) - {"0", "1"} or "1" not in calendar.weekdays:
        wrong["weekdays"] = "Give seven digits from Monday, 1 for each working day, such as 1111100."
    known = known_subdivisions()
    if calendar.country and calendar.country not in known:
        wrong["country"] = "Its public holidays are not known. Give an ISO code such as GB, or close the days by hand."
    elif calendar.subdivision and calendar.subdivision not in known.get(calendar.country, ()):
        parts = ", ".join(known.get(calendar.country, ())) or "none"
        wrong["subdivision"] = f"There is no such part. Known: {parts}."[:200]
    if wrong:
        raise Invalid("Correct what is marked; nothing was changed.", fields=wrong)
