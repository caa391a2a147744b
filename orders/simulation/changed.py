"""Inputs that a scenario has changed, with all that a comparison needs besides."""

from __future__ import annotations

from dataclasses import dataclass

from orders.planning.types import Ints
from orders.replanning.inputs import Inputs
from orders.simulation.hands import Hands
from orders.simulation.standing import Standing


@dataclass(frozen=True, slots=True)
class NewOrder:
    """An order that a scenario adds, and the ids of its lines; ids are above all that occur."""

    order_id: int
    line_ids: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Changed:
    """Inputs with changes made, the price of each line (pence, parallel to the backlog), what customers expect, what
    warehouses pick in a day (None: no bounds), and the orders added.
    """

    inputs: Inputs
    price_minor: Ints
    standing: Standing
    hands: Hands | None = None
    orders: tuple[NewOrder, ...] = ()
