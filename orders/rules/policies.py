"""Versions of the rules that rank the backlog: draft, publish, go back."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Max

from kernel.errors import Conflict, Invalid, NotFound
from kernel.people import Actor, key_of
from kernel.text import clean_text
from kernel.transactions import entry_verb, require_transaction
from orders.models import Policy, PolicyStatus
from orders.planning.grammar import InvalidPolicyError, parse_policy
from orders.planning.presets import BALANCED_PRIORITY
from orders.rules.guarding import guard
from orders.rules.releases import put_in_force
from orders.rules.rules_lock import lock_rules

FIRST_NAME = "Balanced priority"


def published() -> Policy:
    """Return the policy in force; a database without one gets the preset as version 1."""
    # As SQL: every event asks, and putting the question into words takes Django longer than PostgreSQL to answer it.
    found = list(Policy.objects.raw("SELECT * FROM orders_policy WHERE status = %s", [PolicyStatus.PUBLISHED]))
    return found[0] if found else _publish_first()


def is_read(attribute: str) -> bool:
    """Tell whether the rules in force read an attribute of the catalogue."""
    policy = Policy.objects.filter(status=PolicyStatus.PUBLISHED).first()
    return policy is not None and attribute in parse_policy(policy.rules).attributes()


@entry_verb
def create_draft(*, name: str, rules: Mapping[str, Any], note: str = "", actor: Actor | None, now: datetime) -> Policy:
    """Keep a new version of the rules without using it. Raises Invalid naming each place that is wrong."""
    return add_draft(name=name, rules=rules, note=note, actor=actor, now=now)


def add_draft(*, name: str, rules: Mapping[str, Any], note: str, actor: Actor | None, now: datetime) -> Policy:
    """Add a draft under the next version number, as ``create_draft`` does; takes part in the caller's transaction."""
    require_transaction()
    document = dict(rules)
    strategy = checked_strategy(document)
    cleaned = cleaned_name(name)
    lock_rules()
    return Policy.objects.create(
        name=cleaned,
        version=_next_version(),
        strategy=strategy,
        rules=document,
        note=clean_text(note, field="note", max_length=2000, multiline=True),
        created_at=now,
        created_by_id=key_of(actor),
    )


def cleaned_name(name: str) -> str:
    """Return the name of a version as it can be kept, or raise Invalid."""
    cleaned = clean_text(name, field="name", max_length=100)
    if not cleaned:
        raise Invalid("Give the policy a name.", fields={"name": "Give the policy a name."})
    return cleaned


@entry_verb
def publish(policy_id: int, *, note: str = "", actor: Actor | None, now: datetime) -> Policy:
    """Put a draft in force, archive the one before, and plan the whole backlog anew.

    Where the guard has limits the draft becomes RELEASING instead, until its full run passes (``releases``). Where
    rules need a second person it is refused: submit it (``approvals``).
    """
    return publish_draft(policy_id, note=note, actor=actor, now=now)


def publish_draft(policy_id: int, *, note: str, actor: Actor | None, now: datetime) -> Policy:
    """Do as ``publish`` does, in the caller's transaction."""
    require_transaction()
    lock_rules()
    policy = _get(policy_id)
    if policy.status == PolicyStatus.PUBLISHED:
        raise Conflict(f"Version {policy.version} is in force already.")
    if policy.status == PolicyStatus.ARCHIVED:
        raise Conflict(f"Version {policy.version} was in force before. Roll back to it instead.")
    if policy.status != PolicyStatus.DRAFT:
        raise Conflict(f"Version {policy.version} is {policy.get_status_display().lower()}, no draft.")
    if guard().four_eyes:
        raise Conflict("Rules need a second person. Submit them for approval.", code="needs_second_person")
    checked_strategy(policy.rules)
    return put_in_force(policy, note=note, actor=actor, now=now)


@entry_verb
def rollback(policy_id: int, *, note: str = "", actor: Actor | None, now: datetime) -> Policy:
    """Put a version that was in force before in force again, and plan the whole backlog anew.

    The guard judges it as it does a draft. It needs no second person: it had one, and going back must be quick.
    """
    lock_rules()
    policy = _get(policy_id)
    if policy.status != PolicyStatus.ARCHIVED:
        raise Conflict(f"Version {policy.version} was not in force before. Choose an archived version.")
    checked_strategy(policy.rules)
    return put_in_force(policy, note=note, actor=actor, now=now)


def _publish_first() -> Policy:
    with transaction.atomic():
        lock_rules()
        policy = Policy.objects.filter(status=PolicyStatus.PUBLISHED).first()
        if policy is None:
            policy = Policy.objects.create(
                name=FIRST_NAME,
                version=_next_version(),
                status=PolicyStatus.PUBLISHED,
                strategy=checked_strategy(BALANCED_PRIORITY),
                rules=BALANCED_PRIORITY,
                note="The preset that Backlog starts with.",
            )
            Policy.objects.filter(pk=policy.pk).update(published_at=policy.created_at)
        return policy


def _get(policy_id: int) -> Policy:
    """Return a version, locked, so that what is checked is what comes in force: a draft may be edited meanwhile."""
    policy = Policy.objects.select_for_update(of=("self",), no_key=True).filter(pk=policy_id).first()
    if policy is None:
        raise NotFound("There is no such policy.")
    return policy


def checked_strategy(document: Mapping[str, Any]) -> str:
    """Return the strategy of a document that the grammar accepts, or raise Invalid with all that it refuses."""
    try:
        return parse_policy(dict(document)).strategy
    except InvalidPolicyError as error:
        fields: dict[str, str] = {}
        for problem in error.problems:  # of several at one place the first is the cause of the others
            fields.setdefault(problem.place or "rules", problem.message)
        raise Invalid("The rules have errors. Correct the places named.", fields=fields) from error


def _next_version() -> int:
    return 1 + (Policy.objects.aggregate(newest=Max("version"))["newest"] or 0)
