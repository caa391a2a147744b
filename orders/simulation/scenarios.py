"""Scenarios as people write them: names and changed inputs, read strictly. docs/simulation.md has each change in words.

A change is ``{"type": …}`` with the members of one of the classes below; ``MEMBERS`` says which must be there.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from kernel.bounds import FIRST_DAY, MAX_QTY
from orders.models import ShipPolicy, Tier
from orders.simulation.strict import Reader

MOST_SCENARIOS, MOST_CHANGES, MOST_LINES = 10, 50, 200
_MOST_DAYS = 365
_LEAST_PERCENT, _MOST_PERCENT = -90, 1000


@dataclass(frozen=True, slots=True)
class PolicyChange:
    """Other rules: a version that is kept, or a document."""

    policy: int | None = None
    rules: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class StockChange:
    """Free units on hand: ``add`` more (or fewer) of a product in a warehouse, or ``set`` how many there are.

    ``set`` without a product empties or fills the whole warehouse, without a warehouse the product everywhere.
    """

    sku: str = ""
    warehouse: str = ""
    add: int | None = None
    set: int | None = None


@dataclass(frozen=True, slots=True)
class DelayChange:
    """Everything that a supplier, or one purchase order, has yet to bring comes ``days`` later (or sooner)."""

    days: int
    supplier: str = ""
    purchase_order: str = ""


@dataclass(frozen=True, slots=True)
class PurchaseChange:
    """Units that would be ordered, and when they would arrive."""

    sku: str
    warehouse: str
    qty: int
    expected_on: date


@dataclass(frozen=True, slots=True)
class OrderLineChange:
    sku: str
    qty: int


@dataclass(frozen=True, slots=True)
class OrderChange:
    """An order that would come in now, of a customer we have (``customer``) or of one with that tier."""

    lines: tuple[OrderLineChange, ...]
    customer: str = ""
    tier: str = Tier.STANDARD
    channel: str = ""
    requested_on: date | None = None
    ship_policy: str = ShipPolicy.PARTIAL
    expedited: bool = False


@dataclass(frozen=True, slots=True)
class DemandChange:
    """Open lines, and what is forecast, of a product, a category or all products grow by ``percent``."""

    percent: int
    sku: str = ""
    category: str = ""


@dataclass(frozen=True, slots=True)
class CapacityChange:
    """A warehouse that picks ``units`` on every working day."""

    warehouse: str
    units: int


Change = PolicyChange | StockChange | DelayChange | PurchaseChange | OrderChange | DemandChange | CapacityChange


@dataclass(frozen=True, slots=True)
class Scenario:
    """A name and what is changed, in this order; of several policies the last counts."""

    name: str
    changes: tuple[Change, ...]

    @property
    def policy(self) -> PolicyChange | None:
        """The rules that the scenario plans by; None: those in force."""
        found = [change for change in self.changes if isinstance(change, PolicyChange)]
        return found[-1] if found else None


def read_scenarios(raw: object) -> tuple[Scenario, ...]:
    """Return scenarios from a JSON list. Raises Invalid naming each place, such as ``scenarios.0.changes.1.days``."""
    reader = Reader()
    scenarios = tuple(
        _read_scenario(reader, entry, f"scenarios.{index}")
        for index, entry in enumerate(reader.several(raw, "scenarios", MOST_SCENARIOS))
    )
    names = [scenario.name for scenario in scenarios]
    for index, name in enumerate(names):
        if name in names[:index]:
            reader.refuse(f"scenarios.{index}.name", "Another scenario has this name.")
    reader.finish()
    return scenarios


def _read_scenario(reader: Reader, raw: object, place: str) -> Scenario:
    entry = reader.members(raw, place, {"name", "changes"}, {"name", "changes"})
    changes = [
        _read_change(reader, change, f"{place}.changes.{index}")
        for index, change in enumerate(reader.several(entry.get("changes"), f"{place}.changes", MOST_CHANGES))
    ]
    name = reader.text(entry, "name", place, 100)
    return Scenario(name, tuple(change for change in changes if change is not None))


def _read_change(reader: Reader, raw: object, place: str) -> Change | None:
    kind = raw.get("type") if isinstance(raw, Mapping) else None
    if not isinstance(kind, str) or kind not in _READERS:
        reader.refuse(f"{place}.type", f"Give one of: {', '.join(_READERS)}.")
        return None
    required, optional, read = _READERS[kind]
    entry = reader.members(raw, place, {"type", *required, *optional}, required)
    return read(reader, entry, place) if required <= set(entry) else None


def _policy(reader: Reader, entry: Mapping[str, Any], place: str) -> PolicyChange:
    if ("policy" in entry) == ("rules" in entry):
        reader.refuse(place, "Give either policy, the number of a version, or rules, a document.")
    rules = entry.get("rules")
    if rules is not None and not isinstance(rules, Mapping):
        reader.refuse(f"{place}.rules", "Give a document.")
        rules = None
    return PolicyChange(reader.whole(entry, "policy", place, 1, 2**53), rules)


def _stock(reader: Reader, entry: Mapping[str, Any], place: str) -> StockChange:
    change = StockChange(
        sku=reader.text(entry, "sku", place, 40).upper(),
        warehouse=reader.text(entry, "warehouse", place, 40),
        add=reader.whole(entry, "add", place, -MAX_QTY, MAX_QTY),
        set=reader.whole(entry, "set", place, 0, MAX_QTY),
    )
    if (change.add is None) == (change.set is None):
        reader.refuse(place, "Give either add, how many units more or fewer, or set, how many there are.")
    if not (change.sku or change.warehouse):
        reader.refuse(place, "Say which product, warehouse, or both.")
    if not (change.sku and change.warehouse) and change.set != 0:
        reader.refuse(place, "Say which product and which warehouse. Without one of them, stock can only be set to 0.")
    return change


def _delay(reader: Reader, entry: Mapping[str, Any], place: str) -> DelayChange:
    change = DelayChange(
        days=reader.whole(entry, "days", place, -_MOST_DAYS, _MOST_DAYS) or 0,
        supplier=reader.text(entry, "supplier", place, 40),
        purchase_order=reader.text(entry, "purchase_order", place, 40),
    )
    if bool(change.supplier) == bool(change.purchase_order):
        reader.refuse(place, "Say which supplier or which purchase order comes late.")
    return change


def _purchase(reader: Reader, entry: Mapping[str, Any], place: str) -> PurchaseChange:
    return PurchaseChange(
        sku=reader.text(entry, "sku", place, 40).upper(),
        warehouse=reader.text(entry, "warehouse", place, 40),
        qty=reader.whole(entry, "qty", place, 1, MAX_QTY) or 1,
        expected_on=reader.day(entry, "expected_on", place) or FIRST_DAY,
    )


def _order(reader: Reader, entry: Mapping[str, Any], place: str) -> OrderChange:
    lines = []
    for index, raw in enumerate(reader.several(entry.get("lines"), f"{place}.lines", MOST_LINES)):
        line = reader.members(raw, f"{place}.lines.{index}", {"sku", "qty"}, {"sku", "qty"})
        sku = reader.text(line, "sku", f"{place}.lines.{index}", 40).upper()
        lines.append(OrderLineChange(sku, reader.whole(line, "qty", f"{place}.lines.{index}", 1, MAX_QTY) or 1))
    expedited = entry.get("expedited", False)
    if not isinstance(expedited, bool):
        reader.refuse(f"{place}.expedited", "Give true or false.")
    return OrderChange(
        lines=tuple(lines),
        customer=reader.text(entry, "customer", place, 40),
        tier=reader.choice(entry, "tier", place, Tier.values) or Tier.STANDARD,
        channel=reader.text(entry, "channel", place, 40),
        requested_on=reader.day(entry, "requested_on", place),
        ship_policy=reader.choice(entry, "ship_policy", place, ShipPolicy.values) or ShipPolicy.PARTIAL,
        expedited=expedited is True,
    )


def _demand(reader: Reader, entry: Mapping[str, Any], place: str) -> DemandChange:
    change = DemandChange(
        percent=reader.whole(entry, "percent", place, _LEAST_PERCENT, _MOST_PERCENT) or 0,
        sku=reader.text(entry, "sku", place, 40).upper(),
        category=reader.text(entry, "category", place, 100),
    )
    if change.sku and change.category:
        reader.refuse(place, "Give a product or a category, or neither for all.")
    return change


def _capacity(reader: Reader, entry: Mapping[str, Any], place: str) -> CapacityChange:
    return CapacityChange(
        warehouse=reader.text(entry, "warehouse", place, 40),
        units=reader.whole(entry, "units", place, 1, MAX_QTY) or 1,
    )


_Read = Callable[[Reader, Mapping[str, Any], str], Change]
# Of each type: the members that must be there, those that may, and who reads them.
_READERS: dict[str, tuple[set[str], set[str], _Read]] = {
    "policy": (set(), {"policy", "rules"}, _policy),
    "stock": (set(), {"sku", "warehouse", "add", "set"}, _stock),
    "delay": ({"days"}, {"supplier", "purchase_order"}, _delay),
    "purchase": ({"sku", "warehouse", "qty", "expected_on"}, set(), _purchase),
    "order": (
        {"lines"},
        {"customer", "tier", "channel", "requested_on", "ship_policy", "expedited"},
        _order,
    ),
    "demand": ({"percent"}, {"sku", "category"}, _demand),
    "capacity": ({"warehouse", "units"}, set(), _capacity),
}
MEMBERS = {kind: (sorted(required), sorted(optional)) for kind, (required, optional, _) in _READERS.items()}
