"""Cases with every constraint at once, and the oracle of each: a way to divide supply, terms, sites, hands."""

from __future__ import annotations

import random
from dataclasses import replace

from tests.orders.planning.cases import Case, Line
from tests.orders.planning.class_oracle import TIERS, ClassOracle, with_classes
from tests.orders.planning.oracle import JOINT, Oracle
from tests.orders.planning.quota_oracle import QuotaOracle, with_quotas
from tests.orders.planning.segment_oracle import SegmentOracle, with_segments
from tests.orders.planning.site_cases import with_sites
from tests.orders.planning.terms_oracle import TermsOracle, random_terms_case


class _LeavesInParts(Oracle):
    """Orders with terms leave in parts: their lines do not wait for each other."""

    def wait(self, turn: list[Line]) -> None:
        if turn[0].ship_policy != JOINT:
            super().wait(turn)


class ClassesAndTerms(ClassOracle, TermsOracle):
    """Units kept for expected demand, from orders with terms."""


class QuotasAndTerms(_LeavesInParts, QuotaOracle, TermsOracle):
    """Quotas for orders with terms."""


class SegmentsAndTerms(_LeavesInParts, SegmentOracle, TermsOracle):
    """Segments with a guarantee for orders with terms."""


ORACLES: dict[str, type[Oracle]] = {
    "rank": TermsOracle,
    "segments": SegmentsAndTerms,
    "quotas": QuotasAndTerms,
    "classes": ClassesAndTerms,
}


def mixed_case(random_: random.Random, divider: str) -> Case:
    """Return a case with terms and far-future lines; half of them with sites, most with days of picking.

    ``divider`` names the way in which the policy divides the supply, a key of ORACLES.
    """
    case = random_terms_case(random_)
    case = replace(case, lines=tuple(replace(line, tier=random_.choice(("", *TIERS))) for line in case.lines))
    if random_.random() < 0.5:
        case = with_sites(case, random_)
    match divider:
        case "segments":
            return with_segments(case, random_, TermsOracle)
        case "quotas":
            return with_quotas(case, random_)
        case "classes":
            return with_classes(case, random_)
    return case
