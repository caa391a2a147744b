"""Customers: the list of who waits, and one customer, as each role sees and changes it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import partial

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from inventory.models import SetupChange
from kernel.paging import take_page
from orders.models import Customer, CustomerTerms, Feedback, Order, OrderPromise
from orders.party_backlogs import make_party_backlogs
from orders.queries import customers
from tests.factories.inventory import make_product, make_stock
from tests.factories.orders import make_customer, make_order, make_order_plan

pytestmark = pytest.mark.django_db
SignIn = Callable[..., Client]


def counted() -> None:
    make_party_backlogs(covers={"covers_run_id": 0, "recent_runs": 0}, now=timezone.now())


def waiting(code: str, *, value: int, late: bool = False, **fields: str) -> Customer:
    """Make a customer with one open order of a value in pence."""
    customer = make_customer(code, **fields)
    today = timezone.localdate()
    order = make_order([(make_product(), 1)], customer=customer, placed_at=timezone.now() - timedelta(days=3))
    make_order_plan(
        order, open_value_minor=value, short_units=1234, promised_on=today - timedelta(days=1) if late else None
    )
    return customer


@pytest.fixture
def three() -> None:
    waiting("SMALL", value=100, late=True, name="Aster Small")
    waiting("BIG", value=90_000, name="Birch Big", tier="gold")
    make_customer("NONE", name="Cedar None")
    counted()


def names(client: Client, query: str = "") -> list[str]:
    page = client.get(f"/customers/{query}").content.decode()
    return sorted((name for name in ("Aster", "Birch", "Cedar") if name in page), key=page.index)


@pytest.mark.usefixtures("three")
def test_who_waits_is_listed_by_value_and_all_by_name(sign_in: SignIn) -> None:
    client = sign_in()

    assert names(client) == ["Birch", "Aster"]
    assert names(client, "?sort=late") == ["Aster", "Birch"]
    assert names(client, "?view=late") == ["Aster"]
    assert names(client, "?view=all") == ["Aster", "Birch", "Cedar"]
    assert names(client, "?tier=gold") == ["Birch"]
    assert names(client, "?q=small") == ["Aster"]
    assert names(client, "?view=all&q=none") == ["Cedar"]


@pytest.mark.usefixtures("three")
def test_pages_follow_each_other_by_key(sign_in: SignIn, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(customers, "take_page", partial(take_page, size=1))
    client = sign_in()

    first = client.get("/customers/")
    second = client.get(first.context["next_url"])
    back = client.get(second.context["previous_url"])

    assert [row.customer.code for page in (first, second, back) for row in page.context["rows"]] == [
        "BIG",
        "SMALL",
        "BIG",
    ]


@pytest.mark.parametrize("query", ["?view=nope", "?sort=name", "?tier=tin", "?after=xx", "?q=%00", f"?q={'x' * 101}"])
def test_an_address_that_we_did_not_make_is_refused(sign_in: SignIn, query: str) -> None:
    assert sign_in().get(f"/customers/{query}").status_code == 400


def test_the_list_costs_the_same_however_many_wait(
    sign_in: SignIn, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(30):
        waiting(f"C{number}", value=number)
    counted()
    client = sign_in()

    for query in ("", "?view=all", "?sort=oldest&tier=standard&q=cust"):
        with django_assert_max_num_queries(10):
            client.get(f"/customers/{query}")


def test_one_customer_shows_what_waits_and_how_promises_were_kept(sign_in: SignIn) -> None:
    customer = waiting("ANN", value=12_300, name="Ann & Co")
    today = timezone.localdate()
    for days, ref in ((0, "SO-KEPT"), (4, "SO-LATE")):
        left = make_order([(make_product(), 1)], customer=customer, ref=ref, status="shipped", closed_at=timezone.now())
        promised = today - timedelta(days=days)
        OrderPromise.objects.create(order=left, promised_on=promised, announced_on=promised, told_on=promised)
    Feedback.objects.create(order=left, occasion="delivery", rating=2, comment="Too late for the party")

    page = sign_in().get("/customers/ANN/")
    html = page.content.decode()

    assert page.context["figures"].value_minor == 12_300
    assert (page.context["record"].kept, page.context["record"].late, page.context["record"].late_days) == (1, 1, 4.0)
    assert "Ann &amp; Co" in html
    assert "SO-LATE" in html
    assert "1,234" in html
    assert "Too late for the party" in html


def test_one_customer_costs_the_same_however_much_they_ordered(
    sign_in: SignIn, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    customer = make_customer("ANN")
    for _ in range(12):
        order = make_order([(make_product(), 1)], customer=customer)
        make_order_plan(order, open_value_minor=10)
        make_order([(make_product(), 1)], customer=customer, status="shipped", closed_at=timezone.now())
    client = sign_in()

    with django_assert_max_num_queries(26):
        client.get("/customers/ANN/")


def test_contact_data_is_shown_to_and_changed_by_agents_only(sign_in: SignIn) -> None:
    make_customer("ANN", email="ann@private.example", contact_name="Ann Private", phone="+44 1")
    agent = sign_in("agent")
    form = {"contact_name": "Ann New", "email": "new@private.example", "phone": "+44 2", "language": "de"}
    form |= {"zone": "Europe/Berlin", "version": "0"}

    assert "ann@private.example" in agent.get("/customers/ANN/").content.decode()
    assert agent.post("/customers/ANN/contact/", form).status_code == 302

    changed = Customer.objects.get()
    assert (changed.contact_name, changed.language, changed.wants_email) == ("Ann New", "de", False)
    assert "/undo/" in agent.get("/customers/ANN/").content.decode()
    ops = sign_in("ops")
    page = ops.get("/customers/ANN/").content.decode()
    assert "private.example" not in page
    assert "Ann New" not in page
    undo = f"/setup/changes/{SetupChange.objects.get(kind='customer').pk}/undo/"
    assert undo not in page
    assert ops.post(undo).status_code == 403
    assert ops.post("/customers/ANN/contact/", form).status_code == 403


def test_tier_and_terms_are_changed_by_operations_with_a_way_back(sign_in: SignIn) -> None:
    make_customer("ANN", name="Ann", country="France")
    ops = sign_in("ops")

    ops.post("/customers/ANN/standing/", {"name": "Ann", "tier": "platinum", "country": "France", "version": "0"})
    done = ops.post(
        "/customers/ANN/terms/",
        {"order_fills": "80 %, 0", "line_fills": "", "fill_by": "value", "max_sources": "2", "version": "0"},
        follow=True,
    ).content.decode()

    terms = CustomerTerms.objects.get()
    assert (terms.order_fills, terms.line_fills, terms.fill_by, terms.max_sources) == ([80, 0], [], "value", 2)
    assert Customer.objects.get().tier == "platinum"
    change = SetupChange.objects.get(kind="terms")
    assert f"/setup/changes/{change.pk}/undo/" in done
    assert sign_in("agent").post(f"/setup/changes/{change.pk}/undo/").status_code == 403
    sign_in("ops").post(f"/setup/changes/{change.pk}/undo/", {"next": "/customers/ANN/"})
    assert not CustomerTerms.objects.exists()


@pytest.mark.parametrize(
    ("form", "words"),
    [
        ({"order_fills": "lots"}, "Give whole percent"),
        ({"order_fills": "120"}, "percent from 0 to 100"),
        ({"order_fills": "1," * 21 + "1"}, "at most 20"),
        ({"max_sources": "-1"}, "greater than or equal to 0"),
        ({"fill_by": "weight"}, "Select a valid choice"),
    ],
)
def test_wrong_terms_are_refused_in_place_and_stay_typed(sign_in: SignIn, form: dict[str, str], words: str) -> None:
    make_customer("ANN")
    given = {"order_fills": "", "line_fills": "", "fill_by": "units", "max_sources": "0", "version": "0", **form}

    response = sign_in().post("/customers/ANN/terms/", given)

    assert response.status_code == 422
    assert words in response.content.decode()
    assert not CustomerTerms.objects.exists()


def test_who_comes_second_sees_who_was_first(sign_in: SignIn) -> None:
    make_customer("ANN", name="Ann")
    ops = sign_in("ops")
    form = {"name": "Ann", "tier": "gold", "country": "", "version": "0"}
    ops.post("/customers/ANN/standing/", form)

    response = ops.post("/customers/ANN/standing/", {**form, "tier": "silver"})

    assert response.status_code == 409
    assert "changed this meanwhile" in response.content.decode()
    assert Customer.objects.get().tier == "gold"


def test_the_orders_of_a_customer_lead_there(sign_in: SignIn) -> None:
    make_stock(product := make_product())
    make_order([(product, 1)], customer=make_customer("ANN"), ref="SO-1")

    assert "/customers/ANN/" in sign_in().get("/orders/SO-1/").content.decode()
    assert Order.objects.count() == 1


def test_a_customer_that_does_not_exist_is_not_found(sign_in: SignIn) -> None:
    assert sign_in().get("/customers/NOBODY/").status_code == 404
