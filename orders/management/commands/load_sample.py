from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from kernel.errors import DomainError
from orders.models import SampleLoad
from orders.sample.loading import Loaded, grow_sample, is_empty, load_sample, plan_if_cut_off
from orders.sample.people import PASSWORD, PEOPLE


class Command(BaseCommand):
    help = "Fill an empty database with the sample: real demand, simulated supply (data/README.md)."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--lines", type=int, metavar="N", help="grow the backlog to N open lines by copies, for benchmarks"
        )
        parser.add_argument("--smoke", action="store_true", help="three days instead of nine months, for quick tests")
        parser.add_argument("--if-empty", action="store_true", help="do nothing where there are orders or products")

    def handle(self, *args: Any, lines: int | None, smoke: bool, if_empty: bool, **options: Any) -> None:
        now = timezone.now()
        if if_empty and not is_empty():
            plan_if_cut_off(now, self._say)
            self._say("There are orders or products already; the sample stays out.")
            return
        try:
            if lines is not None and SampleLoad.objects.exists():
                grow_sample(lines, now=now, say=self._say)
            else:
                self._print_counts(load_sample(now=now, smoke=smoke, open_lines=lines, say=self._say))
        except DomainError as error:
            raise CommandError(error.detail) from error
        emails = ", ".join(email for email, _name, _role in PEOPLE)
        self._say(f"Sign in as {emails}; password {PASSWORD}.")

    def _say(self, text: str) -> None:
        self.stdout.write(text)
        self.stdout.flush()

    def _print_counts(self, loaded: Loaded) -> None:
        self._say("What became of the rows of the file:")
        for fate, rows in loaded.fates.items():
            self._say(f"  {rows:>9,}  {fate}")
        self._say(f"  {loaded.rows:>9,}  rows in the file")
        self._say(
            f"{loaded.orders:,} orders with {loaded.lines:,} lines, "
            f"of which {loaded.open_orders:,} orders with {loaded.open_lines:,} lines are open."
        )
