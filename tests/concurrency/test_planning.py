"""Verbs and planners at once: nobody waits for ever, nothing is lost, and the plan catches up."""

from __future__ import annotations

import random

import pytest
from django.utils import timezone

from inventory.models import DirtyMark
from orders.integrity import check, count_unplanned
from orders.models import LinePlan, OrderLine, PlanRun
from orders.replan import replan
from orders.replanning.queue import plan_due_marks
from tests.concurrency.race import race
from tests.concurrency.shop import any_verb
from tests.factories import NOW

PLANNERS = 3


def plan_until_clean() -> None:
    while DirtyMark.objects.exists():
        plan_due_marks(timezone.now)


@pytest.mark.parametrize("seed", range(3))
def test_verbs_and_planners_at_once_end_with_everything_planned(shop: str, seed: int) -> None:
    choose = random.Random(seed)
    replan(product_ids=None, cause="test", now=timezone.now())
    verbs = [any_verb(choose, number, shop) for number in range(30)]

    race([*verbs, *[plan_until_clean] * PLANNERS])
    plan_until_clean()

    assert check() == []
    assert count_unplanned() == 0
    assert LinePlan.objects.count() == OrderLine.objects.filter(open_qty__gt=0).count()
    assert not PlanRun.objects.filter(status="failed").exists()


def test_planning_what_is_planned_changes_nothing(shop: str) -> None:
    replan(product_ids=None, cause="test", now=NOW)

    again = replan(product_ids=None, cause="test", now=NOW)

    assert again.counts["rows_written"] == 0
    assert again.counts["facts"] == 0
