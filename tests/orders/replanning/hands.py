"""A warehouse whose hands take ten units a day."""

from __future__ import annotations

from datetime import date, timedelta

from django.utils import timezone

from inventory.models import DirtyMark
from orders.hands import keep_pick_days
from orders.replan import plan_marked, replan
from tests.factories import NOW

TEN_A_DAY = [10, 10, 10, 10, 10, None, None]
TODAY = timezone.localdate(NOW)


def working_day(later: int) -> date:
    day = TODAY
    while later or day.weekday() > 4:
        day += timedelta(days=1)
        later -= day.weekday() < 5
    return day


def settle() -> None:
    """Plan all, let the pass follow, and plan what it moved, as the workers do."""
    replan(product_ids=None, cause="test", now=NOW)
    while marked := list(DirtyMark.objects.values_list("product_id", flat=True)):
        plan_marked(marked, now=NOW)
    keep_pick_days(now=NOW, at_once=True)
    assert not DirtyMark.objects.exists()
