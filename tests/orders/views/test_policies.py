"""The screen of priority rules: forms that mean what they show, refusals beside the field, nothing lost."""

from __future__ import annotations

import copy
from collections.abc import Callable
from html.parser import HTMLParser
from typing import Any

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from backlog.accounts.models import User
from orders.models import Policy, PolicyStatus
from orders.planning.presets import BALANCED_PRIORITY, PRESETS
from orders.replan import replan
from orders.rules import policies, policy_drafts
from tests.factories import NOW
from tests.factories.inventory import make_product, make_stock
from tests.factories.orders import make_order, make_user

pytestmark = pytest.mark.django_db
SignIn = Callable[..., Client]
Form = dict[str, list[str]]

EVERYTHING: dict[str, Any] = {
    "version": 1,
    "strategy": "priority",
    "rules": [
        {
            "id": "late_gold",
            "label": "Late & better",
            "attribute": "order.days_late",
            "when": {
                "all": [
                    {"attribute": "customer.tier", "op": "in", "value": ["gold", "platinum"]},
                    {"not": {"attribute": "order.expedited", "op": "eq", "value": True}},
                    {
                        "any": [
                            {"attribute": "order.open_value", "op": "between", "value": [10.5, 500]},
                            {"attribute": "line.open_qty", "op": "not_in", "value": [1, 2]},
                            {"attribute": "product.sku", "op": "in", "value": ["A 1", "B,2"]},
                            {"attribute": "customer.zone", "op": "is_unknown"},
                            {"not": {"any": [{"attribute": "customer.code", "op": "ne", "value": "C1"}]}},
                        ]
                    },
                ]
            },
            "points": {"type": "linear", "per_unit": 8, "from": 0, "cap": 240},
        },
        {"id": "steps", "label": "Steps", "attribute": "order.age_days",
         "points": {"type": "step", "steps": [[-3, 5], [7.5, 20]]}},
        {"id": "curve", "label": "S", "attribute": "order.days_to_requested", "off": True,
         "points": {"type": "logistic", "midpoint": 7, "steepness": -0.5, "max": 100}},
        {"id": "zone", "label": "Zone", "attribute": "customer.zone",
         "points": {"type": "by_value", "values": {"EU": 3, "UK": 5.5}, "default": 1}},
        {"id": "rush", "label": "Rush", "attribute": "order.expedited",
         "points": {"type": "by_value", "values": {"yes": 5}}},
        {"id": "flat", "label": "Flat", "attribute": "order.age_days", "points": {"type": "fixed", "points": -2}},
    ],
    "segments": [
        {"id": "vip", "label": "VIP", "guarantee": "win", "if_unmet": "fall_back",
         "when": {"attribute": "customer.tier", "op": "eq", "value": "platinum"}},
        {"id": "rest", "label": "Rest", "guarantee": "fill"},
    ],
    "promises": [{"id": "calm", "label": "Calm", "no_worse": True, "cool_down_days": 4, "urgent_days": 7}],
}  # fmt: skip
CRITERIA: dict[str, Any] = {
    "version": 1,
    "strategy": "lexicographic",
    "rules": [
        {"id": "rush", "label": "Rush", "when": {"attribute": "order.expedited", "op": "eq", "value": True}},
        {"id": "tier", "label": "Tier", "attribute": "customer.tier", "values": ["gold", "silver"]},
        {
            "id": "late",
            "label": "Late",
            "attribute": "order.days_late",
            "order": "asc",
            "grain": 2,
            "from": 0,
            "to": 90,
        },
    ],
    "quotas": [
        {"id": "export", "label": "Export", "at_least": {"units": 4}, "at_most": {"percent": 33.5}, "window_days": 7}
    ],
}
FORECAST: dict[str, Any] = {
    "version": 1,
    "strategy": "demand_forecast",
    "rules": [],
    "forecast": {
        "horizon_days": 28,
        "classes": [
            {"id": "gold", "label": "Gold", "worth": 3,
             "when": {"attribute": "customer.tier", "op": "eq", "value": "gold"}},
        ],
    },
}  # fmt: skip


