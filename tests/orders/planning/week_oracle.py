"""The pass over warehouses' queues, points and what is told, a second time: one line, one unit, one order at a time.

Who gets which units and when they are there is left to the oracles of ``mixed_cases``, which read the points of here.
"""

from __future__ import annotations

import math
from collections import defaultdict
from dataclasses import replace

from orders.planning.capacity import NO_LIMIT
from orders.planning.rules import Compare, PromiseRule
from orders.planning.types import ShipPolicy
from tests.orders.planning.cases import Case, Line
from tests.orders.planning.mixed_cases import ORACLES, ClassesAndTerms
from tests.orders.planning.oracle import FILL_THRESHOLD, NOW, ON_HOLD, Answer, Oracle, Shelf
from tests.orders.planning.segment_oracle import SegmentOracle
from tests.orders.planning.week_cases import World, is_served_as_one

TIER_POINTS = {"platinum": 4.0, "gold": 2.5}
STAGES = ("skip", "win", "gain", "redistribute", "fill", "lose")


def points(line: Line, long_wait: int) -> float:
    """Return a line's score: a point a day, more for its tier, for rush and for near days, a million for long waits."""
    score = line.urgency + TIER_POINTS.get(line.tier, 0.0) + (3.0 if line.expedited else 0.0)
    if line.wanted_in is not None:
        score += 2.0 / (1.0 + math.exp(0.5 * (line.wanted_in - 7)))
    if line.urgency >= long_wait:
        score += 1e6 * (line.urgency - long_wait + 1)
    return round(score, 6)


def oracle_of(world: World) -> Oracle:
    """Return the oracle of a day's plan, its lines ranked by their points and the long waits known to it."""
    waited = {line.line_id for line in world.case.lines if line.urgency >= world.long_wait}
    lines = tuple(replace(line, urgency=points(line, world.long_wait)) for line in world.case.lines)
    case = replace(world.case, lines=lines)
    return LongWaitsFirst(case, waited) if world.divider == "classes" else ORACLES[world.divider](case)


class LongWaitsFirst(ClassesAndTerms):
    """Lines that waited long come before every class."""

    def __init__(self, case: Case, waited: set[int]) -> None:
        super().__init__(case)
        self.waited = waited

    def place_of(self, turn: list[Line]) -> int:
        return 0 if any(line.line_id in self.waited for line in turn) else super().place_of(turn)


# the pass over the queues


def pick_days(world: World, oracle: Oracle, answers: dict[int, Answer]) -> dict[int, int]:
    """Return the lines that are picked later than they are there, and when: each unit by itself, best rank first."""
    case = world.case
    used: dict[tuple[int, int], int] = defaultdict(int)
    for warehouse, figures in world.figures.items():
        used[warehouse, case.today] = figures.picked_today
    ready: dict[int, list[int]] = defaultdict(list)
    picked: dict[int, list[int]] = defaultdict(list)
    for line, warehouse, units, from_on in _queue(world, oracle, answers):
        day = from_on
        for _ in range(units):
            day = _with_hands(world, oracle, used, warehouse, from_on)
            used[warehouse, day] += 1
        ready[line.line_id].append(_leaves(oracle, warehouse, from_on))
        picked[line.line_id].append(_leaves(oracle, warehouse, day))
    return {line_id: max(days) for line_id, days in picked.items() if max(days) > max(ready[line_id])}


def _queue(world: World, oracle: Oracle, answers: dict[int, Answer]) -> list[tuple[Line, int, int, int]]:
    """Return claims (line, warehouse, units, day from which they can be picked), first in line first."""
    claims = []
    for line in world.case.lines:
        if answers[line.line_id].reason == ON_HOLD:
            continue
        for pick in world.case.picks:
            if pick.line_id == line.line_id and pick not in world.done:
                claims.append((line, pick.warehouse_id, pick.qty, world.case.today, False))
        for shelf, units in oracle.taken[line.line_id]:
            comes = shelf.day != NOW
            claims.append((line, shelf.source.warehouse_id, units, _arrives(oracle, shelf), comes))
    coming = {line.line_id for line, _, _, _, comes in claims if comes}
    thin = {line.order_id for line, *_ in claims if answers[line.line_id].reason == FILL_THRESHOLD}

    def waits(line: Line) -> bool:
        splits = line.ship_policy == ShipPolicy.ONE_BACKORDER
        whole = line.ship_policy == ShipPolicy.COMPLETE or line.order_id in thin
        return whole or (splits and line.line_id in coming)

    last: dict[int, int] = defaultdict(int)
    for line, _, _, day, _ in claims:
        if waits(line):
            last[line.order_id] = max(last[line.order_id], day)
    rank = _ranks(world, oracle, answers)
    found = [(line, where, n, last[line.order_id] if waits(line) else day) for line, where, n, day, _ in claims]
    return sorted(found, key=lambda claim: rank[claim[0].line_id])


def _ranks(world: World, oracle: Oracle, answers: dict[int, Answer]) -> dict[int, tuple[float, ...]]:
    own = {line.line_id: line.urgency for line in oracle.case.lines}
    queued = [line for line in world.case.lines if oracle.taken[line.line_id] or _has_picks(world.case, line, world)]
    ranks = {}
    for line in queued:
        order = [x for x in queued if x.order_id == line.order_id and answers[x.line_id].reason != ON_HOLD]
        best = max([own[x.line_id] for x in order if is_served_as_one(line)] or [own[line.line_id]])
        ranks[line.line_id] = (_stage(oracle, line), -best, line.placed_at, line.order_id, line.line_id)
    return ranks


def _has_picks(case: Case, line: Line, world: World) -> bool:
    return any(pick.line_id == line.line_id and pick not in world.done for pick in case.picks)


def _stage(oracle: Oracle, line: Line) -> int:
    if not isinstance(oracle, SegmentOracle):
        return 0
    turn = next(turn for turn in oracle.ranked_turns() if line.line_id in {x.line_id for x in turn})
    return STAGES.index(oracle.guarantee(turn))


def _arrives(oracle: Oracle, shelf: Shelf) -> int:
    """Return the day on which units are there to be picked, before any handling."""
    today = oracle.case.today
    if shelf.day == NOW:
        return today
    source = shelf.source
    start = source.expected_on if source.expected_on >= today else today + 1
    way = {way.source_id: way.calendar for way in oracle.case.ways}.get(source.source_id, 0)
    return oracle.working_day(start, source.delay_p50, way)


def _with_hands(world: World, oracle: Oracle, used: dict[tuple[int, int], int], warehouse: int, day: int) -> int:
    """Return the first working day from ``day`` on on which a warehouse can pick one more unit."""
    number = {house.warehouse_id: house.calendar for house in world.case.houses}.get(warehouse, 0)
    figures = world.figures.get(warehouse)
    day = oracle.working_day(day, 0, number)
    while figures and NO_LIMIT != figures.on(day) <= used[warehouse, day]:
        day = oracle.working_day(day, 1, number)
    return day


def _leaves(oracle: Oracle, warehouse: int, day: int) -> int:
    return oracle.leaves_house(warehouse, day) if oracle.has_sites else oracle.working_day(day, 0)


# what is told


def rule_of(promises: tuple[PromiseRule, ...], lines: list[Line]) -> int:
    """Return the first rule that any line of an order meets, −1 for none."""
    for place, rule in enumerate(promises):
        assert rule.when is None or isinstance(rule.when, Compare)
        if rule.when is None or any(line.tier in rule.when.operands for line in lines):
            return place
    return -1
