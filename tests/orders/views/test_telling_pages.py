"""Around the workspace: approvals, many at once, macros, compensation, a line's own day."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from notifications.dispatching import dispatch_pending
from notifications.models import Delivery
from notifications.rules.send_rules import add_send_rule
from orders.models import BulkJob, Compensation, CompensationStep, LineEta, Macro, OrderPromise
from orders.queries.untold import untold
from tests.factories.inventory import make_product
from tests.factories.orders import make_customer, make_order, make_order_plan, make_user
from tests.orders.views.telling import deliver, late, slipped

pytestmark = pytest.mark.django_db(transaction=True)
TODAY = timezone.localdate()


def signed_in(client: Client, role: str) -> Client:
    client.force_login(make_user(role))
    return client


@pytest.fixture
def proposes() -> None:
    add_send_rule(kind="", tier="", channel="", from_days=0, mode="proposed", actor=None)


def proposed() -> Delivery:
    """A slip that the plan found, proposed to an agent."""
    order = late(quiet=False)
    while dispatch_pending(now=timezone.now()):
        pass
    return Delivery.objects.get(order_ref=order.ref, state="proposed")


@pytest.mark.usefixtures("proposes")
def test_a_proposal_is_approved_in_other_words_and_can_be_undone(client: Client) -> None:
    agent, message = signed_in(client, "agent"), proposed()

    page = agent.get("/eta/?tab=approve")
    assert message.order_ref in page.content.decode()
    assert message.order_ref not in [row.plan.order.ref for row in agent.get("/eta/").context["rows"]]
    said = {"message": message.pk, "do": "approve", "reason": "stock_short", "note": "We called."}
    assert agent.post("/eta/approvals/", said).status_code == 302
    agent.post(f"/eta/approvals/again/?m={message.pk}")
    assert deliver() == []
    agent.post("/eta/approvals/", said)

    assert len(deliver()) == 1
    assert "We called." in Delivery.objects.get(pk=message.pk).body_text


@pytest.mark.usefixtures("proposes")
def test_a_proposal_is_read_in_the_words_that_are_being_written(client: Client) -> None:
    agent, message = signed_in(client, "agent"), proposed()
    asked = {"tab": "approve", "ref": message.order_ref, "reason": "stock_short", "note": "We called."}

    part = agent.get("/eta/", asked, headers={"HX-Request": "true", "HX-Target": "telling-preview"}).content.decode()
    refused = agent.post("/eta/approvals/", {"message": message.pk, "do": "reject", "note": "We called."})

    assert "We called." in part
    assert "<textarea" not in part
    assert message.subject_line in part
    assert refused.content.decode().count("We called.") == 2
    message.refresh_from_db()
    assert message.wording == {}


@pytest.mark.usefixtures("proposes")
def test_many_proposals_are_approved_at_once_or_rejected_with_a_reason(client: Client) -> None:
    agent, messages = signed_in(client, "agent"), [proposed() for _ in range(3)]

    refused = agent.post("/eta/approvals/", {"message": messages[0].pk, "do": "reject", "why": ""})
    assert refused.status_code == 422
    assert "Say why the customer is not told" in refused.content.decode()
    agent.post("/eta/approvals/", {"message": messages[0].pk, "do": "reject", "why": "They know"})
    agent.post("/eta/approvals/", {"message": [each.pk for each in messages[1:]], "do": "approve"})

    assert len(deliver()) == 2
    assert "Nothing waits for approval" in agent.get("/eta/?tab=approve").content.decode()
    assert agent.post("/eta/approvals/", {"message": messages[0].pk, "do": "approve"}).status_code == 409


def test_many_are_told_after_a_look_at_what_would_leave(client: Client) -> None:
    agent, regular = signed_in(client, "agent"), make_customer(name="Regular", tier="gold")
    for customer in (regular, regular, make_customer(), make_customer(email="")):
        order = make_order([(make_product(), 5)], customer=customer)
        make_order_plan(order, eta_p50=TODAY + timedelta(days=7), short_units=5)
        dates = {"promised_on": TODAY, "announced_on": TODAY, "told_on": TODAY}
        OrderPromise.objects.update_or_create(order=order, defaults=dates)

    outlook = agent.get("/eta/bulk/").context["outlook"]
    assert (outlook.orders, outlook.messages, outlook.without_address) == (4, 2, 1)
    assert [sample.orders for sample in outlook.samples] == [2, 1]
    assert agent.get("/eta/bulk/?tier=gold").context["outlook"].orders == 2
    assert agent.get("/eta/bulk/?most_days=3").context["outlook"].orders == 0
    assert agent.get("/eta/bulk/?most_days=-3").status_code == 422

    silent = OrderPromise.objects.get(order__customer__email="").order
    in_time = make_order([(make_product(), 5)])
    page = agent.get(f"/eta/bulk/?order={silent.ref}&order={in_time.ref}").content.decode()
    assert "Nothing would be sent. The other 1 that you chose has no slip to tell." in page

    answer = agent.post("/eta/bulk/", {"choice": "expected", "note": "Thank you for waiting."})

    job = BulkJob.objects.get()
    assert answer["Location"] == f"/bulk-actions/{job.pk}/"
    assert (job.done, job.failed) == (3, 1)
    assert '<a href="/eta/">ETA updates</a>' in agent.get(answer["Location"]).content.decode()
    assert len(deliver()) == 2
    assert agent.get("/eta/bulk/").context["outlook"].orders == 1


def test_who_is_not_told_after_all_is_back_in_the_queue_at_once(client: Client) -> None:
    agent, order = signed_in(client, "agent"), late()
    agent.post("/eta/bulk/", {"choice": "expected"})
    dispatch_pending(now=timezone.now())
    assert not untold().exists()

    agent.post(f"/bulk-actions/{BulkJob.objects.get().pk}/undo/")
    while dispatch_pending(now=timezone.now()):
        pass

    assert [plan.order for plan in untold()] == [order]
    assert Delivery.objects.filter(state="pending", order_ref=order.ref).exists(), (
        "its message is judged when it is due"
    )
    assert deliver() == []


def test_the_look_costs_the_same_however_many(
    client: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    agent = signed_in(client, "agent")
    for _ in range(12):
        order = make_order([(make_product(), 5)])
        make_order_plan(order, eta_p50=TODAY + timedelta(days=7))
        dates = {"promised_on": TODAY, "announced_on": TODAY, "told_on": TODAY}
        OrderPromise.objects.update_or_create(order=order, defaults=dates)

    with django_assert_max_num_queries(40):
        agent.get("/eta/bulk/")


def test_macros_are_prepared_changed_and_removed_with_a_way_back(client: Client) -> None:
    admin = signed_in(client, "admin")
    given = {"key": "s", "name": "Supplier is late", "guidance": "Call gold customers first.", "choice": "safe"}

    assert admin.post("/eta/macros/", given).status_code == 302
    made = Macro.objects.get()
    assert admin.post("/eta/macros/", {**given, "name": "Other"}).status_code == 409
    assert admin.post("/eta/macros/", {**given, "key": "j"}).status_code == 422
    assert admin.post(f"/eta/macros/{made.pk}/", {**given, "key": "t", "version": 1}).status_code == 302
    assert admin.post(f"/eta/macros/{made.pk}/", {**given, "version": 1}).status_code == 409
    spoken = {**given, "note": "Sorry.", "note_de": "Das tut uns leid.", "note_fr": "", "version": 2}
    assert admin.post(f"/eta/macros/{made.pk}/", {**spoken, "key": "t"}).status_code == 302
    assert Macro.objects.get().notes == {"de": "Das tut uns leid."}
    assert "Das tut uns leid." in admin.get(f"/eta/macros/{made.pk}/").context["form"]["note_de"].value()
    admin.post(f"/eta/macros/{made.pk}/remove/")
    assert "No macros yet" in admin.get("/eta/macros/").content.decode()
    admin.post(f"/eta/macros/{made.pk}/restore/")

    assert "Call gold customers first." in signed_in(client, "agent").get("/eta/macros/").content.decode()
    assert Macro.objects.get().key == "t"


def test_the_ladder_and_its_budget_are_set_by_admins(client: Client) -> None:
    admin = signed_in(client, "admin")

    assert admin.post("/eta/compensation/steps/", {"kind": "voucher", "from_days_late": "7"}).status_code == 422
    given = {"kind": "voucher", "percent": "10", "from_days_late": "7", "from_value": "", "tier": "gold"}
    assert admin.post("/eta/compensation/steps/", given).status_code == 302
    step = CompensationStep.objects.get()
    budget = {"monthly": "500", "agent_limit": "25", "version": "1"}
    assert admin.post("/eta/compensation/budget/", budget).status_code == 302
    assert admin.post("/eta/compensation/budget/", budget).status_code == 409
    admin.post(f"/eta/compensation/steps/{step.pk}/remove/")
    assert "No steps yet" in admin.get("/eta/compensation/").content.decode()
    admin.post(f"/eta/compensation/steps/{step.pk}/restore/")

    assert "10 % voucher" in signed_in(client, "agent").get("/eta/compensation/").content.decode()


def test_an_order_is_compensated_alone_and_it_is_taken_back(client: Client) -> None:
    agent = signed_in(client, "agent")
    step = CompensationStep.objects.create(kind="credit", amount=5, from_days_late=1)
    order = late()

    page = agent.post(f"/eta/{order.ref}/compensate/", {"compensation": step.pk}, follow=True)

    given = Compensation.objects.get(order=order)
    assert "£5.00 credit, told in" in page.content.decode()
    assert given.code in agent.get("/eta/compensation/").content.decode()
    agent.post(f"/eta/compensation/given/{given.pk}/take-back/")
    assert deliver() == []
    history = agent.get(f"/orders/{order.ref}/").content.decode()
    assert "Given: £5.00 credit" in history
    assert "Taken back: £5.00 credit" in history


def test_what_the_customer_knows_of_is_not_offered_to_be_taken_back(client: Client) -> None:
    agent = signed_in(client, "agent")
    step = CompensationStep.objects.create(kind="credit", amount=5, from_days_late=1)
    order = late()
    agent.post(f"/eta/{order.ref}/compensate/", {"compensation": step.pk})
    given = Compensation.objects.get(order=order)
    way_back = f"/eta/compensation/given/{given.pk}/take-back/"
    assert way_back in agent.get("/eta/compensation/").content.decode()

    deliver()

    page = agent.get("/eta/compensation/").content.decode()
    assert way_back not in page
    assert ">Told<" in page


def test_what_was_given_with_a_date_goes_back_with_it_alone(client: Client) -> None:
    step = CompensationStep.objects.create(kind="credit", amount=5, from_days_late=1)
    Compensation.objects.create(
        order=late(), step=step, days_late=9, cost=5, code="ACDEF34791", fact_key="orders.eta_slipped:1:v1"
    )

    page = signed_in(client, "agent").get("/eta/compensation/").content.decode()

    assert "take-back" not in page
    assert "With its date" in page


def test_a_line_keeps_its_own_day_until_it_is_undone(client: Client) -> None:
    agent, order = signed_in(client, "agent"), slipped()
    assert order.plan.eta_p50
    day = order.plan.eta_p50 + timedelta(days=4)

    agent.post(f"/eta/{order.ref}/lines/1/", {"eta_on": day.isoformat()})
    assert LineEta.objects.get().eta_on == day
    assert "As planned" in agent.get("/eta/", {"ref": order.ref}).content.decode()
    agent.post(f"/eta/{order.ref}/lines/1/?eta_on=", {"is_undo": "1"})

    assert not LineEta.objects.exists()
