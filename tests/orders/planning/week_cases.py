"""Some days in the life of a small backlog with every constraint at once: what planning reads on each of them."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from orders.planning.capacity import NO_LIMIT
from orders.planning.rules import PromiseRule
from orders.planning.types import ShipPolicy
from tests.orders.planning.cases import TODAY, Case, Claim, Line, Pick, PickDay, Source
from tests.orders.planning.mixed_cases import mixed_case
from tests.orders.planning.reading import of_tier
from tests.orders.planning.segment_oracle import TIERS

DAYS = 3
LISTED = (1, 2)  # warehouses that pick so many units a day; the third picks everything at once


@dataclass(frozen=True)
class Figures:
    """Units that a warehouse picks on each weekday from Monday and on days of its own; some are picked already."""

    weekly: tuple[int, ...]
    own_days: tuple[tuple[int, int], ...] = ()
    picked_today: int = 0

    def on(self, day: int) -> int:
        """Return what the warehouse picks on a day."""
        return dict(self.own_days).get(day, self.weekly[(day - 1) % 7])


@dataclass(frozen=True)
class World:
    """A case, and what stands around a plan: the policy's rules, warehouses' hands, units in them, what was told.

    Lines' ``urgency`` is the age of their order in days. ``done`` are picks that are picked already, the others wait
    for hands like all claims. ``told`` is by order: the day that stands, and when it was told.
    """

    divider: str
    case: Case
    long_wait: int
    promises: tuple[PromiseRule, ...]
    figures: dict[int, Figures]
    done: tuple[Pick, ...]
    told: dict[int, tuple[int, int]]


def random_world(random_: random.Random, divider: str) -> World:
    """Return a world on its first day. Orders are all of one age, of one customer, expedited or not."""
    case = replace(mixed_case(random_, divider), pick_days=(), far_tier=random_.choice(("", "", "gold")))
    age = {line.order_id: float(random_.randint(0, 5)) for line in case.lines}
    expedited = {line.order_id for line in case.lines if random_.random() < 0.1}
    lines = tuple(
        replace(line, urgency=age[line.order_id], expedited=line.order_id in expedited) for line in case.lines
    )
    case = replace(case, lines=lines)
    return World(
        divider=divider,
        case=case,
        long_wait=random_.choice((3, 5, 99)),
        promises=tuple(_random_promise(random_, i) for i in range(random_.randint(0, 3))),
        figures={
            warehouse: _random_figures(random_, case, warehouse) for warehouse in LISTED if random_.random() < 0.8
        },
        done=tuple(pick for pick in case.picks if random_.random() < 0.5),
        told={},
    )


def next_day(world: World, random_: random.Random) -> World:
    """Return the world on its next day: something left, came or moved, somebody cancelled, called or came new."""
    case = _with_departures(world.case, random_)
    sources = [_moved(source, random_) for source in case.sources]
    came = {source.source_id for source in sources if source.source_id and random_.random() < 0.2}
    sources = [_with_arrivals(source, sources, came) for source in sources if source.source_id not in came]
    toggled = random_.choice((0, 0, *range(1, 7)))
    lines = [_older(line, toggled) for line in case.lines if random_.random() > 0.05]
    lines = lines or list(world.case.lines)
    newest = random_.choice(lines)
    there = {line.line_id for line in lines}
    if random_.random() < 0.5:
        number = max(there | {line.line_id for line in case.lines}) + 1
        newest = replace(newest, urgency=0.0, placed_at=9, eta_by_hand=0, has_shipped=False, releases=0)
        lines.append(replace(newest, line_id=number, order_id=90 + number))
    picks = tuple(pick for pick in case.picks if pick.line_id in there)
    figures = {name: replace(own, picked_today=random_.choice((0, 0, 2))) for name, own in world.figures.items()}
    case = replace(case, today=case.today + 1, lines=tuple(lines), sources=tuple(sources), picks=picks)
    return replace(world, case=case, figures=figures)


def _with_departures(case: Case, random_: random.Random) -> Case:
    """Let one order leave, or none, with what it was given of what is on hand: a release of it."""
    order_id = random_.choice((0, *(line.order_id for line in case.lines)))
    of_order = {line.line_id: line for line in case.lines if line.order_id == order_id}
    gone = [claim for claim in case.previous if claim.line_id in of_order and not claim.source_id]
    if not gone:
        return case
    lines = [_after_release(line, gone) if line.line_id in of_order else line for line in case.lines]
    sources = [_after_pick(source, gone, of_order) for source in case.sources]
    return replace(case, lines=tuple(line for line in lines if line.open_qty), sources=tuple(sources))


def _after_release(line: Line, gone: Sequence[Claim]) -> Line:
    units = sum(claim.qty for claim in gone if claim.line_id == line.line_id)
    return replace(line, open_qty=line.open_qty - units, has_shipped=True, releases=line.releases + 1)


def _after_pick(source: Source, gone: Sequence[Claim], of_order: Mapping[int, Line]) -> Source:
    place = source.source_id, source.product_id, source.warehouse_id
    units = sum(claim.qty for claim in gone if place == (0, of_order[claim.line_id].product_id, claim.warehouse_id))
    return replace(source, qty=source.qty - units)


def _older(line: Line, toggled: int) -> Line:
    """Return a line a day later; the order ``toggled`` is held or released."""
    wanted_in = None if line.wanted_in is None else line.wanted_in - 1
    is_other = line.order_id == toggled
    return replace(line, urgency=line.urgency + 1, wanted_in=wanted_in, on_hold=line.on_hold != is_other)


def _moved(source: Source, random_: random.Random) -> Source:
    if not source.source_id:
        return replace(source, qty=source.qty + random_.choice((-2, 0, 0, 0, 1)))
    days = random_.choice((0, 0, 0, 0, -2, 5))
    return replace(source, expected_on=source.expected_on + days) if source.expected_on else source


def _with_arrivals(source: Source, sources: list[Source], came: set[int]) -> Source:
    """Put what came to a warehouse on its shelf, where the product has one there."""
    units = sum(
        other.qty
        for other in sources
        if other.source_id in came
        and not source.source_id
        and (other.product_id, other.warehouse_id) == (source.product_id, source.warehouse_id)
    )
    return replace(source, qty=source.qty + units)


def with_pick_days(world: World, days: dict[int, int]) -> World:
    """Return the world with the days on which lines are picked later than they are there."""
    pick_days = tuple(PickDay(line_id, day) for line_id, day in sorted(days.items()))
    return replace(world, case=replace(world.case, pick_days=pick_days))


def is_served_as_one(line: Line) -> bool:
    return line.ship_policy != ShipPolicy.PARTIAL


def _random_promise(random_: random.Random, place: int) -> PromiseRule:
    return PromiseRule(
        f"p{place}",
        "",
        when=random_.choice((None, *map(of_tier, TIERS))),
        no_better=random_.random() < 0.2,
        no_worse=random_.random() < 0.1,
        only_when_sure=random_.random() < 0.5,
        min_earlier_days=random_.choice((0, 2)),
        min_later_days=random_.choice((0, 1, 3)),
        cool_down_days=random_.choice((0, 2)),
        freeze_days=random_.choice((0, 2)),
        urgent_days=random_.choice((0, 4)),
    )


def _random_figures(random_: random.Random, case: Case, warehouse: int) -> Figures:
    """Return figures of a warehouse that picks on some working day of its own calendar."""
    numbers = {house.warehouse_id: house.calendar for house in case.houses}
    works = case.calendar_of(numbers.get(warehouse, 0)).weekmask
    weekly = [random_.choice((NO_LIMIT, 0, 1, 3, 6)) for _ in range(7)]
    weekly[works.index(True)] = random_.choice((1, 2, 5))
    own_days = {TODAY + random_.randint(0, 12): random_.choice((0, 2, 20)) for _ in range(random_.randint(0, 2))}
    return Figures(tuple(weekly), tuple(sorted(own_days.items())), random_.choice((0, 0, 3)))
