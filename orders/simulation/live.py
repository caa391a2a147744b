"""The live inputs of planning with what a comparison needs besides, read in one snapshot."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date

import numpy as np
from django.conf import settings
from django.db import connection

from notifications.models import Move
from notifications.rules.thresholds import CHANNELS_SQL, days_sql
from orders.planning.attributes import CATALOGUE, Source
from orders.planning.rules import Policy as Rules
from orders.planning.types import Ints, Plan, Reason
from orders.replanning.bulk import copy_out
from orders.replanning.components import close_over
from orders.replanning.draft import plan_inputs
from orders.replanning.facts import LINE_ALLOCATED
from orders.replanning.inputs import Inputs, load_inputs
from orders.replanning.scope import Scope
from orders.replanning.snapshot import snapshot
from orders.replanning.stored import Stored, load_stored
from orders.simulation.changed import Changed
from orders.simulation.figures import Figures, figure
from orders.simulation.hands import Hands, load_hands, pick_days_of
from orders.simulation.news import news
from orders.simulation.outlook import Outlook, look, places
from orders.simulation.standing import Announced, Standing

_HASHES = 2**20  # parts that products are dealt into, to sample some


@dataclass(frozen=True, slots=True)
class Sampling:
    """Of a backlog of more than ``whole_up_to`` lines, about ``lines`` are read."""

    whole_up_to: int
    lines: int


@dataclass(frozen=True, slots=True)
class Live:
    """Inputs, one for each policy asked for, and beside them what a comparison needs; ``hands`` where they are bounded.

    The inputs have the same rows and differ only in what their policy reads. ``price_minor`` (pence) is parallel to
    their backlog. ``lines_open`` is how many lines there are, more than in the backlog where only a sample was read.
    """

    inputs: tuple[Inputs, ...]
    price_minor: Ints
    standing: Standing
    today: int
    lines_open: int
    hands: Hands | None

    @property
    def is_sample(self) -> bool:
        return self.lines_open > len(self.price_minor)


@dataclass(frozen=True, slots=True)
class Planned:
    """A plan of live or changed inputs, as its orders see it, what they would be told (``news``), and in figures."""

    inputs: Inputs
    plan: Plan
    outlook: Outlook
    news: Ints
    figures: Figures


def load_live(policies: Sequence[Rules], *, today: date, sampling: Sampling | None = None) -> Live:
    """Read what planning needs under any of these policies, in one snapshot; takes no locks and writes nothing.

    Of a backlog that is larger than ``sampling`` allows, whole components are read, of products chosen by a hash, so
    that the same backlog gives the same sample.
    """
    with snapshot():
        lines_open, scope = _choose(sampling)
        stored = load_stored(scope)
        inputs = _load_inputs(scope, policies, stored, today)
        price = _load_prices(scope, inputs[0].backlog.line_id)
        hands = load_hands(today) if scope.is_everything else None
        return Live(inputs, price, load_standing(scope), today.toordinal(), max(lines_open, len(price)), hands)


def plan_live(live: Live, inputs: Inputs, rules: Rules, *, after_step: Callable[[str], None] | None = None) -> Planned:
    """Plan inputs that ``load_live`` read, and sum up what comes of it."""
    changed = Changed(inputs, live.price_minor, live.standing, live.hands)
    return plan_changed(changed, rules, today=live.today, after_step=after_step)


def plan_changed(
    changed: Changed, rules: Rules, *, today: int, after_step: Callable[[str], None] | None = None
) -> Planned:
    """Plan any inputs. Where hands are bounded, once to see what they have to pick, and again with their days."""
    inputs = changed.inputs
    plan = plan_inputs(inputs, rules, today=today, after_step=after_step)
    if changed.hands is not None:
        inputs = replace(inputs, pick_days=pick_days_of(inputs, plan, changed.hands, today=today))
        plan = plan_inputs(inputs, rules, today=today, after_step=after_step)
    outlook = look(plan, inputs.backlog, changed.price_minor)
    standing = changed.standing.of(outlook.order_id)
    told = news(outlook, standing, rules.promises, today=today)
    figures = figure(plan, inputs.backlog, outlook, standing, told, today=today)
    return Planned(inputs, plan, outlook, told, figures)


def load_stored_outlook() -> tuple[Outlook, Standing]:
    """Read the plan in force as its orders see it, and what customers were told, inside the caller's snapshot."""
    query = f"""
        SELECT order_id, placed_at, score, stage, reason, reason IN ({int(Reason.READY)}, {int(Reason.FROZEN)}),
            COALESCE(eta_p50, '-infinity'), COALESCE(eta_p90, '-infinity'), open_units, open_units - short_units,
            open_value_minor
        FROM orders_orderplan ORDER BY order_id
    """
    types = {
        "order_id": "int8",
        "placed_at": "timestamptz",
        "score": "float8",
        "stage": "int2",
        "reason": "int2",
        "is_ready": "bool",
        "eta": "date",
        "eta_p90": "date",
        "open_units": "int4",
        "ready_units": "int4",
        "value_minor": "int8",
    }
    plans = copy_out(query, None, types)
    rank = places(plans["order_id"], plans.pop("placed_at"), plans.pop("score"), plans.pop("stage"))
    nobodys = np.full(len(rank), -1, dtype=np.int64)
    return Outlook(rank=rank, promise_rule=nobodys, **plans), load_standing(Scope(None))


