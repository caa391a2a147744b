"""Invented names, the same for the same place in the list. Nobody real is meant."""

from __future__ import annotations

_FIRST_WORDS_TEXT = (
    "Amber Ashdown Aspen Barley Beacon Bellflower Birch Bluebell Bramble Briar Brook Calder Castlegate Cedar Chestnut "
    "Clover Cobble Copper Coral Cornflower Cotswold Crescent Daisy Dovetail Driftwood Dunmore Elder Elmwood Ember "
    "Fairview Fallow Fennel Fernhill Foxglove Garnet Gatehouse Ginger Gosling Hallam Harbour Harrow Hawthorn Hazel "
    "Heather Hillside Holly Honeysuckle Hopscotch Indigo Ivy Juniper Kestrel Kingfisher Lantern Larkspur Laurel Linden "
    "Magpie Maple Marigold Marlow Meadow Millbrook Mulberry Nettle Northgate Nutmeg Oldbury Orchard Otter Pebble "
    "Pennywell Pepper Primrose Quayside Quince Robin Rosehip Rowan Saffron Sorrel Tansy Willow"
)
_TRADES_TEXT = (
    "Gifts|Home|Interiors|Emporium|Trading Co.|Gift Shop|Garden Centre|Stores|& Daughters|Lifestyle|Tea Rooms|"
    "Department Store|Farm Shop|Country Store|Florists|Curios|Homewares|Bazaar|Boutique|Kitchenware|Estate Shop|"
    "Cards & Gifts|Living|Pantry|Museum Shop|Hotels|Parlour|Mercantile|Collective|Supplies|Nurseries|House|& Sons|"
    "Arcade|General Store|Toy Shop|Stationers|Bookshop|Market|Decor|Ironmongers|Workshop|Corner|Cottage|Gallery|"
    "Studio|Wholesale|Retail|Events|Wedding Co.|Party Shop|Antiques|Furnishings|Textiles|Craft Shop|Outfitters|"
    "Provisions|Delicatessen|Abbey Shop|Visitor Centre|Café"
)
_GIVEN_TEXT = (
    "Aisha Alan Amara Anna Ben Bridget Carla Chloe Daniel Dev Edith Elif Emma Farid Fiona George Grace Hana Harry "
    "Imran Ines Jack Jana Joel Julia Karim Kate Lena Leo Louis Lucia Marco Marie Mei Milan Nadia Nils Olga Omar Paula "
    "Peter Priya Rosa Ruth Samir Sofia Tom Vera Will Yusuf Zoe"
)
_FAMILY_TEXT = (
    "Abbott Ahmed Baker Becker Bell Bennett Blanc Carter Chen Costa Davies Dubois Evans Fischer Foster Garcia Gray "
    "Green Hall Hansen Hughes Iqbal Jensen Keller Khan Kowalski Lambert Lindgren Lopez Marsh Meyer Moreau Novak Okafor "
    "Olsen Patel Petit Price Rahman Reed Rossi Roy Santos Silva Singh Smith Turner Virtanen Wagner Walsh Weber "
    "Young Yilmaz"
)
_MAKERS_TEXT = (
    "Ceramics|Glassworks|Textiles|Paper Mill|Lighting|Metalware|Candles|Woodcraft|Toys|Enamel|Basketware|Print|"
    "Trimmings|Wirework|Stationery|Tinware|Jewellery|Soap & Scent|Garden Goods|Kitchenware"
)

_FIRST_WORDS, _GIVEN, _FAMILY = _FIRST_WORDS_TEXT.split(), _GIVEN_TEXT.split(), _FAMILY_TEXT.split()
_TRADES, _MAKERS = _TRADES_TEXT.split("|"), _MAKERS_TEXT.split("|")


def _pair(first: list[str], second: list[str], place: int) -> tuple[str, str]:
    """Return the ``place``-th pair: all pairs come once before one comes again, neighbours share no word."""
    one = place % len(first)
    return first[one], second[(place // len(first) + 7 * one) % len(second)]


def company(place: int) -> str:
    """Return an invented trading name, unlike that of any other place below five thousand."""
    round_ = place // (len(_FIRST_WORDS) * len(_TRADES))
    name = " ".join(_pair(_FIRST_WORDS, _TRADES, place))
    return f"{name} ({round_ + 1})" if round_ else name


def person(place: int) -> str:
    return " ".join(_pair(_GIVEN, _FAMILY, place))


def maker(place: int) -> str:
    """Return an invented supplier's name."""
    return f"{_FIRST_WORDS[(place * 29 + 11) % len(_FIRST_WORDS)]} {_MAKERS[place % len(_MAKERS)]}"
