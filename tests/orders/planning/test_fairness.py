from __future__ import annotations

from dataclasses import replace

from orders.planning.fairness import Fairness, fairness
from tests.orders.planning.cases import Case, Line, Pick, Product, Source, arrays
from tests.orders.planning.reading import run

DAY = 86_400_000_000


def counted(case: Case, now: int = 30 * DAY) -> Fairness:
    case = replace(case, lines=tuple(sorted(case.lines, key=lambda line: line.line_id)))
    return fairness(arrays(case)[0], run(case), now)


def test_a_line_that_a_newer_one_of_its_product_passed_is_overtaken():
    lines = (
        Line(1, 1, 1, 5, placed_at=1 * DAY),
        Line(2, 2, 1, 5, placed_at=9 * DAY, urgency=9),
        Line(3, 3, 2, 5, placed_at=3 * DAY),
        Line(4, 4, 1, 5, placed_at=20 * DAY),
    )
    case = Case(lines, (Source(1, 6),), products=(Product(1), Product(2)))

    assert counted(case) == Fairness(waiting_lines=3, longest_wait_days=29, overtaken_lines=1)


def test_held_and_frozen_lines_neither_wait_nor_overtake():
    lines = (
        Line(1, 1, 1, 5, placed_at=1 * DAY, on_hold=True),
        Line(2, 2, 1, 2, placed_at=2 * DAY),
        Line(3, 3, 1, 5, placed_at=9 * DAY),
    )
    case = Case(lines, picks=(Pick(3, 1, 5),), products=(Product(1),))

    assert counted(case) == Fairness(waiting_lines=1, longest_wait_days=28, overtaken_lines=0)


def test_nobody_waits_where_all_is_there():
    case = Case((Line(1, 1, 1, 5),), (Source(1, 5),), products=(Product(1),))

    assert counted(case) == Fairness(0, 0, 0)
