"""A first plan, of a backlog that has none: its four tables are built aside and switched in whole.

Nothing is locked while rows are written; readers see no plan, and then all of it. ADR 0010.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from functools import cache, partial
from typing import Self

import numpy as np
from django.db import OperationalError, connection, transaction

from inventory.models import PickCapacity
from kernel import live
from kernel.locks import is_committed, let_others_wait
from kernel.transactions import RETRYABLE, entry_verb, sqlstate
from orders.models import PlanRun
from orders.planning.chance import chance_of_keeping
from orders.planning.ids import distinct, find_places, grouped, shared
from orders.planning.types import NO_DAY, Ints
from orders.replanning.aside import SCHEMA, Indexing, drop_aside, make_aside, plan_aside, switch_in
from orders.replanning.bulk import Columns, Field, as_array, copy_in, copy_out
from orders.replanning.chunks import Chunk, Written, order_chunks, touched_components, write_chunk
from orders.replanning.diff import Changes
from orders.replanning.draft import Draft
from orders.replanning.facts import announce, promise_first
from orders.replanning.rollup import lock_orders
from orders.replanning.side_by_side import has_second_connection, side_by_side, start
from orders.replanning.writes import (
    Part,
    claim_fields,
    close_marks,
    find_moved,
    level_moves,
    line_fields,
    lock_pools,
    run_parts,
)
from orders.simulation.outlook import best_lines, look

FEWEST_LINES = 10_000  # of fewer, making tables and indexes costs more than it saves
_TABLES = ("orders_lineplan", "orders_orderplan", "orders_allocation", "orders_peg")  # the longest first


@dataclass(frozen=True, slots=True)
class _Orders:
    """The orders of a first plan, ascending, their columns of ``orders_orderplan``, and what is to be promised.

    ``to_promise`` is what ``facts.promise_first`` takes.
    """

    order_id: Ints
    fields: Sequence[Field]
    to_promise: Columns


@dataclass(frozen=True, slots=True)
class _Moves:
    """What a first plan needs under lock: the components it touches, the products it plans, the moves of counters."""

    products: Ints
    labels: Ints
    planned: Ints
    levels: Sequence[Part]


class _NotSwitched(Exception):
    """The copies may not take over: somebody has planned meanwhile, or a table is not what its copy is."""


class Copies:
    """The tables' copies of one run. They may be begun while it is still planned; those that no plan took are dropped.

    A context manager.
    """

    def __init__(self) -> None:
        self._begun: Callable[[], Indexing] | None = None

    def begin(self, lines: int) -> None:
        """Have the second connection begin them, if there is one and so many lines get their first plan."""
        if lines >= FEWEST_LINES and has_second_connection() and not connection.in_atomic_block:
            aside = plan_aside(_TABLES)
            self._begun = None if aside is None else start(partial(make_aside, aside))

    def take(self) -> Indexing | None:
        """Return how to index them, once they are there; None where they cannot be (``aside.plan_aside``)."""
        begun, self._begun = self._begun, None
        if begun is not None:
            return begun()
        aside = plan_aside(_TABLES)
        return None if aside is None else make_aside(aside)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        if self._begun is not None:
            self._begun()
            with transaction.atomic():
                drop_aside()


def is_worth_it(draft: Draft) -> bool:
    """Tell whether a draft is of a whole backlog without a plan, long enough, and free to commit as it likes."""
    is_first = draft.scope.is_everything and draft.changes.nothing_stored
    return is_first and len(draft.plan.line_id) >= FEWEST_LINES and not connection.in_atomic_block


def write_first_plan(
    draft: Draft, run: PlanRun, copies: Copies, *, version: int, quiet: bool, now: datetime
) -> Written | None:
    """Write a first plan and return what was written and left out; None, and nothing changed, where that cannot be.

    Rows and indexes are made by several connections, without a lock. One transaction then does what depends on the
    moment (``take_over``), while the second connection makes the first promises, which come in force after it or not at
    all. The others follow, as after any long run; if it dies before that, it is started again and finds them missing.
    Lets others plan in the usual way where readers do not let go of the tables.
    """
    indexing = copies.take()
    if indexing is None:
        return None
    rolled_up = cache(partial(_roll_up, draft, may_promise=quiet or not PickCapacity.objects.exists()))
    fillings = [partial(_fill, *each, indexing=indexing) for each in _fillings(draft.changes, rolled_up)]
    with ThreadPoolExecutor(1, thread_name_prefix="plan-moves") as without_connection:
        moves = without_connection.submit(_find_moves, draft)  # while both connections wait for indexes
        side_by_side(fillings, lambda fill: fill())
    orders = rolled_up()
    promise = partial(promise_chunk, run=run, quiet=quiet, now=now)
    to_promise = _chunks(orders.to_promise)
    try:
        written, left, promised = take_over(
            draft, orders, moves.result(), run, partial(promise, to_promise[0]), version=version
        )
    except (_NotSwitched, OperationalError) as error:
        if isinstance(error, OperationalError) and sqlstate(error) not in RETRYABLE:
            raise
        with transaction.atomic():
            drop_aside()
        return None
    for part in side_by_side(to_promise[1:], partial(promise, without=left)):
        written.add(part)
    try:
        written.add(promised())
    except OperationalError:  # it waited too long, or died
        written.add(promise(to_promise[0], without=left))
    if len(left):
        others = Chunk(left[:0], left[:0], left, (left[:0],) * 4)
        written.add(write_chunk(draft, others, run, version=version, quiet=quiet, now=now))
    return written


def _roll_up(draft: Draft, *, may_promise: bool) -> _Orders:
    """Return the plans of the orders, as ``rollup.roll_up`` makes them of new orders' lines."""
    plan, backlog, price_minor = draft.plan, draft.inputs.backlog, draft.inputs.price_minor
    outlook = look(plan, backlog, price_minor)
    order_id, place = grouped(plan.order_id)
    at = find_places(backlog.line_id, plan.line_id)
    qty = backlog.open_qty[at]
    ready_qty = np.minimum(plan.allocated_qty, qty)
    score, stage = best_lines(plan, place, len(order_id))
    promised = outlook.eta if may_promise else np.full(len(order_id), NO_DAY)
    nobody = promised == NO_DAY
    chance = chance_of_keeping(promised, outlook.eta, outlook.eta_p90, outlook.is_ready)
    count = partial(np.bincount, place, minlength=len(order_id))
    fields = [
        Field("order_id", "int8", order_id),
        Field("placed_at", "timestamptz", shared(backlog.placed_at[at], place, len(order_id))),
        Field("stage", "int2", stage),
        Field("score", "float8", score),
        Field("reason", "int2", outlook.reason),
        Field("eta_p50", "date", outlook.eta),
        Field("eta_p90", "date", outlook.eta_p90),
        Field("promised_on", "date", promised),
        Field("slip_days", "int4", np.zeros(len(order_id), dtype=np.int64), nobody),
        Field("chance", "float8", chance, nobody),
        Field("open_lines", "int4", count()),
        Field("short_lines", "int4", count(weights=ready_qty < qty)),
        Field("open_units", "int4", outlook.open_units),
        Field("short_units", "int4", outlook.open_units - outlook.ready_units),
        Field("open_value_minor", "int8", outlook.value_minor),
        Field("ready_value_minor", "int8", count(weights=ready_qty * price_minor[at])),
    ]
    to_promise = {"order_id": order_id, "eta_p50": promised, "reason": outlook.reason, "is_ready": outlook.is_ready}
    return _Orders(order_id, fields, {name: column[~nobody] for name, column in to_promise.items()})


