"""Orders that are rolled up side by side wait for nobody: equal chunks without a bucket in common."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from orders.replanning.chunks import CHUNK_LINES, order_chunks
from orders.replanning.rollup import BUCKETS, bucket_blocks
from orders.replanning.side_by_side import WRITERS


@pytest.mark.parametrize("every", [1, 3, 15, 400])
@pytest.mark.parametrize("orders", [CHUNK_LINES // 2, CHUNK_LINES + 1, 5 * CHUNK_LINES])
def test_chunks_side_by_side_share_no_bucket_and_are_as_long(orders: int, every: int) -> None:
    order_ids = 7 + every * np.arange(orders)

    chunk = order_chunks(order_ids)

    buckets = [set((bucket_blocks(order_ids[chunk == number]) % BUCKETS).tolist()) for number in np.unique(chunk)]
    lengths = np.unique(chunk, return_counts=True)[1]
    assert not any(one & other for one, other in pairwise(buckets))
    assert len(lengths) == 1 if orders <= CHUNK_LINES else len(lengths) % WRITERS == 0
    assert max(lengths) < 1.2 * min(lengths)
    assert max(lengths) < 1.1 * CHUNK_LINES


def test_no_orders_are_no_chunks() -> None:
    assert not len(order_chunks(np.zeros(0, dtype=np.int64)))
