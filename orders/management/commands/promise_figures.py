from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from kernel.money import exact
from orders.queries.promises import promise_figures, revenue_at_risk


class Command(BaseCommand):
    help = "Say how steady dates were lately, whose doing the slips were, what was kept back, and what is at risk now."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--days", type=int, default=30, choices=range(1, 367), metavar="1..366", help="how far back"
        )
        parser.add_argument("--json", action="store_true", help="print JSON")

    def handle(self, *, days: int, **options: Any) -> None:
        figures = promise_figures(timezone.now(), days=days)
        risk = revenue_at_risk()
        if options["json"]:
            self.stdout.write(json.dumps({**asdict(figures), "revenue_at_risk": risk}, default=str, indent=2))
            return
        self.stdout.write(f"Since {figures.since:%-d %B %Y}: {figures.promises} promises, {figures.changes} changes")
        slips = ", ".join(f"{count} {origin}" for origin, count in figures.slips_by_origin.items())
        self.stdout.write(f"{figures.slips} slips ({slips}), {figures.mean_slip_days or 0} days on average")
        self.stdout.write(f"{sum(figures.kept_back.values())} changes kept back by promise rules, {figures.told} told")
        self.stdout.write(f"{figures.kept_on_time} of {figures.shipped_orders} orders left by the day promised first")
        self.stdout.write(f"{exact(risk)} of open value at risk")
