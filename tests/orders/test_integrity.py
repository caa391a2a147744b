from __future__ import annotations

from collections.abc import Callable

import pytest
from django.core.management import call_command
from django.db.models import F

from inventory.dirty import mark_dirty
from inventory.models import DirtyMark, PurchaseOrderLine, StockLevel
from orders.handling.shipping import ship
from orders.integrity import check, count_unplanned
from orders.models import (
    Allocation,
    EtaRevision,
    EtaRevisionKind,
    LinePlan,
    Order,
    OrderLine,
    OrderPlan,
    OrderStatus,
    Outcome,
    Peg,
    Reason,
)
from tests.factories import NOW, TODAY
from tests.factories.inventory import make_product, make_purchase_order, make_stock
from tests.factories.orders import allocate, make_line, make_order, make_order_plan

pytestmark = pytest.mark.django_db


@pytest.fixture
def order() -> Order:
    """An order for 8 lamps, planned: 5 on hand, 3 pegged."""
    lamp = make_product("LAMP", unit_price="2.50")
    make_stock(lamp, on_hand=20)
    order = make_order([(lamp, 8)], ref="SO-1")
    line = make_line(order)
    allocate(line, 5)
    coming = make_purchase_order([(lamp, 10)]).lines.get()
    Peg.objects.create(line=line, purchase_order_line=coming, product=lamp, qty=3)
    LinePlan.objects.create(
        line=line,
        order=order,
        product=lamp,
        score=1,
        points=[1],
        outcome=Outcome.PLANNED,
        reason=Reason.AWAITING_SUPPLY,
        allocated_qty=5,
        pegged_qty=3,
        policy_id=0,
    )
    make_order_plan(
        order, open_lines=1, short_lines=1, open_units=8, short_units=3, open_value_minor=2000, ready_value_minor=1250
    )
    return order


def rules() -> set[str]:
    return {drift.rule for drift in check()}


def test_what_verbs_and_plans_write_adds_up(order: Order) -> None:
    assert check() == []

    ship("SO-1", actor=None, now=NOW)

    assert check() == []


BROKEN: list[tuple[str, Callable[[], object]]] = [
    ("on hand is the sum of its movements", lambda: StockLevel.objects.update(on_hand=F("on_hand") + 1)),
    ("reserved is the sum of the allocations", lambda: StockLevel.objects.update(reserved=F("reserved") + 1)),
    ("received is the sum of the receipts", lambda: PurchaseOrderLine.objects.update(received_qty=1)),
    ("a line never claims more than is open", lambda: OrderLine.objects.update(cancelled_qty=4)),
    ("an allocation is of its line's product", lambda: Allocation.objects.update(product_id=0)),
    ("shipped is the sum of the shipments", lambda: OrderLine.objects.update(shipped_qty=1)),
    ("an order is open while units are open", lambda: OrderLine.objects.update(cancelled_qty=8)),
    (
        "an order is open while units are open",
        lambda: Order.objects.update(status=OrderStatus.CANCELLED, closed_at=NOW),
    ),
    (
        "a purchase order is open while units are outstanding",
        lambda: PurchaseOrderLine.objects.update(cancelled_qty=10),
    ),
    (
        "a date given is a promise kept",
        lambda: EtaRevision.objects.create(order=Order.objects.get(), kind=EtaRevisionKind.PROMISED, new_on=TODAY),
    ),
    ("every open line is planned or marked", lambda: LinePlan.objects.all().delete()),
    ("a plan is of an open line", lambda: OrderLine.objects.update(cancelled_qty=8)),
    ("a line's plan says what is allocated and pegged", lambda: LinePlan.objects.update(allocated_qty=4)),
    ("a line's plan says what is allocated and pegged", lambda: Peg.objects.all().delete()),
    ("pegs are at most what is outstanding", lambda: Peg.objects.update(qty=11)),
    ("an order's plan is the sum of its lines'", lambda: OrderPlan.objects.update(short_units=2)),
    ("every open order has a plan, and no other", lambda: OrderPlan.objects.all().delete()),
]


@pytest.mark.parametrize(
    ("rule", "break_it"), BROKEN, ids=[f"{place}-{rule}" for place, (rule, _) in enumerate(BROKEN)]
)
def test_a_broken_counter_is_found_and_the_command_fails(
    order: Order, rule: str, break_it: Callable[[], object], capsys: pytest.CaptureFixture[str]
) -> None:
    break_it()

    assert rule in rules()
    with pytest.raises(SystemExit) as exit_:
        call_command("check_integrity")
    assert exit_.value.code == 1
    assert f"DRIFT  {rule}" in capsys.readouterr().out


def test_a_plan_that_a_mark_will_replace_may_lag_behind(order: Order) -> None:
    mark_dirty([make_line(order).product_id], cause="test")
    LinePlan.objects.all().delete()

    assert check() == []
    assert count_unplanned() == 1

    DirtyMark.objects.all().delete()
    assert rules() == {
        "every open line is planned or marked",
    }
