"""Warehouses' hands: what they pick in a day, and which lines must wait for them. docs/planning.md, section Capacity.

Hands couple all products of a warehouse, so they are no part of a plan but a pass of their own, which leaves the days
in a table that plans read. One pass goes at a time; what it moves it marks dirty. Locks of the pass: the pools.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from django.db import connection
from django.db.models import Max
from django.utils import timezone

from inventory.dirty import PLAN_TASK, mark_dirty
from inventory.models import PickCapacity, Warehouse
from inventory.queries import warehouse_by_code
from inventory.setup_history import check_version, record_change
from inventory.working_days import workdays
from kernel.bounds import check_qty
from kernel.errors import Invalid
from kernel.kick import kick
from kernel.locks import lock_until_commit
from kernel.people import Actor, key_of
from kernel.transactions import entry_verb
from notifications.outbox import record_fact
from orders.models import HandsPass, LinePlan, PickDay, PlanRun
from orders.planning.capacity import Capacity
from orders.planning.types import Context
from orders.replanning.hands import Delayed, find_delayed, load_capacity
from orders.replanning.scope import Scope
from orders.replanning.sites import context_of, load_sites

SETUP_KIND = "capacity"
PAUSE = timedelta(seconds=5)  # between two passes: a burst of events costs one
RECENT = 500  # runs that are in work at a time are far fewer
MAX_DAYS = 366
_PASS_LOCK = "orders.hands"  # one pass at a time, since each replaces what the other wrote
_UPSERT = """
    INSERT INTO orders_pickday (line_id, product_id, pick_on)
    SELECT * FROM unnest(%s::bigint[], %s::bigint[], %s::date[])
    ON CONFLICT (line_id) DO UPDATE SET pick_on = excluded.pick_on, product_id = excluded.product_id
"""


@entry_verb
def change_capacity(
    warehouse_code: str,
    *,
    weekdays: Sequence[int | None],
    days: Mapping[date, int] | None = None,
    actor: Actor | None,
    now: datetime,
    version: int | None = None,
) -> Warehouse:
    """Set how many units a warehouse picks: Monday to Sunday (None: no limit), and on days of their own.

    Replaces all figures of the warehouse, whose row is locked; the pass that follows moves the dates. Raises Invalid
    where nothing could ever be picked, Conflict where somebody changed them since ``version``.
    """
    found = warehouse_by_code(warehouse_code)
    warehouse = Warehouse.objects.select_for_update(no_key=True).get(pk=found.pk)
    check_version(SETUP_KIND, warehouse.code, version)
    days = days or {}
    _check(warehouse, weekdays, days, now)
    before = capacity_of(PickCapacity.objects.filter(warehouse=warehouse))
    PickCapacity.objects.filter(warehouse=warehouse).delete()
    PickCapacity.objects.bulk_create(
        [
            *(
                PickCapacity(warehouse=warehouse, weekday=weekday, units=units)
                for weekday, units in enumerate(weekdays)
                if units is not None
            ),
            *(PickCapacity(warehouse=warehouse, day=day, units=units) for day, units in sorted(days.items())),
        ]
    )
    HandsPass.objects.all().delete()
    after = capacity_of(PickCapacity.objects.filter(warehouse=warehouse))
    record_change(SETUP_KIND, warehouse.code, before=before, after=after, actor=actor, now=now)
    record_fact(
        "orders.capacity_changed",
        payload={"warehouse": warehouse.code, "weekdays": list(weekdays), "actor": key_of(actor)},
        dedupe_key=f"capacity:{warehouse.pk}:{now.isoformat()}",
        now=now,
    )
    kick(PLAN_TASK)
    return warehouse


def capacity_of(figures: Iterable[PickCapacity]) -> dict[str, Any]:
    """Return one warehouse's figures as a document: ``weekdays`` from Monday, None for no limit, and ``days``."""
    rows = list(figures)
    weekly = {row.weekday: row.units for row in rows if row.day is None}
    return {
        "weekdays": [weekly.get(weekday) for weekday in range(7)],
        "days": {
            row.day.isoformat(): row.units for row in sorted(rows, key=lambda row: row.day or date.min) if row.day
        },
    }


