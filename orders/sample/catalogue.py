"""Products and customers as the file implies them, with what it does not hold invented (names, tiers, contacts)."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from statistics import median

from orders.models import Tier
from orders.sample import names
from orders.sample.reading import SHOP, Demand

SHOP_CODE = "SHOP"

# The first family whose word is in the name wins, so the narrow ones come first.
FAMILIES: tuple[tuple[str, frozenset[str]], ...] = tuple(
    (family, frozenset(words.split()))
    for family, words in {
        "Christmas": "CHRISTMAS XMAS ADVENT SANTA REINDEER SNOWFLAKE SNOWMAN BAUBLE NOEL",
        "Easter": "EASTER EGG EGGS BUNNY CHICK CHICKS",
        "Jewellery": "NECKLACE EARRINGS BRACELET RING CHARM DIAMANTE BROOCH BEAD BEADS HAIR BANGLE",
        "Lights & candles": "CANDLE CANDLES T-LIGHT T-LIGHTS LANTERN LIGHT LIGHTS LAMP CANDLESTICK TEALIGHT",
        "Bags": "BAG BAGS SHOPPER PURSE SATCHEL HANDBAG",
        "Kitchen & table": "MUG CUP CAKE BOWL PLATE PLATES TEA TEAPOT JUG CUTLERY KITCHEN BAKING RECIPE TRAY COASTERS "
        "APRON LUNCH BOTTLE JAR SPOON TEACUP SAUCER CAKESTAND COOKIE CASES TIN TINS NAPKINS OVEN BREAD MUGS",
        "Cards & paper": "CARD CARDS WRAP PAPER NOTEBOOK STICKERS RIBBONS RIBBON ENVELOPES POSTCARD TAGS TISSUES "
        "STATIONERY PEN PENS PENCIL PENCILS CHALK MAGNETS STICKER TAPE",
        "Party": "PARTY BUNTING BALLOONS BALLOON GARLAND BIRTHDAY WEDDING CONFETTI",
        "Children": "CHILDRENS CHILDS BABY TOY GAME DOLLY GIRL DOLL PUZZLE SOLDIER SPACEBOY PLAYHOUSE JIGSAW KIT",
        "Garden": "GARDEN WATERING PLANT POT PLANTER BIRD SEED SEEDS HERB PICNIC PARASOL OUTDOOR",
        "Textiles": "CUSHION THROW QUILT TOWEL DOORMAT RUG CURTAIN BLANKET COVER SCARF",
        "Storage": "BOX BOXES BASKET STORAGE CABINET DRAWER DRAWERS CHEST CRATE RACK HOLDER",
        "Wall & signs": "SIGN WALL CLOCK FRAME MIRROR HOOK HOOKS HANGER KNOB TILE PICTURE PHOTO ART PLAQUE LETTER",
        "Decorations": "DECORATION HEART HANGING STAR FLOWER WREATH CHAIN FEATHER BUTTERFLY HEARTS MOBILE",
    }.items()
)
ZONES = {
    "Germany": "Europe/Berlin",
    "France": "Europe/Paris",
    "EIRE": "Europe/Dublin",
    "Spain": "Europe/Madrid",
    "Netherlands": "Europe/Amsterdam",
    "Belgium": "Europe/Brussels",
    "Switzerland": "Europe/Zurich",
    "Australia": "Australia/Sydney",
    "Portugal": "Europe/Lisbon",
    "Norway": "Europe/Oslo",
    "Finland": "Europe/Helsinki",
    "Italy": "Europe/Rome",
    "Cyprus": "Asia/Nicosia",
    "Japan": "Asia/Tokyo",
    "Sweden": "Europe/Stockholm",
    "Austria": "Europe/Vienna",
    "Hong Kong": "Asia/Hong_Kong",
    "Poland": "Europe/Warsaw",
    "Israel": "Asia/Jerusalem",
    "Denmark": "Europe/Copenhagen",
    "Singapore": "Asia/Singapore",
    "Canada": "America/Toronto",
    "Iceland": "Atlantic/Reykjavik",
    "Greece": "Europe/Athens",
    "Malta": "Europe/Malta",
    "European Community": "Europe/Brussels",
    "Lebanon": "Asia/Beirut",
    "Lithuania": "Europe/Vilnius",
    "Brazil": "America/Sao_Paulo",
    "United Arab Emirates": "Asia/Dubai",
    "USA": "America/New_York",
    "Bahrain": "Asia/Bahrain",
    "Czech Republic": "Europe/Prague",
    "Saudi Arabia": "Asia/Riyadh",
}
LANGUAGES = {"Germany": "de", "Austria": "de", "Switzerland": "de", "France": "fr", "Belgium": "fr", "Spain": "es"}
COUNTRY_NAMES = {"EIRE": "Ireland", "Unspecified": "", "European Community": ""}
# Share of customers, by what they spent, down to which a tier reaches.
TIER_SHARES = ((0.02, Tier.PLATINUM), (0.10, Tier.GOLD), (0.35, Tier.SILVER), (1.0, Tier.STANDARD))
CHANNELS = {Tier.PLATINUM: "EDI", Tier.GOLD: "EDI", Tier.SILVER: "Trade", Tier.STANDARD: "Web"}


@dataclass(frozen=True, slots=True)
class SampleProduct:
    sku: str
    name: str
    category: str
    price_minor: int


WITHOUT_MAIL = 12  # one customer in so many has a telephone only, so that agents have somebody to call


@dataclass(frozen=True, slots=True)
class SampleCustomer:
    """``key`` is the file's customer number, SHOP for the one that stands for all without."""

    key: str
    code: str
    name: str
    contact_name: str
    email: str
    phone: str
    tier: Tier
    channel: str
    country: str
    zone: str
    language: str


