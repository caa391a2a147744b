"""Small planning cases as plain rows, readable in a test and convertible to the arrays that planning takes."""

from __future__ import annotations

import math
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, fields, replace
from typing import Any

import numpy as np

from orders.planning.attributes import CATALOGUE
from orders.planning.components import product_components
from orders.planning.day import DAY_COLUMNS, day_columns
from orders.planning.demand import Demand
from orders.planning.rules import Quota
from orders.planning.terms import fill_of_release
from orders.planning.types import (
    Attribute,
    Backlog,
    Calendar,
    Context,
    Frozen,
    Products,
    Shipped,
    Sites,
    Supply,
    Terms,
)
from orders.planning.windows import count_shipped

TODAY = 739_575  # Thursday 20 November 2025
WHOSE = {"tier": "customer.tier", "channel": "order.channel", "zone": "customer.zone", "code": "customer.code"}
FIVE_DAYS = Calendar((True, True, True, True, True, False, False), holidays=(TODAY + 12,))


@dataclass(frozen=True)
class Line:
    line_id: int
    order_id: int
    product_id: int
    open_qty: int
    placed_at: int = 0
    ship_policy: int = 0
    has_shipped: bool = False
    on_hold: bool = False
    eta_by_hand: int = 0
    urgency: float = 0.0
    tier: str = ""
    channel: str = ""
    zone: str = ""
    code: str = ""
    wanted_in: int | None = None  # days until the requested date
    expedited: bool = False
    expected_cost: float = math.nan
    line_fills: Sequence[int] = ()  # percent, one figure a release
    order_fills: Sequence[int] = ()
    releases: int = 0  # shipments of the order so far
    weight: int = 1
    max_sources: int = 0
    group: int = -1
    open_value: float = 0.0  # of the order
    times_slipped: int = 0  # as the day began
    days_slipped: int = 0
    days_since_told: int | None = None

    @property
    def has_terms(self) -> bool:
        """Whether the line asks anything beyond its ship policy."""
        return bool(any(self.line_fills) or any(self.order_fills) or self.max_sources or self.group >= 0)


@dataclass(frozen=True)
class Source:
    product_id: int
    qty: int
    warehouse_id: int = 1
    source_id: int = 0
    expected_on: int = 0
    first_expected_on: int = 0
    delay_p50: int = 0
    delay_p90: int = 0
    preference: int = 0


@dataclass(frozen=True)
class Pick:
    line_id: int
    warehouse_id: int
    qty: int


@dataclass(frozen=True)
class Product:
    product_id: int
    protected_qty: int = 0
    lead_time_p50: int = 0
    lead_time_p90: int = 0


@dataclass(frozen=True)
class Group:
    """A segment of the policy: the lines of one tier."""

    tier: str
    guarantee: str
    falls_back: bool = False


@dataclass(frozen=True)
class Share:
    """A quota of the lines of one tier, or of what else it names; amounts are units, or percent where they end in %."""

    tier: str = ""
    at_least: str = ""
    at_most: str = ""
    keep_percent: int = 0
    keep_days: int = 0
    window_days: int = 0
    channel: str = ""
    zone: str = ""
    code: str = ""

    @property
    def whose(self) -> tuple[str, str]:
        """What its lines have in common: the name of a fact of lines, and its value."""
        return next((name, value) for name in WHOSE if (value := getattr(self, name)))


@dataclass(frozen=True)
class Departure:
    """Units of a product that left for lines of a tier, so many days ago."""

    tier: str
    product_id: int
    qty: int
    days_ago: int = 0


@dataclass(frozen=True)
class Weekly:
    """A product's forecast week by week, and the part of it that each of the case's classes wants."""

    product_id: int
    first_week_on: int
    means: tuple[float, ...]
    highs: tuple[float, ...]
    shares: tuple[float, ...] = ()


@dataclass(frozen=True)
class PickDay:
    """The day on which a warehouse has hands for a line."""

    line_id: int
    pick_on: int


@dataclass(frozen=True)
class House:
    """A warehouse that works by one of the case's calendars and needs working days to ship."""

    warehouse_id: int
    calendar: int = 0
    handling_days: int = 0


