"""A worker on the jobs: chunk after chunk, each job in its turn, round an order that cannot be done."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
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
_LOCK = "orders.bulk"


def work_jobs(clock: Callable[[], datetime]) -> bool:
    """Do a chunk of each running job in turn, for a minute at most; tell whether there may be more.

    One worker at a time, so that jobs, however many, leave the others to mails and keep one pace. It waits between
    chunks where it is: kicked anew with a countdown, each chunk would queue behind tasks that send mails for 30 s.
    """
    until = time.monotonic() + SECONDS
    jobs: dict[int, Iterator[float]] = {}
    ended: set[int] = set()
    running = BulkJob.objects.filter(status=BulkJobStatus.RUNNING).order_by("pk").values_list("pk", flat=True)
    with session_lock(_LOCK) as is_ours:
        while is_ours and (turns := list(running.exclude(pk__in=ended))):
            for job_id in turns:
                if time.monotonic() >= until:
                    return True
                pause = next(jobs.setdefault(job_id, _work(job_id, clock)), None)
                if pause is None:
                    ended.add(job_id)
                else:
                    time.sleep(pause)
    return False


def _work(job_id: int, clock: Callable[[], datetime]) -> Iterator[float]:
    """Do a chunk of a job each time, until it has none; yield how long to pause. One that fails is done one by one."""
    one_by_one = 0
    while True:
        started, size = time.monotonic(), 1 if one_by_one else CHUNK
        has_more = attempt(partial(work_chunk, job_id, size=size, now=clock()), what=f"a chunk of job {job_id}")
        if has_more is False:
            return
        if not isinstance(has_more, Failed):
            one_by_one = max(0, one_by_one - 1)
        elif one_by_one:
            set_aside(job_id, now=clock())
        else:
            one_by_one = CHUNK
        yield max(0.0, started + PACE_SECONDS * size / CHUNK - time.monotonic())
