"""Full runs that a change outside of orders asks for."""

from __future__ import annotations

from collections.abc import Iterable

from kernel.transactions import require_transaction
from notifications.models import Fact
from orders.replan import request_full_run


def plan_everything(facts: Iterable[Fact]) -> None:
    """Listen to ``inventory.working_days_changed``: any order's date may be another. Takes part in the dispatcher's
    transaction; several changes that travel together ask once.
    """
    require_transaction()
    heard = sorted(facts, key=lambda fact: fact.pk)
    if heard:
        request_full_run(cause=f"working days of {heard[-1].payload['code']}", now=heard[-1].occurred_at)
