from __future__ import annotations

import json
import resource
from statistics import median
from time import perf_counter
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from orders.benchmark.database import own_database
from orders.benchmark.seed import seed, shape_of
from orders.guarding import change_guard
from orders.models import PlanRecord
from orders.plan_records import replay
from orders.planning.presets import FIFO
from orders.policy_preview import preview_rules
from orders.replan import replan
from orders.simulation.running import simulate
from orders.simulation.scenarios import read_scenarios

_SCENARIOS = [
    {"name": "Oldest first", "changes": [{"type": "policy", "rules": FIFO}]},
    {"name": "More demand", "changes": [{"type": "demand", "percent": 10}]},
]
_TIMES = 3


class Command(BaseCommand):
    help = "Measure previews, simulations, the guard and replays on a synthetic backlog in a database of its own."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--lines", type=int, default=100_000)
        parser.add_argument("--json", action="store_true")

    def handle(self, *, lines: int, **options: Any) -> None:
        with own_database():
            seed(shape_of(lines, "default"))
            figures = _measure()
        if options["json"]:
            self.stdout.write(json.dumps(figures))
        else:
            for name, value in figures.items():
                self.stdout.write(f"{name:24} {value}")


def _measure() -> dict[str, Any]:
    now = timezone.now()
    first = replan(product_ids=None, cause="benchmark", now=now, quiet=True)
    previews = [_seconds(lambda: preview_rules(FIFO, now=now)) for _ in range(_TIMES)]
    today = timezone.localdate(now)
    scenarios = read_scenarios(_SCENARIOS)
    simulated = _seconds(lambda: simulate(scenarios, today=today))
    plain = replan(product_ids=None, cause="benchmark", now=now)
    change_guard(changes={"messages": 10_000_000}, actor=None)
    guarded = replan(product_ids=None, cause="benchmark", now=now)
    record = PlanRecord.objects.order_by("-run_id").first()
    return {
        "lines": first.counts["lines"],
        "preview_s": round(median(previews), 2),
        "preview_slowest_s": round(max(previews), 2),
        "preview_lines": (preview_rules(FIFO, now=now).sample or _Whole(first.counts["lines"])).lines,
        "simulation_s": round(simulated, 2),
        "scenarios": len(scenarios),
        "unchanged_run_s": plain.timings["total_s"],
        "guard_s": guarded.timings.get("guard_s"),
        "record_mb": None if record is None else round(len(bytes(record.archive)) / 1e6, 2),
        "replay_s": None if record is None else round(_seconds(lambda: replay(record.pk)), 2),
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
    }


class _Whole:
    """Stands in for a sample where all lines were planned."""

    def __init__(self, lines: int) -> None:
        self.lines = lines


def _seconds(work: Any) -> float:
    started = perf_counter()
    work()
    return perf_counter() - started