def _find_moves(draft: Draft) -> _Moves:
    products, labels = touched_components(draft)
    return _Moves(products, labels, draft.changes.product_ids(), level_moves(draft.changes.allocations))


def _fillings(changes: Changes, rolled_up: Callable[[], _Orders]) -> list[tuple[str, Callable[[], Sequence[Field]]]]:
    """Return each table with what encodes its rows."""
    fields = (
        lambda: line_fields(changes),
        lambda: rolled_up().fields,
        lambda: claim_fields(changes.allocations, "warehouse_id"),
        lambda: claim_fields(changes.pegs, "purchase_order_line_id"),
    )
    return list(zip(_TABLES, fields, strict=True))


def _fill(table: str, fields: Callable[[], Sequence[Field]], *, indexing: Indexing) -> None:
    with transaction.atomic(durable=True):
        # Nothing counts before the copies take over, which waits for the disk for all of them.
        copy_in(f"{SCHEMA}.{table}", fields(), first="SET LOCAL synchronous_commit TO off;")
        with connection.cursor() as cursor:
            cursor.execute(indexing[table])


@entry_verb
def take_over(
    draft: Draft, orders: _Orders, moves: _Moves, run: PlanRun, promise: Callable[..., Written], *, version: int
) -> tuple[Written, Ints, Callable[[], Written]]:
    """Put the copies in force; return what was written, the orders left to be rolled up as usual, and the promises.

    Components that moved on since the snapshot are left out, and so are orders of theirs and those that were promised
    a day already. Lock order: pools by id, stock levels, and the tables as such last of all. ``promise`` is begun
    beside it, with locks of its own, and waits for the end of this; nothing here waits for it. Raises _NotSwitched.
    """
    number = let_others_wait()
    products, labels = moves.products, moves.labels
    lock_pools(products)
    moved = np.isin(products, find_moved(products, draft.inputs.marks, draft.inputs.pools))
    skipped = np.isin(labels, labels[moved])
    kept = products[~skipped]
    backlog = draft.inputs.backlog
    touched = backlog.order_id[np.isin(backlog.product_id, products[skipped])]
    promised = start(partial(promise, without=touched, after=number))
    changes, planned, levels = draft.changes, moves.planned, moves.levels
    if skipped.any():
        changes = changes.of_products(kept)
        planned, levels = changes.product_ids(), level_moves(changes.allocations)
    written = Written(skipped=products[skipped].tolist())
    written.rows["stock_levels"] = run_parts(levels).get("stock_levels", 0)
    written.rows["marks"] = close_marks(kept, draft.inputs.marks, planned, version)
    left = _leave_out(orders, products[skipped], touched)
    written.rows.update(
        line_plans=len(changes.lines["line_id"]),
        allocations=len(changes.allocations.line_id),
        pegs=len(changes.pegs.line_id),
        order_plans=len(orders.order_id) - len(left),
    )
    if not switch_in(_TABLES):
        raise _NotSwitched
    live.announce("plan", {"run": run.pk, "all": True})
    return written, left, promised


