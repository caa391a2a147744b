from __future__ import annotations

import pytest

from inventory.forecast_words import in_words
from inventory.models import DemandForecast


def forecast(pattern: str, sales_weeks: int, mean: float, low: float, high: float) -> DemandForecast:
    return DemandForecast(pattern=pattern, sales_weeks=sales_weeks, means=[mean] * 4, lows=[low] * 4, highs=[high] * 4)


@pytest.mark.parametrize(
    ("said", "words"),
    [
        (("steady", 30, 41.6, 20.2, 63.0), "About 42 a week. Four weeks in five should bring 20 to 63."),
        (
            ("rare", 9, 0.62, 0.0, 2.0),
            "About 0.6 a week. Four weeks in five should bring 2 or fewer, perhaps none.",
        ),
        (
            ("few", 3, 0.4, 0.0, 6.0),
            "Sold in 3 weeks only: too few to see a rhythm. About 0.4 a week. That is the average since its first "
            "sale, and no more than a guess. Four weeks in five should bring 6 or fewer, perhaps none.",
        ),
        (
            ("new", 2, 5.0, 1.0, 9.0),
            "New: its own weeks are drawn towards what new products of its category sold. About 5.0 a week. "
            "Four weeks in five should bring 1 to 9.",
        ),
        (
            ("new", 0, 0.0, 0.0, 0.0),
            "Nobody has ordered it yet, so this is what new products of its category sold. "
            "Next to nothing is expected in the next four weeks. Four weeks in five should bring 0.",
        ),
    ],
    ids=["steady", "rare", "three sales", "new", "never ordered"],
)
def test_a_forecast_says_how_much_and_how_sure(said: tuple[str, int, float, float, float], words: str) -> None:
    assert in_words(forecast(*said)) == words
