"""Rules of holds over REST: made, changed, ended, carried over to open orders; and who releases which kind."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from orders.models import HoldKind
from tests.api.conftest import Api
from tests.factories.inventory import make_product
from tests.factories.orders import make_customer, make_order

pytestmark = pytest.mark.django_db


def test_a_rule_holds_what_comes_in_and_its_open_orders_when_asked(api: Api) -> None:
    make_order([(make_product("MUG"), 1)], customer=make_customer("ACME", name="Acme"))

    made = api.post("hold-sources/", {"customer": "ACME", "kind": "credit", "reason": "Owes us"})
    source = made.json()
    order = {
        "channel": "shop",
        "external_id": "1",
        "customer": {"code": "ACME", "name": "Acme"},
        "lines": [{"sku": "MUG", "qty": 1, "unit_price": "1.00"}],
    }
    came = api.post("orders/", order).json()

    assert made.status_code == 201
    assert (source["customer"], source["sku"], source["matching_orders"], source["not_held"]) == ("ACME", None, 1, 1)
    assert [(hold["kind"], hold["reason"]) for hold in came["holds"]] == [("credit", "Owes us")]
    assert api.get(f"hold-sources/{source['id']}/").json()["matching_orders"] == 2
    job = api.post(f"hold-sources/{source['id']}/hold-open/")
    assert (job.status_code, job.json()["action"], job.json()["total"]) == (202, "hold", 1)


def test_a_rule_is_changed_and_ended_by_the_version_that_was_seen(api: Api) -> None:
    make_product("MUG")
    source = api.post("hold-sources/", {"sku": "MUG", "kind": "fraud"}).json()
    url, seen = f"hold-sources/{source['id']}/", source["version"]

    changed = api.patch(url, {"last_on": "2030-01-15", "version": seen}).json()

    assert (changed["last_on"], changed["reason"]) == ("2030-01-15", "")
    assert api.post(f"{url}end/", {"version": seen}).status_code == 409
    assert api.post(f"{url}end/", {"version": changed["version"]}).json()["ended_at"]
    assert api.get("hold-sources/").json()["results"] == []
    assert api.post(f"{url}hold-open/").status_code == 409
    assert api.post(f"{url}end/").status_code == 409


def test_what_is_wrong_is_named_by_its_field(api: Api) -> None:
    for body, field in [
        ({"kind": "credit"}, "customer"),
        ({"sku": "NOTHING", "kind": "credit"}, "sku"),
        ({"kind": "mood", "customer": "X"}, "kind"),
    ]:
        refused = api.post("hold-sources/", body)
        assert (refused.status_code, list(refused.json()["fields"])) == (422, [field])
    make_product("MUG")
    assert api.post("hold-sources/", {"sku": "MUG", "kind": "credit"}).status_code == 201
    assert api.post("hold-sources/", {"sku": "MUG", "kind": "credit"}).status_code == 409


def test_a_release_is_refused_to_whom_the_rights_leave_out(api: Api, api_as: Callable[[str], Api]) -> None:
    order, ops = make_order(lines=[(make_product("MUG"), 1)]), api_as("ops")
    ops.post(f"orders/{order.ref}/hold/", {"kind": "credit"})
    rights = ops.get("hold-rights/").json()
    assert [each["kind"] for each in rights["rights"]] == HoldKind.values
    body = {"rights": [{"kind": "credit", "roles": ["admin"]}], "version": rights["version"]}
    assert ops.post("hold-rights/", body).status_code == 403

    narrowed = api.post("hold-rights/", body).json()

    assert narrowed["rights"][0] == {"kind": "credit", "roles": ["admin"]}
    assert api.post("hold-rights/", {**body, "version": 0}).status_code == 409
    refused = ops.post(f"orders/{order.ref}/release/", {"kind": "credit"})
    assert (refused.status_code, refused.json()["code"]) == (403, "not_yours_to_release")
    assert refused.json()["detail"] == "Credit holds are released by admin only."
    assert api.post(f"orders/{order.ref}/release/").json()["holds"] == []
