from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from inventory.models import Calendar, ClosedDay, Product
from orders.models import LinePlan, OrderPromise, PlanRun, Policy, RiskVersion
from orders.planning.presets import AUTOMATED, FIFO
from orders.rules import policies
from orders.studying.backtest_policies import CONTESTANTS, backtest_policies
from tests.factories.inventory import make_product, make_stock
from tests.factories.orders import make_customer, make_order

TODAY = date(2026, 12, 11)  # the stock came on 16 November


def wait_for(product: Product, days_ago: int, qty: int, tier: str = "standard") -> None:
    """Have an order of the product placed so long ago, promised for a week later."""
    placed_at = datetime(2026, 12, 11, 10, tzinfo=UTC) - timedelta(days=days_ago)
    order = make_order([(product, qty)], placed_at=placed_at, customer=make_customer(tier=tier))
    due = (placed_at + timedelta(days=7)).date()
    OrderPromise.objects.create(order=order, promised_on=due, announced_on=due, told_on=due)


@pytest.fixture
def backlog() -> None:
    product = make_product(unit_price=5)
    make_stock(product, on_hand=6)
    wait_for(product, 20, 5)
    wait_for(product, 19, 5, tier="platinum")


@pytest.mark.django_db
def test_five_strategies_live_through_the_same_days(backlog: None) -> None:
    found = backtest_policies(until_on=TODAY, weeks=4, supply=1.0, tell=lambda step: None).as_dict()

    assert list(found["strategies"]) == ["fifo", "priority", "demand_forecast", "automated", "hybrid"]
    assert found["working_days"] == 20
    assert {figures["lines"] for figures in found["strategies"].values()} == {2}
    assert all(figures["shipped_units"] <= 6 for figures in found["strategies"].values())
    assert found["strategies"]["fifo"]["on_time_lines"] == 0.5
    assert "are needed" in found["model"]["refusal"]  # two orders teach nothing: the fall-back ranked
    assert found["calibration"] == {}


@pytest.mark.django_db
def test_days_that_the_company_is_closed_are_not_lived_through(backlog: None) -> None:
    company = Calendar.objects.create(code="HQ", name="Head office", weekdays="1111000", is_company=True)
    ClosedDay.objects.create(calendar=company, day=TODAY - timedelta(days=8))

    found = backtest_policies(until_on=TODAY, weeks=4, supply=1.0, policies={"fifo": FIFO}, tell=lambda step: None)

    assert found.working_days == 4 * 4 - 1


@pytest.mark.django_db
def test_a_replay_only_reads(backlog: None) -> None:
    with CaptureQueriesContext(
        connection,
    ) as queries:
        backtest_policies(until_on=TODAY, weeks=4, supply=0.5, tell=lambda step: None)

    written = [query["sql"] for query in queries if query["sql"].split()[0] in {"INSERT", "UPDATE", "DELETE"}]
    assert written == []
    assert not PlanRun.objects.exists()
    assert not LinePlan.objects.exists()
    assert not RiskVersion.objects.exists()


@pytest.mark.django_db
def test_any_policy_may_take_part(backlog: None) -> None:
    both = {"old": FIFO, "new": AUTOMATED}

    found = backtest_policies(until_on=TODAY, weeks=2, supply=1.0, policies=both, tell=lambda step: None)

    assert list(found.strategies) == ["old", "new"]


@pytest.mark.django_db
def test_the_command_prints_one_document(backlog: None) -> None:
    out, said = StringIO(), StringIO()

    call_command("backtest_policies", "--weeks", "4", "--json", stdout=out, stderr=said)

    document = json.loads(out.getvalue())
    assert set(document["strategies"]) == set(CONTESTANTS)
    assert document["strategies"]["fifo"]["seconds"] >= 0
    assert "Living through" in said.getvalue()


@pytest.mark.django_db
def test_a_stored_policy_takes_part_beside_the_five(backlog: None) -> None:
    policies.create_draft(name="Mine", rules=FIFO, actor=None, now=datetime(2026, 11, 20, tzinfo=UTC))
    version = Policy.objects.get(name="Mine").version
    out = StringIO()

    call_command(
        "backtest_policies", "--policy", str(version), "--together", "1", "--json", stdout=out, stderr=StringIO()
    )

    document = json.loads(out.getvalue())
    assert set(document["strategies"]) == {*CONTESTANTS, "automated_by_rank", f"v{version} Mine"}
    assert document["together"] == 1.0


@pytest.mark.django_db
def test_a_policy_that_there_is_not_is_refused() -> None:
    with pytest.raises(CommandError, match="no policy version 99"):
        call_command("backtest_policies", "--policy", "99")


@pytest.mark.parametrize("wrong", [("--weeks", "0"), ("--supply", "1.5"), ("--supply", "0"), ("--together", "2")])
def test_the_command_refuses_what_makes_no_sense(wrong: tuple[str, str]) -> None:
    with pytest.raises(CommandError):
        call_command("backtest_policies", *wrong)
