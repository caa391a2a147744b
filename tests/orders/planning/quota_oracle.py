"""The oracle of quotas and fair share: rulers walked along one line at a time. docs/planning.md, section Quotas."""

from __future__ import annotations

import random
from collections import defaultdict
from dataclasses import replace
from fractions import Fraction

from tests.orders.planning.cases import Case, Departure, Line, Share
from tests.orders.planning.oracle import NOW, PARTIAL, Oracle, Shelf
from tests.orders.planning.random_cases import random_case

TIERS = ("platinum", "gold", "silver", "standard")
Ruler = tuple[int, int]


class QuotaOracle(Oracle):
    def take_turns(self) -> None:
        turns = [turn for turn in self.ranked_turns() if not turn[0].on_hold]
        self.demand: dict[Ruler, int] = defaultdict(int)
        for line in [line for turn in turns for line in turn]:
            self.demand[self.ruler(line)] += self.need[line.line_id]
        least, used = self.minimums(), dict.fromkeys(self.demand, 0)
        within: dict[int, int] = {}
        allowed: dict[int, int] = {}
        for line in [line for turn in turns for line in turn]:
            ruler, need = self.ruler(line), self.need[line.line_id]
            grouped = ruler[1] >= 0
            most = self.most(ruler) if grouped else None
            allowed[line.line_id] = need if most is None else min(need, max(0, most - used[ruler]))
            within[line.line_id] = min(allowed[line.line_id], max(0, least[ruler] - used[ruler])) if grouped else 0
            used[ruler] += need
            if allowed[line.line_id] < need:
                self.limited |= {line.line_id}
        self.name_the_passed_over(turns, within)
        for stage in (1, 2):
            hidden = self.kept() if stage == 2 else []
            for shelf, units in hidden:
                shelf.left -= units
            for turn in turns:
                self.serve(turn, stage, within, allowed)
            for shelf, units in hidden:
                shelf.left += units

    def kept(self) -> list[tuple[Shelf, int]]:
        """Return what is set aside of each shelf for minimums that nobody asks for, one unit at a time."""
        self.kept_now: dict[int, int] = defaultdict(int)
        aside: dict[int, int] = defaultdict(int)
        shelves = [shelf for product in sorted(self.shelves) for shelf in self.shelves[product]]
        for place, share in enumerate(self.case.quotas):
            for product in sorted(self.shelves):
                for _ in range(self.units_to_keep(place, share, product)):
                    for shelf in self.shelves[product]:
                        in_time = shelf.day == NOW or shelf.day <= self.case.today + share.keep_days
                        if in_time and shelf.left > aside[id(shelf)]:
                            aside[id(shelf)] += 1
                            self.kept_now[product] += shelf.day == NOW
                            break
        for line in self.case.lines:
            if not line.on_hold and any(aside[id(shelf)] for shelf in self.shelves[line.product_id]):
                self.limited.add(line.line_id)
        return [(shelf, aside[id(shelf)]) for shelf in shelves]

    def units_to_keep(self, place: int, share: Share, product: int) -> int:
        if not share.keep_percent:
            return 0
        bounds = [self.units(share.at_least, product, share) if share.at_least else 0]
        bounds += [self.units(share.at_most, product, share)] if share.at_most else []
        bounds = [bound - self.left(share, product, share.tier) for bound in bounds]
        mine = [line for line in self.case.lines if self.ruler(line) == (product, place)]
        asked = sum(self.picked[line.line_id] + (0 if line.on_hold else self.need[line.line_id]) for line in mine)
        return int(Fraction(share.keep_percent * max(0, min(bounds) - asked), 100))

    def name_the_passed_over(self, turns: list[list[Line]], within: dict[int, int]) -> None:
        before: list[Line] = []
        for turn in turns:
            whole = all(within[line.line_id] == self.need[line.line_id] for line in turn)
            first = turn if turn[0].ship_policy == PARTIAL or whole else []
            for line in turn:
                if line in first and within[line.line_id]:
                    self.limited |= {other.line_id for other in before if other.product_id == line.product_id}
                if line not in first or within[line.line_id] < self.need[line.line_id]:
                    before.append(line)

    def serve(self, turn: list[Line], stage: int, within: dict[int, int], allowed: dict[int, int]) -> None:
        needs = {line.line_id: self.need[line.line_id] for line in turn}
        if turn[0].ship_policy == PARTIAL:
            line_id = turn[0].line_id
            self.take_some(turn, {line_id: within[line_id] if stage == 1 else allowed[line_id] - within[line_id]})
        elif any(allowed[line_id] < need for line_id, need in needs.items()):
            self.limited |= {line_id for line_id, need in needs.items() if need}
            if stage == 2:
                self.wait(turn)
        elif stage == (1 if all(within[line_id] == need for line_id, need in needs.items()) else 2):
            self.run_turn(turn)

    def ruler(self, line: Line) -> Ruler:
        if self.case.fair_share:
            return line.product_id, TIERS.index(line.tier) if line.tier else len(TIERS)
        mine = (i for i, (name, value) in enumerate(s.whose for s in self.case.quotas) if getattr(line, name) == value)
        return line.product_id, next(mine, -1)

    def units(self, amount: str, product: int, share: Share) -> int:
        """Return an amount in units; percent are of what can be claimed, has left in the window or is picked."""
        if not amount.endswith("%"):
            return int(amount)
        units = self.supply(product) + self.left(share, product)
        if share.window_days:
            units += sum(self.picked[line.line_id] for line in self.case.lines if line.product_id == product)
        return int(Fraction(amount[:-1]) * units / 100)

    def left(self, share: Share, product: int, tier: str | None = None) -> int:
        """Return what left in the share's window, for lines of a tier or of all."""
        return sum(
            gone.qty
            for gone in self.case.departures
            if gone.product_id == product and gone.days_ago < share.window_days and tier in (None, gone.tier)
        )

    def still(self, amount: str, ruler: Ruler) -> int:
        """Return what an amount leaves to give: less what the group was sent in the window and has picked."""
        share = self.case.quotas[ruler[1]]
        had = self.left(share, ruler[0], share.tier)
        if share.window_days:
            had += sum(self.picked[line.line_id] for line in self.case.lines if self.ruler(line) == ruler)
        return max(0, self.units(amount, ruler[0], share) - had)

    def supply(self, product: int, on_hand: bool = False) -> int:
        return sum(s.source.qty for s in self.shelves[product] if s.day == NOW or not on_hand)

    def most(self, ruler: Ruler) -> int | None:
        share = None if self.case.fair_share else self.case.quotas[ruler[1]]
        return self.still(share.at_most, ruler) if share and share.at_most else None

    def minimums(self) -> dict[Ruler, int]:
        wanted: dict[Ruler, int] = {}
        for ruler, demand in self.demand.items():
            if ruler[1] < 0:
                continue
            bounds = [demand]
            if not self.case.fair_share:
                at_least = self.case.quotas[ruler[1]].at_least
                bounds.append(self.still(at_least, ruler) if at_least else 0)
                most = self.most(ruler)
                bounds += [] if most is None else [most]
            wanted[ruler] = min(bounds)
        for product in {product for product, _ in wanted}:
            self.shrink(wanted, [ruler for ruler in sorted(wanted) if ruler[0] == product])
        return wanted

    def shrink(self, wanted: dict[Ruler, int], rulers: list[Ruler]) -> None:
        supply = self.supply(rulers[0][0], on_hand=self.case.fair_share)
        total = sum(wanted[ruler] for ruler in rulers)
        if total <= supply:
            return
        exact = {ruler: Fraction(wanted[ruler] * supply, total) for ruler in rulers}
        for ruler in rulers:
            wanted[ruler] = int(exact[ruler])
        spare = supply - sum(wanted[ruler] for ruler in rulers)
        for ruler in sorted(rulers, key=lambda ruler: (wanted[ruler] - exact[ruler], ruler))[:spare]:
            wanted[ruler] += 1

    def withheld(self, line: Line) -> int:
        return self.kept_now[line.product_id]


