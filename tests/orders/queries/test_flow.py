"""Where orders stand on their way, and how fast they go on."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from orders.models import Order, Reason
from orders.queries.flow import AGES, STEPS, Flow, flow
from tests.api.conftest import Api
from tests.factories.inventory import make_product
from tests.factories.orders import make_order, make_order_plan, make_user

pytestmark = pytest.mark.django_db


def stands(reason: Reason, *, days: int = 0, pounds: int = 10) -> Order:
    same_hour = timezone.localtime() - timedelta(days=days)  # also across a change of the clocks
    order = make_order([(make_product(), 1)], placed_at=same_hour)
    make_order_plan(order, reason=reason, open_value_minor=pounds * 100)
    return order


def shipped(*, after: int, ago: int = 0) -> Order:
    closed_at = timezone.now() - timedelta(days=ago)
    placed_at = closed_at - timedelta(days=after)
    return make_order([(make_product(), 1)], placed_at=placed_at, closed_at=closed_at, status="shipped")


def step_of(found: Flow, key: str) -> tuple[int, ...]:
    return next(each.by_age for each in found.standing if each.step.key == key)


def test_every_reason_is_at_exactly_one_step() -> None:
    assert sorted(reason for step in STEPS for reason in step.reasons) == sorted(Reason)


@pytest.mark.parametrize(
    ("days", "place"), [(0, 0), (2, 0), (3, 1), (7, 1), (8, 2), (14, 2), (15, 3), (30, 3), (31, 4)]
)
def test_orders_are_counted_by_age(days: int, place: int) -> None:
    stands(Reason.STOCK_SHORT, days=days)

    by_age = step_of(flow(timezone.now()), "stock")

    assert [by_age[place], sum(by_age)] == [1, 1], AGES[place]


def test_the_bottleneck_is_where_most_value_has_waited_longest() -> None:
    stands(Reason.READY, days=1, pounds=500)
    stands(Reason.CAPACITY, days=10, pounds=60)
    stands(Reason.SUPPLIER_LATE, days=20, pounds=100)

    found = flow(timezone.now())

    assert found.bottleneck is not None
    assert found.bottleneck.step.key == "stock"
    assert found.bottleneck.share == pytest.approx(2000 / (500 + 600 + 2000))
    assert (found.bottleneck.value_minor, found.bottleneck.oldest_days) == (10_000, 20)
    assert (found.orders, found.old_orders) == (3, 1)


def test_days_count_what_came_and_what_was_shipped() -> None:
    stands(Reason.READY, days=3)
    shipped(after=2, ago=1)
    shipped(after=40, ago=1)  # came before the four weeks
    shipped(after=1, ago=40)  # left before them

    found = flow(timezone.now())

    assert (found.came, found.went) == (2, 2)
    assert [(day.came, day.went) for day in found.days[-4:]] == [(2, 0), (0, 0), (0, 2), (0, 0)]
    assert found.median_days == pytest.approx(21)


def test_an_empty_backlog_has_no_bottleneck(client: Client) -> None:
    found = flow(timezone.now())
    client.force_login(make_user("agent"))

    assert (found.bottleneck, found.median_days, found.orders) == (None, None, 0)
    assert "Nothing waits" in client.get("/flow/").content.decode()


def test_the_page_names_the_bottleneck_and_leads_to_its_orders(
    client: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    order = stands(Reason.SHIP_COMPLETE, days=9)
    stands(Reason.READY)
    client.force_login(make_user("agent"))

    with django_assert_max_num_queries(10):
        page = client.get("/flow/")

    url = next(url for each, url in page.context["steps"] if each.step.key == "together")
    assert "Waits for the rest: 100 % of all waiting" in page.content.decode()
    assert [row.plan.order.ref for row in client.get(url).context["rows"]] == [order.ref]


def test_the_api_gives_the_same_figures() -> None:
    stands(Reason.READY, days=4)

    found = Api(make_user("agent")).get("metrics/flow/").json()

    assert found["bottleneck"] == "ready"
    assert next(step for step in found["steps"] if step["step"] == "ready")["by_age"] == [0, 1, 0, 0, 0]
    assert len(found["days"]) == 28
