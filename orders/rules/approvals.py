"""Four eyes: rules that one person wrote, another puts in force. Optional; the guard says whether (``four_eyes``)."""

from __future__ import annotations

from datetime import datetime

from kernel.errors import Conflict, NotFound
from kernel.people import Actor, key_of
from kernel.text import clean_text
from kernel.transactions import entry_verb, require_transaction
from orders.models import Policy, PolicyStatus
from orders.rules.policies import checked_strategy
from orders.rules.releases import put_in_force
from orders.rules.rules_lock import lock_rules


@entry_verb
def submit(policy_id: int, *, note: str = "", actor: Actor | None, now: datetime) -> Policy:
    """Ask for a draft to be approved; it can not be edited until somebody approves it or sends it back."""
    return submit_draft(policy_id, note=note, actor=actor, now=now)


def submit_draft(policy_id: int, *, note: str, actor: Actor | None, now: datetime) -> Policy:
    """Do as ``submit`` does, in the caller's transaction."""
    require_transaction()
    lock_rules()
    policy = _lock(policy_id, PolicyStatus.DRAFT, "submit a draft")
    checked_strategy(policy.rules)
    policy.status, policy.submitted_at, policy.submitted_by_id = PolicyStatus.SUBMITTED, now, key_of(actor)
    policy.note = clean_text(note, field="note", max_length=2000, multiline=True) or policy.note
    policy.save(update_fields=["status", "submitted_at", "submitted_by", "note"])
    return policy


@entry_verb
def approve(policy_id: int, *, note: str = "", actor: Actor | None, now: datetime) -> Policy:
    """Put submitted rules in force; who wrote, edited or submitted them may not."""
    lock_rules()
    policy = _lock(policy_id, PolicyStatus.SUBMITTED, "approve what was submitted")
    if key_of(actor) in (None, policy.created_by_id, policy.edited_by_id, policy.submitted_by_id):
        raise Conflict(
            "These rules need a second person: somebody who neither wrote nor submitted them.",
            code="needs_second_person",
        )
    checked_strategy(policy.rules)
    return put_in_force(policy, note=note, actor=actor, now=now)


@entry_verb
def send_back(policy_id: int, *, note: str, actor: Actor | None) -> Policy:
    """Make submitted rules a draft again, with a note what to change; their author may take them back so, too."""
    lock_rules()
    policy = _lock(policy_id, PolicyStatus.SUBMITTED, "send back what was submitted")
    policy.status, policy.submitted_at, policy.submitted_by_id = PolicyStatus.DRAFT, None, None
    policy.note = clean_text(note, field="note", max_length=2000, multiline=True) or policy.note
    policy.save(update_fields=["status", "submitted_at", "submitted_by", "note"])
    return policy


def _lock(policy_id: int, status: PolicyStatus, what: str) -> Policy:
    policy = Policy.objects.select_for_update(of=("self",), no_key=True).filter(pk=policy_id).first()
    if policy is None:
        raise NotFound("There is no such policy.")
    if policy.status != status:
        state = policy.get_status_display().lower()
        raise Conflict(f"Version {policy.version} is {state}: you can only {what}.", code="wrong_status")
    return policy
