"""An action on many orders, and what it costs those who look at the board meanwhile."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

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
_LOOK_EVERY_S = 0.2
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
        _settle()
    return found


def _work(site: Site, action: str, params: Mapping[str, Any], refs: Sequence[str]) -> Worked:
    before = p95([_look(site) for _ in range(_IDLE_LOOKS)])
    started = time.monotonic()
    job_id = site.post("/api/v1/bulk-actions/", {"action": action, "orders": list(refs), "params": params})["id"]
    looks: list[float] = []
    while BulkJob.objects.filter(pk=job_id, status="running").exists() and time.monotonic() - started < _PATIENCE_S:
        looks.append(_look(site))
    seconds = time.monotonic() - started
    during = p95(looks or [_look(site)])
    return Worked(action, len(refs), seconds, during, during / before)


def _look(site: Site) -> float:
    time.sleep(_LOOK_EVERY_S)
    return ask(site, "/triage/")


def _settle() -> None:
    """Wait until planning has caught up with what the action changed."""
    deadline = time.monotonic() + _PATIENCE_S
    while DirtyMark.objects.exists() and time.monotonic() < deadline:
        time.sleep(_LOOK_EVERY_S)
