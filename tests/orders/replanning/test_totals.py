"""What an order's lines add up to is the same from the arrays of a full run and from the query of an event run."""

from __future__ import annotations

import pytest

from orders.models import OrderLine, OrderPlan
from orders.planning.grammar import parse_policy
from orders.replan import replan
from orders.replanning.asking import Asking
from orders.replanning.bulk import sorted_by
from orders.replanning.draft import plan_inputs
from orders.replanning.inputs import _ask_lines, load_inputs
from orders.replanning.scope import Scope
from orders.replanning.totals import add_up, ask_order_plans, ask_totals, find_stale
from orders.rules import policies
from tests.factories import NOW
from tests.factories.inventory import make_product, make_stock
from tests.factories.orders import make_order


@pytest.mark.django_db
def test_arrays_and_query_agree_on_values_and_stale_orders() -> None:
    lamp, chair = make_product("LAMP"), make_product("CHAIR")
    make_stock(lamp, on_hand=9)
    changed, unplanned = make_order([(lamp, 2), (chair, 4)]), make_order([(lamp, 1)])
    make_order([(lamp, 2), (chair, 1)])
    replan(product_ids=None, cause="test", now=NOW, quiet=True)
    OrderLine.objects.filter(order=changed, product=lamp).update(ordered_qty=1)
    OrderPlan.objects.filter(order=unplanned).delete()

    event = ask_totals(Asking(few=False), Scope((lamp.pk, chair.pk)))()
    ask, everything = Asking(few=False), Scope(None)
    whole = add_up(sorted_by(_ask_lines(ask, everything)(), "line_id"))
    rules, today = parse_policy(policies.published().rules), NOW.toordinal()
    inputs = load_inputs(everything, rules, today=today)
    plan = plan_inputs(inputs, rules, today=today)
    stale = find_stale(inputs.backlog, inputs.price_minor, inputs.unpromised_orders, plan, ask_order_plans(ask)())

    assert stale.tolist() == event.stale_orders.tolist() == [changed.pk, unplanned.pk]
    assert whole.order_id.tolist() == event.order_id.tolist()
    assert whole.open_value_minor.tolist() == event.open_value_minor.tolist()
