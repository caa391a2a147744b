"""Calendars of the company, of warehouses and of suppliers, from the verb that changes them to the date of an order."""

from __future__ import annotations

from datetime import date, timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from inventory import calendars, suppliers
from inventory.catalogue import change_warehouse
from inventory.models import Calendar, MovementKind, Product, PurchaseOrderLine, Receipt, StockMovement, Supplier
from kernel.errors import Conflict, Invalid, NotFound
from notifications.dispatching import dispatch_pending
from notifications.models import Fact
from orders.models import Order, OrderPlan, PlanRun, PlanRunStatus
from orders.queries.availability import Item, find_availability
from orders.replan import finish_full_runs, replan
from orders.replanning.draft import Stopwatch, make_draft
from orders.rules.policies import published
from tests.factories import NOW, TODAY
from tests.factories.inventory import make_product, make_purchase_order, make_stock, make_supplier
from tests.factories.orders import make_order

pytestmark = pytest.mark.django_db

CHRISTMAS = date(2026, 12, 25)  # a Friday


def new_calendar(code: str = "UK", **fields: Any) -> Calendar:
    given: dict[str, Any] = {"name": "England", "country": "GB", "subdivision": "ENG", "is_company": True, **fields}
    return calendars.create_calendar(code=code, **given, actor=None, now=NOW)


@pytest.fixture
def product() -> Product:
    return make_product("MUG")


def waiting(product: Product, expected_on: date, supplier: Supplier | None = None) -> Order:
    """Take in an order that waits for a delivery on a day."""
    make_stock(product, on_hand=0)
    supplier = supplier or make_supplier(delay_p90_days=0)
    make_purchase_order([(product, 9)], supplier=supplier, expected_on=expected_on)
    return make_order([(product, 4)])


def eta(order: Order) -> date | None:
    return OrderPlan.objects.get(order=order).eta_p50


def plan() -> None:
    replan(product_ids=None, cause="test", now=NOW)


def test_public_holidays_of_the_company_are_no_working_days(product: Product) -> None:
    order = waiting(product, CHRISTMAS)
    plan()
    assert eta(order) == CHRISTMAS

    new_calendar()
    plan()

    assert eta(order) == date(2026, 12, 29)  # Boxing Day is a Saturday, so Monday is closed too


def test_a_day_closed_by_hand_counts_until_it_is_opened(product: Product) -> None:
    new_calendar()
    order = waiting(product, date(2026, 12, 29))
    calendars.close_day("UK", day=date(2026, 12, 29), note="Stock-take", actor=None, now=NOW)
    plan()
    assert eta(order) == date(2026, 12, 30)

    calendars.open_day("UK", day=date(2026, 12, 29), actor=None, now=NOW)
    plan()

    assert eta(order) == date(2026, 12, 29)


def test_a_supplier_with_holidays_of_its_own_is_late_by_its_own_days(product: Product) -> None:
    """A day late from Thursday, in a week in which the supplier works Sunday to Thursday."""
    gulf = new_calendar("GULF", name="Gulf", country="", subdivision="", weekdays="1111001", is_company=False)
    supplier = make_supplier(delay_p50_days=1, delay_p90_days=1)
    order = waiting(product, date(2026, 12, 3), supplier)
    plan()
    assert eta(order) == date(2026, 12, 4)

    suppliers.change_supplier(supplier.code, calendar=gulf.code, actor=None, now=NOW)
    plan()

    assert eta(order) == date(2026, 12, 7)  # their Sunday, on which our warehouse is closed


def test_a_warehouse_that_needs_days_and_works_saturdays_ships_by_its_own(product: Product) -> None:
    new_calendar("SIX", name="Six days", country="", subdivision="", weekdays="1111110", is_company=False)
    order = waiting(product, date(2026, 12, 3))

    change_warehouse("MAIN", calendar="SIX", handling_days=2, actor=None, now=NOW)
    plan()

    assert eta(order) == date(2026, 12, 5)


def test_stock_on_hand_leaves_after_its_warehouses_handling(product: Product) -> None:
    make_stock(product, on_hand=9)
    change_warehouse("MAIN", handling_days=2, actor=None, now=NOW)
    order = make_order([(product, 4)])

    plan()

    assert eta(order) == TODAY + timedelta(days=2)


def test_an_event_plans_as_the_full_run_does(product: Product) -> None:
    new_calendar()
    new_calendar("SIX", name="Six days", country="", subdivision="", weekdays="1111110", is_company=False)
    waiting(product, CHRISTMAS)
    change_warehouse("MAIN", calendar="SIX", handling_days=1, actor=None, now=NOW)
    other = make_product()
    waiting(other, CHRISTMAS, Supplier.objects.get())

    full = make_draft(None, published(), today=TODAY, watch=Stopwatch()).plan
    alone = make_draft([product.pk], published(), today=TODAY, watch=Stopwatch()).plan

    days = dict(zip(full.line_id.tolist(), full.eta_p50.tolist(), strict=True))
    assert {line: days[line] for line in alone.line_id.tolist()} == dict(
        zip(alone.line_id.tolist(), alone.eta_p50.tolist(), strict=True)
    )


