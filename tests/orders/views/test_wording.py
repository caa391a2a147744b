"""The screens of templates: draft, look, test, put in force, roll back; who may do what."""

from __future__ import annotations

from datetime import timedelta
from itertools import product

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries, Settings

from notifications.delivering.trying_text import TEXTS_A_DAY
from notifications.models import Template
from notifications.texts.languages import codes
from notifications.texts.wording import ALL_KINDS
from orders.models import Order
from orders.replan import replan
from tests.factories.inventory import make_product, make_purchase_order
from tests.factories.orders import make_customer, make_order, make_user
from tests.notifications.gateway import GatewayScript, gateway
from tests.notifications.smtp_server import LOOPBACK, Script, smtp_server

pytestmark = pytest.mark.django_db(transaction=True)

URL = "/messages/templates/email/eta_slipped/de/"


@pytest.fixture
def order() -> Order:
    mug = make_product("MUG", name="Mug <b>& saucer</b>")
    make_purchase_order([(mug, 20)], expected_on=timezone.localdate() + timedelta(days=10))
    made = make_order([(mug, 10)], customer=make_customer("BROOK", name="Brook & Daughters", language="de"))
    replan(product_ids=None, cause="test", now=timezone.now())
    return made


def as_(role: str) -> Client:
    client = Client()
    client.force_login(make_user(role))
    return client


def save(client: Client, text: str, *, revision: int = 1) -> int:
    said = {"subject_line": "Neu: {order_ref}", "body_text": text, "revision": revision}
    return client.post(f"{URL}edit/", said).status_code


