from __future__ import annotations

import json
import os
import resource
from collections.abc import Callable
from pathlib import Path
from statistics import median
from time import perf_counter, process_time
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.db import connection
from django.utils import timezone

from orders.benchmark.database import own_database
from orders.benchmark.seed import seed, shape_of
from orders.models import PlanRecord
from orders.planning.presets import FIFO
from orders.replan import replan
from orders.replanning.plan_records import replay
from orders.rules.guarding import change_guard
from orders.rules.policy_preview import preview_rules
from orders.simulation.running import simulate
from orders.simulation.scenarios import read_scenarios

_SCENARIOS = [
    {"name": "Oldest first", "changes": [{"type": "policy", "rules": FIFO}]},
    {"name": "More demand", "changes": [{"type": "demand", "percent": 10}]},
]
_TIMES = 3
_USED = slice(11, 13)  # utime and stime, counted from the state


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
    today = timezone.localdate(now)
    first = replan(product_ids=None, cause="benchmark", now=now, quiet=True)
    scenarios = read_scenarios(_SCENARIOS)
    preview = preview_rules(FIFO, now=now)
    figures = {
        "lines": first.counts["lines"],
        "preview_lines": preview.sample.lines if preview.sample else first.counts["lines"],
        **_spent("preview", lambda: preview_rules(FIFO, now=now)),
        "scenarios": len(scenarios),
        **_spent("simulation", lambda: simulate(scenarios, today=today)),
    }
    plain = replan(product_ids=None, cause="benchmark", now=now)
    change_guard(changes={"messages": 10_000_000}, actor=None)
    guarded = replan(product_ids=None, cause="benchmark", now=now)
    figures |= {"unchanged_run_s": plain.timings["total_s"], "guard_s": guarded.timings["guard_s"]}
    record = PlanRecord.objects.order_by("-run_id").first()
    if record is not None:
        run, megabytes = record.run_id, len(bytes(record.archive)) / 1e6
        figures |= {"record_mb": round(megabytes, 2), **_spent("replay", lambda: replay(run))}
    return {**figures, "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024}


def _spent(name: str, work: Callable[[], object]) -> dict[str, float]:
    """Return the median seconds of a few times by the clock, and by the processors of this process and its backend."""
    clock, processor = [], []
    for _ in range(_TIMES):
        started, used = perf_counter(), process_time() + _backend_seconds()
        work()
        clock.append(perf_counter() - started)
        processor.append(process_time() + _backend_seconds() - used)
    return {f"{name}_s": round(median(clock), 2), f"{name}_processor_s": round(median(processor), 2)}


def _backend_seconds() -> float:
    """Return the processor seconds of the database process that serves us; 0 where it is on another machine."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        pid = cursor.fetchone()[0]
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return sum(map(int, fields[_USED])) / os.sysconf("SC_CLK_TCK")
