"""Which orders that ship together to complete with what is on hand. docs/planning.md, section Chosen together.

By rank alone one big order may take the units that would have completed three others. Here an optimiser (HiGHS)
chooses within each component the set whose completion is worth most; the others leave it what it needs for this plan.
Rank still decides everything else, and wherever the optimiser finds nothing better.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from orders.planning.allocate import Claims, Turns, allocate, plain_lines, running_before
from orders.planning.components import line_components
from orders.planning.prepare import Prepared
from orders.planning.runs import starts_of
from orders.planning.supply import NOW
from orders.planning.turns import Spared
from orders.planning.types import NO_DAY, Bools, Floats, Ints, ShipPolicy

MOST_ORDERS = 100  # in one component: that takes a second at most; of more the optimiser is not asked
MOST_PASSES = 5  # each goes on from what the one before completed
MOST_NODES = 1_000  # of its search: a count, not a clock, so that the same plan comes out on any machine
# One thread. Presolving these small problems, and looking for a first answer by heuristics, takes up to five times as
# long as solving them, and finds the same.
_OPTIONS: dict[str, bool | int | float | str] = {
    "output_flag": False,
    "threads": 1,
    "presolve": "off",
    "mip_heuristic_effort": 0.0,
    "mip_heuristic_run_feasibility_jump": False,
    "mip_heuristic_run_rins": False,
    "mip_heuristic_run_rens": False,
    "mip_heuristic_run_root_reduced_cost": False,
    "mip_rel_gap": 0.0,
    "mip_max_nodes": MOST_NODES,
}
PENNY = 0.01  # each order is worth at least so much, so that none is left out that could have been completed too


@dataclass(frozen=True, slots=True)
class _Candidates:
    """Orders whose lines all leave together and have no terms of their own, in rank order.

    ``line`` are their lines in rank order and ``order`` each line's candidate; ``component`` and ``worth`` are per
    candidate. ``of_line`` is the component of each line of the backlog.
    """

    line: Ints
    order: Ints
    component: Ints
    worth: Floats
    of_line: Ints

    @property
    def count(self) -> int:
        return len(self.worth)


def complete_most(ready: Prepared, ranked: Ints, score: Floats, by_rank: Claims) -> Claims:
    """Return claims that complete at least as much worth of whole orders from stock on hand as ``by_rank`` does.

    An order is worth the score of its units. A component's choice is taken only if, planned in full, it is worth more
    than what was there before and no other line has fewer units on hand. Orders that wait leave units by that, so the
    rest is chosen from anew until nothing better is found. The answer for a component depends on that component alone.
    Costs an optimisation per contested component and pass, and at most two more allocations.
    """
    candidates = _find(ready, ranked, score)
    if candidates.count < 2:
        return by_rank
    claims, spared = by_rank, _nothing_spared(ready, by_rank)
    by_rank_completed = _completed(ready, candidates, by_rank)
    open_ = np.ones(candidates.count, dtype=np.bool_)
    for _ in range(MOST_PASSES):
        before = _completed(ready, candidates, claims)
        chosen = _choose(ready, candidates, claims, before, open_)
        changed = np.isin(candidates.component, candidates.component[chosen & ~before])
        if not changed.any():
            break
        wanted = _spare(ready, candidates, spared, claims, before, chosen, changed, by_rank_completed)
        found = allocate(ready, Turns(ranked, ready.need_qty[ranked]), ready.buckets.qty, wanted)
        kept = changed & np.isin(candidates.component, _better(ready, candidates, claims, found, before))
        if not kept.any():
            break
        if (kept != changed).any():
            wanted = _spare(ready, candidates, spared, claims, before, chosen, kept, by_rank_completed)
            found = allocate(ready, Turns(ranked, ready.need_qty[ranked]), ready.buckets.qty, wanted)
        claims, spared, open_ = found, wanted, kept
    return claims


def _find(ready: Prepared, ranked: Ints, score: Floats) -> _Candidates:
    backlog, line = ready.backlog, ranked
    policy = backlog.ship_policy[line]
    whole = (policy == ShipPolicy.COMPLETE) | ((policy == ShipPolicy.ONE_BACKORDER) & backlog.has_shipped[line])
    if ready.limits is not None:
        # An order with terms of its own is not completed by having its units on hand alone.
        free = (ready.limits.max_sources[line] == 0) & (ready.limits.wanted_by[line] == NO_DAY)
        whole &= free
    line = line[whole]
    _, first, order = np.unique(backlog.order_id[line], return_index=True, return_inverse=True)
    by_rank = np.argsort(np.argsort(first, kind="stable"), kind="stable")
    order = by_rank[order].astype(np.int64)
    worth = np.full(len(first), PENNY)
    np.add.at(worth, order, np.maximum(np.nan_to_num(score[line]), 0.0) * ready.need_qty[line])
    of_line = line_components(backlog)
    component = np.zeros(len(first), dtype=np.int64)
    component[order] = of_line[line]
    return _Candidates(line, order, component, worth, of_line)


def _completed(ready: Prepared, candidates: _Candidates, claims: Claims) -> Bools:
    """Return the candidates whose every unit is claimed from stock on hand."""
    lacks = np.zeros(candidates.count, dtype=np.int64)
    got = _on_hand(ready, claims)
    np.add.at(lacks, candidates.order, ready.need_qty[candidates.line] - got[candidates.line])
    return lacks == 0


def _on_hand(ready: Prepared, claims: Claims) -> Ints:
    """Return units claimed from stock on hand per line of the backlog."""
    units = np.zeros(len(ready.product), dtype=np.int64)
    now = ready.buckets.day[claims.bucket] == NOW
    np.add.at(units, claims.line[now], claims.qty[now])
    return units


def _choose(ready: Prepared, candidates: _Candidates, claims: Claims, before: Bools, open_: Bools) -> Bools:
    """Return the orders to complete: in ``open_`` contested components the optimiser's choice, elsewhere ``before``."""
    chosen = before.copy()
    room = _room(ready, candidates, claims, before)
    fits = open_.copy()
    need = _needs(ready, candidates)
    np.logical_and.at(fits, need[0], need[2] <= room[need[1]])
    for orders in _contested(candidates, fits, before):
        own, row = _rows_of(need[0], orders)
        found = _solve(own, need[1][row], need[2][row], room, candidates.worth[orders])
        if found is not None and candidates.worth[orders[found]].sum() > candidates.worth[orders][before[orders]].sum():
            chosen[orders] = found
    return chosen


