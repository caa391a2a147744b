"""What the loop over orders reads and keeps: lines in rank order, their limits, claims and notes."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum

from orders.planning.shelves import UNCOVERED, Shelves
from orders.planning.supply import NOW, Buckets
from orders.planning.types import Bools, Codes, Ints, Reason

NO_REASON = -1


class Parting(IntEnum):
    """What an order that ships together may send before the rest."""

    NONE = 0
    AHEAD = 1  # what is on hand: one backorder, nothing shipped yet
    ONLY_AHEAD = 2  # the same, and it claims nothing for the rest


@dataclass(frozen=True, slots=True)
class TurnLimits:
    """What lines ask beyond their ship policy, parallel to TogetherLines; ``prepare.Limits`` says what each is."""

    least_qty: Ints
    order_least: Ints
    weight: Ints
    max_sources: Ints
    wanted_by: Ints
    group: Ints
    preferred: tuple[tuple[int, ...], ...]


@dataclass(frozen=True, slots=True)
class Spared:
    """Stock on hand that some orders leave to others (``choosing``), parallel to the lines.

    What ``yields`` sees only what is left of a product once the lines after it have their ``units``, and plain lines
    the product's ``plain_qty``. ``stands_back`` marks those of them that rank would have completed.
    """

    units: Ints
    yields: Bools
    stands_back: Bools
    plain_qty: Ints


@dataclass(frozen=True, slots=True)
class KeptUnits:
    """Units that nobody sees before the turn of their line: parallel triples (row of TogetherLines, bucket, qty)."""

    row: Ints
    bucket: Ints
    qty: Ints


@dataclass(frozen=True, slots=True)
class TogetherLines:
    """Lines in rank order; those of one ``turn`` are adjacent and take as one.

    ``ahead_qty`` is what better-ranked plain lines of partial orders want of the same product. ``whole`` marks orders
    that ship together, ``parting`` is what these may send before the rest (Parting).
    """

    turn: Ints
    product: Ints
    need_qty: Ints
    ahead_qty: Ints
    whole: Bools
    parting: Codes
    limits: TurnLimits | None = None
    spared: Spared | None = None
    kept: KeptUnits | None = None


@dataclass(frozen=True, slots=True)
class Notes:
    """Rows that a limit kept from units at their turn, parallel: why, and the day before which they do not leave.

    ``reason`` is NO_REASON where only the day counts, days are NOW where only the reason does.
    """

    row: Ints
    reason: Ints
    day: Ints
    day_p90: Ints


@dataclass(slots=True)
class Turns:
    """The loop's own state: the shelves, rows as plain lists, and what was found out about them.

    ``cover`` is the bucket that completes a row, ``waits`` says that the row leaves with the rest of its order.
    """

    shelves: Shelves
    product: list[int]
    need: list[int]
    cover: list[int]
    waits: list[bool]
    least: list[int] = field(default_factory=list)
    weight: list[int] = field(default_factory=list)
    order_least: list[int] = field(default_factory=list)
    wanted_by: list[int] = field(default_factory=list)
    preferred: list[tuple[int, ...]] = field(default_factory=list)
    notes: dict[int, tuple[int, int, int]] = field(default_factory=dict)

    def note(self, row: int, reason: Reason | None, day: int = NOW, day_p90: int = NOW) -> None:
        """Keep why a row got no more of what was there, and from which day on it may leave; the last word counts."""
        self.notes[row] = NO_REASON if reason is None else reason, day, day_p90

    def prefers(self, row: int) -> tuple[int, ...]:
        """Return the warehouses that the row would rather be sent from, the first to be asked first."""
        return self.preferred[row] if self.preferred else ()


def begin(lines: TogetherLines, buckets: Buckets) -> Turns:
    """Return the state before the first turn."""
    rows = len(lines.product)
    turns = Turns(
        shelves=Shelves(buckets),
        product=lines.product.tolist(),
        need=lines.need_qty.tolist(),
        cover=[UNCOVERED] * rows,
        waits=[False] * rows,
    )
    if lines.limits is not None:
        limits = lines.limits
        turns.least, turns.weight = limits.least_qty.tolist(), limits.weight.tolist()
        turns.order_least, turns.wanted_by = limits.order_least.tolist(), limits.wanted_by.tolist()
        if limits.preferred:
            lists = (*limits.preferred, ())  # −1 reads the last entry
            turns.preferred = [lists[group] for group in limits.group.tolist()]
    return turns
