from __future__ import annotations

from argparse import ArgumentTypeError
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from inventory import calendars
from inventory.models import Calendar
from kernel.errors import DomainError


class Command(BaseCommand):
    help = "Show who works when; with CODE make or change a calendar, or close and open days of it."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("code", nargs="?", metavar="CODE", help="the calendar; it is made if it does not exist")
        parser.add_argument("--name", help="what it is called")
        parser.add_argument("--country", help="whose public holidays are closed, as in GB")
        parser.add_argument("--subdivision", help="the part of it, as in ENG")
        parser.add_argument("--weekdays", help="1 for each working day, Monday first, as in 1111100")
        parser.add_argument("--company", action="store_true", help="make it everybody's who has none of their own")
        parser.add_argument("--close", type=_day, action="append", default=[], metavar="DAY", help="close a day")
        parser.add_argument("--open", type=_day, action="append", default=[], metavar="DAY", help="take that back")

    def handle(self, *, code: str | None, **options: Any) -> None:
        try:
            if code:
                _change(code, options)
        except DomainError as error:
            raise CommandError("\n".join([error.detail, *error.fields.values()])) from error
        for calendar in Calendar.objects.order_by("code"):
            self.stdout.write(_said(calendar))


def _change(code: str, options: dict[str, Any]) -> None:
    given = {name: options[name] for name in ("name", "country", "subdivision", "weekdays") if options[name]}
    known = Calendar.objects.filter(code=code).exists()
    if not known:
        given.setdefault("name", code)
        calendars.create_calendar(code=code, **given, is_company=options["company"], actor=None, now=timezone.now())
    elif given or options["company"]:
        calendars.change_calendar(code, **given, is_company=options["company"] or None, actor=None, now=timezone.now())
    for day in options["close"]:
        calendars.close_day(code, day=day, actor=None, now=timezone.now())
    for day in options["open"]:
        calendars.open_day(code, day=day, actor=None, now=timezone.now())


def _said(calendar: Calendar) -> str:
    closed = ", ".join(str(row.day) for row in calendar.closed_days.order_by("day"))
    where = f"holidays of {calendar.country} {calendar.subdivision}".strip() if calendar.country else "no holidays"
    company = ", the company's" if calendar.is_company else ""
    return f"{calendar.code}: {calendar.weekdays}, {where}{company}{f'; closed {closed}' if closed else ''}"


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise ArgumentTypeError(f"{text!r}: write a day, as in 2026-12-29") from error
