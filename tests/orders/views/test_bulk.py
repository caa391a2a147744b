from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from django.test import Client

from orders.bulk.working import work_jobs
from orders.models import BulkJob, Order
from orders.views import bulk
from tests.factories import NOW
from tests.factories.inventory import make_product
from tests.factories.orders import make_user
from tests.orders.views.backlog import planned_order, refs

pytestmark = pytest.mark.django_db
SignIn = Callable[..., Client]
START = "/bulk-actions/"


def expedited() -> set[str]:
    return set(Order.objects.filter(is_expedited=True).values_list("ref", flat=True))


def test_a_handful_is_done_before_the_answer_and_can_be_undone_from_the_board(sign_in: SignIn) -> None:
    first, second, other = (planned_order(n) for n in (3, 2, 1))
    client = sign_in()

    answer = client.post(
        START, {"action": "expedite", "order": [first.ref, second.ref], "next": "/triage/?view=all"}, follow=True
    )
    html = answer.content.decode()

    assert expedited() == {first.ref, second.ref}
    assert answer.redirect_chain == [("/triage/?view=all", 302)]
    assert "orders expedited" in html
    undo = re.search(r'action="(/bulk-actions/\d+/undo/)"', html)
    assert undo
    html = client.post(undo[1], {"next": "/triage/"}, follow=True).content.decode()
    assert expedited() == set()
    assert "orders no longer expedited" in html
    assert "/undo/" not in html.split('id="jobs"')[1].split('id="bulk"')[0]
    assert other.ref in refs(html)


def test_all_that_match_are_those_of_the_view_and_its_filters(sign_in: SignIn) -> None:
    lamp = make_product("LAMP")
    late = planned_order(9, product=lamp, slip_days=6)
    planned_order(8, product=lamp)
    planned_order(7, slip_days=6)

    sign_in().post(START, {"action": "expedite", "all": "1", "filters": "view=late&sku=lamp"})

    assert expedited() == {late.ref}


def test_all_my_orders_are_mine(sign_in: SignIn) -> None:
    me = make_user("ops")
    mine = planned_order(1, owner=me)
    planned_order(2, owner=make_user("ops"))
    client = sign_in(user=me)

    client.post(START, {"action": "expedite", "all": "1", "filters": "view=mine"})

    assert expedited() == {mine.ref}
    assert refs(client.get("/triage/?view=mine").content.decode()) == [mine.ref]


def test_many_wait_for_a_worker_and_the_page_shows_how_far_it_is(
    sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bulk, "AT_ONCE", 1)
    planned_order(1), planned_order(2)
    client = sign_in()

    client.post(START, {"action": "hold", "hold_kind": "credit", "hold_reason": "limit", "all": "1"})
    job = BulkJob.objects.get()
    before = client.get(f"/bulk-actions/{job.pk}/")
    work_jobs(lambda: NOW)
    after = client.get(f"/bulk-actions/{job.pk}/")

    assert before.headers["Refresh"]
    assert "0 of 2" in before.content.decode()
    assert "Refresh" not in after.headers
    assert "Credit hold, limit" in after.content.decode()


def test_what_could_not_be_done_is_listed_with_the_reason(sign_in: SignIn) -> None:
    held = planned_order(1, held="credit")
    free = planned_order(2)
    client = sign_in()

    html = client.post(
        START, {"action": "hold", "hold_kind": "credit", "order": [held.ref, free.ref], "next": "/triage/"}, follow=True
    ).content.decode()
    job = BulkJob.objects.get()
    page = client.get(f"/bulk-actions/{job.pk}/").content.decode()

    assert "could not be" in html
    assert held.ref in page
    assert "On hold (credit) already." in page
    assert free.ref not in page


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ({"action": "expedite"}, "Choose at least one order"),
        ({"action": "explode", "all": "1"}, "Choose one of"),
        ({"action": "eta", "all": "1", "eta_eta_on": "", "eta_reason": "x"}, "either a day or a number"),
        ({"action": "cancel", "all": "1", "cancel_reason": " "}, "Say why."),
        ({"action": "expedite", "all": "1", "filters": "tier=tin"}, "cannot be read"),
        ({"action": "expedite", "order": "\0"}, "Choose at least one order"),
    ],
)
def test_a_wrong_request_is_refused_in_words_and_changes_nothing(
    sign_in: SignIn, data: dict[str, str], words: str
) -> None:
    planned_order(1)

    answer = sign_in().post(START, data)

    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert not BulkJob.objects.exists()


@pytest.mark.parametrize("action", ["expedite", "hold", "eta"])
def test_an_agent_neither_sees_nor_does_what_the_role_may_not(sign_in: SignIn, action: str) -> None:
    planned_order(1)
    client = sign_in("agent")

    html = client.get("/triage/").content.decode()

    assert f'name="action" value="{action}"' not in html
    assert 'name="action" value="note"' in html
    assert client.post(START, {"action": action, "all": "1"}).status_code == 403
    assert not BulkJob.objects.exists()


def test_an_agent_does_not_undo_what_operations_did(sign_in: SignIn) -> None:
    planned_order(1)
    sign_in().post(START, {"action": "expedite", "all": "1"})
    job = BulkJob.objects.get()

    assert sign_in("agent").post(f"/bulk-actions/{job.pk}/undo/").status_code == 403
    assert sign_in().post("/bulk-actions/987654/undo/").status_code == 404
    assert len(expedited()) == 1


def test_what_lasts_says_so(sign_in: SignIn) -> None:
    planned_order(1)
    client = sign_in()
    client.post(START, {"action": "note", "note_body": "Call first", "all": "1"})
    job = BulkJob.objects.get()

    assert "Notes stay" in client.get(f"/bulk-actions/{job.pk}/").content.decode()
    answer = client.post(f"/bulk-actions/{job.pk}/undo/", {"next": "/triage/"})
    assert (answer.status_code, "Notes stay" in answer.content.decode()) == (409, True)


def test_messages_are_seen_before_any_is_sent(sign_in: SignIn) -> None:
    late, other = planned_order(90, slip_days=3), planned_order(80, slip_days=3)
    client = sign_in()

    chosen = client.post(START, {"action": "message", "order": [other.ref, late.ref]})
    everything = client.post(START, {"action": "message", "all": "1", "filters": "view=all"})

    wanted = f"/eta/bulk/?order={late.ref}&order={other.ref}"
    assert chosen.headers["Location"] == everything.headers["Location"] == wanted
    assert late.ref in client.get(wanted).content.decode()
    assert not BulkJob.objects.exists()


def test_too_many_messages_to_look_at_are_refused(sign_in: SignIn, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("orders.views.bulk.MOST_PREVIEWED", 1)
    orders = [planned_order(90), planned_order(80)]

    answer = sign_in().post(START, {"action": "message", "order": [order.ref for order in orders]})

    assert answer.status_code == 422
    assert "at most 1 orders" in answer.content.decode()
    assert sign_in().post(START, {"action": "message"}).status_code == 422
