"""Workers on jobs: one at a time on each, chunk after chunk, round an order that cannot be done."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime
from functools import partial

from kernel.locks import session_lock
from kernel.walls import Failed, attempt
from orders.bulk.jobs import CHUNK, set_aside, work_chunk
from orders.models import BulkJob, BulkJobStatus

SECONDS = 60.0  # of one task; then it is kicked anew, so that a deploy need not wait for a long job
# From one chunk to the next, at least: an action that costs little would else change so much so fast that planning it
# and the action itself take every processor from the pages. 10,000 orders take 15 s.
PACE_SECONDS = 0.3
_JOB_LOCK = "orders.bulk"  # and the job


def work_jobs(clock: Callable[[], datetime]) -> bool:
    """Work on every running job that nobody else is at, for a minute at most; tell whether there may be more."""
    until = time.monotonic() + SECONDS
    running = BulkJob.objects.filter(status=BulkJobStatus.RUNNING).order_by("pk")
    for job_id in list(running.values_list("pk", flat=True)):
        with session_lock(f"{_JOB_LOCK} {job_id}") as is_ours:
            if is_ours and not _work(job_id, clock, until):
                return True
    return False


def _work(job_id: int, clock: Callable[[], datetime], until: float) -> bool:
    """Do chunks until the job or the time is over; tell whether the job is. A chunk that fails is done one by one."""
    one_by_one = 0
    while (started := time.monotonic()) < until:
        size = 1 if one_by_one else CHUNK
        chunk = partial(work_chunk, job_id, size=size, now=clock())
        has_more = attempt(chunk, what=f"a chunk of job {job_id}")
        if isinstance(has_more, Failed):
            if one_by_one:
                set_aside(job_id, now=clock())
            else:
                one_by_one = CHUNK
            continue
        if not has_more:
            return True
        one_by_one = max(0, one_by_one - 1)
        time.sleep(max(0.0, started + PACE_SECONDS * size / CHUNK - time.monotonic()))
    return False
