"""What the bench of whole orders reports: the same shop twice is the same, and choosing never completes less."""

from __future__ import annotations

from dataclasses import replace

from orders.benchmark.whole_orders import Shop, measure

UNEVEN = Shop(components=30, orders=8, products=3, lines=2, is_uneven=True, complete=1.0, stock=0.8)


def test_choosing_wins_where_all_ship_complete_and_sizes_differ() -> None:
    won = measure(UNEVEN)

    assert won.worth > 0.03
    assert won.units_on_hand > 0
    assert replace(won, seconds_by_rank=0, seconds_chosen=0) == replace(
        measure(UNEVEN), seconds_by_rank=0, seconds_chosen=0
    )


def test_choosing_never_completes_less() -> None:
    for complete in (0.3, 1.0):
        assert measure(replace(UNEVEN, is_uneven=False, complete=complete, stock=0.5), seed=2).worth >= 0
