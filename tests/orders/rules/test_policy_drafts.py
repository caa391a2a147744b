"""Drafts: begun, changed by several people, taken back, put away."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from backlog.accounts.models import User
from kernel.errors import Conflict, Invalid, NotFound
from orders.drafting.edits import Edit
from orders.models import Policy, PolicyStatus
from orders.planning.presets import BALANCED_PRIORITY, FIFO
from orders.rules import policies, policy_drafts
from tests.factories import NOW
from tests.factories.orders import make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def ada() -> User:
    return make_user("admin", email="ada@example.com")


@pytest.fixture
def ben() -> User:
    return make_user("admin", email="ben@example.com")


def begin(actor: User, **options: Any) -> Policy:
    return policy_drafts.start(**{"based_on": None, "actor": actor, "now": NOW, **options})


def reweigh(draft: Policy, points: str, *, by: User, seen: int | None = None, rule: str = "lateness") -> Policy:
    what = Edit("weight", points, "rules", rule)
    return policy_drafts.edit(draft.pk, what, revision=seen, actor=by, now=NOW)


def cap(policy: Policy) -> float:
    return next(float(rule["points"]["cap"]) for rule in policy.rules["rules"] if rule["id"] == "lateness")


def test_a_draft_begins_as_a_copy_of_what_is_in_force(ada: User) -> None:
    draft = begin(ada)

    first = policies.published()
    assert (draft.status, draft.version, draft.rules, draft.name) == (PolicyStatus.DRAFT, 2, first.rules, first.name)
    assert (draft.based_on, draft.edited_by_id, draft.revision) == (first, ada.pk, 1)


def test_a_draft_begins_from_a_preset_or_another_version(ada: User) -> None:
    assert begin(ada, rules=FIFO).strategy == "fifo"
    assert begin(ada, based_on=policies.published().pk).rules == BALANCED_PRIORITY
    with pytest.raises(NotFound):
        begin(ada, based_on=2**31 - 1)


def test_every_edit_is_kept_and_counted(ada: User, ben: User) -> None:
    draft = begin(ada)

    reweigh(draft, "200", by=ada, seen=1)
    reweigh(draft, "300", by=ben, seen=2)

    states = policy_drafts.revisions(Policy.objects.get(pk=draft.pk))
    assert [(state.number, state.who) for state in states] == [(3, str(ben)), (2, str(ada)), (1, str(ada))]
    assert cap(Policy.objects.get(pk=draft.pk)) == 300


def test_an_edit_of_what_somebody_else_changed_is_refused_with_who_and_what(ada: User, ben: User) -> None:
    draft = begin(ada)
    reweigh(draft, "300", by=ben, seen=1)

    with pytest.raises(Conflict) as refusal:
        reweigh(draft, "50", by=ada, seen=1)

    assert refusal.value.code == "stale"
    assert refusal.value.detail == (
        f"{ben} changed the draft meanwhile. "
        "Days past the promised date: 5 points per day, up to 150 → 10 points per day, up to 300"
    )
    assert cap(Policy.objects.get(pk=draft.pk)) == 300


def test_own_edits_are_no_reason_to_refuse(ada: User) -> None:
    draft = begin(ada)
    reweigh(draft, "300", by=ada, seen=1)

    reweigh(draft, "40", by=ada, seen=1, rule="tier")

    assert Policy.objects.get(pk=draft.pk).revision == 3


def test_a_whole_document_is_only_replaced_by_who_saw_the_newest(ada: User) -> None:
    draft = begin(ada)
    reweigh(draft, "300", by=ada, seen=1)

    with pytest.raises(Conflict):
        policy_drafts.change(draft.pk, rules=FIFO, revision=1, actor=ada, now=NOW)

    policy_drafts.change(draft.pk, rules=FIFO, revision=2, actor=ada, now=NOW)
    assert Policy.objects.get(pk=draft.pk).strategy == "fifo"


def test_an_edit_that_the_grammar_refuses_changes_nothing(ada: User) -> None:
    draft = begin(ada)
    form = {"label": ["Late"], "attribute": ["order.days_late"], "points.type": ["linear"], "points.per_unit": ["x"]}

    with pytest.raises(Invalid) as refusal:
        policy_drafts.edit(draft.pk, Edit("save", "", "rules", "lateness", form), revision=1, actor=ada, now=NOW)

    assert list(refusal.value.fields) == ["rules[1].points.per_unit"]
    draft.refresh_from_db()
    assert (draft.revision, draft.rules) == (1, BALANCED_PRIORITY)


def test_an_edit_of_what_is_gone_is_refused(ada: User) -> None:
    draft = begin(ada)

    with pytest.raises(Conflict, match="removed it in the meantime"):
        reweigh(draft, "1", by=ada, rule="nothing")


def test_an_edit_that_changes_nothing_counts_for_nothing(ada: User) -> None:
    draft = begin(ada)

    policy_drafts.edit(draft.pk, Edit("move", "0", "rules", "expedited"), revision=1, actor=ada, now=NOW)

    assert Policy.objects.get(pk=draft.pk).revision == 1


def test_changes_are_taken_back_one_by_one_to_the_first(ada: User) -> None:
    draft = begin(ada)
    for points in ("200", "300", "400"):
        reweigh(draft, points, by=ada)

    caps = []
    for _ in range(3):
        caps.append(cap(policy_drafts.undo(draft.pk, revision=None, actor=ada, now=NOW)))

    assert caps == [300, 200, 150]
    with pytest.raises(Conflict, match="no change left"):
        policy_drafts.undo(draft.pk, revision=None, actor=ada, now=NOW)


def test_an_edit_after_an_undo_is_the_next_to_be_taken_back(ada: User) -> None:
    draft = begin(ada)
    reweigh(draft, "200", by=ada)
    reweigh(draft, "300", by=ada)
    policy_drafts.undo(draft.pk, revision=None, actor=ada, now=NOW)
    reweigh(draft, "500", by=ada)

    assert cap(policy_drafts.undo(draft.pk, revision=None, actor=ada, now=NOW)) == 200
    assert cap(policy_drafts.undo(draft.pk, revision=None, actor=ada, now=NOW)) == 150


def test_any_state_of_a_draft_can_be_had_back(ada: User) -> None:
    draft = begin(ada)
    reweigh(draft, "200", by=ada)
    reweigh(draft, "300", by=ada)

    assert cap(policy_drafts.go_back(draft.pk, to=2, revision=3, actor=ada, now=NOW)) == 200
    with pytest.raises(NotFound):
        policy_drafts.go_back(draft.pk, to=77, revision=None, actor=ada, now=NOW)


def test_trying_another_strategy_loses_no_rules(ada: User) -> None:
    draft = begin(ada)
    mine = reweigh(draft, "222", by=ada).rules

    for strategy in ("fifo", "lexicographic", "demand_forecast", "hybrid", "priority"):
        policy_drafts.edit(draft.pk, Edit("strategy", strategy), revision=None, actor=ada, now=NOW)

    assert Policy.objects.get(pk=draft.pk).rules == mine


def test_a_strategy_that_adds_up_points_takes_them_from_the_last_that_did(ada: User) -> None:
    draft = begin(ada)

    for strategy in ("demand_forecast", "fifo", "automated"):
        policy_drafts.edit(draft.pk, Edit("strategy", strategy), revision=None, actor=ada, now=NOW)

    assert Policy.objects.get(pk=draft.pk).rules["rules"] == BALANCED_PRIORITY["rules"]


def test_a_draft_is_put_away_and_taken_out_again(ada: User) -> None:
    draft = begin(ada)

    policy_drafts.discard(draft.pk, actor=ada, now=NOW)
    with pytest.raises(Conflict, match="discarded, no draft"):
        reweigh(draft, "1", by=ada)
    with pytest.raises(Conflict):
        policies.publish(draft.pk, actor=ada, now=NOW)

    policy_drafts.restore(draft.pk, actor=ada, now=NOW)
    reweigh(draft, "1", by=ada)
    with pytest.raises(Conflict, match="not put away"):
        policy_drafts.restore(draft.pk, actor=ada, now=NOW)


def test_what_is_in_force_is_edited_by_nobody(ada: User) -> None:
    first = policies.published()
    before = copy.deepcopy(first.rules)

    for verb in (
        lambda: reweigh(first, "1", by=ada),
        lambda: policy_drafts.discard(first.pk, actor=ada, now=NOW),
        lambda: policy_drafts.change(first.pk, name="Mine", revision=None, actor=ada, now=NOW),
    ):
        with pytest.raises(Conflict, match="Start a new draft"):
            verb()

    first.refresh_from_db()
    assert (first.rules, first.name) == (before, policies.FIRST_NAME)