@dataclass(frozen=True, slots=True)
class _Reader(Rules):
    """Stands in for several policies where inputs are read; nothing is planned by it."""

    names: frozenset[str] = frozenset()

    def attributes(self) -> frozenset[str]:
        return self.names


def _load_inputs(scope: Scope, policies: Sequence[Rules], stored: Stored, today: date) -> tuple[Inputs, ...]:
    """Read inputs for each policy; those that read the order book alone share one reading of all their columns."""
    plain = [policy for policy in policies if _reads_order_book(policy)]
    names = frozenset().union(*(policy.attributes() for policy in plain))

    def read(policy: Rules) -> Inputs:
        return load_inputs(scope, policy, today=today.toordinal())

    shared = read(_Reader("fifo", names=names)) if plain else None
    found = []
    for policy in policies:
        inputs = shared if shared is not None and policy in plain else None
        inputs = inputs or read(policy)
        found.append(replace(inputs, previous=stored.claims.as_previous()) if policy.segments else inputs)
    return tuple(found)


def _reads_order_book(policy: Rules) -> bool:
    sources = {CATALOGUE[name].source for name in policy.attributes()}
    return not policy.reads_forecast() and not policy.counts_shipped() and Source.LEARNED not in sources


def _choose(sampling: Sampling | None) -> tuple[int, Scope]:
    """Return how many lines are open, where that was asked for, and what to read of them."""
    if sampling is None:
        return 0, Scope(None)
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM orders_orderline WHERE open_qty > 0")
        lines = int(cursor.fetchone()[0])
        if lines <= sampling.whole_up_to:
            return lines, Scope(None)
        # Every product has the same chance, so the sample has about as many lines; what hangs on them comes on top.
        query = "SELECT id FROM inventory_product WHERE hashint8(id) & %s < %s"
        cursor.execute(query, [_HASHES - 1, _HASHES * sampling.lines // lines])
        products = [row[0] for row in cursor.fetchall()]
    return lines, close_over(products)


def _load_prices(scope: Scope, line_id: Ints) -> Ints:
    query = f"""
        SELECT l.id, l.unit_price_minor
        FROM orders_orderline l WHERE l.open_qty > 0 AND {scope.products("l.product_id")}
    """
    prices = copy_out(query, scope.params, {"line_id": "int8", "minor": "int8"})
    order = np.argsort(prices["line_id"])
    return prices["minor"][order][np.searchsorted(prices["line_id"][order], line_id)]


def load_standing(scope: Scope) -> Standing:
    """Read what customers of open orders were promised and told, and what they hear of, in the caller's snapshot."""
    query = f"""
        WITH who AS MATERIALIZED (
            SELECT c.id, c.tier, {CHANNELS_SQL.format(code="c.code")} AS channels FROM orders_customer c
        ), heard AS MATERIALIZED (
            SELECT c.tier, c.channels, {days_sql(Move.LATER, tier="c.tier", channels="c.channels")} AS later,
                {days_sql(Move.EARLIER, tier="c.tier", channels="c.channels")} AS earlier
            FROM (SELECT DISTINCT tier, channels FROM who) c
        )
        SELECT o.id, (o.placed_at AT TIME ZONE %(zone)s)::date, COALESCE(o.requested_on, '-infinity'),
            COALESCE(p.promised_on, '-infinity'), COALESCE(p.announced_on, '-infinity'),
            COALESCE((COALESCE(p.announced_at, p.told_at) AT TIME ZONE %(zone)s)::date, '-infinity'),
            COALESCE(p.told_on, '-infinity'),
            CASE WHEN COALESCE(p.announced_kind, '') = '' THEN {int(Announced.NOTHING)}
                WHEN p.announced_kind = %(allocated)s THEN {int(Announced.ALLOCATED)}
                ELSE {int(Announced.WAITING)} END,
            heard.later, heard.earlier,
            COALESCE((SELECT firm_only FROM notifications_messagerules WHERE id = 1), true)::int
        FROM orders_order o
        JOIN who ON who.id = o.customer_id
        JOIN heard ON heard.tier = who.tier AND heard.channels = who.channels
        LEFT JOIN orders_orderpromise p ON p.order_id = o.id
        WHERE o.status = 'open' AND {scope.orders("o.id")} ORDER BY o.id
    """
    days = ("placed_on", "requested_on", "promised_on", "announced_on", "announced_at", "told_on")
    counts = ("announced", "later_days", "earlier_days", "firm_only")
    types = {"order_id": "int8", **dict.fromkeys(days, "date"), **dict.fromkeys(counts, "int4")}
    return Standing(**copy_out(query, {**scope.params, "zone": settings.TIME_ZONE, "allocated": LINE_ALLOCATED}, types))