@dataclass(frozen=True)
class Way:
    """Inbound whose supplier works by one of the case's calendars."""

    source_id: int
    calendar: int = 0


@dataclass(frozen=True)
class Claim:
    """Units that a line had in the plan before."""

    line_id: int
    qty: int
    warehouse_id: int = 0
    source_id: int = 0


@dataclass(frozen=True)
class Case:
    lines: tuple[Line, ...]
    sources: tuple[Source, ...] = ()
    picks: tuple[Pick, ...] = ()
    products: tuple[Product, ...] = ()
    handling_days: int = 0
    calendar: Calendar = field(default=FIVE_DAYS)
    today: int = TODAY
    segments: tuple[Group, ...] = ()
    quotas: tuple[Share, ...] = ()
    fair_share: bool = False
    departures: tuple[Departure, ...] = ()
    previous: tuple[Claim, ...] = ()
    classes: tuple[str, ...] = ()
    worths: tuple[float, ...] = ()
    waited: tuple[int, ...] = ()  # lines that waited too long, for the oracle: the policy knows by their age
    horizon_days: int = 28
    forecasts: tuple[Weekly, ...] = ()
    far_horizon: int | None = None
    far_tier: str = ""  # whose lines alone can wait
    preferred: tuple[tuple[int, ...], ...] = ()
    pick_days: tuple[PickDay, ...] = ()
    calendars: tuple[Calendar, ...] = ()
    houses: tuple[House, ...] = ()
    ways: tuple[Way, ...] = ()

    def calendar_of(self, number: int) -> Calendar:
        """Return one of the case's calendars; 0 is the company's."""
        return (self.calendar, *self.calendars)[number]


def arrays(case: Case) -> tuple[Backlog, Supply, Frozen, Products, dict[str, Attribute], Context]:
    """Return the case as ``plan`` takes it; the lines' urgency is the column ``order.age_days``."""
    tiers = CATALOGUE["customer.tier"].choices
    context = Context(case.today, case.calendar, case.handling_days, sites_of(case))
    return (
        struct(Backlog, case.lines),
        struct(Supply, case.sources),
        struct(Frozen, case.picks),
        struct(Products, case.products),
        {
            "order.age_days": Attribute(np.array([line.urgency for line in case.lines], dtype=np.float64)),
            "line.expected_cost": Attribute(np.array([line.expected_cost for line in case.lines], dtype=np.float64)),
            "order.expedited": Attribute(np.array([line.expedited for line in case.lines], dtype=np.float64)),
            "customer.tier": Attribute(
                np.array([tiers.index(line.tier) if line.tier else -1 for line in case.lines], dtype=np.int64), tiers
            ),
            "order.days_to_requested": Attribute(
                np.array([np.nan if line.wanted_in is None else line.wanted_in for line in case.lines])
            ),
            **{f"customer.{name}": _texts(case, name) for name in ("zone", "code")},
            "order.channel": _texts(case, "channel"),
            "order.open_value": _numbers(case, "open_value"),
            **{f"plan.{name}": _numbers(case, name) for name in ("times_slipped", "days_slipped", "days_since_told")},
            **day_columns(DAY_COLUMNS, context, len(case.lines)),
        },
        context,
    )


def _numbers(case: Case, name: str) -> Attribute:
    """Return a fact of the lines as a column; None is unknown."""
    return Attribute(np.array([getattr(line, name) for line in case.lines], dtype=np.float64))


def _texts(case: Case, name: str) -> Attribute:
    """Return a fact of the lines as a column of texts; an empty one is unknown."""
    values = [getattr(line, name) for line in case.lines]
    known = tuple(sorted(set(values) - {""}))
    return Attribute(np.array([known.index(value) if value else -1 for value in values], dtype=np.int64), known)


