"""Every attribute that rules can read, from the facts in the database to the points of a line, counted by hand."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from orders.models import Feedback, FeedbackOccasion, LinePlan, Order, OrderLine, OrderPromise
from orders.planning.attributes import CATALOGUE, Kind
from tests.factories import NOW, TODAY
from tests.factories.forecasts import make_forecast
from tests.factories.inventory import make_product, make_stock
from tests.factories.orders import make_customer, make_line, make_order, make_told
from tests.orders.learning.models import model_of
from tests.orders.replanning.worlds import full, publish
from tests.orders.studying.versions import keep

pytestmark = pytest.mark.django_db

FROM = -10_000.0  # a known number gives so many points more, so that 0 and unknown differ
UNKNOWN = 0.0

# NOW is a Monday.
DAY: dict[str, float | str] = {
    "time.weekday": "monday",
    "time.month": "november",
    "time.day_of_month": 16,
    "time.days_to_month_end": 14,
    "time.is_working_day": "yes",
}
# A gold customer, rated 4 and 5, ordered 2 trays (one is shipped) and 3 mugs 12 days ago, promised 4 days ago and
# wanted in 6 days. 10 mugs are on hand; forecast are 7 a week for four weeks, then 14. A late pound of gold costs 3p.
# Told two later days, the last 3 days ago: tomorrow. What was told today does not count yet.
KNOWN: dict[str, float | str] = {
    "customer.tier": "gold",
    "customer.zone": "north",
    "customer.code": "KNOWN",
    "customer.rating": 4.5,
    "order.channel": "edi",
    "order.open_value": 32.5,  # 1 tray at 2.50 and 3 mugs at 10.00
    "order.total_value": 35.0,
    "order.age_days": 12,
    "order.days_late": 4,
    "order.days_to_requested": 6,
    "order.expedited": "yes",
    "order.ship_policy": "complete",
    "line.open_qty": 3,
    "line.open_value": 30,
    "line.position": 2,
    "product.sku": "MUG",
    "product.category": "Cups",
    "product.unit_price": 10,
    "product.critical": "yes",
    "product.days_of_cover": 7,  # 3 of the 10 wait already, 1 a day goes
    "product.weekly_forecast": 7,
    "product.forecast_change": 100,
    "product.weeks_waiting": 3 / 7,
    "line.weeks_of_demand": 3 / 7,
    "line.late_risk": 1,  # the promised day is over
    "line.cost_of_delay": 0.3,
    "line.expected_cost": 0.3,
    "plan.times_slipped": 2,
    "plan.days_slipped": 5,
    "plan.days_since_told": 3,
    **DAY,
}
# An order of which only what cannot be missing is known.
BARE: dict[str, float | str] = {
    "order.open_value": 2.5,
    "order.total_value": 2.5,
    "order.age_days": 0,
    "order.expedited": "no",
    "line.open_qty": 1,
    "line.open_value": 2.5,
    "line.position": 1,
    "product.unit_price": 2.5,
    "product.critical": "no",
    "line.cost_of_delay": 0.025,  # standard: 1p a pound
    "plan.times_slipped": 0,
    "plan.days_slipped": 0,
    **DAY,
}


def reading(name: str, place: int) -> dict[str, Any]:
    """Return a rule that gives a point more for each unit of a number, 1 for the known text, 1 for yes, 2 for no."""
    points: dict[str, Any] = {"type": "linear", "per_unit": 1, "from": FROM}
    match CATALOGUE[name].kind:
        case Kind.TEXT:
            points = {"type": "by_value", "values": {KNOWN[name]: 1}}
        case Kind.YES_NO:
            points = {"type": "by_value", "values": {"yes": 1, "no": 2}}
    return {"id": f"r{place}", "label": name, "attribute": name, "points": points}


def points_of(facts: dict[str, float | str]) -> dict[str, float]:
    """Return what the rules give a line of which ``facts`` are known."""
    said = {"yes": 1.0, "no": 2.0}
    found = dict.fromkeys(CATALOGUE, UNKNOWN)
    for name, value in facts.items():
        found[name] = said.get(value, 1.0) if isinstance(value, str) else round(value - FROM, 6)
    return found


def known_order() -> OrderLine:
    customer = make_customer("KNOWN", tier="gold", zone="north")
    for rating in (4, 5):
        before = make_order([(make_product(), 1)], customer=customer, status="closed", closed_at=NOW)
        Feedback.objects.create(order=before, occasion=FeedbackOccasion.WAITING, rating=rating, given_at=NOW)
    mug = make_product("MUG", category="Cups", is_critical=True, unit_price="10.00")
    make_stock(mug, on_hand=10)
    make_forecast(mug, [7.0] * 4 + [14.0] * 4)
    order = make_order(
        [(make_product(), 2), (mug, 3)],
        customer=customer,
        channel="edi",
        placed_at=NOW - timedelta(days=12),
        requested_on=TODAY + timedelta(days=6),
        is_expedited=True,
        ship_policy="complete",
    )
    order.lines.filter(position=1).update(shipped_qty=1)
    promised = TODAY - timedelta(days=4)
    OrderPromise.objects.create(order=order, promised_on=promised, announced_on=promised, told_on=promised)
    for later, days_ago in ((0, 9), (2, 5), (5, 3), (30, 0)):
        make_told(order, promised + timedelta(days=later), at=NOW - timedelta(days=days_ago))
    return make_line(order, 2)


def bare_order() -> OrderLine:
    order: Order = make_order([(make_product(unit_price=Decimal("2.50")), 1)], placed_at=NOW)
    return make_line(order)


def test_every_attribute_says_what_the_facts_say() -> None:
    known, bare = known_order(), bare_order()
    keep(model_of())
    publish(
        {"version": 1, "strategy": "hybrid", "rules": [reading(name, place) for place, name in enumerate(CATALOGUE)]}
    )

    full()

    assert KNOWN.keys() == CATALOGUE.keys()
    for line, facts in ((known, KNOWN), (bare, BARE)):
        said = dict(zip(CATALOGUE, LinePlan.objects.get(line=line).points, strict=True))
        assert said == points_of(facts)
