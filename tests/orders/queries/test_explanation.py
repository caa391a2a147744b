"""Why an order waits: its gating item and what its arrival would win, who is ahead, what would free a line."""

from __future__ import annotations

from datetime import date, timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from inventory.models import Product
from orders.handling.terms import change_order_terms
from orders.models import LinePlan, Order, Reason
from orders.queries.explanation import Explanation, explain_order
from orders.replan import replan
from orders.rules import policies
from tests.factories import NOW, TODAY
from tests.factories.inventory import make_product, make_purchase_order, make_stock, make_supplier
from tests.factories.orders import make_customer, make_order

pytestmark = pytest.mark.django_db

SOON, LATER = TODAY + timedelta(days=7), TODAY + timedelta(days=21)  # Mondays


@pytest.fixture
def here() -> Product:
    return stocked(make_product("HERE"), 9)


@pytest.fixture
def soon() -> Product:
    return coming(make_product("SOON"), SOON)


@pytest.fixture
def later() -> Product:
    return coming(make_product("LATER"), LATER)


def stocked(product: Product, qty: int) -> Product:
    make_stock(product, on_hand=qty)
    return product


def coming(product: Product, day: date) -> Product:
    stocked(product, 0)
    make_purchase_order([(product, 9)], supplier=make_supplier(delay_p90_days=0), expected_on=day)
    return product


def explained(order: Order) -> Explanation:
    found = explain_order(order, policies.published(), today=TODAY)
    assert found is not None
    return found


@pytest.mark.parametrize("ship_policy", ["partial", "complete", "one_backorder"])
def test_the_gating_item_is_the_last_to_come_and_its_arrival_wins_days(
    here: Product, soon: Product, later: Product, ship_policy: str
) -> None:
    order = make_order([(here, 1), (soon, 1), (later, 1)], ship_policy=ship_policy)

    found = explained(order)

    assert found.all_lines_on == LATER
    assert found.gating is not None
    assert (found.gating.sku, found.gating.position, found.gating.others) == ("LATER", 3, 0)
    assert (found.gating.without_on, found.gating.days_won) == (SOON, 14)


def test_two_items_as_late_as_each_other_win_nothing_alone(later: Product) -> None:
    twin = coming(make_product("TWIN"), LATER)
    order = make_order([(later, 1), (twin, 1)])

    gating = explained(order).gating

    assert gating is not None
    assert (gating.sku, gating.others, gating.days_won) == ("LATER", 1, 0)


def test_an_item_that_nobody_can_date_gates_before_any_date(later: Product) -> None:
    never = stocked(make_product("NEVER"), 0)
    order = make_order([(later, 1), (never, 1)])

    found = explained(order)

    assert found.all_lines_on is None
    assert found.gating is not None
    assert (found.gating.sku, found.gating.without_on, found.gating.days_won) == ("NEVER", LATER, None)


def test_an_order_that_is_there_has_no_gating_item(here: Product) -> None:
    found = explained(make_order([(here, 2)]))

    assert (found.gating, found.all_lines_on) == (None, TODAY)
    assert found.lines[0].reason == Reason.READY


def test_the_question_takes_no_units_from_anybody(later: Product) -> None:
    """The counterfactual gives the gating line units from nowhere: who asks does not move the plan."""
    order = make_order([(later, 1)])
    replan(product_ids=None, cause="test", now=NOW)
    before = list(LinePlan.objects.values())

    explained(order)

    assert list(LinePlan.objects.values()) == before


def test_a_line_says_who_is_ahead_by_which_rule_and_what_frees_it() -> None:
    mug = stocked(make_product("MUG"), 5)
    gold = make_order([(mug, 4)], customer=make_customer(tier="gold", name="Golden"))
    order = make_order([(mug, 3)])

    line = explained(order).lines[0]

    assert [(one.order, one.customer, one.rule, one.allocated_qty) for one in line.ahead] == [
        (gold.ref, "Golden", "Customer tier", 4)
    ]
    assert (line.frees.short_qty, line.frees.queue_qty, line.frees.lacking_qty) == (2, 2, 2)
    assert line.reason == Reason.STOCK_SHORT


def test_no_number_of_units_received_is_named_where_a_limit_keeps_a_line_from_them() -> None:
    order = make_order([(stocked(make_product(), 1), 4)], ref="SO-1", ship_policy="partial")
    assert [line.frees.queue_qty for line in explained(order).lines] == [3]

    change_order_terms("SO-1", line_fills=[50], actor=None, now=NOW)

    assert [(line.frees.short_qty, line.frees.queue_qty) for line in explained(order).lines] == [(4, None)]


def test_a_line_of_a_whole_order_names_the_line_it_waits_for(here: Product, later: Product) -> None:
    order = make_order([(here, 1), (later, 1)], ship_policy="complete")

    lines = explained(order).lines

    assert [(line.position, line.waits_for) for line in lines] == [(1, 2), (2, None)]
    assert lines[1].frees.last_peg_on == LATER


def test_a_held_order_says_so(later: Product) -> None:
    found = explained(make_order([(later, 1)], held="credit"))

    assert found.is_held
    assert found.gating is None


def test_nothing_open_is_nothing_to_explain(here: Product) -> None:
    order = make_order([(here, 1)])
    Order.objects.filter(pk=order.pk).update(status="cancelled", closed_at=NOW)
    order.refresh_from_db()

    assert explain_order(order, policies.published(), today=TODAY) is None


def test_the_number_of_queries_does_not_grow_with_lines_or_rivals(here: Product, later: Product) -> None:
    def queries(order: Order) -> int:
        policy = policies.published()
        with CaptureQueriesContext(
            connection,
        ) as captured:
            explain_order(order, policy, today=TODAY)
        return len(captured)

    small = queries(make_order([(here, 1), (later, 1)]))
    for _ in range(5):
        make_order([(here, 1), (later, 1)])
    others = [coming(make_product(), LATER) for _ in range(5)]

    assert queries(make_order([(here, 1), (later, 1), *((other, 1) for other in others)])) == small


def test_the_command_says_it_in_words(here: Product, later: Product, settings: Any) -> None:
    order = make_order([(here, 1), (later, 1)])
    out = StringIO()

    call_command("explain_order", order.ref, stdout=out)

    assert "Gating item: LATER" in out.getvalue()
    assert "2. LATER: Stock on its way" in out.getvalue()
    with pytest.raises(CommandError, match="no open order"):
        call_command("explain_order", "SO-NOTHING")
