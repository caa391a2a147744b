from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

from tests.architecture.entry_verbs import ROOT, VERBS, is_verb, modules

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
    "notifications.rules.approving.approve",
    "notifications.rules.approving.reject",
    "notifications.rules.approving.think_again",
    "notifications.channels.configuring.set_gateway",
    "notifications.channels.events.hear",
    "notifications.channels.preferring.change_preference",
    "notifications.channels.preferring.forget_preference",
    "notifications.replies.keeping.keep_reply",
    "notifications.delivering.resending.send_again",
    "notifications.delivering.resending.stop",
    "notifications.rules.send_rules.add_send_rule",
    "notifications.rules.send_rules.change_send_rule",
    "notifications.rules.send_rules.move_send_rule",
    "notifications.rules.send_rules.remove_send_rule",
    "notifications.rules.send_rules.restore_send_rule",
    "notifications.releasing.release_facts",
    "notifications.rules.thresholds.add_threshold",
    "notifications.rules.thresholds.change_threshold",
    "notifications.rules.thresholds.remove_threshold",
    "notifications.rules.thresholds.restore_threshold",
    "notifications.delivering.trying_text._count",
    "notifications.unsubscribing.subscribe_again",
    "notifications.unsubscribing.unsubscribe",
    "notifications.rules.valve.change_rules",
    "notifications.rules.valve.pause",
    "notifications.rules.valve.resume",
    "notifications.webhooks.registering.change_webhook",
    "notifications.webhooks.registering.make_webhook",
    "notifications.texts.wording.activate",
    "notifications.texts.wording.discard",
    "notifications.texts.wording.edit",
    "notifications.texts.wording.restore",
    "notifications.texts.wording.start",
    "notifications.texts.wording.use_shipped",
    "notifications.texts.wording.write",
    "orders.handling.attention.assign",
    "orders.handling.attention.snooze",
    "orders.handling.attention.wake",
    "orders.bulk.jobs.set_aside",
    "orders.bulk.jobs.start_job",
    "orders.bulk.jobs.undo_job",
    "orders.dialogue.customer_choices.change_contact",
    "orders.customers.create_customer",
    "orders.dialogue.conversation.answer_reply",
    "orders.dialogue.conversation.attach_reply",
    "orders.dialogue.conversation.lay_aside",
    "orders.dialogue.conversation.take_up",
    "orders.dialogue.conversation.withdraw_answer",
    "orders.dialogue.compensating.compensate",
    "orders.dialogue.compensating.take_compensation_back",
    "orders.dialogue.following_up.ask_for_feedback",
    "orders.dialogue.following_up.follow_up_on_silence",
    "orders.dialogue.following_up.tell_of_stock",
    "orders.dialogue.redeeming.take_use_back",
    "orders.dialogue.redeeming.use_code",
    "orders.dialogue.ladder.add_step",
    "orders.dialogue.ladder.change_budget",
    "orders.dialogue.ladder.remove_step",
    "orders.dialogue.ladder.restore_step",
    "orders.dialogue.macros.keep_macro",
    "orders.dialogue.macros.remove_macro",
    "orders.dialogue.macros.restore_macro",
    "orders.dialogue.telling.called_in_vain",
    "orders.dialogue.delays.agree_in_person",
    "orders.dialogue.delays.change_delay_rules",
    "orders.dialogue.delays.give_overdue_notices",
    "orders.dialogue.feedback.answer_feedback",
    "orders.dialogue.feedback.give_feedback",
    "orders.replanning.chunks.write_chunk",
    "orders.replanning.first_plan.promise_chunk",
    "orders.replanning.first_plan.take_over",
    "orders.studying.late_risk.store_version",
    "orders.party_backlogs.make_party_backlogs",
    "orders.replanning.first_plan._promise",
    "orders.replanning.first_plan._take_over",
    "orders.sample.settling.settle_promises",
    "orders.simulation.simulations.ask",
    "orders.studying.past_days._keep",
    "orders.studying.studies.ask_study",
    "orders.simulation.simulations.publish_scenario",
    "orders.simulation.simulations._finish",
    "inventory.substitutes.change_substitutes",
    "orders.hands.change_capacity",
    "orders.handling.hold_rights.change_hold_rights",
    "orders.handling.hold_sources.add_hold_source",
    "orders.handling.hold_sources.change_hold_source",
    "orders.handling.hold_sources.end_hold_source",
    "orders.handling.hold_sources.restore_hold_source",
    "orders.handling.terms.change_customer_terms",
    "orders.board.history.keep_day",
    "orders.board.history.keep_past_days",
    "orders.handling.lifecycle.add_note",
    "orders.handling.addressing.restore_address",
    "orders.handling.mentions.read_mentions",
    "orders.handling.mentions.unread_mention",
    "orders.rules.approvals.approve",
    "orders.rules.approvals.send_back",
    "orders.rules.approvals.submit",
    "orders.rules.guarding.change_guard",
    "orders.rules.releases.come_in_force",
    "orders.rules.releases.release",
    "orders.rules.releases.withdraw",
    "orders.rules.policies.create_draft",
    "orders.rules.policy_drafts.change",
    "orders.rules.policy_drafts.discard",
    "orders.rules.policy_drafts.edit",
    "orders.rules.policy_drafts.go_back",
    "orders.rules.policy_drafts.restore",
    "orders.rules.policy_drafts.start",
    "orders.rules.policy_drafts.undo",
    "orders.rules.policies.publish",
    "orders.rules.policies.rollback",
    "orders.board.saved_views.delete_view",
    "orders.board.saved_views.save_view",
}


def test_no_module_has_a_name_that_says_nothing() -> None:
    assert [path for path in modules() if path.name in VAGUE] == []


def test_imports_run_one_way_and_planning_knows_no_framework() -> None:
    # By its path: the console script of the environment that runs the tests, whether or not that is activated.
    done = subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-cache"], cwd=ROOT, capture_output=True, text=True
    )

    assert done.returncode == 0, done.stdout


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


def test_only_verbs_take_an_actor_that_they_do_not_read() -> None:
    """What entry_verb keeps is used; anywhere else an actor that nobody reads is a mistake."""
    strangers = []
    for path in modules():
        for node in ast.walk(ast.parse(path.read_text())):
            if not isinstance(node, ast.FunctionDef) or "tests" in path.parts or is_verb(node):
                continue
            takes = "actor" in {arg.arg for arg in (*node.args.args, *node.args.kwonlyargs)}
            reads = any(isinstance(each, ast.Name) and each.id == "actor" for each in ast.walk(node))
            if takes and not reads and not _is_shape(node):
                strangers.append(f"{path.relative_to(ROOT)}:{node.lineno}")

    assert strangers == []


def _is_shape(node: ast.FunctionDef) -> bool:
    """Whether it only says how others are called, as a protocol does."""
    return all(isinstance(each, ast.Expr) and isinstance(each.value, ast.Constant) for each in node.body)


def test_the_verbs_are_found() -> None:
    assert {"orders.handling.shipping.ship", "inventory.receiving.receive_stock"} <= set(VERBS)
