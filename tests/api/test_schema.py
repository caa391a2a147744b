from __future__ import annotations

import importlib
import io
import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client

from kernel.rest import In
from tests.api.conftest import Api
from tests.factories.orders import make_user


def test_the_document_is_valid_and_says_nothing_it_is_unsure_of() -> None:
    call_command("spectacular", validate=True, fail_on_warn=True, stdout=io.StringIO())


def test_the_document_names_every_address_with_its_errors_and_keys(api: Api) -> None:
    document = api.get("schema/").json()

    assert {
        "/api/v1/orders/", "/api/v1/orders/{ref}/ship/", "/api/v1/stock/receipts/",
        "/api/v1/purchase-orders/{ref}/receive/", "/api/v1/policies/{id}/preview/", "/api/v1/plan-runs/",
        "/api/v1/messages/", "/api/v1/metrics/backlog/",
    } <= set(document["paths"])  # fmt: skip
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            assert "default" in operation["responses"], path
            names = {parameter["name"] for parameter in operation.get("parameters", ())}
            assert ("Idempotency-Key" in names) == (method == "post"), path
    filters = document["paths"]["/api/v1/orders/"]["get"]["parameters"]
    assert {"cursor", "ordering", "late", "sku", "reason"} <= {parameter["name"] for parameter in filters}


@pytest.mark.django_db
def test_the_page_for_people_keeps_its_script_in_a_file() -> None:
    browser = Client()
    browser.force_login(make_user("agent"), backend="django.contrib.auth.backends.ModelBackend")

    response = browser.get("/api/v1/docs/")

    scripts = re.findall(r"<script([^>]*)>", response.content.decode())
    assert scripts
    assert all("src=" in attributes for attributes in scripts)
    directives = response.headers["Content-Security-Policy"].split("; ")
    assert "script-src 'self'" in directives
    assert "//cdn" not in response.content.decode()


def _requests(kind: type[In] = In) -> Iterator[type[In]]:
    for each in kind.__subclasses__():
        yield each
        yield from _requests(each)


importlib.import_module("backlog.api.urls")  # with the addresses come the shapes of all requests
EXAMPLES = [
    (kind, example.value)
    for kind in _requests()
    for example in vars(kind).get("_spectacular_annotation", {}).get("examples", ())
]


@pytest.mark.parametrize(("kind", "body"), EXAMPLES, ids=[kind.__name__ for kind, _ in EXAMPLES])
def test_every_example_is_a_request_that_is_accepted(kind: type[In], body: dict[str, Any]) -> None:
    incoming = kind(data=body)

    assert incoming.is_valid(), incoming.errors
