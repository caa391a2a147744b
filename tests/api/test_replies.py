from __future__ import annotations

import pytest

from tests.api.conftest import Api
from tests.factories.inventory import make_product
from tests.factories.messages import make_reply
from tests.factories.orders import make_order

pytestmark = pytest.mark.django_db(transaction=True)


def test_replies_are_listed_answered_and_taken_back(api: Api) -> None:
    order = make_order([(make_product(), 1)])
    make_reply()
    reply = make_reply(order)

    [found] = api.get(f"replies/?order={order.ref}&state=waiting").json()["results"]
    assert (found["id"], found["own_words"], found["sender"]) == (reply.pk, "When?", "Jo@example.com")
    assert api.post(f"replies/{reply.pk}/answer/", {}).status_code == 422
    assert api.post(f"replies/{reply.pk}/answer/", {"answer": "Soon."}).json()["state"] == "answered"
    assert api.post(f"replies/{reply.pk}/answer/", {"answer": "Soon."}).status_code == 409
    assert api.post(f"replies/{reply.pk}/withdraw/").json()["state"] == "waiting"
    assert api.post(f"replies/{reply.pk}/lay-aside/").json()["state"] == "done"
    assert api.post(f"replies/{reply.pk}/take-up/").json()["state"] == "waiting"


def test_a_reply_is_put_with_an_order(api: Api) -> None:
    order, reply = make_order([(make_product(), 1)]), make_reply()

    assert api.post(f"replies/{reply.pk}/answer/", {"answer": "Soon."}).json()["code"] == "no_order"
    assert api.post(f"replies/{reply.pk}/attach/", {"ref": order.ref}).json()["order"] == order.ref
    assert api.get("replies/?state=nonsense").status_code == 422
