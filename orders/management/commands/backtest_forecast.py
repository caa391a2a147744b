from __future__ import annotations

import json
from time import perf_counter
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from orders.studying.forecast_demand import backtest_demand


class Command(BaseCommand):
    help = (
        "Hold back the last complete weeks of demand, forecast them from what lies before, and print how good it was."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--weeks", type=int, default=8, help="weeks to hold back, 1 to 26")
        parser.add_argument("--json", action="store_true", help="print one JSON document and nothing else")

    def handle(self, *, weeks: int, json: bool, **options: Any) -> None:
        if not 1 <= weeks <= 26:
            raise CommandError("--weeks must be from 1 to 26.")
        started = perf_counter()
        found = backtest_demand(today=timezone.localdate(), weeks=weeks, tell=self._say)
        figures = found.as_dict() | {"seconds": round(perf_counter() - started, 1)}
        self.stdout.write(_as_json(figures) if json else "\n".join(f"{name}: {figures[name]}" for name in figures))

    def _say(self, step: str, done: int, total: int) -> None:
        self.stderr.write(f"… {step} ({done} of {total})")


def _as_json(figures: dict[str, Any]) -> str:
    return json.dumps(figures, indent=2)
