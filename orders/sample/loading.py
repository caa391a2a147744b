"""load_sample: read, replay, write, plan. Each step says what it did and how long it took."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

import pgtrigger
from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from inventory.models import Product
from inventory.suppliers import refresh_delays
from kernel.errors import Conflict
from kernel.locks import lock_until_commit
from orders.board.history import keep_day, keep_past_days
from orders.models import Order, PlanRun, PlanRunStatus, SampleLoad
from orders.queries.trends import TREND_DAYS
from orders.replan import replan
from orders.sample.days import WEEK, weeks_between
from orders.sample.growing import check_target, grow_backlog
from orders.sample.people import create_people
from orders.sample.preparing import prepare_answers
from orders.sample.reading import Demand, RowFate, open_rows, read_demand
from orders.sample.replay import replay
from orders.sample.settling import settle_promises
from orders.sample.world import World
from orders.sample.writing import write_world
from orders.studying.past_days import plan_past_days

Say = Callable[[str], None]
# Days of the files: the replay ends on the day that becomes yesterday.
FULL = ("online_retail_dev_2010-12_to_2011-08.csv.xz", date(2011, 8, 31))
SMOKE = ("online_retail_smoke_2010-12-01_to_03.csv.gz", date(2010, 12, 3))
SOURCE = "Online Retail, Daqing Chen, UCI Machine Learning Repository (CC BY 4.0)"
_LOAD_LOCK = "orders.sample"


@dataclass(frozen=True, slots=True)
class Loaded:
    """What became of the file's rows (they add up to ``rows``), and what was written."""

    rows: int
    fates: dict[str, int]
    orders: int
    lines: int
    open_orders: int
    open_lines: int


def load_sample(*, now: datetime, smoke: bool = False, open_lines: int | None = None, say: Say) -> Loaded:
    """Fill an empty database with the sample, grow it to ``open_lines`` if given, and plan it.

    Raises Conflict when there are orders or products already.
    """
    refuse_unless_empty()
    name, file_ends_on = SMOKE if smoke else FULL
    yesterday = timezone.localdate(now) - timedelta(days=1)
    weeks, last_day = place_in_time(file_ends_on, yesterday, cut=not smoke)
    with _step(say, f"Reading {name}"):
        demand = read_demand(open_rows(Path(settings.BASE_DIR) / "data" / "online-retail" / name), last_day=last_day)
    with _step(say, "Replaying days against simulated suppliers"):
        world = replay(demand, last_day=last_day)
    loaded = _sum_up(demand, world)
    if open_lines is not None:
        check_target(open_lines, loaded.open_lines)
    with _step(say, f"Writing {loaded.orders:,} orders, {loaded.lines:,} lines, {len(world.movements):,} movements"):
        _write(world, loaded, weeks, last_day, now)
    with _step(say, "Measuring how late suppliers are"):
        refresh_delays(now)
    if open_lines is None:
        plan_sample(now, say)
    else:
        grow_sample(open_lines, now=now, say=say)
    return loaded


def grow_sample(open_lines: int, *, now: datetime, say: Say) -> None:
    """Grow the sample that is there to ``open_lines`` open lines and plan it."""
    with _step(say, f"Growing to {open_lines:,} open lines"):
        grow_backlog(open_lines, now=now)
    plan_sample(now, say)


def place_in_time(file_ends_on: date, yesterday: date, *, cut: bool) -> tuple[int, date]:
    """Return by how many weeks to move the file, and which of its days is the last to replay.

    Whole weeks keep the weekdays. With ``cut`` the last day becomes yesterday and up to six days of the file are left
    out; without, for a file of three days, nothing is left out and the last day may be up to six days ago.
    """
    if not cut:
        return (yesterday - file_ends_on).days // WEEK, file_ends_on
    weeks = weeks_between(file_ends_on, yesterday)
    return weeks, yesterday - timedelta(weeks=weeks)


def plan_sample(now: datetime, say: Say) -> None:
    """Plan everything; what comes out is what the customers know already."""
    with _step(say, "Planning the backlog"):
        replan(product_ids=None, cause="sample", now=now, quiet=True)
        settle_promises(now)
    with _step(say, "Keeping the days of the last four weeks"):
        today = timezone.localdate(now)
        first, last = today - timedelta(days=TREND_DAYS), today - timedelta(days=1)
        keep_past_days(first, last)
        plan_past_days(first, last)
        keep_day(now=now)


def plan_if_cut_off(now: datetime, say: Say) -> None:
    """Plan a sample whose load was killed between writing and planning."""
    if SampleLoad.objects.exists() and not PlanRun.objects.filter(status=PlanRunStatus.DONE).exists():
        plan_sample(now, say)


def is_empty() -> bool:
    """Say whether there is no work that the sample would mix with."""
    return not (Order.objects.exists() or Product.objects.exists())


def refuse_unless_empty() -> None:
    """Raise Conflict when the database holds work that the sample would mix with."""
    if not is_empty():
        raise Conflict(
            "There are orders or products already. The sample is for an empty database: name one with DATABASE_URL."
        )


def _write(world: World, loaded: Loaded, weeks: int, last_day: date, now: datetime) -> None:
    # History is of what people change; nobody changed these rows.
    with transaction.atomic(), pgtrigger.ignore():
        lock_until_commit(_LOAD_LOCK)
        refuse_unless_empty()
        people = create_people()
        user_id = people["ops"].pk
        prepare_answers()
        write_world(world, weeks=weeks, last_day=last_day, user_id=user_id, zone=settings.TIME_ZONE)
        SampleLoad.objects.create(
            source=SOURCE, lines=loaded.lines, file_rows=loaded.rows, counts=loaded.fates, loaded_at=now
        )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def _sum_up(demand: Demand, world: World) -> Loaded:
    """Count what became of the rows; raise ValueError if the counts do not add up to the file's rows."""
    fates: Counter[str] = Counter()
    for fate, rows in demand.fates.items():
        if fate is not RowFate.CANCELLATION:
            fates[fate.value] += rows
    fates.update(world.cancellation_fates)
    if fates.total() != demand.rows:
        raise ValueError(f"{demand.rows} rows were read but {fates.total()} are accounted for.")
    return Loaded(
        rows=demand.rows,
        fates=dict(fates.most_common()),
        orders=len(world.orders),
        lines=len(world.lines),
        open_orders=sum(1 for order in world.orders if order.open_lines),
        open_lines=sum(1 for line in world.lines if line.open),
    )


@contextmanager
def _step(say: Say, what: str) -> Iterator[None]:
    started = time.monotonic()
    yield
    say(f"{what}: {time.monotonic() - started:.1f} s")
