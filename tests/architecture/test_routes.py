"""Who may call what: every address × method × role. An address that is not in the table fails the build."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from backlog.accounts.models import ApiKey, User
from backlog.accounts.roles import ADMIN, AGENT, OPS, PERMISSIONS
from tests.factories.orders import make_user

PUBLIC, SIGNED_IN = ("public",), ("signed in",)
SEE = ("orders.view_backlog",)
HOLD = ("orders.hold_order",)
CANCEL = ("orders.cancel_order",)
EXPEDITE = ("orders.expedite_order",)
SHIP = ("orders.ship_order",)
ETA = ("orders.change_eta", "orders.postpone_eta")
NOTE = ("orders.note_order",)
ASSIGN = ("orders.assign_order",)
MOVE = ("inventory.move_stock",)
BUY = ("inventory.manage_purchase_orders",)
CATALOGUE = ("inventory.manage_catalogue",)
TAKE_IN = ("orders.intake_order",)
REPLAN = ("orders.replan",)
SEND = ("notifications.send_message",)
HOOKS = ("notifications.manage_webhooks",)
CHANNELS = ("notifications.manage_channels",)
PREFER = ("notifications.change_preferences",)
VALVE = ("notifications.run_valve",)
WORDS = ("notifications.edit_template",)
EDIT_POLICY, PUBLISH_POLICY = ("orders.edit_policy",), ("orders.publish_policy",)
RELEASE = ("orders.release_plan",)
SIMULATE = ("orders.simulate",)

METHODS = ("GET", "POST", "PATCH")


@dataclass(frozen=True, slots=True)
class Route:
    """Any of these permissions opens the method; None: the address does not have it (405)."""

    get: tuple[str, ...] | None = None
    post: tuple[str, ...] | None = None
    patch: tuple[str, ...] | None = None

    def needs(self, method: str) -> tuple[str, ...] | None:
        needed: tuple[str, ...] | None = getattr(self, method.lower())
        return needed


ROUTES = {
    "home": Route(get=SIGNED_IN, post=SIGNED_IN, patch=SIGNED_IN),  # redirects to the board
    "sign-in": Route(get=PUBLIC, post=PUBLIC, patch=SIGNED_IN),  # who is signed in is sent home, whatever the method
    "sign-out": Route(post=SIGNED_IN),
    "styles": Route(get=PUBLIC),
    "preferences": Route(post=PUBLIC),
    "live": Route(get=SIGNED_IN, post=SIGNED_IN, patch=SIGNED_IN),  # a stream, whatever the method
    "healthz": Route(get=PUBLIC),
    "readyz": Route(get=PUBLIC),
    "metrics": Route(get=PUBLIC),
    "orders:board": Route(get=SEE),
    "orders:export_csv": Route(get=SEE),
    "orders:export_xlsx": Route(get=SEE),
    "orders:print_backlog": Route(get=SEE),
    "orders:picking": Route(get=SHIP),
    "orders:save_view": Route(post=SEE),
    "orders:delete_view": Route(post=SEE),
    "orders:exceptions": Route(get=SEE),
    "orders:snooze": Route(post=NOTE),
    "orders:wake": Route(post=NOTE),
    "orders:take": Route(post=ASSIGN),
    "orders:let_go": Route(post=ASSIGN),
    "orders:bulk_start": Route(post=SEE),  # and what the action needs
    "orders:bulk_job": Route(get=SEE),
    "orders:bulk_undo": Route(post=SEE),
    "orders:mentions": Route(get=SEE),
    "orders:read_mentions": Route(post=SEE),
    "orders:read_mention": Route(post=SEE),  # of one's own
    "orders:unread_mention": Route(post=SEE),
    "orders:people": Route(get=NOTE),
    "orders:order": Route(get=SEE),
    "orders:order_help": Route(get=SEE),
    "orders:hold": Route(post=HOLD),
    "orders:release": Route(post=HOLD),
    "orders:expedite": Route(post=EXPEDITE),
    "orders:unexpedite": Route(post=EXPEDITE),
    "orders:eta": Route(post=ETA),
    "orders:ship": Route(post=SHIP),
    "orders:pick": Route(post=SHIP),
    "orders:unpick": Route(post=SHIP),
    "orders:substitute": Route(post=CANCEL),
    "orders:order_substitutes": Route(get=SEE),
    "orders:swap_back": Route(post=CANCEL),
    "orders:order_split": Route(get=SHIP),
    "orders:split": Route(post=SHIP),
    "orders:rejoin": Route(post=SHIP),
    "orders:address": Route(post=("orders.see_contact",)),
    "orders:restore_address": Route(post=("orders.see_contact",)),
    "orders:order_activity": Route(get=SEE),
    "orders:order_lines": Route(get=SEE),
    "orders:order_runs": Route(get=SEE),
    "orders:order_expedite": Route(get=SEE),
    "orders:cancel": Route(post=CANCEL),
    "orders:note": Route(post=NOTE),
    "orders:telling": Route(get=SEE),
    "orders:tell": Route(post=SEND),
    "orders:untell": Route(post=SEND),
    "orders:tell_many": Route(get=SEND, post=SEND),
    "orders:decide_proposals": Route(post=SEND),
    "orders:think_again": Route(post=SEND),
    "orders:line_eta": Route(post=("orders.postpone_eta",)),
    "orders:macros": Route(get=SEE, post=("orders.change_macros",)),
    "orders:macro": Route(get=("orders.change_macros",), post=("orders.change_macros",)),
    "orders:remove_macro": Route(post=("orders.change_macros",)),
    "orders:restore_macro": Route(post=("orders.change_macros",)),
    "orders:compensation": Route(get=SEE),
    "orders:change_budget": Route(post=("orders.change_ladder",)),
    "orders:add_step": Route(post=("orders.change_ladder",)),
    "orders:remove_step": Route(post=("orders.change_ladder",)),
    "orders:restore_step": Route(post=("orders.change_ladder",)),
    "orders:compensate": Route(post=("orders.compensate",)),
    "orders:take_compensation_back": Route(post=("orders.compensate",)),
    "orders:customer_link": Route(post=SEND),
    "orders:stop_links": Route(post=SEND),
    "orders:studies": Route(get=SEE),
    "orders:ask_study": Route(post=SIMULATE),
    "orders:study": Route(get=SEE),
    "orders:flow": Route(get=SEE),
    "orders:replies": Route(get=SEE),
    "orders:answer_reply": Route(post=SEND),
    "orders:withdraw_answer": Route(post=SEND),
    "orders:attach_reply": Route(post=SEND),
    "orders:lay_aside_reply": Route(post=SEND),
    "orders:take_up_reply": Route(post=SEND),
    "orders:delays": Route(get=SEE, post=("orders.change_delay_rules",)),
    "orders:delay_agree": Route(post=SEND),
    "orders:templates": Route(get=SEE),
    "orders:template": Route(get=SEE),
    "orders:template_frame": Route(get=SEE),
    "orders:template_start": Route(post=WORDS),
    "orders:template_edit": Route(post=WORDS),
    "orders:template_discard": Route(post=WORDS),
    "orders:template_restore": Route(post=WORDS),
    "orders:template_test": Route(post=WORDS),
    "orders:template_activate": Route(post=("notifications.activate_template",)),
    "orders:template_shipped": Route(post=("notifications.activate_template",)),
    "orders:feedback": Route(get=SEE),
    "orders:answer_feedback": Route(post=("orders.answer_feedback",)),
    "orders:open_order": Route(get=PUBLIC),  # whoever has the key
    "orders:my_order": Route(get=PUBLIC),  # whoever has the cookie that the key gave
    "orders:choose": Route(post=PUBLIC),
    "orders:give_feedback": Route(post=PUBLIC),
    "orders:products": Route(get=SEE),
    "orders:product": Route(get=SEE),
    "orders:adjust": Route(post=MOVE),
    "orders:customers": Route(get=SEE),
    "orders:customer": Route(get=SEE),
    "orders:customer_contact": Route(post=("orders.see_contact",)),
    "orders:customer_standing": Route(post=TAKE_IN),
    "orders:customer_terms": Route(post=TAKE_IN),
    "orders:suppliers": Route(get=SEE),
    "orders:supplier": Route(get=SEE),
    "orders:supplier_change": Route(post=CATALOGUE),
    "orders:setup": Route(get=CATALOGUE),
    "orders:setup_warehouses": Route(get=CATALOGUE),
    "orders:setup_warehouse_add": Route(post=CATALOGUE),
    "orders:setup_warehouse": Route(post=CATALOGUE),
    "orders:setup_capacity": Route(post=CATALOGUE),
    "orders:setup_calendars": Route(get=CATALOGUE),
    "orders:setup_calendar_add": Route(post=CATALOGUE),
    "orders:setup_calendar_import": Route(post=CATALOGUE),
    "orders:setup_calendar": Route(post=CATALOGUE),
    "orders:setup_close_day": Route(post=CATALOGUE),
    "orders:setup_open_day": Route(post=CATALOGUE),
    "orders:setup_sources": Route(get=CATALOGUE),
    "orders:setup_sources_change": Route(post=CATALOGUE),
    "orders:setup_substitutes": Route(get=CATALOGUE),
    "orders:setup_substitutes_change": Route(post=CATALOGUE),
    "orders:setup_substitutes_import": Route(post=CATALOGUE),
    "orders:setup_protected": Route(get=CATALOGUE),
    "orders:setup_protected_change": Route(post=CATALOGUE),
    "orders:setup_protected_import": Route(post=CATALOGUE),
    "orders:setup_terms": Route(get=CATALOGUE),
    "orders:setup_terms_change": Route(post=CATALOGUE),
    "orders:setup_suppliers": Route(get=CATALOGUE),
    "orders:setup_supplier_add": Route(post=CATALOGUE),
    "orders:setup_undo": Route(post=SEE),  # and what the change itself needs
    "orders:simulations": Route(get=SEE),
    "orders:simulation_new": Route(get=SIMULATE, post=SIMULATE),
    "orders:simulation": Route(get=SEE),
    "orders:simulation_publish": Route(post=PUBLISH_POLICY),
    "orders:rules": Route(get=SEE),
    "orders:rules_start": Route(post=EDIT_POLICY),
    "orders:rules_version": Route(get=SEE),
    "orders:rules_preview": Route(get=EDIT_POLICY),
    "orders:rules_trial": Route(get=EDIT_POLICY),
    "orders:rules_changes": Route(get=SEE),
    "orders:rules_edit": Route(post=EDIT_POLICY),
    "orders:rules_document": Route(post=EDIT_POLICY),
    "orders:rules_rename": Route(post=EDIT_POLICY),
    "orders:rules_back": Route(post=EDIT_POLICY),
    "orders:rules_discard": Route(post=EDIT_POLICY),
    "orders:rules_restore": Route(post=EDIT_POLICY),
    "orders:rules_publish": Route(post=PUBLISH_POLICY),
    "orders:rules_rollback": Route(post=PUBLISH_POLICY),
    "orders:rules_submit": Route(post=EDIT_POLICY),
    "orders:rules_send_back": Route(post=EDIT_POLICY),
    "orders:rules_approve": Route(post=PUBLISH_POLICY),
    "orders:rules_release": Route(post=("orders.release_plan",)),
    "orders:rules_withdraw": Route(post=("orders.release_plan",)),
    "orders:rules_guard": Route(get=("orders.change_guard",), post=("orders.change_guard",)),
    "orders:plan_runs": Route(get=SEE),
    "orders:plan_now": Route(post=REPLAN),
    "orders:plan_run": Route(get=SEE),
    "orders:plan_run_changes": Route(get=SEE),
    "orders:plan_run_messages": Route(get=SEE),
    "orders:release_run": Route(post=RELEASE),
    "orders:withdraw_run": Route(post=RELEASE),
    "inventory:receive": Route(get=MOVE, post=MOVE),
    "inventory:purchase_orders": Route(get=SEE),
    "inventory:purchase_order": Route(get=SEE),
    "inventory:redate": Route(post=BUY),
    "inventory:receive_purchase_order": Route(post=BUY),
    "notifications:messages": Route(get=SEE),
    "notifications:message": Route(get=SEE),
    "notifications:message_html": Route(get=SEE),
    "notifications:rules": Route(get=SEE, post=VALVE),
    "notifications:pause": Route(post=VALVE),
    "notifications:resume": Route(post=VALVE),
    "notifications:add_send_rule": Route(post=VALVE),
    "notifications:change_send_rule": Route(post=VALVE),
    "notifications:restore_send_rule": Route(post=VALVE),
    "notifications:stop": Route(post=SEND),
    "notifications:send_again": Route(post=SEND),
    "notifications:channels": Route(get=SEE),
    "notifications:channel_save": Route(post=CHANNELS),
    "notifications:channel_try": Route(post=CHANNELS),
    "notifications:take_mail_events": Route(post=PUBLIC),  # whoever has the secret
    "notifications:take_mail": Route(post=PUBLIC),  # whoever has the secret
    "notifications:unsubscribe": Route(get=PUBLIC, post=PUBLIC),  # whoever has the key
    "api:schema": Route(get=SIGNED_IN),
    "api:docs": Route(get=SIGNED_IN),
    "api:missing": Route(get=SIGNED_IN, post=SIGNED_IN, patch=SIGNED_IN),  # 404 in the API's own form
    "api:orders-list": Route(get=SEE, post=TAKE_IN),
    "api:orders-detail": Route(get=SEE),
    "api:orders-explain": Route(get=SEE),
    "api:orders-hold": Route(post=HOLD),
    "api:orders-release": Route(post=HOLD),
    "api:orders-cancel": Route(post=CANCEL),
    "api:orders-expedite": Route(post=EXPEDITE),
    "api:orders-ship": Route(post=SHIP),
    "api:orders-pick": Route(post=SHIP),
    "api:orders-unpick": Route(post=SHIP),
    "api:orders-substitute": Route(post=CANCEL),
    "api:orders-substitutes": Route(get=SEE),
    "api:orders-terms": Route(post=TAKE_IN),
    "api:orders-eta": Route(post=ETA),
    "api:orders-note": Route(post=NOTE),
    "api:bulk-actions-list": Route(get=SEE, post=SEE),  # and what the action needs
    "api:bulk-actions-detail": Route(get=SEE),
    "api:bulk-actions-undo": Route(post=SEE),
    "api:stock-list": Route(get=SEE),
    "api:stock-receipts": Route(post=MOVE),
    "api:stock-adjustments": Route(post=MOVE),
    "api:stock-counts": Route(post=MOVE),
    "api:stock-transfers": Route(post=MOVE),
    "api:stock-protected": Route(post=CATALOGUE),
    "api:purchase-orders-list": Route(get=SEE, post=BUY),
    "api:purchase-orders-detail": Route(get=SEE, patch=BUY),
    "api:purchase-orders-receive": Route(post=BUY),
    "api:products-list": Route(get=SEE, post=CATALOGUE),
    "api:products-detail": Route(get=SEE, patch=CATALOGUE),
    "api:products-substitutes": Route(post=CATALOGUE),
    "api:customers-terms": Route(post=TAKE_IN),
    "api:sources-list": Route(get=SEE, post=CATALOGUE),
    "api:pick-capacity-list": Route(get=SEE, post=CATALOGUE),
    "api:customers-list": Route(get=SEE, post=TAKE_IN),
    "api:customers-detail": Route(get=SEE, patch=TAKE_IN),
    "api:suppliers-list": Route(get=SEE, post=CATALOGUE),
    "api:suppliers-detail": Route(get=SEE, patch=CATALOGUE),
    "api:suppliers-products": Route(post=CATALOGUE),
    "api:warehouses-list": Route(get=SEE, post=CATALOGUE),
    "api:warehouses-detail": Route(get=SEE, patch=CATALOGUE),
    "api:policies-list": Route(get=SEE, post=EDIT_POLICY),
    "api:policies-detail": Route(get=SEE, patch=EDIT_POLICY),
    "api:policies-schema": Route(get=SEE),
    "api:policies-presets": Route(get=SEE),
    "api:policies-attributes": Route(get=SEE),
    "api:policies-preview": Route(post=EDIT_POLICY),
    "api:policies-discard": Route(post=EDIT_POLICY),
    "api:policies-restore": Route(post=EDIT_POLICY),
    "api:policies-changes": Route(get=SEE),
    "api:policies-preview-rules": Route(post=EDIT_POLICY),
    "api:policies-submit": Route(post=EDIT_POLICY),
    "api:policies-send-back": Route(post=PUBLISH_POLICY),
    "api:policies-approve": Route(post=PUBLISH_POLICY),
    "api:policies-publish": Route(post=PUBLISH_POLICY),
    "api:policies-rollback": Route(post=PUBLISH_POLICY),
    "api:plan-runs-list": Route(get=SEE, post=REPLAN),
    "api:plan-runs-detail": Route(get=SEE),
    "api:plan-runs-compare": Route(get=SEE),
    "api:plan-runs-compare-order": Route(get=SEE),
    "api:plan-runs-release": Route(post=RELEASE),
    "api:plan-runs-withdraw": Route(post=RELEASE),
    "api:simulations-list": Route(get=SEE, post=SIMULATE),
    "api:simulations-detail": Route(get=SEE),
    "api:simulations-publish": Route(post=PUBLISH_POLICY),
    "api:studies-list": Route(get=SEE, post=SIMULATE),
    "api:studies-detail": Route(get=SEE),
    "api:forecasts-list": Route(get=SEE),
    "api:forecasts-detail": Route(get=SEE),
    "api:forecast-runs-list": Route(get=SEE),
    "api:forecast-runs-detail": Route(get=SEE),
    "api:guard-list": Route(get=SEE, post=("orders.change_guard",)),
    "api:availability-list": Route(post=SEE),
    "api:calendars-list": Route(get=SEE, post=CATALOGUE),
    "api:calendars-detail": Route(get=SEE, patch=CATALOGUE),
    "api:calendars-close": Route(post=CATALOGUE),
    "api:calendars-open": Route(post=CATALOGUE),
    "api:risk-model-list": Route(get=SEE),
    "api:risk-model-detail": Route(get=SEE),
    "api:risk-model-in-use": Route(get=SEE),
    "api:message-rules-list": Route(get=SEE, post=VALVE),
    "api:message-rules-pause": Route(post=VALVE),
    "api:message-rules-resume": Route(post=VALVE),
    "api:contact-preferences-list": Route(get=SEE, post=PREFER),
    "api:contact-preferences-detail": Route(get=SEE),
    "api:contact-preferences-forget": Route(post=PREFER),
    "api:webhooks-list": Route(get=HOOKS, post=HOOKS),
    "api:webhooks-detail": Route(get=HOOKS, patch=HOOKS),
    "api:webhooks-deliveries": Route(get=HOOKS),
    "api:metrics-flow": Route(get=SEE),
    "api:replies-list": Route(get=SEE),
    "api:replies-detail": Route(get=SEE),
    "api:replies-answer": Route(post=SEND),
    "api:replies-withdraw": Route(post=SEND),
    "api:replies-attach": Route(post=SEND),
    "api:replies-lay-aside": Route(post=SEND),
    "api:replies-take-up": Route(post=SEND),
    "api:message-templates-list": Route(get=SEE, post=WORDS),
    "api:message-templates-detail": Route(get=SEE),
    "api:message-templates-discard": Route(post=WORDS),
    "api:message-templates-activate": Route(post=("notifications.activate_template",)),
    "api:message-templates-use-standard": Route(post=("notifications.activate_template",)),
    "api:delay-rules-list": Route(get=SEE, post=("orders.change_delay_rules",)),
    "api:delay-notices-list": Route(get=SEE),
    "api:delay-notices-detail": Route(get=SEE),
    "api:delay-notices-agree": Route(post=SEND),
    "api:feedback-list": Route(get=SEE),
    "api:feedback-detail": Route(get=SEE),
    "api:feedback-answer": Route(post=("orders.answer_feedback",)),
    "orders:find": Route(get=SEE),
    "api:messages-list": Route(get=SEE),
    "api:messages-detail": Route(get=SEE),
    "api:metrics-backlog": Route(get=SEE),
    "api:metrics-promises": Route(get=SEE),
}

ONLY_ASKS = {"api:availability-list"}  # POSTs that write nothing

NOBODYS: dict[str, str | int] = {
    **dict.fromkeys(
        (
            "run_id",
            "change_id",
            "version",
            "simulation_id",
            "job_id",
            "mention_id",
            "delivery_id",
            "notice_id",
            "rule_id",
            "view_id",
            "feedback_id",
            "reply_id",
            "study_id",
            "macro_id",
            "step_id",
            "compensation_id",
        ),
        987654321,
    ),
    "ref": "NONE-1",
    "sku": "NONE-1",
    "code": "NONE-1",
    "pk": "987654321",
    "position": 1,
    "key": "opens-nothing",
    "channel": "none",
    "customer_code": "NONE-1",
    "kind": "none",
    "language": "none",
}


def _patterns(patterns: list[URLPattern | URLResolver], prefix: str = "") -> Iterator[tuple[str, dict[str, object]]]:
    """Yield every route's qualified name (or pattern, if nameless) and values for its parameters that name nothing."""
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            inside = f"{prefix}{pattern.namespace}:" if pattern.namespace else prefix
            yield from _patterns(pattern.url_patterns, inside)
        else:
            names = pattern.pattern.regex.groupindex
            yield prefix + (pattern.name or str(pattern.pattern)), {name: NOBODYS[name] for name in names}


