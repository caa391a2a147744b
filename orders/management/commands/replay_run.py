from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from kernel.errors import DomainError, Invalid
from orders.management.json_files import read_json
from orders.models import PlanRun
from orders.replanning.plan_records import replay
from orders.replanning.run_comparison import compare_replays
from orders.rules.policies import checked_strategy


class Command(BaseCommand):
    help = "Plan a kept run again: the same plan must come out (exit 1 if not), or what other rules would have done."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("run", type=int, help="the number of a full run")
        parser.add_argument("--policy", type=Path, help="rules as JSON, to plan the run's inputs by instead")

    def handle(self, *, run: int, policy: Path | None, **options: Any) -> None:
        try:
            if policy is None:
                self._prove(run)
            else:
                self._compare(run, read_json(policy))
        except Invalid as refusal:
            places = (f"{place}: {words}" for place, words in refusal.fields.items())
            raise CommandError("\n".join([refusal.detail, *places])) from refusal
        except DomainError as refusal:
            raise CommandError(refusal.detail) from refusal

    def _prove(self, run: int) -> None:
        again = replay(run)
        self.stdout.write(f"run {run}: {len(again.plan.line_id):,} lines planned again, {again.plan_hash}")
        if not again.is_same:
            kept = PlanRun.objects.values_list("plan_hash", flat=True).get(pk=run)
            raise CommandError(
                f"The plan differs from the run's, {kept}: the program has changed since, or has a fault."
            )
        self.stdout.write("The same plan, bit for bit.")

    def _compare(self, run: int, rules: dict[str, Any]) -> None:
        checked_strategy(rules)
        found = compare_replays(replay(run), replay(run, rules=rules))
        self.stdout.write(f"run {run} by these rules: {found.sooner:,} orders sooner, {found.later:,} later,")
        self.stdout.write(f"{found.up:,} up in line, {found.down:,} down")
        for move in (*found.winners, *found.losers):
            self.stdout.write(f"  {move.ref} {move.eta_before or '–'} → {move.eta_after or '–'}: {move.why}")
