"""The stories of priority rules: which rule put it there, what would a change do, take it back."""

from __future__ import annotations

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.browser.chromium import PHONE
from tests.browser.conftest import ComeIn
from tests.browser.drafts import begin_draft, saved
from tests.browser.measures import ALL, COLOURS, WIDER, violations_of
from tests.browser.person import Person, picture, sign_in, text_of, wait_until_live
from tests.browser.stack import Stack

WORST = "SELECT o.ref FROM orders_orderplan p JOIN orders_order o ON o.id = p.order_id ORDER BY p.score DESC LIMIT 1"
PREVIEW_MS = 2000
JOB_MS = 90_000  # after whatever else the workers have to do


@pytest.fixture
def admin(come_in: ComeIn) -> Person:
    return come_in("admin")


def rules(page: Page) -> list[str | None]:
    return [row.get_attribute("data-rule") for row in page.locator("[data-rules=rules] > [data-rule]").all()]


def test_which_rule_put_an_order_there(admin: Person, stack: Stack) -> None:
    ref = stack.rows(WORST)[0]["ref"]
    page = begin_draft(admin)

    page.get_by_label("Order number").fill(ref.lower())
    page.get_by_role("button", name="Test", exact=True).click()

    trial = page.locator(".trial")
    expect(trial).to_contain_text(ref)
    points = [float(text) for text in re.findall(r"[+]([\d,.]+)", text_of(trial.locator(".wf").first).replace(",", ""))]
    total = float(re.findall(r"([\d,.]+)$", text_of(trial.locator(".wf .tot").first))[0].replace(",", ""))
    assert sum(points) == pytest.approx(total, abs=0.11)
    picture(page, "rules-trial")


@pytest.mark.serial
def test_what_a_change_would_do_is_shown_within_two_seconds(admin: Person) -> None:
    page = begin_draft(admin)
    expect(page.locator(".big3 b").first).to_have_text("0")
    page.get_by_role("link", name="Edit Customer tier").click()
    page.get_by_label("Points for gold").fill("700")
    page.get_by_label("Points for gold").press("Tab")
    expect(page.locator(".big3 b").first).not_to_have_text("0", timeout=PREVIEW_MS)

    expect(page.locator("[data-rule=tier] .tag")).to_have_text("changed")
    expect(page.locator(".moves-table tbody tr").first).to_be_visible()
    expect(page.locator("#impact")).to_have_text("If you publish now")
    picture(page, "rules-preview")


def test_a_condition_is_built_by_keys_and_what_is_wrong_says_so(admin: Person) -> None:
    admin.expects(422)
    page = begin_draft(admin)
    page.get_by_role("link", name="Edit Open value of the order").press("Enter")
    page.get_by_role("button", name="Condition", exact=True).press("Enter")
    page.get_by_role("button", name="And…").press("Enter")
    second = page.locator(".node-compare").nth(1)
    second.get_by_label("Attribute").select_option("order.age_days")
    expect(second.get_by_label("Comparison").locator("option[value=gte]")).to_have_count(1)
    second.get_by_label("Comparison").select_option("gte")
    saved(page)

    second.get_by_label("Value").fill("old")
    second.get_by_label("Value").press("Enter")
    expect(page.locator(".saved")).to_contain_text("Not saved")
    expect(second).to_contain_text("must be a number")
    expect(second.get_by_label("Value")).to_have_value("old")
    second.get_by_label("Value").fill("30")
    second.get_by_label("Value").press("Enter")
    saved(page)

    words = "Where Customer tier is platinum and Age of the order is at least 30"
    expect(page.locator("[data-rule=value] .l2")).to_contain_text(words)


