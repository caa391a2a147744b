"""The oracle of segments: rounds, pins and stages, one order at a time. docs/planning.md, section Segments."""

from __future__ import annotations

import random
from collections import defaultdict
from dataclasses import replace

from orders.planning.components import product_components
from orders.planning.types import Kept
from tests.orders.planning.cases import TODAY, Case, Claim, Group, Line, Product, Source, arrays
from tests.orders.planning.oracle import COMPLETE, JOINT, NEVER, NOW, ONE_BACKORDER, PARTIAL, Oracle, Shelf
from tests.orders.planning.random_cases import random_case

PATIENCE, SETTLING = 4, 12
TIERS = ("platinum", "gold", "silver", "standard")
GUARANTEES = ("win", "gain", "redistribute", "fill", "lose", "skip")

Turn = list[Line]


class SegmentOracle(Oracle):
    def take_turns(self) -> None:
        self.pinned: set[int] = set()
        self.fallen: set[int] = set()
        self.got_before: dict[int, tuple[Claim, ...]] = {}
        for round_ in range(1000):
            self.begin()
            self.one_round()
            unmet = [turn for turn in self.ranked_turns() if self.is_unmet(turn)]
            pin = [turn for turn in unmet if self.guarantee(turn) == "gain" and self.can_keep(turn)]
            pin = [turn for turn in pin if not self.has(self.pinned, turn)]
            fall = [turn for turn in unmet if turn not in pin and self.segment(turn).falls_back]
            kept, self.got_before = self.got_before, self.what_is_kept(self.same_components(pin), round_)
            if not pin and not fall and kept == self.got_before:
                break
            if round_ >= PATIENCE:
                pin = [
                    turn for turn in self.same_components(pin) if self.guarantee(turn) == "gain" and self.can_keep(turn)
                ]
            self.pinned |= ids(pin)
            self.pinned -= ids(fall)
            self.fallen |= ids(fall)
        self.kept = dict.fromkeys(self.need, Kept.YES)
        self.kept |= dict.fromkeys(ids(unmet), Kept.NO) | dict.fromkeys(self.fallen, Kept.FELL_BACK)
        for turn in self.ranked_turns():
            if self.guarantee(turn) in ("skip", "fill"):
                self.limited |= ids([turn])

    # who is who

    def segment(self, turn: Turn) -> Group:
        tiers = {line.tier for line in turn}
        return next((group for group in self.case.segments if group.tier in tiers), Group("", "redistribute"))

    def guarantee(self, turn: Turn) -> str:
        return "redistribute" if self.has(self.fallen, turn) else self.segment(turn).guarantee

    def has(self, chosen: set[int], turn: Turn) -> bool:
        return turn[0].line_id in chosen

    def pieces(self, line: Line, kept: bool = False) -> list[tuple[int, Shelf | None, int]]:
        """Return (day, shelf, units) that the line had, or what is kept for it, soonest first, cut to its need."""
        found = []
        for claim in self.got_before.get(line.line_id, self.case.previous) if kept else self.case.previous:
            if claim.line_id == line.line_id:
                shelf = self.shelf_of(line, claim)
                day = NOW if not claim.source_id else shelf.day if shelf else NEVER
                place = self.shelves[line.product_id].index(shelf) if shelf else -1
                found.append((day, place, shelf, claim.qty))
        pieces, need = [], self.need[line.line_id]
        for day, _, shelf, qty in sorted(found, key=lambda piece: piece[:2]):
            if need:
                pieces.append((day, shelf, min(need, qty)))
                need -= min(need, qty)
        return pieces

    def shelf_of(self, line: Line, claim: Claim) -> Shelf | None:
        for shelf in self.shelves[line.product_id]:
            source = shelf.source
            if source.source_id == claim.source_id and (claim.source_id or source.warehouse_id == claim.warehouse_id):
                return shelf
        return None

    def had(self, line: Line) -> int:
        return sum(qty for _, _, qty in self.pieces(line))

    def can_keep(self, turn: Turn) -> bool:
        return any(shelf for line in turn for _, shelf, _ in self.pieces(line))

    # one round

    def one_round(self) -> None:
        turns = [turn for turn in self.ranked_turns() if not turn[0].on_hold]
        for turn in turns:
            if self.guarantee(turn) == "skip":
                self.keep(turn)
        for turn in turns:
            if self.guarantee(turn) == "win":
                self.run_turn(turn)
        put_by: dict[int, list[tuple[Shelf, int]]] = {}
        for turn in turns:
            if self.has(self.pinned, turn) and self.is_plain(turn[0]):
                self.keep(turn)
            elif self.has(self.pinned, turn):
                put_by[turn[0].line_id] = [found for line in turn for found in self.put_by(line)]
        self.queue: list[tuple[Line, int, list[tuple[Shelf, int]]]] = []
        for stage in ("gain", "redistribute", "fill", "lose"):
            for turn in turns:
                if self.guarantee(turn) == stage:
                    self.top_up()
                    for shelf, units in put_by.get(turn[0].line_id, []):
                        shelf.left += units
                    self.serve(turn, stage)
        self.share_out()

    def what_is_kept(self, unsettled: list[Turn], round_: int) -> dict[int, tuple[Claim, ...]]:
        """Return what those have got for whom units are put by: the next round keeps this for them."""
        kept: dict[int, tuple[Claim, ...]] = {}
        for turn in self.ranked_turns():
            moves = self.has(self.pinned, turn) and not self.is_plain(turn[0]) and turn not in unsettled
            for line in turn if moves else []:
                if round_ < SETTLING:
                    kept[line.line_id] = self.claims(line)
                elif line.line_id in self.got_before:
                    kept[line.line_id] = self.got_before[line.line_id]
        return kept

    def claims(self, line: Line) -> tuple[Claim, ...]:
        units: dict[tuple[int, int], int] = defaultdict(int)
        for shelf, qty in self.taken[line.line_id]:
            units[0 if shelf.source.source_id else shelf.source.warehouse_id, shelf.source.source_id] += qty
        return tuple(Claim(line.line_id, qty, *place) for place, qty in sorted(units.items()) if qty)

    def put_by(self, line: Line) -> list[tuple[Shelf, int]]:
        """Take what the line had from its shelves, to bring it back at the line's turn."""
        found = []
        for _, shelf, qty in self.pieces(line, kept=True):
            if shelf:
                found.append((shelf, min(qty, shelf.left)))
                shelf.left -= found[-1][1]
        return found

    def serve(self, turn: Turn, stage: str) -> None:
        together = turn[0].ship_policy in (COMPLETE, ONE_BACKORDER)
        at_most = {line.line_id: self.lacking[line.line_id] for line in turn}
        if stage == "fill" and not together:
            at_most = {line.line_id: self.had(line) for line in turn}
        if stage == "fill" and together and any(self.had(line) < self.need[line.line_id] for line in turn):
            if turn[0].ship_policy == ONE_BACKORDER and not turn[0].has_shipped:
                self.only_ahead = True
                self.take_some(turn, {line.line_id: self.had(line) for line in turn})
                self.only_ahead = False
            self.wait(turn)
        elif self.is_plain(turn[0]):
            self.queue.append((turn[0], at_most[turn[0].line_id], []))
            self.top_up()
        else:
            self.take_some(turn, at_most)

    def top_up(self) -> None:
        """Let plain lines that had their turn take what has come back to the shelves since, first in line first."""
        for line, wanted, got in self.queue:
            before, units = len(self.taken[line.line_id]), wanted - sum(units for _, units in got)
            self.lacking[line.line_id] -= (hidden := max(0, self.lacking[line.line_id] - units))
            self.take(line, self.shelves[line.product_id])
            self.lacking[line.line_id] += hidden
            got += self.taken[line.line_id][before:]

    def share_out(self) -> None:
        """Let plain lines divide their units, and what was left over, anew: the soonest go to the first in line."""
        for line, _, got in self.queue:
            for shelf, units in got:
                shelf.left += units
                self.lacking[line.line_id] += units
                self.taken[line.line_id].remove((shelf, units))
            got.clear()
        self.top_up()

    def keep(self, turn: Turn) -> None:
        for line in turn:
            for shelf, units in self.put_by(line):
                self.lacking[line.line_id] -= units
                self.taken[line.line_id] += [(shelf, units)] if units else []
        if turn[0].ship_policy != PARTIAL:
            self.wait(turn)

    # what became of it

    def is_unmet(self, turn: Turn) -> bool:
        if turn[0].on_hold:
            return False
        match self.guarantee(turn):
            case "win":
                return any(self.lacking[line.line_id] for line in turn)
            case "skip":
                return any(self.need[x.line_id] - self.lacking[x.line_id] < self.had(x) for x in turn)
            case "gain":
                return self.is_worse_off(turn)
        return False

    def is_worse_off(self, turn: Turn) -> bool:
        had = {x.line_id: [(max(day, self.wanted_by(x)), qty) for day, _, qty in self.pieces(x)] for x in turn}
        got = {x.line_id: [(max(s.day, self.wanted_by(x)), qty) for s, qty in self.taken[x.line_id]] for x in turn}
        had, got = self.leaving(turn, had), self.leaving(turn, got)
        days = {day for pieces in had.values() for day, _ in pieces}
        return any(by(got[line.line_id], day) < by(had[line.line_id], day) for line in turn for day in days)

    def leaving(self, turn: Turn, pieces: dict[int, list[tuple[int, int]]]) -> dict[int, list[tuple[int, int]]]:
        if turn[0].ship_policy == PARTIAL:
            return pieces
        if turn[0].ship_policy == JOINT:
            first = self.first_enough(turn, pieces)
            return {line: [(max(day, first), qty) for day, qty in of_line] for line, of_line in pieces.items()}
        splits = turn[0].ship_policy == ONE_BACKORDER and not turn[0].has_shipped
        last = max((day for of_line in pieces.values() for day, _ in of_line), default=NOW)
        return {
            line: [(day if splits and day == NOW else last, qty) for day, qty in of_line]
            for line, of_line in pieces.items()
        }

    def first_enough(self, turn: Turn, pieces: dict[int, list[tuple[int, int]]]) -> int:
        """Return the first day by which so much of the order is there that it may leave."""
        for until in sorted({day for of_line in pieces.values() for day, _ in of_line}):
            if sum(x.weight * by(pieces[x.line_id], until) for x in turn) >= self.order_least(turn[0]):
                return until
        return NEVER

    def same_components(self, chosen: list[Turn]) -> list[Turn]:
        product_id, component = product_components(arrays(self.case)[0])
        label = dict(zip(product_id.tolist(), component.tolist(), strict=True))
        labels = {label[line.product_id] for turn in chosen for line in turn}
        return [turn for turn in self.ranked_turns() if any(label[line.product_id] in labels for line in turn)]


