"""Random small cases, of lines, sources and picks; what else a case can have is added by those who test it."""

from __future__ import annotations

import random

from tests.orders.planning.cases import TODAY, Case, Line, Pick, Product, Source


def random_case(random_: random.Random) -> Case:
    """Return a case with every constraint mixed in; small enough to check by hand."""
    products = tuple(
        Product(
            product_id,
            protected_qty=random_.choice((0, 0, 2, 5)),
            lead_time_p50=(lead := random_.choice((0, 3, 10))),
            lead_time_p90=lead + random_.choice((0, 4)),
        )
        for product_id in range(1, random_.randint(1, 4) + 1)
    )
    lines: list[Line] = []
    # Neither ids nor the order of rows say anything about each other.
    line_ids = random_.sample(range(1, 30), 18)
    for order_id in range(1, random_.randint(1, 6) + 1):
        lines.extend(_random_order(random_, order_id, len(products), line_ids))
    picks = tuple(
        Pick(line.line_id, random_.randint(1, 3), random_.randint(1, line.open_qty))
        for line in lines
        if random_.random() < 0.15
    )
    sources = tuple(_random_sources(random_, len(products)))
    lines_, sources_ = list(lines), list(sources)
    random_.shuffle(lines_)
    random_.shuffle(sources_)
    return Case(tuple(lines_), tuple(sources_), picks, products, handling_days=random_.choice((0, 1)))


def _random_order(random_: random.Random, order_id: int, products: int, line_ids: list[int]) -> list[Line]:
    ship_policy = random_.choice((0, 0, 1, 2))
    placed_at, has_shipped, on_hold = random_.randint(0, 2), random_.random() < 0.3, random_.random() < 0.1
    return [
        Line(
            line_id=line_ids.pop(),
            order_id=order_id,
            product_id=random_.randint(1, products),
            open_qty=random_.randint(1, 6),
            placed_at=placed_at,
            ship_policy=ship_policy,
            has_shipped=has_shipped,
            on_hold=on_hold,
            eta_by_hand=TODAY + random_.randint(-2, 20) if random_.random() < 0.1 else 0,
            urgency=float(random_.randint(0, 3)),
        )
        for _ in range(random_.randint(1, 3))
    ]


def _random_sources(random_: random.Random, products: int) -> list[Source]:
    sources: list[Source] = []
    for product_id in range(1, products + 1):
        for warehouse_id in random_.sample((1, 2, 3), random_.randint(0, 3)):
            qty, preference = random_.randint(-1, 8), random_.randint(0, 1)
            sources.append(Source(product_id, qty, warehouse_id, preference=preference))
        for _ in range(random_.randint(0, 3)):
            expected_on = random_.choice((0, *range(TODAY - 3, TODAY + 15)))
            sources.append(
                Source(
                    product_id,
                    random_.randint(0, 8),
                    source_id=100 + len(sources),
                    expected_on=expected_on,
                    first_expected_on=random_.choice((0, expected_on, expected_on - 2)),
                    delay_p50=random_.choice((0, 1, 2)),
                    delay_p90=random_.choice((0, 1, 6)),
                )
            )
    return sources
