"""Two workers beside one: real processes that plan the marks of products which share nothing."""

from __future__ import annotations

import multiprocessing
from time import perf_counter

from django.db import connection, transaction

from inventory.dirty import mark_dirty
from orders.benchmark.worker import work

PRODUCTS = 4_000
# How many work in each round, and whether they protect units or no longer do. The first round is not counted: workers
# live for days, and their first statements are slower.
_ROUNDS = ((2, 5), (1, 0), (2, 5), (2, 0), (1, 5))
_PATIENCE_S = 600
# A product that no order which ships together links to another is a component of its own.
_SEPARATE = """
    SELECT product_id FROM orders_orderline l JOIN orders_order o ON o.id = l.order_id
    WHERE l.open_qty > 0 GROUP BY product_id HAVING bool_and(o.ship_policy = 'partial') AND count(*) < 1000
    ORDER BY md5(product_id::text) LIMIT %s
"""
_KEEP_BACK = """
    UPDATE inventory_stocklevel SET protected = %s
    WHERE product_id = ANY(%s) AND warehouse_id = (SELECT min(id) FROM inventory_warehouse)
"""


def one_and_two_workers() -> tuple[float, float]:
    """Return the seconds in which one worker, and two, plan PRODUCTS products after a change of each.

    The change protects units, or no longer does; each number of workers plans one of either kind.
    """
    with connection.cursor() as cursor:
        cursor.execute(_SEPARATE, [PRODUCTS])
        products = [row[0] for row in cursor.fetchall()]
    context = multiprocessing.get_context("spawn")  # a fork would share this process's connection
    together, ends = context.Barrier(3, timeout=_PATIENCE_S), context.SimpleQueue()
    name, seconds = connection.settings_dict["NAME"], {1: 0.0, 2: 0.0}
    schedule = [workers for workers, _ in _ROUNDS]
    processes = [
        context.Process(target=work, args=(name, place, schedule, together, ends), daemon=True) for place in range(2)
    ]
    for process in processes:
        process.start()
    for number, (workers, protected) in enumerate(_ROUNDS):
        with transaction.atomic(), connection.cursor() as cursor:
            mark_dirty(products, cause="benchmark")
            cursor.execute(_KEEP_BACK, [protected, products])
        together.wait()
        started = perf_counter()  # the same clock in all processes
        together.wait()
        took = max(ends.get() for _ in range(workers)) - started
        if number:
            seconds[workers] += took
    for process in processes:
        process.join()
    return seconds[1], seconds[2]