class Forms(HTMLParser):
    """Collects the fields of each form as a browser would send them without pressing a button of its own."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, Form]] = []
        self._select: str = ""
        self._options: list[tuple[str, bool]] = []
        self._text: list[str] | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "form":
            self.found.append((f"{given.get('class') or ''} {given.get('action')}", {}))
        elif tag == "select":
            self._select, self._options = given.get("name") or "", []
        elif tag == "option":
            self._options.append((given.get("value") or "", "selected" in given))
        elif tag == "textarea":
            self._select, self._text = given.get("name") or "", []
        elif tag == "input" and self.found and (given.get("type") != "checkbox" or "checked" in given):
            self._add(given.get("name") or "", given.get("value") or "")

    def handle_data(self, data: str) -> None:
        if self._text is not None:
            self._text.append(data)

    def handle_endtag(self, tag: str) -> None:
        if tag == "select":
            chosen = [value for value, is_selected in self._options if is_selected]
            self._add(self._select, chosen[-1] if chosen else self._options[0][0])
        elif tag == "textarea" and self._text is not None:
            self._add(self._select, "".join(self._text))
            self._text = None

    def _add(self, name: str, value: str) -> None:
        if name and self.found:
            self.found[-1][1].setdefault(name, []).append(value)


def entry_form(client: Client, draft: Policy, key: str) -> Form:
    """Return the fields of the open entry's form, as the page shows them."""
    parser = Forms()
    parser.feed(client.get(f"/rules/{draft.version}/?open={key}").content.decode())
    return next(form for name, form in parser.found if name.startswith("build "))


def begin(user: User, rules: dict[str, Any] | None = None) -> Policy:
    return policy_drafts.start(based_on=None, rules=rules, actor=user, now=NOW)


@pytest.fixture
def admin() -> User:
    return make_user("admin")


@pytest.mark.parametrize("document", [EVERYTHING, CRITERIA, FORECAST, *PRESETS.values()])
def test_a_form_that_is_sent_as_it_was_shown_changes_nothing(
    sign_in: SignIn, admin: User, document: dict[str, Any]
) -> None:
    draft, client = begin(admin, document), sign_in(user=admin)
    keys = [
        f"{name}.{entry['id']}"
        for name in ("rules", "segments", "quotas", "promises")
        for entry in document.get(name, ())
    ]
    keys += [f"classes.{entry['id']}" for entry in document.get("forecast", {}).get("classes", ())]

    for key in keys:
        form = entry_form(client, draft, key)
        response = client.post(f"/rules/{draft.version}/edit/", {**form, "do": "save"})
        assert response.status_code == 302, (key, response.content.decode())

    draft.refresh_from_db()
    assert draft.rules == document
    assert draft.revision == 1


def test_a_draft_is_begun_edited_published_and_taken_back_without_scripts(
    sign_in: SignIn, admin: User, kicks: list[str]
) -> None:
    client = sign_in(user=admin)
    first = policies.published()

    begun = client.post("/rules/start/").headers["Location"]
    draft = Policy.objects.get(status=PolicyStatus.DRAFT)
    assert begun == f"/rules/{draft.version}/"
    form = entry_form(client, draft, "rules.tier")
    form["points.value"][form["points.name"].index("gold")] = "175"
    saved = client.post(f"{begun}edit/", {**form, "do": "save"})
    assert saved.headers["Location"] == f"{begun}?open=rules.tier"
    assert "Gold 175" in client.get(begun).content.decode()

    client.post(f"{begun}publish/", {"note": "Gold before all"})
    page = client.get("/rules/").content.decode()
    assert policies.published().pk == draft.pk
    assert "Gold before all" in page
    assert f'action="/rules/{first.version}/rollback/"' in page

    client.post(f"/rules/{first.version}/rollback/", {"is_undo": "1"})
    assert policies.published().pk == first.pk


