"""What the workspace does besides telling a date: macros, compensation, splits, calls; and taking all of it back."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core import mail
from django.db.models import F
from django.test import Client
from django.utils import timezone

from orders.dialogue import ladder
from orders.dialogue.macros import keep_macro
from orders.models import Compensation, Customer, Macro, Order, OrderPlan, OrderPromise, ShipPolicy, Telling
from tests.factories.orders import make_user
from tests.orders.views.telling import deliver, late, slipped, tell

pytestmark = pytest.mark.django_db(transaction=True)


def macro(**said: Any) -> Macro:
    values = {"key": "a", "name": "Supplier is late", **said}
    return keep_macro(None, said=values, version=None, actor=make_user("admin"))


def voucher() -> int:
    made = ladder.add_step(kind="voucher", percent=10, from_days_late=1, actor=make_user("admin"))
    return made.pk


def test_a_macro_fills_in_and_sending_does_all_of_it(ops: Client) -> None:
    step_id = voucher()
    made = macro(
        choice="safe", reason="stock_short", note="Sorry, Ann.", compensates=True, expedites=True, takes_over=True
    )
    order = late()

    page = ops.get("/eta/", {"ref": order.ref, "macro": made.pk})

    shown = page.context
    assert (shown["reason"], shown["note"], shown["step"].pk) == ("stock_short", "Sorry, Ann.", step_id)
    assert "Sending also expedites the order, assigns it to whoever sends." in page.content.decode()
    assert (
        tell(
            ops,
            order,
            eta_on=shown["chosen"],
            reason=shown["reason"],
            note=shown["note"],
            macro=str(made.pk),
            compensation=str(step_id),
        )
        == 302
    )
    told = Order.objects.get(pk=order.pk)
    assert (told.is_expedited, told.owner_id) == (True, int(ops.session["_auth_user_id"]))
    assert len(deliver()) == 1
    assert "10 %" in mail.outbox[0].body
    assert Compensation.objects.get().fact_key == Telling.objects.get().fact_key


@pytest.mark.parametrize(
    ("language", "note", "lacks"),
    [("en-GB", "Sorry.", False), ("de", "Das tut uns leid.", False), ("fr", "", True), ("pt", "Sorry.", False)],
)
def test_a_macro_speaks_the_customer_s_language_or_not_at_all(
    agent: Client, language: str, note: str, lacks: bool
) -> None:
    made = macro(note="Sorry.", notes={"de": "Das tut uns leid.", "fr": " "})
    order = slipped()
    Customer.objects.update(language=language)

    page = agent.get("/eta/", {"ref": order.ref, "macro": made.pk})

    assert page.context["note"] == note
    assert ("It has no words in French" in page.content.decode()) == lacks


def test_whom_no_mail_reaches_is_called(agent: Client) -> None:
    order = slipped()
    assert 'value="mail" checked' in agent.get("/eta/", {"ref": order.ref}).content.decode()

    Customer.objects.update(email="")

    assert 'value="call" checked' in agent.get("/eta/", {"ref": order.ref}).content.decode()


def test_a_day_that_a_person_may_not_set_is_not_offered_to_them(agent: Client, client: Client) -> None:
    made = macro(choice="safe", note="This one is sure.")
    order = slipped()
    OrderPlan.objects.filter(order=order).update(eta_p90=F("eta_p50") + 20)

    page = agent.get("/eta/", {"ref": order.ref, "macro": made.pk})
    safe = page.context["choices"][-1]
    client.force_login(make_user("ops"))
    free = client.get("/eta/", {"ref": order.ref, "macro": made.pk})

    assert (safe.key, safe.refusal[:24]) == ("safe", "You may move the ETA to ")
    assert f'value="{safe.value}" data-date-choice disabled' in page.content.decode()
    assert (page.context["note"], page.context["eta_on"]) == ("", page.context["choices"][0].on)
    assert tell(client, order, eta_on=free.context["chosen"], note=free.context["note"]) == 302
    assert (free.context["eta_on"], free.context["note"]) == (safe.on, "This one is sure.")


def test_taking_back_brings_all_of_it_back(ops: Client) -> None:
    step_id = voucher()
    made = macro(expedites=True, takes_over=True, hold_kind="manual")
    order = late(9)
    tell(ops, order, macro=str(made.pk), compensation=str(step_id))
    assert order.holds.filter(released_at=None).exists()

    ops.post(f"/eta/{order.ref}/untell/?telling={Telling.objects.get().pk}")

    back = Order.objects.get(pk=order.pk)
    assert (back.is_expedited, back.owner_id) == (False, None)
    assert not order.holds.filter(released_at=None).exists()
    assert Compensation.objects.get().taken_back_at is not None
    assert deliver() == []


def test_what_was_changed_since_is_not_taken_back(ops: Client) -> None:
    order = slipped()
    tell(ops, order)
    Order.objects.filter(pk=order.pk).update(version=99)

    page = ops.post(f"/eta/{order.ref}/untell/?telling={Telling.objects.get().pk}", follow=True)

    assert "was changed since" in page.content.decode()
    assert Telling.objects.get().taken_back_at is None


def test_agents_are_offered_only_what_they_may_do(agent: Client) -> None:
    allowed, not_allowed = macro(), macro(key="b", name="Hurry", expedites=True)
    order = slipped()

    page = agent.get("/eta/", {"ref": order.ref})

    assert [each.pk for each in page.context["macros"]] == [allowed.pk]
    assert tell(agent, order, macro=str(not_allowed.pk)) == 403
    assert not Telling.objects.exists()


def test_splitting_lets_what_is_ready_leave(agent: Client) -> None:
    order = slipped()
    Order.objects.filter(pk=order.pk).update(ship_policy=ShipPolicy.COMPLETE)
    order.plan.short_units = 4
    order.plan.save()

    page = agent.get("/eta/", {"ref": order.ref})
    split = page.context["choices"][0]
    assert (split.key, split.meaning) == ("split", "6 units now, 4 later")
    assert tell(agent, order, eta_on=split.value) == 302

    assert Order.objects.get(pk=order.pk).ship_policy == ShipPolicy.PARTIAL


@pytest.mark.parametrize("way", ["voicemail", "no_answer"])
def test_a_call_in_vain_is_noted_and_the_order_stays_in_the_queue(agent: Client, way: str) -> None:
    order = slipped()

    assert tell(agent, order, by=way, call_note="Back on Monday") == 302

    page = agent.get("/eta/")
    assert page.context["rows"][0].last_call
    assert "Back on Monday" in page.content.decode()
    assert OrderPromise.objects.get(order=order).told_on == timezone.localdate()


def test_compensation_beyond_the_budget_tells_nobody(agent: Client) -> None:
    step_id = voucher()
    ladder.change_budget(monthly=Decimal(0), agent_limit=Decimal(50), version=None, actor=make_user("admin"))
    order = late()

    assert tell(agent, order, compensation=str(step_id)) == 409

    assert deliver() == []
    assert not Compensation.objects.exists()
    assert Order.objects.get(pk=order.pk).version == order.version


def test_the_calendar_marks_promise_told_stock_and_choice(agent: Client) -> None:
    order = slipped(days=7)

    weeks = agent.get("/eta/", {"ref": order.ref}).context["weeks"]

    marked = {mark: day.on for week in weeks for day in week for mark in day.marks}
    assert marked["told"] == timezone.localdate()
    assert marked["chosen"] == order.plan.eta_p50
    assert marked["stock"] == timezone.localdate() + timedelta(days=7)