def _room(ready: Prepared, candidates: _Candidates, claims: Claims, before: Bools) -> Ints:
    """Return per product the units on hand that completed candidates hold, or nobody."""
    products = len(ready.products.product_id)
    room = np.zeros(products, dtype=np.int64)
    stock = ready.buckets.day == NOW
    np.add.at(room, ready.buckets.product[stock], ready.buckets.qty[stock])
    taken = _on_hand(ready, claims)
    taken[candidates.line[before[candidates.order]]] = 0
    np.subtract.at(room, ready.product, taken)
    return room


def _needs(ready: Prepared, candidates: _Candidates) -> tuple[Ints, Ints, Ints]:
    """Return (candidate, product, units), one entry per pair, sorted by both."""
    products = len(ready.products.product_id)
    pair, place = np.unique(candidates.order * products + ready.product[candidates.line], return_inverse=True)
    units = np.zeros(len(pair), dtype=np.int64)
    np.add.at(units, place, ready.need_qty[candidates.line])
    return pair // products, pair % products, units


def _rows_of(candidate: Ints, orders: Ints) -> tuple[Ints, Ints]:
    """Return (position in ``orders``, row) of the rows of these candidates; ``candidate`` is ascending."""
    first, end = np.searchsorted(candidate, orders), np.searchsorted(candidate, orders, side="right")
    own = np.repeat(np.arange(len(orders)), end - first)
    return own, np.repeat(first, end - first) + running_before(own, np.ones(len(own), dtype=np.int64))


def _contested(candidates: _Candidates, fits: Bools, before: Bools) -> Iterator[Ints]:
    """Yield the orders, in rank order, of each component where another one than rank completed would have fitted."""
    fitting = np.flatnonzero(fits)
    fitting = fitting[np.argsort(candidates.component[fitting], kind="stable")]
    component = candidates.component[fitting]
    if not len(fitting):
        return
    starts = starts_of(component)
    for orders in np.split(fitting, starts[1:]):
        if len(orders) <= MOST_ORDERS and before[orders].any() and not before[orders].all():
            yield orders


