"""Workers on jobs: one at a time on each, chunk after chunk, round an order that cannot be done."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from functools import partial

from django.db import connection

from kernel.walls import Failed, attempt
from orders.bulk.jobs import CHUNK, set_aside, work_chunk
from orders.models import BulkJob, BulkJobStatus

SECONDS = 60.0  # of one task; then it is kicked anew, so that a deploy need not wait for a long job
_JOB_LOCK = 7_311  # advisory lock class; the second key is the job


def work_jobs(clock: Callable[[], datetime]) -> bool:
    """Work on every running job that nobody else is at, for a minute at most; tell whether there may be more."""
    until = time.monotonic() + SECONDS
    running = BulkJob.objects.filter(status=BulkJobStatus.RUNNING).order_by("pk")
    for job_id in list(running.values_list("pk", flat=True)):
        with _alone(job_id) as is_ours:
            if is_ours and not _work(job_id, clock, until):
                return True
    return False


def _work(job_id: int, clock: Callable[[], datetime], until: float) -> bool:
    """Do chunks until the job or the time is over; tell whether the job is. A chunk that fails is done one by one."""
    one_by_one = 0
    while time.monotonic() < until:
        chunk = partial(work_chunk, job_id, size=1 if one_by_one else CHUNK, now=clock())
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
    return False


@contextmanager
def _alone(job_id: int) -> Iterator[bool]:
    """Hold the job's lock for this session; yield False where another worker has it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", [_JOB_LOCK, job_id])
        is_ours = bool(cursor.fetchone()[0])
    try:
        yield is_ours
    finally:
        if is_ours:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s, %s)", [_JOB_LOCK, job_id])
