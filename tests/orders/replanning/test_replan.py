from __future__ import annotations

from datetime import timedelta

import pytest

from inventory.models import StockLevel
from notifications.models import Fact
from orders.models import Allocation, EtaRevision, LinePlan, OrderPlan, OrderPromise, Peg, PlanRun, Reason
from orders.replan import replan
from tests.factories import NOW, TODAY
from tests.factories.inventory import make_product, make_purchase_order, make_stock
from tests.factories.orders import make_line, make_order

pytestmark = pytest.mark.django_db


def run_full(**options: bool) -> PlanRun:
    return replan(product_ids=None, cause="test", now=NOW, **options)


def test_a_full_run_allocates_pegs_promises_and_announces() -> None:
    product = make_product()
    make_stock(product, on_hand=5)
    make_purchase_order([(product, 10)])
    first, second = make_order([(product, 4)]), make_order([(product, 4)])

    run = run_full()

    assert run.counts["lines"] == 2
    assert run.counts["planned"] + run.counts["frozen"] + run.counts["excluded"] == 2
    assert {(a.line.order_id, a.qty) for a in Allocation.objects.all()} == {(first.pk, 4), (second.pk, 1)}
    assert {(p.line.order_id, p.qty) for p in Peg.objects.all()} == {(second.pk, 3)}
    assert StockLevel.objects.get(product=product).reserved == 5
    plan = OrderPlan.objects.get(order=second)
    assert (plan.reason, plan.short_units, plan.short_lines) == (Reason.AWAITING_SUPPLY, 3, 1)
    assert plan.eta_p50 == TODAY + timedelta(days=10)
    assert plan.promised_on == plan.eta_p50
    assert plan.slip_days == 0
    assert plan.open_value_minor == 1000
    assert OrderPromise.objects.get(order=second).promised_on == plan.eta_p50
    assert [r.kind for r in EtaRevision.objects.filter(order=second)] == ["promised"]
    assert list(Fact.objects.values_list("kind", flat=True)) == ["orders.backordered"]
    assert len(LinePlan.objects.get(line=make_line(first)).points) == 6


def test_unchanged_input_writes_nothing() -> None:
    product = make_product()
    make_stock(product, on_hand=5)
    make_order([(product, 4)])
    make_order([(product, 4)])
    run_full()

    again = run_full()
    event = replan(product_ids=[product.pk], cause="test", now=NOW)

    assert again.counts["rows_written"] == event.counts["rows_written"] == 0
    assert again.counts["facts"] == event.counts["facts"] == 0
    assert again.inputs_hash == event.inputs_hash
