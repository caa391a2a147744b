"""When could somebody have these? Asked of the plan in force; writes nothing (docs/planning.md, Availability)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from inventory.models import DirtyMark
from inventory.queries import products_by_sku
from kernel.bounds import check_qty
from kernel.errors import Invalid
from orders.planning.availability import Answers, Committed, Questions, availability
from orders.planning.grammar import parse_policy
from orders.planning.types import NO_DAY, ON_HAND, Ints
from orders.replanning.asked import load_hands_left, load_spare
from orders.replanning.scope import Scope
from orders.replanning.sites import context_of, load_sites
from orders.replanning.snapshot import snapshot
from orders.replanning.stored import Claims, load_claims
from orders.replanning.supply import load_supply
from orders.rules import policies

MAX_ITEMS = 200


@dataclass(frozen=True, slots=True)
class Item:
    """Units of a product that somebody wants."""

    sku: str
    qty: int


@dataclass(frozen=True, slots=True)
class Part:
    """Units that could leave on one day; ``on`` is None where nobody can say."""

    on: date | None
    qty: int


@dataclass(frozen=True, slots=True)
class ItemAnswer:
    """When an item could leave: its last unit by ``eta_p50`` and, surely enough, by ``eta_p90``."""

    sku: str
    qty: int
    available_now: int
    eta_p50: date | None
    eta_p90: date | None
    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Answer:
    """The items as asked, and the day by which all could leave together.

    ``unplanned_changes`` counts changes to these products that the plan does not know yet: 0 when the answer is firm.
    """

    items: tuple[ItemAnswer, ...]
    all_eta_p50: date | None
    all_eta_p90: date | None
    unplanned_changes: int


def find_availability(items: Sequence[Item], *, today: date) -> Answer:
    """Return when these could leave together if they were ordered now, behind everybody who waits already.

    A product named twice needs its units on top of each other. A fixed number of queries in one snapshot, whatever the
    number of items. Raises Invalid naming each item that is wrong.
    """
    product_id = _find_products(items)
    pools = tuple(sorted(set(product_id)))
    scope = Scope(pools)
    with snapshot():
        supply, products = load_supply(scope)
        sites = load_sites(scope, today=today.toordinal())
        claims = load_claims(scope)
        policy = parse_policy(policies.published().rules)
        spare = load_spare(scope, policy, today=today.toordinal())
        hands = load_hands_left(today=today)
        unplanned = DirtyMark.objects.filter(product_id__in=pools).count()
    questions = Questions(
        basket=np.zeros(len(items), dtype=np.int64),
        product_id=np.array(product_id, dtype=np.int64),
        qty=np.array([item.qty for item in items], dtype=np.int64),
    )
    context = context_of(sites, today=today.toordinal())
    answers = availability(questions, supply, _committed(claims), products, context, spare, hands)
    return Answer(
        items=_items(items, answers),
        all_eta_p50=_day(answers.all_p50[0]),
        all_eta_p90=_day(answers.all_p90[0]),
        unplanned_changes=unplanned,
    )


def _find_products(items: Sequence[Item]) -> list[int]:
    if not 1 <= len(items) <= MAX_ITEMS:
        wrong = f"Give 1 to {MAX_ITEMS} items."
        raise Invalid(wrong, fields={"items": wrong})
    known = products_by_sku(item.sku for item in items)
    wrongs: dict[str, str] = {}
    for i, item in enumerate(items):
        if item.sku.strip().upper() not in known:
            wrongs[f"items.{i}.sku"] = "There is no such product."
        try:
            check_qty(item.qty, field=f"items.{i}.qty")
        except Invalid as wrong:
            wrongs |= wrong.fields
    if wrongs:
        raise Invalid("Some items are wrong. Correct the places named.", fields=wrongs)
    return [known[item.sku.strip().upper()].pk for item in items]


def _committed(claims: Claims) -> Committed:
    allocations, pegs = claims.allocations, claims.pegs
    return Committed(
        product_id=np.concatenate((allocations["product_id"], pegs["product_id"])),
        warehouse_id=np.concatenate((allocations["giver_id"], np.zeros_like(pegs["giver_id"]))),
        source_id=np.concatenate((np.full_like(allocations["giver_id"], ON_HAND), pegs["giver_id"])),
        qty=np.concatenate((allocations["qty"], pegs["qty"])),
    )


def _items(items: Sequence[Item], answers: Answers) -> tuple[ItemAnswer, ...]:
    parts = answers.parts
    start = np.searchsorted(parts.item, np.arange(len(items) + 1))
    return tuple(
        ItemAnswer(
            sku=item.sku,
            qty=item.qty,
            available_now=int(answers.now_qty[i]),
            eta_p50=_day(answers.p50[i]),
            eta_p90=_day(answers.p90[i]),
            parts=_parts(parts.day[start[i] : start[i + 1]], parts.qty[start[i] : start[i + 1]]),
        )
        for i, item in enumerate(items)
    )


def _parts(day: Ints, qty: Ints) -> tuple[Part, ...]:
    return tuple(Part(_day(on), int(units)) for on, units in zip(day, qty, strict=True))


def _day(day: int) -> date | None:
    return None if day == NO_DAY else date.fromordinal(int(day))