def test_every_kind_and_language_is_in_the_table_with_what_is_in_force(
    order: Order, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    Template.objects.create(kind="shipped", language="fr", version=3, status="active", subject_line="S", body_text="B")
    client = as_("agent")

    with django_assert_max_num_queries(10):
        page = client.get("/messages/templates/").content.decode()

    assert page.count("Standard</a>") >= 2 * 16 * 4 - 1
    assert "<b>v3</b>" in page


def test_a_draft_is_written_looked_at_put_in_force_and_rolled_back(order: Order) -> None:
    admin = as_("admin")
    assert admin.post(f"{URL}start/").status_code == 302
    assert save(admin, "Leider später: {new_date}.\n\n{lines}\n\n{order_link}") == 302

    page = admin.get(URL).content.decode()
    frame = admin.get(f"{URL}frame/", {"order": order.ref})

    assert f"Neu: {order.ref}" in page
    assert "Leider später" in frame.content.decode()
    assert "Mug &lt;b&gt;&amp; saucer&lt;/b&gt;" in frame.content.decode()
    assert admin.post(f"{URL}1/activate/", {"revision": 2}).status_code == 302
    assert Template.objects.get().status == "active"
    assert "Standard" in admin.get(URL, {"version": 0}).content.decode()
    assert admin.post(f"{URL}shipped/").status_code == 302
    assert Template.objects.get().status == "archived"
    assert admin.post(f"{URL}1/activate/").status_code == 302
    assert Template.objects.get().status == "active"


def test_what_cannot_be_filled_in_is_marked_where_it_stands_and_what_was_typed_stays(order: Order) -> None:
    agent = as_("agent")
    agent.post(f"{URL}start/")

    page = agent.post(f"{URL}edit/", {"subject_line": "S", "body_text": "Eins\n{new_dat}", "revision": 1})

    assert page.status_code == 422
    assert "Line 2: {new_dat} is not a placeholder; did you mean {new_date}?" in page.content.decode()
    assert "Eins\n{new_dat}</textarea>" in page.content.decode()
    assert Template.objects.get().revision == 1


def test_the_frame_can_load_and_run_nothing_and_shows_both_schemes(order: Order) -> None:
    light = as_("agent").get(f"{URL}frame/", {"order": order.ref, "scheme": "light"})
    dark = as_("agent").get(f"{URL}frame/", {"order": order.ref, "scheme": "dark"})

    policy = light["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "sandbox" in policy
    assert "script" not in policy
    assert light["X-Frame-Options"] == "SAMEORIGIN"
    assert "@media not all" in light.content.decode()
    assert "@media all" in dark.content.decode()


def test_agents_draft_and_only_admins_put_in_force(order: Order) -> None:
    agent, ops = as_("agent"), as_("ops")
    assert agent.post(f"{URL}start/").status_code == 302

    assert agent.post(f"{URL}1/activate/").status_code == 403
    assert agent.post(f"{URL}shipped/").status_code == 403
    assert ops.post(f"{URL}discard/").status_code == 403
    assert "Put in force" not in agent.get(URL).content.decode()
    assert "Save and look" in agent.get(URL).content.decode()
    assert "Save and look" not in ops.get(URL).content.decode()


def test_a_test_goes_to_whoever_asks_and_to_nobody_else(order: Order, settings: Settings) -> None:
    user, script = make_user("agent", email="me@example.com"), Script()
    client = Client()
    client.force_login(user)

    with smtp_server(script) as port:
        settings.EMAIL_BACKEND = "notifications.channels.smtp_mailer.SmtpBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = LOOPBACK, port
        assert client.post(f"{URL}test/?order={order.ref}").status_code == 302

    [mail] = script.mails
    assert mail["To"] == "me@example.com"
    assert "[Test] Neuer Termin" in mail["Subject"]


def test_a_test_of_a_text_goes_to_one_s_own_number_a_few_times_a_day(order: Order, settings: Settings) -> None:
    client, script = Client(), GatewayScript()
    client.force_login(make_user("agent"))
    url = f"/messages/templates/sms/eta_slipped/en/test/?order={order.ref}"

    with gateway(script) as address:
        settings.GATEWAYS = {"sms": address}
        assert client.post(url, {"to": "0113 496 0112"}).status_code == 422
        sent = [client.post(url, {"to": "+44 113 496 0112"}).status_code for _ in range(TEXTS_A_DAY + 1)]

    assert sent == [302] * TEXTS_A_DAY + [409]
    assert len(script.texts) == TEXTS_A_DAY
    to, text = script.texts[0]
    assert to == "+441134960112"
    assert text.startswith("[Test] New date for your order")
    page = client.get(f"/messages/templates/sms/eta_slipped/en/?order={order.ref}").content.decode()
    assert 'value="+441134960112"' in page
    assert "0 more today" in page


def test_a_mail_server_that_is_away_is_said_in_words(order: Order, settings: Settings) -> None:
    settings.EMAIL_BACKEND = "notifications.channels.smtp_mailer.SmtpBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = LOOPBACK, 1

    page = as_("agent").post(f"{URL}test/?order={order.ref}")

    assert page.status_code == 409
    assert "The mail server did not take it" in page.content.decode()


def test_every_kind_can_be_seen_with_a_real_order_in_every_language(order: Order) -> None:
    client = as_("agent")
    for kind, channel, code in product(ALL_KINDS, ("email", "sms"), codes()):
        page = client.get(f"/messages/templates/{channel}/{kind}/{code}/", {"order": order.ref, "look": "text"})
        assert page.status_code == 200
        assert "It cannot be shown" not in page.content.decode(), (kind, channel, code)


def test_an_apology_is_seen_with_what_it_gives(order: Order) -> None:
    page = as_("agent").get("/messages/templates/email/compensated/en/", {"order": order.ref, "look": "text"})

    assert "your next order is 10 % cheaper. Quote the code" in page.content.decode()


@pytest.mark.parametrize(
    "query",
    [{"order": "SO-0"}, {"order": "a\0b"}, {"version": "99"}, {"version": "9" * 5_000}, {"look": "x", "scheme": "y"}],
)
def test_what_makes_no_sense_in_the_address_is_no_error(order: Order, query: dict[str, str]) -> None:
    assert as_("agent").get(URL, query).status_code in (200, 404)
    assert as_("agent").get(f"{URL}frame/", query).status_code in (200, 404, 422)
