"""How rules come in force: at once, or once the guard has let their full run pass (ADR 0008).

The published policy is the one in force: every run plans by it. While the guard has limits, publishing makes a policy
RELEASING and leaves a full run for the workers; that run judges its own plan before it writes, and puts the policy in
force in the same breath as it begins to write. Held, it waits for a person; until then all goes on by the old rules.
"""

from __future__ import annotations

from datetime import datetime

from kernel.errors import Conflict, NotFound
from kernel.kick import kick
from kernel.people import Actor, key_of
from kernel.text import clean_text
from kernel.transactions import entry_verb, require_transaction
from orders.models import PlanRun, PlanRunKind, PlanRunStatus, Policy, PolicyStatus
from orders.rules.guarding import guard, is_on
from orders.rules.rules_lock import lock_rules

FULL_RUN_TASK = "orders.tasks.replan_all_daily"


def releasing() -> Policy | None:
    """Return the policy that waits for its full run, if there is one."""
    return Policy.objects.filter(status=PolicyStatus.RELEASING).first()


def put_in_force(policy: Policy, *, note: str, actor: Actor | None, now: datetime) -> Policy:
    """Publish a policy, or begin its release where the guard has limits. Needs ``lock_rules`` and the row's lock."""
    require_transaction()
    waiting = releasing()
    if waiting is not None:
        raise Conflict(
            f"Version {waiting.version} is being released. Release or withdraw its plan run first.",
            code="release_waits",
        )
    policy.published_by_id = key_of(actor)
    policy.note = clean_text(note, field="note", max_length=2000, multiline=True) or policy.note
    if is_on(guard()):
        policy.status = PolicyStatus.RELEASING
        cause = f"Release of version {policy.version}"
        PlanRun.objects.create(kind=PlanRunKind.FULL, policy=policy, cause=cause, started_at=now)
    else:
        _switch_to(policy, now)
    policy.save(update_fields=["status", "published_at", "published_by", "note"])
    kick(FULL_RUN_TASK)
    return policy


@entry_verb
def come_in_force(policy_id: int, *, now: datetime) -> bool:
    """Put a releasing policy in force; False where somebody has withdrawn it. Its full run calls this, and then writes.

    Event runs that read the old rules before this commit read their state before it too, so the full run finds their
    pools moved and has them planned again.
    """
    lock_rules()
    policy = _lock_policy(policy_id)
    if policy.status != PolicyStatus.RELEASING:
        return policy.status == PolicyStatus.PUBLISHED
    _switch_to(policy, now)
    policy.save(update_fields=["status", "published_at"])
    return True


@entry_verb
def release(run_id: int, *, note: str, actor: Actor | None, now: datetime) -> PlanRun:
    """Let a held run go on: the workers plan it anew, and it may break a tenth more than what was seen."""
    lock_rules()
    run, policy = _lock_held(run_id)
    words = clean_text(note, field="note", max_length=200)
    if not words:
        raise Conflict("Say why this plan may go out.", code="note_needed", fields={"note": "Say why."})
    if policy is not None and guard().four_eyes and key_of(actor) in (None, policy.published_by_id):
        raise Conflict("You published these rules. Let somebody else release their plan.", code="needs_second_person")
    run.status, run.finished_at, run.policy = PlanRunStatus.RUNNING, None, policy
    run.released_at, run.released_by_id, run.release_note = now, key_of(actor), words
    run.save(update_fields=["status", "finished_at", "policy", "released_at", "released_by", "release_note"])
    kick(FULL_RUN_TASK)
    return run


@entry_verb
def withdraw(run_id: int, *, note: str = "", actor: Actor | None, now: datetime) -> PlanRun:
    """Drop a held run: nothing of it was written. The policy it was to release is a draft again, or archived."""
    lock_rules()
    run, policy = _lock_held(run_id)
    if policy is not None:
        take_back(policy)
    words = clean_text(note, field="note", max_length=200)
    run.status, run.finished_at, run.release_note = PlanRunStatus.DROPPED, now, words
    run.error = "Withdrawn."
    run.save(update_fields=["status", "finished_at", "release_note", "error"])
    return run


def is_release(run: PlanRun) -> bool:
    """Tell whether a run waits to put the policy in force that it brings."""
    return run.policy is not None and run.policy.status == PolicyStatus.RELEASING


def drop_superseded(run: PlanRun) -> int:
    """Drop held plans of the whole backlog that a newer one has replaced; a release waits on. Return how many."""
    older = PlanRun.objects.filter(kind=PlanRunKind.FULL, status=PlanRunStatus.HELD).exclude(pk=run.pk)
    replaced = older.exclude(policy__status=PolicyStatus.RELEASING)
    return replaced.update(status=PlanRunStatus.DROPPED, error=f"Replaced by run {run.pk}.")


def take_back(policy: Policy) -> None:
    """Make a releasing policy what it was before: archived if it was ever in force, else a draft."""
    require_transaction()
    policy.status = PolicyStatus.ARCHIVED if policy.published_at else PolicyStatus.DRAFT
    policy.published_by_id = policy.published_by_id if policy.published_at else None
    policy.save(update_fields=["status", "published_by"])


def _switch_to(policy: Policy, now: datetime) -> None:
    Policy.objects.filter(status=PolicyStatus.PUBLISHED).update(status=PolicyStatus.ARCHIVED)
    policy.status, policy.published_at = PolicyStatus.PUBLISHED, now


def _lock_policy(policy_id: int) -> Policy:
    return Policy.objects.select_for_update(of=("self",), no_key=True).get(pk=policy_id)


def _lock_held(run_id: int) -> tuple[PlanRun, Policy | None]:
    """Lock a held run, and the policy that it releases. A release that failed counts as held: its policy waits."""
    run = PlanRun.objects.filter(pk=run_id).first()
    if run is None:
        raise NotFound("There is no such plan run.")
    policy = None if run.policy_id is None else _lock_policy(run.policy_id)
    run = PlanRun.objects.select_for_update(of=("self",), no_key=True).get(pk=run_id)
    waits = policy is not None and policy.status == PolicyStatus.RELEASING
    if run.status != PlanRunStatus.HELD and not (waits and run.status == PlanRunStatus.FAILED):
        raise Conflict(f"Run {run.pk} is {run.get_status_display().lower()}, not held.", code="not_held")
    return run, policy if waits else None
