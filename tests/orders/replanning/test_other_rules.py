"""A kept run tried by other rules: computed from what was read then, or refused with all that was not."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from kernel.errors import Conflict
from orders.models import PlanRun
from orders.planning.presets import BALANCED_PRIORITY, FIFO
from orders.replan import replan
from orders.replanning.plan_records import replay
from tests.factories import NOW
from tests.factories.inventory import make_product, make_stock
from tests.factories.orders import make_customer, make_order
from tests.orders.replanning.dividing import DAILY, PLATINUM, WEEKLY, publish, sent

pytestmark = pytest.mark.django_db

LAST = {"id": "last", "label": "The others", "at_most": {"units": 100}}


def rules(**members: Any) -> dict[str, Any]:
    return {"version": 1, "strategy": "priority", "rules": [], **members}


def planned(**members: Any) -> PlanRun:
    """Plan twenty units for a platinum customer who got four this week, 30 on hand."""
    product = make_product()
    make_stock(product, on_hand=30)
    sent(product, 4, days_ago=3)
    make_order([(product, 20)], customer=make_customer(tier="platinum"))
    publish(**members)
    return replan(product_ids=None, cause="test", now=NOW)


@pytest.mark.parametrize(
    ("other", "allocated"),
    [
        (rules(quotas=[WEEKLY, DAILY]), 6),
        (rules(quotas=[WEEKLY]), 6),
        (rules(quotas=[WEEKLY, DAILY, LAST]), 6),
        (rules(quotas=[{**WEEKLY, "at_most": {"units": 9}}]), 5),
        (rules(quotas=[{"id": "vip", "label": "Ten", "when": PLATINUM, "at_most": {"units": 10}}]), 10),
        (FIFO, 20),
    ],
    ids=["its own", "fewer windows", "one more quota", "another maximum", "no window", "no quota"],
)
def test_windows_that_were_read_count_under_other_rules(other: dict[str, Any], allocated: int) -> None:
    run = planned(quotas=[WEEKLY, DAILY])

    assert replay(run.pk, rules=other).plan.allocated_qty.tolist() == [allocated]


@pytest.mark.parametrize(
    "quotas",
    [
        [{**WEEKLY, "window_days": 8}],
        [DAILY],
        [WEEKLY, DAILY, {**LAST, "window_days": 2}],
        [{name: value for name, value in WEEKLY.items() if name != "when"}],
    ],
    ids=["longer", "another first", "one more", "other lines"],
)
def test_windows_that_were_not_read_are_refused(quotas: list[dict[str, Any]]) -> None:
    run = planned(quotas=[WEEKLY, DAILY])

    with pytest.raises(Conflict, match="what left in the windows of these quotas"):
        replay(run.pk, rules=rules(quotas=quotas))


def test_all_that_was_not_read_is_named(tmp_path: Path) -> None:
    run, file = planned(), tmp_path / "rules.json"
    segment = {"id": "all", "label": "All", "guarantee": "gain", "when": PLATINUM}
    file.write_text(json.dumps({**BALANCED_PRIORITY, "segments": [segment]}))

    with pytest.raises(CommandError, match="what the run did not") as refused:
        call_command("replay_run", str(run.pk), "--policy", str(file))

    for missing in ("customer.tier", "order.age_days", "the plan before"):
        assert missing in str(refused.value)


def test_a_forecast_is_read_only_as_the_run_read_it() -> None:
    classes = [{"id": "vip", "label": "A", "when": PLATINUM}]
    forecast = {"horizon_days": 14, "history_weeks": 20, "classes": classes}
    run = planned(strategy="demand_forecast", rules=[], forecast=forecast)
    longer = {**forecast, "horizon_days": 28}
    others = [{"id": "gold", "label": "B", "when": {**PLATINUM, "value": "gold"}}]

    assert replay(run.pk, rules=rules(strategy="demand_forecast", forecast=longer)).plan.line_id.size
    with pytest.raises(Conflict, match="which part of the forecast"):
        replay(run.pk, rules=rules(strategy="demand_forecast", forecast={**forecast, "classes": others}))
    with pytest.raises(Conflict, match="the forecast"):
        replay(planned().pk, rules=rules(strategy="demand_forecast", forecast=forecast))


def test_what_day_it_was_is_known() -> None:
    monday = {
        "id": "day", "label": "Monday", "points": {"type": "fixed", "points": 2},
        "when": {"attribute": "time.weekday", "op": "eq", "value": f"{NOW:%A}".lower()},
    }  # fmt: skip

    assert replay(planned().pk, rules=rules(rules=[monday])).plan.score.tolist() == [2.0]
