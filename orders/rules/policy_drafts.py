"""Drafts of rules that several people may edit: begin, change, take a change back, put away, take out again.

A draft is saved with every change. Whoever changes it says which revision they saw; if it has moved on since, the
verb refuses and says who did what meanwhile (docs/concurrency.md, Two people, one order).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.apps import apps
from django.contrib.auth import get_user_model

from kernel.errors import Conflict, NotFound
from kernel.people import Actor, key_of
from kernel.text import clean_text
from kernel.transactions import entry_verb, require_transaction
from orders.drafting.conversion import is_ordered
from orders.drafting.differences import Difference, differences
from orders.drafting.edits import Edit, EditError, apply
from orders.models import Policy, PolicyStatus
from orders.rules import policies

_MOST_DIFFERENCES = 5


@dataclass(frozen=True, slots=True)
class Revision:
    """One state that a draft was in, as the history keeps it."""

    number: int
    rules: dict[str, Any]
    name: str
    at: datetime
    who: str


@entry_verb
def start(*, based_on: int | None, rules: Mapping[str, Any] | None = None, actor: Actor, now: datetime) -> Policy:
    """Begin a draft as a copy of a version (None: the one in force), or of ``rules``, such as a preset's."""
    source = policies.published() if based_on is None else _get(based_on)
    document = dict(rules if rules is not None else source.rules)
    draft = policies.add_draft(name=source.name, rules=document, note="", actor=actor, now=now)
    draft.based_on = source
    draft.edited_at, draft.edited_by_id = now, key_of(actor)
    draft.save(update_fields=["based_on", "edited_at", "edited_by"])
    return draft


@entry_verb
def change(
    policy_id: int,
    *,
    revision: int | None,
    rules: Mapping[str, Any] | None = None,
    name: str | None = None,
    note: str | None = None,
    actor: Actor | None,
    now: datetime,
) -> Policy:
    """Replace what is given of a draft. Raises Invalid naming each place, Conflict if ``revision`` is an older one."""
    draft = _lock_draft(policy_id, revision=revision)
    return _changed(draft, rules=rules, name=name, note=note, actor=actor, now=now)


@entry_verb
def edit(policy_id: int, what: Edit, *, revision: int | None, actor: Actor | None, now: datetime) -> Policy:
    """Make one edit of a draft's rules. Raises Invalid and Conflict as ``change`` does."""
    draft = _lock_draft(policy_id, revision=revision, own_edits_of=actor)
    earlier = _last_with_strategy(draft, what.argument) if what.action == "strategy" else None
    try:
        document = apply(draft.rules, what, earlier=earlier)
    except EditError as error:
        raise Conflict(f"{error} Look at the draft as it is now.", code="gone") from error
    if document == draft.rules:
        return draft
    return _changed(draft, rules=document, actor=actor, now=now)


@entry_verb
def go_back(policy_id: int, *, to: int, revision: int | None, actor: Actor | None, now: datetime) -> Policy:
    """Put a draft back to how it was at revision ``to``; that is a change too, and can be taken back."""
    draft = _lock_draft(policy_id, revision=revision, own_edits_of=actor)
    state = next((one for one in revisions(draft) if one.number == to), None)
    if state is None:
        raise NotFound(f"Version {draft.version} has no state {to}.")
    return _changed(draft, rules=state.rules, name=state.name, actor=actor, now=now)


@entry_verb
def undo(policy_id: int, *, revision: int | None, actor: Actor | None, now: datetime) -> Policy:
    """Take the last change back that still stands; again, the one before it. Raises Conflict when none is left."""
    draft = _lock_draft(policy_id, revision=revision, own_edits_of=actor)
    states = revisions(draft)[::-1]
    # What was taken back already is a state that was there before: go on from where that one first stood.
    first = next(i for i, state in enumerate(states) if (state.rules, state.name) == (draft.rules, draft.name))
    if first == 0:
        raise Conflict("There is no change left to take back.", code="nothing_to_undo")
    before = states[first - 1]
    return _changed(draft, rules=before.rules, name=before.name, actor=actor, now=now)


@entry_verb
def discard(policy_id: int, *, actor: Actor | None, now: datetime) -> Policy:
    """Put a draft away; ``restore`` takes it out again."""
    draft = _lock_draft(policy_id, revision=None)
    return _with_status(draft, PolicyStatus.DISCARDED, actor=actor, now=now)


@entry_verb
def restore(policy_id: int, *, actor: Actor | None, now: datetime) -> Policy:
    """Take a draft out again that was put away."""
    policy = _lock(policy_id)
    if policy.status != PolicyStatus.DISCARDED:
        raise Conflict(f"Version {policy.version} was not put away.")
    return _with_status(policy, PolicyStatus.DRAFT, actor=actor, now=now)