def test_what_was_typed_wrong_stands_where_it_was_typed(sign_in: SignIn, admin: User) -> None:
    draft, client = begin(admin), sign_in(user=admin)
    form = entry_form(client, draft, "rules.lateness") | {"points.per_unit": ["lots"]}

    response = client.post(f"/rules/{draft.version}/edit/", {**form, "do": "save"})
    page = response.content.decode()

    assert response.status_code == 422
    assert 'value="lots" aria-invalid="true"' in page
    assert "must be a number, not a text" in page
    assert Policy.objects.get(pk=draft.pk).rules == BALANCED_PRIORITY


def test_points_by_value_that_are_no_number_are_marked_where_they_were_typed(sign_in: SignIn, admin: User) -> None:
    draft, client = begin(admin), sign_in(user=admin)
    form = entry_form(client, draft, "rules.tier")
    form["points.value"][1] = "many"

    page = client.post(f"/rules/{draft.version}/edit/", {**form, "do": "save"}).content.decode()

    marked = page[page.index('value="many"') :]
    assert marked.index('aria-invalid="true"') < marked.index("must be a number, not a text") < marked.index("</li>")


def test_a_value_not_chosen_yet_asks_for_one(sign_in: SignIn, admin: User) -> None:
    doubtful = copy.deepcopy(BALANCED_PRIORITY)
    doubtful["rules"][2]["when"] = {"attribute": "customer.code", "op": "is_known"}
    draft, client = begin(admin, doubtful), sign_in(user=admin)
    form = entry_form(client, draft, "rules.tier") | {"when.op": ["eq"]}

    response = client.post(f"/rules/{draft.version}/edit/", {**form, "do": "save"})

    assert response.status_code == 422
    assert "Type a value." in response.content.decode()


@pytest.mark.parametrize("divider", ["segments", "quotas", "fair_share", "rank"])
def test_stock_is_divided_in_another_way_while_a_segment_is_open(sign_in: SignIn, admin: User, divider: str) -> None:
    draft, client = begin(admin, EVERYTHING), sign_in(user=admin)
    sent = {"do": f"divide:{divider}", "revision": 1, "open": "segments.platinum"}

    assert client.post(f"/rules/{draft.version}/edit/", sent).status_code == 302

    draft.refresh_from_db()
    assert [name for name in ("segments", "quotas", "fair_share") if name in draft.rules] == [divider][
        : divider != "rank"
    ]


def test_somebody_elses_change_is_shown_and_mine_can_go_on_top(sign_in: SignIn, admin: User) -> None:
    other = make_user("admin")
    draft, client = begin(admin), sign_in(user=admin)
    form = entry_form(client, draft, "rules.tier")
    form["points.value"][0] = "999"
    policy_drafts.change(draft.pk, name="Theirs", revision=1, actor=other, now=NOW)

    response = client.post(f"/rules/{draft.version}/edit/", {**form, "do": "save"})
    page = response.content.decode()

    assert response.status_code == 409
    assert f"{other} changed the draft meanwhile" in page
    assert "Name: Balanced priority → Theirs" in page
    parser = Forms()
    parser.feed(page)
    again = next(form for name, form in parser.found if form.get("points.value", [""])[0] == "999")
    assert client.post(f"/rules/{draft.version}/edit/", again).status_code == 302
    draft.refresh_from_db()
    assert (draft.name, draft.rules["rules"][2]["points"]["values"]["platinum"]) == ("Theirs", 999)


def test_findings_stand_beside_what_they_doubt(sign_in: SignIn, admin: User) -> None:
    doubtful = copy.deepcopy(BALANCED_PRIORITY)
    doubtful["rules"][0]["points"]["points"] = 0
    draft = begin(admin, doubtful)

    page = sign_in(user=admin).get(f"/rules/{draft.version}/").content.decode()

    assert 'class="finding"' in page
    opened = sign_in(user=admin).get(f"/rules/{draft.version}/?open=rules.expedited").content.decode()
    assert opened.count("Gives 0 points.") == 1


def test_the_document_can_be_written_as_json(sign_in: SignIn, admin: User) -> None:
    draft, client = begin(admin), sign_in(user=admin)
    url = f"/rules/{draft.version}/document/"

    for text, status in (("{", 422), ("[]", 422), ('{"version": 1}', 422), ("[" * 100_000, 422)):
        assert client.post(url, {"document": text, "revision": 1}).status_code == status
    fifo = '{"version": 1, "strategy": "fifo", "rules": []}'
    assert client.post(url, {"document": fifo, "revision": 1}).status_code == 302

    assert Policy.objects.get(pk=draft.pk).strategy == "fifo"


