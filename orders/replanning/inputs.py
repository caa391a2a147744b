"""What planning reads: one snapshot of backlog, supply and what is frozen, as arrays."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection
from dataclasses import dataclass, field, fields, is_dataclass, replace

import numpy as np
from django.conf import settings

from orders.planning.attributes import CATALOGUE
from orders.planning.day import day_columns
from orders.planning.demand import Demand
from orders.planning.ids import distinct, find_places
from orders.planning.rules import Policy
from orders.planning.types import (
    NO_DAY,
    Attributes,
    Backlog,
    Codes,
    Frozen,
    Ints,
    PickDays,
    Previous,
    Products,
    Shipped,
    ShipPolicy,
    Sites,
    Supply,
    Terms,
)
from orders.replanning.asking import Asking
from orders.replanning.attributes import TIER, load_attributes
from orders.replanning.bulk import Columns, sorted_by
from orders.replanning.demand import load_demand
from orders.replanning.learned import COLUMNS as LEARNED_COLUMNS
from orders.replanning.learned import LearnedInputs, load_learned
from orders.replanning.ledger import Read, ask_ledger
from orders.replanning.line_etas import ask_line_etas, with_line_etas
from orders.replanning.origins import ask_marks
from orders.replanning.scope import Scope
from orders.replanning.shipped import load_shipped
from orders.replanning.sites import ask_sites, context_of
from orders.replanning.supply import ask_supply
from orders.replanning.terms import ask_pick_days, ask_who_asks, load_terms
from orders.replanning.totals import add_up, ask_totals

# What other tables say of orders, as (joins, has shipped, is held, has terms): looked up one by one (OFFSET 0 keeps it
# so: left alone, PostgreSQL reads them whole from some hundred orders on), or for the whole backlog gathered once and
# joined, which takes a quarter off the query. IN would not do: of more rows than its memory holds, which a year of
# shipped lines is, it reads all again for each order (200,000 open lines beside 360,000 shipped: 54 s for 0.5 s).
_LOOKED_UP = (
    "LEFT JOIN LATERAL (SELECT promised_on FROM orders_orderpromise WHERE order_id = o.id OFFSET 0) p ON true",
    "EXISTS (SELECT FROM orders_orderline s WHERE s.order_id = o.id AND s.shipped_qty > 0 OFFSET 0)",
    "EXISTS (SELECT FROM orders_hold h WHERE h.order_id = o.id AND h.released_at IS NULL OFFSET 0)",
    "EXISTS (SELECT FROM orders_orderterms t WHERE t.order_id = o.id OFFSET 0)",
)
_GATHERED = (
    """LEFT JOIN orders_orderpromise p ON p.order_id = o.id
        LEFT JOIN orders_orderterms t ON t.order_id = o.id
        LEFT JOIN (SELECT DISTINCT order_id FROM orders_hold WHERE released_at IS NULL) h ON h.order_id = o.id
        LEFT JOIN (
            SELECT DISTINCT l.order_id FROM orders_orderline l JOIN orders_order b ON b.id = l.order_id
            WHERE l.shipped_qty > 0 AND b.status = 'open' AND b.ship_policy = 'one_backorder'
        ) s ON s.order_id = o.id""",
    "s.order_id IS NOT NULL",
    "h.order_id IS NOT NULL",
    "t.order_id IS NOT NULL",
)
_TIER = ", COALESCE(array_position(%(tiers)s::text[], c.tier::text), 0) - 1"
_OF_CUSTOMER = "JOIN orders_customer c ON c.id = o.customer_id"
SHIP_POLICIES = ["partial", "complete", "one_backorder"]  # in the order of planning.types.ShipPolicy


def _nothing() -> Ints:
    return np.zeros(0, dtype=np.int64)


@dataclass(frozen=True, slots=True)
class Inputs:
    """Inputs of one run. ``marks`` (origins.ask_marks) and ``pools`` (product_id, run_id) are the state
    they stand for.

    ``stale_orders`` are orders to roll up even if none of their lines changes (``totals``); for the whole backlog they
    are found later, with the help of ``unpromised_orders``, which have no promise. ``terms`` are what some orders ask
    beyond their ship policy, ``pick_days`` how long lines wait for hands.
    ``previous`` is the plan in force where the policy has segments, which measure against it; ``demand`` what is
    forecast, ``learned`` the model of lateness and ``shipped`` what left lately where the policy reads them.
    ``price_minor`` (pence) is parallel to the backlog.
    """

    backlog: Backlog
    supply: Supply
    frozen: Frozen
    products: Products
    attributes: Attributes
    marks: Columns
    pools: Columns
    stale_orders: Ints
    unpromised_orders: Ints = field(default_factory=_nothing)
    price_minor: Ints = field(default_factory=_nothing)
    sites: Sites | None = None
    terms: Terms | None = None
    pick_days: PickDays | None = None
    previous: Previous | None = None
    demand: Demand | None = None
    learned: LearnedInputs | None = None
    shipped: Shipped | None = None

    def with_stale(self, order_ids: Ints) -> Inputs:
        """Return the same with more orders to roll up."""
        return replace(self, stale_orders=distinct(self.stale_orders, order_ids))

    def digest(self) -> str:
        """Return the SHA-256 of everything that planning reads; equal inputs in equal order have equal digests."""
        digest = hashlib.sha256()
        for always in (self.backlog, self.supply, self.frozen, self.products):
            _feed(digest, always)
        for name in sorted(self.attributes):
            digest.update(name.encode())
            _feed(digest, self.attributes[name])
        for part in (self.previous, self.demand, self.learned, self.shipped):
            if part is not None:
                _feed(digest, part)
        for sparse in (self.terms, self.pick_days, self.sites):
            if sparse is not None:
                _feed(digest, sparse)
        return digest.hexdigest()


def load_inputs(scope: Scope, policy: Policy, *, today: int) -> Inputs:
    """Read everything that planning needs, inside the caller's snapshot (``ask_inputs``)."""
    return ask_inputs(Asking(few=scope.is_few), scope, policy, today=today)()


