"""A forecast in words, honest about how little some products tell."""

from __future__ import annotations

from inventory.models import DemandForecast

NEAR_WEEKS = 4
_FEW, _NEW = "few", "new"


def in_words(forecast: DemandForecast) -> str:
    """Return two or three sentences: how much a week, how sure, and what that rests on."""
    means = forecast.means[:NEAR_WEEKS]
    weekly = sum(means) / len(means)
    if forecast.pattern == _NEW:
        return f"{_new(forecast.sales_weeks)} {_about(weekly)} {_between(forecast)}"
    if forecast.pattern == _FEW:
        weeks = f"{forecast.sales_weeks} {'week' if forecast.sales_weeks == 1 else 'weeks'}"
        return (
            f"Sold in {weeks} only: too few to see a rhythm. {_about(weekly)} That is the average since its first "
            f"sale, and no more than a guess. {_between(forecast)}"
        )
    return f"{_about(weekly)} {_between(forecast)}"


def _new(sales_weeks: int) -> str:
    if not sales_weeks:
        return "Nobody has ordered it yet, so this is what new products of its category sold."
    return "New: its own weeks are drawn towards what new products of its category sold."


def _about(weekly: float) -> str:
    if weekly < 0.05:
        return "Next to nothing is expected in the next four weeks."
    return f"About {weekly:,.0f} a week." if weekly >= 10 else f"About {weekly:,.1f} a week."


def _between(forecast: DemandForecast) -> str:
    low, high = round(forecast.lows[0]), round(forecast.highs[0])
    if low == high:
        return f"Four weeks in five should bring {high:,}."
    if not low:
        return f"Four weeks in five should bring {high:,} or fewer, perhaps none."
    return f"Four weeks in five should bring {low:,} to {high:,}."