def test_availability_and_plan_count_the_same_days(product: Product) -> None:
    new_calendar()
    waiting(product, CHRISTMAS)
    change_warehouse("MAIN", handling_days=1, actor=None, now=NOW)
    plan()

    answer = find_availability([Item("MUG", 5)], today=TODAY)
    order = make_order([(product, 5)])
    plan()

    assert answer.all_eta_p50 == eta(order) == date(2026, 12, 30)


def test_units_that_nobody_has_ordered_are_handled_too(product: Product) -> None:
    supplier = make_supplier(delay_p90_days=0)
    supplier.supplier_products.create(product=product, lead_time_days=3)
    make_stock(product, on_hand=0)
    order = make_order([(product, 4)])
    plan()
    before = eta(order)

    change_warehouse("MAIN", handling_days=5, actor=None, now=NOW)
    plan()

    assert before is not None
    assert eta(order) == before + timedelta(days=7)


def test_changed_working_days_ask_for_one_full_run(product: Product) -> None:
    new_calendar()
    calendars.close_day("UK", day=date(2026, 12, 31), actor=None, now=NOW)

    dispatch_pending(now=NOW)

    assert PlanRun.objects.get(status=PlanRunStatus.RUNNING).cause == "working days of UK"


def test_a_new_name_asks_for_none() -> None:
    new_calendar()
    Fact.objects.all().delete()

    calendars.change_calendar("UK", name="Britain", actor=None, now=NOW + timedelta(seconds=1))

    assert not Fact.objects.filter(kind="inventory.working_days_changed").exists()


def test_another_calendar_becomes_the_companys_and_one_always_is() -> None:
    new_calendar()
    new_calendar("DE", name="Germany", country="DE", subdivision="BY")

    assert list(Calendar.objects.filter(is_company=True).values_list("code", flat=True)) == ["DE"]
    with pytest.raises(Conflict, match="another one"):
        calendars.change_calendar("DE", is_company=False, actor=None, now=NOW)


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"country": "XX", "subdivision": ""}, "country"),
        ({"subdivision": "BY"}, "subdivision"),
        ({"weekdays": "0000000"}, "weekdays"),
        ({"weekdays": "11111"}, "weekdays"),
        ({"weekdays": "1111102"}, "weekdays"),
    ],
)
def test_what_cannot_be_counted_by_is_refused_and_nothing_kept(given: dict[str, str], field: str) -> None:
    with pytest.raises(Invalid) as refused:
        new_calendar(**given)

    assert list(refused.value.fields) == [field]
    assert not Calendar.objects.exists()


def test_a_public_holiday_cannot_be_opened_by_hand() -> None:
    new_calendar()

    with pytest.raises(NotFound, match="not closed by hand"):
        calendars.open_day("UK", day=CHRISTMAS, actor=None, now=NOW)


def test_a_suppliers_delay_is_measured_in_its_own_working_days(product: Product) -> None:
    """Named for Christmas Eve, usually received on 29 December: in England a day late, by the week alone three."""
    supplier = make_supplier(delay_p50_days=9, delay_p90_days=9)
    make_stock(product, on_hand=0)
    make_purchase_order([(product, 9)], supplier=supplier)
    line = PurchaseOrderLine.objects.get()
    for day in (23, 24, 29, 30, 31):
        movement = StockMovement.objects.create(
            product=product, warehouse=line.warehouse, kind=MovementKind.RECEIPT, qty=1
        )
        Receipt.objects.create(
            purchase_order_line=line,
            movement=movement,
            qty=1,
            expected_on=date(2026, 12, 24),
            received_on=date(2026, 12, day),
        )
    later = NOW + timedelta(days=60)
    suppliers.refresh_delays(later)
    supplier.refresh_from_db()
    assert supplier.delay_p50_days == 3

    new_calendar()
    suppliers.refresh_delays(later)

    supplier.refresh_from_db()
    assert supplier.delay_p50_days == 1


def test_the_run_that_was_asked_for_is_made(product: Product) -> None:
    order = waiting(product, CHRISTMAS)
    plan()
    new_calendar()
    dispatch_pending(now=NOW)

    finish_full_runs(now=NOW)

    assert eta(order) == date(2026, 12, 29)


def test_the_command_makes_changes_and_shows_calendars() -> None:
    out = StringIO()

    call_command("working_calendar", "UK", "--country", "GB", "--subdivision", "ENG", "--company", stdout=out)
    call_command("working_calendar", "UK", "--close", "2026-12-29", "--weekdays", "1111110", stdout=out)

    last = out.getvalue().splitlines()[-1]
    assert last == "UK: 1111110, holidays of GB ENG, the company's; closed 2026-12-29"
    with pytest.raises(CommandError, match="There is no such part"):
        call_command("working_calendar", "UK", "--subdivision", "BY")