def random_quota_case(random_: random.Random) -> Case:
    """Return a case with quotas, or with fair share between tiers."""
    case = random_case(random_)
    case = replace(case, lines=tuple(replace(line, tier=random_.choice(("", *TIERS))) for line in case.lines))
    return with_quotas(case, random_)


def with_quotas(case: Case, random_: random.Random) -> Case:
    """Return the case with quotas between tiers, or with fair share."""
    if random_.random() < 0.3:
        return replace(case, fair_share=True)
    tiers = random_.sample(TIERS, random_.randint(1, 4))
    shares = tuple(_random_share(random_, tier) for tier in tiers)
    return replace(case, quotas=shares, departures=_random_departures(random_, len(case.products)))


def _random_departures(random_: random.Random, products: int) -> tuple[Departure, ...]:
    return tuple(
        Departure(
            random_.choice(("", *TIERS)),
            random_.randint(1, products + 1),  # one more than anybody waits for
            random_.randint(1, 6),
            random_.randint(0, 9),
        )
        for _ in range(random_.randint(0, 6))
    )


def _random_share(random_: random.Random, tier: str) -> Share:
    at_least = random_.choice(("", "0", "3", "6", "29%", "60%"))
    keeps = bool(at_least) and random_.random() < 0.4
    return Share(
        tier,
        at_least,
        random_.choice(("", "", "2", "8", "40%")) if at_least else random_.choice(("1", "30%")),
        random_.choice((30, 50, 100)) if keeps else 0,
        random_.choice((0, 4, 20)),
        window_days=random_.choice((0, 0, 1, 7)),
    )