def sites_of(case: Case) -> Sites | None:
    """Return who works by a calendar of its own, as ``plan`` takes it; None where nobody does."""
    if not (case.calendars or case.houses or case.ways):
        return None
    calendars = (case.calendar, *case.calendars)
    houses = sorted(case.houses, key=lambda house: house.warehouse_id)
    ways = sorted(case.ways, key=lambda way: way.source_id)
    closed = [(number, day) for number, calendar in enumerate(calendars) for day in calendar.holidays]
    return Sites(
        weekmask=np.array([calendar.weekmask for calendar in calendars], dtype=np.bool_),
        closed_calendar=np.array([number for number, _ in closed], dtype=np.int64),
        closed_day=np.array([day for _, day in closed], dtype=np.int64),
        warehouse_id=np.array([house.warehouse_id for house in houses], dtype=np.int64),
        warehouse_calendar=np.array([house.calendar for house in houses], dtype=np.int64),
        handling_days=np.array([house.handling_days for house in houses], dtype=np.int64),
        source_id=np.array([way.source_id for way in ways], dtype=np.int64),
        source_calendar=np.array([way.calendar for way in ways], dtype=np.int64),
    )


def demand_of(case: Case) -> Demand | None:
    """Return the case's forecasts as ``plan`` takes them."""
    if not case.forecasts:
        return None
    rows = sorted(case.forecasts, key=lambda weekly: weekly.product_id)
    classes = len(case.classes)
    return Demand(
        product_id=np.array([row.product_id for row in rows], dtype=np.int64),
        first_week_on=np.array([row.first_week_on for row in rows], dtype=np.int64),
        means=np.array([row.means for row in rows], dtype=np.float64),
        highs=np.array([row.highs for row in rows], dtype=np.float64),
        shares=np.array([row.shares for row in rows], dtype=np.float64).reshape(len(rows), classes),
    )


def shipped_of(case: Case) -> Shipped | None:
    """Return what left in the windows of the case's quotas, as ``plan`` takes it."""
    if not any(share.window_days for share in case.quotas):
        return None
    tiers = [share.tier for share in case.quotas]
    group = [tiers.index(row.tier) if row.tier in tiers else -1 for row in case.departures]
    columns = (
        [row.product_id for row in case.departures],
        group,
        [case.today - row.days_ago for row in case.departures],
        [row.qty for row in case.departures],
    )
    quotas = tuple(Quota("", "", window_days=share.window_days) for share in case.quotas)
    return count_shipped(*(np.array(column, dtype=np.int64) for column in columns), quotas, today=case.today)


def terms(case: Case) -> Terms | None:
    """Return what lines ask beyond their ship policy, as ``plan`` takes it."""
    asking = [line for line in case.lines if line.has_terms]
    asked = [
        (
            line.line_id,
            fill_of_release(line.line_fills, line.releases),
            fill_of_release(line.order_fills, line.releases),
            line.weight,
            line.max_sources,
            line.group,
        )
        for line in asking
    ]
    return Terms(*np.array(asked, dtype=np.int64).T, case.preferred) if asked else None


def shuffled(case: Case, random_: random.Random) -> Case:
    """Return the case with the rows of every input in another order."""
    names = ("lines", "sources", "picks", "previous", "forecasts", "pick_days", "departures")
    return replace(case, **{name: tuple(random_.sample(rows := getattr(case, name), len(rows))) for name in names})


def components(case: Case) -> Iterator[Case]:
    """Yield each connected component of the case as a case of its own."""
    product_id, component = product_components(arrays(case)[0])
    of_product = dict(zip(product_id.tolist(), component.tolist(), strict=True))
    for label in set(of_product.values()):
        products = {product for product, name in of_product.items() if name == label}
        yield replace(
            case,
            lines=tuple(line for line in case.lines if line.product_id in products),
            sources=tuple(source for source in case.sources if source.product_id in products),
            products=tuple(product for product in case.products if product.product_id in products),
            forecasts=tuple(weekly for weekly in case.forecasts if weekly.product_id in products),
        )


def struct(kind: Any, rows: Sequence[Any]) -> Any:
    """Return rows as the columns of one of planning's records."""
    types = {"ship_policy": np.int16, "has_shipped": np.bool_, "on_hold": np.bool_}
    columns = [field.name for field in fields(kind)]
    return kind(*(np.array([getattr(r, c) for r in rows], dtype=types.get(c, np.int64)) for c in columns))
