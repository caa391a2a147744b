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
    """One readable attribute. ``choices`` is closed where the values are ours, empty where they are data."""

    name: str
    kind: Kind
    label: str
    unit: str = ""
    choices: tuple[str, ...] = ()


_SPECS = (
    AttributeSpec("customer.tier", Kind.TEXT, "Customer tier", choices=("platinum", "gold", "silver", "standard")),
    AttributeSpec("customer.zone", Kind.TEXT, "Customer zone"),
    AttributeSpec("customer.code", Kind.TEXT, "Customer code"),
    AttributeSpec("order.channel", Kind.TEXT, "Channel"),
    AttributeSpec("order.open_value", Kind.NUMBER, "Open value of the order", "GBP"),
    AttributeSpec("order.total_value", Kind.NUMBER, "Total value of the order", "GBP"),
    AttributeSpec("order.age_days", Kind.NUMBER, "Age of the order", "days"),
    AttributeSpec("order.days_late", Kind.NUMBER, "Days past the promised date", "days"),
    AttributeSpec("order.days_to_requested", Kind.NUMBER, "Days until the requested date", "days"),
    AttributeSpec("order.expedited", Kind.YES_NO, "Expedited"),
    AttributeSpec("order.ship_policy", Kind.TEXT, "Ship policy", choices=("partial", "complete", "one_backorder")),
    AttributeSpec("line.open_qty", Kind.NUMBER, "Open quantity of the line", "units"),
    AttributeSpec("line.open_value", Kind.NUMBER, "Open value of the line", "GBP"),
    AttributeSpec("line.position", Kind.NUMBER, "Position of the line in its order"),
    AttributeSpec("product.sku", Kind.TEXT, "Product code"),
    AttributeSpec("product.category", Kind.TEXT, "Product category"),
    AttributeSpec("product.unit_price", Kind.NUMBER, "Unit price", "GBP"),
    AttributeSpec("product.critical", Kind.YES_NO, "Critical product"),
)

CATALOGUE = {spec.name: spec for spec in _SPECS}
