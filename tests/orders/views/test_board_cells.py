"""Cells of the board are edited in place by the verbs' own addresses; without scripts their form is a page."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from orders.handling import attention, lifecycle
from orders.models import Order
from tests.factories import NOW
from tests.factories.orders import make_user
from tests.orders.views.backlog import planned_order

pytestmark = pytest.mark.django_db
SignIn = Callable[..., Client]
IN_CELL: dict[str, Any] = {"HX-Request": "true", "HX-Target": "cell"}
CELLS = {"expedite", "owner", "eta", "requested", "hold", "note"}
AGENTS = {"owner", "eta", "note"}
CELL_QUERIES = 10


def links(html: str) -> set[str]:
    return set(re.findall(r'data-edit="(\w+)"', html))


@pytest.mark.parametrize(("role", "cells"), [("ops", CELLS), ("agent", AGENTS)])
def test_a_row_offers_what_the_person_may_edit(sign_in: SignIn, role: str, cells: set[str]) -> None:
    planned_order(1)

    html = sign_in(role).get("/triage/?col=requested").content.decode()

    assert links(html) == cells - {"note"}
    assert [set(said.split()) for said in re.findall(r'data-cells="([^"]*)"', html)] == [cells]


@pytest.mark.parametrize("name", sorted(CELLS))
def test_a_cell_gives_its_form_alone_or_as_a_page(sign_in: SignIn, name: str) -> None:
    order, client = planned_order(1), sign_in()

    with CaptureQueriesContext(connection) as queries:
        part = client.get(f"/orders/{order.ref}/cell/{name}/", headers=IN_CELL).content.decode()
    page = client.get(f"/orders/{order.ref}/cell/{name}/").content.decode()

    assert part.lstrip().startswith("<form")
    assert len(queries) <= CELL_QUERIES
    assert "<html" in page
    for html in (part, page):
        assert f'name="version" value="{order.version}"' in html
        assert "data-editor" in html


@pytest.mark.parametrize("name", sorted(CELLS - AGENTS))
def test_a_cell_is_refused_to_who_may_not_use_its_verb(sign_in: SignIn, name: str) -> None:
    order = planned_order(1)

    assert sign_in("agent").get(f"/orders/{order.ref}/cell/{name}/").status_code == 403


def test_there_is_no_other_cell(sign_in: SignIn) -> None:
    assert sign_in().get(f"/orders/{planned_order(1).ref}/cell/tier/").status_code == 404


def test_without_scripts_the_form_leads_back_to_where_one_came_from(sign_in: SignIn) -> None:
    order, client = planned_order(1), sign_in()
    url = f"/orders/{order.ref}/cell/eta/"

    ours = client.get(url, headers={"Referer": "http://testserver/triage/?view=late"}).content.decode()
    strange = client.get(url, headers={"Referer": "https://elsewhere.example/triage/"}).content.decode()

    assert 'name="next" value="/triage/?view=late"' in ours
    assert "elsewhere" not in strange


def test_what_is_saved_answers_with_the_row_and_its_undo(sign_in: SignIn) -> None:
    order, other, client = planned_order(2), planned_order(1), sign_in()
    eta_on = timezone.localdate() + timedelta(days=9)
    back = f"/triage/?view=all&live={order.ref}"
    form = {"version": order.version, "eta_on": eta_on.isoformat(), "reason": "Vessel delayed", "next": back}

    saved = client.post(f"/orders/{order.ref}/eta/", form, headers=IN_CELL)
    html = client.get(saved.headers["Location"], headers=IN_CELL).content.decode()

    assert saved.headers["Location"] == back
    assert f'id="row-{order.ref}"' in html
    assert other.ref not in html
    assert f"{order.ref} is now expected on" in html
    assert f'action="/orders/{order.ref}/eta/back/"' in html
    assert 'name="next" value="/triage/?view=all"' in html

    client.post(f"/orders/{order.ref}/eta/back/", {"is_undo": "1"})
    assert Order.objects.get(pk=order.pk).eta_by_hand_on is None


def test_who_comes_second_sees_in_the_cell_who_did_what_and_overwrites_nothing(sign_in: SignIn) -> None:
    order, client = planned_order(1), sign_in()
    colleague = make_user("admin")
    lifecycle.expedite(order.ref, actor=colleague, now=NOW)
    eta_on = timezone.localdate() + timedelta(days=9)
    form = {"version": order.version, "eta_on": eta_on.isoformat(), "reason": "Vessel delayed"}

    answer = client.post(f"/orders/{order.ref}/eta/", form, headers=IN_CELL)
    html = answer.content.decode()
    now = Order.objects.get(pk=order.pk)

    assert answer.status_code == 409
    assert html.lstrip().startswith("<form")
    assert f"{colleague} expedited it" in html
    assert "Vessel delayed" in html
    assert f'name="version" value="{now.version}"' in html
    assert now.eta_by_hand_on is None


def test_a_wrong_entry_says_so_in_the_cell(sign_in: SignIn) -> None:
    order, client = planned_order(1), sign_in()
    form = {"version": order.version, "eta_on": "2001-01-01", "reason": "Back then"}

    answer = client.post(f"/orders/{order.ref}/eta/", form, headers=IN_CELL)

    assert answer.status_code == 422
    assert answer.content.decode().lstrip().startswith("<p data-refusal>")


def test_an_order_is_given_to_a_colleague_and_back(sign_in: SignIn) -> None:
    order, colleague = planned_order(1), make_user("agent")
    client = sign_in()

    client.post(f"/orders/{order.ref}/owner/", {"owner": str(colleague.pk), "seen_owner": ""})
    page = client.get("/triage/").content.decode()

    assert Order.objects.get(pk=order.pk).owner == colleague
    assert f"{colleague} looks after {order.ref}" in page
    undo = re.search(r'action="(/orders/[^"]+/owner/[^"]*)"', page)
    assert undo
    client.post(undo[1].replace("&amp;", "&"), {"is_undo": "1"})
    assert Order.objects.get(pk=order.pk).owner is None


def test_an_order_that_was_given_away_meanwhile_is_not_taken(sign_in: SignIn) -> None:
    order, first, colleague = planned_order(1), make_user("agent"), make_user("admin")
    attention.assign(order.ref, owner_id=first.pk, actor=colleague)
    client = sign_in()

    answer = client.post(f"/orders/{order.ref}/owner/", {"owner": "", "seen_owner": ""}, headers=IN_CELL)
    html = answer.content.decode()

    assert answer.status_code == 409
    assert f"{colleague} gave it to {first}" in html
    assert f'name="seen_owner" value="{first.pk}"' in html
    assert re.sub(r"\s+", " ", html).count("Nobody") == 1  # what was about to be done, beside who has it
    assert Order.objects.get(pk=order.pk).owner == first
