"""Several people on one draft of rules: nobody overwrites what they did not see, nor what is in force."""

from __future__ import annotations

import copy
import threading
from functools import partial

import pytest
from django.db import transaction

from backlog.accounts.models import User
from orders.drafting.edits import Edit
from orders.models import Policy, PolicyStatus
from orders.planning.presets import BALANCED_PRIORITY
from orders.rules import policies, policy_drafts
from tests.concurrency.race import PATIENCE_S, granted, race
from tests.factories import NOW
from tests.factories.orders import make_user

RULES = ("expedited", "lateness", "tier", "needed_by", "value", "age")


@pytest.fixture
def people(transactional_db: None) -> list[User]:
    return [make_user("admin") for _ in RULES]


@pytest.fixture
def draft(people: list[User]) -> Policy:
    return policy_drafts.start(based_on=None, actor=people[0], now=NOW)


def switch_off(draft: Policy, rule: str, actor: User, seen: int | None) -> Policy:
    what = Edit("switch", "", "rules", rule)
    return policy_drafts.edit(draft.pk, what, revision=seen, actor=actor, now=NOW)


def off(draft: Policy) -> set[str]:
    draft.refresh_from_db()
    return {rule["id"] for rule in draft.rules["rules"] if rule.get("off")}


def test_of_edits_made_on_the_same_state_by_several_people_one_is_kept(draft: Policy, people: list[User]) -> None:
    results = race([partial(switch_off, draft, rule, who, 1) for rule, who in zip(RULES, people, strict=True)])

    assert granted(results) == 1
    assert {result.refusal.code for result in results if result.refusal} == {"stale"}
    assert len(off(draft)) == 1
    assert draft.revision == 2


def test_edits_of_one_person_all_count(draft: Policy, people: list[User]) -> None:
    results = race([partial(switch_off, draft, rule, people[0], 1) for rule in RULES])

    assert granted(results) == len(RULES)
    assert off(draft) == set(RULES)
    assert draft.revision == 1 + len(RULES)
    assert [state.number for state in policy_drafts.revisions(draft)] == [7, 6, 5, 4, 3, 2, 1]


def test_read_then_written_without_the_lock_an_edit_is_lost(draft: Policy) -> None:
    both_have_read = threading.Barrier(2, timeout=PATIENCE_S)

    def switch_off_naively(place: int) -> None:
        with transaction.atomic():
            policy = Policy.objects.get(pk=draft.pk)
            both_have_read.wait()
            rules = copy.deepcopy(policy.rules)
            rules["rules"][place]["off"] = True
            policy.rules = rules
            policy.save(update_fields=["rules"])

    race([partial(switch_off_naively, 0), partial(switch_off_naively, 1)])

    assert len(off(draft)) == 1


def test_what_is_in_force_is_what_was_checked_whoever_edits_meanwhile(draft: Policy, people: list[User]) -> None:
    edits = [partial(switch_off, draft, rule, people[0], None) for rule in RULES]
    publish = partial(policies.publish, draft.pk, actor=people[1], now=NOW)

    results = race([*edits, publish])

    assert results[-1].refusal is None
    before = sum(result.refusal is None for result in results[:-1])
    assert {result.refusal.code for result in results[:-1] if result.refusal} <= {"no_draft"}
    draft.refresh_from_db()
    assert (draft.status, len(off(draft))) == (PolicyStatus.PUBLISHED, before)


def test_drafts_begun_at_once_have_numbers_of_their_own(people: list[User]) -> None:
    results = race([partial(policy_drafts.start, based_on=None, actor=who, now=NOW) for who in people])

    assert granted(results) == len(people)
    assert sorted(result.value.version for result in results) == [2, 3, 4, 5, 6, 7]
    assert all(result.value.rules == BALANCED_PRIORITY for result in results)