# One client for all: loading the middleware anew for each of a thousand calls would take most of the time.
CLIENT = Client(raise_request_exception=False)
FOUND = dict(_patterns(get_resolver().url_patterns))


def test_every_route_is_in_the_table_and_every_entry_is_a_route() -> None:
    assert set(FOUND) - set(ROUTES) == set(), "say who may call these"
    assert set(ROUTES) - set(FOUND) == set(), "these are gone"


def test_every_permission_of_the_table_is_one_that_roles_have() -> None:
    needed = {name for route in ROUTES.values() for method in METHODS for name in route.needs(method) or ()}

    assert needed - {*PUBLIC, *SIGNED_IN} <= set(PERMISSIONS)


@pytest.fixture
def people(db: None) -> dict[str, User]:
    return {role: make_user(role) for role in (AGENT, OPS, ADMIN)}


@pytest.mark.parametrize("name", sorted((set(ROUTES) & set(FOUND)) - {"live"}))
def test_a_route_opens_to_those_whom_the_table_names(name: str, people: dict[str, User]) -> None:
    url = "/api/v1/nothing/" if name == "api:missing" else reverse(name, kwargs=FOUND[name])
    for method in METHODS:
        needed = ROUTES[name].needs(method)
        _assert_stranger(url, method, needed)
        for role, user in people.items():
            status = _call(url, method, user)
            said = f"{method} {url} as {role}: {status}"
            if needed is None:
                assert status == 405 or (status == 403 and not _may_anything(name, role)), said
            elif _is_allowed(role, needed):
                assert status not in (401, 403, 405), said
                assert status < 500 or name == "readyz", said
            else:
                assert status == 403, said


