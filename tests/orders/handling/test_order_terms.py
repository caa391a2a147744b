"""Terms of orders: kept by the verbs, applied by runs, held by shipping."""

from __future__ import annotations

import pytest

from inventory.models import DirtyMark, StockLevel
from kernel.errors import Conflict, Invalid
from orders.entry.incoming import CustomerIn, LineIn, OrderIn
from orders.entry.intake import take_in
from orders.handling.shipping import ShipLine, ship
from orders.handling.terms import change_customer_terms, change_order_terms
from orders.models import Allocation, LinePlan, Order, OrderTerms, Reason
from orders.replan import replan
from orders.replanning.components import close_over
from tests.factories import NOW
from tests.factories.inventory import make_product, make_stock, make_warehouse
from tests.factories.orders import make_customer, make_line, make_order

pytestmark = pytest.mark.django_db


def plan() -> None:
    replan(product_ids=None, cause="test", now=NOW)


def reason(order: Order, position: int = 1) -> int:
    return LinePlan.objects.get(line=make_line(order, position)).reason


@pytest.fixture
def order() -> Order:
    lamp = make_product("LAMP")
    make_stock(lamp, on_hand=4)
    return make_order([(lamp, 10)], ref="SO-1", ship_policy="partial")


def test_a_run_leaves_units_that_are_too_few_to_others(order: Order) -> None:
    other = make_order([(make_line(order).product, 4)], ship_policy="partial")

    change_order_terms("SO-1", line_fills=[50], actor=None, now=NOW)
    plan()

    assert reason(order) == Reason.FILL_THRESHOLD
    assert reason(other) == Reason.READY


def test_terms_have_the_order_planned_anew_and_count_as_a_change(order: Order) -> None:
    change_order_terms("SO-1", order_fills=[80, 0], fill_by="value", actor=None, now=NOW, version=1)

    assert DirtyMark.objects.filter(product=make_line(order).product).exists()
    with pytest.raises(Conflict, match="changed its terms"):
        change_order_terms("SO-1", max_sources=1, actor=None, now=NOW, version=1)


def test_terms_that_ask_nothing_leave_no_row(order: Order) -> None:
    change_order_terms("SO-1", line_fills=[50], actor=None, now=NOW)

    change_order_terms("SO-1", line_fills=[0, 0], actor=None, now=NOW)

    assert not OrderTerms.objects.exists()


def test_wrong_terms_are_refused_by_name(order: Order) -> None:
    with pytest.raises(Invalid) as refused:
        change_order_terms(
            "SO-1", line_fills=[101], order_fills=[-1], fill_by="kilos", max_sources=-1, actor=None, now=NOW
        )

    assert set(refused.value.fields) == {"line_fills", "order_fills", "fill_by", "max_sources"}
    assert not OrderTerms.objects.exists()


def test_the_figure_of_the_next_release_counts(order: Order) -> None:
    change_order_terms("SO-1", line_fills=[40, 80], actor=None, now=NOW)
    plan()
    assert Allocation.objects.get().qty == 4

    ship("SO-1", actor=None, now=NOW)
    StockLevel.objects.update(on_hand=4)
    plan()

    assert reason(order) == Reason.FILL_THRESHOLD
    assert not Allocation.objects.exists()


def test_less_than_the_terms_say_is_not_shipped(order: Order) -> None:
    change_order_terms("SO-1", line_fills=[30], order_fills=[40], actor=None, now=NOW)
    plan()

    with pytest.raises(Conflict, match="no less than 30 % of a line"):
        ship("SO-1", lines=[ShipLine(1, 2)], actor=None, now=NOW)
    with pytest.raises(Conflict, match="no less than 40 % of its open units"):
        ship("SO-1", lines=[ShipLine(1, 3)], actor=None, now=NOW)

    assert ship("SO-1", lines=[ShipLine(1, 4)], actor=None, now=NOW).lines.get().qty == 4


def test_orders_come_in_with_their_customers_usual_terms() -> None:
    make_product("LAMP")
    make_customer("ACME")
    change_customer_terms("ACME", order_fills=[90], max_sources=1, actor=None, now=NOW)

    asked = OrderIn("web", "1", CustomerIn(code="ACME"), (LineIn("LAMP", 5),))
    order, _ = take_in(asked, actor=None, now=NOW)

    assert (order.terms.order_fills, order.terms.max_sources) == ([90], 1)


def test_an_order_with_terms_joins_its_products_and_an_event_run_equals_the_full_run() -> None:
    lamp, bulb = make_product("LAMP"), make_product("BULB")
    make_stock(lamp, on_hand=10)
    make_stock(bulb, on_hand=3)
    order = make_order([(lamp, 5), (bulb, 5)], ref="SO-2", ship_policy="partial")
    plan()
    assert close_over([lamp.pk]).product_ids == (lamp.pk,)

    change_order_terms("SO-2", order_fills=[90], actor=None, now=NOW)
    assert close_over([lamp.pk]).product_ids == tuple(sorted([lamp.pk, bulb.pk]))
    replan(product_ids=[lamp.pk], cause="test", now=NOW)

    assert [reason(order, position) for position in (1, 2)] == [Reason.FILL_THRESHOLD] * 2
    assert replan(product_ids=None, cause="test", now=NOW).counts["rows_written"] == 0


def test_an_order_is_sent_from_as_few_warehouses_as_it_asks(order: Order) -> None:
    make_stock(make_line(order).product, make_warehouse("NORTH"), on_hand=9)

    change_order_terms("SO-1", max_sources=1, actor=None, now=NOW)
    plan()

    assert [claim.warehouse.code for claim in Allocation.objects.select_related("warehouse")] == ["NORTH"]
    assert reason(order) == Reason.SPLIT_LIMIT