def _solve(order: Ints, product: Ints, units: Ints, room: Ints, worth: Floats) -> Bools | None:
    """Return the orders whose completion is worth most within ``room``, or None where the search found nothing.

    A 0-1 knapsack with one constraint a product. Single-threaded and bounded by nodes: same input, same answer.
    """
    # A third of a second of import that plans without a choice to make do not pay for.
    import highspy

    products, row = np.unique(product, return_inverse=True)
    by_order = np.lexsort((row, order))
    model = highspy.HighsLp()
    model.num_col_, model.num_row_ = len(worth), len(products)
    model.col_cost_, model.sense_ = worth / worth.max(), highspy.ObjSense.kMaximize
    model.col_lower_, model.col_upper_ = np.zeros(len(worth)), np.ones(len(worth))
    model.row_lower_ = np.full(len(products), -highspy.kHighsInf)
    model.row_upper_ = room[products].astype(np.float64)
    model.a_matrix_.format_ = highspy.MatrixFormat.kColwise
    model.a_matrix_.start_ = np.searchsorted(order[by_order], np.arange(len(worth) + 1)).astype(np.int32)
    model.a_matrix_.index_ = row[by_order].astype(np.int32)
    model.a_matrix_.value_ = units[by_order].astype(np.float64)
    model.integrality_ = [highspy.HighsVarType.kInteger] * len(worth)
    solver = highspy.Highs()
    for name, value in _OPTIONS.items():
        solver.setOptionValue(name, value)
    solver.passModel(model)
    solver.run()
    chosen: Bools = np.array(solver.getSolution().col_value) > 0.5
    if len(chosen) != len(worth):
        return None
    # The solver works within a tolerance; units are whole, so its answer is counted again.
    used = np.zeros(len(products), dtype=np.int64)
    np.add.at(used, row, np.where(chosen[order], units, 0))
    return chosen if (used <= room[products]).all() else None


def _nothing_spared(ready: Prepared, by_rank: Claims) -> Spared:
    nobody = np.zeros(len(ready.product), dtype=np.bool_)
    return _with_plain(ready, Spared(_on_hand(ready, by_rank), nobody, nobody, np.zeros(0, dtype=np.int64)))


def _with_plain(ready: Prepared, spared: Spared) -> Spared:
    plain_qty = np.zeros(len(ready.products.product_id), dtype=np.int64)
    plain = plain_lines(ready)
    np.add.at(plain_qty, ready.product[plain], spared.units[plain])
    return replace(spared, plain_qty=plain_qty)


def _spare(
    ready: Prepared,
    candidates: _Candidates,
    spared: Spared,
    claims: Claims,
    before: Bools,
    chosen: Bools,
    changed: Bools,
    by_rank_completed: Bools,
) -> Spared:
    """Return what lines are to have on hand when, in ``changed`` components, those not chosen yield to everybody else.

    Chosen orders are to have their needs, all other lines what they claim now; who gave way keeps nothing.
    """
    at, line = candidates.order, candidates.line
    units, yields, stands_back = spared.units.copy(), spared.yields.copy(), spared.stands_back.copy()
    here = np.isin(candidates.of_line, candidates.component[changed])
    units[here] = _on_hand(ready, claims)[here]
    units[line[(before & changed)[at]]] = 0
    wanted = line[(chosen & changed)[at]]
    units[wanted] = ready.need_qty[wanted]
    mine = changed[at]
    yields[line[mine]] = ~chosen[at[mine]]
    stands_back[line[mine]] = (by_rank_completed & ~chosen)[at[mine]]
    return _with_plain(ready, Spared(units, yields, stands_back, spared.plain_qty))


def _better(ready: Prepared, candidates: _Candidates, by_rank: Claims, claims: Claims, before: Bools) -> Ints:
    """Return the components where the choice completes more worth and no line outside the candidates has less."""
    after = _completed(ready, candidates, claims)
    names, place = np.unique(candidates.component, return_inverse=True)
    gain = np.zeros(len(names))
    np.add.at(gain, place, np.where(after, candidates.worth, 0.0) - np.where(before, candidates.worth, 0.0))
    worse = _on_hand(ready, claims) < _on_hand(ready, by_rank)
    worse[candidates.line] = False
    return names[(gain > 0) & ~np.isin(names, candidates.of_line[worse])]
