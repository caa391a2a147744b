from __future__ import annotations

from inventory.imports.closed_days import import_closed_days
from orders.imports.command import ImportCommand


class Command(ImportCommand):
    help = "Close days of working calendars from a CSV file: calendar, day, note."
    run_import = staticmethod(import_closed_days)
    things = "closed days"
