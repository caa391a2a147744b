from __future__ import annotations

from random import Random
from statistics import median

from orders.sample.suppliers import SUPPLIERS, assign_suppliers, build_suppliers, draw_delay


def test_lead_times_spread_as_the_record_says() -> None:
    leads = sorted(supplier.lead_time_days for supplier in build_suppliers(Random(1)))

    assert len(leads) == SUPPLIERS
    assert leads[SUPPLIERS // 10] < 0.5 * median(leads)
    assert leads[-SUPPLIERS // 10] > 1.8 * median(leads)


def test_lateness_is_rare_clustered_and_long_tailed() -> None:
    random = Random(2)
    suppliers = build_suppliers(random)
    delays = {supplier.code: [draw_delay(supplier, random) for _ in range(2000)] for supplier in suppliers}
    drawn = sorted(delay for each in delays.values() for delay in each)

    late = [delay for delay in drawn if delay > 0]
    assert 0.05 < len(late) / len(drawn) < 0.07
    assert 0.045 < sum(delay < 0 for delay in drawn) / len(drawn) < 0.06
    assert drawn[len(drawn) * 99 // 100] >= 15
    by_supplier = sorted((sum(delay > 0 for delay in each) for each in delays.values()), reverse=True)
    assert sum(by_supplier[:7]) > 0.6 * len(late)


def test_nothing_arrives_before_it_was_ordered() -> None:
    random = Random(3)
    for supplier in build_suppliers(random):
        assert min(draw_delay(supplier, random) for _ in range(500)) > -supplier.lead_time_days


def test_neighbouring_codes_share_a_supplier() -> None:
    skus = [f"{number:05}" for number in range(400)]

    assigned = assign_suppliers(skus, dict.fromkeys(skus, 3))

    assert assigned == sorted(assigned)
    assert set(assigned) == set(range(SUPPLIERS))
