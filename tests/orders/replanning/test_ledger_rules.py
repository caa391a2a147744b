"""Rules that read what customers were told, and the day: constant within a day, so planning again changes nothing."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.db.models import F
from django.test.utils import CaptureQueriesContext
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from inventory.models import Calendar, ClosedDay, Product, PurchaseOrderLine, StockLevel
from orders.integrity import check
from orders.models import LinePlan, Order, OrderPromise, PlanRun
from orders.replan import is_full_run_due, replan
from orders.replanning.draft import Draft, Stopwatch, make_draft
from orders.replanning.plan_records import replay
from orders.rules.policies import published
from tests.factories import NOW, TODAY
from tests.factories.inventory import make_product, make_stock
from tests.factories.orders import make_order, make_told
from tests.orders.planning.checking import checked
from tests.orders.replanning.dividing import allocated
from tests.orders.replanning.worlds import make_world, publish

pytestmark = pytest.mark.django_db

LET_DOWN = {
    "id": "let_down",
    "label": "Let down before",
    "attribute": "plan.times_slipped",
    "points": {"type": "linear", "per_unit": 100},
}
# Each pulls hard, so that a plan that read what it had just written would go to and fro.
EVERYTHING: dict[str, Any] = {
    "version": 1,
    "strategy": "priority",
    "rules": [
        LET_DOWN,
        {
            "id": "far",
            "label": "Far",
            "attribute": "plan.days_slipped",
            "points": {"type": "linear", "per_unit": -7},
        },
        {
            "id": "silent",
            "label": "Not told lately",
            "attribute": "plan.days_since_told",
            "points": {"type": "step", "steps": [[1, 300], [2, -300], [3, 900]]},
        },
        {
            "id": "monday",
            "label": "Large lines, early in the week",
            "when": {"attribute": "time.weekday", "op": "in", "value": ["monday", "wednesday"]},
            "attribute": "line.open_qty",
            "points": {"type": "linear", "per_unit": 50},
        },
    ],
    "promises": [
        {
            "id": "enough",
            "label": "No third slip",
            "no_worse": True,
            "when": {"attribute": "plan.times_slipped", "op": "gte", "value": 2},
        },
        {
            "id": "calm",
            "label": "Calm on Wednesdays",
            "cool_down_days": 2,
            "when": {"attribute": "time.weekday", "op": "eq", "value": "wednesday"},
        },
    ],
}
FROM_LEDGER = 3  # the first rules read nothing else


def plan(now: datetime = NOW) -> PlanRun:
    return replan(product_ids=None, cause="test", now=now)


def promised(product: Product, days_ago: int) -> Order:
    """Take in an order that was promised tomorrow, some days ago."""
    order = make_order([(product, 5)], placed_at=NOW - timedelta(days=days_ago))
    day = TODAY + timedelta(days=1)
    OrderPromise.objects.create(order=order, promised_on=day, announced_on=day, told_on=day)
    return order


def test_whom_we_let_down_comes_first_from_the_next_day_on() -> None:
    product = make_product()
    make_stock(product, on_hand=5)
    earlier, later = promised(product, 9), promised(product, 8)
    publish({"version": 1, "strategy": "priority", "rules": [LET_DOWN]})
    plan()

    make_told(later, TODAY + timedelta(days=4), at=NOW)
    assert plan().counts["rows_written"] == 0
    assert (allocated(earlier), allocated(later)) == (5, 0)

    tomorrow = NOW + timedelta(days=1)
    assert is_full_run_due(now=tomorrow)
    plan(tomorrow)
    assert (allocated(earlier), allocated(later)) == (0, 5)
    assert check() == []


def test_the_day_begins_at_midnight_of_the_company(settings: Any) -> None:
    order = promised(make_product(), 9)
    publish({"version": 1, "strategy": "priority", "rules": [LET_DOWN]})
    midnight = datetime.fromisoformat(f"{TODAY}T00:00:00+00:00")  # of London, in winter

    make_told(order, TODAY + timedelta(days=4), at=midnight)
    plan()
    assert LinePlan.objects.get().points == [0]

    make_told(order, TODAY + timedelta(days=6), at=midnight - timedelta(seconds=1))
    plan()
    assert LinePlan.objects.get().points == [100]


class TestWithinADay(TestCase):
    """A class, so that each example has the database for itself."""

    @settings(checked, max_examples=12, deadline=None)
    @given(
        st.integers(0, 1000),
        st.lists(st.tuples(st.sampled_from(["slip", "arrive", "night"]), st.integers(0, 20)), min_size=2, max_size=5),
    )
    def test_whatever_is_told_planning_again_changes_nothing(self, seed: int, steps: list[tuple[str, int]]) -> None:
        products, now = make_world(seed), NOW
        publish(EVERYTHING)
        plan(now)
        for step, number in steps:
            before = points_of_ledger()
            now += timedelta(days=1) if step == "night" else timedelta(minutes=1)
            happen(step, number)
            plan(now)
            tell_all_news(now)

            assert plan(now).counts["rows_written"] == 0
            event = replan(product_ids=[product.pk for product in products], cause="test", now=now)
            assert event.counts["rows_written"] == 0
            assert step == "night" or points_of_ledger() == before


def test_a_kept_run_has_what_was_told_and_the_day() -> None:
    product = make_product()
    make_stock(product, on_hand=5)
    order = promised(product, 9)
    publish(EVERYTHING)
    before = draft()
    make_told(order, TODAY + timedelta(days=4), at=NOW - timedelta(days=1))
    told = draft()
    run = plan()
    make_told(order, TODAY + timedelta(days=9), at=NOW - timedelta(days=1))
    close_today()

    assert before.inputs.digest() != told.inputs.digest() == run.inputs_hash
    assert replay(run.pk).is_same
    assert replay(run.pk).plan.points.tolist() == [[100, -21, 300, 250]]


def test_a_day_closed_by_hand_is_no_working_day() -> None:
    make_order([(make_product(), 1)])
    open_today = {"attribute": "time.is_working_day", "op": "eq", "value": True}
    rule = {"id": "open", "label": "Open", "when": open_today, "points": {"type": "fixed", "points": 7}}
    publish({"version": 1, "strategy": "priority", "rules": [rule]})
    points = []

    for _ in range(2):
        plan()
        points.append(LinePlan.objects.get().points)
        if len(points) == 1:
            close_today()

    assert points == [[7], [0]]


@pytest.mark.parametrize("reads", [False, True])
def test_the_ledger_is_read_where_rules_ask_only_and_with_what_else_is_read(reads: bool) -> None:
    product = make_product()
    promised(product, 9)
    age = {**LET_DOWN, "attribute": "order.age_days"}
    publish({"version": 1, "strategy": "priority", "rules": [age]})
    draft(product)
    plain = reading(product)
    publish({"version": 1, "strategy": "priority", "rules": [LET_DOWN if reads else age]})

    found = reading(product)

    assert len(found) == len(plain)
    executed = set(re.findall(r"EXECUTE (plan_\w+)", " ".join(found)))
    assert bool(of_ledger() & executed) == reads


def of_ledger() -> set[str]:
    """Return the prepared statements that read the ledger."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT name FROM pg_prepared_statements WHERE statement LIKE '%orders_etarevision r%told%'")
        return {name for (name,) in cursor.fetchall()}


