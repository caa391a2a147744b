"""Conditions that are added to the board one by one, in its address."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from orders.models import Order
from tests.orders.views.backlog import planned_order, refs

pytestmark = pytest.mark.django_db
SignIn = Callable[..., Client]
SOON = timezone.localdate() + timedelta(days=2)
LATER = timezone.localdate() + timedelta(days=20)


@pytest.fixture
def small() -> Order:
    return planned_order(90, qty=2, slip_days=0, eta_on=SOON, channel="web")


@pytest.fixture
def large() -> Order:
    return planned_order(80, qty=500, slip_days=6, eta_on=LATER, channel="edi")


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ("slip:from:1", "large"),
        ("slip:to:0", "small"),
        ("short:from:100", "large"),
        (f"eta:before:{LATER}", "small"),
        (f"eta:from:{LATER}", "large"),
        ("channel:is:edi", "large"),
        ("channel:not:edi", "small"),
        ("ships:is:complete", ""),
        ("age:from:400", ""),
        ("lines:to:0", ""),
    ],
)
def test_each_kind_of_condition_chooses(
    sign_in: SignIn, small: Order, large: Order, condition: str, expected: str
) -> None:
    html = sign_in().get(f"/triage/?has={condition}").content.decode()

    assert refs(html) == [{"small": small, "large": large}[expected].ref for _ in range(1) if expected]
    assert f'name="has" value="{condition}"' in html


def test_conditions_add_up_and_each_can_be_removed(sign_in: SignIn, small: Order, large: Order) -> None:
    html = sign_in().get("/triage/?view=all&has=slip:from:1&has=channel:is:web").content.decode()

    assert refs(html) == []
    assert "at least 1 days" in html
    removed = re.findall(r'href="([^"]+)"[^>]*aria-label="Remove condition: Slip', html)
    assert removed == ["/triage/?view=all&amp;has=channel%3Ais%3Aweb"]


def test_one_is_added_field_first_then_operator_and_value(sign_in: SignIn, large: Order) -> None:
    client = sign_in()

    menu = client.get("/triage/?view=all").content.decode()
    editor = client.get("/triage/?view=all&new=value").content.decode()
    done = client.get("/triage/?view=all&new=value&op=from&val=500")

    assert 'href="/triage/?view=all&amp;new=value"' in menu
    assert 'type="number"' in editor
    assert done.headers["Location"] == "/triage/?view=all&has=value%3Afrom%3A500"


def test_a_value_that_cannot_be_read_is_asked_for_again(sign_in: SignIn, large: Order) -> None:
    html = sign_in().get("/triage/?new=value&op=from&val=many").content.decode()

    assert "Open value: give a whole number." in html
    assert 'value="many"' in html
    assert refs(html) == [large.ref]


@pytest.mark.parametrize(
    "condition", ["nonsense", "value:from:", "value:is:5", "tier:is:tin", "eta:before:soon", "age:from:99999", "x" * 99]
)
def test_an_address_with_a_damaged_condition_is_refused(sign_in: SignIn, condition: str) -> None:
    assert sign_in().get(f"/triage/?has={condition}").status_code == 400
