"""Input that is wrong on purpose: never a 5xx, words in the one form, and nothing changed."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.apps import apps
from django.db import OperationalError, connection
from django.http import HttpResponse

from inventory.models import PurchaseOrder
from orders.models import Order
from tests.api.bodies import order_body
from tests.api.conftest import Api
from tests.factories.inventory import make_product, make_purchase_order, make_stock
from tests.factories.orders import make_order

ORDER = json.dumps(order_body()).encode()
FORM = "application/x-www-form-urlencoded"
BIDI, ZERO_WIDTH = "\u202egnp.exe", "A\u200bB"

BODIES: dict[str, bytes] = {
    "nothing": b"",
    "spaces": b"   ",
    "not JSON": b"{channel: web}",
    "cut off": ORDER[:-3],
    "two documents": ORDER + ORDER,
    "a trailing comma": ORDER[:-1] + b",}",
    "NaN": b'{"channel": NaN}',
    "Infinity": b'{"channel": -Infinity}',
    "a float beyond bounds": b'{"channel": 1e999}',
    "a huge int": b'{"channel": ' + b"9" * 5000 + b"}",
    "an int of 19 digits": b'{"channel": 9223372036854775808}',
    "a repeated name": b'{"channel": "web", "channel": "edi"}',
    "a repeated inner name": b'{"customer": {"code": "A", "code": "B"}}',
    "21 levels": b"[" * 21 + b"]" * 21,
    "100,000 levels": b"[" * 100_000,
    "100,000 objects": b'{"a":' * 100_000,
    "an escaped NUL": b'{"channel": "a\\u0000b"}',
    "a raw NUL": b'{"channel": "a\x00b"}',
    "a NUL name": b'{"a\\u0000": 1}',
    "half a character": b'{"channel": "\\ud800"}',
    "a raw control character": b'{"channel": "a\x01b"}',
    "invalid UTF-8": b'{"channel": "\xff\xfe"}',
    "overlong UTF-8": b'{"channel": "\xc0\x80"}',
    "UTF-16": '{"channel": "web"}'.encode("utf-16"),
    "a BOM": b"\xef\xbb\xbf" + ORDER,
    "a list": b"[]",
    "a string": b'"order"',
    "a number": b"1",
    "null": b"null",
    "true": b"true",
    "no fields": b"{}",
    "an unknown field": ORDER[:-1] + b', "status": "shipped"}',
}

CHANGES: dict[str, dict[str, Any]] = {
    "a list for text": {"channel": ["web"]},
    "an object for text": {"channel": {"$ne": None}},
    "a number for text": {"channel": 5},
    "empty text": {"channel": ""},
    "blank text": {"channel": "   "},
    "long text": {"channel": "x" * 41},
    "a megabyte of text": {"external_id": "x" * 1_000_000},
    "bidi text": {"channel": BIDI},
    "zero-width text": {"external_id": ZERO_WIDTH},
    "a line break": {"channel": "a\nb"},
    "text for a customer": {"customer": "C1"},
    "a list for a customer": {"customer": []},
    "a wrong tier": {"customer": {"code": "C1", "name": "J", "tier": "diamond"}},
    "a list for a tier": {"customer": {"code": "C1", "name": "J", "tier": ["gold"]}},
    "a wrong address": {"customer": {"code": "C1", "name": "J", "email": "jane@"}},
    "an address with a header": {"customer": {"code": "C1", "name": "J", "email": "j@x.com\nBcc: a@x.com"}},
    "no lines": {"lines": []},
    "lines as an object": {"lines": {"0": {"sku": "MUG", "qty": 1}}},
    "lines of text": {"lines": ["MUG"]},
    "a line of null": {"lines": [None]},
    "2,001 lines": {"lines": [{"sku": "MUG", "qty": 1, "unit_price": "1"}] * 2001},
    "a day that is not": {"requested_on": "2026-04-31"},
    "29 February": {"requested_on": "2027-02-29"},
    "the year 9999": {"requested_on": "9999-12-31"},
    "the year 1": {"requested_on": "0001-01-01"},
    "a day in words": {"requested_on": "tomorrow"},
    "a week day": {"requested_on": "2026-W01-1"},
    "a compact day": {"requested_on": "20260101"},
    "full-width digits": {"requested_on": "２０２６-01-01"},
    "a number for a day": {"requested_on": 20260101},
    "a time for a day": {"requested_on": "2026-01-01T00:00:00Z"},
    "a moment without a date": {"placed_at": "10:00"},
    "a moment in the year 9999": {"placed_at": "9999-12-31T23:59:59-12:00"},
    "a moment in the year 1": {"placed_at": "0001-01-01T00:00:00+14:00"},
    "a moment with 25 hours": {"placed_at": "2026-01-01T25:00:00Z"},
    "a moment with a wild offset": {"placed_at": "2026-01-01T00:00:00+99:99"},
    "a moment that DST skipped": {"placed_at": "2026-03-29T01:30:00"},
    "a wrong ship policy": {"ship_policy": "sometimes"},
    "null ship policy": {"ship_policy": None},
}

QUANTITIES = [0, -1, 1_000_001, 2**31, 2**63 - 1, 1.5, 1.0, "1", "１", True, None, [], {}, "1e3", " 1"]
PRICES = [-1, "-0.01", "NaN", "Infinity", "1e5", "1.234", "１", 10**13, True, None, [], {}, "", "£5", 1e300]

QUERIES = [
    "foo=1", "status=open&status=open", "status=", "status=opened", "status__in=open", "customer__email=a", "id=1",
    "late=maybe", "late=1", "late=TRUE", "late=true'--", "placed_after=2026-02-30", "placed_after=20260101",
    "placed_after=%EF%BC%92026-01-01", "placed_after=9999-01-01", "sku=%00", "sku=%FF%FE", "q=" + "x" * 2000,
    "q=a%0Ab", "q=%E2%80%AE", "cursor=", "cursor=" + "A" * 5000, "page_size=10;drop", "page_size=%D9%A5",
    "ordering=-id", "ordering=rank,placed_at", "reason=99", "reason=READY", "tier=gold,silver", "format=api",
    "%00=1", "[]=1",
]  # fmt: skip

PATHS = [
    "orders/%00/", "orders/%FF/", "orders/..%2f..%2fetc%2fpasswd/", "orders/" + "x" * 3000 + "/", "orders/%E2%80%AE/",
    "orders/SO-1'%20OR%201=1/", "policies/99999999999999999999/", "policies/-1/", "policies/abc/", "messages/0/",
    "plan-runs/999999999999999999/", "plan-runs/1.5/", "products/%0a/", "orders", "orders//", "nothing/", "",
]  # fmt: skip

ACTIONS: list[tuple[str, Any]] = [
    ("hold/", {"kind": "whim"}), ("hold/", {"kind": ["credit"]}), ("hold/", {"kind": "credit", "version": 2**40}),
    ("hold/", {"kind": "credit", "version": "1"}), ("hold/", {"kind": "credit", "reason": "x" * 201}),
    ("release/", {"kind": "credit"}), ("release/", []), ("cancel/", {"position": 9}), ("cancel/", {"qty": 1}),
    ("cancel/", {"position": 1, "qty": 10**6}), ("cancel/", {"position": 0}), ("cancel/", {"reason": "a\x0bb"}),
    ("expedite/", {"expedite": "yes"}), ("ship/", {"lines": []}), ("ship/", {"lines": [{"position": 1}]}),
    ("ship/", {"lines": [{"position": 1, "qty": 1}] * 2}), ("ship/", {"lines": [{"position": 77, "qty": 1}]}),
    ("eta/", {}), ("eta/", {"eta_on": "1999-01-01"}), ("eta/", {"eta_on": "2101-01-01"}), ("eta/", {"eta_on": 1}),
    ("eta/", {"eta_on": "2020-01-01", "reason": "past"}), ("note/", {"body": ""}), ("note/", {"body": BIDI}),
    ("note/", {"body": "x" * 4001}), ("note/", {"body": None}),
]  # fmt: skip

OTHER_POSTS: list[tuple[str, Any]] = [
    ("stock/receipts/", {"sku": "MUG", "warehouse": "MAIN", "qty": -1}),
    ("stock/receipts/", {"sku": "MUG", "warehouse": "MOON", "qty": 1}),
    ("stock/receipts/", {"sku": {"a": 1}, "warehouse": "MAIN", "qty": 1}),
    ("stock/receipts/", {"sku": "=cmd()", "warehouse": "MAIN", "qty": 1}),
    ("stock/adjustments/", {"sku": "MUG", "warehouse": "MAIN", "qty_delta": 0, "reason": "x"}),
    ("stock/adjustments/", {"sku": "MUG", "warehouse": "MAIN", "qty_delta": -6, "reason": "more than there is"}),
    ("stock/adjustments/", {"sku": "MUG", "warehouse": "MAIN", "qty_delta": 1}),
    ("stock/counts/", {"sku": "MUG", "warehouse": "MAIN", "counted": -1}),
    ("stock/transfers/", {"sku": "MUG", "from": "MAIN", "to": "MAIN", "qty": 1}),
    ("stock/transfers/", {"sku": "MUG", "from": "MAIN", "to": "MOON", "qty": 1}),
    ("purchase-orders/", {"supplier": "NOBODY", "expected_on": "2027-01-01", "lines": [{"sku": "MUG"}]}),
    ("purchase-orders/", {"supplier": "S", "expected_on": "2027-13-01", "lines": []}),
    ("purchase-orders/PO-1/receive/", {"lines": [{"position": 1, "sku": "MUG", "qty": 1}]}),
    ("purchase-orders/PO-1/receive/", {"lines": [{"position": 2, "qty": 1}]}),
    ("purchase-orders/PO-1/receive/", {"received_on": "2100-01-01"}),
    ("purchase-orders/NONE/receive/", {}),
    ("policies/", {"name": "x", "rules": []}),
    ("policies/", {"name": "x", "rules": {}}),
    ("policies/", {"name": "x", "rules": {"version": 1, "strategy": "magic", "rules": []}}),
    ("policies/", {"name": "x", "rules": {"version": 1, "strategy": "priority", "rules": [{"points": {}}] * 5000}}),
    ("policies/1000000/publish/", {}),
    ("policies/1000000/rollback/", {"note": 5}),
]


@pytest.fixture
def world(api: Api) -> Api:
    product = make_product("MUG")
    make_stock(product, on_hand=5)
    make_order([(product, 2)], ref="SO-1")
    make_purchase_order([(product, 3)], ref="PO-1")
    return api


def _state() -> dict[str, Any]:
    """Every row count, and what an action could have changed in place."""
    counts = {
        model._meta.label: model._default_manager.count()
        for model in apps.get_models()
        if model._meta.app_label in ("orders", "inventory", "notifications", "api")
    }
    counts["order"] = list(Order.objects.values())
    counts["purchase order"] = list(PurchaseOrder.objects.values())
    return counts


def _assert_refused(response: HttpResponse, before: dict[str, Any]) -> None:
    assert 400 <= response.status_code < 500, response.content[:500]
    assert set(response.json()) == {"code", "detail", "fields"}, response.content[:500]
    assert response.json()["detail"]
    assert connection.is_usable()
    assert _state() == before


@pytest.mark.parametrize("name", BODIES)
def test_a_hostile_body(world: Api, name: str) -> None:
    before = _state()

    _assert_refused(world.raw("POST", "orders/", BODIES[name]), before)


@pytest.mark.parametrize(
    ("body", "says"),
    [
        (b'{"lines": [{"qty": 1}, {"qty": NaN}]}', "lines.1.qty: NaN is not a number."),
        (b'{"lines": [{"qty": 1e999}]}', "lines.0.qty: The number is too large."),
        (b'{"lines": [{"qty": 12345678901234567890}]}', "lines.0.qty: The number is too large."),
        (b'{"customer": {"code": "A", "code": "B"}}', "customer.code: The name is given twice."),
        (b'{"customer": {"name": "\\ud800"}}', "customer.name: Text holds a NUL or half a character."),
        (b"Infinity", "Infinity is not a number."),
    ],
)
def test_what_no_reader_should_guess_at_is_refused_with_its_place(world: Api, body: bytes, says: str) -> None:
    response = world.raw("POST", "orders/", body)

    assert (response.status_code, response.json()["detail"]) == (400, says)


@pytest.mark.parametrize(
    ("path", "body", "fields"),
    [
        (
            "orders/",
            order_body(ship_policy="never"),
            {"ship_policy": "Choose one of: partial, complete, one_backorder."},
        ),
        ("orders/SO-1/terms/", {"line_fills": "50"}, {"line_fills": "Give a list."}),
        ("policies/", {"name": "x", "rules": []}, {"rules": "Give an object."}),
        ("orders/", order_body(lines={"sku": "MUG"}), {"lines": "Give a list."}),
        ("orders/", order_body(customer=[]), {"customer": "Give an object."}),
    ],
)
def test_what_would_fit_is_said(world: Api, path: str, body: dict[str, Any], fields: dict[str, str]) -> None:
    assert world.post(path, body).json()["fields"] == fields


@pytest.mark.parametrize("name", CHANGES)
def test_a_hostile_field(world: Api, name: str) -> None:
    before = _state()

    response = world.post("orders/", order_body(**CHANGES[name]))

    _assert_refused(response, before)
    assert response.status_code == 422
    field = next(iter(CHANGES[name]))
    assert any(path.split(".")[0] == field for path in response.json()["fields"])


@pytest.mark.parametrize("qty", QUANTITIES, ids=repr)
def test_a_hostile_quantity(world: Api, qty: Any) -> None:
    before = _state()

    response = world.post("orders/", order_body(lines=[{"sku": "MUG", "qty": qty, "unit_price": "1"}]))

    _assert_refused(response, before)
    assert "lines.0.qty" in response.json()["fields"]


@pytest.mark.parametrize("price", PRICES, ids=repr)
def test_a_hostile_price(world: Api, price: Any) -> None:
    before = _state()

    response = world.post("orders/", order_body(lines=[{"sku": "MUG", "qty": 1, "unit_price": price}]))

    _assert_refused(response, before)
    assert "lines.0.unit_price" in response.json()["fields"]


@pytest.mark.parametrize("query", QUERIES)
def test_a_hostile_query(world: Api, query: str) -> None:
    before = _state()

    response = world.get(f"orders/?{query}")

    _assert_refused(response, before)
    assert response.status_code == 422
    assert len(response.json()["fields"]) == 1


@pytest.mark.parametrize("path", PATHS)
def test_a_hostile_path(world: Api, path: str) -> None:
    before = _state()

    response = world.get(path)

    _assert_refused(response, before)
    assert response.status_code == 404


@pytest.mark.parametrize(("path", "body"), ACTIONS)
def test_a_hostile_action(world: Api, path: str, body: Any) -> None:
    before = _state()

    response = world.raw("POST", f"orders/SO-1/{path}", json.dumps(body).encode())

    _assert_refused(response, before)


@pytest.mark.parametrize(("path", "body"), OTHER_POSTS)
def test_a_hostile_post(world: Api, path: str, body: Any) -> None:
    before = _state()

    _assert_refused(world.raw("POST", path, json.dumps(body).encode()), before)


def test_a_body_over_the_limit_is_413(world: Api) -> None:
    before = _state()

    response = world.raw("POST", "orders/", b'{"channel": "' + b"x" * (5 * 1024 * 1024) + b'"}')

    _assert_refused(response, before)
    assert response.status_code == 413


def test_a_keyed_body_over_the_limit_is_413(world: Api) -> None:
    response = world.raw("POST", "orders/", b" " * (5 * 1024 * 1024 + 1), Idempotency_Key="k")

    assert response.status_code == 413


@pytest.mark.parametrize(
    "content_type", [FORM, "multipart/form-data; boundary=x", "text/plain", "application/xml", "", "nonsense",
                     "application/json; charset=utf-16"],
)  # fmt: skip
def test_other_kinds_of_body_are_415(world: Api, content_type: str) -> None:
    before = _state()

    response = world.raw("POST", "orders/", ORDER, content_type)

    _assert_refused(response, before)
    assert response.status_code == 415


def test_a_body_of_unknown_length_is_411_and_not_taken_for_none(world: Api) -> None:
    response = world.raw("POST", "orders/", b"", Transfer_Encoding="chunked")

    assert response.status_code == 411


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "BREW"])
def test_methods_that_an_address_does_not_have_are_405(world: Api, method: str) -> None:
    before = _state()

    response = world.raw(method, "orders/SO-1/", b"{}")

    _assert_refused(response, before)
    assert response.status_code == 405


def test_text_that_only_looks_dangerous_is_kept_as_it_is(world: Api) -> None:
    body = "<script>alert(1)</script> {{ order.cancel }} '; DROP TABLE orders_order; --"

    assert world.post("orders/SO-1/note/", {"body": body}).status_code == 201
    assert Order.objects.get().notes.get().body == body


def test_without_the_database_it_is_503_and_says_when_to_come_back(world: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise OperationalError("gone")

    with monkeypatch.context() as patch:
        patch.setattr(connection, "cursor", refuse)
        response = world.get("orders/")

    assert (response.status_code, response.json()["code"]) == (503, "unavailable")
    assert int(response.headers["Retry-After"]) > 0
