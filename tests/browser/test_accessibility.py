"""Every page passes axe's rules, best practices included, and in the dark those about colours again."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.browser import pages
from tests.browser.conftest import ComeIn
from tests.browser.measures import ALL, COLOURS, violations_of
from tests.browser.person import picture
from tests.browser.stack import Stack


@pytest.mark.parametrize("quarter", [0, 1, 2, 3])
def test_no_page_has_an_accessibility_violation(come_in: ComeIn, stack: Stack, api_key: str, quarter: int) -> None:
    pages.see_to_a_message(stack, api_key)
    person, stranger = come_in("ops", color_scheme="light"), come_in("ops", signed_in=False, color_scheme="light")
    person.expects(404)
    axe = Axe()
    violations = []

    for name, path in list(pages.addresses(stack).items())[quarter::4]:
        page = (stranger if name in pages.SIGNED_OUT else person).page
        page.goto(path)
        violations += [f"{name}: {each}" for each in violations_of(axe, page, ALL)]
        picture(page, f"{name}-light")
        page.emulate_media(color_scheme="dark")
        violations += [f"{name} in the dark: {each}" for each in violations_of(axe, page, COLOURS)]
        picture(page, f"{name}-dark")
        page.emulate_media(color_scheme="light")

    assert violations == []
