"""An action on many orders, and what it costs those who look at the board meanwhile."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from threading import Event
from time import monotonic
from typing import Any

from django.core.management.base import CommandError

from backlog.benchmark.hearing import announcements
from backlog.benchmark.pages import ask, p95
from backlog.benchmark.site import Site
from inventory.models import DirtyMark
from orders.models import BulkJob, Order

ORDERS = 10_000
ACTIONS: tuple[tuple[str, Mapping[str, Any]], ...] = (
    ("expedite", {}),
    ("hold", {"kind": "manual", "reason": "benchmark"}),
    ("eta", {"days": 3, "reason": "benchmark"}),
)
_BETWEEN_LOOKS_S = 0.2
_IDLE_LOOKS = 30
_PATIENCE_S = 120.0


@dataclass(frozen=True, slots=True)
class Worked:
    """``board_times`` is the board's p95 while the action ran, over that before it."""

    action: str
    orders: int
    seconds: float
    board_p95_ms: float
    board_times: float


def time_bulk(site: Site, *, orders: int = ORDERS) -> list[Worked]:
    """Do each action on orders of its own, spread over the backlog."""
    found = []
    for place, (action, params) in enumerate(ACTIONS):
        refs = list(
            Order.objects.filter(holds=None, is_expedited=False)
            .order_by("pk")
            .values_list("ref", flat=True)[place : orders * 3 : 3]
        )
        found.append(_work(site, action, params, refs))
    return found


def _work(site: Site, action: str, params: Mapping[str, Any], refs: Sequence[str]) -> Worked:
    """Do one action while somebody looks at the board; wait until planning has caught up with it."""
    before = p95(_looks(site, Event(), most=_IDLE_LOOKS))
    is_over = Event()
    with announcements(_PATIENCE_S) as until, ThreadPoolExecutor(1) as looker:
        started = monotonic()
        job = site.post("/api/v1/bulk-actions/", {"action": action, "orders": list(refs), "params": params})["id"]
        looks = looker.submit(_looks, site, is_over)
        try:
            is_done = until(lambda: not BulkJob.objects.filter(pk=job, status="running").exists())
        finally:
            is_over.set()
        seconds = monotonic() - started
        if not (is_done and until(lambda: not DirtyMark.objects.exists())):
            raise CommandError(f"{action} of {len(refs):,} orders was not done and planned within {_PATIENCE_S:.0f} s.")
        during = p95(looks.result())
    return Worked(action, len(refs), seconds, during, during / before)


def _looks(site: Site, is_over: Event, *, most: int | None = None) -> list[float]:
    """Look at the board every now and then until it is over, once at least; return the milliseconds each took."""
    times: list[float] = []
    while not times or not (is_over.wait(_BETWEEN_LOOKS_S) or len(times) == most):
        times.append(ask(site, "/triage/"))
    return times
