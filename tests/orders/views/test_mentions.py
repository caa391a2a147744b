"""Mentions on pages: one's own list, the count, what is read, and names to complete."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from backlog.accounts.models import User
from orders.handling.lifecycle import add_note
from orders.models import Mention
from tests.factories import NOW
from tests.factories.orders import make_order, make_user
from tests.orders.views.backlog import planned_order

pytestmark = pytest.mark.django_db
SignIn = Callable[..., Client]
COUNT = 'id="mention-count" data-mention-count="/mentions/">{}<'


def named(name: str, role: str = "ops") -> User:
    user = make_user(role)
    User.objects.filter(pk=user.pk).update(name=name)
    return User.objects.get(pk=user.pk)


def test_who_is_named_reads_it_in_a_list_and_ticks_it_off(sign_in: SignIn) -> None:
    tom = named("Tom Reyes", "agent")
    order = planned_order(1)
    add_note(order.ref, body="@Tom Reyes, <b>please</b> ring them", actor=named("Olivia Marsh"), now=NOW)
    client = sign_in(user=tom)
    mention = Mention.objects.get()

    html = client.get("/mentions/").content.decode()
    assert '<b class="at">@Tom Reyes</b>, &lt;b&gt;please&lt;/b&gt; ring them' in html
    assert f"/orders/{order.ref}/#note-{mention.note_id}" in html
    assert COUNT.format(1) in html
    assert "Olivia Marsh named you" in client.get(f"/orders/{order.ref}/").content.decode()
    client.post(f"/mentions/{mention.pk}/read/")
    assert "You have read everything" in client.get("/mentions/").content.decode()
    assert "ring them" in client.get("/mentions/?tab=all").content.decode()
    client.post(f"/mentions/{mention.pk}/unread/")
    assert COUNT.format(1) in client.get("/mentions/").content.decode()
    client.post("/mentions/read/")
    assert not Mention.objects.filter(read_at=None).exists()


def test_other_peoples_mentions_are_not_found(sign_in: SignIn) -> None:
    make_order([], ref="SO-1")
    named("Tom Reyes")
    add_note("SO-1", body="@tom", actor=None, now=NOW)
    mention = Mention.objects.get()
    client = sign_in("admin")

    assert client.post(f"/mentions/{mention.pk}/read/").status_code == 404
    assert "Tom" not in client.get("/mentions/?tab=all").content.decode()
    assert Mention.objects.get().read_at is None


def test_a_note_that_names_nobody_says_so(sign_in: SignIn) -> None:
    order = planned_order(1)

    html = sign_in().post(f"/orders/{order.ref}/note/", {"body": "@bob and @tim, look"}, follow=True).content.decode()

    assert "Nobody here is called @bob or @tim" in html


def test_names_are_completed_from_their_beginning(sign_in: SignIn) -> None:
    named("Olivia Marsh")
    named("Marcus Poe")
    client = sign_in("agent")

    def found(text: str) -> list[str]:
        return [one["name"] for one in client.get("/mentions/people/", {"q": text}).json()["people"]]

    assert found("mar") == ["Marcus Poe", "Olivia Marsh"]
    assert found("olivia m") == ["Olivia Marsh"]
    assert found("\0") == []


def test_a_long_list_costs_what_a_short_one_does(
    sign_in: SignIn, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    tom = named("Tom Reyes")
    for number in range(60):
        make_order([], ref=f"SO-{number}")
        add_note(f"SO-{number}", body="@tom", actor=None, now=NOW)
    client = sign_in(user=tom)

    with django_assert_max_num_queries(12):
        html = client.get("/mentions/").content.decode()
    assert html.count('class="mention unread"') == 50
    assert 'rel="next"' in html