def by(pieces: list[tuple[int, int]], day: int) -> int:
    return sum(qty for when, qty in pieces if when <= day)


def ids(turns: list[Turn]) -> set[int]:
    return {line.line_id for turn in turns for line in turn}


def random_segmented_case(random_: random.Random) -> Case:
    """Return a case with segments, and a plan before it."""
    case = random_case(random_)
    lines = tuple(replace(line, tier=random_.choice(TIERS)) for line in case.lines)
    return with_segments(replace(case, lines=lines), random_, Oracle)


def long_queues_case(random_: random.Random, lines: int = 240) -> Case:
    """Return a case of many orders for few products that ranks otherwise than the plan before it; no unit is gone.

    Too large for the oracle, and just large enough for chains of orders that make room for each other.
    """
    products = random_.randint(4, 24)
    policies = random_.choice(((0, 0, 1, 2), (1, 2), (0, 1), (2, 0, 0, 0, 0), (1,)))
    backlog: list[Line] = []
    for order_id in range(1, lines // 2):
        shared = {"placed_at": random_.randint(0, 9), "ship_policy": random_.choice(policies)}
        shared["has_shipped"] = random_.random() < 0.2
        for _ in range(random_.randint(1, 3)):
            product, qty, tier = random_.randint(1, products), random_.randint(1, 6), random_.choice(TIERS[:3])
            backlog.append(Line(len(backlog) + 1, order_id, product, qty, tier=tier, **shared))
    sources = []
    for product in range(1, products + 1):
        demand = sum(line.open_qty for line in backlog if line.product_id == product)
        sources += [Source(product, int(demand * random_.uniform(0, 0.3)), warehouse) for warehouse in (1, 2)]
        for _ in range(random_.randint(0, 4)):
            day, qty = TODAY + random_.randint(1, 30), int(demand * random_.uniform(0, 0.3))
            sources.append(Source(product, qty, source_id=100 + len(sources), expected_on=day))
    case = Case(tuple(backlog), tuple(sources), products=tuple(Product(i) for i in range(1, products + 1)))
    others = [random_.choice(("gain", "redistribute", "fill", "lose")) for _ in TIERS[:2]]
    groups = [Group(tier, guarantee, random_.random() < 0.3) for tier, guarantee in zip(TIERS, others, strict=False)]
    return replace(
        case,
        lines=tuple(replace(line, urgency=float(random_.randint(0, 9))) for line in case.lines),
        sources=tuple(replace(source, qty=source.qty + random_.choice((0, 0, 0, 4))) for source in case.sources),
        segments=(*groups, Group(TIERS[2], "gain", random_.random() < 0.3)),
        previous=claims_of(Oracle(case)),
    )


def with_segments(case: Case, random_: random.Random, oracle: type[Oracle]) -> Case:
    """Return the case with segments, and as the plan before it what the oracle said of a case that differed."""
    tiers = random_.sample(TIERS, random_.randint(1, 4))
    segments = tuple(Group(tier, random_.choice(GUARANTEES), random_.random() < 0.4) for tier in tiers)
    before = replace(
        case,
        lines=tuple(replace(line, urgency=float(random_.randint(0, 3))) for line in case.lines),
        sources=tuple(replace(source, qty=source.qty + random_.choice((-2, 0, 0, 0, 3))) for source in case.sources),
    )
    return replace(case, segments=segments, previous=claims_of(oracle(before)))


def claims_of(oracle: Oracle) -> tuple[Claim, ...]:
    claims = []
    for line_id, answer in oracle.answer().items():
        claims += [Claim(line_id, qty, warehouse_id=warehouse) for warehouse, qty in answer.stock.items()]
        claims += [Claim(line_id, qty, source_id=source) for source, qty in answer.pegs.items()]
    return tuple(claims)
