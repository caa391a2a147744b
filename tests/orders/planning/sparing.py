"""What the classes and quotas of a case leave to somebody of none of them."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from orders.planning.keeping import free_for_others
from orders.planning.prepare import prepare
from orders.planning.quotas import free_of_groups
from orders.planning.supply import Buckets
from orders.planning.types import Ints
from orders.planning.windows import with_shipped
from tests.orders.planning.cases import (
    Case,
    arrays,
    demand_of,
    shipped_of,
)
from tests.orders.planning.reading import BY_URGENCY, forecast_of, policy_of


def spare_of(case: Case) -> Callable[[Buckets, Ints], Ints] | None:
    """Return what the case's classes or quotas leave to somebody of none of them."""
    demand = demand_of(case)
    if case.quotas:
        policy = policy_of(case, BY_URGENCY)
        ready = with_shipped(prepare(*arrays(case)), shipped_of(case), policy)
        return lambda buckets, free: free_of_groups(ready, policy, free)
    if not case.classes or demand is None:
        return None
    products = np.array([product.product_id for product in case.products], dtype=np.int64)
    return lambda buckets, free: free_for_others(buckets, free, products, forecast_of(case), demand, case.today)
