"""What colleagues keep, over REST: notes and mentions, views, changes of how we work, drafts of rules."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.api.conftest import Api
from tests.factories.inventory import make_product
from tests.factories.orders import make_order

pytestmark = pytest.mark.django_db


def test_a_note_is_listed_with_whom_it_names_and_read(api: Api, api_as: Callable[..., Api]) -> None:
    make_order([(make_product(), 1)], ref="SO-1")
    named = api_as("agent")
    api.post("orders/SO-1/note/", {"body": f"@{named.user.email} look"})

    [note] = api.get("notes/?order=SO-1").json()["results"]
    assert note["mentions"] == [str(named.user)]
    assert api.get("mentions/").json()["results"] == []  # it names somebody else
    [mention] = named.get("mentions/?unread=true").json()["results"]
    assert (mention["order"], mention["note"]["id"]) == ("SO-1", note["id"])
    assert api.post(f"mentions/{mention['id']}/read/").status_code == 404
    assert named.post(f"mentions/{mention['id']}/read/").json()["read_at"] is not None
    assert named.post(f"mentions/{mention['id']}/unread/").json()["read_at"] is None
    assert named.post("mentions/read/").json() == {"read": 1}
    assert named.get("mentions/?unread=true").json()["results"] == []


def test_views_are_kept_shared_and_dropped_by_their_owner(api: Api, api_as: Callable[..., Api]) -> None:
    other = api_as("agent")
    mine = api.post("saved-views/", {"name": "Gold", "query": "tier=gold"}).json()

    assert other.get("saved-views/").json()["results"] == []
    api.post("saved-views/", {"name": "Gold", "query": "tier=gold", "is_shared": True})
    assert [view["id"] for view in other.get("saved-views/").json()["results"]] == [mine["id"]]
    assert other.post(f"saved-views/{mine['id']}/remove/").status_code == 404
    assert api.post(f"saved-views/{mine['id']}/remove/").status_code == 204


def test_a_change_of_a_warehouse_is_undone_by_those_who_may_make_it(api: Api, api_as: Callable[..., Api]) -> None:
    api.post("warehouses/", {"code": "LDS", "name": "Leeds"})
    api.patch("warehouses/LDS/", {"name": "Leeds North"})

    newest = api.get("setup-changes/?kind=warehouse&name=LDS").json()["results"][0]["id"]

    assert api_as("agent").post(f"setup-changes/{newest}/undo/").status_code == 403
    assert api.post(f"setup-changes/{newest}/undo/").status_code == 200
    assert api.get("warehouses/LDS/").json()["name"] == "Leeds"
    assert api.post(f"setup-changes/{newest}/undo/").json()["code"] == "stale"


def test_a_draft_of_rules_goes_back_step_by_step(api: Api) -> None:
    rules = api.get("policies/presets/").json()[0]["rules"]
    draft = api.post("policies/", {"name": "First", "rules": rules}).json()
    here = f"policies/{draft['id']}"
    api.patch(f"{here}/", {"name": "Second"})

    assert api.post(f"{here}/undo/").json()["name"] == "First"
    last = api.post(f"{here}/go-back/", {"to": draft["revision"] + 1}).json()
    assert last["name"] == "Second"
    assert api.post(f"{here}/go-back/", {"to": 99}).status_code == 404
