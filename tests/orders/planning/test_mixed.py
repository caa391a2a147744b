"""Ways to divide supply mixed with what orders ask beyond their ship policy: the oracles agree together too."""

from __future__ import annotations

import os
import random
from collections.abc import Callable
from dataclasses import asdict, replace

import pytest

from tests.orders.planning.cases import Case, Line
from tests.orders.planning.class_oracle import ClassOracle, random_class_case
from tests.orders.planning.oracle import Oracle
from tests.orders.planning.quota_oracle import QuotaOracle, random_quota_case
from tests.orders.planning.reading import rows, run
from tests.orders.planning.terms_oracle import JOINT, TermsOracle, random_terms_case

CASES = int(os.environ.get("PLANNING_CASES", "800")) // 2
TIERS = ("", "platinum", "gold", "silver", "standard")


class ClassesAndTerms(ClassOracle, TermsOracle):
    """Units kept for expected demand, from orders with terms."""


class QuotasAndTerms(QuotaOracle, TermsOracle):
    """Quotas for orders with terms."""

    def wait(self, turn: list[Line]) -> None:
        if turn[0].ship_policy != JOINT:  # which leaves in parts: its lines do not wait for each other
            super().wait(turn)


def classes_and_terms(seed: int) -> Case:
    case, kept = terms(seed), random_class_case(random.Random(seed))
    known = {product.product_id for product in case.products}
    return replace(
        case,
        classes=kept.classes,
        worths=kept.worths,
        horizon_days=kept.horizon_days,
        forecasts=tuple(weekly for weekly in kept.forecasts if weekly.product_id in known),
    )


def quotas_and_terms(seed: int) -> Case:
    divided = random_quota_case(random.Random(seed))
    return replace(terms(seed), quotas=divided.quotas, fair_share=divided.fair_share)


def terms(seed: int) -> Case:
    """Return a case with terms and tiers; days of picking are a pass of their own and have tests of their own."""
    dice, case = random.Random(seed), random_terms_case(random.Random(seed))
    lines = tuple(replace(line, tier=dice.choice(TIERS)) for line in case.lines)
    return replace(case, lines=lines, pick_days=())


@pytest.mark.parametrize(
    ("case_of", "oracle"),
    [(classes_and_terms, ClassesAndTerms), (quotas_and_terms, QuotasAndTerms)],
    ids=["classes", "quotas"],
)
def test_plans_equal_the_oracle_of_both(case_of: Callable[[int], Case], oracle: type[Oracle]) -> None:
    for seed in range(CASES):
        case = case_of(seed)

        planned = {line: asdict(row) for line, row in rows(run(case)).items()}

        expected = {line: asdict(row) for line, row in oracle(case).answer().items()}
        assert planned == expected, f"seed {seed}: {case}"
