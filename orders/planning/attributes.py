"""The catalogue of what rules may read: name, kind, words for the screen."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """What a column holds, and with it which operators and curves fit."""

    NUMBER = "number"
    TEXT = "text"
    YES_NO = "yes_no"


@dataclass(frozen=True, slots=True)
class AttributeSpec:
    """One readable attribute. ``choices`` is closed where the values are ours, empty where they are data.

    ``lowest`` is the least value a number can have, ``is_whole`` says that it has no fractions,
    ``is_always_known`` that every line has it. ``usual`` is (from, to, grain) of a number where a lexicographic
    policy names none: values beyond count as the end they pass, those of one grain as equal.
    """

    name: str
    kind: Kind
    label: str
    unit: str = ""
    choices: tuple[str, ...] = ()
    lowest: float | None = None
    is_whole: bool = False
    is_always_known: bool = False
    usual: tuple[float, float, float] = (0.0, 0.0, 1.0)


def _number(
    name: str, label: str, unit: str, lowest: float, is_whole: bool = False, highest: float = 1_000_000
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
    )


def _days(name: str, label: str) -> AttributeSpec:
    """Return the entry of a count of days to or from a date that a line may lack."""
    return AttributeSpec(name, Kind.NUMBER, label, "days", is_whole=True, usual=(-3650, 3650, 1.0))


_SPECS = (
    AttributeSpec("customer.tier", Kind.TEXT, "Customer tier", choices=("platinum", "gold", "silver", "standard")),
    AttributeSpec("customer.zone", Kind.TEXT, "Customer zone"),
    AttributeSpec("customer.code", Kind.TEXT, "Customer code"),
    AttributeSpec("order.channel", Kind.TEXT, "Channel"),
    _number("order.open_value", "Open value of the order", "GBP", lowest=0),
    _number("order.total_value", "Total value of the order", "GBP", lowest=0),
    _number("order.age_days", "Age of the order", "days", lowest=0, is_whole=True, highest=3650),
    _days("order.days_late", "Days past the promised date"),
    _days("order.days_to_requested", "Days until the requested date"),
    AttributeSpec("order.expedited", Kind.YES_NO, "Expedited", is_always_known=True),
    AttributeSpec("order.ship_policy", Kind.TEXT, "Ship policy", choices=("partial", "complete", "one_backorder")),
    _number("line.open_qty", "Open quantity of the line", "units", lowest=1, is_whole=True, highest=100_000),
    _number("line.open_value", "Open value of the line", "GBP", lowest=0),
    _number("line.position", "Position of the line in its order", "", lowest=0, is_whole=True, highest=1000),
    AttributeSpec("product.sku", Kind.TEXT, "Product code"),
    AttributeSpec("product.category", Kind.TEXT, "Product category"),
    _number("product.unit_price", "Unit price", "GBP", lowest=0),
    AttributeSpec("product.critical", Kind.YES_NO, "Critical product", is_always_known=True),
)

CATALOGUE = {spec.name: spec for spec in _SPECS}