def ask_inputs(ask: Asking, scope: Scope, policy: Policy, *, today: int) -> Callable[[], Inputs]:
    """Ask for everything that planning needs. Rows come sorted by their keys."""
    names = policy.attributes()
    asked_lines = _ask_lines(ask, scope)
    of_orders = _ask_of_orders(ask, scope, names, today=today) if scope.is_everything else None
    asked_supply, asked_marks, asked_pools = ask_supply(ask, scope), ask_marks(ask, scope), _ask_pools(ask, scope)
    sites, who_asks = ask_sites(ask, scope, today=today), ask_who_asks(ask)
    pick_days, line_etas = ask_pick_days(ask, scope), ask_line_etas(ask, scope)

    def inputs() -> Inputs:
        lines = sorted_by(asked_lines(), "line_id")
        known_orders = scope.of_lines(lines["order_id"])
        asked_orders, told = of_orders or _ask_of_orders(ask, known_orders, names, today=today)
        totals_of_some = None if scope.is_everything else ask_totals(ask, known_orders)
        orders = sorted_by(asked_orders(), "order_id")
        supply, frozen, products = asked_supply()
        totals = add_up(lines) if totals_of_some is None else totals_of_some()
        place = find_places(orders["order_id"], lines["order_id"])
        known = place < len(orders["order_id"])
        known[known] = orders["order_id"][place[known]] == lines["order_id"][known]
        if not known.all():  # a line whose order is closed is no backlog
            lines = {name: column[known] for name, column in lines.items()}
            place = place[known]
        calendars = sites()
        return Inputs(
            backlog=_backlog(lines, orders, place, line_etas()),
            supply=supply,
            frozen=Frozen(line_id=frozen["line_id"], warehouse_id=frozen["warehouse_id"], qty=frozen["qty"]),
            products=products,
            attributes={
                **load_attributes(names, known_orders, lines, orders, totals, place, today=today),
                **{name: replace(column, values=column.values[place]) for name, column in told(orders).items()},
                **day_columns(names, context_of(calendars, today=today), len(place)),
            },
            demand=load_demand(known_orders, policy),
            learned=load_learned(policy, lines, orders, place),
            shipped=load_shipped(known_orders, policy, today=today),
            marks=asked_marks(),
            sites=calendars,
            terms=load_terms(who_asks(), known_orders, lines, orders, place),
            pick_days=pick_days(),
            pools=sorted_by(asked_pools(), "product_id"),
            stale_orders=totals.stale_orders,
            unpromised_orders=orders["order_id"][orders["promised_on"] == NO_DAY],
            price_minor=lines["price_minor"],
        )

    return inputs