def test_rules_are_ordered_by_keys_and_by_drag_and_taken_back(admin: Person) -> None:
    page = begin_draft(admin)
    before = rules(page)

    page.locator("[data-rule=age] [data-grip]").focus()
    for _ in range(2):  # faster than answers come
        page.keyboard.press("ArrowUp")
    expect(page.locator("[data-rules=rules] > [data-rule]").nth(3)).to_have_attribute("data-rule", "age")
    expect(page.locator("[data-rule=age] [data-grip]")).to_be_focused()
    grip, first = (
        page.locator("[data-rule=age] [data-grip]").bounding_box(),
        page.locator("[data-rule=expedited]").bounding_box(),
    )
    assert grip is not None
    assert first is not None
    page.mouse.move(grip["x"] + 8, grip["y"] + 8)
    page.mouse.down()
    page.mouse.move(grip["x"] + 8, first["y"] + 2, steps=20)
    page.mouse.up()
    expect(page.locator("[data-rules=rules] > [data-rule]").first).to_have_attribute("data-rule", "age")
    saved(page)

    page.get_by_role("switch", name="Customer tier").press("Space")
    expect(page.locator("[data-rule=tier]")).to_contain_text("off")
    saved(page)
    for _ in range(4):
        page.keyboard.press("z")
    expect(page.locator("[data-rules=rules] > [data-rule]").last).to_have_attribute("data-rule", "age")

    assert rules(page) == before


def test_a_version_is_published_and_taken_back_by_one_press(admin: Person, stack: Stack) -> None:
    page = begin_draft(admin)
    page.get_by_role("switch", name="Open value of the order").click()
    expect(page.locator("[data-rule=value] .tag").first).to_have_text("off")
    page.get_by_label("Note for the history").fill("Value no longer counts")
    page.get_by_role("button", name=re.compile("Publish v")).click()
    expect(page.locator("#toasts")).to_contain_text("is in force")
    expect(page.locator(".topbar")).to_contain_text("in force since")
    wait_until_live(page)

    page.keyboard.press("z")

    expect(page.locator("#toasts")).to_contain_text("v1 is in force")
    in_force = stack.rows("SELECT version FROM orders_policy WHERE status = 'published'")
    assert [row["version"] for row in in_force] == [1]


def test_a_version_of_days_ago_is_rolled_back_from_the_page_of_the_rules(admin: Person, stack: Stack) -> None:
    in_force = "SELECT version FROM orders_policy WHERE status = 'published'"
    before = stack.rows(in_force)[0]["version"]
    page = begin_draft(admin)
    page.get_by_role("switch", name="Age of the order").click()
    expect(page.locator("[data-rule=age] .tag").first).to_have_text("off")
    page.get_by_role("button", name=re.compile("Publish v")).click()
    expect(page.locator("#toasts")).to_contain_text("is in force")

    page.goto(f"/rules/{before}/")
    expect(page.get_by_role("heading", name=f"If v{before} were in force")).to_be_visible()
    page.goto("/rules/")
    picture(page, "rules-roll-back")
    page.locator(".topbar").get_by_role("button", name=f"Roll back to v{before}").click()

    expect(page.locator("#toasts")).to_contain_text(f"v{before} is in force")
    assert stack.rows(in_force)[0]["version"] == before


def test_two_people_on_one_draft_overwrite_nothing(come_in: ComeIn, admin: Person) -> None:
    page = begin_draft(admin)
    other = come_in("ops")
    other.expects(409)
    theirs = other.see(page.url)
    theirs.get_by_role("link", name="Edit Customer tier").click()
    expect(theirs.get_by_label("Points for silver")).to_be_visible()

    page.get_by_role("switch", name="Age of the order").click()
    expect(page.locator("[data-rule=age] .tag").first).to_have_text("off")
    theirs.get_by_label("Points for silver").fill("77")
    theirs.get_by_label("Points for silver").press("Tab")
    alert = theirs.locator("[role=alert]")
    expect(alert).to_contain_text("changed the draft meanwhile")
    expect(alert).to_contain_text("Age of the order: switched off")
    theirs.get_by_role("button", name="Do mine on top").click()

    expect(theirs.locator("[data-rule=tier] .l2")).to_contain_text("Silver 77")
    expect(theirs.locator("[data-rule=age] .tag").first).to_have_text("off")


