"""Templates and the law of delayed orders over REST."""

from __future__ import annotations

from datetime import date

import pytest

from orders.dialogue.delays import delay_rules
from orders.models import DelayNotice
from tests.api.conftest import Api
from tests.factories import NOW
from tests.factories.inventory import make_product
from tests.factories.orders import make_order

pytestmark = pytest.mark.django_db(transaction=True)

SHIPPED = {"kind": "shipped", "language": "fr"}
WORDS = {**SHIPPED, "subject": "Parti : {order_ref}", "text": "Parti.\n\n{lines}"}


def test_words_are_drafted_put_in_force_and_taken_back(api: Api) -> None:
    draft = api.post("message-templates/", WORDS)
    assert draft.status_code == 201
    assert (draft.json()["status"], draft.json()["version"]) == ("draft", 1)
    again = api.post("message-templates/", {**WORDS, "text": "Parti !"}).json()
    assert (again["id"], again["text"]) == (draft.json()["id"], "Parti !\n")

    url = f"message-templates/{again['id']}/"
    assert api.post(f"{url}activate/").json()["status"] == "active"
    assert api.post(f"{url}activate/").status_code == 409
    assert api.get("message-templates/?status=active&language=fr").json()["results"][0]["id"] == again["id"]
    assert api.post("message-templates/use-standard/", SHIPPED).json()["status"] == "archived"
    assert api.post("message-templates/use-standard/", SHIPPED).status_code == 409


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"text": "{nothing}"}, 422),
        ({"text": "a\0b"}, 400),
        ({"subject": ""}, 422),
        ({"language": "tlh"}, 404),
        ({"kind": "x"}, 404),
        ({"channel": "fax"}, 404),
        ({"code": "print()"}, 422),
    ],
)
def test_words_that_make_no_sense_are_refused(api: Api, changes: dict[str, str], status: int) -> None:
    assert api.post("message-templates/", {**WORDS, **changes}).status_code == status
    assert api.get("message-templates/").json()["results"] == []


def test_the_law_is_switched_on_and_notices_are_answered(api: Api) -> None:
    assert api.get("delay-rules/").json()["is_on"] is False
    assert api.post("delay-rules/", {"is_on": True, "countries": ["USA"]}).json()["countries"] == ["USA"]
    assert api.post("delay-rules/", {"is_on": False, "version": 1}).status_code == 409
    assert api.post("delay-rules/", {"is_on": True, "answer_days": 0}).status_code == 422
    assert delay_rules().is_on
    order = make_order([(make_product(), 1)])
    given = {"from_on": date(2026, 11, 21), "answer_by_on": date(2026, 11, 28), "given_at": NOW}
    notice = DelayNotice.objects.create(order=order, number=1, needs_consent=True, outcome="open", **given)

    assert api.get(f"delay-notices/?order={order.ref}&outcome=open").json()["results"][0]["id"] == notice.pk
    assert api.post(f"delay-notices/{notice.pk}/agree/").json()["outcome"] == "agreed"
    assert api.post(f"delay-notices/{notice.pk}/agree/").status_code == 409
