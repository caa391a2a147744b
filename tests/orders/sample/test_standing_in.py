"""Substitutes of the sample: guessed from names, the same from any order of products."""

from __future__ import annotations

from orders.sample.catalogue import SampleProduct
from orders.sample.standing_in import MOST, find_substitutes


def found(*goods: tuple[str, str, int]) -> list[tuple[str, str, int, int, bool]]:
    """Return product, substitute, units, per and whether the customer is asked."""
    products = [SampleProduct(sku, name, "", price) for sku, name, price in goods]
    return [
        (products[each.product].sku, products[each.substitute].sku, each.units, each.per, each.needs_consent)
        for each in find_substitutes(products)
    ]


def test_the_same_in_another_colour_stands_in_where_the_customer_agrees() -> None:
    pairs = found(("1", "Red Refectory Clock", 995), ("2", "Blue Refectory Clock", 995), ("3", "Wall Clock", 995))

    assert pairs == [("1", "2", 1, 1, True), ("2", "1", 1, 1, True)]


def test_another_pack_of_the_same_needs_nobodys_consent_and_counts_what_is_in_it() -> None:
    pairs = found(("1", "Set Of 6 Christmas Candles", 510), ("2", "Set Of 4 Christmas Candles", 340))

    assert pairs == [("1", "2", 3, 2, False), ("2", "1", 2, 3, False)]


def test_about_the_colour_of_a_trifle_nobody_is_asked() -> None:
    assert found(("1", "Red Spot Beaker", 85), ("2", "Blue Spot Beaker", 85))[0] == ("1", "2", 1, 1, False)


def test_another_size_or_design_of_the_same_name_is_asked_about() -> None:
    sizes = found(("1", "Columbian Candle Round", 125), ("2", "Columbian Candle Round", 85))
    designs = found(("84279B", "Cherry Blossom Flask", 375), ("84279P", "Cherry Blossom Flask", 375))

    assert [needs_consent for *_, needs_consent in [*sizes, *designs]] == [True] * 4


def test_goods_at_quite_another_price_or_without_a_price_do_not_stand_in() -> None:
    assert (
        found(("1", "Red Refectory Clock", 995), ("2", "Blue Refectory Clock", 1500), ("3", "Pink Refectory Clock", 0))
        == []
    )


def test_a_name_of_one_word_says_too_little() -> None:
    assert found(("1", "Red Cushion", 295), ("2", "Blue Cushion", 295)) == []


def test_the_nearest_prices_come_first_and_few_in_all() -> None:
    others = [
        (str(n), f"{colour} Refectory Clock", 995 + n) for n, colour in enumerate(("Red", "Blue", "Pink", "Green"))
    ]

    pairs = found(("9", "Black Refectory Clock", 995), *reversed(others))

    assert [substitute for product, substitute, *_ in pairs if product == "9"] == ["0", "1", "2"][:MOST]
