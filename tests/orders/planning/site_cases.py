"""Cases whose warehouses and suppliers work by calendars of their own."""

from __future__ import annotations

import random
from dataclasses import replace

from orders.planning.types import Calendar
from tests.orders.planning.cases import TODAY, Case, House, Way
from tests.orders.planning.random_cases import random_case


def random_site_case(random_: random.Random) -> Case:
    """Return a random case with calendars and handling of one's own."""
    return with_sites(random_case(random_), random_)


def with_sites(case: Case, random_: random.Random) -> Case:
    """Return the case with some warehouses and suppliers working by calendars of their own."""
    calendars = tuple(_random_calendar(random_) for _ in range(random_.randint(1, 3)))
    warehouses = sorted({source.warehouse_id for source in case.sources} | {pick.warehouse_id for pick in case.picks})
    sources = sorted({source.source_id for source in case.sources} - {0})
    return replace(
        case,
        handling_days=0,
        calendar=_random_calendar(random_),
        calendars=calendars,
        houses=tuple(
            House(warehouse, random_.randint(0, len(calendars)), random_.choice((0, 1, 3)))
            for warehouse in warehouses
            if random_.random() < 0.7
        ),
        ways=tuple(Way(source, random_.randint(0, len(calendars))) for source in sources if random_.random() < 0.5),
    )


def _random_calendar(random_: random.Random) -> Calendar:
    weekmask = tuple(random_.random() < 0.7 for _ in range(6))
    holidays = sorted(random_.sample(range(TODAY - 2, TODAY + 40), random_.randint(0, 6)))
    return Calendar((*weekmask, not any(weekmask)), tuple(holidays))