@pytest.mark.parametrize(
    "do", ["", "explode", "add:nothing.known", "move:x", "weight:NaN", "drop:when.0.0.0", "strategy:x"]
)
def test_whatever_is_sent_is_answered(sign_in: SignIn, admin: User, do: str) -> None:
    draft, client = begin(admin, EVERYTHING), sign_in(user=admin)
    sent = {"do": do, "section": "rules", "entry": "late_gold", "revision": "x", "open": "\0", "label": "\0\u202e"}

    for extra in ({}, {"when.kind": "all"}, {"when.kind": "compare", "when.attribute": "x"}, {"points.type": "magic"}):
        assert client.post(f"/rules/{draft.version}/edit/", {**sent, **extra}).status_code in (302, 409, 422)


def test_who_may_only_read_sees_no_way_to_edit(sign_in: SignIn, admin: User) -> None:
    draft = begin(admin)
    client = sign_in("agent")

    page = client.get("/rules/").content.decode()
    drafted = client.get(f"/rules/{draft.version}/?open=rules.tier").content.decode()

    assert "Edit a copy" not in page
    assert f"/rules/{draft.version}/edit/" not in drafted
    assert "/back/" not in drafted
    assert client.post(f"/rules/{draft.version}/edit/", {"do": "strategy:fifo"}).status_code == 403


def test_ops_edits_and_leaves_publishing_to_an_administrator(sign_in: SignIn) -> None:
    ops = make_user("ops")
    draft, client = begin(ops), sign_in(user=ops)

    page = client.get(f"/rules/{draft.version}/").content.decode()

    assert "An administrator publishes it" in page
    assert client.post(f"/rules/{draft.version}/publish/").status_code == 403
    assert client.post(f"/rules/{draft.version}/edit/", {"do": "strategy:fifo"}).status_code == 302


def test_the_preview_and_one_order_say_what_would_change(sign_in: SignIn, admin: User) -> None:
    product = make_product()
    make_stock(product, on_hand=5)
    make_order([(product, 3)])
    order = make_order([(product, 3)])
    replan(product_ids=None, cause="test", now=NOW)
    draft, client = begin(admin, BALANCED_PRIORITY), sign_in(user=admin)

    preview = client.get(f"/rules/{draft.version}/preview/").content.decode()
    trial = client.get(f"/rules/{draft.version}/test/?ref={order.ref.lower()}").content.decode()
    missing = client.get(f"/rules/{draft.version}/test/?ref=SO-NONE")

    assert "2 open orders" in preview
    assert f"/orders/{order.ref}/" in trial
    assert "of 2" in trial
    assert missing.status_code == 404
    assert "There is no order SO-NONE" in missing.content.decode()


def test_the_changes_of_a_version_are_told_with_who_made_them(sign_in: SignIn, admin: User) -> None:
    draft, client = begin(admin), sign_in(user=admin)
    client.post(f"/rules/{draft.version}/edit/", {"do": "switch", "section": "rules", "entry": "tier", "revision": 1})

    page = client.get(f"/rules/{draft.version}/changes/").content.decode()
    assert "switched off" in page
    assert str(admin) in page

    client.post(f"/rules/{draft.version}/back/", {"to": 1})
    draft.refresh_from_db()
    assert draft.rules == BALANCED_PRIORITY


def test_the_number_of_queries_does_not_grow_with_the_rules(
    sign_in: SignIn, admin: User, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    many = copy.deepcopy(BALANCED_PRIORITY)
    many["rules"] = [{**many["rules"][1], "id": f"rule_{i}", "label": f"Rule {i}"} for i in range(50)]
    draft, client = begin(admin, many), sign_in(user=admin)
    client.get(f"/rules/{draft.version}/")

    with django_assert_max_num_queries(12):
        client.get(f"/rules/{draft.version}/?open=rules.rule_7")
