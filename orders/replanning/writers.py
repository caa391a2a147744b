"""Who writes a draft's chunks: this connection, one after the other, or for a long full run several side by side."""

from __future__ import annotations

from datetime import datetime
from functools import partial

from orders.models import PlanRun
from orders.replanning.chunks import Written, split, write_chunk
from orders.replanning.draft import Draft
from orders.replanning.first_plan import Copies, is_worth_it, write_first_plan
from orders.replanning.side_by_side import second_connection, side_by_side


def write_draft(draft: Draft, run: PlanRun, copies: Copies, *, version: int, quiet: bool, now: datetime) -> Written:
    """Write the draft, chunk by chunk, and return what was written and what was left out (``chunks.write_chunk``).

    Chunks of one stage share no pool and no order's bucket, and are written side by side, each by its own
    connection; the next stage begins when all of them are committed. Within a caller's transaction one
    connection writes all. A first plan that is long enough is built aside, if the tables let themselves be replaced.
    """
    if is_worth_it(draft):
        with second_connection():
            first = write_first_plan(draft, run, copies, version=version, quiet=quiet, now=now)
        if first is not None:
            return first
    written = Written()
    write = partial(write_chunk, draft, run=run, version=version, quiet=quiet, now=now)
    for stage in split(draft):
        for part in side_by_side(stage, write):
            written.add(part)
    return written
