"""What customers were promised and told: the side of a comparison that no plan changes. Pure functions on arrays."""

from __future__ import annotations

from dataclasses import dataclass, fields
from enum import IntEnum

import numpy as np

from orders.planning.types import NO_DAY, Ints


class Announced(IntEnum):
    """What the newest fact about an order's date was."""

    NOTHING = 0
    WAITING = 1
    ALLOCATED = 2


@dataclass(frozen=True, slots=True)
class Standing:
    """Orders, ``order_id`` ascending: when they were placed and wanted, and the dates given. Days or NO_DAY.

    ``announced_on`` is the date of the newest fact, recorded on the day ``announced_at``, and ``told_on`` the date that
    the customer last got. ``later_days`` and ``earlier_days`` are the least that a date moves by for them to hear of
    it; ``firm_only`` is 1 where they hear of earlier days only when the units are there.
    """

    order_id: Ints
    placed_on: Ints
    requested_on: Ints
    promised_on: Ints
    announced_on: Ints
    announced_at: Ints
    told_on: Ints
    announced: Ints
    later_days: Ints
    earlier_days: Ints
    firm_only: Ints

    def of(self, order_id: Ints) -> Standing:
        """Return the rows of these orders, parallel to them; an order that is not here was placed today, told nothing.

        Such an order has NO_DAY in ``placed_on`` too.
        """
        at = np.minimum(np.searchsorted(self.order_id, order_id), max(len(self.order_id) - 1, 0))
        known = self.order_id[at] == order_id if len(self.order_id) else np.zeros(len(order_id), dtype=np.bool_)
        rows = {
            field.name: np.where(known, getattr(self, field.name)[at], NO_DAY) if known.any() else _none(order_id)
            for field in fields(self)
        }
        return Standing(**{**rows, "order_id": order_id})

    @property
    def due_on(self) -> Ints:
        """The day by which the customer expects the order: promised, else requested, else NO_DAY."""
        return np.where(self.promised_on != NO_DAY, self.promised_on, self.requested_on)


def _none(order_id: Ints) -> Ints:
    return np.full(len(order_id), NO_DAY, dtype=np.int64)
