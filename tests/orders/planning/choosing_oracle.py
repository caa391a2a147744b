"""The choice of orders to complete, a second time: every set is tried, on cases small enough for that."""

from __future__ import annotations

import random
from collections import defaultdict
from itertools import chain, combinations

from tests.orders.planning.cases import TODAY, Case, Line, Product, Source, components
from tests.orders.planning.oracle import COMPLETE, NOW, ONE_BACKORDER, Answer, Oracle, Shelf

STANDS_BACK = 13
PENNY = 0.01
PASSES = 5


class ChoosingOracle(Oracle):
    """``is_unique`` says that in no component two sets are worth the same, so that there is one right answer."""

    def __init__(self, case: Case) -> None:
        self.aside: set[int] = set()
        self.yields: set[int] = set()
        self.kept: dict[int, int] = {}
        self.is_unique = True
        super().__init__(case)

    def take_turns(self) -> None:
        super().take_turns()
        before, had = self.completed(), {line.line_id: self.on_hand(line) for line in self.case.lines}
        aside: set[int] = set()
        yields: set[int] = set()
        kept = dict(had)
        for part in components(self.case):
            found = self.settle(part, before, had)
            aside, yields, kept = aside | found[0], yields | found[1], kept | found[2]
        self.again(aside, yields, kept)

    def settle(self, part: Case, before: set[int], had: dict[int, int]) -> tuple[set[int], set[int], dict[int, int]]:
        """Return who stands back in one component, who yields, and what each line is to have on hand."""
        orders = sorted({line.order_id for line in part.lines if self.is_candidate(line)})
        by_rank = done = before & set(orders)
        settled: tuple[set[int], set[int], dict[int, int]] = (set(), set(), {})
        for _ in range(PASSES):
            best = self.best_set(orders, done, had)
            if not best - done:
                break
            kept = {line.line_id: had[line.line_id] for line in part.lines}
            for line in part.lines:
                if line.order_id in orders and (line.order_id in best or line.order_id in done):
                    kept[line.line_id] = self.need[line.line_id] if line.order_id in best else 0
            self.again(by_rank - best, set(orders) - best, had | kept)
            after = self.completed() & set(orders)
            harmed = any(self.on_hand(line) < had[line.line_id] for line in part.lines if not self.is_candidate(line))
            if harmed or self.worth(after) <= self.worth(done):
                break
            settled = by_rank - best, set(orders) - best, kept
            done, had = after, {line.line_id: self.on_hand(line) for line in self.case.lines}
        return settled

    def again(self, aside: set[int], yields: set[int], kept: dict[int, int]) -> None:
        self.begin()
        self.aside, self.yields, self.kept = aside, yields, kept
        super().take_turns()

    def best_set(self, orders: list[int], done: set[int], had: dict[int, int]) -> set[int]:
        """Return the set worth most that fits into what completed candidates hold and what nobody took."""
        room: dict[int, int] = defaultdict(int)
        for source in self.case.sources:
            room[source.product_id] += max(0, source.qty) if not source.source_id else 0
        for line in self.case.lines:
            if line.order_id not in done:
                room[line.product_id] -= had[line.line_id]
        fitting = [chosen for chosen in subsets(orders) if self.fits(chosen, room)]
        worths = sorted((round(self.worth(set(chosen)), 6) for chosen in fitting), reverse=True)
        self.is_unique &= len(worths) < 2 or worths[0] > worths[1]
        best = max(fitting, key=lambda chosen: self.worth(set(chosen)))
        return set(best) if self.worth(set(best)) > self.worth(done) else done

    def fits(self, chosen: tuple[int, ...], room: dict[int, int]) -> bool:
        wanted: dict[int, int] = defaultdict(int)
        for line in self.case.lines:
            if line.order_id in chosen:
                wanted[line.product_id] += self.need[line.line_id]
        return all(units <= room[product] for product, units in wanted.items())

    def worth(self, orders: set[int]) -> float:
        lines = [line for line in self.case.lines if line.order_id in orders]
        return PENNY * len(orders) + sum(max(line.urgency, 0) * self.need[line.line_id] for line in lines)

    def is_candidate(self, line: Line) -> bool:
        whole = line.ship_policy == COMPLETE or (line.ship_policy == ONE_BACKORDER and line.has_shipped)
        wants = any(self.need[other.line_id] for other in self.case.lines if other.order_id == line.order_id)
        return whole and not line.on_hold and wants

    def completed(self) -> set[int]:
        lines = [line for line in self.case.lines if self.is_candidate(line)]
        lacking = {line.order_id for line in lines if self.on_hand(line) < self.need[line.line_id]}
        return {line.order_id for line in lines} - lacking

    def run_turn(self, turn: list[Line]) -> None:
        if turn[0].order_id not in self.yields:
            super().run_turn(turn)
            return
        turns = self.ranked_turns()
        later = [line for other in turns[turns.index(turn) + 1 :] for line in other]
        hidden: list[tuple[Shelf, int]] = []
        for product in {line.product_id for line in turn}:
            units = sum(self.kept[line.line_id] for line in later if line.product_id == product)
            for shelf in reversed([shelf for shelf in self.shelves[product] if shelf.day == NOW]):
                hidden.append((shelf, min(units, shelf.left)))
                units -= hidden[-1][1]
                shelf.left -= hidden[-1][1]
        self.take_together(turn)
        for shelf, units in hidden:
            shelf.left += units

    def give_reason(self, line: Line, answer: Answer, waits_together: bool, protected: bool) -> None:
        super().give_reason(line, answer, waits_together, protected)
        own = answer.reason not in (3, 8) and self.need[line.line_id] and not line.on_hold
        if line.order_id in self.aside and own:
            answer.reason = STANDS_BACK


def subsets(orders: list[int]) -> chain[tuple[int, ...]]:
    return chain.from_iterable(combinations(orders, size) for size in range(len(orders) + 1))


def contested_case(random_: random.Random) -> Case:
    """Return a case in which orders that ship together, and a few partial ones, want more than is on hand."""
    products = random_.randint(1, 3)
    lines: list[Line] = []
    for order_id in range(1, random_.randint(2, 6) + 1):
        policy = random_.choice((1, 1, 1, 2, 0))
        shipped, urgency = random_.random() < 0.5, float(random_.randint(0, 5))
        for product_id in random_.sample(range(1, products + 1), random_.randint(1, products)):
            lines.append(
                Line(
                    line_id=len(lines) + 1,
                    order_id=order_id,
                    product_id=product_id,
                    open_qty=random_.randint(1, 6),
                    placed_at=order_id,
                    ship_policy=policy,
                    has_shipped=shipped,
                    urgency=urgency,
                )
            )
    sources = [Source(product_id, random_.randint(2, 9)) for product_id in range(1, products + 1)]
    for product_id in range(1, products + 1):
        if random_.random() < 0.5:
            day = TODAY + random_.randint(1, 12)
            sources.append(Source(product_id, random_.randint(1, 8), 1, 10 + product_id, day, day))
    known = tuple(Product(product_id, lead_time_p50=5, lead_time_p90=8) for product_id in range(1, products + 1))
    return Case(tuple(lines), tuple(sources), (), known)