def reading(product: Product) -> list[str]:
    """Return the statements that reading and planning an event takes; what is prepared once a connection is not."""
    draft(product)
    with CaptureQueriesContext(connection) as caught:
        draft(product)
    return [query["sql"] for query in caught.captured_queries]


def close_today() -> None:
    """Have the company work all week, but today."""
    company = Calendar.objects.create(code="OURS", name="Ours", is_company=True, weekdays="1111111")
    ClosedDay.objects.create(calendar=company, day=TODAY)


def draft(product: Product | None = None) -> Draft:
    """Read and plan without writing."""
    products = None if product is None else [product.pk]
    return make_draft(products, published(), today=TODAY, watch=Stopwatch())


def points_of_ledger() -> dict[int, list[float]]:
    """Return each line's points by the rules that read the ledger alone."""
    return {line: points[:FROM_LEDGER] for line, points in LinePlan.objects.values_list("line_id", "points")}


def happen(step: str, number: int) -> None:
    """Move all supply, or have units arrive."""
    match step:
        case "slip":
            PurchaseOrderLine.objects.update(expected_on=TODAY + timedelta(days=10 + number))
        case "arrive":
            StockLevel.objects.update(on_hand=F("reserved") + number % 4)


def tell_all_news(now: datetime) -> None:
    """Have every customer told the day that stands, as if all messages had left."""
    for promise in OrderPromise.objects.exclude(told_on=F("announced_on")).select_related("order"):
        make_told(promise.order, promise.announced_on, at=now)
