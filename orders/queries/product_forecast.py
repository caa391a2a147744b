"""One product's demand, week by week: what was ordered, and what is expected."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np
from django.db import connection
from django.utils import timezone

from inventory.forecast_words import in_words
from inventory.models import DemandForecast, Product
from orders.planning.demand import Expected
from orders.planning.grammar import parse_policy
from orders.planning.rules import Forecast, Policy
from orders.replanning.demand import load_demand
from orders.replanning.scope import Scope
from orders.rules import policies

WEEKS_BACK = 12

# A week belongs to the shop's own calendar, as in the demand that forecasts learn from.
_PAST = """
    SELECT date_trunc('week', o.placed_at AT TIME ZONE %(zone)s)::date, sum(l.ordered_qty - l.cancelled_qty)
    FROM orders_orderline l JOIN orders_order o ON o.id = l.order_id
    WHERE l.product_id = %(product)s
        AND o.placed_at >= %(from_on)s::timestamp AT TIME ZONE %(zone)s
        AND o.placed_at < %(until_on)s::timestamp AT TIME ZONE %(zone)s
    GROUP BY 1
"""


@dataclass(frozen=True, slots=True)
class Week:
    """Units of the week that begins on ``on``: ordered if it is past, else the mean and the ends of the interval."""

    on: date
    units: float
    low: float = 0.0
    high: float = 0.0
    is_past: bool = False


@dataclass(frozen=True, slots=True)
class Kept:
    """Up to so many units are kept for a class and those better than it, by the policy in force."""

    label: str
    is_best: bool
    units: int


@dataclass(frozen=True, slots=True)
class ProductForecast:
    """The weeks in their order, in words, how the forecast was made, and what is kept of it over how many days."""

    weeks: tuple[Week, ...]
    words: str
    method: str
    made_on: date
    kept: tuple[Kept, ...] = ()
    kept_days: int = 0

    @property
    def first(self) -> Week:
        return self.weeks[0]

    @property
    def last(self) -> Week:
        return self.weeks[-1]


def forecast_of(product: Product, *, today: date) -> ProductForecast | None:
    """Return a product's last weeks and its forecast, or None where there is none.

    Three queries, and three more where the policy in force keeps units for expected demand.
    """
    forecast = DemandForecast.objects.filter(product=product).select_related("run").first()
    if forecast is None:
        return None
    figures = zip(forecast.means, forecast.lows, forecast.highs, strict=True)
    first = forecast.first_week_on
    rules = parse_policy(policies.published().rules).forecast
    ahead = [Week(first + timedelta(weeks=i), mean, low, high) for i, (mean, low, high) in enumerate(figures)]
    return ProductForecast(
        weeks=(*_past_weeks(product, first), *ahead),
        words=in_words(forecast),
        method=forecast.method,
        made_on=timezone.localdate(forecast.run.started_at),
        kept=_kept(product, rules, today) if rules else (),
        kept_days=rules.horizon_days if rules else 0,
    )


def _kept(product: Product, rules: Forecast, today: date) -> tuple[Kept, ...]:
    demand = load_demand(Scope((product.pk,)), Policy("demand_forecast", forecast=rules))
    if demand is None or not len(demand.product_id):
        return ()
    expected = Expected(demand, today.toordinal())
    entry, end = np.zeros(1, dtype=np.int64), np.array([today.toordinal() + rules.horizon_days])
    found, units = [], 0
    for place, class_ in enumerate(rules.classes):
        units = max(units, int(expected.kept(rules, place + 1, entry, end)[0]))
        found.append(Kept(class_.label, not place, units))
    return tuple(found)


def _past_weeks(product: Product, until_on: date) -> list[Week]:
    mondays = [until_on - timedelta(weeks=back) for back in range(WEEKS_BACK, 0, -1)]
    params: dict[str, Any] = {
        "zone": timezone.get_current_timezone_name(),
        "product": product.pk,
        "from_on": mondays[0],
        "until_on": until_on,
    }
    with connection.cursor() as cursor:
        cursor.execute(_PAST, params)
        ordered = dict(cursor.fetchall())
    return [Week(monday, float(ordered.get(monday, 0)), is_past=True) for monday in mondays]
