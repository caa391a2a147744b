"""A day set by hand for one line: the plan keeps it, the order follows, and it goes back."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.utils import timezone

from kernel.errors import Conflict, Forbidden, Invalid
from orders.handling.line_etas import change_line_eta
from orders.models import LineEta, LinePlan, Order, OrderPlan
from orders.replan import replan
from tests.factories.inventory import make_product, make_purchase_order
from tests.factories.orders import make_order, make_user

pytestmark = pytest.mark.django_db(transaction=True)
TODAY = timezone.localdate()


def waiting(**fields: str) -> Order:
    """An order of two lines, whose supplies come in 5 and in 9 days."""
    first, second = make_product(), make_product()
    make_purchase_order([(first, 5)], expected_on=TODAY + timedelta(days=5))
    make_purchase_order([(second, 5)], expected_on=TODAY + timedelta(days=9))
    order = make_order([(first, 2), (second, 2)], **fields)
    plan()
    return order


def plan() -> None:
    replan(product_ids=None, cause="test", now=timezone.now())


def etas(order: Order) -> list[date | None]:
    return list(LinePlan.objects.filter(line__order=order).order_by("line__position").values_list("eta_p50", flat=True))


def change(order: Order, day: date | None, *, role: str = "ops", position: int = 1) -> None:
    change_line_eta(order.ref, position=position, eta_on=day, actor=make_user(role), now=timezone.now())
    plan()


def test_the_plan_keeps_the_day_of_a_line_and_the_order_follows() -> None:
    order = waiting()
    before = etas(order)
    day = TODAY + timedelta(days=20)

    change(order, day)

    assert etas(order) == [day, before[1]]
    assert OrderPlan.objects.get(order=order).eta_p50 == day
    change(order, None)
    assert etas(order) == before
    assert not LineEta.objects.exists()


def test_an_event_run_keeps_it_too() -> None:
    order = waiting()
    day = TODAY + timedelta(days=20)
    change(order, day)
    product = order.lines.get(position=1).product_id

    replan(product_ids=[product], cause="test", now=timezone.now())

    assert etas(order)[0] == day


def test_an_agent_moves_a_line_later_only_and_not_far() -> None:
    order = waiting()
    planned = etas(order)[0]
    assert planned

    for wrong in (planned, planned + timedelta(days=15)):
        with pytest.raises(Forbidden):
            change(order, wrong, role="agent")
    change(order, planned + timedelta(days=10), role="agent")
    with pytest.raises(Forbidden):
        change(order, planned + timedelta(days=15), role="agent")

    assert LineEta.objects.get().planned_on == planned


def test_what_makes_no_sense_is_refused() -> None:
    order, together = waiting(), waiting(ship_policy="complete")
    day = TODAY + timedelta(days=20)

    with pytest.raises(Invalid):
        change(order, day, position=7)
    with pytest.raises(Invalid):
        change(order, TODAY - timedelta(days=1))
    with pytest.raises(Conflict, match="no date set by hand"):
        change(order, None)
    with pytest.raises(Conflict, match="whole order"):
        change(together, day)
    change(order, day)
    with pytest.raises(Conflict, match="that date already"):
        change(order, day)
