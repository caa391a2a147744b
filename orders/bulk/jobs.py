"""Jobs on many orders: start one, do the next chunk of it, take it back.

A chunk is one transaction: the orders change and the job's rows say so, or neither. Whatever dies in between, a worker
goes on where the last commit was. Locks: the job, the orders by ascending key, the pools, the stock levels. That of a
job is taken before all others and by nobody else, so it adds no cycle; no other verb holds two orders.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

import pghistory
from django.contrib.auth import get_user_model
from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import F, QuerySet

from inventory.dirty import mark_dirty
from kernel.errors import Conflict, Invalid, NotFound
from kernel.kick import kick
from kernel.live import announce
from kernel.people import Actor, key_of
from kernel.transactions import entry_verb
from orders.bulk.actions import ACTIONS, change_of, clean_params
from orders.bulk.change import Chunk, products_of
from orders.models import BulkAction, BulkJob, BulkJobRow, BulkJobStatus, BulkRowState, Order, OrderStatus

MAX_ORDERS = 20_000
CHUNK = 200  # orders held by one transaction: some 0.1 s, so that a person's own change waits no longer
BULK_TASK = "orders.tasks.work_bulk_jobs"
# Arrays, not a CASE an order, whose 200 branches took Python 20 ms to write down.
_ROWS = "FROM unnest(%s::bigint[], %s::text[]) AS n (order_id, said) WHERE r.job_id = %s AND r.order_id = n.order_id"
_FAILED = f"UPDATE orders_bulkjobrow r SET state = {int(BulkRowState.FAILED)}, why = n.said {_ROWS}"
_KEPT = f"UPDATE orders_bulkjobrow r SET state = {int(BulkRowState.DONE)}, before = n.said::jsonb {_ROWS}"
CLOSED = {OrderStatus.SHIPPED: "It has been shipped.", OrderStatus.CANCELLED: "It is cancelled."}


@entry_verb
def start_job(
    *, action: str, orders: QuerySet[Any, Any], params: Mapping[str, Any], actor: Actor | None, now: datetime
) -> BulkJob:
    """Keep an action on many orders as a job for the workers. ``orders`` yields keys of orders alone.

    Raises Invalid for an unknown action, wrong parameters, no orders, or more than 20,000.
    """
    if action not in BulkAction.values:
        raise Invalid(f"Choose one of: {', '.join(BulkAction.values)}.", fields={"action": "There is no such action."})
    cleaned = clean_params(BulkAction(action), params, now=now)
    job = BulkJob.objects.create(action=action, params=cleaned, total=0, actor_id=key_of(actor), started_at=now)
    job.total = _take_orders(job, orders)
    if job.total == 0:
        raise Invalid("Choose at least one order that is still open.", code="no_orders")
    if job.total > MAX_ORDERS:
        raise Invalid(f"At most {MAX_ORDERS:,} orders at once. Narrow the filter.", code="too_many")
    job.save(update_fields=["total"])
    kick(BULK_TASK)
    return job


@entry_verb
def undo_job(job_id: int, *, actor: Actor | None, now: datetime) -> BulkJob:
    """Take back what a job has done, as a job; one that is still running stops first.

    Raises Conflict where there is no way back, or it was taken already.
    """
    job = BulkJob.objects.select_for_update(no_key=True).filter(pk=job_id).first()
    if job is None:
        raise NotFound("There is no such job.")
    action = ACTIONS[BulkAction(job.action)]
    if action.undo is None:
        raise Conflict(action.lasting, code="lasting")
    if job.undoes_id or BulkJob.objects.filter(undoes=job).exists():
        raise Conflict("This was undone already. Start the action again instead.", code="undone")
    if job.done == 0:
        raise Conflict("It has changed nothing, so there is nothing to undo.", code="no_change")
    if job.is_running:
        _finish(job, BulkJobStatus.STOPPED, now)
    undo = BulkJob.objects.create(
        action=job.action, params=job.params, total=job.done, actor_id=key_of(actor), undoes=job, started_at=now
    )
    done = job.rows.filter(state=BulkRowState.DONE).values_list("order_id", "before")
    BulkJobRow.objects.bulk_create(
        (BulkJobRow(job=undo, order_id=order_id, before=before) for order_id, before in done.iterator()),
        batch_size=2000,
    )
    kick(BULK_TASK)
    return undo


@entry_verb
def work_chunk(job_id: int, *, now: datetime, size: int = CHUNK) -> bool:
    """Do the next ``size`` orders of a job; tell whether there may be more. Another worker's job is left alone."""
    job = BulkJob.objects.select_for_update(skip_locked=True, no_key=True).filter(pk=job_id, status="running").first()
    if job is None:
        return False
    rows = {row.order_id: row for row in job.rows.filter(state=BulkRowState.WAITING).order_by("order_id")[:size]}
    actor: Actor | None = get_user_model().objects.get(pk=job.actor_id) if job.actor_id else None
    change = change_of(job)
    with pghistory.context(verb=change.verb, **({} if actor is None else {"user": actor.pk})):
        locked = Order.objects.filter(pk__in=rows).order_by("pk").select_for_update(of=("self",), no_key=True)
        chunk = Chunk(list(locked), actor, now, {pk: row.before for pk, row in rows.items()}, job.started_at)
        refused = {} if change.takes_closed else _refuse_closed(chunk)
        refused |= change.refuse(chunk.without(refused))
        chunk = chunk.without(refused)
        if change.cause and chunk.orders:
            mark_dirty(products_of(chunk.ids), cause=change.cause, reference=f"job {job.pk}")
        applied = change.apply(chunk)
    refused |= applied.refused
    _keep(job, rows, refused, applied.before)
    if job.done + job.failed >= job.total:
        _finish(job, BulkJobStatus.DONE, now)
    announce("bulk", {"job": job.pk, "orders": [order.ref for order in chunk.orders]})
    return job.is_running


