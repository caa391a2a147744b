"""The page of the law of delayed orders: its switch, who has to answer, and an answer by telephone."""

from __future__ import annotations

from datetime import date

import pytest
from django.test import Client

from orders.dialogue.delays import delay_rules
from orders.models import DelayNotice, Order
from tests.factories import NOW
from tests.factories.inventory import make_product
from tests.factories.orders import make_order, make_order_plan, make_user
from tests.orders.views.customer.visitor import choose, opened

pytestmark = pytest.mark.django_db(transaction=True)

SAID = {"is_on": "on", "countries": "USA, Canada", "long_delay_days": "30", "answer_days": "7", "version": "1"}


def as_(role: str) -> Client:
    client = Client()
    client.force_login(make_user(role))
    return client


@pytest.fixture
def asked() -> DelayNotice:
    order = make_order([(make_product(), 1)])
    return DelayNotice.objects.create(
        order=order,
        number=1,
        from_on=date(2026, 11, 21),
        to_on=date(2026, 12, 30),
        needs_consent=True,
        answer_by_on=date(2026, 11, 23),
        given_at=NOW,
        outcome="open",
    )


def test_admins_switch_it_on_for_countries(asked: DelayNotice) -> None:
    admin = as_("admin")

    assert admin.post("/messages/delays/", SAID).status_code == 302

    rules = delay_rules()
    assert (rules.is_on, rules.countries, rules.version) == (True, ["Canada", "USA"], 2)
    page = admin.get("/messages/delays/").content.decode()
    assert "Customers are asked to agree to delays in Canada, USA" in page
    assert asked.order.ref in page


def test_others_see_it_and_do_not_change_it() -> None:
    agent = as_("agent")

    assert "Save rules" not in agent.get("/messages/delays/").content.decode()
    assert agent.post("/messages/delays/", SAID).status_code == 403
    assert not delay_rules().is_on


@pytest.mark.parametrize(
    ("changes", "status", "words"),
    [
        ({"answer_days": "0"}, 422, "Give a whole number from 1 to 90."),
        ({"long_delay_days": "x"}, 422, "Enter a whole number."),
        ({"version": "7"}, 409, "Somebody else changed the rules"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_changes(changes: dict[str, str], status: int, words: str) -> None:
    page = as_("admin").post("/messages/delays/", {**SAID, **changes})

    assert page.status_code == status
    assert words in page.content.decode()
    assert not delay_rules().is_on


def test_a_colleague_keeps_an_answer_once(asked: DelayNotice) -> None:
    agent = as_("agent")
    url = f"/messages/delays/{asked.pk}/agree/"

    first, again = agent.post(url, follow=True), agent.post(url, follow=True)

    assert "agrees to wait" in first.content.decode()
    assert "Nobody has to answer" in again.content.decode()
    asked.refresh_from_db()
    assert asked.outcome == "agreed"
    assert Order.objects.get().version == 2


def test_the_customer_is_asked_on_the_page_and_agrees_there(asked: DelayNotice) -> None:
    make_order_plan(asked.order, eta_p50=date(2026, 12, 30), open_units=1, short_units=1)
    client = opened(asked.order)
    page = client.get(f"/my-order/{asked.order.ref}/").content.decode()

    assert "We need your answer by Monday 23 November" in page
    assert "I agree to wait" in page
    assert choose(client, asked.order, kind="wait", notice=asked.pk) == 302
    asked.refresh_from_db()
    assert asked.outcome == "agreed"
    assert "I agree to wait" not in client.get(f"/my-order/{asked.order.ref}/").content.decode()


def test_the_order_s_history_tells_of_the_notice_and_its_end(asked: DelayNotice) -> None:
    agent = as_("agent")
    agent.post(f"/messages/delays/{asked.pk}/agree/")

    page = agent.get(f"/orders/{asked.order.ref}/").content.decode()

    assert "Notice of delay: must agree by 23 Nov" in page
    assert "Agreed to wait" in page
