"""Orders are moved by pointer and by keyboard."""

from __future__ import annotations

import json
import re

import pytest
from explorer_reader import Reader
from explorer_scenarios import PAGE
from playwright.sync_api import Browser, expect

pytestmark = pytest.mark.slow

SCENARIOS = {scenario["name"]: scenario for scenario in json.loads(PAGE.read_text(encoding="utf-8"))}


def test_an_order_is_dragged(reader: Reader) -> None:
    """Ada's order of 12:00:22 is dropped; dragged to before 12:00:38 it counts, and the address says so."""
    reader.open("#scenario=late")
    assert reader.tile("dropped") == "2"
    order = reader.order("e4")
    order.scroll_into_view_if_needed()
    box = order.locator(".hit").bounding_box()
    assert box
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    reader.page.mouse.move(x, y)
    reader.page.mouse.down()
    reader.page.mouse.move(x + 5, y - 20, steps=4)
    expect(order.locator(".places")).to_contain_text("arrives 12:00:3")
    reader.page.mouse.move(x, y - 40, steps=4)
    reader.page.mouse.up()
    assert reader.tile("dropped") == "1"
    assert "ada-0-22-3" in reader.page.url
    expect(order).to_have_attribute("aria-label", "ada, partition 0, placed 12:00:22, arrives 12:00:35: counted")
    expect(reader.said()).to_contain_text("ada is put down. 12:00:35 ada on partition 0")


def test_an_order_is_dragged_on_a_phone(chromium: Browser, explorer: str) -> None:
    """With a finger; the page stays where it is meanwhile, and is scrolled by a finger beside the orders."""
    context = chromium.new_context(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    reader = Reader(context, explorer).open("#scenario=late")
    order = reader.order("e4")
    order.scroll_into_view_if_needed()
    box = order.locator(".hit").bounding_box()
    assert box
    hand = context.new_cdp_session(reader.page)

    def swipe(x: float, y: float, upwards: float) -> None:
        at = [{"x": x, "y": y - upwards * part / 8} for part in range(9)]
        hand.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": at[:1]})
        for point in at[1:]:
            hand.send("Input.dispatchTouchEvent", {"type": "touchMove", "touchPoints": [point]})
        hand.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})

    scrolled = "Math.round(scrollY)"
    before = reader.page.evaluate(scrolled)
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    swipe(x, y, 40)
    expect(order).to_have_attribute("aria-label", re.compile("placed 12:00:22, arrives 12:00:3.: counted"))
    assert reader.tile("dropped") == "1"
    assert reader.page.evaluate(scrolled) == before
    swipe(x, y + 60, 200)
    reader.page.wait_for_function(f"{scrolled} > {before}")
    context.close()
    assert reader.wrong == []


def test_an_order_is_moved_by_keyboard_alone(reader: Reader) -> None:
    reader.open("#scenario=partitions")
    while reader.page.evaluate("document.activeElement?.shadowRoot?.activeElement?.getAttribute('role')") != "option":
        reader.page.keyboard.press("Tab")
    for key in ("End", "Home", "ArrowRight", "ArrowRight"):
        reader.page.keyboard.press(key)
    order = reader.order("e2")
    expect(order).to_be_focused()
    expect(order).to_have_attribute("aria-label", "bob, partition 1, placed 12:00:05, arrives 12:00:27: counted")
    reader.page.keyboard.press("Enter")
    expect(reader.said()).to_contain_text("bob is picked up")
    for key in ("Shift+ArrowUp", "ArrowUp", "ArrowRight", "ArrowRight", "ArrowLeft", "p"):
        reader.page.keyboard.press(key)
    expect(reader.said()).to_have_text("bob, partition 0, placed 12:00:06, arrives 12:00:21")
    reader.page.keyboard.press("Enter")
    expect(reader.said()).to_contain_text("bob is put down. 12:00:21 bob on partition 0, placed 12:00:06")
    assert "bob-0-6-21" in reader.page.url
    expect(order).to_be_focused()
    reader.page.keyboard.press("Space")
    reader.page.keyboard.press("Shift+ArrowDown")
    reader.page.keyboard.press("Escape")
    expect(reader.said()).to_have_text("Put back where it was.")
    for key in ("p", "n", "/"):  # keys of the site, which turn its pages
        reader.page.keyboard.press(key)
    expect(order).to_be_focused()
    assert "bob-0-6-21" in reader.page.url
    reader.page.keyboard.press("Delete")
    expect(reader.orders()).to_have_count(len(SCENARIOS["partitions"]["events"]) - 1)


def test_what_has_the_focus_is_seen(reader: Reader) -> None:
    reader.open()
    reader.page.keyboard.press("Tab")
    width = lambda: reader.page.evaluate(  # noqa: E731
        "getComputedStyle(document.activeElement?.shadowRoot?.activeElement ?? document.body).outlineWidth"
    )
    for button in ("Reset", "Play"):
        reader.button(button).focus()
        reader.page.keyboard.press("Shift+Tab")
        reader.page.keyboard.press("Tab")
        assert width() == "3px", button
    reader.order("e0").focus()
    stroke = "node => getComputedStyle(node).strokeWidth"
    assert reader.order("e0").locator(".halo").evaluate(stroke) == "3px"


def test_an_order_stays_in_the_picture(reader: Reader) -> None:
    """Moved far behind the others, by keyboard: the picture grows with it."""
    reader.open("#scenario=tumbling")
    reader.order("e0").focus()
    reader.page.keyboard.press("Enter")
    for _ in range(16):
        reader.page.keyboard.press("Shift+ArrowDown")
        reader.page.keyboard.press("Shift+ArrowRight")
    expect(reader.said()).to_have_text("ada, partition 0, placed 12:01:24, arrives 12:01:25")
    mark, picture = reader.order("e0").locator(".shape").bounding_box(), reader.page.locator(".picture").bounding_box()
    assert mark and picture
    assert picture["x"] < mark["x"] and mark["x"] + mark["width"] < picture["x"] + picture["width"]
    assert picture["y"] < mark["y"] and mark["y"] + mark["height"] < picture["y"] + picture["height"] - 40
