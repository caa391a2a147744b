from __future__ import annotations

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from orders.benchmark.database import own_database
from orders.benchmark.measure import measure
from orders.benchmark.seed import shape_of


class Command(BaseCommand):
    help = "Measure planning on a synthetic backlog, in a database of its own that is dropped afterwards."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--lines", type=int, default=100_000)
        parser.add_argument("--profile", choices=["default", "peers"], default="default")
        parser.add_argument("--first-only", action="store_true", help="only the first full run and the bare UPDATE")
        parser.add_argument("--json", action="store_true", help="print one JSON document and nothing else")

    def handle(self, *, lines: int, profile: str, first_only: bool, json: bool, **options: Any) -> None:
        if not 1_000 <= lines <= 10_000_000:
            raise CommandError("--lines must be from 1,000 to 10,000,000.")
        with own_database():
            figures = measure(
                shape_of(lines, profile), lambda words: self.stderr.write(f"… {words}"), first_only=first_only
            )
        self.stdout.write(_as_json(figures) if json else "\n".join(f"{name}: {figures[name]}" for name in figures))


def _as_json(figures: dict[str, Any]) -> str:
    return json.dumps(figures, indent=2)
