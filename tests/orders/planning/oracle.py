"""A second, plain implementation of docs/planning.md: one line at a time, no arrays, no shared code.

Slow and literal on purpose. ``answer`` returns per line what the plan must say.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field

from tests.orders.planning.cases import Case, Line, Source

NOW, NEVER = 0, 10**9
READY, FROZEN, ON_HOLD, SHIP_COMPLETE, AWAITING, LATE, SHORT, PROTECTED, BY_HAND, CAPACITY = range(10)
FILL_THRESHOLD = 10
PARTIAL, COMPLETE, ONE_BACKORDER, JOINT = range(4)


@dataclass
class Shelf:
    source: Source
    day: int
    day_p90: int
    left: int


@dataclass
class Answer:
    allocated: int = 0
    pegged: int = 0
    reason: int = READY
    outcome: int = 0
    eta_p50: int = 0
    eta_p90: int = 0
    gate: int = 0
    stock: dict[int, int] = field(default_factory=dict)
    pegs: dict[int, int] = field(default_factory=dict)


class Oracle:
    def __init__(self, case: Case) -> None:
        self.case = case
        self.begin()

    def begin(self) -> None:
        case = self.case
        self.products = {product.product_id: product for product in case.products}
        self.shelves: dict[int, list[Shelf]] = defaultdict(list)
        self.limited: set[int] = set()
        for source in case.sources:
            if source.qty > 0 and (source.source_id == 0 or source.expected_on):
                self.shelves[source.product_id].append(self.shelf(source))
        for shelves in self.shelves.values():
            shelves.sort(key=shelf_key)
        self.picked: dict[int, int] = defaultdict(int)
        for pick in case.picks:
            self.picked[pick.line_id] += pick.qty
        self.need = {line.line_id: max(0, line.open_qty - self.picked[line.line_id]) for line in case.lines}
        self.lacking = dict(self.need)
        self.taken: dict[int, list[tuple[Shelf, int]]] = defaultdict(list)
        self.cover: dict[int, Shelf | None] = {}
        self.groups: list[list[Line]] = []
        self.only_ahead = False

    # calendar, counted day by day

    def works(self, day: int, calendar: int = 0) -> bool:
        own = self.case.calendar_of(calendar)
        return own.weekmask[(day - 1) % 7] and day not in own.holidays

    def working_day(self, day: int, later: int, calendar: int = 0) -> int:
        while not self.works(day, calendar):
            day += 1
        for _ in range(later):
            day += 1
            while not self.works(day, calendar):
                day += 1
        return day

    def leaves(self, day: int) -> int:
        return self.working_day(max(day, self.case.today), self.case.handling_days)

    def leaves_hands(self, pick_on: int) -> int:
        """Return when what is picked on a day leaves; the day has the handling of a warehouse of its own already."""
        return max(pick_on, self.case.today) if self.has_sites else self.leaves(pick_on)

    @property
    def has_sites(self) -> bool:
        return bool(self.case.calendars or self.case.houses or self.case.ways)

    def leaves_house(self, warehouse_id: int, day: int) -> int:
        """Return when units that are in a warehouse on a day can leave it, after its own handling."""
        for house in self.case.houses:
            if house.warehouse_id == warehouse_id:
                return self.working_day(day, house.handling_days, house.calendar)
        return self.working_day(day, 0) if self.has_sites else day

    def shelf(self, source: Source) -> Shelf:
        if source.source_id == 0:
            return Shelf(source, NOW, NOW, source.qty)
        start = source.expected_on if source.expected_on >= self.case.today else self.case.today + 1
        way = {way.source_id: way.calendar for way in self.case.ways}.get(source.source_id, 0)
        p50, p90 = (
            self.leaves_house(source.warehouse_id, self.working_day(start, delay, way))
            for delay in (source.delay_p50, source.delay_p90)
        )
        return Shelf(source, p50, max(p50, p90), source.qty)

    def out(self, shelf: Shelf, day: int) -> int:
        """Return when units of a shelf can leave; ``day`` is its p50 or p90."""
        return self.leaves_house(shelf.source.warehouse_id, self.case.today) if day == NOW else day

    # taking

    def ranked_turns(self) -> list[list[Line]]:
        """Return what takes a turn together: a line of a partial order, or all lines of another order."""
        orders: dict[int, list[Line]] = defaultdict(list)
        for line in self.case.lines:
            orders[line.order_id].append(line)
        turns = []
        for lines in orders.values():
            lines.sort(key=lambda line: (-line.urgency, line.placed_at, line.line_id))
            alone = lines[0].ship_policy == PARTIAL
            for turn in [[line] for line in lines] if alone else [sorted(lines, key=lambda line: line.line_id)]:
                key = (-max(x.urgency for x in turn), turn[0].placed_at, turn[0].order_id, turn[0].line_id)
                turns.append((key, turn))
        return [turn for _, turn in sorted(turns, key=lambda pair: pair[0])]

    def take(self, line: Line, shelves: list[Shelf]) -> None:
        for shelf in shelves:
            units = min(shelf.left, self.lacking[line.line_id])
            if units:
                shelf.left -= units
                self.lacking[line.line_id] -= units
                self.taken[line.line_id].append((shelf, units))

    def run_turn(self, turn: list[Line]) -> None:
        first = turn[0]
        if first.on_hold:
            return
        if first.ship_policy == PARTIAL:
            self.take(first, self.shelves[first.product_id])
            return
        group = turn
        if first.ship_policy == ONE_BACKORDER and not first.has_shipped:
            for line in turn:
                self.take(line, [shelf for shelf in self.shelves[line.product_id] if shelf.day == NOW])
            group = [line for line in turn if self.lacking[line.line_id]]
        if not self.only_ahead:
            self.take_together(group)

    def take_together(self, group: list[Line]) -> None:
        """Try greedily on a copy to learn the gate day, then take for real."""
        trial = {p: [Shelf(s.source, s.day, s.day_p90, s.left) for s in shelves] for p, shelves in self.shelves.items()}
        wanted: dict[int, int] = defaultdict(int)
        for line in group:
            if not self.lacking[line.line_id]:
                continue
            wanted[line.product_id] += self.lacking[line.line_id]
            self.cover[line.line_id] = first_covering(trial.get(line.product_id, []), wanted[line.product_id])
        levels = {line.line_id: self.level(line) for line in group}
        gate = max(levels.values(), default=NOW)
        if gate > NOW:
            self.groups.append(group)
        if gate == NEVER:
            return
        for line in reversed(group) if gate > NOW else group:
            shelves = self.shelves[line.product_id]
            if gate > NOW:
                self.take(line, [s for s in reversed(shelves) if NOW < s.day <= gate])
            self.take(line, [s for s in shelves if s.day == NOW])

    def level(self, line: Line) -> int:
        if line.line_id not in self.cover:
            return NOW
        cover = self.cover[line.line_id]
        return NEVER if cover is None else cover.day

    def wanted_by(self, line: Line) -> int:
        """Return the day by which a line that is wanted later must have its units."""
        return NOW

    def order_least(self, line: Line) -> int:
        """Return what must leave of the line's order at a time."""
        return 0

    def is_plain(self, line: Line) -> bool:
        """Tell whether the line waits for no other and asks nothing."""
        return line.ship_policy == PARTIAL and not line.has_terms and not self.wanted_by(line)

    def take_some(self, turn: list[Line], at_most: dict[int, int]) -> None:
        """Give lines of an order that leaves in parts their turn for at most some units each."""
        hidden = {line_id: max(0, self.lacking[line_id] - units) for line_id, units in at_most.items()}
        for line_id, units in hidden.items():
            self.lacking[line_id] -= units
        self.run_turn(turn)
        for line_id, units in hidden.items():
            self.lacking[line_id] += units

    def wait(self, turn: list[Line]) -> None:
        """Let the order wait for what its lines lack or are pegged to."""
        splits = turn[0].ship_policy == ONE_BACKORDER and not turn[0].has_shipped
        group = [line for line in turn if not splits or self.on_hand(line) < self.need[line.line_id]]
        for line in group:
            shelves = [shelf for shelf, _ in self.taken[line.line_id]]
            if self.need[line.line_id]:
                order = self.shelves[line.product_id]
                last = max(shelves, key=order.index) if shelves else None
                self.cover[line.line_id] = None if self.lacking[line.line_id] else last
        if any(self.level(line) > NOW for line in group):
            self.groups.append(group)

    # saying

    def take_turns(self) -> None:
        for turn in self.ranked_turns():
            self.run_turn(turn)

    def answer(self) -> dict[int, Answer]:
        self.take_turns()
        answers = {line.line_id: self.describe(line) for line in self.case.lines}
        own = {line.line_id: self.own_dates(line, answers[line.line_id]) for line in self.case.lines}
        for line in self.case.lines:
            answers[line.line_id].eta_p50, answers[line.line_id].eta_p90 = own[line.line_id]
        waiting: dict[int, list[Line]] = {}
        gating: set[int] = set()
        for group in self.groups:
            top = max(self.level(line) for line in group)
            gates = sorted(x.line_id for x in group if self.level(x) == top)
            gating.update(gates)
            for line in group:
                waiting[line.line_id] = group
                answers[line.line_id].eta_p50 = latest([own[x.line_id][0] for x in group])
                answers[line.line_id].eta_p90 = latest([own[x.line_id][1] for x in group])
                answers[line.line_id].gate = 0 if line.line_id in gating else gates[0]
        protected = self.reached_by_protected(answers)
        for line in self.case.lines:
            self.give_reason(line, answers[line.line_id], line.line_id in waiting, line.line_id in protected)
        self.wait_for_hands(answers, set(waiting))
        return answers

    def wait_for_hands(self, answers: dict[int, Answer], waiting: set[int]) -> None:
        """Let lines leave no sooner than they are picked; lines that leave together, than the last of them."""
        pick_on = {pick.line_id: pick.pick_on for pick in self.case.pick_days}
        for line in self.case.lines:
            with_it = [
                other.line_id
                for other in self.case.lines
                if other.order_id == line.order_id and (other.line_id in waiting) == (line.line_id in waiting)
            ]
            together = with_it if line.ship_policy in (COMPLETE, ONE_BACKORDER) else [line.line_id]
            picks = [pick_on[key] for key in together if key in pick_on]
            answer = answers[line.line_id]
            day = max(map(self.leaves_hands, picks), default=0)
            if answer.eta_p50 and day > answer.eta_p50 and not line.on_hold and answer.reason != BY_HAND:
                answer.eta_p50, answer.eta_p90 = day, max(day, answer.eta_p90)
                answer.reason = answer.reason if answer.reason == FILL_THRESHOLD else CAPACITY

    def describe(self, line: Line) -> Answer:
        answer = Answer(allocated=self.picked[line.line_id])
        for shelf, units in self.taken[line.line_id]:
            if shelf.day == NOW:
                warehouse = shelf.source.warehouse_id
                answer.allocated += units
                answer.stock[warehouse] = answer.stock.get(warehouse, 0) + units
            else:
                answer.pegged += units
                answer.pegs[shelf.source.source_id] = answer.pegs.get(shelf.source.source_id, 0) + units
        return answer

    def on_hand(self, line: Line) -> int:
        return sum(units for shelf, units in self.taken[line.line_id] if shelf.day == NOW)

    def own_dates(self, line: Line, answer: Answer) -> tuple[int, int]:
        line_id = line.line_id
        today = self.case.today
        picked = [self.leaves_house(p.warehouse_id, today) for p in self.case.picks if p.line_id == line_id]
        p50 = max([today, *picked, *(self.out(shelf, shelf.day) for shelf, _ in self.taken[line_id])])
        p90 = max([today, *picked, *(self.out(shelf, shelf.day_p90) for shelf, _ in self.taken[line_id])])
        known = True
        cover = self.cover.get(line_id)
        if self.lacking[line_id] and cover is not None:
            p50, p90 = max(today, self.out(cover, cover.day)), max(today, self.out(cover, cover.day_p90))
        elif self.lacking[line_id]:
            product = self.products[line.product_id]
            known = product.lead_time_p50 > 0
            p50 = max(p50, self.working_day(today, product.lead_time_p50))
            p90 = max(p90, self.working_day(today, product.lead_time_p90))
        dates = (p50, p90) if self.has_sites else (self.leaves(p50), self.leaves(p90))
        dates = dates if known else (0, 0)
        if self.on_hand(line) < self.need[line_id]:
            dates = self.by_hand(line, dates)
        return dates

    def by_hand(self, line: Line, dates: tuple[int, int]) -> tuple[int, int]:
        if line.eta_by_hand < self.case.today:
            return dates
        return line.eta_by_hand, max(dates[1], line.eta_by_hand)

    def reached_by_protected(self, answers: dict[int, Answer]) -> set[int]:
        reached = set()
        left = {product.product_id: product.protected_qty for product in self.case.products}
        for turn in self.ranked_turns():
            for line in turn:
                if line.on_hold or answers[line.line_id].gate:
                    continue
                short = self.need[line.line_id] - self.on_hand(line)
                left[line.product_id] -= short
                if short and left[line.product_id] + self.withheld(line) >= 0:
                    reached.add(line.line_id)
        return reached

    def withheld(self, line: Line) -> int:
        """Return the units on hand that the policy kept from a line for others."""
        return 0

    def give_reason(self, line: Line, answer: Answer, waits_together: bool, protected: bool) -> None:
        line_id = line.line_id
        if line.on_hold:
            answer.outcome, answer.reason, answer.eta_p50, answer.eta_p90 = 2, ON_HOLD, 0, 0
            return
        if not self.need[line_id]:
            answer.outcome, answer.reason = 1, FROZEN
            return
        if self.on_hand(line) == self.need[line_id] and not waits_together:
            return
        pegs = [shelf for shelf, _ in self.taken[line_id] if shelf.day != NOW]
        if line.eta_by_hand >= self.case.today:
            answer.reason = BY_HAND
            answer.eta_p50, answer.eta_p90 = self.by_hand(line, (answer.eta_p50, answer.eta_p90))
        elif answer.gate:
            answer.reason = SHIP_COMPLETE
        elif not self.lacking[line_id] and self.is_late(max(pegs, key=shelf_key).source):
            answer.reason = LATE
        elif protected or (self.lacking[line_id] and line_id in self.limited):
            answer.reason = PROTECTED
        else:
            answer.reason = SHORT if self.lacking[line_id] else AWAITING

    def is_late(self, source: Source) -> bool:
        slipped = source.first_expected_on != 0 and source.expected_on > source.first_expected_on
        return slipped or source.expected_on < self.case.today


def shelf_key(shelf: Shelf) -> tuple[int, int, int]:
    if shelf.day == NOW:
        return NOW, shelf.source.preference, shelf.source.warehouse_id
    return shelf.day, 0, shelf.source.source_id


def first_covering(shelves: list[Shelf], wanted: int) -> Shelf | None:
    for shelf in shelves:
        wanted -= shelf.left
        if wanted <= 0:
            return shelf
    return None


def latest(days: list[int]) -> int:
    return 0 if 0 in days else max(days)
