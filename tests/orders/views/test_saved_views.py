from __future__ import annotations

import re
from collections.abc import Callable
from html import unescape

import pytest
from django.test import Client

from orders.board import saved_views
from orders.models import SavedView
from tests.factories.orders import make_user
from tests.orders.views.backlog import planned_order, refs

pytestmark = pytest.mark.django_db
SignIn = Callable[..., Client]
SAVE = "/triage/views/"


def tabs(html: str) -> list[str]:
    nav = html.split('id="views"')[1].split("</nav>")[0]
    return re.findall(r'<a class="view"[^>]*>(?:<svg.*?</svg>)?([^<]+)', nav)


def test_a_view_keeps_filters_sort_and_columns_under_a_name(sign_in: SignIn) -> None:
    late = planned_order(9, slip_days=6)
    planned_order(8)
    client = sign_in()

    answer = client.post(
        SAVE, {"name": " Worst ", "query": "view=late&sort=-value&col=age&o=SO-1&after=x"}, follow=True
    )
    html = answer.content.decode()

    view = SavedView.objects.get()
    assert (view.name, view.query) == ("Worst", "col=age&sort=-value&view=late")
    assert answer.redirect_chain[0][0] == f"/triage/?{view.query}&saved={view.pk}"
    assert refs(html) == [late.ref]
    assert "Worst" in tabs(html)
    assert 'class="unsaved"' not in html
    assert 'class="unsaved"' in client.get(f"/triage/?view=late&saved={view.pk}").content.decode()


def test_the_same_name_replaces_and_another_person_has_names_of_their_own(sign_in: SignIn) -> None:
    anna, bert = make_user("ops"), make_user("ops")
    for user, query in ((anna, "view=late"), (anna, "view=hold"), (bert, "view=risk")):
        sign_in(user=user).post(SAVE, {"name": "Mine", "query": query})

    assert set(SavedView.objects.values_list("owner", "query")) == {(anna.pk, "view=hold"), (bert.pk, "view=risk")}


def test_only_shared_views_of_others_are_shown_and_none_of_them_dropped(sign_in: SignIn) -> None:
    anna, bert = make_user("ops"), make_user("agent")
    sign_in(user=anna).post(SAVE, {"name": "For all", "query": "view=late", "is_shared": "on"})
    sign_in(user=anna).post(SAVE, {"name": "For me", "query": "view=late"})
    shared = SavedView.objects.get(name="For all")

    client = sign_in(user=bert)
    assert [name for name in tabs(client.get("/triage/").content.decode()) if name.startswith("For")] == ["For all"]
    assert client.post(f"{SAVE}{shared.pk}/delete/").status_code == 404
    assert SavedView.objects.filter(pk=shared.pk).exists()
    assert sign_in(user=anna).post(f"{SAVE}{shared.pk}/delete/").status_code == 302
    assert not SavedView.objects.filter(pk=shared.pk).exists()


def test_keeping_changes_of_a_shared_view_leaves_it_shared(sign_in: SignIn) -> None:
    client = sign_in(user=make_user("ops"))

    for shared in ({"is_shared": "on"}, {}):
        html = client.post(SAVE, {"name": "Ours", "query": "view=late", **shared}, follow=True).content.decode()
        assert ('name="is_shared" checked' in html) is bool(shared)


def test_undo_brings_a_deleted_view_back_as_it_was(sign_in: SignIn) -> None:
    planned_order()
    client = sign_in(user=make_user("ops"))
    client.post(SAVE, {"name": "Ours", "query": "view=late&sort=-value", "is_shared": "on"})
    before = SavedView.objects.get()

    html = client.post(f"{SAVE}{before.pk}/delete/", follow=True).content.decode()
    undo = re.search(r'action="(/triage/views/\?[^"]+)"', html)
    assert undo
    client.post(unescape(undo[1]), {"is_undo": "1"})

    again = SavedView.objects.get()
    assert (again.name, again.query, again.is_shared) == (before.name, before.query, True)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ({"name": "  "}, "Give the view a name"),
        ({"name": "x" * 41}, "At most 40"),
        ({"name": "a\u202eb"}, "invisible"),
        ({"name": "x", "query": "q=" + "y" * 1001}, "too long"),
    ],
)
def test_a_wrong_name_is_refused_in_words(sign_in: SignIn, data: dict[str, str], words: str) -> None:
    answer = sign_in().post(SAVE, data)

    assert (answer.status_code, words in answer.content.decode()) == (422, True)
    assert not SavedView.objects.exists()


def test_nobody_keeps_more_than_the_tabs_can_hold(sign_in: SignIn, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(saved_views, "MOST_VIEWS", 1)
    client = sign_in()
    client.post(SAVE, {"name": "One", "query": ""})

    assert client.post(SAVE, {"name": "Two", "query": ""}).status_code == 409


def test_columns_come_from_the_address_and_stay_for_the_next_list(sign_in: SignIn) -> None:
    planned_order(1, owner=make_user("agent"))
    client = sign_in()
    usual = client.get("/triage/").content.decode()

    chosen = client.get("/triage/?col=rank&col=owner").content.decode()
    later = client.get("/triage/?view=all").content.decode()

    assert 'class="c-age' in usual
    assert 'class="c-owner' not in usual
    for html in (chosen, later):
        assert 'class="c-age' not in html
        assert html.count('class="c-owner') == 2  # the heading and the row
    assert client.get("/triage/?col=nonsense").status_code == 200
