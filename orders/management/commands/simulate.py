from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from kernel.errors import DomainError, Invalid
from orders.management.json_files import read_json
from orders.simulation.figures import Figures
from orders.simulation.running import Outcome, as_json, check, simulate
from orders.simulation.scenarios import Scenario, read_scenarios

_ROWS = (
    ("Value on time", "value_on_time", "{:,.0f}"),
    ("Value late", "value_late", "{:,.0f}"),
    ("Value at risk", "value_at_risk", "{:,.0f}"),
    ("Orders late", "orders_late", "{:,}"),
    ("Promises broken", "promises_broken", "{:,}"),
    ("Orders without a date", "orders_undated", "{:,}"),
    ("Orders ready", "ready_orders", "{:,}"),
    ("Units short", "units_short", "{:,}"),
    ("Longest wait, days", "longest_wait_days", "{:,}"),
    ("Gini of waits", "gini", "{:.3f}"),
    ("Lines overtaken", "overtaken_share", "{:.1%}"),
    ("Messages", "messages_total", "{:,}"),
)


class Command(BaseCommand):
    help = "Plan scenarios of a file beside the live plan and compare them; writes nothing."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, help="a list of scenarios as JSON, or an object with one in scenarios")
        parser.add_argument("--json", action="store_true", help="print everything, winners and losers included")

    def handle(self, *, file: Path, **options: Any) -> None:
        try:
            document = read_json(file)
            scenarios = read_scenarios(document.get("scenarios") if isinstance(document, dict) else document)
            check(scenarios)
            outcome = simulate(scenarios, today=timezone.localdate(), on_progress=self._show_progress)
        except Invalid as refusal:
            places = (f"{place}: {words}" for place, words in refusal.fields.items())
            raise CommandError("\n".join([refusal.detail, *places])) from refusal
        except DomainError as refusal:
            raise CommandError(refusal.detail) from refusal
        if options["json"]:
            results = zip(scenarios, outcome.results, strict=True)
            answer = {
                "baseline": as_json(outcome.baseline),
                "scenarios": [{"name": scenario.name, **as_json(result)} for scenario, result in results],
            }
            self.stdout.write(json.dumps(answer, indent=2))
        else:
            self._print_table(scenarios, outcome)

    def _show_progress(self, step: str, done: int, total: int) -> None:
        self.stderr.write(f"{done}/{total} {step}")

    def _print_table(self, scenarios: tuple[Scenario, ...], outcome: Outcome) -> None:
        columns: list[tuple[str, Figures]] = [("As it is", outcome.baseline)]
        columns += [(one.name, result.figures) for one, result in zip(scenarios, outcome.results, strict=True)]
        widths = [max(len(name), 12) for name, _ in columns]
        self._print_row("", [name for name, _ in columns], widths)
        for label, field, style in _ROWS:
            self._print_row(label, [style.format(getattr(figures, field)) for _, figures in columns], widths)
        for scenario, result in zip(scenarios, outcome.results, strict=True):
            found = result.differences
            self.stdout.write(f"\n{scenario.name}: {found.sooner:,} orders sooner, {found.later:,} later")
            for move in (*found.winners[:5], *found.losers[:5]):
                self.stdout.write(f"  {move.ref} {move.eta_before or '–'} → {move.eta_after or '–'}: {move.why}")
            for order in result.added:
                self.stdout.write(
                    f"  new order: {order.units_ready} of {order.units} now, all by {order.eta_p50 or '–'}"
                )

    def _print_row(self, label: str, cells: list[str], widths: list[int]) -> None:
        padded = (cell.rjust(width) for cell, width in zip(cells, widths, strict=True))
        self.stdout.write("  ".join([label.ljust(22), *padded]).rstrip())
