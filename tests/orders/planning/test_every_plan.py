"""What holds for every plan, whichever way the supply is divided."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orders.planning.rules import Policy
from orders.planning.types import Outcome
from tests.orders.planning.cases import Case, components, shuffled
from tests.orders.planning.checking import checked, need
from tests.orders.planning.choosing_cases import CHOOSING, contested_with_constraints
from tests.orders.planning.choosing_oracle import contested_case
from tests.orders.planning.class_oracle import random_class_case
from tests.orders.planning.mixed_cases import ORACLES, mixed_case
from tests.orders.planning.quota_oracle import random_quota_case
from tests.orders.planning.random_cases import random_case
from tests.orders.planning.reading import BY_URGENCY, as_bytes, kept, rows, run
from tests.orders.planning.segment_oracle import random_segmented_case
from tests.orders.planning.terms_oracle import random_terms_case


def random_mixed_case(random_: random.Random) -> Case:
    return mixed_case(random_, random_.choice(sorted(ORACLES)))


KINDS: dict[str, tuple[Callable[[random.Random], Case], Policy]] = {
    "by rank": (random_case, BY_URGENCY),
    "kept for expected demand": (random_class_case, BY_URGENCY),
    "quotas": (random_quota_case, BY_URGENCY),
    "segments": (random_segmented_case, BY_URGENCY),
    "terms": (random_terms_case, BY_URGENCY),
    "everything mixed": (random_mixed_case, BY_URGENCY),
    "whole orders chosen": (contested_case, CHOOSING),
    "whole orders chosen, everything mixed": (contested_with_constraints, CHOOSING),
}
of_every_kind = pytest.mark.parametrize("kind", KINDS)
seeds = st.integers(0, 2**32)


@of_every_kind
@checked
@given(seeds)
def test_no_supply_is_claimed_twice_and_no_line_gets_more_than_it_needs(kind: str, seed: int) -> None:
    case, policy = drawn(kind, seed)
    product, needs = {line.line_id: line.product_id for line in case.lines}, need(case)
    claimed: dict[tuple[int, int, int], int] = defaultdict(int)
    for line_id, row in rows(run(case, policy)).items():
        assert sum(row.pegs.values()) == row.pegged
        assert sum(row.stock.values()) + row.pegged <= needs[line_id]
        for warehouse, qty in row.stock.items():
            claimed[product[line_id], warehouse, 0] += qty
        for source, qty in row.pegs.items():
            claimed[product[line_id], 0, source] += qty

    held = {(s.product_id, 0 if s.source_id else s.warehouse_id, s.source_id): s.qty for s in case.sources}
    assert all(0 < qty <= held[key] for key, qty in claimed.items())


@of_every_kind
@checked
@given(seeds)
def test_every_line_is_planned_frozen_or_excluded(kind: str, seed: int) -> None:
    case, policy = drawn(kind, seed)

    result = run(case, policy)

    assert sorted(result.line_id.tolist()) == sorted(line.line_id for line in case.lines)
    assert sum(int((result.outcome == outcome).sum()) for outcome in Outcome) == len(case.lines)


@of_every_kind
@checked
@given(seeds, st.randoms(use_true_random=False))
def test_same_content_in_another_order_gives_the_same_bytes(kind: str, seed: int, random_: random.Random) -> None:
    case, policy = drawn(kind, seed)

    assert as_bytes(run(shuffled(case, random_), policy)) == as_bytes(run(case, policy))


@of_every_kind
@checked
@given(seeds)
def test_a_component_planned_alone_equals_the_full_run(kind: str, seed: int) -> None:
    case, policy = drawn(kind, seed)
    result = run(case, policy)
    full, became = rows(result), kept(result)

    for component in components(case):
        alone = run(component, policy)
        assert all(full[line_id] == row for line_id, row in rows(alone).items())
        assert all(became[line_id] == code for line_id, code in kept(alone).items())


def drawn(kind: str, seed: int) -> tuple[Case, Policy]:
    random_case_of, policy = KINDS[kind]
    return random_case_of(random.Random(seed)), policy
