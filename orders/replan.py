"""Planning the backlog: the one way in, for workers, commands and people."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from django.db import connection, transaction
from django.utils import timezone

from inventory.dirty import mark_dirty
from kernel.kick import kick
from orders import policies
from orders.models import PlanRun, PlanRunKind, PlanRunStatus
from orders.replanning.chunks import Written
from orders.replanning.draft import Stopwatch, make_draft
from orders.replanning.writers import write_draft

PLAN_TASK = "orders.tasks.plan_dirty"
_FULL_RUN_LOCK = 7_303  # advisory, held by the session: PostgreSQL lets go of it when a worker dies
_TABLES = (
    "line_plans",
    "allocations",
    "pegs",
    "stock_levels",
    "order_plans",
    "promises",
    "eta_revisions",
)


def replan(
    *,
    product_ids: Collection[int] | None,
    cause: str,
    now: datetime,
    dry_run: bool = False,
    quiet: bool = False,
) -> PlanRun:
    """Plan these products and all that hangs on them, or the whole backlog (None), and write what differs.

    Returns the run with its counts and seconds; a dry run writes nothing, not even itself. A ``quiet`` run tells no
    customer (first load, migration). Components whose stock or orders change meanwhile are left out and marked for
    the workers. Only one full run goes at a time; a second one waits for it. A run that fails is kept as failed, and
    the error is raised.
    """
    if dry_run:
        return _dry_run(product_ids, cause, now)
    if product_ids is not None:
        run = _new_run(PlanRunKind.EVENT, cause, now)
        skipped = _execute(run, product_ids, now=now, quiet=quiet)
    else:
        with _alone(wait=True):
            run = _new_run(PlanRunKind.FULL, cause, now)
            run.save(force_insert=True)
            skipped = _execute(run, None, now=now, quiet=quiet)
    _mark_skipped(run, skipped)
    return run


def plan_marked(product_ids: Collection[int], *, now: datetime) -> PlanRun:
    """Plan products that carry dirty marks; components that moved on meanwhile keep their marks for the next round."""
    run = _new_run(PlanRunKind.EVENT, "change", now)
    _execute(run, product_ids, now=now, quiet=False)
    return run


def request_full_run(*, cause: str, now: datetime) -> PlanRun:
    """Leave a full run for the workers, in the caller's transaction if there is one; return it as RUNNING."""
    run = _new_run(PlanRunKind.FULL, cause, now)
    run.save(force_insert=True)
    kick(PLAN_TASK)
    return run


def finish_full_runs(*, now: datetime) -> int:
    """Execute full runs that nobody is executing: requested ones, and those of a worker that died.

    Returns how many; 0 also where another worker is at it.
    """
    waiting = PlanRun.objects.filter(kind=PlanRunKind.FULL, status=PlanRunStatus.RUNNING)
    if not waiting.exists():
        return 0
    with _alone(wait=False) as is_ours:
        runs = list(waiting.order_by("pk")) if is_ours else []
        if runs:
            # One run answers all requests made before it reads; the oldest carries it.
            waiting.filter(pk__in=[run.pk for run in runs[1:]]).update(
                status=PlanRunStatus.DONE, finished_at=now, error=f"Answered by run {runs[0].pk}."
            )
            _mark_skipped(runs[0], _execute(runs[0], None, now=now, quiet=False))
        return len(runs[:1])


def is_full_run_due(*, now: datetime) -> bool:
    """Tell whether the day or the policy has changed since the last full run."""
    done = PlanRun.objects.filter(kind=PlanRunKind.FULL, status=PlanRunStatus.DONE, policy__isnull=False)
    last = done.order_by("-pk").first()
    return (
        last is None
        or timezone.localdate(last.started_at) != timezone.localdate(now)
        or last.policy_id != policies.published().pk
    )


def _dry_run(product_ids: Collection[int] | None, cause: str, now: datetime) -> PlanRun:
    watch = Stopwatch()
    draft = make_draft(product_ids, policies.published(), today=timezone.localdate(now), watch=watch)
    kind = PlanRunKind.FULL if product_ids is None else PlanRunKind.EVENT
    return PlanRun(kind=kind, cause=cause, started_at=now, counts=draft.counts(), timings=_rounded(watch))


def _execute(run: PlanRun, product_ids: Collection[int] | None, *, now: datetime, quiet: bool) -> list[int]:
    """Plan, write and keep the run; return the products left out."""
    watch = Stopwatch()
    # A run taken over from a dead worker has written under its own number already.
    version = run.pk if run._state.adding else _next_number()
    try:
        run.policy = policies.published()
        draft = make_draft(product_ids, run.policy, today=timezone.localdate(now), watch=watch)
        run.counts = draft.counts()
        written = write_draft(draft, run, version=version, quiet=quiet, now=now)
        watch.lap("write_s")
        run.inputs_hash = draft.inputs.digest()
        watch.lap("hash_s")
        _finish(run, watch, written, PlanRunStatus.DONE)
        return written.skipped
    except Exception as error:
        # Whatever goes wrong, the run must not look as if it were still going; the caller decides what it means.
        run.error = f"{type(error).__name__}: {error}"[:2000]
        _finish(run, watch, Written(), PlanRunStatus.FAILED)
        raise


def _finish(run: PlanRun, watch: Stopwatch, written: Written, status: str) -> None:
    run.status = status
    run.finished_at = run.started_at + timedelta(seconds=watch.total)
    run.timings = _rounded(watch)
    run.counts = {
        **run.counts,
        **written.rows,
        "rows_written": sum(written.rows[table] for table in _TABLES),
        "facts": written.rows["facts"],
        "skipped_products": len(written.skipped),
    }
    run.save(force_insert=run._state.adding)


def _mark_skipped(run: PlanRun, skipped: list[int]) -> None:
    """Leave components that moved on meanwhile to the workers: whoever moved them may not have planned by our rules."""
    if skipped:
        with transaction.atomic():
            mark_dirty(skipped, cause="left out", reference=f"run {run.pk}")


def _new_run(kind: str, cause: str, now: datetime) -> PlanRun:
    return PlanRun(pk=_next_number(), kind=kind, cause=cause[:200], started_at=now)


def _next_number() -> int:
    """Return a number that no other run and no other write has: runs and versions of pools share the sequence."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval(pg_get_serial_sequence('orders_planrun', 'id'))")
        return int(cursor.fetchone()[0])


def _rounded(watch: Stopwatch) -> dict[str, float]:
    return {step: round(seconds, 5) for step, seconds in watch.seconds.items()} | {"total_s": round(watch.total, 5)}


@contextmanager
def _alone(*, wait: bool) -> Iterator[bool]:
    """Hold the lock of full runs; without ``wait``, yield False where another session holds it."""
    with connection.cursor() as cursor:
        if wait:
            cursor.execute("SELECT pg_advisory_lock(%s)", [_FULL_RUN_LOCK])
            is_ours = True
        else:
            cursor.execute("SELECT pg_try_advisory_lock(%s)", [_FULL_RUN_LOCK])
            is_ours = bool(cursor.fetchone()[0])
    try:
        yield is_ours
    finally:
        if is_ours:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [_FULL_RUN_LOCK])
