"""The oracle of units kept for expected demand: day by day, one unit at a time. docs/planning.md, Demand forecast."""

from __future__ import annotations

import math
import random
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from statistics import NormalDist

from tests.orders.planning.cases import TODAY, Case, Line, Weekly
from tests.orders.planning.oracle import NOW, Oracle, Shelf
from tests.orders.planning.random_cases import random_case

TIERS = ("platinum", "gold", "silver", "standard")


class ClassOracle(Oracle):
    def take_turns(self) -> None:
        self.kept_now: dict[int, int] = defaultdict(int)
        turns = self.ranked_turns()
        for place in range(len(self.case.classes) + 1):
            mine = [turn for turn in turns if self.place_of(turn) == place]
            with self.hiding(place, mine):
                for turn in mine:
                    self.run_turn(turn)

    def place_of(self, turn: list[Line]) -> int:
        tiers = self.case.classes
        of_tier = [tiers.index(line.tier) if line.tier in tiers else len(tiers) for line in turn]
        return min(of_tier + [0 for line in turn if line.line_id in self.case.waited])

    @contextmanager
    def hiding(self, place: int, turns: list[list[Line]]) -> Iterator[None]:
        """Take away from the shelves, for a while, what is kept for the classes before ``place``."""
        hidden: list[tuple[Shelf, int]] = []
        for product_id, shelves in self.shelves.items():
            takeable = self.takeable(product_id, shelves, place)
            before = 0
            kept = []
            for shelf, upto in zip(shelves, takeable, strict=True):
                kept.append((shelf, shelf.left - (upto - before)))
                before = upto
            for line in [line for turn in turns for line in turn if line.product_id == product_id]:
                self.kept_now[line.line_id] = sum(units for shelf, units in kept if shelf.day == NOW)
                if any(units for _, units in kept):
                    self.limited.add(line.line_id)
            hidden += kept
        for shelf, units in hidden:
            shelf.left -= units
        yield
        for shelf, units in hidden:
            shelf.left += units

    def takeable(self, product_id: int, shelves: list[Shelf], place: int) -> list[int]:
        """Return how many units may be taken from the first 1, 2, … shelves so that what is wanted can be had."""
        today, end = self.case.today, self.case.today + self.case.horizon_days
        last = max([end, *(shelf.day for shelf in shelves)])
        found = []
        for i, shelf in enumerate(shelves):
            here = max(shelf.day, today)
            so_far = sum(other.left for other in shelves[: i + 1])
            least = [so_far - self.kept_until(product_id, place, here)]
            for day in range(here, last + 1):
                there = sum(other.left for other in shelves if other.day <= day)
                least.append(there - self.kept_until(product_id, place, day + 1))
            found.append(max(0, min(least)))
        return found

    def kept_until(self, product_id: int, place: int, day: int) -> int:
        """Return the whole units that the first classes will want before a day; never fewer than fewer classes."""
        weekly = next((row for row in self.case.forecasts if row.product_id == product_id), None)
        if weekly is None or not place:
            return 0
        return max(self.expected_by(weekly, classes, day) for classes in range(1, place + 1))

    def expected_by(self, weekly: Weekly, classes: int, day: int) -> int:
        end = self.case.today + self.case.horizon_days
        share = sum(weekly.shares[:classes])
        until, _ = self.expected(weekly, min(day, end))
        whole, variance = self.expected(weekly, end)
        wanted = share * until
        if self.case.worths and share * whole:
            worth = sum(w * s for w, s in zip(self.case.worths, weekly.shares[:classes], strict=False)) / share
            after = (*self.case.worths, 1.0)[classes]
            spread = math.sqrt(share**2 * variance + share * (1 - share) * whole)
            kept = max(0.0, share * whole + NormalDist().inv_cdf(1 - after / worth) * spread)
            wanted = kept * until / whole
        return math.floor(round(wanted, 6) + 0.5)

    def expected(self, weekly: Weekly, day: int) -> tuple[float, float]:
        """Return mean and variance of what is wanted from today until a day, added up day by day."""
        units = variance = 0.0
        for each in range(self.case.today, day):
            week = (each - weekly.first_week_on) // 7
            if 0 <= week < len(weekly.means):
                units += weekly.means[week] / 7
                variance += ((weekly.highs[week] - weekly.means[week]) / NormalDist().inv_cdf(0.9)) ** 2 / 7
        return units, variance

    def withheld(self, line: Line) -> int:
        return self.kept_now[line.line_id]


def random_class_case(random_: random.Random) -> Case:
    """Return a case with classes, most of its products forecast; days beyond the forecast and the horizon occur."""
    case = random_case(random_)
    lines = tuple(replace(line, tier=random_.choice(("", *TIERS))) for line in case.lines)
    return with_classes(replace(case, lines=lines), random_)


def with_classes(case: Case, random_: random.Random) -> Case:
    """Return the case with classes of tiers, and with forecasts of most of its products."""
    classes = tuple(random_.sample(TIERS, random_.randint(1, 3)))
    worths = tuple(sorted(random_.sample((1.5, 2.0, 3.0, 10.0), len(classes)), reverse=True))
    return replace(
        case,
        classes=classes,
        worths=worths if random_.random() < 0.5 else (),
        horizon_days=random_.choice((3, 7, 14)),
        forecasts=tuple(
            _random_weekly(random_, product.product_id, len(classes))
            for product in case.products
            if random_.random() < 0.8
        ),
    )


def _random_weekly(random_: random.Random, product_id: int, classes: int) -> Weekly:
    means = tuple(random_.choice((0.0, 0.4, 1.0, 3.0, 7.0)) for _ in range(3))
    return Weekly(
        product_id,
        first_week_on=TODAY - random_.choice((-4, 0, 3, 10, 30)),
        means=means,
        highs=tuple(mean + random_.choice((0.0, 1.0, 5.0)) for mean in means),
        shares=tuple(random_.choice((0.0, 0.1, 0.3)) for _ in range(classes)),
    )
