from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.db import OperationalError, connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from kernel.paging import neighbours, take_page
from orders.models import BacklogDay, DayRank, LinePlan, Reason
from orders.planning.grammar import rule_labels
from orders.planning.presets import PRESETS
from orders.queries.board import SORTS, known_count, open_plans, sort_keys, totals_of_all
from tests.factories import NOW
from tests.factories.inventory import make_product
from tests.factories.orders import make_customer
from tests.orders.views.backlog import planned_order, published_policy, refs

pytestmark = pytest.mark.django_db
QUERY_BUDGET = 24
SignIn = Callable[..., Client]


def test_the_worst_order_is_first_and_ranks_count_from_one(sign_in: SignIn) -> None:
    mild, worst = planned_order(20), planned_order(90)

    html = sign_in().get("/triage/").content.decode()

    assert refs(html) == [worst.ref, mild.ref]
    assert re.findall(r'class="rank[^>]*>(\d+)<', html) == ["1", "2"]


def test_equal_scores_rank_by_age_then_key(sign_in: SignIn) -> None:
    young = planned_order(50, placed_at=NOW)
    old = planned_order(50, placed_at=NOW - timedelta(days=3))
    twin = planned_order(50, placed_at=NOW)

    assert refs(sign_in().get("/triage/").content.decode()) == [old.ref, young.ref, twin.ref]


def test_root_leads_to_the_board_and_strangers_to_the_sign_in(client: Client, sign_in: SignIn) -> None:
    assert client.get("/triage/").headers["Location"].startswith("/sign-in/")
    assert sign_in().get("/").headers["Location"] == "/triage/"


def test_a_post_is_not_allowed(sign_in: SignIn) -> None:
    assert sign_in().post("/triage/").status_code == 405


def test_the_whole_list_can_be_walked_by_key_both_ways(sign_in: SignIn) -> None:
    product = make_product()
    orders = [planned_order(float(n % 7), product=product) for n in range(120)]
    client = sign_in()
    seen, pages, url = [], [], "/triage/"

    while url:
        html = client.get(url).content.decode()
        pages.append(refs(html))
        seen += pages[-1]
        found = re.search(r'href="([^"]+)" rel="next"', html)
        url = found[1].replace("&amp;", "&") if found else ""
    back = re.search(r'href="([^"]+)" rel="prev"', html)

    assert len(pages) == 3
    assert sorted(seen) == sorted(order.ref for order in orders)
    assert back
    assert refs(client.get(back[1].replace("&amp;", "&")).content.decode()) == pages[1]


@pytest.mark.parametrize("sort", ["rank", "order", "customer", "short", "value", "age", "eta", "slip"])
def test_every_column_sorts_both_ways_without_losing_a_row(sign_in: SignIn, sort: str) -> None:
    for n in range(6):
        planned_order(float(n), qty=n + 1, slip_days=n)
    client = sign_in()

    up, down = (refs(client.get("/triage/", {"sort": key}).content.decode()) for key in (sort, f"-{sort}"))

    assert sorted(up) == sorted(down)
    assert len(up) == 6


def test_sorting_by_value_orders_by_value(sign_in: SignIn) -> None:
    product = make_product(unit_price="1.00")
    small, large = planned_order(90, product=product, qty=1), planned_order(10, product=product, qty=99)

    assert refs(sign_in().get("/triage/?sort=-value").content.decode()) == [large.ref, small.ref]


@pytest.mark.parametrize(
    ("view", "expected"),
    [
        ("late", "late"),
        ("risk", "risk"),
        ("hold", "held"),
        ("ready", "ready"),
    ],
)
def test_each_tab_shows_its_own_orders(sign_in: SignIn, view: str, expected: str) -> None:
    orders = {
        "late": planned_order(1, slip_days=5),
        "risk": planned_order(2, slip_days=4),
        "held": planned_order(3, held="credit"),
        "ready": planned_order(4, reason=Reason.READY),
    }

    html = sign_in().get("/triage/", {"view": view}).content.decode()

    assert refs(html) == [orders[expected].ref]