@entry_verb
def set_aside(job_id: int, *, now: datetime) -> None:
    """Give up on a job's next order, which an error of ours keeps from being changed, so that the rest goes on."""
    job = BulkJob.objects.select_for_update(no_key=True).get(pk=job_id)
    row = job.rows.filter(state=BulkRowState.WAITING).order_by("order_id").first()
    if row is None or not job.is_running:
        return
    why = {row.order_id: "An error on our side. It is in the log; tell whoever runs this."}
    _keep(job, {row.order_id: row}, why, {})
    if job.done + job.failed >= job.total:
        _finish(job, BulkJobStatus.DONE, now)


def _take_orders(job: BulkJob, orders: QuerySet[Any, Any]) -> int:
    """Write a row an order, one more than the limit at most, without reading them here; return how many."""
    try:
        sql, params = orders.order_by()[: MAX_ORDERS + 1].query.sql_with_params()
    except EmptyResultSet:  # Django sees that the condition can match nothing, and has no SQL for it
        return 0
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO orders_bulkjobrow (job_id, order_id, state, why)"
            f" SELECT %s, chosen.order_id, 0, '' FROM ({sql}) AS chosen (order_id)",
            [job.pk, *params],
        )
        return int(cursor.rowcount)


def _refuse_closed(chunk: Chunk) -> dict[int, str]:
    closed = (order for order in chunk.orders if order.status != OrderStatus.OPEN)
    return {order.pk: CLOSED[OrderStatus(order.status)] for order in closed}


def _keep(job: BulkJob, rows: Mapping[int, BulkJobRow], refused: Mapping[int, str], before: Mapping[int, Any]) -> None:
    """Write what became of each order of a chunk, and add it to the job's counts."""
    failed = {pk: why for pk, why in refused.items() if pk in rows}
    done = [pk for pk in rows if pk not in failed]
    if failed:
        _write(_FAILED, job, failed, [why[:300] for why in failed.values()])
    kept = {pk: before[pk] for pk in done if pk in before}
    if kept:
        _write(_KEPT, job, kept, [json.dumps(value) for value in kept.values()])
    plain = [pk for pk in done if pk not in kept]
    if plain:
        BulkJobRow.objects.filter(job=job, order_id__in=plain).update(state=BulkRowState.DONE)
    job.done += len(done)
    job.failed += len(failed)
    BulkJob.objects.filter(pk=job.pk).update(done=F("done") + len(done), failed=F("failed") + len(failed))


def _write(statement: str, job: BulkJob, order_ids: Iterable[int], texts: list[str]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, [list(order_ids), texts, job.pk])


def _finish(job: BulkJob, status: BulkJobStatus, now: datetime) -> None:
    job.status, job.finished_at = status, now
    job.save(update_fields=["status", "finished_at"])
