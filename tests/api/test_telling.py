"""Telling customers over REST: dates, macros, compensations, proposals, rules; each taken back."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone

from notifications.dispatching import dispatch_pending
from notifications.models import Delivery, DeliveryState, Fact
from orders.models import Compensation, Order, OrderPromise, Telling
from tests.api.conftest import Api
from tests.factories.inventory import make_product
from tests.factories.messages import make_fact
from tests.factories.orders import make_customer, make_order, make_order_plan

pytestmark = pytest.mark.django_db(transaction=True)
TODAY = timezone.localdate()


@pytest.fixture
def order() -> Order:
    """An order that was promised for today and comes in ten days."""
    order = make_order([(make_product(), 1)], ref="SO-1", customer=make_customer(email="ann@example.com"))
    order.lines.update(unit_price=100)
    make_order_plan(order, eta_p50=TODAY + timedelta(days=10))
    OrderPromise.objects.update_or_create(
        order=order, defaults={"promised_on": TODAY, "announced_on": TODAY, "told_on": TODAY}
    )
    return order


def day(days: int) -> str:
    return (TODAY + timedelta(days=days)).isoformat()


def test_a_date_is_told_by_mail_and_taken_back(api: Api, order: Order) -> None:
    said = {"eta_on": day(10), "reason": "supplier_late", "note": "Sorry.", "version": 1}

    told = api.post("orders/SO-1/tell/", said)

    assert told.status_code == 201, told.content
    assert (told.json()["by"], told.json()["eta_on"]) == ("mail", day(10))
    taken = api.post(f"tellings/{told.json()['id']}/take-back/")
    assert taken.json()["taken_back_at"] is not None
    assert api.post(f"tellings/{told.json()['id']}/take-back/").status_code == 409


def test_calls_are_kept_as_they_ended(api: Api, order: Order) -> None:
    assert api.post("orders/SO-1/tell/", {"by": "voicemail", "note": "Called twice"}).status_code == 201
    assert api.post("orders/SO-1/tell/", {"by": "reached", "eta_on": day(10)}).status_code == 201
    assert [row["by"] for row in api.get("tellings/?order=SO-1").json()["results"]] == ["reached", "voicemail"]
    assert [row["by"] for row in api.get("tellings/?by=reached").json()["results"]] == ["reached"]


def test_a_date_is_saved_without_telling(api: Api, order: Order) -> None:
    said = {"by": "kept", "eta_on": day(10)}

    assert set(api.post("orders/SO-1/tell/", said).json()["fields"]) == {"why"}
    kept = api.post("orders/SO-1/tell/", {**said, "why": "Knows it from us"}).json()
    assert (kept["by"], kept["note"]) == ("kept", "Knows it from us")
    assert api.post(f"tellings/{kept['id']}/take-back/").json()["taken_back_at"] is not None


def test_a_message_without_day_or_reason_is_refused(api: Api, order: Order) -> None:
    assert set(api.post("orders/SO-1/tell/", {"reason": "supplier_late"}).json()["fields"]) == {"eta_on"}
    assert set(api.post("orders/SO-1/tell/", {"eta_on": day(10), "reason": "weather?"}).json()["fields"]) == {"reason"}
    assert not Telling.objects.exists()


def test_orders_are_found_whose_customers_have_to_be_told(api: Api, order: Order) -> None:
    assert [row["ref"] for row in api.get("orders/?to_tell=slipped").json()["results"]] == ["SO-1"]
    assert api.get("orders/?to_tell=undated").json()["results"] == []
    assert api.get("orders/?to_tell=silent").json()["results"] == []


def test_a_link_to_the_customers_page_is_made_and_stopped(api: Api, order: Order) -> None:
    assert "/o/" in api.post("orders/SO-1/customer-link/").json()["url"]
    assert api.post("orders/SO-1/stop-links/").json() == {"stopped": 1}


def test_the_ladder_is_built_offered_given_and_taken_back(api: Api, order: Order) -> None:
    step = api.post("compensation-steps/", {"kind": "voucher", "percent": 10, "from_days_late": 7})
    assert (step.status_code, step.json()["name"]) == (201, "10 % voucher")
    key = step.json()["id"]

    [offer] = api.get("orders/SO-1/offers/").json()
    assert (offer["step"]["id"], offer["cost"], offer["refusal"]) == (key, "10.00", "")
    given = api.post("orders/SO-1/compensate/", {"step": key, "version": 1})
    assert given.status_code == 201, given.content
    assert api.get("compensation-budget/").json()["spent"] == "10.00"
    [listed] = api.get(f"compensations/?code={given.json()['code']}").json()["results"]
    assert (listed["order"], listed["step"]["kind"]) == ("SO-1", "voucher")
    assert api.post(f"compensations/{listed['id']}/take-back/").json()["taken_back_at"] is not None
    assert api.get("compensations/?taken_back=false").json()["results"] == []
    assert Compensation.objects.count() == 1


def test_a_code_is_used_once_and_that_is_taken_back(api: Api, order: Order) -> None:
    step = api.post("compensation-steps/", {"kind": "voucher", "percent": 10, "from_days_late": 7}).json()["id"]
    code = api.post("orders/SO-1/compensate/", {"step": step}).json()["code"]
    till = {"code": f"{code[:5]}-{code[5:].lower()}", "used_for": "SO-2", "amount": "8.00"}

    used = api.post("compensations/use/", till, key="till-1").json()
    assert (used["used_for"], used["used_amount"]) == ("SO-2", "8.00")
    assert api.post("compensations/use/", till, key="till-1").json() == used
    assert api.post("compensations/use/", till).status_code == 409
    assert api.post("compensations/take-use-back/", {"code": code}).json()["used_at"] is None
    assert api.post("compensations/use/", {**till, "code": "NOBODYS"}).status_code == 404


def test_steps_leave_the_ladder_and_come_back(api: Api) -> None:
    key = api.post("compensation-steps/", {"kind": "apology", "from_days_late": 1}).json()["id"]

    assert api.post(f"compensation-steps/{key}/remove/").json()["removed_at"] is not None
    assert api.get("compensation-steps/").json()["results"] == []
    assert api.post(f"compensation-steps/{key}/restore/").json()["removed_at"] is None
    assert set(api.post("compensation-steps/", {"kind": "credit", "from_days_late": 1}).json()["fields"]) == {"amount"}


def test_a_budget_seen_before_a_change_is_not_written_over_it(api: Api) -> None:
    seen = api.get("compensation-budget/").json()["version"]

    assert api.post("compensation-budget/", {"monthly": 500, "agent_limit": "20.00", "version": seen}).json() == {
        "monthly": "500.00",
        "agent_limit": "20.00",
        "spent": "0.00",
        "version": seen + 1,
    }
    assert api.post("compensation-budget/", {"monthly": 1, "agent_limit": 1, "version": seen}).json()["code"] == "stale"


def test_a_macro_is_prepared_changed_put_away_and_brought_back(api: Api) -> None:
    made = api.post("macros/", {"key": "s", "name": "Supplier late", "expedites": True})
    assert made.status_code == 201, made.content
    key = made.json()["id"]

    assert api.patch(f"macros/{key}/", {"notes": {"tlh": "Qo’"}, "version": 1}).status_code == 422
    changed = api.patch(f"macros/{key}/", {"name": "Mill closed", "notes": {"de": "Zu."}, "version": 1}).json()
    assert changed["notes"] == {"de": "Zu."}
    assert (changed["name"], changed["expedites"], changed["version"]) == ("Mill closed", True, 2)
    assert api.patch(f"macros/{key}/", {"name": "Late", "version": 1}).json()["code"] == "stale"
    assert api.post("macros/", {"key": "s", "name": "Other"}).status_code == 409
    assert api.post(f"macros/{key}/remove/").json()["removed_at"] is not None
    assert api.get("macros/").json()["results"] == []
    assert api.post(f"macros/{key}/restore/").json()["removed_at"] is None


def test_rules_of_sending_are_kept_in_order(api: Api) -> None:
    narrow = {"kind": "orders.eta_slipped", "tier": "gold", "mode": "proposed"}
    wide, first = (api.post("send-rules/", rule).json()["id"] for rule in ({"mode": "automatic"}, narrow))
    assert [row["id"] for row in api.get("send-rules/").json()["results"]] == [first, wide]

    assert api.post("send-rules/", narrow).json()["code"] == "double"
    assert api.post(f"send-rules/{wide}/move/", {"up": True}).json()["position"] == 0
    assert api.patch(f"send-rules/{wide}/", {"mode": "never"}).json()["mode"] == "never"
    assert api.post(f"send-rules/{wide}/remove/").json()["removed_at"] is not None
    assert [row["id"] for row in api.get("send-rules/").json()["results"]] == [first]
    assert api.post(f"send-rules/{wide}/restore/").json()["removed_at"] is None


def test_thresholds_are_asked_the_narrower_first(api: Api) -> None:
    later = {"kind": "orders.eta_slipped", "days": 3}
    wide, narrow = (api.post("message-thresholds/", each).json()["id"] for each in (later, {**later, "tier": "gold"}))
    assert [row["id"] for row in api.get("message-thresholds/").json()["results"]] == [narrow, wide]

    assert api.post("message-thresholds/", later).json()["code"] == "double"
    for wrong in ({"days": 0}, {"days": 366}, {"days": 3, "kind": "orders.shipped"}, {"days": 3, "tier": "tin"}):
        assert api.post("message-thresholds/", wrong).status_code == 422
    assert api.patch(f"message-thresholds/{wide}/", {"days": 5}).json()["days"] == 5
    assert api.post(f"message-thresholds/{wide}/remove/").json()["removed_at"] is not None
    assert api.patch(f"message-thresholds/{wide}/", {"days": 6}).status_code == 404
    assert api.post(f"message-thresholds/{wide}/restore/").json()["removed_at"] is None
    assert api.post("message-rules/", {"firm_only": False}).json()["firm_only"] is False


def test_what_was_set_aside_is_shown_and_released(api: Api, api_as: Callable[..., Api]) -> None:
    slip, shipped = (make_fact(kind) for kind in ("orders.eta_slipped", "orders.shipped"))
    Fact.objects.update(state="quarantined", attempts=5, last_error="KeyError('eta_on')")
    listed = [(row["id"], row["last_error"]) for row in api.get("quarantined-facts/").json()["results"]]
    assert listed == [(shipped.pk, "KeyError('eta_on')"), (slip.pk, "KeyError('eta_on')")]

    assert api_as("agent").post("quarantined-facts/release/", {}).status_code == 403
    assert api.post("quarantined-facts/release/", {"facts": [shipped.pk]}).json() == {"released": 1}
    assert api.post("quarantined-facts/release/", {"kind": "orders.shipped"}).status_code == 409
    assert api.post("quarantined-facts/release/", {}).json() == {"released": 1}
    assert api.get("quarantined-facts/").json()["results"] == []


def test_proposals_are_approved_rejected_and_thought_over(api: Api) -> None:
    api.post("send-rules/", {"mode": "proposed"})
    first, second = (_proposed() for _ in range(2))
    assert {row["id"] for row in api.get("messages/?state=proposed").json()["results"]} == {first, second}

    [approved] = api.post("messages/approve/", {"messages": [first], "note": "Thank you."}).json()
    assert (approved["id"], approved["state"]) == (first, "pending")
    assert set(api.post("messages/reject/", {"messages": [second]}).json()["fields"]) == {"why"}
    assert api.post("messages/reject/", {"messages": [second], "why": "Told"}).json()[0]["state"] == "suppressed"
    again = api.post("messages/think-again/", {"messages": [first, second]}).json()
    assert {row["state"] for row in again} == {"proposed"}


def test_a_message_is_stopped_and_one_that_failed_goes_again(api: Api) -> None:
    waiting, failed = (_announced() for _ in range(2))
    Delivery.objects.filter(pk=failed).update(state=DeliveryState.FAILED)

    assert api.post(f"messages/{waiting}/stop/").json()["state"] == "suppressed"
    assert api.post(f"messages/{waiting}/send-again/").status_code == 409
    assert api.post(f"messages/{failed}/send-again/").json()["state"] == "pending"
    assert api.post("messages/987654321/stop/").status_code == 404


def test_feedback_of_elsewhere_is_passed_on(api: Api, order: Order) -> None:
    given = api.post("feedback/", {"order": "SO-1", "rating": 4, "reasons": ["late"], "comment": "Slow"})

    assert (given.status_code, given.json()["rating"]) == (201, 4)
    assert set(api.post("feedback/", {"order": "SO-1", "rating": 6}).json()["fields"]) == {"rating"}
    assert api.post("feedback/", {"order": "NONE-1", "rating": 4}).status_code == 404


def _announced() -> int:
    fact = make_fact(now=timezone.now() - timedelta(minutes=5))
    while dispatch_pending(now=timezone.now()):
        pass
    return Delivery.objects.get(fact=fact).pk


def _proposed() -> int:
    key = _announced()
    assert Delivery.objects.get(pk=key).state == DeliveryState.PROPOSED
    return key