def revisions(policy: Policy) -> list[Revision]:
    """Return the states that a version was in, the newest first, one for each number."""
    events = apps.get_model("orders", "PolicyEvent").objects.filter(pgh_obj=policy.pk).order_by("-pgh_id")
    found: dict[int, Revision] = {}
    rows = list(events.values_list("revision", "rules", "name", "edited_at", "edited_by_id", "created_at"))
    users = get_user_model().objects.in_bulk({row[4] for row in rows if row[4]})
    for number, rules, name, at, who, created_at in rows:
        if number not in found:
            found[number] = Revision(number, rules, name, at or created_at, str(users.get(who, "the system")))
    return list(found.values())


def changes_between(older: Revision, newer: Revision) -> list[Difference]:
    """Return what changed from one state to another."""
    renamed = [] if older.name == newer.name else [Difference("changed", "", "", "Name", "", older.name, newer.name)]
    return renamed + differences(older.rules, newer.rules)


def _changed(
    draft: Policy,
    *,
    rules: Mapping[str, Any] | None = None,
    name: str | None = None,
    note: str | None = None,
    actor: Actor | None,
    now: datetime,
) -> Policy:
    if rules is not None:
        draft.strategy = policies.checked_strategy(rules)
        draft.rules = dict(rules)
    if name is not None:
        draft.name = policies.cleaned_name(name)
    if note is not None:
        draft.note = clean_text(note, field="note", max_length=2000, multiline=True)
    draft.revision += 1
    draft.edited_at, draft.edited_by_id = now, key_of(actor)
    draft.save(update_fields=["strategy", "rules", "name", "note", "revision", "edited_at", "edited_by"])
    return draft


def _with_status(policy: Policy, status: PolicyStatus, *, actor: Actor | None, now: datetime) -> Policy:
    policy.status = status
    policy.edited_at, policy.edited_by_id = now, key_of(actor)
    policy.save(update_fields=["status", "edited_at", "edited_by"])
    return policy


def _lock_draft(policy_id: int, *, revision: int | None, own_edits_of: Actor | None = None) -> Policy:
    """Lock a draft that is as it was at ``revision``, or that only ``own_edits_of`` has changed since."""
    draft = _lock(policy_id)
    if draft.status != PolicyStatus.DRAFT:
        state = draft.get_status_display().lower()
        raise Conflict(f"Version {draft.version} is {state}, no draft. Start a new draft from it.", code="no_draft")
    if revision is not None and revision != draft.revision and not _is_all_by(draft, revision, own_edits_of):
        raise Conflict(_meanwhile(draft, revision), code="stale")
    return draft


def _is_all_by(draft: Policy, seen: int, actor: Actor | None) -> bool:
    """Tell whether one person made every change since: fields that save as they are left may be a state behind."""
    events = apps.get_model("orders", "PolicyEvent").objects.filter(pgh_obj=draft.pk, revision__gt=seen)
    return actor is not None and not events.exclude(edited_by_id=key_of(actor)).exists()


def _lock(policy_id: int) -> Policy:
    require_transaction()
    policy = Policy.objects.select_for_update(of=("self",), no_key=True).filter(pk=policy_id).first()
    if policy is None:
        raise NotFound("There is no such version of the rules.")
    return policy


def _get(policy_id: int) -> Policy:
    policy = Policy.objects.filter(pk=policy_id).first()
    if policy is None:
        raise NotFound("There is no such version of the rules.")
    return policy


def _meanwhile(draft: Policy, seen: int) -> str:
    """Say in words who changed what after revision ``seen``."""
    states = revisions(draft)
    before = next((state for state in states if state.number == seen), None)
    people = list(dict.fromkeys(state.who for state in states if state.number > seen))
    if before is None or not people:
        return f"The draft is at state {draft.revision} by now. Look at it, then repeat your change."
    said = [str(one) for one in changes_between(before, states[0])]
    more = f" and {len(said) - _MOST_DIFFERENCES} more changes" if len(said) > _MOST_DIFFERENCES else ""
    return f"{' and '.join(people)} changed the draft meanwhile. {'; '.join(said[:_MOST_DIFFERENCES])}{more}".rstrip()


def _last_with_strategy(draft: Policy, strategy: str) -> dict[str, Any] | None:
    """Return the newest rules that a draft, or what it is based on, had under this strategy, else under one like it.

    A draft that has no rules may have any back.
    """
    states = [state.rules for state in revisions(draft)]
    if draft.based_on is not None:
        states.append(draft.based_on.rules)
    kin = [rules for rules in states if rules["rules"] and is_ordered(rules["strategy"]) == is_ordered(strategy)]
    if not (kin or draft.rules["rules"]):
        kin = [rules for rules in states if rules["rules"]]
    return next((rules for rules in states if rules["strategy"] == strategy), kin[0] if kin else None)