def _leave_out(orders: _Orders, product_ids: Ints, touched: Ints) -> Ints:
    """Delete from the copies what may not come in force; return the orders that need a roll-up of their own.

    Those are the ``touched`` ones, of which a line is of these products, and those that were promised a day. Whoever
    promises one meanwhile writes its plan, too, so that the switch finds the tables no longer empty.
    """
    promised = copy_out("SELECT order_id FROM orders_orderpromise", None, {"order_id": "int8"})["order_id"]
    asked = distinct(touched, promised)
    left = asked[np.isin(asked, orders.order_id)]
    with connection.cursor() as cursor:
        for table, key, values in (
            ("orders_lineplan", "product_id", product_ids),
            ("orders_allocation", "product_id", product_ids),
            ("orders_peg", "product_id", product_ids),
            ("orders_orderplan", "order_id", left),
        ):
            if len(values):
                cursor.execute(f"DELETE FROM {SCHEMA}.{table} WHERE {key} = ANY(%s::bigint[])", [as_array(values)])
    return left


def _chunks(to_promise: Columns) -> list[Columns]:
    """Return them in chunks that share no bucket, at least one."""
    number = order_chunks(to_promise["order_id"])
    chunks = range(1 + int(number.max(initial=0)))
    return [{name: column[number == chunk] for name, column in to_promise.items()} for chunk in chunks]


@entry_verb
def promise_chunk(
    chunk: Columns, *, without: Ints, run: PlanRun, quiet: bool, now: datetime, after: int | None = None
) -> Written:
    """Make the promises of some orders with their first plan, and record what is to be told.

    ``after`` is a transaction that is putting the plan in force; raises _NotSwitched where it does not. Lock order:
    order buckets, promises.
    """
    chosen = ~np.isin(chunk["order_id"], without)
    written = Written()
    if not chosen.any():
        return written
    orders = {name: column[chosen] for name, column in chunk.items()}
    # The run is kept after all its promises, and that waits for the disk for them too.
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL synchronous_commit TO off")
    lock_orders(orders["order_id"])
    rows, news = promise_first(orders, run_id=run.pk, now=now, quiet=quiet)
    if after is not None and not is_committed(after):
        raise _NotSwitched
    written.rows.update(rows)
    written.rows["facts"] += announce(news, run_id=run.pk, now=now)
    return written
