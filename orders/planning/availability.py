"""Available to promise: when could somebody have these, beside what is claimed already? Writes nothing.

docs/planning.md, section Availability.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from orders.planning.allocate import cut_to, overlap, running_before
from orders.planning.asked_hands import leaving_days
from orders.planning.calendar import WorkingDays
from orders.planning.capacity import Capacity
from orders.planning.supply import NOW, Buckets, order_buckets
from orders.planning.types import NO_DAY, ON_HAND, Bools, Context, Ints, Products, Supply


@dataclass(frozen=True, slots=True)
class Questions:
    """What is asked, one entry an item. Items of one ``basket`` are wanted together, baskets do not see each other.

    An item that occurs twice in a basket needs its units on top of each other.
    """

    basket: Ints
    product_id: Ints
    qty: Ints


@dataclass(frozen=True, slots=True)
class Committed:
    """Claims on the supply, planned and pegged, by giver: ``source_id`` is ON_HAND or the purchase-order line.

    ``warehouse_id`` counts only on hand. Several claims on one giver add up. Frozen ones are not in the supply already.
    """

    product_id: Ints
    warehouse_id: Ints
    source_id: Ints
    qty: Ints


@dataclass(frozen=True, slots=True)
class Parts:
    """Units by the p50 day they could leave, sorted by ``item`` (position in the questions) and day, pairs unique.

    The parts of an item add up to its quantity; units that nobody can date are a last part with NO_DAY.
    """

    item: Ints
    day: Ints
    qty: Ints


@dataclass(frozen=True, slots=True)
class Answers:
    """Parallel to the questions: units there now, units coming, the rest by ``lead_time`` if one is known.

    ``p50`` and ``p90`` are the days the item could leave, handling included, NO_DAY where nobody can say. ``all_p50``
    and ``all_p90`` are those of the whole basket. ``parts`` has entries of its own.
    """

    now_qty: Ints
    coming_qty: Ints
    by_lead_time: Bools
    p50: Ints
    p90: Ints
    all_p50: Ints
    all_p90: Ints
    parts: Parts


def availability(
    questions: Questions,
    supply: Supply,
    committed: Committed,
    products: Products,
    context: Context,
    spare: Callable[[Buckets, Ints], Ints] | None = None,
    hands: Capacity | None = None,
) -> Answers:
    """Return when each item could leave if its basket were ordered now, behind everybody who waits already.

    Units not claimed are taken soonest first; what they lack comes by the product's lead time. ``products`` must hold
    every product asked for, ids ascending. ``spare`` says how many of the units that nobody claims of each bucket the
    policy leaves to somebody of no class and no group; ``hands`` is what warehouses have left of their days once all
    that waits is picked. Raises ValueError for one that it does not hold, or a quantity below 1.
    O(n log n) in supply, claims and the buckets of all products asked for.
    """
    working_days = WorkingDays(context.calendar)
    buckets = order_buckets(supply, products.product_id, context, working_days)
    free = np.maximum(buckets.qty - _claimed(buckets, products.product_id, committed), 0)
    if spare is not None:
        free = spare(buckets, free)
    place = _places(products.product_id, questions)
    piece, bucket, qty = _match(questions, place, buckets, free)

    on_hand = buckets.day[bucket] == NOW
    now = _summed(len(place), piece[on_hand], qty[on_hand])
    coming = _summed(len(place), piece[~on_hand], qty[~on_hand])
    lacks = now + coming < questions.qty
    p50, p90 = (
        _leaving(day, lead, lacks, place, products, piece, bucket, context, working_days)
        for day, lead in (
            (np.maximum(buckets.day, buckets.leaves), products.lead_time_p50),
            (
                np.maximum(buckets.day_p90, buckets.leaves),
                np.maximum(products.lead_time_p50, products.lead_time_p90),
            ),
        )
    )
    leaves = _leaving_in_part(np.maximum(buckets.day, buckets.leaves)[bucket], context, working_days)
    if hands is not None:
        basket = questions.basket[piece]
        leaves = np.maximum(leaves, leaving_days(basket, piece, bucket, qty, buckets, supply, hands, context))
        p50, p90 = (_not_before(days, piece, leaves) for days in (p50, p90))
    return Answers(
        now_qty=now,
        coming_qty=coming,
        by_lead_time=lacks & (p50 != NO_DAY),
        p50=p50,
        p90=p90,
        all_p50=_of_baskets(questions.basket, p50),
        all_p90=_of_baskets(questions.basket, p90),
        parts=_parts(
            np.r_[piece, np.flatnonzero(lacks)],
            np.r_[leaves, _leaving_ordered(place[lacks], products, context, working_days)],
            np.r_[qty, (questions.qty - now - coming)[lacks]],
        ),
    )


def _not_before(days: Ints, piece: Ints, leaves: Ints) -> Ints:
    """Return the days of items, each at least that on which the last of its pieces leaves; NO_DAY stays."""
    later, is_dated = days.copy(), days[piece] != NO_DAY
    np.maximum.at(later, piece[is_dated], leaves[is_dated])
    return later


def _places(product_id: Ints, questions: Questions) -> Ints:
    if (questions.qty < 1).any():
        raise ValueError("qty: must be at least 1")
    place = np.searchsorted(product_id, questions.product_id)
    known = place < len(product_id)
    known[known] = product_id[place[known]] == questions.product_id[known]
    if not known.all():
        raise ValueError(f"products: product {questions.product_id[~known][0]} is missing")
    return place


def _claimed(buckets: Buckets, product_id: Ints, committed: Committed) -> Ints:
    """Return the units claimed of each bucket; claims on supply that is not there do not count."""
    held = np.where(buckets.source_id == ON_HAND, buckets.warehouse_id, 0)
    giver = np.where(committed.source_id == ON_HAND, committed.warehouse_id, 0)
    keys = np.stack(
        [
            np.r_[product_id[buckets.product], committed.product_id],
            np.r_[buckets.source_id, committed.source_id],
            np.r_[held, giver],
        ],
        axis=1,
    )
    _, name = np.unique(keys, axis=0, return_inverse=True)
    name = name.reshape(-1)
    total = np.zeros(len(keys), dtype=np.int64)
    np.add.at(total, name[len(held) :], committed.qty)
    claimed: Ints = total[name[: len(held)]]
    return claimed


def _match(questions: Questions, place: Ints, buckets: Buckets, free: Ints) -> tuple[Ints, Ints, Ints]:
    """Return triples (question, bucket, qty): each basket's wants of a product against all of the product's free units.

    Baskets do not see each other, so each (basket, product) gets a copy of the product's buckets.
    """
    order = np.lexsort((place, questions.basket))
    new = np.r_[True, (np.diff(questions.basket[order]) != 0) | (np.diff(place[order]) != 0)] if len(order) else order
    group = np.cumsum(new) - 1
    product = place[order][np.flatnonzero(new)]
    sizes = buckets.start[product + 1] - buckets.start[product]
    holding = np.repeat(np.arange(len(product)), sizes)
    bucket = np.repeat(buckets.start[product], sizes) + running_before(holding, np.ones(len(holding), dtype=np.int64))
    wanted = np.zeros(len(product), dtype=np.int64)
    np.add.at(wanted, group, questions.qty[order])
    used = cut_to(holding, free[bucket], wanted)
    row, held, qty = overlap(group, questions.qty[order], holding, used)
    return order[row], bucket[held], qty


def _leaving(
    day: Ints,
    lead_time: Ints,
    lacks: Bools,
    place: Ints,
    products: Products,
    piece: Ints,
    bucket: Ints,
    context: Context,
    working_days: WorkingDays,
) -> Ints:
    """Return the day each item leaves: with its last unit, or a lead time from today, then handling."""
    last = np.full(len(place), context.today, dtype=np.int64)
    np.maximum.at(last, piece, day[bucket])
    today = np.full(len(place), context.today, dtype=np.int64)
    ordered = working_days.add(today, lead_time[place])
    last = np.where(lacks, np.maximum(last, ordered), last)
    left = last if context.sites is not None else working_days.add(last, context.handling_days)
    return np.where(lacks & (products.lead_time_p50[place] <= 0), NO_DAY, left)


def _leaving_in_part(day: Ints, context: Context, working_days: WorkingDays) -> Ints:
    """Return the day units of a bucket leave when they do not wait for the rest of the item."""
    day = np.maximum(day, context.today)
    return day if context.sites is not None else working_days.add(day, context.handling_days)


def _leaving_ordered(place: Ints, products: Products, context: Context, working_days: WorkingDays) -> Ints:
    """Return the p50 day that units ordered today leave, NO_DAY for products without a lead time."""
    lead_time = products.lead_time_p50[place]
    ordered = working_days.add(np.full(len(place), context.today, dtype=np.int64), lead_time)
    return np.where(lead_time <= 0, NO_DAY, working_days.add(ordered, context.handling_days))


def _parts(item: Ints, day: Ints, qty: Ints) -> Parts:
    never = np.iinfo(np.int64).max
    day = np.where(day == NO_DAY, never, day)
    pairs, place = np.unique(np.stack([item, day], axis=1), axis=0, return_inverse=True)
    total = _summed(len(pairs), place.reshape(-1), qty)
    return Parts(item=pairs[:, 0], day=np.where(pairs[:, 1] == never, NO_DAY, pairs[:, 1]), qty=total)


def _of_baskets(basket: Ints, days: Ints) -> Ints:
    """Return for each item the latest day of its basket, unknown if one is."""
    never = np.iinfo(np.int64).max
    _, name = np.unique(basket, return_inverse=True)
    latest = np.full(len(basket), NO_DAY, dtype=np.int64)
    np.maximum.at(latest, name, np.where(days == NO_DAY, never, days))
    return np.where(latest[name] == never, NO_DAY, latest[name])


def _summed(size: int, at: Ints, qty: Ints) -> Ints:
    total = np.zeros(size, dtype=np.int64)
    np.add.at(total, at, qty)
    return total
