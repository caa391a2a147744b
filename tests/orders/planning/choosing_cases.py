"""Orders that ship together and contest few units."""

from __future__ import annotations

import random
from dataclasses import replace

from orders.planning.points import Linear
from orders.planning.rules import Policy, Rule
from tests.orders.planning.cases import Case
from tests.orders.planning.choosing_oracle import contested_case
from tests.orders.planning.mixed_cases import mixed_case

RULES = (Rule("urgency", "Urgency", "order.age_days", Linear(1.0)),)
CHOOSING = Policy("priority", RULES, whole_orders="chosen")


def contested_with_constraints(random_: random.Random) -> Case:
    """Return a case with terms, far-future lines, sites and hands, in which orders that ship together compete."""
    case, rivals = mixed_case(random_, "rank"), contested_case(random_)
    lines, orders = (max(ids) for ids in zip(*((line.line_id, line.order_id) for line in case.lines), strict=True))
    known, contested_ = ({product.product_id for product in each.products} for each in (case, rivals))
    more = (
        replace(line, line_id=line.line_id + lines, order_id=line.order_id + orders, urgency=line.urgency + 3)
        for line in rivals.lines
        if line.product_id in known
    )
    supply = (source for source in rivals.sources if source.product_id in known)
    kept = (source for source in case.sources if source.product_id not in contested_)
    return replace(case, lines=(*case.lines, *more), sources=(*kept, *supply))
