"""Golden scenarios of rules outside the plan: chances, substitutes, releases, whose doing a date is; one file each."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from inventory.models import Product, PurchaseOrder, StockLevel
from inventory.purchasing import redate_purchase_order
from inventory.substitutes import SubstituteIn, change_substitutes
from orders.entry.incoming import CustomerIn, LineIn, OrderIn
from orders.entry.intake import take_in
from orders.handling import lifecycle
from orders.handling.shipping import ship
from orders.handling.substituting import substitute_line, take_substitutes
from orders.handling.terms import change_order_terms
from orders.models import EtaRevision, EtaRevisionKind, LinePlan, Order, Reason
from orders.planning.chance import chance_of_keeping
from orders.planning.types import NO_DAY
from orders.replan import replan
from tests.factories import NOW, TODAY
from tests.factories.inventory import make_product, make_purchase_order, make_stock, make_supplier
from tests.factories.orders import make_order

FOLDER = Path(__file__).parent / "planning" / "scenarios"
Scenario = dict[str, Any]


def of(kind: str) -> pytest.MarkDecorator:
    """Run a test with each scenario of a folder."""
    paths = sorted((FOLDER / kind).glob("*.json"))
    scenarios = [json.loads(path.read_text(encoding="utf-8")) for path in paths]
    return pytest.mark.parametrize("scenario", scenarios, ids=[path.stem for path in paths])


@of("chance")
def test_how_likely_a_promise_is_kept(scenario: Scenario) -> None:
    promised = scenario["expected"]
    p50, p90 = (np.full(len(promised), ordinal(scenario[name])) for name in ("p50", "p90"))
    here = np.full(len(promised), scenario.get("here", False))

    said = chance_of_keeping(np.array([ordinal(day) for day in promised]), p50, p90, here)

    assert dict(zip(promised, said.tolist(), strict=True)) == pytest.approx(promised), scenario["prose"]


def ordinal(day: str | None) -> int:
    return NO_DAY if day is None else date.fromisoformat(day).toordinal()


@pytest.mark.django_db
@of("substitutes")
def test_what_is_sent_instead(scenario: Scenario) -> None:
    for sku, on_hand in scenario["stock"].items():
        make_stock(make_product(sku, unit_price=Decimal("9.00")), on_hand=on_hand)
    substitutes = [SubstituteIn(**given) for given in scenario["substitutes"]]
    change_substitutes("LAMP", substitutes=substitutes, actor=None, now=NOW)

    order = BY_THE_WAY[scenario["how"]](scenario)

    lines = order.lines.order_by("position")
    shown = [[line.product.sku, line.ordered_qty - line.cancelled_qty, str(line.unit_price)] for line in lines]
    assert shown == scenario["expected"], scenario["prose"]


def at_entry(scenario: Scenario) -> Order:
    asked = OrderIn("web", "1", CustomerIn("ACME"), (LineIn("LAMP", scenario["wanted"], Decimal("9.00")),))
    return take_in(asked, actor=None, now=NOW)[0]


def while_it_waits(scenario: Scenario) -> Order:
    order = make_order([(Product.objects.get(sku="LAMP"), scenario["wanted"])], ref="SO-1", ship_policy="partial")
    if "said" in scenario:
        change_order_terms("SO-1", substitutes=scenario["said"], actor=None, now=NOW)
    plan()
    take_substitutes(now=NOW)
    return order


def at_the_customers_word(scenario: Scenario) -> Order:
    order = while_it_waits(scenario)
    sku = scenario["substitutes"][0]["sku"]
    substitute_line("SO-1", position=1, sku=sku, is_agreed=True, actor=None, now=NOW)
    return order


BY_THE_WAY = {"entry": at_entry, "waiting": while_it_waits, "agreed": at_the_customers_word}


@pytest.mark.django_db
@of("releases")
def test_what_each_release_asks(scenario: Scenario) -> None:
    lamp = make_product("LAMP")
    make_stock(lamp, on_hand=0)
    policy = scenario.get("ship_policy", "partial")
    order = make_order([(lamp, scenario["wanted"])], ref="SO-1", ship_policy=policy)
    fills = {name: scenario[name] for name in ("line_fills", "order_fills") if name in scenario}
    change_order_terms("SO-1", **fills, actor=None, now=NOW)

    for step in scenario["steps"]:
        StockLevel.objects.update(on_hand=step["on_hand"])
        plan()

        planned = LinePlan.objects.get(order=order)
        said = (Reason(planned.reason).name, planned.allocated_qty)
        assert said == (step["reason"], step["allocated"]), scenario["prose"]
        if step.get("ships"):
            ship("SO-1", actor=None, now=NOW)


@pytest.mark.django_db
@of("origins")
def test_whose_doing_a_new_date_is(scenario: Scenario) -> None:
    product = make_product()
    make_stock(product, on_hand=0)
    first = make_purchase_order(
        [(product, 4)], supplier=make_supplier(delay_p90_days=0), expected_on=TODAY + timedelta(days=10)
    )
    make_purchase_order([(product, 4)], expected_on=TODAY + timedelta(days=30))
    order = make_order([(product, 4)])
    plan()

    for step in scenario["steps"]:
        DEEDS[step["does"]](order, first, product, step)

    planned = EtaRevision.objects.filter(order=order, kind=EtaRevisionKind.PLANNED).order_by("pk")
    assert list(planned.values_list("origin", flat=True)) == [step["origin"] for step in scenario["steps"]]


Deed = Callable[[Order, PurchaseOrder, Product, Scenario], None]


def supplier_moves(order: Order, first: PurchaseOrder, product: Product, step: Scenario) -> None:
    redate_purchase_order(first.ref, expected_on=TODAY + timedelta(days=step["days"]), actor=None, now=NOW)
    plan()


def held_for_address(order: Order, first: PurchaseOrder, product: Product, step: Scenario) -> None:
    lifecycle.hold(order.ref, kind="address", reason="", actor=None, now=NOW)
    plan()


def released(order: Order, first: PurchaseOrder, product: Product, step: Scenario) -> None:
    lifecycle.release(order.ref, actor=None, now=NOW)
    plan()


def rival_expedited(order: Order, first: PurchaseOrder, product: Product, step: Scenario) -> None:
    rival = make_order([(product, 4)])
    lifecycle.expedite(rival.ref, actor=None, now=NOW)
    plan()


def time_passes(order: Order, first: PurchaseOrder, product: Product, step: Scenario) -> None:
    plan(days=step["days"])


DEEDS: dict[str, Deed] = {
    deed.__name__: deed for deed in (supplier_moves, held_for_address, released, rival_expedited, time_passes)
}


def plan(*, days: int = 0) -> None:
    replan(product_ids=None, cause="test", now=NOW + timedelta(days=days))
