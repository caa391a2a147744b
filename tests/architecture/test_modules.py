from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("backlog", "orders", "inventory", "notifications", "kernel", "tests")
VAGUE = {"utils.py", "util.py", "helpers.py", "helper.py", "common.py", "misc.py"}

# Verbs that change neither stock nor orders, and planning itself; every other entry verb must ask for a plan.
NEEDS_NO_PLAN = {
    "inventory.catalogue.create_product",
    "inventory.catalogue.create_warehouse",
    "inventory.forecasts.fail_run",
    "inventory.forecasts.open_run",
    "inventory.forecasts.report_progress",
    "inventory.forecasts.store_forecast",
    "inventory.suppliers.create_supplier",
    "notifications.approving.approve",
    "notifications.approving.reject",
    "notifications.approving.think_again",
    "notifications.channels.configuring.set_gateway",
    "notifications.channels.events.hear",
    "notifications.channels.preferring.change_preference",
    "notifications.channels.preferring.forget_preference",
    "notifications.replies.keeping.keep_reply",
    "notifications.resending.send_again",
    "notifications.resending.stop",
    "notifications.send_rules.add_send_rule",
    "notifications.send_rules.change_send_rule",
    "notifications.send_rules.move_send_rule",
    "notifications.send_rules.remove_send_rule",
    "notifications.send_rules.restore_send_rule",
    "notifications.unsubscribing.subscribe_again",
    "notifications.unsubscribing.unsubscribe",
    "notifications.valve.change_rules",
    "notifications.valve.pause",
    "notifications.valve.resume",
    "notifications.webhooks.registering.change_webhook",
    "notifications.webhooks.registering.make_webhook",
    "notifications.wording.activate",
    "notifications.wording.discard",
    "notifications.wording.edit",
    "notifications.wording.restore",
    "notifications.wording.start",
    "notifications.wording.use_shipped",
    "notifications.wording.write",
    "orders.attention.assign",
    "orders.attention.snooze",
    "orders.attention.wake",
    "orders.bulk.jobs.set_aside",
    "orders.bulk.jobs.start_job",
    "orders.bulk.jobs.undo_job",
    "orders.customer_choices.change_contact",
    "orders.customers.create_customer",
    "orders.conversation.answer_reply",
    "orders.conversation.attach_reply",
    "orders.conversation.lay_aside",
    "orders.conversation.take_up",
    "orders.conversation.withdraw_answer",
    "orders.compensating.compensate",
    "orders.compensating.take_compensation_back",
    "orders.following_up.ask_for_feedback",
    "orders.following_up.follow_up_on_silence",
    "orders.following_up.tell_of_stock",
    "orders.ladder.add_step",
    "orders.ladder.change_budget",
    "orders.ladder.remove_step",
    "orders.ladder.restore_step",
    "orders.macros.keep_macro",
    "orders.macros.remove_macro",
    "orders.macros.restore_macro",
    "orders.telling.called_in_vain",
    "orders.delays.agree_in_person",
    "orders.delays.change_delay_rules",
    "orders.delays.give_overdue_notices",
    "orders.feedback.answer_feedback",
    "orders.feedback.give_feedback",
    "orders.replanning.chunks.write_chunk",
    "orders.replanning.first_plan.promise_chunk",
    "orders.replanning.first_plan.take_over",
    "orders.late_risk.store_version",
    "orders.party_backlogs.make_party_backlogs",
    "orders.replanning.first_plan._promise",
    "orders.replanning.first_plan._take_over",
    "orders.sample.settling.settle_promises",
    "orders.simulations.ask",
    "orders.studies.ask_study",
    "orders.simulations.publish_scenario",
    "orders.simulations._finish",
    "inventory.substitutes.change_substitutes",
    "orders.hands.change_capacity",
    "orders.terms.change_customer_terms",
    "orders.history.keep_day",
    "orders.history.keep_past_days",
    "orders.lifecycle.add_note",
    "orders.addressing.restore_address",
    "orders.mentions.read_mentions",
    "orders.mentions.unread_mention",
    "orders.approvals.approve",
    "orders.approvals.send_back",
    "orders.approvals.submit",
    "orders.guarding.change_guard",
    "orders.releases.come_in_force",
    "orders.releases.release",
    "orders.releases.withdraw",
    "orders.policies.create_draft",
    "orders.policy_drafts.change",
    "orders.policy_drafts.discard",
    "orders.policy_drafts.edit",
    "orders.policy_drafts.go_back",
    "orders.policy_drafts.restore",
    "orders.policy_drafts.start",
    "orders.policy_drafts.undo",
    "orders.policies.publish",
    "orders.policies.rollback",
    "orders.saved_views.delete_view",
    "orders.saved_views.save_view",
}


def modules() -> Iterator[Path]:
    for package in PACKAGES:
        yield from (path for path in (ROOT / package).rglob("*.py") if "migrations" not in path.parts)


def test_no_module_has_a_name_that_says_nothing() -> None:
    assert [path for path in modules() if path.name in VAGUE] == []


def test_imports_run_one_way_and_planning_knows_no_framework() -> None:
    # By its path: the console script of the environment that runs the tests, whether or not that is activated.
    done = subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-cache"], cwd=ROOT, capture_output=True, text=True
    )

    assert done.returncode == 0, done.stdout


def _entry_verbs() -> Iterator[tuple[str, Path, ast.FunctionDef]]:
    for path in modules():
        tree = ast.parse(path.read_text())
        dotted = ".".join(path.relative_to(ROOT).with_suffix("").parts)
        for node in tree.body:
            if isinstance(node, ast.FunctionDef) and any(
                isinstance(mark, ast.Name) and mark.id == "entry_verb" for mark in node.decorator_list
            ):
                yield f"{dotted}.{node.name}", path, node


VERBS = {name: (path, node) for name, path, node in _entry_verbs()}


def _called(node: ast.AST) -> set[str]:
    return {call.func.id for call in ast.walk(node) if isinstance(call, ast.Call) and isinstance(call.func, ast.Name)}


@pytest.mark.parametrize("verb", sorted(set(VERBS) - NEEDS_NO_PLAN))
def test_every_verb_on_stock_or_orders_asks_for_a_plan(verb: str) -> None:
    path, node = VERBS[verb]
    functions = {each.name: each for each in ast.parse(path.read_text()).body if isinstance(each, ast.FunctionDef)}
    called = _called(node)
    through = {name for callee in called & set(functions) for name in _called(functions[callee])}

    # set_eta marks in its turn; a full plan covers every product.
    assert {"mark_dirty", "set_eta", "ask_for_full_plan"} & (called | through)


def test_the_verbs_are_found() -> None:
    assert {"orders.shipping.ship", "inventory.receiving.receive_stock"} <= set(VERBS)