def _feed(digest: hashlib._Hash, part: object) -> None:
    assert is_dataclass(part)
    for each in fields(part):
        value = getattr(part, each.name)
        if is_dataclass(value):
            _feed(digest, value)
            continue
        digest.update(np.ascontiguousarray(value).data if isinstance(value, np.ndarray) else repr(value).encode())


def _ask_lines(ask: Asking, scope: Scope) -> Callable[[], Columns]:
    query = f"""
        SELECT l.id, l.order_id, l.product_id, l.open_qty, l.position, l.unit_price_minor
        FROM orders_orderline l WHERE l.open_qty > 0 AND {scope.products("l.product_id")}
    """
    types = {
        "line_id": "int8",
        "order_id": "int8",
        "product_id": "int8",
        "open_qty": "int4",
        "position": "int4",
        "price_minor": "int8",
    }
    return ask.rows(query, scope.params, types)


def _ask_orders(ask: Asking, scope: Scope, names: Collection[str]) -> Callable[[], Columns]:
    joins, shipped, held, terms = _GATHERED if scope.is_everything else _LOOKED_UP
    reads_tier = TIER in names or not LEARNED_COLUMNS.isdisjoint(names)
    query = f"""
        SELECT o.id, o.customer_id, o.placed_at, COALESCE(o.requested_on, '-infinity'),
            (array_position(%(ship_policies)s::text[], o.ship_policy::text) - 1)::smallint,
            o.is_expedited, COALESCE(o.eta_by_hand_on, '-infinity'),
            o.ship_policy = 'one_backorder' AND {shipped}, {held},
            COALESCE(p.promised_on, '-infinity'), (o.placed_at AT TIME ZONE %(zone)s)::date,
            {terms}{_TIER if reads_tier else ""}
        FROM orders_order o {joins} {_OF_CUSTOMER if reads_tier else ""}
        WHERE o.status = 'open' AND {scope.orders("o.id")}
    """
    types = {
        "order_id": "int8",
        "customer_id": "int8",
        "placed_at": "timestamptz",
        "requested_on": "date",
        "ship_policy": "int2",
        "is_expedited": "bool",
        "eta_by_hand": "date",
        "has_shipped": "bool",
        "on_hold": "bool",
        "promised_on": "date",
        "placed_on": "date",
        "has_terms": "bool",
        **({"tier": "int4"} if reads_tier else {}),
    }
    params = {
        **scope.params,
        "ship_policies": SHIP_POLICIES,
        "zone": settings.TIME_ZONE,
        "tiers": list(CATALOGUE[TIER].choices),
    }
    return ask.rows(query, params, types)


def _ask_of_orders(
    ask: Asking, scope: Scope, names: Collection[str], *, today: int
) -> tuple[Callable[[], Columns], Read]:
    return _ask_orders(ask, scope, names), ask_ledger(ask, scope, names, today=today)


def _ask_pools(ask: Asking, scope: Scope) -> Callable[[], Columns]:
    query = f"SELECT product_id, run_id FROM orders_poolplan p WHERE {scope.products('p.product_id')}"
    types = {"product_id": "int8", "run_id": "int8"}
    return ask.rows(query, scope.params, types)


def _backlog(lines: Columns, orders: Columns, place: Ints, line_etas: Columns) -> Backlog:
    return Backlog(
        line_id=lines["line_id"],
        order_id=lines["order_id"],
        product_id=lines["product_id"],
        open_qty=lines["open_qty"],
        placed_at=orders["placed_at"][place],
        ship_policy=_served_as(orders)[place],
        has_shipped=orders["has_shipped"][place],
        on_hold=orders["on_hold"][place],
        eta_by_hand=with_line_etas(line_etas, lines["line_id"], orders["eta_by_hand"][place]),
    )


def _served_as(orders: Columns) -> Codes:
    """Return the ship policies, JOINT for partial orders with terms (``components.close_over`` links the same)."""
    joint = orders["has_terms"] & (orders["ship_policy"] == ShipPolicy.PARTIAL)
    return np.where(joint, ShipPolicy.JOINT, orders["ship_policy"]).astype(np.int16)
