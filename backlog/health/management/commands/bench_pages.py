from __future__ import annotations

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from backlog.benchmark.backlog import make_backlog
from backlog.benchmark.measure import as_tables, measure
from orders.benchmark.database import own_database


class Command(BaseCommand):
    help = "Measure pages, open boards and actions on many orders on a synthetic backlog, in a database of its own."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--lines", type=int, default=1_000_000)
        parser.add_argument("--json", action="store_true", help="print one JSON document and nothing else")

    def handle(self, *, lines: int, json: bool, **options: Any) -> None:
        if not 1_000 <= lines <= 5_000_000:
            raise CommandError("--lines must be from 1,000 to 5,000,000.")
        with own_database() as database:
            self._tell(f"seeding and planning {lines:,} synthetic lines")
            make_backlog(lines)
            figures = measure(database, self._tell, bulk_orders=min(10_000, lines // 30))
        self.stdout.write(_as_json(figures) if json else "\n".join(as_tables(figures)))

    def _tell(self, words: str) -> None:
        self.stderr.write(f"… {words}")


def _as_json(figures: dict[str, Any]) -> str:
    return json.dumps(figures, indent=2)