def test_figures_that_take_too_long_are_those_of_the_newest_day(
    sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    def take_long(_: object) -> None:
        raise OperationalError("canceling statement due to statement timeout")

    order = planned_order(1, slip_days=5)
    today = timezone.localdate()
    BacklogDay.objects.create(
        day=today, open_orders=7200, open_value_minor=91_000_00, late_orders=310, risk_value_minor=0, fill_rate=0.75
    )
    left = []
    monkeypatch.setattr("kernel.remembered._first", {})
    monkeypatch.setattr("kernel.remembered.PATIENCE_SECONDS", 0.0)
    monkeypatch.setattr("kernel.remembered._work_behind", lambda work: left.append(work.key[0]))
    monkeypatch.setattr("orders.queries.board.totals_of_all", take_long)
    monkeypatch.setattr("orders.views.board.line_fill_rate", take_long)

    html = sign_in().get("/triage/?view=ready").content.decode()

    assert "7,200" in html
    assert "£91,000" in html
    assert "75.0%" in html
    assert 'Late<span class="n" data-tint>310' in html
    assert "Ready to ship</a>" in html  # not kept, so not counted
    assert left == ["orders:board_totals", "orders:fill_rate"]
    assert refs(sign_in().get("/triage/").content.decode()) == [order.ref]


def test_the_figure_at_risk_leads_to_all_orders_that_it_counts(sign_in: SignIn) -> None:
    late, risk = planned_order(1, slip_days=5), planned_order(2, slip_days=4)
    planned_order(3, held="credit", slip_days=9)
    planned_order(4, slip_days=0)
    client = sign_in()

    html = client.get("/triage/?view=behind").content.decode()

    assert set(refs(html)) == {late.ref, risk.ref}
    assert 'Late or at risk<span class="n" data-tint>2' in html
    assert "Late or at risk" not in client.get("/triage/").content.decode()


def test_untold_slips_are_those_the_customer_does_not_know(sign_in: SignIn) -> None:
    planned_order(1, slip_days=0)
    slipped = planned_order(2, slip_days=3)

    assert refs(sign_in().get("/triage/?view=untold").content.decode()) == [slipped.ref]


def test_where_many_slips_are_untold_they_are_met_on_a_walk_without_gathering_them(
    sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    planned_order(1, slip_days=0)
    slipped = planned_order(2, slip_days=3)
    client, gathered = sign_in(), []
    monkeypatch.setattr("orders.board.filters._untold_keys", lambda today: gathered.append(today))

    monkeypatch.setattr("orders.board.filters.known_count", lambda view, today: 20_000)
    walked = refs(client.get("/triage/?view=untold").content.decode())
    at_walk = list(gathered)
    monkeypatch.setattr("orders.board.filters.known_count", lambda view, today: 3_000)
    client.get("/triage/?view=untold")

    assert walked == [slipped.ref]
    assert (at_walk, len(gathered)) == ([], 1)


def test_what_is_known_of_a_view_is_its_count_among_the_kept_figures(monkeypatch: pytest.MonkeyPatch) -> None:
    planned_order(2, slip_days=3)
    today = timezone.localdate()
    assert known_count("untold", today) is None

    monkeypatch.setattr("orders.queries.board.recalled", lambda key: totals_of_all(today))

    assert (known_count("untold", today), known_count("late", today)) == (1, 0)


@pytest.mark.parametrize(
    "query",
    ["q=SO-FIND", "q=findable", "tier=gold", "channel=edi", "sku=only-here", "min_value=500", "reason=5"],
)
def test_each_filter_finds_its_order(sign_in: SignIn, query: str) -> None:
    planned_order(90)
    wanted = planned_order(
        10,
        ref="SO-FIND",
        channel="edi",
        customer=make_customer(name="Findable Ltd", tier="gold"),
        product=make_product("ONLY-HERE", unit_price="100.00"),
        reason=Reason.SUPPLIER_LATE,
    )

    assert refs(sign_in().get(f"/triage/?{query}").content.decode()) == [wanted.ref]


@pytest.mark.parametrize(
    "query",
    [
        "view=nonsense",
        "sort=nonsense",
        "sort=--rank",
        "after=%00",
        "after=AAAA",
        "after=WzEsMl0",
        "before=W251bGwsbnVsbCxudWxsXQ",
        "min_value=abc",
        "min_value=-1",
        "promised_before=yesterday",
        "q=%00",
        "reason=99",
        "tier=tin",
    ],
)
def test_an_address_that_makes_no_sense_is_refused_in_words(sign_in: SignIn, query: str) -> None:
    planned_order(1)

    response = sign_in().get(f"/triage/?{query}")

    assert response.status_code == 400
    assert "Clear filters" in response.content.decode()


def test_an_empty_result_names_the_way_out(sign_in: SignIn) -> None:
    planned_order(1)

    assert "No orders match" in sign_in().get("/triage/?q=nothing-like-it").content.decode()


def test_an_empty_backlog_says_so(sign_in: SignIn) -> None:
    assert "Nothing waits" in sign_in().get("/triage/").content.decode()


def test_the_panel_explains_the_rank_by_the_rules_of_the_policy(sign_in: SignIn) -> None:
    product = make_product()
    ahead, order = planned_order(90, product=product), planned_order(50, product=product)

    html = sign_in().get("/triage/", {"o": order.ref}).content.decode()

    assert "Why is this rank 2?" in html
    assert "Days past the promised date" in html
    assert "+40.0" in html
    assert "40.0 behind rank 1" in html
    assert ahead.ref in html.split('id="panel"')[1]


def test_a_panel_of_an_unknown_order_says_so(sign_in: SignIn) -> None:
    assert "No order SO-0" in sign_in().get("/triage/?o=SO-0").content.decode()


def test_htmx_gets_only_the_part_it_swaps(sign_in: SignIn) -> None:
    order = planned_order(1)
    client = sign_in()

    panel = client.get("/triage/", {"o": order.ref}, headers={"HX-Request": "true", "HX-Target": "panel-slot"})
    main = client.get("/triage/", headers={"HX-Request": "true", "HX-Target": "main"})

    assert panel.content.decode().lstrip().startswith('<aside class="panel"')
    assert "<html" not in main.content.decode()
    assert 'id="main"' in main.content.decode()
    assert "HX-Request" in panel.headers["Vary"]


def test_a_live_refresh_returns_the_rows_on_screen_and_the_order_they_should_have(sign_in: SignIn) -> None:
    first, second = planned_order(90), planned_order(50)

    html = (
        sign_in()
        .get(
            "/triage/", {"live": f"{second.ref},{first.ref},SO-GONE"}, headers={"HX-Request": "1", "HX-Target": "live"}
        )
        .content.decode()
    )

    assert refs(html) == [second.ref, first.ref]
    assert f'data-order="{first.ref} {second.ref}"' in html


def test_the_number_of_queries_does_not_grow_with_the_backlog(sign_in: SignIn) -> None:
    client, product = sign_in(), make_product()
    planned_order(1, product=product)
    few = count_queries(client)
    for n in range(60):
        planned_order(float(n), product=product)

    many = count_queries(client)

    assert many <= few <= QUERY_BUDGET


def test_no_page_uses_offset(sign_in: SignIn) -> None:
    planned_order(1)
    client = sign_in()

    with CaptureQueriesContext(connection) as queries:
        client.get("/triage/?sort=-value")

    assert not [query for query in queries.captured_queries if "OFFSET" in query["sql"]]


def count_queries(client: Client) -> int:
    cache.clear()
    with CaptureQueriesContext(connection) as queries:
        assert client.get("/triage/").status_code == 200
    return len(queries)


def test_where_criteria_decide_the_board_names_the_one_that_did_not_a_number_of_sixteen_digits(sign_in: SignIn) -> None:
    policy = published_policy()
    policy.rules = PRESETS["Demand forecast"]
    policy.save(update_fields=["rules"])
    one, other = rule_labels(policy.rules)[:2]
    first, second, third = (planned_order(score) for score in (3e15, 2e15, 1e15))
    for order, points in ((first, [3e15, 1.0]), (second, [2e15, 9.0]), (third, [2e15, 1.0])):
        LinePlan.objects.filter(order=order).update(points=points)
    client = sign_in()

    board = client.get("/triage/").content.decode()
    panel = client.get("/triage/", {"o": third.ref}).content.decode().split('id="panel"')[1]

    cells = re.findall(r'<td class="c-score"><span class="l1"[^>]*>([^<]*)</span>', board)
    assert cells == [one, other, one]
    assert f"Rank 2 is ahead by <b>{other}</b>" in panel
    assert "00000000000" not in board + panel


def test_arrows_show_who_climbed_and_fell_since_the_day_began(sign_in: SignIn) -> None:
    first, second, third = (planned_order(score) for score in (9, 8, 7))
    for order, rank in ((first, 3), (second, 1), (third, 3)):
        DayRank.objects.create(order=order, rank=rank)

    html = sign_in().get("/triage/").content.decode()

    assert re.findall(r'title="((?:Up|Down) \d+ since the day began)"', html) == [
        "Up 2 since the day began",
        "Down 1 since the day began",
    ]


def test_the_strip_draws_how_its_figures_went(sign_in: SignIn) -> None:
    today = timezone.localdate()
    for days in (7, 3):
        BacklogDay.objects.create(day=today - timedelta(days=days), open_orders=1, open_value_minor=1000 * days)

    html = sign_in().get("/triage/").content.decode()

    assert html.count('class="spark"') == 1
    assert re.sub("<[^>]+>", "", html).count("100.0% in 7 days") == 1


def test_an_orders_neighbours_are_those_beside_it_whatever_the_sort() -> None:
    product = make_product()
    for n in range(5):
        planned_order(float(n % 3), product=product, qty=n % 2 + 1, slip_days=n % 2)
    plans = open_plans(timezone.localdate())

    for sort in (way + key for key in SORTS for way in ("", "-")):
        keys = sort_keys(sort) or ()
        rows = take_page(plans, keys).rows
        for before, row, after in zip([None, *rows], rows, [*rows[1:], None], strict=False):
            assert neighbours(plans, keys, row) == (before, after), sort
