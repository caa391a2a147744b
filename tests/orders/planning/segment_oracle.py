"""The oracle of segments: rounds, pins and stages, one order at a time. docs/planning.md, section Segments."""

from __future__ import annotations

import random
from dataclasses import replace

from orders.planning.components import product_components
from orders.planning.types import Kept
from tests.orders.planning.cases import Case, Claim, Group, Line, arrays
from tests.orders.planning.oracle import NEVER, NOW, ONE_BACKORDER, PARTIAL, Oracle, Shelf
from tests.orders.planning.random_cases import random_case

PATIENCE = 4
TIERS = ("platinum", "gold", "silver", "standard")
GUARANTEES = ("win", "gain", "redistribute", "fill", "lose", "skip")

Turn = list[Line]


class SegmentOracle(Oracle):
    def take_turns(self) -> None:
        self.pinned: set[int] = set()
        self.fallen: set[int] = set()
        for round_ in range(1000):
            self.begin()
            self.one_round()
            unmet = [turn for turn in self.ranked_turns() if self.is_unmet(turn)]
            pin = [turn for turn in unmet if self.guarantee(turn) == "gain" and self.can_keep(turn)]
            pin = [turn for turn in pin if not self.has(self.pinned, turn)]
            fall = [turn for turn in unmet if turn not in pin and self.segment(turn).falls_back]
            if not pin and not fall:
                break
            if round_ >= PATIENCE:
                pin = self.gains_of_the_same_components(pin)
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

    def pieces(self, line: Line) -> list[tuple[int, Shelf | None, int]]:
        """Return (day, shelf, units) that the line had, soonest first, cut to its need."""
        found = []
        for claim in self.case.previous:
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
        there = [(line, sum(qty for _, shelf, qty in self.pieces(line) if shelf)) for line in turn]
        if turn[0].ship_policy == PARTIAL:
            return there[0][1] > 0
        return all(qty == self.need[line.line_id] for line, qty in there)

    # one round

    def one_round(self) -> None:
        turns = [turn for turn in self.ranked_turns() if not turn[0].on_hold]
        for turn in turns:
            if self.guarantee(turn) == "skip":
                self.keep(turn)
        for turn in turns:
            if self.guarantee(turn) == "win":
                self.run_turn(turn)
        for turn in turns:
            if self.has(self.pinned, turn):
                self.keep(turn)
        for stage in ("gain", "redistribute", "fill", "lose"):
            for turn in turns:
                if self.guarantee(turn) == stage:
                    self.serve(turn, stage)

    def serve(self, turn: Turn, stage: str) -> None:
        together = turn[0].ship_policy != PARTIAL
        if self.has(self.pinned, turn) and together:
            return
        if stage != "fill":
            self.run_turn(turn)
        elif not together:
            self.take_some(turn, self.had(turn[0]))
        elif all(self.had(line) == self.need[line.line_id] for line in turn):
            self.run_turn(turn)
        else:
            self.wait(turn)

    def keep(self, turn: Turn) -> None:
        for line in turn:
            for _, shelf, qty in self.pieces(line):
                if shelf:
                    units = min(qty, shelf.left)
                    shelf.left -= units
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
        had = {line.line_id: [(day, qty) for day, _, qty in self.pieces(line)] for line in turn}
        got = {line.line_id: [(shelf.day, qty) for shelf, qty in self.taken[line.line_id]] for line in turn}
        had, got = self.leaving(turn, had), self.leaving(turn, got)
        days = {day for pieces in had.values() for day, _ in pieces}
        return any(by(got[line.line_id], day) < by(had[line.line_id], day) for line in turn for day in days)

    def leaving(self, turn: Turn, pieces: dict[int, list[tuple[int, int]]]) -> dict[int, list[tuple[int, int]]]:
        if turn[0].ship_policy == PARTIAL:
            return pieces
        splits = turn[0].ship_policy == ONE_BACKORDER and not turn[0].has_shipped
        last = max((day for of_line in pieces.values() for day, _ in of_line), default=NOW)
        return {
            line: [(day if splits and day == NOW else last, qty) for day, qty in of_line]
            for line, of_line in pieces.items()
        }

    def gains_of_the_same_components(self, pin: list[Turn]) -> list[Turn]:
        product_id, component = product_components(arrays(self.case)[0])
        label = dict(zip(product_id.tolist(), component.tolist(), strict=True))
        labels = {label[line.product_id] for turn in pin for line in turn}
        return [
            turn
            for turn in self.ranked_turns()
            if self.guarantee(turn) == "gain"
            and self.can_keep(turn)
            and any(label[line.product_id] in labels for line in turn)
        ]


def by(pieces: list[tuple[int, int]], day: int) -> int:
    return sum(qty for when, qty in pieces if when <= day)


def ids(turns: list[Turn]) -> set[int]:
    return {line.line_id for turn in turns for line in turn}


def random_segmented_case(random_: random.Random) -> Case:
    """Return a case with segments, and a plan before it."""
    case = random_case(random_)
    lines = tuple(replace(line, tier=random_.choice(TIERS)) for line in case.lines)
    return with_segments(replace(case, lines=lines), random_, Oracle)


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