def build_products(demand: Demand) -> list[SampleProduct]:
    """Return one product per code sold, by code, named by its commonest description, at its median price."""
    prices: dict[str, list[int]] = {}
    for sale in demand.sales:
        for line in sale.lines:
            prices.setdefault(line.sku, []).append(line.price_minor)
    return [_product(sku, demand.descriptions[sku], prices[sku]) for sku in sorted(prices)]


def _product(sku: str, descriptions: Counter[str], prices: list[int]) -> SampleProduct:
    # Ties go to the longer text, then by alphabet: the same product gets the same name from any order of rows.
    text = max(descriptions, key=lambda text: (bool(text), descriptions[text], len(text), text))
    name = _title(text) if text else f"Product {sku}"
    return SampleProduct(sku, name, categorise(text), round(median(prices)))


def _title(text: str) -> str:
    return " ".join(word.capitalize() if word.isupper() else word for word in text.split())[:200]


def categorise(text: str) -> str:
    """Return the family of goods that a description names."""
    words = set(text.upper().replace(",", " ").split())
    return next((family for family, keywords in FAMILIES if words & keywords), "Other gifts")


def build_customers(demand: Demand) -> list[SampleCustomer]:
    """Return one customer per number, by number, and one for all sales without; tiers by what they spent."""
    spent: Counter[str] = Counter()
    countries: dict[str, Counter[str]] = {}
    for sale in demand.sales:
        spent[sale.customer] += sum(line.qty * line.price_minor for line in sale.lines)
        countries.setdefault(sale.customer, Counter())[sale.country] += 1
    numbers = sorted(key for key in spent if key != SHOP)
    tiers = _tiers(numbers, spent)
    customers = [
        _customer(place, key, tiers[key], countries[key].most_common(1)[0][0]) for place, key in enumerate(numbers)
    ]
    return [*customers, _shop()] if SHOP in spent else customers


def _tiers(numbers: list[str], spent: Counter[str]) -> dict[str, Tier]:
    by_spend = sorted(numbers, key=lambda key: (-spent[key], key))
    return {
        key: next(tier for share, tier in TIER_SHARES if (place + 1) / len(by_spend) <= share)
        for place, key in enumerate(by_spend)
    }


def _customer(place: int, key: str, tier: Tier, country: str) -> SampleCustomer:
    return SampleCustomer(
        key=key,
        code=key,
        name=names.company(place),
        contact_name=names.person(place),
        email="" if place % WITHOUT_MAIL == 0 else f"customer{key}@example.com",
        phone=f"01632 960{place % 1000:03}",  # a range that is given to nobody
        tier=tier,
        channel=CHANNELS[tier],
        country=COUNTRY_NAMES.get(country, country),
        zone=ZONES.get(country, "Europe/London"),
        language=LANGUAGES.get(country, "en"),
    )


def _shop() -> SampleCustomer:
    return SampleCustomer(
        key=SHOP,
        code=SHOP_CODE,
        name="Shop sales",
        contact_name="",
        email="",
        phone="",
        tier=Tier.STANDARD,
        channel="Shop",
        country="United Kingdom",
        zone="Europe/London",
        language="en",
    )
