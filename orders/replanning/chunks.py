"""Writing a draft: whole components at a time, each chunk one short transaction."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

import numpy as np
from django.db import connection

from kernel import live
from kernel.transactions import entry_verb
from orders.models import PlanRun
from orders.planning.ids import distinct, find_places
from orders.planning.types import Ints
from orders.replanning.diff import Changes, Rows
from orders.replanning.draft import Draft
from orders.replanning.facts import announce, find_news, make_promises
from orders.replanning.few import write_few
from orders.replanning.origins import origins_of
from orders.replanning.prepared import FEW
from orders.replanning.rollup import BUCKETS, bucket_blocks, lock_orders, roll_up
from orders.replanning.side_by_side import WRITERS, has_second_connection
from orders.replanning.writes import close_marks, find_moved, lock_pools, write_changes

CHUNK_LINES = 20_000  # keeps the pools' lock well under the web's lock timeout
SHARED_ROWS = 200  # from so many on two writers are faster than one, if there are two already
_MAX_NAMED = 200  # an open page that would have to refresh more rows than it shows refreshes all


@dataclass(frozen=True, slots=True)
class Chunk:
    """``products`` and their ``labels`` (component) to write together; ``order_ids`` to roll up after it.

    ``rows`` are theirs among the changes.
    """

    products: Ints
    labels: Ints
    order_ids: Ints
    rows: Rows


@dataclass(slots=True)
class Written:
    """What a chunk changed: rows per table and facts, and the products left out because their state moved on."""

    rows: Counter[str] = field(default_factory=Counter)
    skipped: list[int] = field(default_factory=list)

    def add(self, other: Written) -> None:
        """Count what another chunk changed."""
        self.rows.update(other.rows)
        self.skipped += other.skipped


def split(draft: Draft) -> list[list[Chunk]]:
    """Return stages of chunks, of whole components that have something to write and about CHUNK_LINES changed rows.

    A stage begins when the one before is committed; its chunks share nothing. An order is rolled up once, so that its
    new date is told once: in the last chunk that has a line of it. In a long full run the orders follow when all lines
    are written, in the order of their rows, which is much faster; if it dies before that, it is started again and
    finds them stale. An event run has nobody to start it again.
    """
    products, labels = touched_components(draft)
    number = _chunk_numbers(draft, products, labels)
    order_ids = distinct(draft.changes.order_ids(), draft.inputs.stale_orders)
    line_chunks = 1 + int(number.max(initial=-1))
    least = _least_chunks(draft)
    is_long = draft.scope.is_everything and (least > 1 or len(order_ids) > CHUNK_LINES)
    last = (
        line_chunks + order_chunks(order_ids, at_least=least)
        if is_long
        else _last_chunks(draft, order_ids, products, number)
    )
    count = max(line_chunks, 1 + int(last.max(initial=-1)))
    rows = draft.changes.part(products, number, count)
    chunks = [
        Chunk(products[number == chunk], labels[number == chunk], order_ids[last == chunk], rows[chunk])
        for chunk in range(count)
    ]
    return [chunks[:line_chunks], chunks[line_chunks:]] if is_long else [[chunk] for chunk in chunks]


def touched_components(draft: Draft) -> tuple[Ints, Ints]:
    """Return (product, component) for the whole components that have something to write, products ascending."""
    products, labels = draft.components()
    touched = distinct(draft.changes.product_ids(), draft.inputs.marks["product_id"])
    chosen = np.isin(labels, np.unique(labels[np.isin(products, touched)]))
    return products[chosen], labels[chosen]


def order_chunks(order_ids: Ints, *, at_least: int = 1) -> Ints:
    """Return each order's chunk, of about CHUNK_LINES orders; ``order_ids`` ascend. There are ``at_least`` so many.

    No two that are written side by side share a bucket: chunks are ranges of orders, which is how their rows lie, or
    where so few orders change that ranges would overlap in their buckets, ranges of buckets.
    """
    if not len(order_ids):
        return order_ids
    size = min(_even_size(len(order_ids)), -(-len(order_ids) // at_least))
    block = bucket_blocks(order_ids)
    blocks_of_a_chunk = np.ptp(block) * size / len(order_ids)
    key = block if blocks_of_a_chunk * WRITERS <= BUCKETS else block % BUCKETS
    return np.asarray(np.searchsorted(np.sort(key), key) // size)


def _chunk_size(draft: Draft, rows: int) -> int:
    """Return how many changed rows a chunk has. In a full run writers side by side have equally much to do."""
    if not draft.scope.is_everything:
        return CHUNK_LINES
    return min(_even_size(rows), -(-rows // _least_chunks(draft)) or 1)


def _least_chunks(draft: Draft) -> int:
    """Return into how many chunks a full run is divided in any case: as many as there are writers already."""
    return WRITERS if draft.changes.rows >= SHARED_ROWS and has_second_connection() else 1


def _even_size(rows: int) -> int:
    """Return about CHUNK_LINES such that writers side by side have equally much to do."""
    chunks = -(-rows // CHUNK_LINES)
    return -(-rows // (-(-chunks // WRITERS) * WRITERS)) if chunks > 1 else CHUNK_LINES


@entry_verb
def write_chunk(draft: Draft, chunk: Chunk, run: PlanRun, *, version: int, quiet: bool, now: datetime) -> Written:
    """Write one chunk; components whose state moved on since the snapshot are left out.

    ``version`` is what the written pools carry from now on; no other write may ever use it. Lock order: pools by id,
    stock levels, order buckets, promises. Rows, facts and marks commit together.
    """
    products, labels = chunk.products, chunk.labels
    written = Written()
    if len(products):
        lock_pools(products)
        moved = np.isin(products, find_moved(products, draft.inputs.marks, draft.inputs.pools))
        skipped = np.isin(labels, labels[moved])
        written.skipped = products[skipped].tolist()
        products = products[~skipped]
        changes = draft.changes.of_products(products) if skipped.any() else draft.changes.of(chunk.rows)
        written.rows.update(_write_lines(draft, changes, products, version))
    changed_orders = _write_orders(draft, chunk.order_ids, run, written.rows, quiet=quiet, now=now)
    if written.rows.total():
        _tell_pages(run, None if draft.scope.is_everything else products, changed_orders)
    return written


def _write_lines(draft: Draft, changes: Changes, products: Ints, version: int) -> dict[str, int]:
    """Write all but the orders; return rows per table, and marks."""
    marks = draft.inputs.marks
    if changes.rows <= FEW:
        return write_few(changes, products, marks, version)
    rows = write_changes(changes)
    return {**rows, "marks": close_marks(products, marks, changes.product_ids(), version)}


def _write_orders(
    draft: Draft, order_ids: Ints, run: PlanRun, rows: Counter[str], *, quiet: bool, now: datetime
) -> Sequence[int]:
    """Roll up the orders, make their promises and record the news; add to ``rows`` and return the changed orders."""
    if not len(order_ids):
        return []
    lock_orders(order_ids)
    rolled_up = roll_up(
        order_ids,
        origins_of(draft.inputs.marks),
        run_id=run.pk,
        now=now,
        quiet=quiet,
        has_stages=draft.plan.guarantees is not None,
    )
    rows.update(rolled_up.rows)
    news: list[tuple[int, str]] = []
    if rolled_up.unpromised:
        promises, promised = make_promises(run_id=run.pk, now=now, quiet=quiet)
        rows.update(promises)
        news += promised
    if rolled_up.promised:
        announcements, moved = find_news(
            promises=draft.rules.promises,
            policy_id=draft.policy_id,
            any_kept_back=rolled_up.kept_back > 0,
            run_id=run.pk,
            now=now,
            quiet=quiet,
        )
        rows.update(announcements)
        news += moved
    rows["facts"] += announce(news, run_id=run.pk, now=now)
    return rolled_up.changed


def _tell_pages(run: PlanRun, products: Ints | None, orders: Sequence[int]) -> None:
    if products is None or len(orders) > _MAX_NAMED or len(products) > _MAX_NAMED:
        live.announce("plan", {"run": run.pk, "all": True})
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT ARRAY(SELECT ref FROM orders_order WHERE id = ANY(%s::bigint[]) ORDER BY id), "
            "ARRAY(SELECT sku FROM inventory_product WHERE id = ANY(%s::bigint[]) ORDER BY id)",
            [list(orders), products.tolist()],
        )
        refs, skus = cursor.fetchone()
    live.announce("plan", {"run": run.pk, "orders": refs, "skus": skus})


def _chunk_numbers(draft: Draft, products: Ints, labels: Ints) -> Ints:
    """Return each product's chunk; components stay whole."""
    if not len(products):
        return products
    weight = np.zeros(len(products), dtype=np.int64)
    changed = draft.changes.lines["product_id"]
    np.add.at(weight, find_places(products, changed), 1)
    _, component = np.unique(labels, return_inverse=True)
    lines = np.bincount(component, weights=weight).astype(np.int64)
    before = np.cumsum(lines) - lines
    size = _chunk_size(draft, int(lines.sum()))
    _, number = np.unique(before // size, return_inverse=True)
    return number[component]


def _last_chunks(draft: Draft, order_ids: Ints, products: Ints, number: Ints) -> Ints:
    """Return for each order the last chunk that has a line of it, the last of all where none has."""
    last = np.full(len(order_ids), -1, dtype=np.int64)
    for lines in (draft.changes.lines, draft.changes.gone):
        if len(lines["order_id"]):
            at = np.searchsorted(order_ids, lines["order_id"])
            np.maximum.at(last, at, number[np.searchsorted(products, lines["product_id"])])
    return np.where(last < 0, max(int(number.max(initial=0)), 0), last)
