"""The oracle of terms and wishes: fills, split limits, sources, far-future lines. docs/planning.md, section Terms."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace

from tests.orders.planning.cases import TODAY, Case, Line, PickDay
from tests.orders.planning.oracle import (
    AWAITING,
    COMPLETE,
    FILL_THRESHOLD,
    JOINT,
    LATE,
    NEVER,
    NOW,
    ONE_BACKORDER,
    PARTIAL,
    PROTECTED,
    READY,
    SHORT,
    Answer,
    Oracle,
    Shelf,
    first_covering,
)
from tests.orders.planning.random_cases import random_case

WANTED_LATER, SPLIT_LIMIT = 11, 12
FILLS = (  # of a line, of its order; one figure a release
    ((), ()),
    ((), ()),
    ((50,), ()),
    ((), (60,)),
    ((40,), (90,)),
    ((100,), ()),
    ((), (80, 0)),
    ((0, 100), (0, 30)),
    ((100, 0, 60), (20, 90)),
)


class TermsOracle(Oracle):
    def begin(self) -> None:
        super().begin()
        self.why: dict[int, int] = {}
        self.not_before: dict[int, tuple[int, int]] = {}

    def run_turn(self, turn: list[Line]) -> None:
        order, turn = turn, [line for line in turn if self.lacking[line.line_id]]
        if not turn or turn[0].on_hold:
            return
        whole = turn[0].ship_policy in (COMPLETE, ONE_BACKORDER)
        anywhere = self.covers(turn) if whole else {}
        hidden = self.put_out_of_sight(turn)
        units_hidden: dict[int, int] = defaultdict(int)
        for product_id, _, units in hidden:
            units_hidden[product_id] += units
        if whole:
            self.name_split(turn, anywhere)
            splits = turn[0].ship_policy == ONE_BACKORDER and not turn[0].has_shipped
            frozen = [] if splits else [line for line in order if line not in turn]
            self.take_whole(turn, splits, frozen)
        elif self.is_plain(turn[0]):
            self.take(turn[0], self.shelves[turn[0].product_id])
        else:
            self.take_enough(turn, units_hidden)
        for _, shelf, units in hidden:
            shelf.left = units

    # where from

    def on_hand_shelves(self, line: Line) -> list[Shelf]:
        first = self.case.preferred[line.group] if line.group >= 0 else ()
        shelves = [shelf for shelf in self.shelves[line.product_id] if shelf.day == NOW]
        return sorted(shelves, key=lambda s: first.index(w) if (w := s.source.warehouse_id) in first else len(first))

    def put_out_of_sight(self, turn: list[Line]) -> list[tuple[int, Shelf, int]]:
        if not turn[0].max_sources:
            return []
        wanted: dict[int, int] = defaultdict(int)
        for line in turn:
            wanted[line.product_id] += self.lacking[line.line_id]
        preferred = next((self.case.preferred[line.group] for line in turn if line.group >= 0), ())
        here = [(product, shelf) for product in wanted for shelf in self.shelves[product] if shelf.day == NOW]
        open_, chosen = {shelf.source.warehouse_id for _, shelf in here if shelf.left}, set()
        for _ in range(turn[0].max_sources):

            def worth(warehouse: int) -> tuple[int, int, int]:
                units = sum(min(s.left, wanted[p]) for p, s in here if s.source.warehouse_id == warehouse)
                return -units, preferred.index(warehouse) if warehouse in preferred else 99, warehouse

            best = min(open_ - chosen, key=worth, default=None)
            if best is None or not worth(best)[0]:
                break
            chosen.add(best)
            for product, shelf in here:
                if shelf.source.warehouse_id == best:
                    wanted[product] -= min(shelf.left, wanted[product])
        hidden = [(p, s, s.left) for p, s in here if s.source.warehouse_id not in chosen and s.left]
        for _, shelf, _ in hidden:
            shelf.left = 0
        return hidden

    # orders that ship together

    def covers(self, turn: list[Line]) -> dict[int, Shelf | None]:
        wanted: dict[int, int] = defaultdict(int)
        found = {}
        for line in turn:
            wanted[line.product_id] += self.lacking[line.line_id]
            found[line.line_id] = first_covering(self.shelves[line.product_id], wanted[line.product_id])
        return found

    def name_split(self, turn: list[Line], anywhere: dict[int, Shelf | None]) -> None:
        here = self.covers(turn) if turn[0].max_sources else anywhere
        for line_id, shelf in here.items():
            if day(shelf) > day(anywhere[line_id]):
                self.why[line_id] = SPLIT_LIMIT

    def take_whole(self, turn: list[Line], splits: bool, frozen: list[Line]) -> None:
        if self.only_ahead:
            self.why |= dict.fromkeys((line.line_id for line in self.send_ahead(turn)), FILL_THRESHOLD)
            return
        by, covers = self.wanted_by(turn[0]), self.covers(turn)
        if by and all(day(shelf) <= by for shelf in covers.values()):
            for line in reversed(turn):
                seen = min(self.need[line.line_id], self.units_by(line.product_id, NOW))
                self.take_until(line, by, self.need[line.line_id])
                shelves = [shelf for shelf, _ in self.taken[line.line_id]]
                self.cover[line.line_id] = max(shelves, key=self.shelves[line.product_id].index)
                if self.on_hand(line) < seen:
                    self.why[line.line_id] = WANTED_LATER
            if any(self.level(line) > NOW for line in turn):
                self.groups.append(turn + frozen)
            return
        thin = self.send_ahead(turn) if splits else []
        turn = [line for line in turn if self.lacking[line.line_id]]
        covers = self.covers(turn)
        self.cover.update(covers)
        gate = max((day(shelf) for shelf in covers.values()), default=NOW)
        if gate > NOW:
            self.groups.append(turn + frozen)
        for line in thin:
            if day(covers[line.line_id]) == gate:
                self.why[line.line_id] = FILL_THRESHOLD
        if gate < NEVER:
            for line in reversed(turn) if gate > NOW else turn:
                self.take_until(line, gate, self.lacking[line.line_id])

    def send_ahead(self, turn: list[Line]) -> list[Line]:
        """Take what a first shipment may send; return the lines with units on hand of an order that sends nothing."""
        here = self.reach(turn, NOW)
        if sum(line.weight * here[line.line_id] for line in turn) < self.order_least(turn[0]):
            here = dict.fromkeys(here, 0)
        if not sum(here.values()):
            return [line for line in turn if self.units_by(line.product_id, NOW)]
        for line in turn:
            later = self.lacking[line.line_id] - here[line.line_id]
            self.lacking[line.line_id] = here[line.line_id]
            self.take(line, self.on_hand_shelves(line))
            self.lacking[line.line_id] += later
        return []

    # orders that may leave in parts

    def take_enough(self, turn: list[Line], hidden: dict[int, int]) -> None:
        gate = self.gate_day(turn)
        if gate is None:
            for line in turn:
                if self.seen(line, hidden):
                    self.why[line.line_id] = FILL_THRESHOLD
            return
        reach = self.reach(turn, gate)
        full = [line for line in turn if reach[line.line_id] >= self.least(line)]
        lasts = {}
        for line in full + [line for line in turn if line not in full]:
            seen, had = self.seen(line, hidden), self.on_hand(line)
            own = self.own_gate(line, gate)
            if own is None:
                if seen:
                    self.why[line.line_id] = FILL_THRESHOLD
                continue
            until = max(own, self.wanted_by(line))
            self.take_until(line, until, min(self.lacking[line.line_id], self.units_by(line.product_id, until)))
            self.take(line, [shelf for shelf in self.shelves[line.product_id] if shelf.day != NOW])
            lasts[line.line_id] = max((shelf.day for shelf, _ in self.taken[line.line_id]), default=NEVER)
            if self.on_hand(line) - had < seen:
                self.why[line.line_id] = FILL_THRESHOLD if own else WANTED_LATER if until else SPLIT_LIMIT
        release, p90 = self.release(turn, gate)
        for line in turn if release != NOW else []:
            self.not_before[line.line_id] = release, p90
            if lasts.get(line.line_id, NEVER) < release:
                self.why[line.line_id] = FILL_THRESHOLD if gate != NOW else WANTED_LATER

    def release(self, turn: list[Line], gate: int) -> tuple[int, int]:
        pieces = [
            (shelf.day, shelf.day_p90, units * line.weight)
            for line in turn
            for shelf, units in self.taken[line.line_id]
        ]
        least = self.order_least(turn[0])
        for day_ in sorted({day_ for day_, _, _ in pieces}):
            for p90 in sorted({p90 for at, p90, _ in pieces if at == day_}):
                before = [piece for piece in pieces if piece[:2] <= (day_, p90)]
                if sum(units for _, _, units in before) >= least:
                    return max(gate, day_), max([gate, *(latest for _, latest, _ in before)])
        return gate, max([gate, *(p90 for _, p90, _ in pieces)])

    def order_least(self, line: Line) -> int:
        order = [other for other in self.case.lines if other.order_id == line.order_id]
        whole = sum(other.weight * other.open_qty for other in order)
        frozen = sum(other.weight * self.picked[other.line_id] for other in order)
        return max(0, -(-fill_now(line.order_fills, line.releases) * whole // 100) - frozen)

    def least(self, line: Line) -> int:
        return max(0, -(-fill_now(line.line_fills, line.releases) * line.open_qty // 100) - self.picked[line.line_id])

    def gate_day(self, turn: list[Line]) -> int | None:
        days = {shelf.day for line in turn for shelf in self.shelves[line.product_id] if shelf.left}
        for gate in sorted(days | {NOW}):
            reach = self.reach(turn, gate)
            if sum(line.weight * reach[line.line_id] for line in turn) >= self.order_least(turn[0]):
                return gate
        return None

    def own_gate(self, line: Line, gate: int) -> int | None:
        days = {shelf.day for shelf in self.shelves[line.product_id] if shelf.left and shelf.day > gate}
        for own in [gate, *sorted(days)]:
            if self.units_by(line.product_id, own) >= self.least(line):
                return own
        return None

    def reach(self, turn: list[Line], until: int) -> dict[int, int]:
        pool = {line.product_id: self.units_by(line.product_id, until) for line in turn}
        reach = {}
        for line in turn:
            units = min(self.lacking[line.line_id], pool[line.product_id])
            reach[line.line_id] = units if units >= self.least(line) else 0
            pool[line.product_id] -= reach[line.line_id]
        return reach

    # units

    def wanted_by(self, line: Line) -> int:
        order = [other for other in self.case.lines if other.order_id == line.order_id]
        lines = [line] if line.ship_policy == PARTIAL else order
        if self.case.far_horizon is None or any((x.wanted_in or 0) <= self.case.far_horizon for x in lines):
            return NOW
        if self.case.far_tier and any(x.tier != self.case.far_tier for x in lines):
            return NOW
        wanted = day_ = self.case.today + (line.wanted_in or 0)
        while not self.has_sites and (self.leaves(day_) > wanted or not self.works(day_, 0)):
            day_ -= 1
        return day_

    def units_by(self, product_id: int, until: int) -> int:
        return sum(shelf.left for shelf in self.shelves[product_id] if shelf.day <= until)

    def seen(self, line: Line, hidden: dict[int, int]) -> int:
        return min(self.lacking[line.line_id], self.units_by(line.product_id, NOW) + hidden[line.product_id])

    def take_until(self, line: Line, until: int, units: int) -> None:
        """Take units from the latest shelves that are there by a day, from those on hand last."""
        more = self.lacking[line.line_id] - units
        self.lacking[line.line_id] = units
        self.take(line, [s for s in reversed(self.shelves[line.product_id]) if NOW < s.day <= until])
        self.take(line, self.on_hand_shelves(line))
        self.lacking[line.line_id] += more

    # saying

    def own_dates(self, line: Line, answer: Answer) -> tuple[int, int]:
        if line.line_id not in self.not_before:
            return super().own_dates(line, answer)
        p50, p90 = self.not_before[line.line_id]
        stand_in = Shelf(
            self.shelves[line.product_id][0].source if self.shelves[line.product_id] else None, p50, p90, 0
        )
        self.taken[line.line_id].append((stand_in, 0))
        dates = super().own_dates(line, answer)
        self.taken[line.line_id].pop()
        return dates

    def give_reason(self, line: Line, answer: Answer, waits_together: bool, protected: bool) -> None:
        super().give_reason(line, answer, waits_together, protected)
        if line.line_id in self.why and answer.reason in (READY, AWAITING, LATE, SHORT, PROTECTED):
            answer.reason = self.why[line.line_id]


def day(shelf: Shelf | None) -> int:
    return NEVER if shelf is None else shelf.day


def fill_now(fills: Sequence[int], releases: int) -> int:
    """Return what the next release asks: each shipment uses up a figure, but for the last."""
    left = list(fills) or [0]
    for _ in range(releases):
        if len(left) > 1:
            left.pop(0)
    return left[0]


def random_terms_case(random_: random.Random) -> Case:
    """Return a case in which some orders have terms, and some lines are wanted later."""
    case = random_case(random_)
    preferred = ((3, 1), (2,))
    of_order = {}
    for line in case.lines:
        if line.order_id not in of_order:
            fills = random_.choice(FILLS)
            of_order[line.order_id] = {
                "line_fills": fills[0],
                "order_fills": fills[1],
                "releases": random_.randint(1, 3) if line.has_shipped else 0,
                "max_sources": random_.choice((0, 0, 0, 1, 2)),
                "group": random_.choice((-1, -1, 0, 1)),
                "wanted_in": random_.choice((None, 0, 5, 9, 14)),
            }
    lines = []
    for line in case.lines:
        terms = of_order[line.order_id]
        asks = any(terms["line_fills"]) or any(terms["order_fills"]) or terms["max_sources"]
        policy = JOINT if asks and line.ship_policy == PARTIAL else line.ship_policy
        lines.append(replace(line, ship_policy=policy, weight=random_.choice((1, 1, 3)), **terms))
    pick_days = tuple(PickDay(line.line_id, TODAY + random_.randint(-1, 9)) for line in lines if random_.random() < 0.2)
    horizon = random_.choice((None, 4, 7))
    return replace(case, lines=tuple(lines), preferred=preferred, far_horizon=horizon, pick_days=pick_days)
