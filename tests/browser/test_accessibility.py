"""Every page, light and dark, passes axe's rules, best practices included."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.browser import pages
from tests.browser.conftest import ComeIn
from tests.browser.person import picture
from tests.browser.stack import Stack


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_page_has_an_accessibility_violation(come_in: ComeIn, stack: Stack, api_key: str, scheme: str) -> None:
    pages.see_to_a_message(stack, api_key)
    person, stranger = come_in("ops", color_scheme=scheme), come_in("ops", color_scheme=scheme, signed_in=False)
    person.expects(404)
    axe = Axe()
    violations = []

    for name, path in pages.addresses(stack).items():
        page = (stranger if name in pages.SIGNED_OUT else person).page
        page.goto(path)
        picture(page, f"{name}-{scheme}")
        found = axe.run(page).response["violations"]
        violations += [f"{name}: {each['id']} {node['target']}" for each in found for node in each["nodes"]]

    assert violations == []
