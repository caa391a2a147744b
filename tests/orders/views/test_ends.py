"""Holds and expedites with an end: said where they are made, shown where they hold, brought back by an Undo."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from urllib.parse import quote

import pytest
from django.test import Client
from django.utils import timezone

from orders.models import Hold, Order
from orders.templatetags.display import day
from tests.orders.views.backlog import planned_order

pytestmark = pytest.mark.django_db
SignIn = Callable[..., Client]


def test_a_hold_until_a_day_says_so_and_comes_back_as_it_was(sign_in: SignIn) -> None:
    order, client = planned_order(1), sign_in()
    friday = timezone.localdate() + timedelta(days=4)

    client.post(f"/orders/{order.ref}/hold/", {"version": 1, "kind": "credit", "ends_on": friday.isoformat()})
    page = client.get(f"/orders/{order.ref}/").content.decode()

    assert Hold.objects.get(order=order).ends_on == friday
    assert f"{order.ref} is on hold until {day(friday)}" in page
    assert f"released by itself on {day(friday)}" in page
    assert f"Credit hold until {friday:%-d %b}" in page
    client.post(f"/orders/{order.ref}/release/", {"version": 2})
    client.post(_undo(client), {"is_undo": "1"})
    assert Hold.objects.get(order=order, released_at=None).ends_on == friday


def test_an_expedite_says_why_and_until_when_and_comes_back_as_it_was(sign_in: SignIn) -> None:
    order, client = planned_order(1), sign_in()
    friday = timezone.localdate() + timedelta(days=4)
    said = {"reason": "Promised on the phone", "ends_on": friday.isoformat()}
    words = f"Expedited until {day(friday)}: Promised on the phone"

    client.post(f"/orders/{order.ref}/expedite/", {"version": 1, **said})

    assert words in client.get(f"/orders/{order.ref}/").content.decode()
    form = client.get(f"/orders/{order.ref}/expedite/preview/").content.decode()
    assert words in form
    assert 'value="Promised on the phone"' in form
    assert f'value="{friday.isoformat()}"' in form
    client.post(f"/orders/{order.ref}/unexpedite/", {"version": 2})
    undo = _undo(client)
    assert quote("Promised on the phone", safe="").replace("%20", "+") in undo
    client.post(undo, {"is_undo": "1"})
    assert _expedite(order) == (True, "Promised on the phone", friday)


def test_changing_an_expedite_can_be_undone(sign_in: SignIn) -> None:
    order, client = planned_order(1), sign_in()
    client.post(f"/orders/{order.ref}/expedite/", {"version": 1, "reason": "Fair on Monday"})

    client.post(f"/orders/{order.ref}/expedite/", {"version": 2, "reason": "Fair on Tuesday"})
    assert _expedite(order) == (True, "Fair on Tuesday", None)

    client.post(_undo(client), {"is_undo": "1"})
    assert _expedite(order) == (True, "Fair on Monday", None)


@pytest.mark.parametrize("verb", ["hold", "expedite"])
@pytest.mark.parametrize("ends_on", ["2020-01-01", "tomorrow"])
def test_an_end_that_is_no_day_to_come_is_refused(sign_in: SignIn, verb: str, ends_on: str) -> None:
    order = planned_order(1)

    response = sign_in().post(f"/orders/{order.ref}/{verb}/", {"version": 1, "kind": "credit", "ends_on": ends_on})

    assert response.status_code == 422
    assert _expedite(order) == (False, "", None)
    assert not Hold.objects.exists()


def _expedite(order: Order) -> tuple[object, ...]:
    order.refresh_from_db()
    return order.is_expedited, order.expedite_reason, order.expedite_ends_on


def _undo(client: Client) -> str:
    """Return where the last toast's Undo goes."""
    page = client.get("/triage/").content.decode()
    toasts = page[page.index('id="toasts"') :]
    start = toasts.rindex('action="', 0, toasts.rindex('name="is_undo"')) + len('action="')
    return toasts[start : toasts.index('"', start)].replace("&amp;", "&")
