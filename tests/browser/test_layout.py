"""On a phone nothing is wider than the screen, in light and in dark; nowhere does the frame itself scroll."""

from __future__ import annotations

from typing import Any, Literal

import pytest
from playwright.sync_api import expect

from tests.browser import pages
from tests.browser.chromium import PHONE, WIDE
from tests.browser.conftest import ComeIn
from tests.browser.measures import WIDER
from tests.browser.person import picture
from tests.browser.stack import Stack

SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
# With rows enough that hidden words in the last of them lie below the screen.
LONG_PAGES = {
    "telling": "/eta/?tab=silent",
    "customers": "/customers/?view=all",
    "products": "/inventory/",
    "templates": "/messages/templates/",
    "messages": "/messages/",
}


# The frame is one screen high: what is longer scrolls inside it.
TALLER = "document.querySelector('body.app') && document.documentElement.scrollHeight - innerHeight"

# Words that an edge cuts off, beside those of hidden parts and of lists of rows, which have their whole text elsewhere.
CLIPPED = """() => [...document.querySelectorAll('main *, .side *')].filter((node) => {
  const style = getComputedStyle(node);
  const hides = style.overflowX === 'hidden' || style.overflowX === 'clip';
  return hides && node.clientWidth > 2 && node.scrollWidth > node.clientWidth + 1
    && node.textContent.trim() && node.checkVisibility() && !node.closest('.vh, svg');
}).map((node) => `${node.tagName}.${node.className} ${node.textContent.trim().slice(0, 60)}`)"""
# What a window of 1440 × 900 shows at 200 %.
TWICE_THE_SIZE = {"width": 720, "height": 450}


def test_nothing_is_cut_off_at_twice_the_size(come_in: ComeIn, stack: Stack, api_key: str) -> None:
    pages.see_to_a_message(stack, api_key)
    person = come_in("ops", viewport=TWICE_THE_SIZE, device_scale_factor=2)
    person.expects(404)
    found = {}

    for name, path in pages.addresses(stack).items():
        if name not in pages.SIGNED_OUT:
            person.page.goto(path)
            found[name] = [*person.page.evaluate(CLIPPED), *person.page.evaluate(WIDER)]

    assert {name: each for name, each in found.items() if each} == {}


def test_no_page_scrolls_sideways_on_a_phone(come_in: ComeIn, stack: Stack, api_key: str) -> None:
    pages.see_to_a_message(stack, api_key)
    options: dict[str, Any] = {"viewport": PHONE, "has_touch": True}
    person, stranger = come_in("ops", **options), come_in("ops", signed_in=False, **options)
    person.expects(404)
    wider = {}

    for name, path in pages.addresses(stack).items():
        page = (stranger if name in pages.SIGNED_OUT else person).page
        page.goto(path)
        for scheme in SCHEMES:
            page.emulate_media(color_scheme=scheme)
            picture(page, f"{name}-phone-{scheme}")
            if found := page.evaluate(WIDER):
                wider[name, scheme] = found

    assert wider == {}


# What one presses or types in, past an edge of the sheet where nothing scrolls it into sight.
OUT_OF_REACH = """() => {
  const sheet = document.querySelector('.sheet').getBoundingClientRect();
  const slides = (node) => node && node.id !== 'main'
    && (/auto|scroll/.test(getComputedStyle(node).overflowX) && node.scrollWidth > node.clientWidth + 1
      || slides(node.parentElement));
  return [...document.querySelectorAll('main :is(button, a, summary, input, select)')].filter((node) => {
    const { left, right, width } = node.getBoundingClientRect();
    const isOut = width && (right > sheet.right + 1 || left < sheet.left - 1);
    return isOut && node.checkVisibility() && !node.closest('.vh') && !slides(node.parentElement);
  }).map((node) => `${node.tagName}.${node.className} ${node.textContent.trim().slice(0, 40)}`);
}"""


@pytest.mark.parametrize("width", [1024, 768])
def test_on_a_tablet_nothing_scrolls_sideways_or_is_out_of_reach(
    come_in: ComeIn, stack: Stack, api_key: str, width: int
) -> None:
    pages.see_to_a_message(stack, api_key)
    person = come_in("ops", viewport={"width": width, "height": 900})
    person.expects(404)
    wider = {}

    for name, path in pages.addresses(stack).items():
        if name not in (*pages.SIGNED_OUT, *pages.BARE):
            person.page.goto(path)
            if found := [*person.page.evaluate(WIDER), *person.page.evaluate(OUT_OF_REACH)]:
                wider[name] = found

    assert wider == {}


def test_the_navigation_is_a_rail_on_a_tablet_until_somebody_widens_it(come_in: ComeIn) -> None:
    person = come_in("ops", viewport={"width": 768, "height": 1024})
    page = person.see("/exceptions/")
    side = page.locator(".side")
    width = "node => node.clientWidth"
    assert side.evaluate(width) == 60

    page.keyboard.press("[")
    assert side.evaluate(width) == 216
    page.reload()
    assert side.evaluate(width) == 216

    page.keyboard.press("[")
    assert side.evaluate(width) == 60
    page.set_viewport_size(WIDE)
    assert side.evaluate(width) == 60


def test_the_navigation_is_wide_beside_a_wide_page(come_in: ComeIn) -> None:
    page = come_in("ops").see("/exceptions/")

    assert page.locator(".side").evaluate("node => node.clientWidth") == 216


@pytest.mark.parametrize("path", ["/triage/", "/inventory/"])
def test_the_frame_fits_a_low_window(come_in: ComeIn, path: str) -> None:
    page = come_in("admin", viewport={"width": 1440, "height": 560}).see(path)

    for part in (".side-foot .me", ".tfoot"):
        expect(page.locator(part)).to_be_in_viewport(ratio=1)
    page.locator(".side .nav a").last.scroll_into_view_if_needed()
    expect(page.locator("h1")).to_be_in_viewport(ratio=1)


@pytest.mark.parametrize("extra", ["", "owner", "owner requested"])
@pytest.mark.parametrize("width", [1280, 1440])
def test_customers_have_their_names_whichever_columns_there_are(come_in: ComeIn, width: int, extra: str) -> None:
    person = come_in("ops", viewport={"width": width, "height": 900})
    columns = ["short", "value", "age", "next", "score", *extra.split()]
    page = person.see("/triage/?" + "&".join(f"col={each}" for each in columns))

    box = page.locator("thead .c-customer").bounding_box()
    assert box
    assert box["width"] >= 100
    if extra != "owner requested" or width == 1440:
        assert page.locator(".t-scroll").evaluate("node => node.scrollWidth - node.clientWidth") <= 0


def test_a_rail_says_that_somebody_was_mentioned(come_in: ComeIn) -> None:
    page = come_in("ops", viewport={"width": 768, "height": 1024}).see("/exceptions/")
    count = page.locator("#mention-count")

    count.evaluate("node => { node.hidden = false; node.firstChild.textContent = '3'; }")

    box = count.bounding_box()
    assert box
    assert (box["width"], box["height"]) == (8, 8)


@pytest.mark.parametrize("viewport", [WIDE, PHONE], ids=["wide", "phone"])
def test_no_frame_scrolls_into_an_empty_page(come_in: ComeIn, stack: Stack, viewport: dict[str, int]) -> None:
    person = come_in("admin", viewport=viewport)
    taller = {}

    for name, path in LONG_PAGES.items():
        person.page.goto(path)
        if found := person.page.evaluate(TALLER):
            taller[name] = found

    assert taller == {}
