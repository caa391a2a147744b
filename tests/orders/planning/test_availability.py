"""When could somebody have these: the numbers of docs/planning.md, and the date that a plan would give."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from orders.planning.availability import Answers, Committed, Questions, availability
from orders.planning.capacity import NO_LIMIT, Capacity, Work, roll_through
from orders.planning.types import Supply
from tests.orders.planning.cases import (
    TODAY,
    Case,
    Claim,
    Line,
    PickDay,
    Product,
    Source,
    arrays,
    struct,
)
from tests.orders.planning.checking import checked, need
from tests.orders.planning.class_oracle import random_class_case
from tests.orders.planning.oracle import Oracle
from tests.orders.planning.quota_oracle import random_quota_case
from tests.orders.planning.random_cases import random_case
from tests.orders.planning.reading import claims, rows, run
from tests.orders.planning.sparing import spare_of

MONDAY_24, DECEMBER_1 = TODAY + 4, TODAY + 11
CASE = Case(
    lines=(),
    sources=(Source(1, 12), Source(1, 20, source_id=501, expected_on=MONDAY_24), Source(2, 5, 1, 502, DECEMBER_1)),
    products=(Product(1, lead_time_p50=5, lead_time_p90=6), Product(2), Product(3)),
)
COMMITTED = ((1, Claim(0, 10, warehouse_id=1)), (1, Claim(0, 5, source_id=501)))


def ask(
    case: Case,
    committed: tuple[tuple[int, Claim], ...],
    *items: tuple[int, int, int],
    hands: Capacity | None = None,
) -> Answers:
    """Ask for (basket, product, qty)."""
    _, supply, _, products, _, context = arrays(case)
    basket, product, qty = (np.array(column, dtype=np.int64) for column in zip(*items, strict=True))
    given_away = Committed(
        np.array([product_id for product_id, _ in committed], dtype=np.int64),
        *(
            np.array([getattr(claim, name) for _, claim in committed], dtype=np.int64)
            for name in ("warehouse_id", "source_id", "qty")
        ),
    )
    return availability(Questions(basket, product, qty), supply, given_away, products, context, spare_of(case), hands)


def test_what_is_free_comes_first_then_what_is_coming_then_the_lead_time():
    answer = ask(CASE, COMMITTED, (1, 1, 2), (2, 1, 10), (3, 1, 30))

    assert answer.now_qty.tolist() == [2, 2, 2]
    assert answer.coming_qty.tolist() == [0, 8, 15]
    assert answer.by_lead_time.tolist() == [False, False, True]
    assert answer.p50.tolist() == [TODAY, MONDAY_24, TODAY + 7]
    assert answer.p90.tolist() == [TODAY, MONDAY_24, TODAY + 8]


def parts(answer: Answers, item: int = 0) -> list[tuple[int, int]]:
    found = answer.parts
    return [(int(day), int(qty)) for at, day, qty in zip(found.item, found.day, found.qty, strict=True) if at == item]


def test_an_item_comes_in_parts():
    answer = ask(CASE, COMMITTED, (1, 1, 30), (2, 1, 2), (3, 3, 4))

    assert parts(answer) == [(TODAY, 2), (MONDAY_24, 15), (TODAY + 7, 13)]
    assert parts(answer, 1) == [(TODAY, 2)]
    assert parts(answer, 2) == [(0, 4)]


def test_a_basket_leaves_with_its_last_item():
    answer = ask(CASE, COMMITTED, (1, 1, 10), (1, 2, 1), (2, 1, 1))

    assert answer.p50.tolist() == [MONDAY_24, DECEMBER_1 + 0, TODAY]
    assert answer.all_p50.tolist() == [DECEMBER_1, DECEMBER_1, TODAY]


def test_one_product_twice_in_a_basket_needs_its_units_on_top_of_each_other():
    together, apart = ask(CASE, COMMITTED, (1, 1, 2), (1, 1, 2)), ask(CASE, COMMITTED, (1, 1, 2), (2, 1, 2))

    assert together.p50.tolist() == [TODAY, MONDAY_24]
    assert apart.p50.tolist() == [TODAY, TODAY]


def test_nobody_can_say_when_a_product_without_supply_and_lead_time_comes():
    answer = ask(CASE, (), (1, 3, 1), (1, 1, 1))

    assert answer.p50.tolist() == [0, TODAY]
    assert answer.all_p50.tolist() == [0, 0]
    assert answer.by_lead_time.tolist() == [False, False]


def test_no_questions_have_no_answers():
    _, supply, _, products, _, context = arrays(CASE)
    none = np.zeros(0, dtype=np.int64)

    answer = availability(Questions(none, none, none), supply, Committed(none, none, none, none), products, context)

    assert len(answer.p50) == len(answer.all_p90) == 0


@pytest.mark.parametrize(("item", "refusal"), [((1, 9, 1), "product 9 is missing"), ((1, 1, 0), "at least 1")])
def test_questions_that_make_no_sense_are_refused(item, refusal):
    with pytest.raises(ValueError, match=refusal):
        ask(CASE, (), item)


items = st.lists(st.tuples(st.integers(1, 4), st.integers(1, 12)), min_size=1, max_size=4)


@checked
@given(st.integers(0, 2**32), st.lists(items, min_size=1, max_size=3))
def test_the_answer_is_what_the_plan_gives_the_order_at_the_lowest_rank(
    seed: int, baskets: list[list[tuple[int, int]]]
):
    case = random_case(random.Random(seed))
    known = len(case.products)
    baskets = [[(1 + (product - 1) % known, qty) for product, qty in basket] for basket in baskets]
    product_of = {line.line_id: line.product_id for line in case.lines}
    committed = tuple((product_of[claim.line_id], claim) for claim in claims(run(case)))

    asked = [(i, product, qty) for i, basket in enumerate(baskets) for product, qty in basket]
    answer = ask(case, committed, *asked)

    row = 0
    for basket in baskets:
        lines = [Line(900 + i, 99, product, qty, placed_at=9) for i, (product, qty) in enumerate(basket)]
        ordered = replace(case, lines=(*case.lines, *lines))
        planned, needs = rows(run(ordered)), need(ordered)
        for line in lines:
            mine = planned[line.line_id]
            assert needs[line.line_id] == line.open_qty
            assert (answer.now_qty[row], answer.coming_qty[row]) == (mine.allocated, mine.pegged)
            assert (answer.p50[row], answer.p90[row]) == (mine.eta_p50, mine.eta_p90)
            days = [day for day, _ in parts(answer, row)]
            assert sum(qty for _, qty in parts(answer, row)) == line.open_qty
            assert mine.eta_p50 == (0 if 0 in days else max(days))
            row += 1


def partial(case: Case) -> Case:
    return replace(case, lines=tuple(replace(line, ship_policy=0) for line in case.lines))


@checked
@given(st.integers(0, 2**32), items, st.sampled_from((random_class_case, random_quota_case)))
def test_units_that_the_plan_keeps_are_promised_to_nobody(
    seed: int, basket: list[tuple[int, int]], divided: Callable[[random.Random], Case]
):
    """As above, where units are kept for better classes, or for groups, and all orders leave in parts."""
    case = replace(partial(divided(random.Random(seed))), fair_share=False)
    known = {line.product_id for line in case.lines} if case.quotas else {p.product_id for p in case.products}
    basket = [(sorted(known)[product % len(known)], qty) for product, qty in basket]
    product_of = {line.line_id: line.product_id for line in case.lines}
    committed = tuple((product_of[claim.line_id], claim) for claim in claims(run(case)))

    answer = ask(case, committed, *((0, product, qty) for product, qty in basket))

    lines = [Line(900 + i, 99, product, qty, placed_at=9) for i, (product, qty) in enumerate(basket)]
    planned = rows(run(replace(case, lines=(*case.lines, *lines))))
    for row, line in enumerate(lines):
        mine = planned[line.line_id]
        assert (answer.now_qty[row], answer.coming_qty[row]) == (mine.allocated, mine.pegged)
        assert (answer.p50[row], answer.p90[row]) == (mine.eta_p50, mine.eta_p90)


def queue_of(case: Case) -> Work:
    """Return what a plan has warehouses pick, all of it in the order of line ids."""
    shelves = {source.source_id: Oracle(case).shelf(source) for source in case.sources if source.source_id}
    work = []
    for claim in claims(run(case)):
        shelf = shelves.get(claim.source_id)
        warehouse, ready_on = (
            (claim.warehouse_id, case.today) if shelf is None else (shelf.source.warehouse_id, shelf.day)
        )
        work.append((claim.line_id, warehouse, claim.qty, ready_on, claim.line_id))
    return Work(*np.array(sorted(work), dtype=np.int64).reshape(-1, 5).T)


@checked
@given(
    st.integers(0, 2**32), items, st.lists(st.sampled_from((NO_LIMIT, 0, 1, 3, 9)), min_size=7, max_size=7).filter(any)
)
def test_whoever_asks_is_picked_behind_all_that_waits(seed: int, basket: list[tuple[int, int]], week: list[int]):
    """The days are those of an order at the lowest rank, whose units are picked when all others are."""
    case = partial(random_case(random.Random(seed)))
    week[:5] = [units or 2 for units in week[:5]]
    none = np.zeros(0, dtype=np.int64)
    capacity = Capacity(np.array([1, 2]), np.array([week, [2] * 7]), np.array([1, 0]), none, none, none)
    known = len(case.products)
    basket = [(1 + (product - 1) % known, qty) for product, qty in basket]
    product_of = {line.line_id: line.product_id for line in case.lines}
    committed = tuple((product_of[claim.line_id], claim) for claim in claims(run(case)))
    context = arrays(case)[-1]
    _, left = roll_through(queue_of(case), capacity, context)

    answer = ask(case, committed, *((0, product, qty) for product, qty in basket), hands=left)

    lines = [Line(900 + i, 99, product, qty, placed_at=9) for i, (product, qty) in enumerate(basket)]
    ordered = replace(case, lines=(*case.lines, *lines))
    queue = queue_of(ordered)
    picked, _ = roll_through(queue, capacity, context)
    last = {line: int(picked[queue.line_id == line].max()) for line in set(queue.line_id.tolist())}
    ordered = replace(ordered, pick_days=tuple(PickDay(line, day) for line, day in last.items()))
    planned = rows(run(ordered))
    for row, line in enumerate(lines):
        mine = planned[line.line_id]
        assert (answer.p50[row], answer.p90[row]) == (mine.eta_p50, mine.eta_p90)


def test_ten_thousand_items_are_answered_in_a_moment():
    rng = np.random.default_rng(1)
    products = tuple(Product(i, lead_time_p50=5, lead_time_p90=9) for i in range(1, 1001))
    sources = tuple(Source(i % 1000 + 1, 5, source_id=i + 1, expected_on=TODAY + i % 30) for i in range(5000))
    _, supply, _, known, _, context = arrays(Case((), sources, products=products))
    questions = Questions(np.arange(10_000) // 4, rng.integers(1, 1001, 10_000), rng.integers(1, 20, 10_000))
    none = np.zeros(0, dtype=np.int64)

    start = time.perf_counter()
    availability(questions, supply, Committed(none, none, none, none), known, context)
    seconds = time.perf_counter() - start

    print(f"\nanswered 10,000 items in {seconds:.3f} s")
    assert seconds < 5  # takes about 0.02 s; this catches a loop over items, not a busy machine


def test_supply_is_not_changed():
    supply: Supply = struct(Supply, CASE.sources)
    before = supply.qty.copy()

    ask(CASE, COMMITTED, (1, 1, 30))

    assert (supply.qty == before).all()
