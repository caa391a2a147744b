"""Which products may stand in for another, simulated from their names: the same in another pack, or another colour.

The file says nothing of it. The same goods under another number or in another pack go without asking, as do trifles of
another colour; for any other colour, design or size the customer is asked.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import gcd

from orders.sample.catalogue import SampleProduct

MOST = 3  # of a product, the nearest price first
PRICE_RATIO = 1.5  # a unit of goods that costs more than so many times the other is something else
SAME_RATIO = 1.1  # and beyond this another size
TRIFLE_MINOR = 100  # pence a unit, up to which nobody is asked about the colour
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
LEAST_WORDS = 2  # what is left of a name, below which it says too little
COLOUR_WORDS = (
    "AMBER AQUA AMETHYST BEIGE BLACK BLUE BRONZE BROWN CLEAR COPPER CREAM GOLD GREEN GREY IVORY JADE LILAC MINT "
    "NATURAL ORANGE PASTEL PINK PURPLE RED ROSE RUBY SILVER TURQUOISE VIOLET WHITE YELLOW"
)
COLOURS = frozenset(COLOUR_WORDS.split())
PACK = re.compile(r"\b(?:SET|PACK|BOX|ROLL)[ /]?(?:OF )?(\d+)\b|\b(\d+) (?:PIECE|PCE|PC)\b|\bS/(\d+)\b")


@dataclass(frozen=True, slots=True)
class SampleSubstitute:
    """``units`` of the product at ``substitute`` for each ``per`` of that at ``product`` (places in the catalogue)."""

    product: int
    substitute: int
    place: int
    units: int
    per: int
    needs_consent: bool


@dataclass(frozen=True, slots=True)
class _Goods:
    """What a name says: the ``words`` of the goods, their colours, and how many are in a pack."""

    words: tuple[str, ...]
    colours: tuple[str, ...]
    pack: int


def find_substitutes(products: Sequence[SampleProduct]) -> list[SampleSubstitute]:
    """Return what may stand in, by product, the same colour before another and then the nearest price.

    Independent of the order of ``products`` but for their places; ties go by SKU.
    """
    goods = [_read(item.name) for item in products]
    alike: dict[tuple[str, ...], list[int]] = defaultdict(list)
    for place, each in enumerate(goods):
        if len(each.words) >= LEAST_WORDS:
            alike[each.words].append(place)
    found = []
    for places in alike.values():
        for product in places:
            others = sorted(_others(product, places, products, goods))
            for at, (needs_consent, _distance, _sku, other) in enumerate(others[:MOST], start=1):
                shared = gcd(goods[product].pack, goods[other].pack)
                units, per = goods[product].pack // shared, goods[other].pack // shared
                found.append(SampleSubstitute(product, other, at, units, per, needs_consent))
    return sorted(found, key=lambda each: (each.product, each.place))


def _others(
    product: int, places: Sequence[int], products: Sequence[SampleProduct], goods: Sequence[_Goods]
) -> Iterator[tuple[bool, float, str, int]]:
    """Yield the goods of ``places`` that cost about the same: whether to ask, how far off the price is, SKU, place."""
    price = products[product].price_minor / goods[product].pack
    for other in places:
        theirs = products[other].price_minor / goods[other].pack
        if other == product or not price or not theirs:
            continue
        ratio = max(price, theirs) / min(price, theirs)
        if ratio <= PRICE_RATIO:
            is_same = goods[other].colours == goods[product].colours and not _is_design(products, product, other)
            is_trifle = max(price, theirs) <= TRIFLE_MINOR
            yield not (ratio <= SAME_RATIO and (is_same or is_trifle)), ratio, products[other].sku, other


def _is_design(products: Sequence[SampleProduct], product: int, other: int) -> bool:
    """Tell whether two codes are one number with other letters, which stand for colours and designs."""
    return products[product].sku.rstrip(LETTERS) == products[other].sku.rstrip(LETTERS)


def _read(name: str) -> _Goods:
    text = name.upper()
    packs = [int(number) for found in PACK.findall(text) for number in found if number]
    words = re.findall(r"[A-Z0-9']+", PACK.sub(" ", text))
    return _Goods(
        words=tuple(word for word in words if word not in COLOURS),
        colours=tuple(word for word in words if word in COLOURS),
        pack=packs[0] if packs and packs[0] > 0 else 1,
    )
