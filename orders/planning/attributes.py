"""The catalogue of what rules may read: name, kind, words for the screen."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

MONEY = "money"  # the unit of amounts; which currency they are in, planning does not ask
CUSTOMER_RATING = "customer.rating"
DAYS_OF_COVER = "product.days_of_cover"
WEEKLY_FORECAST = "product.weekly_forecast"
FORECAST_CHANGE = "product.forecast_change"
WEEKS_WAITING = "product.weeks_waiting"
WEEKS_OF_DEMAND = "line.weeks_of_demand"
EXPECTED_COST = "line.expected_cost"
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
MONTHS = (
    "january", "february", "march", "april", "may", "june",
    "july", "august", "september", "october", "november", "december",
)  # fmt: skip


class Kind(StrEnum):
    """What a column holds, and with it which operators and curves fit."""

    NUMBER = "number"
    TEXT = "text"
    YES_NO = "yes_no"


class Source(StrEnum):
    """Where a column comes from; what is not from the order book is not there for every line, nor on every day.

    With the order book go the calendar and the ledger of what customers were told: neither is an estimate.
    """

    ORDER_BOOK = "order_book"
    FORECAST = "forecast"
    LEARNED = "learned"


@dataclass(frozen=True, slots=True)
class AttributeSpec:
    """One readable attribute. ``choices`` is closed where the values are ours, empty where they are data.

    ``lowest`` and ``highest`` are the ends of what a number can be, ``is_whole`` says that it has no fractions,
    ``is_always_known`` that every line has it. ``usual`` is (from, to, grain) of a number where a lexicographic
    policy names none: values beyond count as the end they pass, those of one grain as equal.
    ``is_known_at_entry`` says that an order has it from its first day and keeps it, so that past orders can be told
    apart by it. ``is_same_for_all`` says that it tells of the day of the run, so that alone it moves no line past
    another.
    """

    name: str
    kind: Kind
    label: str
    unit: str = ""
    choices: tuple[str, ...] = ()
    lowest: float | None = None
    highest: float | None = None
    is_whole: bool = False
    is_always_known: bool = False
    usual: tuple[float, float, float] = (0.0, 0.0, 1.0)
    source: Source = Source.ORDER_BOOK
    is_known_at_entry: bool = False
    is_same_for_all: bool = False


def _number(
    name: str,
    label: str,
    unit: str,
    lowest: float,
    is_whole: bool = False,
    highest: float = 1_000_000,
    is_known_at_entry: bool = False,
) -> AttributeSpec:
    """Return the entry of a number that every line has."""
    return AttributeSpec(
        name,
        Kind.NUMBER,
        label,
        unit,
        lowest=lowest,
        is_whole=is_whole,
        is_always_known=True,
        usual=(lowest, highest, 1.0),
        is_known_at_entry=is_known_at_entry,
    )


def _days(name: str, label: str) -> AttributeSpec:
    """Return the entry of a count of days to or from a date that a line may lack."""
    return AttributeSpec(name, Kind.NUMBER, label, "days", is_whole=True, usual=(-3650, 3650, 1.0))


def _of_day(name: str, label: str, unit: str, lowest: float, highest: float) -> AttributeSpec:
    """Return the entry of a whole number that tells of the day of the run."""
    return AttributeSpec(
        name,
        Kind.NUMBER,
        label,
        unit,
        lowest=lowest,
        highest=highest,
        is_whole=True,
        is_always_known=True,
        usual=(lowest, highest, 1.0),
        is_same_for_all=True,
    )


def _named_day(name: str, label: str, choices: tuple[str, ...]) -> AttributeSpec:
    """Return the entry of what the day of the run is called."""
    return AttributeSpec(name, Kind.TEXT, label, choices=choices, is_always_known=True, is_same_for_all=True)


def _entered(name: str, label: str, choices: tuple[str, ...] = ()) -> AttributeSpec:
    """Return the entry of a text that stands from the day an order is placed."""
    return AttributeSpec(name, Kind.TEXT, label, choices=choices, is_known_at_entry=True)


def _estimate(
    name: str, label: str, unit: str, source: Source, highest: float, grain: float = 1.0, lowest: float | None = 0.0
) -> AttributeSpec:
    """Return the entry of a number that a forecast or a model gives, for products and lines that it knows."""
    usual = (lowest or -highest, highest, grain)
    return AttributeSpec(name, Kind.NUMBER, label, unit, lowest=lowest, usual=usual, source=source)


_SPECS = (
    _entered("customer.tier", "Customer tier", ("platinum", "gold", "silver", "standard")),
    _entered("customer.zone", "Customer zone"),
    _entered("customer.code", "Customer code"),
    AttributeSpec(
        CUSTOMER_RATING,
        Kind.NUMBER,
        "Mean of the customer's ratings, a year",
        "of 5",
        lowest=1,
        highest=5,
        usual=(1, 5, 0.1),
    ),
    _entered("order.channel", "Channel"),
    _number("order.open_value", "Open value of the order", MONEY, lowest=0),
    _number("order.total_value", "Total value of the order", MONEY, lowest=0),
    _number("order.age_days", "Age of the order", "days", lowest=0, is_whole=True, highest=3650),
    _days("order.days_late", "Days past the promised date"),
    _days("order.days_to_requested", "Days until the requested date"),
    AttributeSpec("order.expedited", Kind.YES_NO, "Expedited", is_always_known=True),
    _entered("order.ship_policy", "Ship policy", ("partial", "complete", "one_backorder")),
    _number("line.open_qty", "Open quantity of the line", "units", lowest=1, is_whole=True, highest=100_000),
    _number("line.open_value", "Open value of the line", MONEY, lowest=0),
    _number("line.position", "Position of the line in its order", "", lowest=0, is_whole=True, highest=1000),
    _entered("product.sku", "Product code"),
    _entered("product.category", "Product category"),
    _number("product.unit_price", "Unit price", MONEY, lowest=0, is_known_at_entry=True),
    AttributeSpec("product.critical", Kind.YES_NO, "Critical product", is_always_known=True, is_known_at_entry=True),
    AttributeSpec(
        DAYS_OF_COVER,
        Kind.NUMBER,
        "Days until the product runs short",
        "days",
        lowest=0,
        is_whole=True,
        usual=(0, 365, 1.0),
        source=Source.FORECAST,
    ),
    _estimate(WEEKLY_FORECAST, "Units forecast a week", "units", Source.FORECAST, 100_000),
    _estimate(FORECAST_CHANGE, "Change of the forecast over its weeks", "%", Source.FORECAST, 1000, lowest=-100),
    _estimate(WEEKS_WAITING, "Waiting demand in weeks of forecast", "weeks", Source.FORECAST, 520, 0.1),
    _estimate(WEEKS_OF_DEMAND, "Weeks of forecast that the line takes", "weeks", Source.FORECAST, 520, 0.1),
    _estimate("line.late_risk", "Chance of becoming late", "", Source.LEARNED, 1, 0.001),
    _estimate("line.cost_of_delay", "Cost of one late unit", MONEY, Source.LEARNED, 1_000_000),
    _estimate(EXPECTED_COST, "Expected cost of passing it over, a unit", MONEY, Source.LEARNED, 1_000_000),
    _number("plan.times_slipped", "Times the customer was told a later day", "times", 0, is_whole=True, highest=20),
    AttributeSpec(
        "plan.days_slipped",
        Kind.NUMBER,
        "Days told beyond the first promise",
        "days",
        is_whole=True,
        is_always_known=True,
        usual=(-3650, 3650, 1.0),
    ),
    AttributeSpec(
        "plan.days_since_told",
        Kind.NUMBER,
        "Days since the customer was told a day",
        "days",
        lowest=1,
        is_whole=True,
        usual=(1, 3650, 1.0),
    ),
    _named_day("time.weekday", "Day of the week", WEEKDAYS),
    _named_day("time.month", "Month", MONTHS),
    _of_day("time.day_of_month", "Day of the month", "", 1, 31),
    _of_day("time.days_to_month_end", "Days until the month ends", "days", 0, 30),
    AttributeSpec("time.is_working_day", Kind.YES_NO, "Working day", is_always_known=True, is_same_for_all=True),
)

CATALOGUE = {spec.name: spec for spec in _SPECS}
