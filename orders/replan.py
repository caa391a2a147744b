"""Planning the backlog: the one way in, for workers, commands and people."""

from __future__ import annotations

from collections.abc import Collection
from contextlib import nullcontext
from datetime import datetime, timedelta
from functools import partial

from django.db import connection, transaction
from django.db.models import Q
from django.utils import timezone

from inventory.dirty import mark_dirty
from kernel.kick import kick
from kernel.locks import session_lock
from kernel.transactions import without_waiting_for_disk
from kernel.walls import told_of_failure
from orders.hands import keep_pick_days
from orders.models import PlanRun, PlanRunKind, PlanRunStatus, PolicyStatus
from orders.planning.grammar import parse_policy
from orders.replanning.chunks import Written
from orders.replanning.demand import has_newer_forecast
from orders.replanning.draft import Draft, Stopwatch, make_draft
from orders.replanning.first_plan import Copies
from orders.replanning.plan_records import keep_record
from orders.replanning.side_by_side import is_worth_it, second_connection, start
from orders.replanning.writers import write_draft
from orders.rules import policies
from orders.rules.guarding import guard, is_on
from orders.rules.plan_guard import judge_draft
from orders.rules.releases import come_in_force, drop_superseded, is_release
from orders.simulation.archive import fingerprint

PLAN_TASK = "orders.tasks.plan_dirty"
_FULL_RUN_LOCK = "orders.full_run"
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
    customer and asks no guard (first load, migration). Components whose stock or orders change meanwhile are left out
    and marked for the workers. Only one full run goes at a time; a second one waits for it. A run that fails is kept as
    failed, and the error is raised.
    """
    if dry_run:
        return _dry_run(product_ids, cause, now)
    if product_ids is not None:
        run = _new_run(PlanRunKind.EVENT, cause, now)
        skipped = _execute(run, product_ids, now=now, quiet=quiet)
    else:
        with session_lock(_FULL_RUN_LOCK, wait=True):
            run = _new_run(PlanRunKind.FULL, cause, now)
            run.save(force_insert=True)
            skipped = _execute(run, None, now=now, quiet=quiet)
    _mark_skipped(run, skipped)
    if product_ids is None:
        keep_pick_days(now=now, at_once=True)
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
    with session_lock(_FULL_RUN_LOCK) as is_ours:
        runs = list(waiting.select_related("policy").order_by("pk")) if is_ours else []
        releases, requests = ([run for run in runs if is_release(run) == wanted] for wanted in (True, False))
        for run in releases:
            _mark_skipped(run, _execute(run, None, now=now, quiet=False))
        # One run answers all requests made before it reads: a release that went out, else the oldest request.
        done = [run for run in releases if run.status == PlanRunStatus.DONE]
        if requests and not done:
            done = [requests.pop(0)]
            _mark_skipped(done[0], _execute(done[0], None, now=now, quiet=False))
        if requests:
            waiting.filter(pk__in=[run.pk for run in requests]).update(
                status=PlanRunStatus.DONE, finished_at=now, error=f"Answered by run {done[-1].pk}."
            )
        return len({*releases, *done})


def is_full_run_due(*, now: datetime) -> bool:
    """Tell whether the day, the policy or the forecast it reads has changed since the last full run.

    One that is held waits for a person.
    """
    in_force = policies.published()
    done = Q(status=PlanRunStatus.DONE, policy__isnull=False)
    held = Q(status=PlanRunStatus.HELD, policy=in_force)
    last = PlanRun.objects.filter(done | held, kind=PlanRunKind.FULL).order_by("-pk").first()
    return (
        last is None
        or timezone.localdate(last.started_at) != timezone.localdate(now)
        or last.policy_id != in_force.pk
        or has_newer_forecast(parse_policy(in_force.rules), since=last.started_at)
    )


def _dry_run(product_ids: Collection[int] | None, cause: str, now: datetime) -> PlanRun:
    watch = Stopwatch()
    draft = make_draft(product_ids, policies.published(), today=timezone.localdate(now), watch=watch)
    kind = PlanRunKind.FULL if product_ids is None else PlanRunKind.EVENT
    return PlanRun(kind=kind, cause=cause, started_at=now, counts=draft.counts(now), timings=_rounded(watch))


def _execute(run: PlanRun, product_ids: Collection[int] | None, *, now: datetime, quiet: bool) -> list[int]:
    """Plan, write and keep the run; return the products left out. A full run that the guard holds writes nothing."""
    watch = Stopwatch()
    # A run taken over from a dead worker has written under its own number already.
    version = run.pk if run._state.adding else _next_number()
    # A release that brings rules which are in force already put them there itself, and its worker died writing.
    judged = run.policy is not None and not is_release(run)
    beside = second_connection() if product_ids is None and is_worth_it("orders_orderline") else nullcontext()
    # Whatever goes wrong, the run must not look as if it were still going; the caller decides what it means.
    with told_of_failure(partial(_fail, run, watch)), beside, Copies() as copies:
        draft = _draft(run, product_ids, copies, now=now, watch=watch)
        counts = partial(draft.counts, now)
        counted = start(counts) if draft.scope.is_everything else counts
        if not _may_write(run, draft, guarded=not (quiet or judged), now=now, watch=watch):
            run.counts, run.inputs_hash = counted(), draft.inputs_hash()
            _finish(run, watch, Written(), PlanRunStatus.HELD)
            return []
        try:
            written = write_draft(draft, run, copies, version=version, quiet=quiet, now=now)
        finally:
            run.counts = counted()
        watch.lap("write_s")
        run.inputs_hash = draft.inputs_hash()
        if not quiet:
            run.plan_hash = fingerprint(draft.plan)
        watch.lap("hash_s")
        _finish(run, watch, written, PlanRunStatus.DONE)
    if draft.scope.is_everything and not quiet and run.policy is not None:
        keep_record(run, draft, run.policy.rules, today=timezone.localdate(now))
    return written.skipped


def _draft(
    run: PlanRun, product_ids: Collection[int] | None, copies: Copies, *, now: datetime, watch: Stopwatch
) -> Draft:
    """Plan by the policy that a release brings, else by the one in force in the very snapshot that is planned."""
    draw = partial(make_draft, today=timezone.localdate(now), watch=watch)
    if product_ids is None:
        draw = partial(draw, after_reading=lambda inputs: copies.begin(len(inputs.backlog.line_id)))
    if run.policy is not None and is_release(run):
        return draw(None, run.policy)
    while True:
        run.policy = policies.published()
        draft = draw(product_ids, run.policy)
        if run.policy.status == PolicyStatus.PUBLISHED:
            return draft


def _may_write(run: PlanRun, draft: Draft, *, guarded: bool, now: datetime, watch: Stopwatch) -> bool:
    """Ask the guard about a full run; put a release's policy in force if it lets it pass."""
    limits = guard() if draft.scope.is_everything and guarded else None
    if limits is not None and is_on(limits):
        seen = run.verdict.get("figures") if run.released_at else None
        judged = judge_draft(draft, limits, seen=seen, today=timezone.localdate(now))
        watch.lap("guard_s")
        run.verdict = judged.as_json()
        if judged.verdict.is_held:
            return False
    return run.policy is None or not is_release(run) or come_in_force(run.policy.pk, now=now)


def _fail(run: PlanRun, watch: Stopwatch, words: str) -> None:
    run.error = words
    _finish(run, watch, Written(), PlanRunStatus.FAILED)


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
    _save(run)
    if run.kind == PlanRunKind.FULL and status != PlanRunStatus.FAILED:
        drop_superseded(run)


def _save(run: PlanRun) -> None:
    """Save a run. That of an event does not wait for the disk: its plan is there already, and says all that counts."""
    with without_waiting_for_disk() if run.kind == PlanRunKind.EVENT else nullcontext():
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
