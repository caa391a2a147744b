"""How many cases a property is checked on, and what a case needs."""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Callable, Iterable

from hypothesis import example, settings

from tests.orders.planning.cases import Case

# The normal run repeats the same examples; PLANNING_CASES in the environment asks for that many new ones.
MORE = os.environ.get("PLANNING_CASES")
checked = settings(max_examples=int(MORE or 300), derandomize=MORE is None)


def with_examples(cases: Iterable[Case]) -> Callable[[Callable[[Case], None]], Callable[[Case], None]]:
    """Return a decorator by which a property is checked on these cases too, whatever else is drawn."""

    def decorated(test: Callable[[Case], None]) -> Callable[[Case], None]:
        for case in cases:
            test = example(case)(test)
        return test

    return decorated


def need(case: Case) -> dict[int, int]:
    """Return what frozen units leave open, per line."""
    picked: dict[int, int] = defaultdict(int)
    for pick in case.picks:
        picked[pick.line_id] += pick.qty
    return {line.line_id: max(0, line.open_qty - picked[line.line_id]) for line in case.lines}