@pytest.mark.django_db(transaction=True)  # the stream gives its connection back, which would end a test's transaction
def test_the_live_stream_opens_to_everybody_who_is_signed_in() -> None:
    _assert_stranger("/live/", "GET", ROUTES["live"].get)

    assert [_call("/live/", "GET", make_user(role)) for role in (AGENT, OPS, ADMIN)] == [200, 200, 200]


@pytest.mark.parametrize("name", sorted(name for name in ROUTES if name.startswith("api:") and name in FOUND))
def test_a_key_that_only_reads_writes_nowhere(name: str, people: dict[str, User]) -> None:
    url = "/api/v1/nothing/" if name == "api:missing" else reverse(name, kwargs=FOUND[name])
    _, text = ApiKey.issue(people[ADMIN], scope="read")

    status = Client().post(url, "{}", "application/json", headers={"Authorization": f"Bearer {text}"}).status_code

    if name in ONLY_ASKS:
        assert status == 422  # let in, and told what to ask
    else:
        assert status == (404 if name == "api:missing" else 403)


def _call(url: str, method: str, user: User | None) -> int:
    CLIENT.cookies.clear()
    if user is not None:
        CLIENT.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return CLIENT.generic(method, url, "{}", "application/json").status_code


def _assert_stranger(url: str, method: str, needed: tuple[str, ...] | None) -> None:
    """Somebody without a session gets to public routes, and elsewhere is sent to sign in (pages) or refused (API)."""
    status = _call(url, method, None)
    if needed == PUBLIC:
        assert status not in (401, 403, 405), f"{method} {url}: {status}"
    elif url.startswith("/api/"):
        assert status == 401, f"{method} {url}: {status}"
    else:
        assert status in (302, 401, 405), f"{method} {url}: {status}"


def _is_allowed(role: str, needed: tuple[str, ...]) -> bool:
    return needed in (PUBLIC, SIGNED_IN) or any(role in PERMISSIONS[name] for name in needed)


def _may_anything(name: str, role: str) -> bool:
    """Whether the role may use any method: a view may ask for the permission before it looks at the method."""
    needed = [ROUTES[name].needs(method) for method in METHODS]
    return any(_is_allowed(role, permissions) for permissions in needed if permissions)
