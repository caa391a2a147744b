from __future__ import annotations

import json
from time import perf_counter
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from kernel.errors import Invalid
from orders.models import StudyKind
from orders.studying.backtest_policies import Backtest, backtest_policies, contestants
from orders.studying.study_kinds import read_members

_SHOWN = ("fill_rate", "on_time_value", "broken_share", "mean_wait_days", "worst_wait_days", "longest_wait_days")

_OPTIONS = {"policies": "policy"}


class Command(BaseCommand):
    help = "Replay the last weeks once per strategy, on the same orders and supply, and print what came of each."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--weeks", type=int, default=13, help="weeks to live through, 1 to 52")
        parser.add_argument("--supply", type=float, default=1.0, help="share of the real receipts that comes, 0.1 to 1")
        parser.add_argument(
            "--together", type=float, default=0.0, help="share of orders supposed to ship complete, 0 to 1"
        )
        parser.add_argument(
            "--policy", type=int, action="append", help="version of a stored policy that takes part too"
        )
        parser.add_argument("--json", action="store_true", help="print one JSON document and nothing else")

    def handle(
        self, *, weeks: int, supply: float, together: float, policy: list[int] | None, json: bool, **options: Any
    ) -> None:
        asked = {"weeks": weeks, "supply": supply, "together": together, "policies": policy or []}
        try:
            members = read_members(StudyKind.BACKTEST_POLICIES, asked)
        except Invalid as wrong:
            raise CommandError(
                " ".join(f"--{_OPTIONS.get(at, at)}: {why}" for at, why in wrong.fields.items())
            ) from wrong
        started = perf_counter()
        found = backtest_policies(
            until_on=timezone.localdate(),
            weeks=weeks,
            supply=supply,
            together=together,
            policies=contestants(members["policies"], together=together),
            tell=self._say,
        )
        figures = found.as_dict() | {"seconds": round(perf_counter() - started, 1)}
        self.stdout.write(_as_json(figures) if json else _as_table(found))

    def _say(self, step: str) -> None:
        self.stderr.write(f"… {step}")


def _as_json(figures: dict[str, Any]) -> str:
    return json.dumps(figures, indent=2)


def _as_table(found: Backtest) -> str:
    rows: list[tuple[str, ...]] = [("strategy", *_SHOWN)]
    for name, figures in found.strategies.items():
        values = (getattr(figures, shown) for shown in _SHOWN)
        rows.append((name, *(f"{value:.3f}" if isinstance(value, float) else str(value) for value in values)))
    return "\n".join("  ".join(f"{cell:>17}" for cell in row) for row in rows)