def keep_pick_days(*, now: datetime, at_once: bool = False) -> int:
    """Look through the warehouses' queues if plans, the day or the figures changed; return how many lines moved.

    Within five seconds of a pass only ``at_once``: the next look does it. O(1) where nothing changed.
    """
    if not PickCapacity.objects.exists() and not PickDay.objects.exists():
        return 0
    last = HandsPass.objects.first()
    newest = PlanRun.objects.aggregate(newest=Max("pk"))["newest"] or 0
    covers = {"covers_run_id": newest, "day": timezone.localdate(now), "recent_runs": _recent(newest)}
    if last is not None:
        known = {"covers_run_id": last.covers_run_id, "day": last.day, "recent_runs": last.recent_runs}
        if known == covers or (not at_once and now - last.at < PAUSE):
            return 0
    return _pass(covers, now=now)


def _recent(newest: int) -> int:
    return PlanRun.objects.filter(pk__gt=newest - RECENT).count()


@entry_verb
def _pass(covers: Mapping[str, Any], *, now: datetime) -> int:
    today: date = covers["day"]
    lock_until_commit(_PASS_LOCK)
    midnight = timezone.localtime(now).replace(hour=0, minute=0, second=0, microsecond=0)
    capacity = load_capacity(today=today.toordinal(), since=midnight)
    delayed = find_delayed(capacity, _context(today)) if capacity is not None else None
    moved = _write(delayed)
    left = _left(delayed.left) if delayed is not None else []
    HandsPass.objects.update_or_create(pk=1, defaults={**covers, "at": now, "left": left})
    return moved


def _context(today: date) -> Context:
    return context_of(load_sites(Scope(None), today=today.toordinal()), today=today.toordinal())


def _left(capacity: Capacity) -> list[tuple[int, int, int]]:
    """Return the days that queues use, and days of their own, with what is left: what ``HandsPass.left`` keeps."""
    warehouse = capacity.warehouse_id[capacity.special_place]
    return list(zip(warehouse.tolist(), capacity.special_day.tolist(), capacity.special_qty.tolist(), strict=True))


def _write(delayed: Delayed | None) -> int:
    """Make the table say what the pass found; mark the products of lines that differ. Returns how many lines do."""
    wanted = {}
    if delayed is not None:
        columns = (delayed.line_id, delayed.product_id, delayed.pick_on)
        for line_id, product_id, day in zip(*(column.tolist() for column in columns), strict=True):
            wanted[line_id] = (product_id, date.fromordinal(day))
    stored = {
        line_id: (product_id, day)
        for line_id, product_id, day in PickDay.objects.values_list("line_id", "product_id", "pick_on")
    }
    gone = [line_id for line_id in stored if line_id not in wanted]
    changed = sorted(line_id for line_id, row in wanted.items() if stored.get(line_id) != row)
    products = {stored[line_id][0] for line_id in gone} | {wanted[line_id][0] for line_id in changed}
    mark_dirty(products | _unpromised(), cause="hands")
    PickDay.objects.filter(pk__in=gone).delete()
    if changed:
        rows = [(line_id, *wanted[line_id]) for line_id in changed]
        with connection.cursor() as cursor:
            cursor.execute(_UPSERT, [list(column) for column in zip(*rows, strict=True)])
    return len(gone) + len(changed)


def _unpromised() -> set[int]:
    """Return a product of each order whose promise waited for the pass: planning it anew makes the promise."""
    lines = LinePlan.objects.filter(order__plan__promised_on=None, order__plan__eta_p50__isnull=False)
    return set(lines.order_by("order_id", "line_id").distinct("order_id").values_list("product_id", flat=True))


def _check(warehouse: Warehouse, weekdays: Sequence[int | None], days: Mapping[date, int], now: datetime) -> None:
    if len(weekdays) != 7:
        wrong = "Give seven figures, Monday first; null for a day without a limit."
        raise Invalid(wrong, fields={"weekdays": wrong})
    for index, units in enumerate(weekdays):
        if units is not None:
            check_qty(units, field=f"weekdays.{index}", low=0)
    for day, units in days.items():
        check_qty(units, field=f"days.{day.isoformat()}", low=0)
    if len(days) > MAX_DAYS:
        raise Invalid(f"Give at most {MAX_DAYS} days.", fields={"days": f"Give at most {MAX_DAYS} days."})
    works = workdays(timezone.localdate(now))[warehouse.calendar_id].weekdays
    if not any(works[day] and units != 0 for day, units in enumerate(weekdays)):
        wrong = "Something must be picked on some working day of the warehouse. Close the warehouse instead."
        raise Invalid(wrong, fields={"weekdays": wrong})