def test_without_scripts_rules_are_read_and_edited_by_forms(come_in: ComeIn) -> None:
    person = come_in("admin", java_script_enabled=False, signed_in=False)
    page = person.page
    sign_in(page, "admin")
    page.goto("/rules/")
    page.get_by_role("button", name="Edit a copy").click()

    page.get_by_role("link", name="Edit Days past the promised date").click()
    page.get_by_label("Up to").fill("333")
    page.locator("form.build").get_by_role("button", name="Save", exact=True).last.click()
    expect(page.locator("[data-rule=lateness] .l2")).to_contain_text("up to 333")
    page.locator("form.build").get_by_role("button", name="Down").click()
    expect(page.locator("[data-rules=rules] > [data-rule]").nth(2)).to_have_attribute("data-rule", "lateness")
    page.get_by_role("link", name="See what would change").click()

    expect(page.locator("#main")).to_contain_text("move up")


def test_the_screen_of_a_draft_is_accessible_and_fits_a_phone(come_in: ComeIn, admin: Person) -> None:
    page = begin_draft(admin)
    url = page.url
    page.get_by_role("button", name="By segments with guarantees").click()
    expect(page.locator("form.build")).to_be_visible()
    page.get_by_role("button", name="Condition").or_(page.get_by_role("button", name="And…")).first.click()
    saved(page)
    phone = come_in("admin", viewport=PHONE, has_touch=True).page
    axe, found = Axe(), []

    for each in (page, phone):
        for path in (
            "",
            "?open=rules.tier",
            "?open=rules.needed_by",
            "?open=segments.new_segment",
            "preview/",
            "changes/",
        ):
            each.goto(url.partition("?")[0] + path)
            each.wait_for_load_state("networkidle") if path == "preview/" else each.locator(".topbar").wait_for()
            found += [f"{path}: {one}" for one in violations_of(axe, each, ALL)]
            found += [f"{path} is wider: {one}" for one in each.evaluate(WIDER)]
            each.emulate_media(color_scheme="dark")
            found += [f"{path} in the dark: {one}" for one in violations_of(axe, each, COLOURS)]
            each.emulate_media(color_scheme="light")

    assert found == []


def test_a_simulation_is_built_by_clicking_and_compared(come_in: ComeIn, stack: Stack) -> None:
    ops = come_in("ops")
    supplier = stack.rows(
        "SELECT s.code FROM inventory_supplier s JOIN inventory_purchaseorder p ON p.supplier_id = s.id"
        " WHERE p.status = 'open' GROUP BY s.code ORDER BY count(*) DESC, s.code LIMIT 1"
    )[0]["code"]
    page = ops.see("/simulations/")
    page.get_by_role("link", name="New simulation").first.click()
    page.get_by_label("Name", exact=True).fill("Ten days late")
    page.get_by_label("Code of the supplier or purchase order").fill(supplier)
    page.get_by_role("button", name="Scenario", exact=True).click()
    second = page.get_by_role("region", name="Scenario 2")
    second.get_by_role("button", name="Demand changes").click()
    expect(second.locator("fieldset")).to_have_count(1)
    second.get_by_role("button", name="Stock is lost or found").click()
    expect(second.locator("fieldset")).to_have_count(2)
    second.get_by_label("Remove this change").last.click()
    expect(second.locator("fieldset")).to_have_count(1)
    expect(second.get_by_label("Percent")).to_have_value("20")
    expect(page.get_by_role("region", name="Scenario 1").get_by_label("Code of the supplier")).to_have_value(supplier)
    page.get_by_role("button", name="Run").click()

    page.wait_for_url(re.compile(r"/simulations/\d+/"))
    expect(page.locator(".compare")).to_be_visible(timeout=JOB_MS)
    expect(page.get_by_role("region", name="Scenario 1")).to_contain_text(f"{supplier} 10 days later")
    expect(page.locator(".compare tbody tr").first).to_contain_text("Value on time")
    picture(page, "simulation")
    found = violations_of(Axe(), page, ALL)
    phone = come_in("ops", viewport=PHONE, has_touch=True).page
    for path in ("/simulations/", "/simulations/new/", page.url):
        phone.goto(path)
        found += [*violations_of(Axe(), phone, ALL), *(f"{path} is wider: {one}" for one in phone.evaluate(WIDER))]

    assert found == []
