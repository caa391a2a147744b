"""Dirty marks: how a change of stock or orders asks for a plan, and holds the plan off until it has committed."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db import connection

from kernel.kick import kick
from kernel.people import Actor, key_of
from kernel.transactions import require_transaction
from notifications.outbox import record_fact

WORKING_DAYS_CHANGED = "inventory.working_days_changed"
PLAN_TASK = "orders.tasks.plan_dirty"

# The key-share lock is taken by hand: Django's foreign keys are deferred, so the check of the mark's own key would
# lock the product only at commit, too late to keep planning out. The insert hangs on the locked rows and keeps order.
_MARK = """
    WITH pool AS MATERIALIZED (
        SELECT id FROM inventory_product WHERE id = ANY(%(ids)s) ORDER BY id FOR KEY SHARE
    )
    INSERT INTO inventory_dirtymark
        (product_id, cause, reference, created_at, is_quarantined, not_before, attempts, last_error)
    SELECT id, %(cause)s, %(reference)s, statement_timestamp(), false, statement_timestamp(), 0, '' FROM pool
"""


def mark_dirty(product_ids: Iterable[int], *, cause: str, reference: str = "") -> None:
    """Ask for a new plan of these products, in the caller's transaction, and share their pools until commit.

    Call it after locking the document (order, purchase order) and before touching stock levels. Planning, which takes
    the same rows FOR UPDATE when it writes, then either waits for this transaction or makes it wait; verbs do not wait
    for each other here. Pools are locked by ascending id. Raises RuntimeError outside a transaction.
    """
    require_transaction()
    ids = sorted(set(product_ids))
    if not ids:
        return
    with connection.cursor() as cursor:
        cursor.execute(_MARK, {"ids": ids, "cause": cause, "reference": reference[:80]})
    kick(PLAN_TASK)


def ask_for_full_plan(code: str, *, actor: Actor | None, now: datetime) -> None:
    """Say that working days changed, which may move the date of any order: by a fact, in the caller's transaction.

    A mark on every product would lock them all. ``code`` names the calendar or warehouse. Raises RuntimeError outside
    a transaction.
    """
    require_transaction()
    record_fact(
        WORKING_DAYS_CHANGED,
        payload={"code": code, "actor": key_of(actor)},
        dedupe_key=f"{WORKING_DAYS_CHANGED}:{code}:{now.isoformat()}",
        now=now,
    )
